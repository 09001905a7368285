#pragma once

#include "first_distribution.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "../../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail::cma {

// The best tenth is then three points, the fewest whose variance says something.
inline constexpr std::size_t long_history = 30;
// WS-CMA-ES's gamma of 0.1, and its alpha: the deviation of the kernel around each point.
inline constexpr std::size_t share_of_best = 10;
inline constexpr double widening = 0.1;

KNOBLESS_INLINE first_distribution first_distribution_of(const domain& space, const coordinates& axes,
                                                         const history& seen) {
  first_distribution first{std::vector<double>(axes.normals, 0.5), std::vector<double>(axes.normals, first_deviation)};
  const auto begin_at = [&](std::span<const double> unit, std::span<const unsigned char> active) {
    for (std::size_t j = 0; j < axes.numeric.size(); ++j)
      if (active[axes.numeric[j]] != 0) first.mean[j] = (std::min)((std::max)(unit[axes.numeric[j]], 0.0), 1.0);
  };
  if (seen.best())
    begin_at(seen[*seen.best()].unit, seen[*seen.best()].active);
  else if (!seen.pending().empty())
    begin_at(seen.pending().front().where.unit, seen.pending().front().where.active);

  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (const observation o = seen[i]; o.state == trial_state::complete && o.feasible && space.contains(o.where()))
      rows.push_back(i);
  if (rows.size() < long_history) return first;
  std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    return seen[a].value != seen[b].value ? seen[a].value < seen[b].value : seen[a].number < seen[b].number;
  });
  rows.resize(rows.size() / share_of_best);
  for (std::size_t j = 0; j < axes.numeric.size(); ++j) {
    double sum = 0.0;
    double squares = 0.0;
    double count = 0.0;
    for (const std::size_t i : rows)
      if (const observation o = seen[i]; o.active[axes.numeric[j]] != 0) {
        const double gap = o.unit[axes.numeric[j]] - first.mean[j];
        sum += gap;
        squares += gap * gap;
        count += 1.0;
      }
    if (count < 2.0) continue;
    first.mean[j] += sum / count;
    const double variance = (std::max)(0.0, squares / count - sum / count * (sum / count));
    first.deviation[j] = (std::min)(first_deviation, std::sqrt(widening * widening + variance));
  }
  return first;
}

}  // namespace knobless::detail::cma

#include "../../base/strict_end.inc"
