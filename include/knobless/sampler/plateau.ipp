#pragma once

#include "plateau.hpp"

#include <algorithm>
#include <cmath>

namespace knobless::inline KNOBLESS_ABI::detail {

KNOBLESS_INLINE void plateau::hear(const history& seen) {
  if (!heard_.follows(seen)) {
    *this = plateau();
    heard_ = history_cursor(seen);
  }
  for (; heard_.more(seen); heard_.advance()) {
    const observation o = seen[heard_.row()];
    if (o.state != trial_state::complete) continue;
    ++complete_;
    if (complete_ == 1 || o.value > worst_) worst_ = o.value;
    if (complete_ > 1 && o.value > best_) continue;
    if (complete_ == 1 || o.value < best_) ties_.clear();
    best_ = o.value;
    const std::uint64_t hash = point_hash(o.place());
    const auto at = std::lower_bound(ties_.begin(), ties_.end(), hash);
    if (at == ties_.end() || *at != hash) ties_.insert(at, hash);
  }
}

KNOBLESS_INLINE bool plateau::flat() const noexcept {
  if (heard_.row() < least_told) return false;
  const bool alike = worst_ / 2 - best_ / 2 <= rounding * (std::max)(std::abs(worst_ / 2), std::abs(best_ / 2));
  return alike || 2 * ties_.size() >= complete_;
}

KNOBLESS_INLINE std::optional<point> plateau::ask(const ask_context& context) {
  // The place in the sequence follows from the number of the trial, so that it depends on the history alone.
  return sequence_.ask({context.space, context.seen, context.rng, context.seed, context.number, context.number,
                        context.deterministic, nullptr, context.told_points, context.queued, context.repeated,
                        context.constraints});
}

}  // namespace knobless::detail
