/// \file
/// The median rule.
#pragma once

#include <cstddef>

#include "percentile.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// When a median rule begins.
struct median_options {
  /// How many complete trials must have reported a step before somebody is stopped there.
  std::size_t first_trials = 5;
  /// No trial is stopped before this step; 0: before a third of the last step that a complete trial has reported.
  std::size_t first_step = 0;
};

/// Stops a trial whose best value so far is worse than the median of complete trials at the same step: percentile_stopping
/// with 50 per cent.
class median_stopping {
 public:
  /// Any options are in range.
  explicit median_stopping(median_options options = {})
      : rule_(percentile_options{half, options.first_trials, options.first_step}) {}

  /// See the concept `scheduler`.
  [[nodiscard]] bool stops(const running_trial& t) { return rule_.stops(t); }
  /// See the concept `scheduler`.
  void ended(const running_trial& t, trial_state state) { rule_.ended(t, state); }
  /// See the concept `judging_scheduler`.
  [[nodiscard]] detail::percentile_judge judge(std::size_t number) { return rule_.judge(number); }

 private:
  static constexpr double half = 50.0;  // per cent
  percentile_stopping rule_;
};

}  // namespace knobless
