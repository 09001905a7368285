/// \file
/// The best *estimated* trial. Under noise the lowest of many observations is mostly the luckiest; smoothing the values over
/// the space tells luck from merit.
#pragma once

#include <cstddef>
#include <optional>

#include "config.hpp"
#include "domain.hpp"
#include "history.hpp"

namespace knobless {

/// An index into a history and the value that is estimated there (to be minimised).
struct estimate {
  std::size_t index = 0;  ///< of the told trial
  double value = 0.0;     ///< to be minimised
};

/// The told trial with the lowest smoothed value, or nothing where no trial is complete. Trials at the same point, and near
/// each other, share what they observed: a small Gaussian process over the best and the latest ones decides how much.
/// O(min(n, 200)^3), and O(n log n) for n told trials.
[[nodiscard]] std::optional<estimate> estimate_best(const domain& space, const history& seen);

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "estimate.ipp"
#endif
