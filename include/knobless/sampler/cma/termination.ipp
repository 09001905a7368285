#pragma once

#include "termination.hpp"

#include <algorithm>
#include <cmath>

#include "../../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail::cma {

// ConditionCov of the tutorial.
inline constexpr double largest_condition = 1e14;
// TolX, in units of the space: what doubles tell apart around 0.5 is 1e-16, so that four digits of a step are left.
inline constexpr double smallest_step = 1e-12;
// TolHistFun, relative to the value: four digits are left of differences.
inline constexpr double smallest_change = 1e-12;
// Of the spread of the first generation's values, where the objective is rugged.
inline constexpr double little = 1e-5;

KNOBLESS_INLINE void termination::begin_run(std::size_t dimensions, std::size_t population) {
  best_.clear();
  median_.clear();
  // MaxIter of BIPOP: 100 + 50 (n + 3)^2 / sqrt(lambda) (Hansen, GECCO 2009, section 2).
  constexpr double growth = 50.0;
  const auto n = static_cast<double>(dimensions);
  generations_ =
      100 + static_cast<std::size_t>(growth * (n + 3.0) * (n + 3.0) / std::sqrt(static_cast<double>(population)));
}

KNOBLESS_INLINE void termination::limit(std::size_t generations) noexcept {
  generations_ = (std::min)(generations_, generations);
}

KNOBLESS_INLINE void termination::note(double best, double worst, double median, bool rugged) {
  if (best_.empty()) tolerance_ = rugged ? little * (worst - best) : 0.0;
  best_.push_back(best);
  median_.push_back(median);
}

KNOBLESS_INLINE bool termination::ended(const search_distribution& distribution) {
  if (distribution.degenerate() || !(distribution.condition() < largest_condition)) return true;
  if (distribution.generation() >= generations_) return true;
  if (points_coincide(distribution) || distribution.without_effect()) return true;
  const auto n = static_cast<double>(distribution.dimensions());
  const auto lambda = static_cast<double>(distribution.population());
  return values_coincide(n, lambda) || stagnated(n, lambda);
}

// TolX: deviations and the path of the covariance are smaller than what doubles tell apart. A long path says that the
// distribution is on its way to grow again.
KNOBLESS_INLINE bool termination::points_coincide(const search_distribution& distribution) {
  for (std::size_t k = 0; k < distribution.dimensions(); ++k)
    if (!(distribution.deviation(k) < smallest_step && std::abs(distribution.path(k)) < smallest_step)) return false;
  return true;
}

// EqualFunValues and TolHistFun: the best values of the latest 10 + 30 n / lambda generations differ by rounding alone.
KNOBLESS_INLINE bool termination::values_coincide(double dimensions, double population) const {
  const auto recent = static_cast<std::size_t>(10.0 + std::ceil(30.0 * dimensions / population));
  if (best_.size() < recent) return false;
  double low = best_.back();
  double high = low;
  for (std::size_t i = best_.size() - recent; i < best_.size(); ++i) {
    low = (std::min)(low, best_[i]);
    high = (std::max)(high, best_[i]);
  }
  return high - low <= (std::max)(smallest_change * std::abs(low), tolerance_);
}

// Stagnation: over the latest fifth of the run, at least 120 + 30 n / lambda generations, neither the best values nor the
// medians of the last 30 % are better than those of the first 30 %.
KNOBLESS_INLINE bool termination::stagnated(double dimensions, double population) {
  const auto window = static_cast<std::size_t>(120.0 + 30.0 * dimensions / population);
  const std::size_t count = best_.size();
  if (count < window + count / 5) return false;
  const std::size_t length = (std::max)(window, count / 5);
  const std::size_t part = length * 3 / 10;
  const auto no_better = [&](const std::vector<double>& values) {
    return median_of(values, count - part, count) >= median_of(values, count - length, count - length + part);
  };
  return no_better(best_) && no_better(median_);
}

KNOBLESS_INLINE double termination::median_of(const std::vector<double>& values, std::size_t from, std::size_t to) {
  scratch_.assign(values.begin() + static_cast<std::ptrdiff_t>(from), values.begin() + static_cast<std::ptrdiff_t>(to));
  const auto middle = scratch_.begin() + static_cast<std::ptrdiff_t>((to - from) / 2);
  std::nth_element(scratch_.begin(), middle, scratch_.end());
  return *middle;
}

}  // namespace knobless::detail::cma

#include "../../base/strict_end.inc"
