#pragma once

#include "known_points.hpp"

#include <algorithm>
#include <utility>

namespace knobless::inline KNOBLESS_ABI::detail {

KNOBLESS_INLINE void known_points::hear(const history& seen) {
  if (!heard_.follows(seen)) {
    *this = known_points();
    heard_ = history_cursor(seen);
  }
  for (; heard_.more(seen); heard_.advance()) {
    const observation o = seen[heard_.row()];
    if (o.state != trial_state::foreign) insert(point_hash(o.place()));
  }
}

KNOBLESS_INLINE bool known_points::told(const point& p) const noexcept {
  const std::uint64_t hash = point_hash(p);
  if (hash == 0) return zero_;
  if (table_.empty()) return false;
  for (std::size_t at = hash & (table_.size() - 1); table_[at] != 0; at = (at + 1) & (table_.size() - 1))
    if (table_[at] == hash) return true;
  return false;
}

KNOBLESS_INLINE void known_points::insert(std::uint64_t hash) {
  if (hash == 0) {
    zero_ = true;
    return;
  }
  if (2 * (count_ + 1) > table_.size()) {
    std::vector<std::uint64_t> larger((std::max)(std::size_t{64}, 2 * table_.size()), 0);
    for (const std::uint64_t old : table_) {
      if (old == 0) continue;
      std::size_t at = old & (larger.size() - 1);
      while (larger[at] != 0) at = (at + 1) & (larger.size() - 1);
      larger[at] = old;
    }
    table_ = std::move(larger);
  }
  std::size_t at = hash & (table_.size() - 1);
  for (; table_[at] != 0; at = (at + 1) & (table_.size() - 1))
    if (table_[at] == hash) return;
  table_[at] = hash;
  ++count_;
}

}  // namespace knobless::detail
