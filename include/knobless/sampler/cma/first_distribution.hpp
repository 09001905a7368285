/// \file
/// Where CMA-ES begins.
#pragma once

#include <vector>

#include "../../base/config.hpp"
#include "../../record/history.hpp"
#include "../../space/domain.hpp"
#include "coordinates.hpp"

namespace knobless::inline KNOBLESS_ABI::detail::cma {

/// The deviation of each coordinate where nothing is known (docs/refuted.md: 0.12 and 0.2 are worse).
inline constexpr double first_deviation = 0.15;

/// A mean and deviations, one for each numeric coordinate.
struct first_distribution {
  std::vector<double> mean;       ///< in the space
  std::vector<double> deviation;  ///< at most first_deviation
};

/// The best point told or, where none is, the first that is running is the mean; the centre where there is neither. Of 30 and
/// more complete trials the best tenth says mean and deviations, the latter widened (WS-CMA-ES: Nomura et al., AAAI 2021, but
/// for the covariances, which a dozen points do not know). O(trials log trials + trials d / 10).
[[nodiscard]] first_distribution first_distribution_of(const domain& space, const coordinates& axes,
                                                       const history& seen);

}  // namespace knobless::detail::cma

#ifndef KNOBLESS_COMPILED
#include "first_distribution.ipp"
#endif
