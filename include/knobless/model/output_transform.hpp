/// \file
/// Values as a model should see them: on a scale where good ones can be told apart and bad ones do not count for much.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../base/elementary.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Values relative to their median (of two, the lower: their mean would be as large as a wall that half of the trials hit),
/// in units of the good half's root mean square distance from it; above the median bent towards a limit, so that a wall or
/// an outlier costs the model nothing. What good values look like in detail is kept, however large the bad ones are; a
/// monotone map, so that the order stays. (The bad half's ranks alone, as Vizier's half-rank warping takes them, measured
/// worse.)
class output_transform {
 public:
  output_transform() = default;

  /// For these values, at least one, all finite. O(n log n).
  explicit output_transform(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t n = values.size();
    // Halves, since differences of huge values would overflow.
    half_centre_ = values[(n - 1) / 2] / 2;
    half_spread_ = spread(values, (n + 1) / 2);
    // Where most values are the least, the unit can only come from the others.
    if (!(half_spread_ > 0.0)) half_spread_ = spread(values, n);
    if (!(half_spread_ > 0.0)) half_spread_ = 1.0;
  }

  /// With another bound between good and bad than the median: at least one value is at most `knee`. Up to there the map is
  /// linear. O(n log n).
  output_transform(std::vector<double> values, double knee) : half_centre_(knee / 2) {
    std::sort(values.begin(), values.end());
    const auto good = std::upper_bound(values.begin(), values.end(), knee) - values.begin();
    half_spread_ = spread(values, static_cast<std::size_t>(good));
    if (!(half_spread_ > 0.0)) half_spread_ = spread(values, values.size());
    if (!(half_spread_ > 0.0)) half_spread_ = 1.0;
  }

  /// Negative for good values, 0 for the median. O(1).
  [[nodiscard]] double operator()(double value) const noexcept {
    const double v = (value / 2 - half_centre_) / half_spread_;
    return v > 0.0 ? 1.0 / (1.0 / v + bend) : v;
  }

  /// The value that is transformed to v. O(1).
  [[nodiscard]] double inverse(double v) const noexcept {
    return 2.0 * ((v > 0.0 ? 1.0 / (std::max)(1.0 / v - bend, least) : v) * half_spread_ + half_centre_);
  }

 private:
  // Root mean square distance from the centre of those of the first `count` that differ from it, halved.
  [[nodiscard]] double spread(const std::vector<double>& sorted, std::size_t count) const {
    const double largest = (std::max)(half_centre_ - sorted.front() / 2, sorted[count - 1] / 2 - half_centre_);
    if (!(largest > 0.0)) return 0.0;
    double sum = 0.0;
    std::size_t different = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const double share = (sorted[i] / 2 - half_centre_) / largest;
      sum += share * share;
      if (share != 0.0) ++different;
    }
    return largest * std::sqrt(sum / static_cast<double>(different));
  }

  static constexpr double bend = 0.6;
  static constexpr double least = 1e-12;  // where the bend ends

  double half_centre_ = 0.0;
  double half_spread_ = 1.0;
};

}  // namespace knobless::detail

#include "../base/strict_end.inc"
