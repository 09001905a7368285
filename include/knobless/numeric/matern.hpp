/// \file
/// The Matern 5/2 kernel of many distances at once.
#pragma once

#include <cstddef>

#include "double4.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Replaces squared distances r^2, n of them (a multiple of 4), by (1 + s + s^2 / 3) exp(-s) + shift with s = sqrt(5) r. What
/// rounding made negative counts as 0. O(n).
inline void matern(double* r2, double shift, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; i += double4::size) {
    const double4 s = double4::sqrt(5.0 * double4::larger(double4::load(r2 + i), double4::all(0.0)));
    const double4 e = double4::exp(-1.0 * s);
    (shift + (1.0 + s * (1.0 + (1.0 / 3.0) * s)) * e).store(r2 + i);
  }
}

/// The same, and the kernel's derivative by -r^2 / 2: (5/3) (1 + s) exp(-s).
inline void matern(double* r2, double shift, double* slope, std::size_t n) noexcept {
  constexpr double slope_scale = 5.0 / 3.0;
  for (std::size_t i = 0; i < n; i += double4::size) {
    const double4 s = double4::sqrt(5.0 * double4::larger(double4::load(r2 + i), double4::all(0.0)));
    const double4 e = double4::exp(-1.0 * s);
    (slope_scale * ((1.0 + s) * e)).store(slope + i);
    (shift + (1.0 + s * (1.0 + (1.0 / 3.0) * s)) * e).store(r2 + i);
  }
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
