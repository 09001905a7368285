/// \file
/// What a kernel of the Gaussian process has to offer, and the one that it has by default.
#pragma once

#include <concepts>
#include <cstddef>

#include "../numeric/matern.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// A stationary kernel k of the distance r, k(0) = 1, positive definite in any number of dimensions. Both functions work in
/// place on n squared distances, n being a multiple of four; what rounding made negative counts as 0:
/// - `values(r2, shift, n)` replaces each r^2 by k(r) + shift;
/// - `values_and_slopes(r2, shift, slope, n)` does so too, and writes the derivative of k by -r^2 / 2 to `slope`.
template <class Kernel>
concept radial_kernel = requires(double* r2, double shift, double* slope, std::size_t n) {
  { Kernel::values(r2, shift, n) }
  noexcept->std::same_as<void>;
  { Kernel::values_and_slopes(r2, shift, slope, n) }
  noexcept->std::same_as<void>;
};

/// Matern 5/2 (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, eq. 4.17).
struct matern_5_2 {
  static void values(double* r2, double shift, std::size_t n) noexcept { matern(r2, shift, n); }
  static void values_and_slopes(double* r2, double shift, double* slope, std::size_t n) noexcept {
    matern(r2, shift, slope, n);
  }
};
static_assert(radial_kernel<matern_5_2>);

}  // namespace knobless::detail
