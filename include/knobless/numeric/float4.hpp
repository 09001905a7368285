/// \file
/// Four floats that are computed with together: a vector register where the compiler offers the type, an array elsewhere.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "../elementary.hpp"

#include "../detail/strict_begin.inc"

namespace knobless::detail {

struct alignas(16) float4 {
#if defined(__GNUC__)
  using lanes = float __attribute__((vector_size(16)));
  lanes v;

  [[nodiscard]] static float4 all(float x) noexcept { return {lanes{x, x, x, x}}; }
  friend float4 operator+(const float4& a, const float4& b) noexcept { return {a.v + b.v}; }
  friend float4 operator-(const float4& a, const float4& b) noexcept { return {a.v - b.v}; }
  friend float4 operator*(const float4& a, const float4& b) noexcept { return {a.v * b.v}; }
#else
  float v[4];

  [[nodiscard]] static float4 all(float x) noexcept { return {{x, x, x, x}}; }
  friend float4 operator+(const float4& a, const float4& b) noexcept {
    return {{a.v[0] + b.v[0], a.v[1] + b.v[1], a.v[2] + b.v[2], a.v[3] + b.v[3]}};
  }
  friend float4 operator-(const float4& a, const float4& b) noexcept {
    return {{a.v[0] - b.v[0], a.v[1] - b.v[1], a.v[2] - b.v[2], a.v[3] - b.v[3]}};
  }
  friend float4 operator*(const float4& a, const float4& b) noexcept {
    return {{a.v[0] * b.v[0], a.v[1] * b.v[1], a.v[2] * b.v[2], a.v[3] * b.v[3]}};
  }
#endif
  /// elementary::exp_single of each, by the same steps; x below -87 counts as -87, and above 0 it is not meant for.
  [[nodiscard]] static float4 exp(const float4& x) noexcept;
  /// The larger of each pair.
  [[nodiscard]] static float4 larger(const float4& a, const float4& b) noexcept;
  /// For each lane: `none` where it is negative, `hit` where it equals x, else `miss`.
  [[nodiscard]] static float4 choose(const float4& lane, float x, float hit, float miss, float none) noexcept;

  [[nodiscard]] float get(std::size_t lane) const noexcept { return v[lane]; }
  void set(std::size_t lane, float x) noexcept { v[lane] = x; }
};

#if defined(__GNUC__)
namespace lanewise {

using floats = float4::lanes;
using whole = std::int32_t __attribute__((vector_size(16)));

// Lanes of a where the mask's bits are set, of b elsewhere.
inline floats select(const whole& mask, const floats& a, const floats& b) noexcept {
  return std::bit_cast<floats>((mask & std::bit_cast<whole>(a)) | (~mask & std::bit_cast<whole>(b)));
}

}  // namespace lanewise

inline float4 float4::exp(const float4& x) noexcept {
  const lanes least = all(-87.0F).v;
  const lanes raised = lanewise::select(x.v > least, x.v, least);
  const lanewise::whole k = __builtin_convertvector(raised * 1.44269504F + 128.5F, lanewise::whole) - 128;
  const lanes kf = __builtin_convertvector(k, lanes);
  const lanes r = (raised - kf * 0.693359375F) + kf * 2.12194440e-4F;
  lanes p = r * (1.0F / 720.0F) + 1.0F / 120.0F;
  p = p * r + 1.0F / 24.0F;
  p = p * r + 1.0F / 6.0F;
  p = p * r + 0.5F;
  p = p * r + 1.0F;
  p = p * r + 1.0F;
  return {p * std::bit_cast<lanes>((k + 127) << 23)};
}
inline float4 float4::larger(const float4& a, const float4& b) noexcept {
  return {lanewise::select(a.v > b.v, a.v, b.v)};
}
inline float4 float4::choose(const float4& lane, float x, float hit, float miss, float none) noexcept {
  const lanes known = lanewise::select(lane.v == all(x).v, all(hit).v, all(miss).v);
  return {lanewise::select(lane.v < all(0.0F).v, all(none).v, known)};
}
#else
inline float4 float4::exp(const float4& x) noexcept {
  float4 y = x;
  for (float& lane : y.v) lane = elementary::exp_single(lane);
  return y;
}
inline float4 float4::larger(const float4& a, const float4& b) noexcept {
  float4 y = a;
  for (int i = 0; i < 4; ++i) y.v[i] = a.v[i] > b.v[i] ? a.v[i] : b.v[i];
  return y;
}
inline float4 float4::choose(const float4& lane, float x, float hit, float miss, float none) noexcept {
  float4 y = lane;
  for (float& level : y.v) level = level < 0.0F ? none : (level == x ? hit : miss);
  return y;
}
#endif

}  // namespace knobless::detail

#include "../detail/strict_end.inc"
