/// \file
/// Stops what falls behind most of the trials that were completed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "../elementary.hpp"
#include "../error.hpp"
#include "../scheduler.hpp"
#include "running_quantile.hpp"

namespace knobless {

/// Which trials a percentile rule spares.
struct percentile_options {
  /// Trials among the best so many per cent go on; above 0, at most 100.
  double percent = 25.0;
  /// How many complete trials must have reported a step before somebody is stopped there.
  std::size_t first_trials = 5;
  /// No trial is stopped before this step.
  std::size_t first_step = 1;
};

/// Stops a trial whose best value so far is worse than the percentile of the best values that complete trials had at the
/// same step (the median rule of Golovin et al., Google Vizier, KDD 2017, section 3.2, for any percentile). Trials that were
/// stopped don't count: what goes on is measured by what was worth completing. Ties go on.
///
/// O(reports of the trial) a report, O(reports of the trial * log trials) at the end of a complete one.
class percentile_stopping {
 public:
  /// Raises an error for a percentage out of range.
  explicit percentile_stopping(percentile_options options = {}) : options_(options) {
    if (!elementary::is_finite(options_.percent) || !(options_.percent > 0.0 && options_.percent <= 100.0))
      raise({error_code::invalid_option, "it must lie above 0 and not above 100", "percent"});
  }

  /// See the concept `scheduler`.
  [[nodiscard]] bool stops(const running_trial& t) {
    const std::size_t step = t.curve.back().step;
    if (step < options_.first_step) return false;
    const auto at = find(step);
    if (at == steps_.end() || at->first != step) return false;
    const detail::running_quantile& values = at->second;
    return values.size() >= (std::max)(options_.first_trials, std::size_t{1}) &&
           detail::lowest(t.curve) > values.value();
  }

  /// See the concept `scheduler`.
  void ended(const running_trial& t, trial_state state) {
    if (state != trial_state::complete) return;
    for (std::size_t i = 0; i < t.curve.size(); ++i) {
      const std::size_t step = t.curve[i].step;
      // Of several reports of a step the last counts.
      if (i + 1 < t.curve.size() && t.curve[i + 1].step == step) continue;
      auto at = find(step);
      if (at == steps_.end() || at->first != step)
        at = steps_.emplace(at, step,
                            detail::running_quantile(options_.percent / 100.0, detail::running_quantile::rounding::up));
      at->second.insert(detail::lowest(t.curve.first(i + 1)));
    }
  }

 private:
  using known_step = std::pair<std::size_t, detail::running_quantile>;
  [[nodiscard]] std::vector<known_step>::iterator find(std::size_t step) {
    return std::lower_bound(steps_.begin(), steps_.end(), step,
                            [](const known_step& a, std::size_t b) { return a.first < b; });
  }

  percentile_options options_;
  std::vector<known_step> steps_;  // sorted
};

}  // namespace knobless
