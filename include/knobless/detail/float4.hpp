/// \file
/// Four floats that are computed with together: a vector register where the compiler offers the type, an array elsewhere.
#pragma once

#include <cstddef>

#include "strict_begin.inc"

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
  [[nodiscard]] float get(std::size_t lane) const noexcept { return v[lane]; }
  void set(std::size_t lane, float x) noexcept { v[lane] = x; }
};

}  // namespace knobless::detail

#include "strict_end.inc"
