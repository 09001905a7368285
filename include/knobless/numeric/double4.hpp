/// \file
/// Four doubles that are computed with together, in two vector registers of two. An operation is that of its four numbers.
/// (One register of four would make large products a third faster with AVX; without it, GCC keeps such vectors in memory.)
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "../base/config.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

#if defined(__GNUC__)
using double2 = double __attribute__((vector_size(16)));
KNOBLESS_ALWAYS_INLINE double2 pair_of(double a, double b) noexcept { return double2{a, b}; }
KNOBLESS_ALWAYS_INLINE double2 larger(const double2& a, const double2& b) noexcept { return a > b ? a : b; }
/// 2 to the power of what x is truncated to, which k becomes.
KNOBLESS_ALWAYS_INLINE double2 two_to_the(const double2& x, double2& k) noexcept {
  const auto whole = __builtin_convertvector(x, std::int32_t __attribute__((vector_size(8))));
  k = __builtin_convertvector(whole, double2);
  const auto bits = (__builtin_convertvector(whole, std::int64_t __attribute__((vector_size(16)))) + 1023) << 52;
  double2 power;
  std::memcpy(&power, &bits, sizeof power);
  return power;
}
#else
struct double2 {
  double at[2];
  double operator[](std::size_t i) const noexcept { return at[i]; }
  friend double2 operator+(const double2& a, const double2& b) noexcept { return {{a[0] + b[0], a[1] + b[1]}}; }
  friend double2 operator-(const double2& a, const double2& b) noexcept { return {{a[0] - b[0], a[1] - b[1]}}; }
  friend double2 operator*(const double2& a, const double2& b) noexcept { return {{a[0] * b[0], a[1] * b[1]}}; }
};
KNOBLESS_ALWAYS_INLINE double2 pair_of(double a, double b) noexcept { return {{a, b}}; }
KNOBLESS_ALWAYS_INLINE double2 larger(const double2& a, const double2& b) noexcept {
  return {{a[0] > b[0] ? a[0] : b[0], a[1] > b[1] ? a[1] : b[1]}};
}
KNOBLESS_ALWAYS_INLINE double2 two_to_the(const double2& x, double2& k) noexcept {
  k = {{std::trunc(x[0]), std::trunc(x[1])}};
  return {{std::ldexp(1.0, static_cast<int>(k[0])), std::ldexp(1.0, static_cast<int>(k[1]))}};
}
#endif

struct double4 {
  static constexpr std::size_t size = 4;
  double2 low;
  double2 high;

  [[nodiscard]] static KNOBLESS_ALWAYS_INLINE double4 all(double x) noexcept { return {pair_of(x, x), pair_of(x, x)}; }
  /// From and into memory that need be aligned no more than a double is.
  [[nodiscard]] static KNOBLESS_ALWAYS_INLINE double4 load(const double* from) noexcept {
    double4 x;
    std::memcpy(&x.low, from, sizeof x.low);
    std::memcpy(&x.high, from + 2, sizeof x.high);
    return x;
  }
  KNOBLESS_ALWAYS_INLINE void store(double* into) const noexcept {
    std::memcpy(into, &low, sizeof low);
    std::memcpy(into + 2, &high, sizeof high);
  }
  [[nodiscard]] KNOBLESS_ALWAYS_INLINE double operator[](std::size_t lane) const noexcept {
    return lane < 2 ? low[lane] : high[lane - 2];
  }

  friend KNOBLESS_ALWAYS_INLINE double4 operator+(const double4& a, const double4& b) noexcept {
    return {a.low + b.low, a.high + b.high};
  }
  friend KNOBLESS_ALWAYS_INLINE double4 operator-(const double4& a, const double4& b) noexcept {
    return {a.low - b.low, a.high - b.high};
  }
  friend KNOBLESS_ALWAYS_INLINE double4 operator*(const double4& a, const double4& b) noexcept {
    return {a.low * b.low, a.high * b.high};
  }
  friend KNOBLESS_ALWAYS_INLINE double4 operator+(double a, const double4& b) noexcept { return all(a) + b; }
  friend KNOBLESS_ALWAYS_INLINE double4 operator*(double a, const double4& b) noexcept { return all(a) * b; }

  /// The sum of the four, pairwise.
  [[nodiscard]] KNOBLESS_ALWAYS_INLINE double sum() const noexcept { return (low[0] + low[1]) + (high[0] + high[1]); }

  /// The larger of each pair.
  [[nodiscard]] static KNOBLESS_ALWAYS_INLINE double4 larger(const double4& a, const double4& b) noexcept {
    return {detail::larger(a.low, b.low), detail::larger(a.high, b.high)};
  }

  /// Square roots of what is not negative.
  [[nodiscard]] static KNOBLESS_ALWAYS_INLINE double4 sqrt(const double4& x) noexcept {
    return {pair_of(std::sqrt(x.low[0]), std::sqrt(x.low[1])), pair_of(std::sqrt(x.high[0]), std::sqrt(x.high[1]))};
  }

  /// e to the power x, relative error below 1e-15; x below -708 counts as -708, and above 0 it is not meant for.
  [[nodiscard]] static KNOBLESS_ALWAYS_INLINE double4 exp(const double4& x) noexcept {
    const double4 raised = larger(x, all(-708.0));
    // Rounded by truncation of what is never positive.
    const double4 scaled = 1.4426950408889634074 * raised - all(0.5);
    double4 k;
    const double4 power{two_to_the(scaled.low, k.low), two_to_the(scaled.high, k.high)};
    // x = k ln 2 + r with |r| <= ln 2 / 2, ln 2 in two parts (Cody and Waite); Taylor's series of r.
    const double4 r = (raised - 6.93145751953125e-1 * k) - 1.42860682030941723212e-6 * k;
    // NOLINTBEGIN(readability-magic-numbers): factorials
    double4 p = all(1.0 / 6227020800.0);
    p = 1.0 / 479001600.0 + p * r;
    p = 1.0 / 39916800.0 + p * r;
    p = 1.0 / 3628800.0 + p * r;
    p = 1.0 / 362880.0 + p * r;
    p = 1.0 / 40320.0 + p * r;
    p = 1.0 / 5040.0 + p * r;
    p = 1.0 / 720.0 + p * r;
    p = 1.0 / 120.0 + p * r;
    p = 1.0 / 24.0 + p * r;
    p = 1.0 / 6.0 + p * r;
    // NOLINTEND(readability-magic-numbers)
    p = 0.5 + p * r;
    p = 1.0 + p * r;
    return (1.0 + p * r) * power;
  }
};

}  // namespace knobless::detail

#include "../base/strict_end.inc"
