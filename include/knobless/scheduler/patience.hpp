/// \file
/// Stops what no longer gets better.
#pragma once

#include <cstddef>
#include <utility>

#include "../error.hpp"
#include "../scheduler.hpp"

namespace knobless {

/// Stops a trial none of whose last `reports` reports was better than its best before them. With another scheduler it
/// stops only what that one wants stopped too: a trial that still improves is spared. O(reports of the trial).
class patience_stopping {
 public:
  /// reports: at least 1.
  explicit patience_stopping(std::size_t reports, any_scheduler other = {})
      : reports_(reports), other_(std::move(other)) {
    if (reports < 1) raise({error_code::invalid_option, "0 given, but it must be at least 1", "reports"});
  }

  /// See the concept `scheduler`.
  [[nodiscard]] bool stops(const running_trial& t) {
    if (other_ && !other_.stops(t)) return false;
    const std::size_t n = t.curve.size();
    return n > reports_ && detail::lowest(t.curve.last(reports_)) >= detail::lowest(t.curve.first(n - reports_));
  }
  /// See the concept `scheduler`.
  void ended(const running_trial& t, trial_state state) { other_.ended(t, state); }

 private:
  std::size_t reports_;
  any_scheduler other_;
};

}  // namespace knobless
