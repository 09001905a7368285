/// \file
/// Stops what loses against the best trial, pair by pair.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "../base/elementary.hpp"
#include "../base/error.hpp"
#include "../space/parameter.hpp"
#include "running_notes.hpp"
#include "scheduler.hpp"
#include "signed_ranks.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {

/// When a Wilcoxon rule is sure.
struct wilcoxon_options {
  /// The odds of stopping a trial that is as good as the best one, in a single look; above 0, below 1.
  // NOLINTBEGIN(readability-magic-numbers)
  double p = 0.1;
  // NOLINTEND(readability-magic-numbers)
};

/// For steps that are the same task for each trial: folds, opponents, episodes with fixed seeds. Stops a trial when
/// Wilcoxon's signed-rank test finds it worse than the best complete one on the steps that both have reported, unless its mean
/// over them is the better. Differences of tasks cancel: a race that needs a tenth of the episodes. The best trial is
/// the complete one with the lowest mean of its reports; each step of a trial is meant to be reported once.
/// O(log n) a report, n being the reports of the trial; O(n log n) at the first report after the best trial has changed.
/// Independent of the number of complete trials; copies share the best trial's reports.
class wilcoxon_stopping {
 public:
  /// Raises an error for a p out of range.
  explicit wilcoxon_stopping(wilcoxon_options options = {}) : options_(options) {
    if (!elementary::is_finite(options_.p) || !(options_.p > 0.0 && options_.p < 1.0))
      raise({error_code::invalid_option,
             detail::text(detail::number_text(options_.p), " given, but it must lie between 0 and 1"), "p"});
  }

  /// See the concept `scheduler`.
  [[nodiscard]] bool stops(const running_trial& t) {
    const comparison& c = running_.of(t, [this](comparison& note, const report& r) { compare(note, r); });
    return c.sum > 0.0 && c.ranks.p() < options_.p;
  }

  /// See the concept `scheduler`.
  void ended(const running_trial& t, trial_state state) {
    running_.forget(t.number);
    if (state != trial_state::complete || t.curve.empty()) return;
    double mean = 0.0;
    for (const report& r : t.curve) {
      if (!elementary::is_finite(r.value)) return;
      mean += r.value / static_cast<double>(t.curve.size());
    }
    if (!best_->empty() && mean >= best_mean_) return;
    best_mean_ = mean;
    std::vector<report> sorted(t.curve.begin(), t.curve.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const report& a, const report& b) { return a.step < b.step; });
    best_ = std::make_shared<const std::vector<report>>(std::move(sorted));
    running_.clear();
  }

 private:
  // A running trial with the best one, on the steps that both have.
  struct comparison {
    std::size_t next = 0;  // of the best trial's reports, where steps come in order
    double sum = 0.0;
    detail::signed_ranks ranks;
  };

  void compare(comparison& c, const report& r) const {
    if (!elementary::is_finite(r.value)) return;
    const std::vector<report>& best = *best_;
    if (c.next >= best.size() || best[c.next].step != r.step)
      c.next =
          static_cast<std::size_t>(std::lower_bound(best.begin(), best.end(), r.step,
                                                    [](const report& a, std::size_t step) { return a.step < step; }) -
                                   best.begin());
    if (c.next >= best.size() || best[c.next].step != r.step) return;
    const double difference = bounded(r.value - best[c.next].value, r.value);
    c.ranks.insert(difference);
    c.sum = bounded(c.sum + difference, difference);
    ++c.next;
  }
  // A number beyond the largest double is the largest one, with the sign of what led there.
  [[nodiscard]] static double bounded(double x, double toward) noexcept {
    constexpr double most = (std::numeric_limits<double>::max)();
    return elementary::is_finite(x) ? x : toward > 0.0 ? most : -most;
  }

  wilcoxon_options options_;
  std::shared_ptr<const std::vector<report>> best_ = std::make_shared<const std::vector<report>>();  // by step
  double best_mean_ = 0.0;
  detail::running_notes<comparison> running_;
};

}  // namespace knobless

#include "../base/strict_end.inc"
