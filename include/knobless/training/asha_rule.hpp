/// \file
/// ASHA: asynchronous successive halving with promotion.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "promotion.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Promotes as soon as somebody deserves it: a paused trial that is among the best 1/factor of all that reached its rung goes
/// on, the highest rung first; where there is none a new trial begins (Li et al., A system for massively parallel
/// hyperparameter tuning, MLSys 2020, algorithm 2). So no worker ever waits. A paused trial whose rank is beyond twice the
/// number that its rung promotes is let go for good: it would be called back only after the rung had doubled without one
/// better trial. O(trials of a rung) a leg.
class asha_rule {
 public:
  /// rungs: resources in rising order, the last being all of them.
  asha_rule(const std::vector<std::size_t>& rungs, std::size_t factor) : factor_(factor) {
    for (const std::size_t r : rungs) rungs_.push_back({r, {}});
  }

  /// See promotion_rule.
  [[nodiscard]] std::optional<leg> next(const promotion_context& context, std::vector<std::size_t>& out) {
    out.insert(out.end(), out_.begin(), out_.end());
    out_.clear();
    for (std::size_t k = rungs_.size() - 1; k-- > 0;) {
      auto& entries = rungs_[k].entries;
      for (std::size_t i = 0; i < entries.size() / factor_; ++i) {
        if (!entries[i].waiting) continue;
        entries[i].waiting = false;
        return leg{entries[i].trial, rungs_[k + 1].resource};
      }
    }
    if (!context.exhausted) return leg{context.trials.size(), rungs_.front().resource};
    // No new ones: where a rung promotes nobody for want of trials, its best goes on, so that somebody reaches the end.
    for (const training& t : context.trials)
      if (t.busy) return std::nullopt;
    for (std::size_t k = rungs_.size() - 1; k-- > 0;)
      if (rungs_[k + 1].entries.empty() && !rungs_[k].entries.empty() && rungs_[k].entries.front().waiting) {
        rungs_[k].entries.front().waiting = false;
        return leg{rungs_[k].entries.front().trial, rungs_[k + 1].resource};
      }
    return std::nullopt;
  }

  /// See promotion_rule.
  void told(const promotion_context& context, std::size_t trial) {
    const training& t = context.trials[trial];
    if (t.state == trial_state::failed) return;
    std::size_t k = 0;
    while (rungs_[k].resource < t.resource()) ++k;
    auto& entries = rungs_[k].entries;
    const auto place = std::upper_bound(entries.begin(), entries.end(), t.value(),
                                        [](double value, const entry& e) { return value < e.value; });
    entries.insert(place, {t.value(), trial, k + 1 < rungs_.size()});
    const std::size_t keep = 2 * (entries.size() / factor_ + 1);
    for (std::size_t i = keep; i < entries.size(); ++i)
      if (entries[i].waiting) {
        entries[i].waiting = false;
        out_.push_back(entries[i].trial);
      }
  }

 private:
  struct entry {
    double value;
    std::size_t trial;
    bool waiting;  // may be promoted
  };
  struct rung {
    std::size_t resource;
    std::vector<entry> entries;  // best first; of equal values the earlier first
  };

  std::size_t factor_;
  std::vector<rung> rungs_;
  std::vector<std::size_t> out_;
};

}  // namespace knobless
