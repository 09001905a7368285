/// \file
/// The constants of models and samplers that were found by measurement (bench/quality/self_tune, docs/self_tune.md). Not for
/// users: there are no knobs.
#pragma once

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Of the Gaussian process: centres of the normal priors of its hyperparameters' logarithms.
struct gp_constants {
  // NOLINTBEGIN(readability-magic-numbers): named here
  double length_centre = -1.0;  ///< a lengthscale where there is one; moves up with the logarithm of sqrt d
  double level_centre = 1.0;    ///< more for categories: levels that differ are often much alike
  double noise_centre = -6.0;   ///< the noise variance over the signal's
  // NOLINTEND(readability-magic-numbers)
};

/// Of `gp_ei`.
struct gp_ei_constants {
  double doubt = 0.5;  ///< standard deviation of the logarithm of the factor by which an ask stretches all lengthscales
  gp_constants priors;
};

/// Of `tpe`.
struct tpe_constants {
  // NOLINTBEGIN(readability-magic-numbers): named here
  double good_share = 0.15;  ///< of the trials, the good ones
  double gap_share = 0.7;    ///< a kernel's width over the larger gap to its neighbours
  double narrowest = 0.03;   ///< a kernel's least width
  // NOLINTEND(readability-magic-numbers)
};

/// Of the local quadratic model's `trust_region`.
struct trust_region_constants {
  // NOLINTBEGIN(readability-magic-numbers): named here
  double first_radius = 0.2;  ///< of the box, in units of the space
  // NOLINTEND(readability-magic-numbers)
  double shrinking = 0.5;  ///< of the radius after a failure
};

}  // namespace knobless::detail
