/// \file
/// Values as a model should see them: on a scale where good ones can be told apart and bad ones do not count for much.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../elementary.hpp"
#include "tune.hpp"

namespace knobless::detail {

/// Values relative to their median, in units of the good half's root mean square distance from it; above the median bent
/// towards a limit, so that a wall or an outlier costs the model nothing. What good values look like in detail is kept,
/// however large the bad ones are; a monotone map, so that the order stays. (The bad half's ranks alone, as Vizier's half-rank
/// warping takes them, measured worse.)
class output_transform {
 public:
  output_transform() = default;

  /// For these values, at least one, all finite. O(n log n).
  explicit output_transform(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t n = values.size();
    // Halves, since differences of huge values would overflow.
    half_centre_ = values[(n - 1) / 2] / 4 + values[n / 2] / 4;
    double largest = half_centre_ - values[0] / 2;
    if (!(largest > 0.0)) largest = 1.0;
    double sum = 0.0;
    std::size_t good = 0;
    for (; good < n && values[good] / 2 < half_centre_; ++good) {
      const double share = (half_centre_ - values[good] / 2) / largest;
      sum += share * share;
    }
    half_spread_ = largest * std::sqrt(sum / static_cast<double>((std::max<std::size_t>)(good, 1)));
    if (!(half_spread_ > 0.0)) half_spread_ = 1.0;
    double total = 0.0;
    for (const double v : values) total += bent(v);
    static const double w = tune(30, 1.0);
    mean_ = w * total / static_cast<double>(n);
  }

  [[nodiscard]] double operator()(double value) const noexcept { return bent(value) - mean_; }

  /// What the median is transformed to.
  [[nodiscard]] double median() const noexcept { return -mean_; }

  /// The value that is transformed to this. O(1).
  [[nodiscard]] double inverse(double transformed) const noexcept {
    const double v = transformed + mean_;
    return 2.0 * ((v > 0.0 ? 1.0 / (std::max)(1.0 / v - bend, 1e-12) : v) * half_spread_ + half_centre_);
  }

 private:
  [[nodiscard]] double bent(double value) const noexcept {
    const double v = (value / 2 - half_centre_) / half_spread_;
    return v > 0.0 ? 1.0 / (1.0 / v + bend) : v;
  }

  inline static const double bend = tune(11, 0.6);

  double half_centre_ = 0.0;
  double half_spread_ = 1.0;
  double mean_ = 0.0;
};

}  // namespace knobless::detail
