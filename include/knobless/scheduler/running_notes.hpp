/// \file
/// What a scheduler keeps of the trials that run, so that it looks at each report once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "scheduler.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// A note on each running trial, made of its reports one by one.
template <class Note>
class running_notes {
 public:
  /// The note on a trial after `take(note, report)` of each report that it has not taken. A curve of one report begins a
  /// trial. O(log running trials), and one `take` a report.
  template <class Take>
  [[nodiscard]] Note& of(const running_trial& t, const Take& take) {
    auto at = find(t.number);
    if (at == kept_.end() || at->number != t.number) at = kept_.insert(at, entry{t.number, 0, Note{}});
    if (t.curve.size() <= 1 || t.curve.size() < at->taken) *at = entry{t.number, 0, Note{}};
    for (; at->taken < t.curve.size(); ++at->taken) take(at->note, t.curve[at->taken]);
    return at->note;
  }

  /// The trial has ended.
  void forget(std::size_t number) {
    const auto at = find(number);
    if (at != kept_.end() && at->number == number) kept_.erase(at);
  }

  /// All notes are to be made anew.
  void clear() noexcept { kept_.clear(); }

 private:
  struct entry {
    std::size_t number;
    std::size_t taken;  // reports
    Note note;
  };
  [[nodiscard]] auto find(std::size_t number) {
    return std::lower_bound(kept_.begin(), kept_.end(), number,
                            [](const entry& e, std::size_t sought) { return e.number < sought; });
  }

  std::vector<entry> kept_;  // by number
};

/// The lowest value of a curve.
struct best_so_far {
  double value = (std::numeric_limits<double>::max)();
  void take(const report& r) noexcept { value = (std::min)(value, rank_of(r.value)); }
};

}  // namespace knobless::detail
