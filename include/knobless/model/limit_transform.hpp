/// \file
/// What is known of a limit as a model should see it: on a scale where its border, at 0, can be told.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "../base/config.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Limits in units of their median distance from 0 and bent towards bounds on both sides, so that large violations cost the model
/// nothing: monotone, and 0 stays 0. Limits' scales differ by many powers of ten, and what matters is where they change sign.
class limit_transform {
 public:
  limit_transform() = default;

  /// For these values, all finite. O(n).
  explicit limit_transform(std::vector<double> values) {
    std::erase(values, 0.0);
    if (values.empty()) return;
    for (double& v : values) v = v < 0.0 ? -v : v;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
    std::nth_element(values.begin(), middle, values.end());
    unit_ = *middle;
  }

  /// Negative where the limit is kept. O(1).
  [[nodiscard]] double operator()(double value) const noexcept {
    const double v = value / unit_;
    if (v > 0.0) return 1.0 / (1.0 / v + bend);
    return v < 0.0 ? 1.0 / (1.0 / v - bend) : 0.0;
  }

 private:
  static constexpr double bend = 0.3;

  double unit_ = 1.0;
};

}  // namespace knobless::detail

#include "../base/strict_end.inc"
