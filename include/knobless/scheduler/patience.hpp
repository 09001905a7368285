/// \file
/// Stops what no longer gets better.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "../base/error.hpp"
#include "running_notes.hpp"
#include "scheduler.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Stops a trial none of whose last `reports` reports was better than its best before them. With another scheduler it
/// stops only what that one wants stopped too: a trial that still improves is spared. O(log running trials) a report.
class patience_stopping {
 public:
  /// reports: at least 1.
  explicit patience_stopping(std::size_t reports, any_scheduler other = {})
      : reports_(reports), other_(std::move(other)) {
    if (reports < 1) raise({error_code::invalid_option, "0 given, but it must be at least 1", "reports"});
  }

  /// See the concept `scheduler`.
  [[nodiscard]] bool stops(const running_trial& t) {
    const bool other_agrees = !other_ || other_.stops(t);
    const progress& p = running_.of(t, [](progress& note, const report& r) { note.take(r); });
    return other_agrees && p.reports_since_best >= reports_;
  }
  /// See the concept `scheduler`.
  void ended(const running_trial& t, trial_state state) {
    running_.forget(t.number);
    other_.ended(t, state);
  }
  /// See the concept `judging_scheduler`.
  [[nodiscard]] patience_stopping judge(std::size_t number) {
    return patience_stopping(reports_, other_.judge(number));
  }

 private:
  struct progress {
    double best = (std::numeric_limits<double>::max)();
    std::size_t reports_since_best = 0;
    bool begun = false;
    void take(const report& r) noexcept {
      const double value = detail::rank_of(r.value);
      reports_since_best = begun && value >= best ? reports_since_best + 1 : 0;
      best = (std::min)(value, best);
      begun = true;
    }
  };

  std::size_t reports_;
  any_scheduler other_;
  detail::running_notes<progress> running_;
};

}  // namespace knobless
