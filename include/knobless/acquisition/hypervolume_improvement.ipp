#pragma once

#include "hypervolume_improvement.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "../base/elementary.hpp"
#include "expected_improvement.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

KNOBLESS_INLINE hypervolume_improvement::hypervolume_improvement(front_boxes boxes)
    : boxes_(std::move(boxes)),
      psi_(boxes_.objectives()),
      factors_(boxes_.boxes().size() * boxes_.objectives()),
      logs_(boxes_.boxes().size()) {
  for (std::size_t j = 0; j < psi_.size(); ++j) psi_[j].resize(boxes_.levels(j).size());
}

// log psi(t) = log(sigma h(z)), z = (t - mean) / sigma.
KNOBLESS_INLINE hypervolume_improvement::term hypervolume_improvement::improvement(double level, double mean,
                                                                                   double deviation) noexcept {
  const double z = (level - mean) / deviation;
  const log_improvement h = log_expected_improvement(z);
  return {h.value + elementary::log(deviation), -h.slope / deviation, (1.0 - z * h.slope) / deviation};
}

// log(psi(upper) - psi(lower)) of two logarithms.
KNOBLESS_INLINE hypervolume_improvement::term hypervolume_improvement::difference(const term& upper, const term& lower,
                                                                                  bool slopes) noexcept {
  const double x = lower.log - upper.log;
  // 1 - e^x, by its series where the two are nearly equal.
  const double share =
      x > -1e-4 ? (std::max)(-x * (1.0 + 0.5 * x * (1.0 + x / 3.0)), 1e-200) : 1.0 - elementary::exp(x);
  term out{upper.log + elementary::log(share), 0.0, 0.0};
  if (!slopes) return out;
  const double rest = 1.0 - share;
  out.by_mean = (upper.by_mean - rest * lower.by_mean) / share;
  out.by_deviation = (upper.by_deviation - rest * lower.by_deviation) / share;
  return out;
}

// Fills in the boxes' logarithms and factors; the logarithm of their sum.
KNOBLESS_INLINE double hypervolume_improvement::sum(std::span<const double> mean, std::span<const double> deviation,
                                                    bool slopes) {
  const std::size_t m = psi_.size();
  for (std::size_t j = 0; j < m; ++j)
    for (std::size_t l = 1; l < psi_[j].size(); ++l)
      psi_[j][l] = improvement(boxes_.levels(j)[l], mean[j], deviation[j]);
  double largest = std::numeric_limits<double>::lowest();
  for (std::size_t b = 0; b < logs_.size(); ++b) {
    const front_boxes::box& box = boxes_.boxes()[b];
    logs_[b] = 0.0;
    for (std::size_t j = 0; j < m; ++j) {
      term& factor = factors_[b * m + j];
      factor = psi_[j][box.upper[j]];
      if (box.lower[j] > 0) factor = difference(factor, psi_[j][box.lower[j]], slopes);
      logs_[b] += factor.log;
    }
    largest = (std::max)(largest, logs_[b]);
  }
  double total = 0.0;
  for (const double l : logs_) total += elementary::exp(l - largest);
  return largest + elementary::log(total);
}

KNOBLESS_INLINE double hypervolume_improvement::operator()(std::span<const double> mean,
                                                           std::span<const double> deviation, std::span<double> by_mean,
                                                           std::span<double> by_deviation) {
  const std::size_t m = psi_.size();
  const double value = sum(mean, deviation, true);
  std::fill(by_mean.begin(), by_mean.end(), 0.0);
  std::fill(by_deviation.begin(), by_deviation.end(), 0.0);
  for (std::size_t b = 0; b < logs_.size(); ++b) {
    const double share = elementary::exp(logs_[b] - value);
    if (share == 0.0) continue;
    for (std::size_t j = 0; j < m; ++j) {
      by_mean[j] += share * factors_[b * m + j].by_mean;
      by_deviation[j] += share * factors_[b * m + j].by_deviation;
    }
  }
  return value;
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
