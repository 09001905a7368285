/// \file
/// Stops what falls behind most of the trials that were completed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "../base/elementary.hpp"
#include "../base/error.hpp"
#include "../space/parameter.hpp"
#include "running_notes.hpp"
#include "running_quantile.hpp"
#include "scheduler.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Which trials a percentile rule spares.
struct percentile_options {
  /// Trials among the best so many per cent go on; above 0, at most 100.
  // NOLINTBEGIN(readability-magic-numbers)
  double percent = 25.0;
  // NOLINTEND(readability-magic-numbers)
  /// How many complete trials must have reported a step before somebody is stopped there.
  std::size_t first_trials = 5;
  /// No trial is stopped before this step; 0: before a third of the last step that a complete trial has reported.
  std::size_t first_step = 0;
};

namespace detail {

/// A step that complete trials have reported.
struct percentile_bar {
  std::size_t step;
  std::size_t trials;  ///< how many
  double value;        ///< the percentile of the best values that they had there
};

/// Compares running trials with bars that stay as they are.
class percentile_judge {
 public:
  percentile_judge(const percentile_options& options, std::shared_ptr<const std::vector<percentile_bar>> bars)
      : options_(options), bars_(std::move(bars)) {}

  [[nodiscard]] bool stops(const running_trial& t) { return stops(t, *bars_); }
  void ended(const running_trial& t, trial_state) { running_.forget(t.number); }

  /// With bars of today, sorted by step. O(log steps + log running trials) a report.
  [[nodiscard]] bool stops(const running_trial& t, const std::vector<percentile_bar>& bars) {
    const best_so_far& best = running_.of(t, [](best_so_far& note, const report& r) { note.take(r); });
    const std::size_t step = t.curve.back().step;
    if (bars.empty() || step < first_step(bars.back().step)) return false;
    const auto at = std::lower_bound(bars.begin(), bars.end(), step,
                                     [](const percentile_bar& b, std::size_t sought) { return b.step < sought; });
    return at != bars.end() && at->step == step && at->trials >= (std::max)(options_.first_trials, std::size_t{1}) &&
           best.value > at->value;
  }

 private:
  // Where values are first believed. A third: measured, see docs/measured.md, "Early stopping".
  [[nodiscard]] std::size_t first_step(std::size_t last) const noexcept {
    constexpr std::size_t warm_up = 3;
    return options_.first_step != 0 ? options_.first_step : last / warm_up + (last % warm_up != 0 ? 1 : 0);
  }

  percentile_options options_;
  std::shared_ptr<const std::vector<percentile_bar>> bars_;
  running_notes<best_so_far> running_;
};

}  // namespace detail

/// Stops a trial whose best value so far is worse than the percentile of the best values that complete trials had at the
/// same step (the median rule of Golovin et al., Google Vizier, KDD 2017, section 3.2, for any percentile). Trials that were
/// stopped don't count: what goes on is measured by what was worth completing. Ties go on.
///
/// O(log steps + log running trials) a report, O(reports of the trial * log (trials + reports)) at the end of a complete one, and
/// O(steps) more where it reported a step that was new.
class percentile_stopping {
 public:
  /// Raises an error for a percentage out of range.
  explicit percentile_stopping(percentile_options options = {}) : options_(options) {
    if (!elementary::is_finite(options_.percent) || !(options_.percent > 0.0 && options_.percent <= 100.0))
      raise({error_code::invalid_option,
             detail::text(detail::number_text(options_.percent), " given, but it must lie above 0 and not above 100"),
             "percent"});
  }

  /// See the concept `scheduler`.
  [[nodiscard]] bool stops(const running_trial& t) { return judge_.stops(t, bars_); }

  /// See the concept `scheduler`.
  void ended(const running_trial& t, trial_state state) {
    judge_.ended(t, state);
    if (state != trial_state::complete || t.curve.empty()) return;
    const std::vector<report> reached = best_at_each_step(t.curve);
    learn_steps(reached);
    std::size_t at = 0;
    for (const report& r : reached) {
      if (bars_[at].step < r.step) at = place_of(r.step, at);
      detail::running_quantile& values = values_[at];
      values.insert(r.value);
      bars_[at].trials = values.size();
      bars_[at].value = values.value();
    }
    snapshot_.reset();
  }

  /// See the concept `judging_scheduler`. O(1), and O(steps) once after the end of a complete trial.
  [[nodiscard]] detail::percentile_judge judge(std::size_t) {
    if (!snapshot_) snapshot_ = std::make_shared<const std::vector<detail::percentile_bar>>(bars_);
    return {options_, snapshot_};
  }

 private:
  // By step. Of several reports of a step in a row the last counts.
  [[nodiscard]] static std::vector<report> best_at_each_step(std::span<const report> curve) {
    std::vector<report> reached;
    detail::best_so_far best;
    for (const report& r : curve) {
      best.take(r);
      if (!reached.empty() && reached.back().step == r.step)
        reached.back().value = best.value;
      else
        reached.push_back({r.step, best.value});
    }
    std::stable_sort(reached.begin(), reached.end(), [](const report& a, const report& b) { return a.step < b.step; });
    return reached;
  }

  // The first known step from `from` on that is not below `step`. O(log distance).
  [[nodiscard]] std::size_t place_of(std::size_t step, std::size_t from) const {
    std::size_t stride = 1;
    while (from + stride < bars_.size() && bars_[from + stride].step < step) stride *= 2;
    const auto end = bars_.begin() + static_cast<std::ptrdiff_t>((std::min)(from + stride, bars_.size()));
    const auto at =
        std::lower_bound(bars_.begin() + static_cast<std::ptrdiff_t>(from), end, step,
                         [](const detail::percentile_bar& b, std::size_t sought) { return b.step < sought; });
    return static_cast<std::size_t>(at - bars_.begin());
  }

  // Steps that nobody had reported get a place in the order.
  void learn_steps(const std::vector<report>& reached) {
    std::vector<std::size_t> added;
    std::size_t at = 0;
    for (const report& r : reached) {
      at = place_of(r.step, at);
      const bool known = at < bars_.size() && bars_[at].step == r.step;
      if (!known && (added.empty() || added.back() != r.step)) added.push_back(r.step);
    }
    // From the back, so that each known step moves once.
    std::size_t from = bars_.size();
    std::size_t to = from + added.size();
    bars_.resize(to);
    values_.resize(to, nobody());
    while (!added.empty()) {
      --to;
      if (from > 0 && bars_[from - 1].step > added.back()) {
        --from;
        bars_[to] = bars_[from];
        values_[to] = std::move(values_[from]);
      } else {
        bars_[to] = {added.back(), 0, 0.0};
        values_[to] = nobody();
        added.pop_back();
      }
    }
  }
  [[nodiscard]] detail::running_quantile nobody() const {
    return detail::running_quantile(options_.percent / 100.0, detail::running_quantile::rounding::up);
  }

  percentile_options options_;
  std::vector<detail::percentile_bar> bars_;      // by step
  std::vector<detail::running_quantile> values_;  // of each bar
  detail::percentile_judge judge_{options_, nullptr};
  std::shared_ptr<const std::vector<detail::percentile_bar>> snapshot_;  // of the bars, for judges
};

}  // namespace knobless
