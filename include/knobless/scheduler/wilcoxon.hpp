/// \file
/// Stops what loses against the best trial, pair by pair.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "../elementary.hpp"
#include "../error.hpp"
#include "../scheduler.hpp"

#include "../detail/strict_begin.inc"

namespace knobless {

namespace detail {

/// Wilcoxon's signed-rank test: how probable it is, under equal odds for both signs, that positive differences have ranks
/// with a sum at least as large as these. Equal sizes share their ranks; zeros count half on either side. Exact up to 12
/// differences, beyond that by the normal distribution with a correction for continuity. O(n log n).
[[nodiscard]] inline double signed_rank_p(std::vector<double>& differences) {
  const std::size_t n = differences.size();
  std::sort(differences.begin(), differences.end(),
            [](double a, double b) { return (a < 0.0 ? -a : a) < (b < 0.0 ? -b : b); });
  const auto size = [&](std::size_t i) { return differences[i] < 0.0 ? -differences[i] : differences[i]; };
  // Ranks twofold, so that those which are shared are whole.
  constexpr std::size_t exact = 12;
  std::vector<std::size_t> ranks;  // of what is not zero
  std::size_t positive = 0;
  for (std::size_t i = 0; i < n;) {
    std::size_t j = i;
    while (j < n && size(j) <= size(i)) ++j;
    const std::size_t rank = i + 1 + j;  // twice the mean of i + 1 .. j
    for (; i < j; ++i) {
      if (size(i) <= 0.0) continue;
      ranks.push_back(rank);
      if (differences[i] > 0.0) positive += rank;
    }
  }
  std::size_t total = 0;
  double variance = 0.0;
  for (const std::size_t r : ranks) {
    total += r;
    variance += 0.25 * static_cast<double>(r) * static_cast<double>(r);
  }
  if (ranks.empty()) return 1.0;
  if (n <= exact) {
    // How many of the 2^n ways to choose signs have each sum.
    std::vector<double> ways(total + 1, 0.0);
    ways[0] = 1.0;
    std::size_t reach = 0;
    for (const std::size_t r : ranks) {
      for (std::size_t s = reach + 1; s-- > 0;) ways[s + r] += ways[s];
      reach += r;
    }
    double tail = 0.0;
    for (std::size_t s = positive; s <= total; ++s) tail += ways[s];
    for (std::size_t i = 0; i < ranks.size(); ++i) tail *= 0.5;
    return tail;
  }
  const double z = (static_cast<double>(positive) - 1.0 - 0.5 * static_cast<double>(total)) / std::sqrt(variance);
  return elementary::normal_cdf(-z);
}

}  // namespace detail

/// When a Wilcoxon rule is sure.
struct wilcoxon_options {
  /// The odds of stopping a trial that is as good as the best one, in a single look; above 0, below 1.
  double p = 0.1;
};

/// For steps that are the same task for each trial: folds, opponents, episodes with fixed seeds. Stops a trial when
/// Wilcoxon's signed-rank test finds it worse than the best complete one on the steps that both have reported, unless its mean
/// over them is the better. Differences of tasks cancel: a race that needs a tenth of the episodes. The best trial is
/// the complete one with the lowest mean of its reports; each step of a trial is meant to be reported once.
/// O(n log n) a report, n being the reports of the trial; independent of the number of trials.
class wilcoxon_stopping {
 public:
  /// Raises an error for a p out of range.
  explicit wilcoxon_stopping(wilcoxon_options options = {}) : options_(options) {
    if (!elementary::is_finite(options_.p) || !(options_.p > 0.0 && options_.p < 1.0))
      raise({error_code::invalid_option, "it must lie between 0 and 1", "p"});
  }

  /// See the concept `scheduler`.
  [[nodiscard]] bool stops(const running_trial& t) {
    differences_.clear();
    double sum = 0.0;
    std::size_t hint = 0;
    for (const report& r : t.curve) {
      if (!elementary::is_finite(r.value)) continue;
      // Where steps come in order the next one is the one sought.
      if (hint >= best_.size() || best_[hint].step != r.step)
        hint =
            static_cast<std::size_t>(std::lower_bound(best_.begin(), best_.end(), r.step,
                                                      [](const report& a, std::size_t step) { return a.step < step; }) -
                                     best_.begin());
      if (hint >= best_.size() || best_[hint].step != r.step) continue;
      differences_.push_back(r.value - best_[hint].value);
      sum += differences_.back();
      ++hint;
    }
    return sum > 0.0 && detail::signed_rank_p(differences_) < options_.p;
  }

  /// See the concept `scheduler`.
  void ended(const running_trial& t, trial_state state) {
    if (state != trial_state::complete || t.curve.empty()) return;
    double mean = 0.0;
    for (const report& r : t.curve) {
      if (!elementary::is_finite(r.value)) return;
      mean += r.value / static_cast<double>(t.curve.size());
    }
    if (!best_.empty() && mean >= best_mean_) return;
    best_mean_ = mean;
    best_.assign(t.curve.begin(), t.curve.end());
    std::stable_sort(best_.begin(), best_.end(), [](const report& a, const report& b) { return a.step < b.step; });
  }

 private:
  wilcoxon_options options_;
  std::vector<report> best_;  // by step
  double best_mean_ = 0.0;
  std::vector<double> differences_;
};

}  // namespace knobless

#include "../detail/strict_end.inc"
