/// \file
/// The best *estimated* trial. Under noise the lowest of many observations is mostly the luckiest; smoothing the values over
/// the space tells luck from merit.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "../base/config.hpp"
#include "../record/history.hpp"
#include "../space/domain.hpp"
#include "../space/parameter.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// An index into a history and the value that is estimated there (to be minimised).
struct estimate {
  std::size_t index = 0;  ///< of the told trial
  double value = 0.0;     ///< to be minimised
};

/// The told trial that keeps all limits with the lowest smoothed value, or nothing where there is none. Trials at the same point, and near
/// each other, share what they observed: a small Gaussian process over the best and the latest ones decides how much. Where the
/// values show no noise it is the best observed trial.
/// O(min(n, 200)^3), and O(n log n) for n told trials.
[[nodiscard]] std::optional<estimate> estimate_best(const domain& space, const history& seen);

/// Whether the values show noise: a point that was told twice has two values; or, where none was told twice, a smooth function
/// with noise explains the values better than one without. O(min(n, 200)^3), and O(n log n) for n told trials.
[[nodiscard]] bool shows_noise(const domain& space, const history& seen);

namespace detail {

/// The complete trials within the present bounds and constraints, in the order of telling; of more than 200, those that lie
/// nearest to the best ones, by the fronts in which their values are. O(n log n), and O(200 n d) where there are more.
[[nodiscard]] std::vector<std::size_t> rows_near_the_best(const domain& space, const history& seen);

/// One objective's values of these rows, smoothed over the space where they show noise, else as observed. O(rows^3).
[[nodiscard]] std::vector<double> smoothed_values(const domain& space, const history& seen,
                                                  const std::vector<std::size_t>& rows, std::size_t objective);

}  // namespace detail
}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "estimate.ipp"
#endif
