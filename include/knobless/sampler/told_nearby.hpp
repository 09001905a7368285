/// \file
/// Which told trials say something about the present space.
#pragma once

#include <cstddef>

#include "../base/config.hpp"
#include "../record/history.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Whether a model should hear of this trial: it is a point of the space, or lies outside the bounds by no more than a quarter of
/// their distance. What was told farther outside says nothing about the inside. O(d).
[[nodiscard]] inline bool told_nearby(const observation& o) noexcept {
  constexpr double band = 0.25;
  if (o.state == trial_state::foreign) return false;
  for (const double u : o.unit)
    if (!(u >= -band && u <= 1.0 + band)) return false;
  return true;
}

}  // namespace knobless::detail
