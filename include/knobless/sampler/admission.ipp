#pragma once

#include "admission.hpp"

#include <algorithm>
#include <utility>

namespace knobless::inline KNOBLESS_ABI::detail {

KNOBLESS_INLINE const std::vector<point>& admission::seeds() {
  if (gathered_) return seeds_;
  gathered_ = true;
  constexpr std::size_t enough = 8;
  const history& seen = context_.seen;
  const auto consider = [&](const point& p) {
    if (seeds_.size() == enough || p == point(space().size()) || !space().contains(p)) return;
    if (std::find(seeds_.begin(), seeds_.end(), p) == seeds_.end() && admits(p)) seeds_.push_back(p);
  };
  if (seen.best()) consider(seen[*seen.best()].where());
  const auto pending = seen.pending();
  for (std::size_t i = 0; i < (std::min)(pending.size(), std::size_t{4}); ++i)
    consider(pending[detail::to_size(rng().below(pending.size()))].where);
  for (std::size_t i = 0; i < (std::min)(seen.size(), 2 * enough); ++i) {
    const observation o = seen[detail::to_size(rng().below(seen.size()))];
    if (o.state != trial_state::foreign) consider(o.where());
  }
  for (std::size_t i = 0; i < (std::min)(context_.queued.size(), enough); ++i) consider(context_.queued[i]);
  return seeds_;
}

KNOBLESS_INLINE const point& admission::any_seed() { return seeds_[to_size(rng().below(seeds_.size()))]; }

}  // namespace knobless::detail
