/// \file
/// Sets of levels: at which values of its parent a parameter is active.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "config.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// A set of levels of a discrete parameter, as sorted ranges: few numbers, however many levels the parameter has.
class level_set {
 public:
  /// The levels from `first` to `last`, both included.
  struct range {
    std::uint64_t first = 0;  ///< the lowest level
    std::uint64_t last = 0;   ///< the highest level, not below first
    friend bool operator==(const range& a, const range& b) noexcept { return a.first == b.first && a.last == b.last; }
  };

  /// No levels.
  level_set() = default;
  /// The levels below 64 whose bits are set: 0b101 is levels 0 and 2.
  level_set(std::uint64_t bits) {
    for (std::uint64_t level = 0; level < 64; ++level)
      if ((bits >> level & 1U) != 0) insert(level);
  }

  /// One level.
  [[nodiscard]] static level_set of(std::uint64_t level) { return between(level, level); }
  /// This level and all above it.
  [[nodiscard]] static level_set from(std::uint64_t level) {
    return between(level, (std::numeric_limits<std::uint64_t>::max)());
  }

  /// Adds a level. O(ranges).
  void insert(std::uint64_t level) {
    auto at = std::find_if(ranges_.begin(), ranges_.end(), [&](const range& r) { return r.last >= level; });
    if (at != ranges_.end() && at->first <= level) return;
    const bool joins_next = at != ranges_.end() && at->first == level + 1;
    const bool joins_previous = at != ranges_.begin() && (at - 1)->last + 1 == level;
    if (joins_next && joins_previous) {
      (at - 1)->last = at->last;
      ranges_.erase(at);
    } else if (joins_next) {
      at->first = level;
    } else if (joins_previous) {
      (at - 1)->last = level;
    } else {
      ranges_.insert(at, {level, level});
    }
  }

  /// Whether it has the level. O(ranges).
  [[nodiscard]] bool contains(std::uint64_t level) const noexcept {
    for (const range& r : ranges_)
      if (level <= r.last) return level >= r.first;
    return false;
  }

  /// Whether it has a level below `levels`. O(1).
  [[nodiscard]] bool any_below(std::uint64_t levels) const noexcept {
    return !ranges_.empty() && ranges_.front().first < levels;
  }

  /// In order, with gaps between them.
  [[nodiscard]] const std::vector<range>& ranges() const noexcept { return ranges_; }

  /// Whether both have the same levels.
  friend bool operator==(const level_set& a, const level_set& b) noexcept { return a.ranges_ == b.ranges_; }

 private:
  [[nodiscard]] static level_set between(std::uint64_t first, std::uint64_t last) {
    level_set out;
    out.ranges_.push_back({first, last});
    return out;
  }

  std::vector<range> ranges_;
};

}  // namespace knobless
