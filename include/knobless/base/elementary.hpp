/// \file
/// Elementary functions that give the same bits with every compiler, optimisation level and C library: only additions,
/// multiplications, divisions and square roots in a fixed order, none of them fused. The C library's `exp` and `log`
/// differ in the last bit between systems, and one bit decides which candidate wins.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "config.hpp"

#include "strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::elementary {

/// The sign of a double (IEEE 754 binary64).
inline constexpr std::uint64_t sign_bit = 0x8000000000000000U;
/// The exponent of a double; all of its bits are set in infinity and NaN.
inline constexpr std::uint64_t exponent_bits = 0x7ff0000000000000U;

/// Whether x is neither infinite nor NaN. Looks at the bits, so that it holds under -ffast-math too. O(1).
[[nodiscard]] constexpr bool is_finite(double x) noexcept {
  return (std::bit_cast<std::uint64_t>(x) & exponent_bits) != exponent_bits;
}

/// Whether x is a NaN, by its bits. O(1).
[[nodiscard]] constexpr bool is_nan(double x) noexcept {
  return (std::bit_cast<std::uint64_t>(x) & ~sign_bit) > exponent_bits;
}

// Coefficients of series and of the approximations that each function names.
// NOLINTBEGIN(readability-magic-numbers)

/// e to the power x; relative error below 1e-15; 0 below -708, the largest double above 709. O(1).
[[nodiscard]] inline double exp(double x) noexcept {
  if (x < -708.0) return 0.0;
  if (x > 709.0) return (std::numeric_limits<double>::max)();
  // x = k ln 2 + r with |r| <= ln 2 / 2, ln 2 in two parts (Cody and Waite).
  const double k = std::floor(x * 1.4426950408889634074 + 0.5);
  const double r = (x - k * 6.93145751953125e-1) - k * 1.42860682030941723212e-6;
  double p = 1.0 / 6227020800.0;
  constexpr double inverse_factorial[] = {1.0 / 479001600.0,
                                          1.0 / 39916800.0,
                                          1.0 / 3628800.0,
                                          1.0 / 362880.0,
                                          1.0 / 40320.0,
                                          1.0 / 5040.0,
                                          1.0 / 720.0,
                                          1.0 / 120.0,
                                          1.0 / 24.0,
                                          1.0 / 6.0,
                                          0.5,
                                          1.0,
                                          1.0};
  for (const double c : inverse_factorial) p = p * r + c;
  const auto exponent = static_cast<std::uint64_t>(static_cast<std::int64_t>(k) + 1023);
  return p * std::bit_cast<double>(exponent << 52U);
}

/// Natural logarithm of x > 0 (normal numbers); relative error below 1e-15; for x <= 0 the lowest double. O(1).
[[nodiscard]] inline double log(double x) noexcept {
  if (!(x > 0.0)) return std::numeric_limits<double>::lowest();
  if (x < (std::numeric_limits<double>::min)()) return log(x * 0x1p54) - 54.0 * 6.93147180559945309417e-1;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto k = static_cast<std::int64_t>(bits >> 52U) - 1023;
  auto m = std::bit_cast<double>((bits & 0x000fffffffffffffU) | 0x3ff0000000000000U);
  if (m > 1.41421356237309504880) {
    m *= 0.5;
    ++k;
  }
  // log m = 2 artanh s with s = (m - 1) / (m + 1), |s| <= 0.1716.
  const double s = (m - 1.0) / (m + 1.0);
  const double q = s * s;
  double p = 1.0 / 21.0;
  for (int i = 19; i >= 3; i -= 2) p = p * q + 1.0 / i;
  const double tail = 2.0 * s * q * p;
  const auto e = static_cast<double>(k);
  return e * 6.93145751953125e-1 + (2.0 * s + (tail + e * 1.42860682030941723212e-6));
}

/// Sine of x, absolute error below 1e-15 for x within +-2; what lies outside is not meant. O(1).
[[nodiscard]] inline double sine(double x) noexcept {
  // Taylor's series: the first term that is left out is 2^25 / 25! = 2e-18.
  const double q = x * x;
  double p = 1.0;
  for (int i = 23; i >= 3; i -= 2) p = 1.0 - q * p / (i * (i - 1));
  return x * p;
}

/// Cosine of x, absolute error below 1e-15 for x within +-2; what lies outside is not meant. O(1).
[[nodiscard]] inline double cosine(double x) noexcept {
  const double q = x * x;
  double p = 1.0;
  for (int i = 24; i >= 2; i -= 2) p = 1.0 - q * p / (i * (i - 1));
  return p;
}

/// Distribution function of the standard normal, absolute error below 1e-14, relative 1e-10 in the lower tail to -37.6.
/// Hart's rational approximation (Hart et al., Computer Approximations, 1968, as given by West, Wilmott Magazine, 2005);
/// beyond 5 Laplace's continued fraction. O(1).
[[nodiscard]] inline double normal_cdf(double x) noexcept {
  const double a = x < 0.0 ? -x : x;
  if (a > 37.6) return x < 0.0 ? 0.0 : 1.0;
  const double e = exp(-0.5 * a * a);
  double tail = 0.0;
  if (a < 5.0) {
    constexpr double top[] = {3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383,
                              112.079291497871,    221.213596169931,  220.206867912376};
    constexpr double bottom[] = {8.83883476483184e-2, 1.75566716318264, 16.064177579207,  86.7807322029461,
                                 296.564248779674,    637.333633378831, 793.826512519948, 440.413735824752};
    double n = 0.0;
    double d = 0.0;
    for (const double c : top) n = n * a + c;
    for (const double c : bottom) d = d * a + c;
    tail = e * n / d;
  } else {
    double fraction = a;
    for (int c = 50; c >= 1; --c) fraction = a + c / fraction;
    tail = e / (fraction * 2.50662827463100050242);
  }
  return x < 0.0 ? tail : 1.0 - tail;
}

namespace detail {

template <std::size_t N>
[[nodiscard]] inline double rational(const double (&top)[N], const double (&bottom)[N], double r) noexcept {
  double n = top[0];
  double d = bottom[0];
  for (std::size_t i = 1; i < N; ++i) {
    n = n * r + top[i];
    d = d * r + bottom[i];
  }
  return n / d;
}

}  // namespace detail

/// How far the middle of the normal distribution reaches from 0.5 (AS 241).
inline constexpr double middle_half = 0.425;
/// Its square to the last bit, which a product would miss.
inline constexpr double middle_half_squared = 0.180625;

/// normal_quantile(0.5 + q) for q within +-middle_half. No branch, so that a loop over it is vectorised. O(1).
[[nodiscard]] inline double normal_quantile_middle(double q) noexcept {
  constexpr double top[8] = {2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
                             4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
                             1.3314166789178437745e2, 3.3871328727963666080e0};
  constexpr double bottom[8] = {
      5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
      5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0};
  return q * detail::rational(top, bottom, middle_half_squared - q * q);
}

/// Quantile of the standard normal: the x with normal_cdf(x) = p, for p in (0, 1); relative error about 1e-15.
/// Algorithm AS 241 (Wichura, Applied Statistics 37, 1988), PPND16. p outside is taken as the nearest value inside. O(1).
[[nodiscard]] inline double normal_quantile(double p) noexcept {
  if (!(p > 1e-300)) p = 1e-300;
  if (p > 1.0 - 0x1p-53) p = 1.0 - 0x1p-53;
  const double q = p - 0.5;
  if (q <= middle_half && q >= -middle_half) return normal_quantile_middle(q);
  double r = std::sqrt(-log(q < 0.0 ? p : 1.0 - p));
  double x = 0.0;
  if (r <= 5.0) {
    constexpr double top[8] = {7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
                               1.27045825245236838258e0,  3.64784832476320460504e0,  5.76949722146069140550e0,
                               4.63033784615654529590e0,  1.42343711074968357734e0};
    constexpr double bottom[8] = {
        1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
        6.89767334985100004550e-1, 1.67638483018380384940e0,  2.05319162663775882187e0,  1.0};
    x = detail::rational(top, bottom, r - 1.6);
  } else {
    constexpr double top[8] = {2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
                               2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
                               5.46378491116411436990e0,  6.65790464350110377720e0};
    constexpr double bottom[8] = {
        2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
        1.48753612908506148525e-2,  1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0};
    x = detail::rational(top, bottom, r - 5.0);
  }
  return q < 0.0 ? -x : x;
}

// NOLINTEND(readability-magic-numbers)

}  // namespace knobless::elementary

#include "strict_end.inc"
