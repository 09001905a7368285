#pragma once

#include "strays.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

// The lower median of the values of these rows.
[[nodiscard]] inline double median_of(const history& seen, const std::vector<std::size_t>& rows) {
  std::vector<double> values;
  values.reserve(rows.size());
  for (const std::size_t r : rows) values.push_back(seen[r].value);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The rows whose values lie beyond the gap, if there is one.
[[nodiscard]] inline std::vector<std::size_t> beyond_a_gap(const history& seen,
                                                           const std::vector<std::size_t>& complete, double median) {
  // Values of smooth functions have none so wide among the farthest quarter, at random points.
  constexpr double gap = 100.0;
  const std::size_t n = complete.size();
  std::vector<double> distances;
  distances.reserve(n);
  for (const std::size_t r : complete)
    distances.push_back(std::abs(seen[r].value / 2 - median / 2));  // halves: huge values would overflow
  std::vector<double> sorted = distances;
  std::sort(sorted.begin(), sorted.end());
  double limit = (std::numeric_limits<double>::max)();
  for (std::size_t i = n - n / 4; i < n; ++i)
    if (sorted[i - 1] > 0.0 && sorted[i] / gap > sorted[i - 1]) {
      limit = sorted[i];
      break;
    }
  std::vector<std::size_t> beyond;
  for (std::size_t i = 0; i < n; ++i)
    if (distances[i] >= limit) beyond.push_back(complete[i]);
  return beyond;
}

[[nodiscard]] inline double squared_distance(const observation& a, const observation& b) noexcept {
  double sum = 0.0;
  for (std::size_t k = 0; k < a.unit.size(); ++k) {
    const double step = a.active[k] == b.active[k] ? a.unit[k] - b.unit[k] : 1.0;
    sum += step * step;
  }
  return sum;
}

KNOBLESS_INLINE std::vector<std::size_t> strays(const history& seen, const std::vector<std::size_t>& rows,
                                                bool lone_low) {
  std::vector<std::size_t> complete;
  for (const std::size_t r : rows)
    if (seen[r].state == trial_state::complete) complete.push_back(r);
  if (complete.size() < 8) return {};
  const double median = median_of(seen, complete);
  std::vector<std::size_t> beyond = beyond_a_gap(seen, complete, median);
  if (beyond.empty()) return {};
  std::size_t alike = 0;  // whose nearest neighbour is one, too
  for (const std::size_t r : beyond) {
    double least = std::numeric_limits<double>::infinity();
    std::size_t nearest = r;
    for (const std::size_t other : complete) {
      if (other == r) continue;
      const double d = squared_distance(seen[r], seen[other]);
      if (d < least) {
        least = d;
        nearest = other;
      }
    }
    if (std::binary_search(beyond.begin(), beyond.end(), nearest)) ++alike;
  }
  // By chance it is a binomial number; two standard deviations more are not chance.
  const auto count = static_cast<double>(beyond.size());
  const double share = (count - 1.0) / static_cast<double>(complete.size() - 1);
  const double most = count * share + 2.0 * std::sqrt(count * share * (1.0 - share)) + 0.5;
  if (static_cast<double>(alike) > most) return {};
  const auto lowest = std::min_element(complete.begin(), complete.end(),
                                       [&](std::size_t a, std::size_t b) { return seen[a].value < seen[b].value; });
  const auto low = [&](std::size_t r) { return seen[r].value < median; };
  if (!lone_low && std::count_if(beyond.begin(), beyond.end(), low) == 1) std::erase(beyond, *lowest);
  return beyond;
}

KNOBLESS_INLINE std::vector<std::size_t> strays(const history& seen) {
  std::vector<std::size_t> all(seen.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  return strays(seen, all);
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
