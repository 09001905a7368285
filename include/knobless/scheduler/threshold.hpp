/// \file
/// Stops what leaves a range.
#pragma once

#include <optional>

#include "scheduler.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Values that a trial may report, as its user reports them.
struct threshold_options {
  std::optional<double> low = std::nullopt;   ///< none by default
  std::optional<double> high = std::nullopt;  ///< none by default
  /// No trial is stopped before this step.
  std::size_t first_step = 0;
};

/// Stops a trial that reports a value below `low` or above `high`. O(1).
class threshold_stopping {
 public:
  /// Any options are in range.
  explicit threshold_stopping(threshold_options options) : options_(options) {}

  /// See the concept `scheduler`.
  [[nodiscard]] bool stops(const running_trial& t) const {
    const report& last = t.curve.back();
    if (last.step < options_.first_step) return false;
    const double value = t.direction == direction::minimize ? last.value : -last.value;
    return (options_.low && value < *options_.low) || (options_.high && value > *options_.high);
  }
  /// See the concept `scheduler`.
  void ended(const running_trial&, trial_state) {}

 private:
  threshold_options options_;
};

}  // namespace knobless
