#pragma once

#include "admitted_search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "../base/elementary.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

// How many points a discrete space has; 0: too many for the budget.
KNOBLESS_INLINE std::uint64_t admitted_search::combinations() const {
  std::uint64_t found = 1;
  for (const parameter& p : space())
    found = p.continuous() || p.levels() > constraints_.left() / (std::max)(found, std::uint64_t{1})
                ? 0
                : found * p.levels();
  return found;
}

KNOBLESS_INLINE std::optional<point> admitted_search::search(const point& wish) {
  constexpr std::uint64_t few = 65536;    // are tried one after another at once
  constexpr std::size_t guessing = 8192;  // calls, before a discrete space is tried point after point
  const std::uint64_t all = combinations();
  if (all != 0 && all <= few) return search_all(all);
  closest_ = wish;
  kept_ = 0;
  if (std::optional<point> p = search_at_random(guessing, 2)) return p;
  if (all != 0 && all <= constraints_.left()) return search_all(all);
  return search_at_random(constraints_.left(), 8);
}

// One of `period` points is a guess.
KNOBLESS_INLINE std::optional<point> admitted_search::search_at_random(std::size_t calls, std::size_t period) {
  point p;
  for (std::size_t i = 0; i < calls && constraints_.left() > 0; ++i) {
    p = i % period == 0 ? guess(std::move(p)) : uniform_point(space(), rng(), std::move(p));
    const std::size_t kept = constraints_.kept(p);
    if (kept == space().constraints() && !constraints_.known(p)) return p;
    if (kept <= kept_) continue;
    kept_ = kept;
    closest_ = p;
  }
  return std::nullopt;
}

// Each combination of levels once, in an order that jumps about, so that what is found first is no corner.
KNOBLESS_INLINE std::optional<point> admitted_search::search_all(std::uint64_t combinations) {
  const auto divisor = [](std::uint64_t a, std::uint64_t b) {
    while (b != 0) a = std::exchange(b, a % b);
    return a;
  };
  std::uint64_t stride = 1 + combinations / 2 + rng().below(1 + combinations / 4);
  while (divisor(stride, combinations) != 1) ++stride;
  std::uint64_t at = rng().below(combinations);
  point p(space().size());
  for (std::uint64_t i = 0; i < combinations; ++i, at = (at + stride) % combinations) {
    std::uint64_t rest = at;
    for (std::size_t k = 0; k < space().size(); ++k) {
      p.unit[k] = space()[k].unit_of_level(rest % space()[k].levels());
      rest /= space()[k].levels();
    }
    space().complete(p);
    if (constraints_.fresh(p)) return p;
    if (constraints_.left() == 0) return std::nullopt;
  }
  tried_all_ = true;
  return std::nullopt;
}

// What constraints are often about: small parts of the space, few parameters, orders, sums, and what almost keeps them.
KNOBLESS_INLINE point admitted_search::guess(point p) {
  p.unit.resize(space().size());
  for (double& u : p.unit) u = rng().uniform();
  switch (rng().below(5)) {
    case 0:
      guess_part(p);
      break;
    case 1:
      guess_few(p);
      break;
    case 2:
      guess_order(p);
      break;
    case 3:
      guess_sum(p);
      break;
    default:
      guess_beside_closest(p);
  }
  space().complete(p);
  return p;
}

// A part of any size at a corner, in the middle or at what almost keeps them.
KNOBLESS_INLINE void admitted_search::guess_part(point& p) {
  // One draw after the other: compilers evaluate the arguments of a call in different orders.
  const int halvings = 1 + static_cast<int>(rng().below(24));
  const double size = std::ldexp(1.0 + rng().uniform(), -halvings);
  const auto where = rng().below(5);
  for (std::size_t k = 0; k < p.unit.size(); ++k) {
    const double corner = where == 0   ? 0.0
                          : where == 1 ? 1.0
                          : where == 2 ? 0.5
                          : where == 3 ? static_cast<double>(rng().below(2))
                                       : closest_.unit[k];
    p.unit[k] = corner + size * (p.unit[k] - (where >= 2 && where != 3 ? 0.5 : corner));
  }
}

// All but a few at one end.
KNOBLESS_INLINE void admitted_search::guess_few(point& p) {
  const std::size_t d = p.unit.size();
  const auto end = static_cast<double>(rng().below(2));
  const std::uint64_t free = 1 + rng().below(d);
  for (double& u : p.unit)
    if (rng().below(d) >= free) u = end;
}

// In order, upwards or downwards; or equal.
KNOBLESS_INLINE void admitted_search::guess_order(point& p) {
  const auto order = rng().below(3);
  std::sort(p.unit.begin(), p.unit.end());
  if (order == 1) std::reverse(p.unit.begin(), p.unit.end());
  if (order == 2) std::fill(p.unit.begin(), p.unit.end(), p.unit.front());
}

// Uniform among those with one sum, of their distances from one end.
KNOBLESS_INLINE void admitted_search::guess_sum(point& p) {
  double sum = 0.0;
  for (double& u : p.unit) sum += u = -elementary::log(1.0 - u);
  const double to = rng().below(2) == 0 ? 1.0 : static_cast<double>(p.unit.size()) * rng().uniform();
  const bool from_above = rng().below(2) == 0;
  for (double& u : p.unit) {
    u = sum > 0.0 ? u / sum * to : 0.0;
    if (from_above) u = 1.0 - u;
  }
}

// One or two coordinates of what keeps the most constraints.
KNOBLESS_INLINE void admitted_search::guess_beside_closest(point& p) {
  const auto a = to_size(rng().below(p.unit.size()));
  const auto b = to_size(rng().below(p.unit.size()));
  for (std::size_t k = 0; k < p.unit.size(); ++k) {
    if (closest_.active[k] == 0) continue;
    if (k != a && k != b)
      p.unit[k] = closest_.unit[k];
    else if (rng().below(2) == 0)
      // NOLINTNEXTLINE(readability-magic-numbers): a deviation of a tenth of the range
      p.unit[k] = closest_.unit[k] + 0.1 * rng().normal();
  }
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
