/// \file
/// Successive halving and Hyperband of trials that can be paused.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "../scheduler/hyperband.hpp"
#include "promotion.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Brackets one after the other, and again from the first, until so many are done. In each, a rung is trained as a whole; then
/// the best go on (Jamieson and Talwalkar, Non-stochastic best arm identification and hyperparameter optimization, AISTATS
/// 2016). Of equal values the earlier trial goes on; a failed one does not. O(n log n) a rung of n trials.
class bracket_rule {
 public:
  /// most: how many brackets in all; 0: no limit.
  explicit bracket_rule(std::vector<detail::bracket> brackets, std::size_t most = 0)
      : brackets_(std::move(brackets)), most_(most) {}

  /// See promotion_rule.
  [[nodiscard]] std::optional<leg> next(const promotion_context& context, std::vector<std::size_t>& out) {
    while (most_ == 0 || finished_ < most_) {
      const auto& rungs = brackets_[bracket_].rungs;
      if (rung_ == 0) {
        // The trials since the last bracket are this one's.
        for (std::size_t i = first_ + members_.size(); i < context.trials.size(); ++i) members_.push_back(i);
        if (members_.size() < rungs[0].trials && !context.exhausted)
          return leg{context.trials.size(), rungs[0].resource};
      } else if (begun_ < members_.size()) {
        return leg{members_[begun_++], rungs[rung_].resource};
      }
      for (const std::size_t i : members_)
        if (context.trials[i].busy) return std::nullopt;
      if (members_.empty() && context.exhausted) return std::nullopt;
      finish(context, out);
    }
    return std::nullopt;
  }

  /// See promotion_rule.
  void told(const promotion_context&, std::size_t) {}

  /// How many brackets are done.
  [[nodiscard]] std::size_t finished() const noexcept { return finished_; }

 private:
  // All of the rung are trained.
  void finish(const promotion_context& context, std::vector<std::size_t>& out) {
    const auto& rungs = brackets_[bracket_].rungs;
    std::erase_if(members_, [&](std::size_t i) { return context.trials[i].state == trial_state::failed; });
    ++rung_;
    begun_ = 0;
    if (rung_ == rungs.size() || members_.empty()) {
      members_.clear();
      first_ = context.trials.size();
      rung_ = 0;
      bracket_ = (bracket_ + 1) % brackets_.size();
      ++finished_;
      return;
    }
    std::stable_sort(members_.begin(), members_.end(), [&](std::size_t a, std::size_t b) {
      return context.trials[a].value() < context.trials[b].value();
    });
    const std::size_t keep = (std::min)(rungs[rung_].trials, members_.size());
    out.insert(out.end(), members_.begin() + static_cast<std::ptrdiff_t>(keep), members_.end());
    members_.resize(keep);
  }

  std::vector<detail::bracket> brackets_;
  std::size_t most_;
  std::size_t bracket_ = 0;
  std::size_t rung_ = 0;
  std::size_t first_ = 0;             // trial of the bracket
  std::vector<std::size_t> members_;  // of the rung
  std::size_t begun_ = 0;             // how many of them have begun it, on a rung that is not the first
  std::size_t finished_ = 0;
};

}  // namespace knobless
