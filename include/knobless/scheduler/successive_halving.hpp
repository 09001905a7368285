/// \file
/// Successive halving of trials that report.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "../error.hpp"
#include "../scheduler.hpp"
#include "running_quantile.hpp"

namespace knobless {

/// Rungs at first, first * factor, first * factor^2 ... steps.
struct rung_options {
  /// The step of the first rung, at least 1. The first decision falls there.
  std::size_t first = 1;
  /// At each rung the best 1/factor go on; at least 2.
  std::size_t factor = 3;
};

/// A trial that reaches a rung goes on if its value there is among the best 1/factor of all trials that reached it so far,
/// itself among them (at least the best one does; ties go on). So nobody waits for the rest of a rung, and nobody is called
/// back: the stopping variant of ASHA (Li et al., A system for massively parallel hyperparameter tuning, MLSys 2020), which
/// is what a trial that can't be paused allows. With a live model see asha() in advance.hpp, which promotes later, too.
///
/// Steps may be skipped: a report counts for the highest rung that it reaches. O(reports of the trial) a report, and O(log trials) at
/// a rung.
class halving_stopping {
 public:
  /// Raises an error for options out of range.
  explicit halving_stopping(rung_options options = {}) : options_(options) {
    if (options_.first < 1) raise({error_code::invalid_option, "0 given, but it must be at least 1", "first"});
    if (options_.factor < 2)
      raise({error_code::invalid_option, "a factor below 2 given, but it must be at least 2", "factor"});
  }

  /// See the concept `scheduler`.
  [[nodiscard]] bool stops(const running_trial& t) {
    const report& last = t.curve.back();
    const std::size_t rung = rungs_reached(last.step);
    std::size_t highest = 0;
    for (const report& r : t.curve.first(t.curve.size() - 1)) highest = (std::max)(highest, r.step);
    if (rungs_reached(highest) < rung) {
      while (rungs_.size() < rung) rungs_.emplace_back(1.0 / static_cast<double>(options_.factor));
      detail::running_quantile& values = rungs_[rung - 1];
      values.insert(last.value);
      std::erase(losers_, t.number);
      if (last.value > values.value()) losers_.push_back(t.number);
    }
    return std::find(losers_.begin(), losers_.end(), t.number) != losers_.end();
  }
  /// See the concept `scheduler`.
  void ended(const running_trial& t, trial_state) { std::erase(losers_, t.number); }

 private:
  // How many rungs lie at or below a step.
  [[nodiscard]] std::size_t rungs_reached(std::size_t step) const noexcept {
    std::size_t count = 0;
    for (std::size_t at = options_.first; at <= step; at *= options_.factor) {
      ++count;
      if (at > step / options_.factor) break;
    }
    return count;
  }

  rung_options options_;
  std::vector<detail::running_quantile> rungs_;
  std::vector<std::size_t> losers_;  // running trials that go on nevertheless
};

}  // namespace knobless
