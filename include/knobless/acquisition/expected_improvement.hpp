/// \file
/// The expected improvement of a normal belief, as a logarithm that does not vanish.
#pragma once

#include "../base/elementary.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// log E[max(0, z - X)] for a standard normal X, and its derivative: the improvement of a minimum by units of the standard
/// deviation.
struct log_improvement {
  double value = 0.0;
  double slope = 0.0;  ///< d value / d z
};

/// log(phi(z) + z Phi(z)) (Ament et al., Unexpected improvements to expected improvement for Bayesian optimization,
/// NeurIPS 2023, eq. 9). Below -3, where the two terms cancel, by Laplace's continued fraction for Mills' ratio: with
/// Phi(-t) / phi(t) = 1 / (t + c) and c = 1 / (t + 2 / (t + 3 / (t + ...))) it is log(phi(t) c / (t + c)), and the slope
/// is 1 / c. Relative error below 1e-9. O(1).
[[nodiscard]] inline log_improvement log_expected_improvement(double z) noexcept {
  constexpr double log_root_two_pi = 0.91893853320467274178;
  if (z > -3.0) {
    const double cdf = elementary::normal_cdf(z);
    const double h = elementary::exp(-0.5 * z * z - log_root_two_pi) + z * cdf;
    return {elementary::log(h), cdf / h};
  }
  const double t = -z;
  double c = t;
  constexpr int depth = 40;  // of the fraction
  for (int k = depth; k >= 2; --k) c = t + k / c;
  c = 1.0 / c;
  return {-0.5 * t * t - log_root_two_pi + elementary::log(c / (t + c)), 1.0 / c};
}

/// What the largest of n improvements is expected to be at most, whatever they have to do with each other: each is max(0, X)
/// of a normal X with this mean and deviation. For every t >= 0 the largest is at most t plus the sum of all max(0, X - t);
/// the mean of that is least where n P(X > t) = 1. Exact for n = 1. O(1).
[[nodiscard]] inline double largest_improvement(double mean, double deviation, double n) noexcept {
  if (!(deviation > 0.0)) return mean > 0.0 ? mean : 0.0;
  double t = n > 1.0 ? mean - deviation * elementary::normal_quantile(1.0 / n) : 0.0;
  if (!(t > 0.0)) t = 0.0;
  return t + n * deviation * elementary::exp(log_expected_improvement((mean - t) / deviation).value);
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
