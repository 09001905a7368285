#pragma once

#include "admitted_walk.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

inline constexpr int most_shrinks = 24;  // of an interval: to about 1e-7 of it

template <class Place>
std::optional<point> admitted_walk::on_line(const point& at, double low, double high, const Place& place) {
  for (int tries = 0; tries < most_shrinks && high > low; ++tries) {
    const double t = low + (high - low) * rng().uniform();
    point p = at;
    place(t, p);
    space().complete(p);
    if (p == at) return std::nullopt;
    if (admits(p)) return p;
    (t < 0.0 ? low : high) = t;
  }
  return std::nullopt;
}

// One parameter: another label, the next level, or somewhere on the line.
KNOBLESS_INLINE std::optional<point> admitted_walk::step_one(const point& at) {
  const auto k = to_size(rng().below(space().size()));
  if (at.active[k] == 0) return std::nullopt;
  const parameter& what = space()[k];
  const auto moved = [&](double to) {
    point p = at;
    for (std::size_t j = 0; j < p.size(); ++j)
      if (p.active[j] == 0) p.unit[j] = rng().uniform();
    p.unit[k] = to;
    space().complete(p);
    return p;
  };
  if (!what.continuous() && (!what.numeric() || rng().below(2) == 0)) {
    if (what.levels() < 2) return std::nullopt;
    const std::uint64_t level = what.level(at.unit[k]);
    const std::uint64_t by = !what.numeric()       ? 1 + rng().below(what.levels() - 1)
                             : rng().below(2) == 0 ? 1
                                                   : what.levels() - 1;
    const std::uint64_t next = by >= what.levels() - level ? by - (what.levels() - level) : level + by;
    point p = moved(what.unit_of_level(next));
    return p != at && admits(p) ? std::optional(std::move(p)) : std::nullopt;
  }
  const double here = at.unit[k];
  return on_line(at, -here, 1.0 - here, [&](double t, point& p) { p = moved(here + t); });
}

// All numbers at once, in a random direction.
KNOBLESS_INLINE std::optional<point> admitted_walk::step_all(const point& at) {
  std::vector<double> direction(space().size(), 0.0);
  constexpr double unlimited = 1e9;
  constexpr double least_slope = 1e-9;
  double low = -unlimited;
  double high = unlimited;
  for (std::size_t k = 0; k < direction.size(); ++k) {
    if (at.active[k] == 0 || !space()[k].numeric()) continue;
    const double slope = rng().normal();
    direction[k] = slope;
    if (!(slope > least_slope || slope < -least_slope)) continue;
    const double to_low = -at.unit[k] / slope;
    const double to_high = (1.0 - at.unit[k]) / slope;
    low = (std::max)(low, (std::min)(to_low, to_high));
    high = (std::min)(high, (std::max)(to_low, to_high));
  }
  if (!(low > -unlimited && high < unlimited)) return std::nullopt;
  return on_line(at, low, high, [&](double t, point& p) {
    for (std::size_t k = 0; k < p.size(); ++k) p.unit[k] += t * direction[k];
  });
}

// Two numbers against each other, or with each other, in their own units and whole steps: sums and differences keep their value.
KNOBLESS_INLINE std::optional<point> admitted_walk::step_exchange(const point& at) {
  std::vector<std::size_t> numbers;
  for (std::size_t k = 0; k < space().size(); ++k)
    if (at.active[k] != 0 && space()[k].numeric() && space()[k].levels() != 1) numbers.push_back(k);
  if (numbers.size() < 2) return std::nullopt;
  const std::size_t i = numbers[to_size(rng().below(numbers.size()))];
  const std::size_t j = numbers[to_size(rng().below(numbers.size()))];
  if (i == j) return std::nullopt;
  const auto factor = [&] { return rng().below(2) == 0 ? 1.0 : static_cast<double>(1 + rng().below(4)); };
  const double by_i = factor();
  const double by_j = rng().below(4) == 0 ? factor() : -factor();
  constexpr double unlimited = 1e300;
  double low = -unlimited;
  double high = unlimited;
  double whole = 0.0;
  const auto limit = [&](std::size_t k, double by) {
    const parameter& what = space()[k];
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
    p.unit[i] = space()[i].unit(space()[i].natural(at.unit[i]) + by_i * t);
    p.unit[j] = space()[j].unit(space()[j].natural(at.unit[j]) + by_j * t);
  });
}

// As two known admitted points lie from each other.
KNOBLESS_INLINE std::optional<point> admitted_walk::step_difference(const point& at) {
  if (constraints_.seeds().size() < 2) return std::nullopt;
  const point& a = constraints_.any_seed();
  const point& b = constraints_.any_seed();
  if (a == b) return std::nullopt;
  const auto moved = [&](double t) {
    point p = at;
    for (std::size_t k = 0; k < p.size(); ++k) {
      if (a.active[k] == 0 || b.active[k] == 0 || p.active[k] == 0) continue;
      if (space()[k].numeric())
        p.unit[k] += t * (a.unit[k] - b.unit[k]);
      else if (a.unit[k] != b.unit[k])
        p.unit[k] = a.unit[k];
    }
    const bool inside = space().contains(p);
    space().complete(p);
    return inside ? std::optional(std::move(p)) : std::nullopt;
  };
  std::optional<point> whole = moved(1.0);
  if (whole && *whole != at && admits(*whole)) return whole;
  std::optional<point> part = moved(rng().uniform());
  if (part && *part != at && admits(*part)) return part;
  return std::nullopt;
}

KNOBLESS_INLINE std::optional<point> admitted_walk::step(const point& from) {
  switch (rng().below(4)) {
    case 0:
      return step_one(from);
    case 1:
      return step_all(from);
    case 2:
      return step_exchange(from);
    default:
      return step_difference(from);
  }
}

KNOBLESS_INLINE void admitted_walk::walk(point& at, std::size_t steps, std::size_t calls) {
  const std::size_t end = constraints_.made() + calls;
  for (std::size_t i = 0; i < steps && constraints_.made() < end && constraints_.left() > 0; ++i)
    if (std::optional<point> next = step(at)) at = std::move(*next);
}

// Until it comes to a point that is not known, or has made so many calls.
KNOBLESS_INLINE std::optional<point> admitted_walk::walk_on(std::size_t calls) {
  const std::size_t end = constraints_.made() + calls;
  point at = constraints_.any_seed();
  for (std::size_t i = 0; i < calls && constraints_.made() < end && constraints_.left() > 0; ++i) {
    std::optional<point> next = step(at);
    if (!next) continue;
    if (!constraints_.known(*next)) return next;
    if (rng().below(8) == 0)
      at = constraints_.any_seed();
    else
      at = std::move(*next);
  }
  return std::nullopt;
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
