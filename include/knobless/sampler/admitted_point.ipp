#pragma once

#include "admitted_point.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

// At a share of 1 % seven in eight searches end with these, so the points are uniform where that is cheap.
inline constexpr int uniform_tries = 200;
inline constexpr int first_uniform_tries = 800;  // more, where no admitted point is known

// ---- Beside an admitted point ------------------------------------------------------------------------------------------

KNOBLESS_INLINE const point& admitted_points::nearest(const point& wish) {
  const std::vector<point>& seeds = constraints_.seeds();
  std::size_t found = 0;
  double least = 0.0;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    double distance = 0.0;
    for (std::size_t k = 0; k < space().size(); ++k) {
      const double gap = seeds[i].unit[k] - wish.unit[k];
      distance += seeds[i].active[k] != wish.active[k] ? 1.0 : gap * gap;
    }
    if (i != 0 && distance >= least) continue;
    least = distance;
    found = i;
  }
  return seeds[found];
}

// The admitted point with as many coordinates of `wish` as it bears, taken over one by one (in 32 groups at most), those that
// it does not bear half or a quarter of the way.
KNOBLESS_INLINE point admitted_points::mixed(const point& wish, const point& seed) {
  constexpr std::size_t most_groups = 32;
  const std::size_t d = space().size();
  const std::size_t groups = (std::min)(d, most_groups);
  std::vector<std::size_t> order(d);
  for (std::size_t k = 0; k < d; ++k) order[k] = k;
  for (std::size_t k = d; k > 1; --k) std::swap(order[k - 1], order[to_size(rng().below(k))]);
  point p = seed;
  // The point with a share of the way to the wish in one group of coordinates; what becomes active by that is as in the wish.
  const auto toward_wish = [&](std::size_t group, double share) {
    point q = p;
    for (std::size_t i = group; i < d; i += groups) {
      const std::size_t k = order[i];
      const bool whole = share == 1.0 || !space()[k].numeric() || q.active[k] == 0;
      q.unit[k] = whole ? wish.unit[k] : q.unit[k] + share * (wish.unit[k] - q.unit[k]);
    }
    for (std::size_t k = 0; k < d; ++k)
      if (p.active[k] == 0) q.unit[k] = wish.unit[k];
    space().complete(q);
    return q;
  };
  for (std::size_t g = 0; g < groups; ++g) {
    for (const double share : {1.0, 0.5, 0.25}) {
      point q = toward_wish(g, share);
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
  constexpr int most_halvings = 12;
  double low = 0.0;
  double high = 1.0;
  for (int halving = 0; halving < most_halvings; ++halving) {
    const double middle = 0.5 * (low + high);
    point q = seed;
    for (std::size_t k = 0; k < q.size(); ++k)
      if (space()[k].numeric() && q.active[k] != 0) q.unit[k] += middle * (wish.unit[k] - q.unit[k]);
    space().complete(q);
    if (q == seed) break;
    const bool inside = admits(q);
    (inside ? low : high) = middle;
    if (inside && !constraints_.known(q)) found = std::move(q);
  }
  return found;
}

// ---- What samplers ask for ---------------------------------------------------------------------------------------------

KNOBLESS_INLINE std::optional<point> admitted_points::uniform(int tries) {
  point p;
  for (int i = 0; i < tries; ++i) {
    p = uniform_point(space(), rng(), std::move(p));
    if (admits(p)) return p;
  }
  return std::nullopt;
}

KNOBLESS_INLINE std::optional<point> admitted_points::anywhere(point wish) {
  if (admits(wish)) return wish;
  if (std::optional<point> p = uniform(uniform_tries)) return p;
  if (constraints_.seeds().empty()) return uniform(first_uniform_tries);
  point p = mixed(wish, constraints_.any_seed());
  constexpr std::size_t most_steps = 20;
  constexpr std::size_t most_calls = 150;
  constexpr std::size_t more_calls = 200;
  walk_.walk(p, 4 + (std::min)(2 * space().size(), most_steps), most_calls);
  return constraints_.known(p) ? walk_.walk_on(more_calls) : std::optional(std::move(p));
}

KNOBLESS_INLINE std::optional<point> admitted_points::beside(const point& wish) {
  if (admits(wish)) return wish;
  if (constraints_.seeds().empty()) return std::nullopt;
  const point seed = nearest(wish);
  point p = mixed(wish, seed);
  if (!constraints_.known(p)) return p;
  if (std::optional<point> there = between(wish, seed)) return there;
  return walk_.walk_on(100);
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

KNOBLESS_INLINE std::optional<point> admitted_points::search(const point& wish) {
  constexpr std::size_t walking = 4000;  // calls
  if (!constraints_.seeds().empty()) {
    if (std::optional<point> p = beside(wish); p && !constraints_.known(*p)) return p;
    if (std::optional<point> p = walk_.walk_on(walking)) return p;
  }
  return search_.search(wish);
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
