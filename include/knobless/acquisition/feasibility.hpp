/// \file
/// The probability that a limit is kept, as a logarithm that does not vanish.
#pragma once

#include "../base/elementary.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// log P(X <= z) for a standard normal X, and its derivative.
struct log_probability {
  double value = 0.0;
  double slope = 0.0;  ///< d value / d z
};

/// log Phi(z) and phi(z) / Phi(z) (the numerics of constraints in Ament et al., NeurIPS 2023). Below -5 by Laplace's continued
/// fraction for Mills' ratio: with Phi(-t) / phi(t) = 1 / (t + c), c = 1 / (t + 2 / (t + ...)), the slope is t + c. Relative
/// error below 1e-9. O(1).
[[nodiscard]] inline log_probability log_normal_cdf(double z) noexcept {
  constexpr double log_root_two_pi = 0.91893853320467274178;
  const double log_density = -0.5 * z * z - log_root_two_pi;
  constexpr double lowest_direct = -5.0;
  constexpr int depth = 30;  // of the fraction
  if (z > lowest_direct) {
    const double cdf = elementary::normal_cdf(z);
    return {elementary::log(cdf), elementary::exp(log_density) / cdf};
  }
  const double t = -z;
  double fraction = t;
  for (int k = depth; k >= 1; --k) fraction = t + k / fraction;
  return {log_density - elementary::log(fraction), fraction};
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
