/// \file
/// Successive halving of trials that report.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "../base/error.hpp"
#include "running_notes.hpp"
#include "running_quantile.hpp"
#include "scheduler.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Rungs at first, first * factor, first * factor^2 ... steps.
struct rung_options {
  /// The step of the first rung, at least 1. The first decision falls there.
  std::size_t first = 1;
  /// At each rung the best 1/factor go on; at least 2.
  std::size_t factor = 3;
};

namespace detail {

/// Compares running trials with the bar of each rung, as it was when the judge was made.
class halving_judge {
 public:
  halving_judge(const rung_options& options, std::vector<double> bars) : options_(options), bars_(std::move(bars)) {}

  [[nodiscard]] bool stops(const running_trial& t) {
    progress& p = taken(t);
    if (const std::size_t rung = p.new_rung(options_); rung != 0)
      p.loses = rung <= bars_.size() && rank_of(t.curve.back().value) > bars_[rung - 1];
    return p.loses;
  }
  void ended(const running_trial& t, trial_state) { running_.forget(t.number); }

  /// Where a trial stands.
  struct progress {
    std::size_t before = 0;   // the highest step before the last report
    std::size_t highest = 0;  // with it
    bool loses = false;       // at the rung that it reached last
    void take(const report& r) noexcept {
      before = highest;
      highest = (std::max)(highest, r.step);
    }
    /// The rung that the last report is the first to reach, from 1; 0 for none. O(log step).
    [[nodiscard]] std::size_t new_rung(const rung_options& options) const noexcept {
      const std::size_t rung = rungs_reached(options, highest);
      return rung > rungs_reached(options, before) ? rung : 0;
    }
  };
  /// After the last report. O(log running trials).
  [[nodiscard]] progress& taken(const running_trial& t) {
    return running_.of(t, [](progress& note, const report& r) { note.take(r); });
  }

 private:
  // How many rungs lie at or below a step.
  [[nodiscard]] static std::size_t rungs_reached(const rung_options& options, std::size_t step) noexcept {
    std::size_t count = 0;
    for (std::size_t at = options.first; at <= step; at *= options.factor) {
      ++count;
      if (at > step / options.factor) break;
    }
    return count;
  }

  rung_options options_;
  std::vector<double> bars_;
  running_notes<progress> running_;
};

}  // namespace detail

/// A trial that reaches a rung goes on if its value there is among the best 1/factor of all trials that reached it so far,
/// itself among them (at least the best one does; ties go on). So nobody waits for the rest of a rung, and nobody is called
/// back: the stopping variant of ASHA (Li et al., A system for massively parallel hyperparameter tuning, MLSys 2020), which
/// is what a trial that can't be paused allows. With a live model see asha() in advance.hpp, which promotes later, too.
///
/// Steps may be skipped: a report counts for the highest rung that it reaches. O(log step + log running trials) a
/// report, and O(log trials) at a rung.
class halving_stopping {
 public:
  /// Raises an error for options out of range.
  explicit halving_stopping(rung_options options = {}) : options_(options) {
    if (options_.first < 1) raise({error_code::invalid_option, "0 given, but it must be at least 1", "first"});
    if (options_.factor < 2)
      raise({error_code::invalid_option,
             detail::text(std::to_string(options_.factor), " given, but it must be at least 2"), "factor"});
  }

  /// See the concept `scheduler`.
  [[nodiscard]] bool stops(const running_trial& t) {
    detail::halving_judge::progress& p = running_.taken(t);
    if (const std::size_t rung = p.new_rung(options_); rung != 0) {
      while (rungs_.size() < rung) rungs_.emplace_back(1.0 / static_cast<double>(options_.factor));
      const double value = detail::rank_of(t.curve.back().value);
      p.loses = value > rungs_[rung - 1].bar();
      rungs_[rung - 1].insert(value);
    }
    return p.loses;
  }
  /// See the concept `scheduler`.
  void ended(const running_trial& t, trial_state state) { running_.ended(t, state); }
  /// See the concept `judging_scheduler`. O(rungs).
  [[nodiscard]] detail::halving_judge judge(std::size_t) {
    std::vector<double> bars;
    for (const detail::running_quantile& values : rungs_) bars.push_back(values.bar());
    return {options_, std::move(bars)};
  }

 private:
  rung_options options_;
  std::vector<detail::running_quantile> rungs_;
  detail::halving_judge running_{options_, {}};
};

}  // namespace knobless
