#pragma once

#include "margin.hpp"

#include <algorithm>
#include <cstdint>

#include "../../base/elementary.hpp"

#include "../../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail::cma {

// Of the space: two deviations on either side of the middle reach beyond both bounds, and wider ones sample the bounds alone.
inline constexpr double widest_deviation = 1.0 / 3.0;

KNOBLESS_INLINE void keep_inside(const coordinates& axes, search_distribution& distribution) {
  double widest = 0.0;
  for (std::size_t j = 0; j < axes.numeric.size(); ++j) {
    const double m = distribution.mean()[j];
    if (m < 0.0 || m > 1.0) distribution.move_mean(j, m < 0.0 ? 0.0 : 1.0);
    widest = (std::max)(widest, distribution.deviation(j));
  }
  if (widest > widest_deviation) distribution.scale_sigma(widest_deviation / widest);
}

KNOBLESS_INLINE void keep_margin(const domain& space, const coordinates& axes, search_distribution& distribution) {
  if (!(axes.margin > 0.0)) return;
  const double quantile = -elementary::normal_quantile(0.5 * axes.margin);
  for (std::size_t j = 0; j < axes.numeric.size(); ++j) {
    const parameter& p = space[axes.numeric[j]];
    if (p.continuous() || p.levels() < 2) continue;
    const std::uint64_t level = p.level(distribution.mean()[j]);
    const double half = 0.5 * (p.cell_low(level + 1) - p.cell_low(level));
    const double needed = half / quantile;
    const double deviation = distribution.deviation(j);
    if (deviation < needed) distribution.set_scale(j, distribution.scale(j) * (needed / deviation));
  }
}

KNOBLESS_INLINE void centre_changed_integers(const domain& space, const coordinates& axes,
                                             const search_distribution& distribution, double* gene) {
  for (std::size_t j = 0; j < axes.numeric.size(); ++j) {
    const parameter& p = space[axes.numeric[j]];
    if (!p.continuous() && p.level(gene[j]) != p.level(distribution.mean()[j])) gene[j] = p.snap(gene[j]);
  }
}

}  // namespace knobless::detail::cma

#include "../../base/strict_end.inc"
