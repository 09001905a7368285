/// \file
/// Four floats that are computed with together: a vector register where the compiler offers the type, an array elsewhere.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "../base/config.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

#if defined(__GNUC__)
using lanes = float __attribute__((vector_size(16)));
using whole_lanes = std::int32_t __attribute__((vector_size(16)));

inline lanes select(const whole_lanes& where, const lanes& a, const lanes& b) noexcept { return where ? a : b; }
inline whole_lanes truncated(const lanes& x) noexcept { return __builtin_convertvector(x, whole_lanes); }
inline lanes to_float(const whole_lanes& k) noexcept { return __builtin_convertvector(k, lanes); }
#else
template <class T>
struct quadruple {
  T at[4];
  T operator[](std::size_t i) const noexcept { return at[i]; }
  T& operator[](std::size_t i) noexcept { return at[i]; }
};
using lanes = quadruple<float>;
using whole_lanes = quadruple<std::int32_t>;

template <class R, class T, class Function>
quadruple<R> each(const quadruple<T>& a, const quadruple<T>& b, Function f) noexcept {
  return {{f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])}};
}
template <class T>
quadruple<T> operator+(const quadruple<T>& a, const quadruple<T>& b) noexcept {
  return each<T>(a, b, [](T x, T y) { return x + y; });
}
template <class T>
quadruple<T> operator-(const quadruple<T>& a, const quadruple<T>& b) noexcept {
  return each<T>(a, b, [](T x, T y) { return x - y; });
}
inline lanes operator*(const lanes& a, const lanes& b) noexcept {
  return each<float>(a, b, [](float x, float y) { return x * y; });
}
inline lanes operator/(const lanes& a, const lanes& b) noexcept {
  return each<float>(a, b, [](float x, float y) { return x / y; });
}
inline whole_lanes operator>(const lanes& a, const lanes& b) noexcept {
  return each<std::int32_t>(a, b, [](float x, float y) { return x > y ? -1 : 0; });
}
inline whole_lanes operator==(const lanes& a, const lanes& b) noexcept {
  return each<std::int32_t>(a, b, [](float x, float y) { return x == y ? -1 : 0; });
}
inline whole_lanes operator<<(const whole_lanes& a, int by) noexcept {
  return each<std::int32_t>(a, a, [by](std::int32_t x, std::int32_t) { return x << by; });
}
inline whole_lanes operator>>(const whole_lanes& a, int by) noexcept {
  return each<std::int32_t>(a, a, [by](std::int32_t x, std::int32_t) { return x >> by; });
}
inline lanes select(const whole_lanes& where, const lanes& a, const lanes& b) noexcept {
  return {{where[0] ? a[0] : b[0], where[1] ? a[1] : b[1], where[2] ? a[2] : b[2], where[3] ? a[3] : b[3]}};
}
inline whole_lanes truncated(const lanes& x) noexcept {
  const auto whole = [](float y) { return static_cast<std::int32_t>(y); };
  return {{whole(x[0]), whole(x[1]), whole(x[2]), whole(x[3])}};
}
inline lanes to_float(const whole_lanes& k) noexcept {
  const auto real = [](std::int32_t n) { return static_cast<float>(n); };
  return {{real(k[0]), real(k[1]), real(k[2]), real(k[3])}};
}
#endif

struct float4 {
  lanes v;

  [[nodiscard]] static float4 all(float x) noexcept { return {lanes{x, x, x, x}}; }
  [[nodiscard]] static float4 load(const float* from) noexcept {
    float4 x;
    std::memcpy(&x, from, sizeof x);
    return x;
  }
  void store(float* into) const noexcept { std::memcpy(into, &v, sizeof v); }
  [[nodiscard]] float get(std::size_t lane) const noexcept { return v[lane]; }

  friend float4 operator+(const float4& a, const float4& b) noexcept { return {a.v + b.v}; }
  friend float4 operator-(const float4& a, const float4& b) noexcept { return {a.v - b.v}; }
  friend float4 operator*(const float4& a, const float4& b) noexcept { return {a.v * b.v}; }
  friend float4 operator/(const float4& a, const float4& b) noexcept { return {a.v / b.v}; }

  /// The larger of each pair.
  [[nodiscard]] static float4 larger(const float4& a, const float4& b) noexcept {
    return {select(a.v > b.v, a.v, b.v)};
  }
  /// For each lane: `hit` where it equals x, else `miss`.
  [[nodiscard]] static float4 choose(const float4& lane, float x, float hit, float miss) noexcept {
    return {select(lane.v == all(x).v, all(hit).v, all(miss).v)};
  }
  /// Whether some lane of a is above that of b.
  [[nodiscard]] static bool any_above(const float4& a, const float4& b) noexcept {
    const whole_lanes above = a.v > b.v;
    std::uint64_t halves[2];
    std::memcpy(halves, &above, sizeof halves);
    return (halves[0] | halves[1]) != 0;
  }

  // Coefficients of the approximations that each function names, and the 23 bits of a float's fraction.
  // NOLINTBEGIN(readability-magic-numbers)

  /// 2 to the power x, relative error below 3e-7; x below -126 counts as -126, and above 0 it is not meant for.
  [[nodiscard]] static float4 exp2(const float4& x) noexcept {
    const float4 raised = larger(x, all(-126.0F));
    // Rounded by truncation of what is never positive.
    const whole_lanes k = truncated((raised - all(0.5F)).v);
    const float4 r = raised - float4{to_float(k)};
    // Minimax on [-1/2, 1/2], our fit.
    const float4 p =
        polynomial({1.32764717e-3F, 9.67554133e-3F, 5.55071327e-2F, 0.240221197F, 0.693146967F, 1.00000007F}, r);
    return {std::bit_cast<lanes>(std::bit_cast<whole_lanes>(p.v) + (k << 23))};
  }

  /// Base-2 logarithm of positive normal numbers, error below 2e-7 or as much relative to the result.
  [[nodiscard]] static float4 log2(const float4& x) noexcept {
    // x = m 2^k with m in [sqrt 1/2, sqrt 2), by the bits of sqrt 1/2.
    const auto root = std::bit_cast<whole_lanes>(all(0.707106781F).v);
    const auto bits = std::bit_cast<whole_lanes>(x.v);
    const whole_lanes k = (bits - root) >> 23;
    const float4 m{std::bit_cast<lanes>(bits - (k << 23))};
    // log m = 2 artanh s with s = (m - 1) / (m + 1), |s| <= 0.1716.
    const float4 s = (m - all(1.0F)) / (m + all(1.0F));
    return float4{to_float(k)} +
           s * polynomial({2.88539008F / 7.0F, 2.88539008F / 5.0F, 2.88539008F / 3.0F, 2.88539008F}, s * s);
  }

  /// Quantile of the standard normal to five digits: enough to draw by. p in [0, 1]; below 2^-33 and above 1 - 2^-24 it
  /// counts as these.
  [[nodiscard]] static float4 normal_quantile(const float4& p) noexcept {
    const float4 below = larger(p, all(0x1p-33F));
    const float4 above = larger(all(1.0F) - p, all(0x1p-24F));
    // The quantile over p - (1 - p) is a smooth function of -log2(4 p (1 - p)) (after Giles, Approximating the erfinv
    // function, GPU Computing Gems 2, 2011); the rational one is our fit, relative error below 5e-5.
    const float4 w = all(-2.0F) - log2(below * above);
    return (below - above) * polynomial({2.29169087e-3F, 3.7455317e-2F, 0.302764854F, 1.25337497F}, w) /
           polynomial({1.11580588e-4F, 1.24182185e-2F, 6.04062976e-2F, 1.0F}, w);
  }

  // NOLINTEND(readability-magic-numbers)

 private:
  // The highest power first.
  template <std::size_t N>
  static float4 polynomial(const float (&coefficients)[N], const float4& x) noexcept {
    float4 p = all(coefficients[0]);
    for (std::size_t i = 1; i < N; ++i) p = p * x + all(coefficients[i]);
    return p;
  }
};

}  // namespace knobless::detail

#include "../base/strict_end.inc"
