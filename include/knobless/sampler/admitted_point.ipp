#pragma once

#include "admitted_point.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "../base/elementary.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

// At a share of 1 % seven in eight searches end with these, so the points are uniform where that is cheap.
inline constexpr int uniform_tries = 200;
inline constexpr int first_uniform_tries = 800;  // more, where no admitted point is known
inline constexpr int most_shrinks = 24;          // of an interval: to about 1e-7 of it

KNOBLESS_INLINE admitted_points::admitted_points(const ask_context& context)
    : context_(context),
      space_(context.space),
      rng_(context.rng),
      budget_(context.constraints != nullptr ? *context.constraints : own_) {}

KNOBLESS_INLINE bool admitted_points::admits(const point& p) {
  if (budget_.left == 0) return false;
  --budget_.left;
  ++budget_.made;
  return space_.admits(p);
}

// ---- Known admitted points ---------------------------------------------------------------------------------------------

KNOBLESS_INLINE void admitted_points::gather() {
  if (gathered_) return;
  gathered_ = true;
  constexpr std::size_t enough = 8;
  const history& seen = context_.seen;
  const auto consider = [&](const point& p) {
    if (seeds_.size() == enough || p == point(space_.size()) || !space_.contains(p)) return;
    if (std::find(seeds_.begin(), seeds_.end(), p) == seeds_.end() && admits(p)) seeds_.push_back(p);
  };
  if (seen.best()) consider(seen[*seen.best()].where());
  const auto pending = seen.pending();
  for (std::size_t i = 0; i < (std::min)(pending.size(), std::size_t{4}); ++i)
    consider(pending[detail::to_size(rng_.below(pending.size()))].where);
  for (std::size_t i = 0; i < (std::min)(seen.size(), 2 * enough); ++i) {
    const observation o = seen[detail::to_size(rng_.below(seen.size()))];
    if (o.state != trial_state::foreign) consider(o.where());
  }
  for (std::size_t i = 0; i < (std::min)(context_.queued.size(), enough); ++i) consider(context_.queued[i]);
}

KNOBLESS_INLINE const point& admitted_points::nearest(const point& wish) const {
  std::size_t found = 0;
  double least = 0.0;
  for (std::size_t i = 0; i < seeds_.size(); ++i) {
    double distance = 0.0;
    for (std::size_t k = 0; k < space_.size(); ++k) {
      const double gap = seeds_[i].unit[k] - wish.unit[k];
      distance += seeds_[i].active[k] != wish.active[k] ? 1.0 : gap * gap;
    }
    if (i != 0 && distance >= least) continue;
    least = distance;
    found = i;
  }
  return seeds_[found];
}

// The admitted point with as many coordinates of `wish` as it bears, taken over one by one (in 32 groups at most), those that
// it does not bear half or a quarter of the way.
KNOBLESS_INLINE point admitted_points::mixed(const point& wish, const point& seed) {
  constexpr std::size_t most_groups = 32;
  const std::size_t d = space_.size();
  const std::size_t groups = (std::min)(d, most_groups);
  std::vector<std::size_t> order(d);
  for (std::size_t k = 0; k < d; ++k) order[k] = k;
  for (std::size_t k = d; k > 1; --k) std::swap(order[k - 1], order[detail::to_size(rng_.below(k))]);
  point p = seed;
  for (std::size_t g = 0; g < groups; ++g) {
    for (const double share : {1.0, 0.5, 0.25}) {
      point q = p;
      for (std::size_t i = g; i < d; i += groups) {
        const std::size_t k = order[i];
        const bool whole = share == 1.0 || !space_[k].numeric() || q.active[k] == 0;
        q.unit[k] = whole ? wish.unit[k] : q.unit[k] + share * (wish.unit[k] - q.unit[k]);
      }
      // What becomes active by that is as in the wish.
      for (std::size_t k = 0; k < d; ++k)
        if (p.active[k] == 0) q.unit[k] = wish.unit[k];
      space_.complete(q);
      if (q == p) break;
      if (!admits(q)) continue;
      p = std::move(q);
      break;
    }
  }
  return p;
}

KNOBLESS_INLINE std::optional<point> admitted_points::between(const point& wish, const point& seed) {
  std::optional<point> found;
  double low = 0.0;
  double high = 1.0;
  for (int halving = 0; halving < 12; ++halving) {
    const double middle = 0.5 * (low + high);
    point q = seed;
    for (std::size_t k = 0; k < q.size(); ++k)
      if (space_[k].numeric() && q.active[k] != 0) q.unit[k] += middle * (wish.unit[k] - q.unit[k]);
    space_.complete(q);
    if (q == seed) break;
    const bool inside = admits(q);
    (inside ? low : high) = middle;
    if (inside && !context_.known(q)) found = std::move(q);
  }
  return found;
}

// ---- The walk ----------------------------------------------------------------------------------------------------------

template <class Place>
std::optional<point> admitted_points::on_line(const point& at, double low, double high, const Place& place) {
  for (int tries = 0; tries < most_shrinks && high > low; ++tries) {
    const double t = low + (high - low) * rng_.uniform();
    point p = at;
    place(t, p);
    space_.complete(p);
    if (p == at) return std::nullopt;
    if (admits(p)) return p;
    (t < 0.0 ? low : high) = t;
  }
  return std::nullopt;
}

// One parameter: another label, the next level, or somewhere on the line.
KNOBLESS_INLINE std::optional<point> admitted_points::step_one(const point& at) {
  const auto k = detail::to_size(rng_.below(space_.size()));
  if (at.active[k] == 0) return std::nullopt;
  const parameter& what = space_[k];
  const auto moved = [&](double to) {
    point p = at;
    for (std::size_t j = 0; j < p.size(); ++j)
      if (p.active[j] == 0) p.unit[j] = rng_.uniform();
    p.unit[k] = to;
    space_.complete(p);
    return p;
  };
  if (!what.continuous() && (!what.numeric() || rng_.below(2) == 0)) {
    if (what.levels() < 2) return std::nullopt;
    const std::uint64_t level = what.level(at.unit[k]);
    const std::uint64_t by = !what.numeric()      ? 1 + rng_.below(what.levels() - 1)
                             : rng_.below(2) == 0 ? 1
                                                  : what.levels() - 1;
    const std::uint64_t next = by >= what.levels() - level ? by - (what.levels() - level) : level + by;
    point p = moved(what.unit_of_level(next));
    return p != at && admits(p) ? std::optional(std::move(p)) : std::nullopt;
  }
  const double here = at.unit[k];
  return on_line(at, -here, 1.0 - here, [&](double t, point& p) { p = moved(here + t); });
}

// All numbers at once, in a random direction.
KNOBLESS_INLINE std::optional<point> admitted_points::step_all(const point& at) {
  std::vector<double> direction(space_.size(), 0.0);
  double low = -1e9;
  double high = 1e9;
  for (std::size_t k = 0; k < direction.size(); ++k) {
    if (at.active[k] == 0 || !space_[k].numeric()) continue;
    const double slope = rng_.normal();
    direction[k] = slope;
    if (!(slope > 1e-9 || slope < -1e-9)) continue;
    const double to_low = -at.unit[k] / slope;
    const double to_high = (1.0 - at.unit[k]) / slope;
    low = (std::max)(low, (std::min)(to_low, to_high));
    high = (std::min)(high, (std::max)(to_low, to_high));
  }
  if (!(low > -1e9 && high < 1e9)) return std::nullopt;
  return on_line(at, low, high, [&](double t, point& p) {
    for (std::size_t k = 0; k < p.size(); ++k) p.unit[k] += t * direction[k];
  });
}

// Two numbers against each other, or with each other, in their own units and whole steps: sums and differences keep their value.
KNOBLESS_INLINE std::optional<point> admitted_points::step_exchange(const point& at) {
  std::vector<std::size_t> numbers;
  for (std::size_t k = 0; k < space_.size(); ++k)
    if (at.active[k] != 0 && space_[k].numeric() && space_[k].levels() != 1) numbers.push_back(k);
  if (numbers.size() < 2) return std::nullopt;
  const std::size_t i = numbers[detail::to_size(rng_.below(numbers.size()))];
  const std::size_t j = numbers[detail::to_size(rng_.below(numbers.size()))];
  if (i == j) return std::nullopt;
  const auto factor = [&] { return rng_.below(2) == 0 ? 1.0 : static_cast<double>(1 + rng_.below(4)); };
  const double by_i = factor();
  const double by_j = rng_.below(4) == 0 ? factor() : -factor();
  double low = -1e300;
  double high = 1e300;
  double whole = 0.0;
  const auto limit = [&](std::size_t k, double by) {
    const parameter& what = space_[k];
    const double here = what.natural(at.unit[k]);
    const double to_low = (what.low() - here) / by;
    const double to_high = (what.high() - here) / by;
    low = (std::max)(low, (std::min)(to_low, to_high));
    high = (std::min)(high, (std::max)(to_low, to_high));
    if (!what.continuous())
      whole = (std::max)(whole, what.natural(what.unit_of_level(1)) - what.natural(what.unit_of_level(0)));
  };
  limit(i, by_i);
  limit(j, by_j);
  if (whole > 0.0) {
    low -= 0.5 * whole;
    high += 0.5 * whole;
  }
  return on_line(at, low, high, [&](double t, point& p) {
    if (whole > 0.0) {
      t = std::floor(t / whole + 0.5) * whole;
    } else {
      // A power of two of the range: exact where the values are.
      const double grain = (high - low) * 0x1p-20;
      int exponent = 0;
      (void)std::frexp(grain, &exponent);
      const double unit = std::ldexp(1.0, exponent);
      if (t > unit || t < -unit) t = std::floor(t / unit + 0.5) * unit;
    }
    p.unit[i] = space_[i].unit(space_[i].natural(at.unit[i]) + by_i * t);
    p.unit[j] = space_[j].unit(space_[j].natural(at.unit[j]) + by_j * t);
  });
}

// As two known admitted points lie from each other.
KNOBLESS_INLINE std::optional<point> admitted_points::step_difference(const point& at) {
  if (seeds_.size() < 2) return std::nullopt;
  const point& a = seeds_[detail::to_size(rng_.below(seeds_.size()))];
  const point& b = seeds_[detail::to_size(rng_.below(seeds_.size()))];
  if (a == b) return std::nullopt;
  const auto moved = [&](double t) {
    point p = at;
    for (std::size_t k = 0; k < p.size(); ++k) {
      if (a.active[k] == 0 || b.active[k] == 0 || p.active[k] == 0) continue;
      if (space_[k].numeric())
        p.unit[k] += t * (a.unit[k] - b.unit[k]);
      else if (a.unit[k] != b.unit[k])
        p.unit[k] = a.unit[k];
    }
    const bool inside = space_.contains(p);
    space_.complete(p);
    return inside ? std::optional(std::move(p)) : std::nullopt;
  };
  std::optional<point> whole = moved(1.0);
  if (whole && *whole != at && admits(*whole)) return whole;
  std::optional<point> part = moved(rng_.uniform());
  if (part && *part != at && admits(*part)) return part;
  return std::nullopt;
}

KNOBLESS_INLINE std::optional<point> admitted_points::step(const point& from) {
  switch (rng_.below(4)) {
    case 0:
      return step_one(from);
    case 1:
      return step_all(from);
    case 2:
      return step_exchange(from);
    default:
      gather();
      return step_difference(from);
  }
}

KNOBLESS_INLINE void admitted_points::walk(point& at, std::size_t steps, std::size_t calls) {
  const std::size_t end = budget_.made + calls;
  for (std::size_t i = 0; i < steps && budget_.made < end && budget_.left > 0; ++i)
    if (std::optional<point> next = step(at)) at = std::move(*next);
}

// Until it comes to a point that is not known, or has made so many calls.
KNOBLESS_INLINE std::optional<point> admitted_points::walk_on(std::size_t calls) {
  const std::size_t end = budget_.made + calls;
  point at = seeds_[detail::to_size(rng_.below(seeds_.size()))];
  for (std::size_t i = 0; i < calls && budget_.made < end && budget_.left > 0; ++i) {
    std::optional<point> next = step(at);
    if (!next) continue;
    if (!context_.known(*next)) return next;
    at = rng_.below(8) == 0 ? seeds_[detail::to_size(rng_.below(seeds_.size()))] : std::move(*next);
  }
  return std::nullopt;
}

// ---- What samplers ask for ---------------------------------------------------------------------------------------------

KNOBLESS_INLINE std::optional<point> admitted_points::anywhere(point wish) {
  if (admits(wish)) return wish;
  point p;
  const auto uniform = [&](int tries) {
    bool found = false;
    for (int i = 0; i < tries && !found; ++i) {
      p = uniform_point(space_, rng_, std::move(p));
      found = admits(p);
    }
    return found;
  };
  if (uniform(uniform_tries)) return p;
  gather();
  if (seeds_.empty()) return uniform(first_uniform_tries) ? std::optional(std::move(p)) : std::nullopt;
  p = mixed(wish, seeds_[detail::to_size(rng_.below(seeds_.size()))]);
  walk(p, 4 + (std::min)(2 * space_.size(), std::size_t{20}), 150);
  return context_.known(p) ? walk_on(200) : std::optional(std::move(p));
}

KNOBLESS_INLINE std::optional<point> admitted_points::beside(const point& wish) {
  if (admits(wish)) return wish;
  gather();
  if (seeds_.empty()) return std::nullopt;
  const point seed = nearest(wish);
  point p = mixed(wish, seed);
  if (!context_.known(p)) return p;
  if (std::optional<point> there = between(wish, seed)) return there;
  return walk_on(100);
}

KNOBLESS_INLINE point admitted_anywhere(const ask_context& context, point wish) {
  if (!context.space.constrained()) return wish;
  std::optional<point> found = admitted_points(context).anywhere(wish);
  return found ? std::move(*found) : wish;
}

KNOBLESS_INLINE point admitted_beside(const ask_context& context, point wish) {
  if (!context.space.constrained()) return wish;
  std::optional<point> found = admitted_points(context).beside(wish);
  return found ? std::move(*found) : wish;
}

// ---- The search in earnest ---------------------------------------------------------------------------------------------

KNOBLESS_INLINE std::optional<point> admitted_points::search(const point& wish) {
  constexpr std::uint64_t few = 65536;    // are tried one after another at once
  constexpr std::size_t walking = 4000;   // calls
  constexpr std::size_t guessing = 8192;  // calls, before a discrete space is tried point after point
  gather();
  if (!seeds_.empty()) {
    if (std::optional<point> p = beside(wish); p && !context_.known(*p)) return p;
    if (std::optional<point> p = walk_on(walking)) return p;
  }
  // 0: too many for the budget.
  std::uint64_t combinations = 1;
  for (const parameter& p : space_)
    combinations = p.continuous() || p.levels() > budget_.left / (std::max)(combinations, std::uint64_t{1})
                       ? 0
                       : combinations * p.levels();
  if (combinations != 0 && combinations <= few) return search_all(combinations);
  closest_ = wish;
  kept_ = 0;
  if (std::optional<point> p = search_at_random(guessing, 2)) return p;
  if (combinations != 0 && combinations <= budget_.left) return search_all(combinations);
  return search_at_random(budget_.left, 8);
}

// One of `period` points is a guess.
KNOBLESS_INLINE std::optional<point> admitted_points::search_at_random(std::size_t calls, std::size_t period) {
  point p;
  for (std::size_t i = 0; i < calls && budget_.left > 0; ++i) {
    p = i % period == 0 ? guess(std::move(p)) : uniform_point(space_, rng_, std::move(p));
    const std::size_t kept = space_.kept(p);
    --budget_.left;
    ++budget_.made;
    if (kept == space_.constraints() && !context_.known(p)) return p;
    if (kept <= kept_) continue;
    kept_ = kept;
    closest_ = p;
  }
  return std::nullopt;
}

// Each combination of levels once, in an order that jumps about, so that what is found first is no corner.
KNOBLESS_INLINE std::optional<point> admitted_points::search_all(std::uint64_t combinations) {
  const auto divisor = [](std::uint64_t a, std::uint64_t b) {
    while (b != 0) a = std::exchange(b, a % b);
    return a;
  };
  std::uint64_t stride = 1 + combinations / 2 + rng_.below(1 + combinations / 4);
  while (divisor(stride, combinations) != 1) ++stride;
  std::uint64_t at = rng_.below(combinations);
  point p(space_.size());
  for (std::uint64_t i = 0; i < combinations; ++i, at = (at + stride) % combinations) {
    std::uint64_t rest = at;
    for (std::size_t k = 0; k < space_.size(); ++k) {
      p.unit[k] = space_[k].unit_of_level(rest % space_[k].levels());
      rest /= space_[k].levels();
    }
    space_.complete(p);
    if (fresh(p)) return p;
    if (budget_.left == 0) return std::nullopt;
  }
  tried_all_ = true;
  return std::nullopt;
}

// What constraints are often about: small parts of the space, few parameters, orders, sums, and what almost keeps them.
KNOBLESS_INLINE point admitted_points::guess(point p) {
  const std::size_t d = space_.size();
  p.unit.resize(d);
  for (double& u : p.unit) u = rng_.uniform();
  const auto kind = rng_.below(5);
  if (kind == 0) {
    // A part of any size at a corner, in the middle or at what almost keeps them.
    const double size = std::ldexp(1.0 + rng_.uniform(), -1 - static_cast<int>(rng_.below(24)));
    const auto where = rng_.below(5);
    for (std::size_t k = 0; k < d; ++k) {
      const double corner = where == 0   ? 0.0
                            : where == 1 ? 1.0
                            : where == 2 ? 0.5
                            : where == 3 ? static_cast<double>(rng_.below(2))
                                         : closest_.unit[k];
      p.unit[k] = corner + size * (p.unit[k] - (where >= 2 && where != 3 ? 0.5 : corner));
    }
  } else if (kind == 1) {
    // All but a few at one end.
    const auto end = static_cast<double>(rng_.below(2));
    const std::uint64_t free = 1 + rng_.below(d);
    for (double& u : p.unit)
      if (rng_.below(d) >= free) u = end;
  } else if (kind == 2) {
    // In order, upwards or downwards; or equal.
    const auto order = rng_.below(3);
    std::sort(p.unit.begin(), p.unit.end());
    if (order == 1) std::reverse(p.unit.begin(), p.unit.end());
    if (order == 2) std::fill(p.unit.begin(), p.unit.end(), p.unit.front());
  } else if (kind == 3) {
    // Uniform among those with one sum, of their distances from one end.
    double sum = 0.0;
    for (double& u : p.unit) sum += u = -elementary::log(1.0 - u);
    const double to = rng_.below(2) == 0 ? 1.0 : static_cast<double>(d) * rng_.uniform();
    const bool from_above = rng_.below(2) == 0;
    for (double& u : p.unit) {
      u = sum > 0.0 ? u / sum * to : 0.0;
      if (from_above) u = 1.0 - u;
    }
  } else {
    // One or two coordinates of what keeps the most constraints.
    const auto a = detail::to_size(rng_.below(d));
    const auto b = detail::to_size(rng_.below(d));
    for (std::size_t k = 0; k < d; ++k) {
      if (closest_.active[k] == 0) continue;
      if (k != a && k != b)
        p.unit[k] = closest_.unit[k];
      else if (rng_.below(2) == 0)
        p.unit[k] = closest_.unit[k] + 0.1 * rng_.normal();
    }
  }
  space_.complete(p);
  return p;
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
