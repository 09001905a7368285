/// \file
/// Hyperband of trials that report.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "../base/error.hpp"
#include "scheduler.hpp"
#include "successive_halving.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// How much training there is at most, and how it is cut.
struct hyperband_options {
  /// The last step that a trial may report; at least 1.
  // NOLINTBEGIN(readability-magic-numbers)
  std::size_t max_resource = 81;
  // NOLINTEND(readability-magic-numbers)
  /// The step of the earliest rung; at least 1, at most max_resource.
  std::size_t min_resource = 1;
  /// At each rung the best 1/factor go on; at least 2.
  std::size_t factor = 3;
};

namespace detail {

/// A bracket of Hyperband: how many trials it has, and how far each of its rungs trains those that are left.
struct bracket {
  struct rung {
    std::size_t trials;
    std::size_t resource;
  };
  std::vector<rung> rungs;
};

/// The brackets of Hyperband (Li et al., Hyperband: a novel bandit-based approach to hyperparameter optimization, JMLR 2018,
/// algorithm 1), from the one that cuts earliest to the one that never cuts. Raises an error for options out of range.
[[nodiscard]] inline std::vector<bracket> hyperband_brackets(const hyperband_options& options) {
  if (options.factor < 2)
    raise({error_code::invalid_option, text(std::to_string(options.factor), " given, but it must be at least 2"),
           "factor"});
  if (options.min_resource < 1 || options.min_resource > options.max_resource)
    raise({error_code::invalid_option,
           text(std::to_string(options.min_resource), " given, but it must lie between 1 and max_resource"),
           "min_resource"});
  std::size_t most = 0;  // s_max
  for (std::size_t r = options.max_resource; r / options.factor >= options.min_resource; r /= options.factor) ++most;
  std::vector<bracket> all;
  for (std::size_t s = most + 1; s-- > 0;) {
    std::size_t power = 1;
    for (std::size_t i = 0; i < s; ++i) power *= options.factor;
    const std::size_t trials = ((most + 1) * power + s) / (s + 1);  // n = ceil((s_max + 1) factor^s / (s + 1))
    bracket b;
    for (std::size_t i = 0, keep = trials; i <= s; ++i, keep /= options.factor, power /= options.factor)
      b.rungs.push_back({keep, options.max_resource / power});
    all.push_back(std::move(b));
  }
  return all;
}

}  // namespace detail

/// Trials are dealt to brackets that cut early or late, in Hyperband's proportions, by their numbers; within a bracket
/// halving_stopping decides. For those who know neither how early values may be trusted nor want to bet on it.
class hyperband_stopping {
 public:
  /// Raises an error for options out of range.
  explicit hyperband_stopping(hyperband_options options = {}) {
    for (const detail::bracket& b : detail::hyperband_brackets(options)) {
      ends_.push_back((ends_.empty() ? 0 : ends_.back()) + b.rungs.front().trials);
      brackets_.emplace_back(rung_options{b.rungs.front().resource, options.factor});
      last_.push_back(b.rungs.back().resource);
    }
  }

  /// See the concept `scheduler`.
  [[nodiscard]] bool stops(const running_trial& t) {
    const std::size_t b = bracket_of(t.number);
    // At the end there is nothing left to save.
    return t.curve.back().step < last_[b] && brackets_[b].stops(t);
  }
  /// See the concept `scheduler`.
  void ended(const running_trial& t, trial_state state) { brackets_[bracket_of(t.number)].ended(t, state); }

  /// See the concept `judging_scheduler`.
  [[nodiscard]] auto judge(std::size_t number) {
    struct of_bracket {
      std::size_t last;
      detail::halving_judge rungs;
      [[nodiscard]] bool stops(const running_trial& t) { return t.curve.back().step < last && rungs.stops(t); }
      void ended(const running_trial& t, trial_state state) { rungs.ended(t, state); }
    };
    const std::size_t b = bracket_of(number);
    return of_bracket{last_[b], brackets_[b].judge(number)};
  }

  /// The bracket of a trial, from 0, which cuts earliest. O(brackets).
  [[nodiscard]] std::size_t bracket_of(std::size_t number) const noexcept {
    const std::size_t place = number % ends_.back();
    std::size_t b = 0;
    while (ends_[b] <= place) ++b;
    return b;
  }

 private:
  std::vector<std::size_t> ends_;
  std::vector<std::size_t> last_;
  std::vector<halving_stopping> brackets_;
};

}  // namespace knobless
