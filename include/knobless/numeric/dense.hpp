/// \file
/// The few dense kernels that normal distributions and Gaussian processes need, on columns of doubles. The order of additions is
/// written down here, and no width of vector registers changes it: so the same seed gives the same trials on every machine,
/// which the products and factorisations of a matrix library do not promise.
#pragma once

#include <cmath>
#include <cstddef>

#include "double4.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Columns are padded with zeros to a multiple of this.
inline constexpr std::size_t column_step = double4::size;

/// n rounded up to a multiple of column_step.
[[nodiscard]] constexpr std::size_t padded(std::size_t n) noexcept {
  return (n + column_step - 1) / column_step * column_step;
}

/// y += a x, from row `first` to `last`; both are multiples of column_step, as in all of these.
inline void add_scaled(double* y, const double* x, double a, std::size_t first, std::size_t last) noexcept {
  const double4 scale = double4::all(a);
  for (std::size_t i = first; i < last; i += column_step)
    (double4::load(y + i) + scale * double4::load(x + i)).store(y + i);
}

/// y += a[0] x0 + a[1] x1 + a[2] x2 + a[3] x3, in this order, where column j begins at x + j stride.
inline void add_scaled(double* y, const double* x, std::size_t stride, const double* a, std::size_t first,
                       std::size_t last) noexcept {
  const double4 a0 = double4::all(a[0]);
  const double4 a1 = double4::all(a[1]);
  const double4 a2 = double4::all(a[2]);
  const double4 a3 = double4::all(a[3]);
  for (std::size_t i = first; i < last; i += column_step) {
    double4 sum = double4::load(y + i) + a0 * double4::load(x + i);
    sum = sum + a1 * double4::load(x + stride + i);
    sum = sum + a2 * double4::load(x + 2 * stride + i);
    (sum + a3 * double4::load(x + 3 * stride + i)).store(y + i);
  }
}

/// The sum of products, in four lanes that are added pairwise at the end; n is a multiple of column_step. O(n).
[[nodiscard]] inline double dot(const double* x, const double* y, std::size_t n) noexcept {
  double4 sum = double4::all(0.0);
  for (std::size_t i = 0; i < n; i += column_step) sum = sum + double4::load(x + i) * double4::load(y + i);
  return sum.sum();
}

/// dot() of x and each of four columns, where column j begins at y + j stride: four chains of additions do not wait for each
/// other. O(n).
inline void dots(const double* x, const double* y, std::size_t stride, std::size_t n,
                 double (&out)[column_step]) noexcept {
  double4 s0 = double4::all(0.0);
  double4 s1 = s0;
  double4 s2 = s0;
  double4 s3 = s0;
  for (std::size_t i = 0; i < n; i += column_step) {
    const double4 part = double4::load(x + i);
    s0 = s0 + part * double4::load(y + i);
    s1 = s1 + part * double4::load(y + stride + i);
    s2 = s2 + part * double4::load(y + 2 * stride + i);
    s3 = s3 + part * double4::load(y + 3 * stride + i);
  }
  out[0] = s0.sum();
  out[1] = s1.sum();
  out[2] = s2.sum();
  out[3] = s3.sum();
}

/// y_j -= b (x . y_j) x for four columns at once, each in the order of dot() and add_scaled(). O(n).
inline void reflect(double* y, std::size_t stride, const double* x, double b, std::size_t n) noexcept {
  double along[column_step];
  dots(x, y, stride, n, along);
  for (std::size_t j = 0; j < column_step; ++j) add_scaled(y + j * stride, x, -b * along[j], 0, n);
}

/// x becomes a x.
inline void multiply(double* x, double a, std::size_t first, std::size_t last) noexcept {
  const double4 scale = double4::all(a);
  for (std::size_t i = first; i < last; i += column_step) (scale * double4::load(x + i)).store(x + i);
}

/// out_c[i] = sum over k < n of a(i, k) b(k, c), in the order of k, for a tile of four rows and four columns: a(i, k) is
/// a[i + k stride], b(k, c) is b[k along + c across]. O(n).
inline void multiply_tile(const double* a, std::size_t stride, const double* b, std::size_t along, std::size_t across,
                          std::size_t n, double4 (&out)[column_step]) noexcept {
  double4 s0 = double4::all(0.0);
  double4 s1 = s0;
  double4 s2 = s0;
  double4 s3 = s0;
  for (std::size_t k = 0; k < n; ++k) {
    const double4 column = double4::load(a + k * stride);
    const double* row = b + k * along;
    s0 = s0 + row[0] * column;
    s1 = s1 + row[across] * column;
    s2 = s2 + row[2 * across] * column;
    s3 = s3 + row[3 * across] * column;
  }
  out[0] = s0;
  out[1] = s1;
  out[2] = s2;
  out[3] = s3;
}

/// out_c[i] = sum over f < n of (x(i, f) - y(c, f))^2, for four points of each side: x(i, f) is x[i + f x_stride], y alike. O(n).
inline void distance_tile(const double* x, std::size_t x_stride, const double* y, std::size_t y_stride, std::size_t n,
                          double4 (&out)[column_step]) noexcept {
  double4 s0 = double4::all(0.0);
  double4 s1 = s0;
  double4 s2 = s0;
  double4 s3 = s0;
  for (std::size_t f = 0; f < n; ++f) {
    const double4 column = double4::load(x + f * x_stride);
    const double* row = y + f * y_stride;
    const double4 g0 = column - double4::all(row[0]);
    const double4 g1 = column - double4::all(row[1]);
    const double4 g2 = column - double4::all(row[2]);
    const double4 g3 = column - double4::all(row[3]);
    s0 = s0 + g0 * g0;
    s1 = s1 + g1 * g1;
    s2 = s2 + g2 * g2;
    s3 = s3 + g3 * g3;
  }
  out[0] = s0;
  out[1] = s1;
  out[2] = s2;
  out[3] = s3;
}

/// y_i += (x_i - at)^2 for i < n.
inline void add_squares(double* y, const double* x, double at, std::size_t n) noexcept {
  const double4 centre = double4::all(at);
  for (std::size_t i = 0; i < n; i += column_step) {
    const double4 gap = double4::load(x + i) - centre;
    (double4::load(y + i) + gap * gap).store(y + i);
  }
}

/// The sum of w_i (x_i - at) for i < n, in the order of dot().
[[nodiscard]] inline double weighted_gaps(const double* w, const double* x, double at, std::size_t n) noexcept {
  const double4 centre = double4::all(at);
  double4 sum = double4::all(0.0);
  for (std::size_t i = 0; i < n; i += column_step) sum = sum + double4::load(w + i) * (double4::load(x + i) - centre);
  return sum.sum();
}

/// The sum of w_i (x_i - at)^2 from `first` to `last`, alike.
[[nodiscard]] inline double weighted_squares(const double* w, const double* x, double at, std::size_t first,
                                             std::size_t last) noexcept {
  const double4 centre = double4::all(at);
  double4 sum = double4::all(0.0);
  for (std::size_t i = first; i < last; i += column_step) {
    const double4 gap = double4::load(x + i) - centre;
    sum = sum + double4::load(w + i) * (gap * gap);
  }
  return sum.sum();
}

/// A plane rotation: x becomes c x + s y, and y becomes c y - s x.
inline void rotate(double* x, double* y, double c, double s, std::size_t first, std::size_t last) noexcept {
  for (std::size_t i = first; i < last; i += column_step) {
    const double4 a = double4::load(x + i);
    const double4 b = double4::load(y + i);
    (c * a + s * b).store(x + i);
    (c * b + -s * a).store(y + i);
  }
}

/// A hyperbolic rotation: x becomes x' = (x - s y) / c, and y becomes c y - s x'.
inline void rotate_back(double* x, double* y, double c, double s, std::size_t first, std::size_t last) noexcept {
  const double scale = 1.0 / c;
  for (std::size_t i = first; i < last; i += column_step) {
    const double4 b = double4::load(y + i);
    const double4 a = scale * (double4::load(x + i) + -s * b);
    a.store(x + i);
    (c * b + -s * a).store(y + i);
  }
}

/// A pivot that rounding or huge numbers did not spoil.
[[nodiscard]] inline bool sound_pivot(double pivot) noexcept {
  constexpr double most = 1e300;
  return pivot > 0.0 && pivot < most;
}

/// The lower Cholesky factor of a symmetric n x n matrix, of which the columns from the diagonal down are read; both are kept by
/// columns of `padded(n)` rows. Above the diagonal the factor is zero within the rows that the other kernels read. False, and
/// the factor is of no use, where the matrix is not positive definite. O(n^3 / 3).
[[nodiscard]] inline bool factorise(const double* matrix, double* factor, std::size_t n) noexcept {
  const std::size_t rows = padded(n);
  for (std::size_t j = 0; j < n; ++j) {
    double* column = factor + j * rows;
    const std::size_t top = j / column_step * column_step;
    for (std::size_t i = top; i < rows; ++i) column[i] = matrix[j * rows + i];
    std::size_t k = 0;
    for (; k < top; k += column_step) {
      const double a[column_step] = {-factor[k * rows + j], -factor[(k + 1) * rows + j], -factor[(k + 2) * rows + j],
                                     -factor[(k + 3) * rows + j]};
      add_scaled(column, factor + k * rows, rows, a, top, rows);
    }
    for (; k < j; ++k) add_scaled(column, factor + k * rows, -factor[k * rows + j], top, rows);
    const double pivot = column[j];
    if (!sound_pivot(pivot)) return false;
    const double scale = 1.0 / std::sqrt(pivot);
    for (std::size_t i = top; i < rows; ++i) column[i] = i < j || i >= n ? 0.0 : column[i] * scale;
  }
  return true;
}

/// Of invert_factor(): takes what the columns before j have to do with the four from j on away from these, in both matrices.
inline void eliminate_before(double* matrix, double* inverse, std::size_t stride, std::size_t j,
                             std::size_t n) noexcept {
  constexpr std::size_t m = column_step;
  double4 tile[m];
  double* l = matrix + j * stride;
  double* u = inverse + j * stride;
  for (std::size_t i = j; i < n; i += m) {
    multiply_tile(matrix + i, stride, matrix + j, stride, 1, j, tile);
    for (std::size_t c = 0; c < m; ++c) (double4::load(l + i + c * stride) - tile[c]).store(l + i + c * stride);
  }
  for (std::size_t i = 0; i < j; i += m) {
    multiply_tile(inverse + i + i * stride, stride, matrix + j + i * stride, stride, 1, j - i, tile);
    for (std::size_t c = 0; c < m; ++c) (-1.0 * tile[c]).store(u + i + c * stride);
  }
  for (std::size_t c = 0; c < m; ++c)
    for (std::size_t r = 0; r < m; ++r) u[j + r + c * stride] = r == c ? 1.0 : 0.0;
}

/// Of invert_factor(): the four columns from j on among themselves. False where a pivot is not sound.
[[nodiscard]] inline bool eliminate_among(double* matrix, double* inverse, std::size_t stride, std::size_t j,
                                          std::size_t n) noexcept {
  constexpr std::size_t m = column_step;
  double* l = matrix + j * stride;
  double* u = inverse + j * stride;
  for (std::size_t c = 0; c < m; ++c) {
    const double pivot = l[j + c + c * stride];
    if (!sound_pivot(pivot)) return false;
    const double scale = 1.0 / std::sqrt(pivot);
    multiply(l + c * stride, scale, j, n);
    multiply(u + c * stride, scale, 0, j + m);
    for (std::size_t after = c + 1; after < m; ++after) {
      const double share = -l[j + after + c * stride];
      add_scaled(l + after * stride, l + c * stride, share, j, n);
      add_scaled(u + after * stride, u + c * stride, share, 0, j + m);
    }
  }
  for (std::size_t c = 1; c < m; ++c)
    for (std::size_t r = 0; r < c; ++r) l[j + r + c * stride] = 0.0;
  return true;
}

/// Replaces a symmetric n x n matrix A, of which the lower triangle is read, by its lower Cholesky factor L, and writes the
/// upper triangle U = L^-T: A^-1 = U U^T. Both have columns of `stride` rows; n is a multiple of column_step. In the tiles of
/// the diagonal the factors are zero in their other triangles, elsewhere these are left as they were. False, and both are of
/// no use, where A is not positive definite. O(2 n^3 / 3).
///
/// Gauss's elimination of the columns of A with the identity below: what turns A into L turns the identity into L^-T.
[[nodiscard]] inline bool invert_factor(double* matrix, double* inverse, std::size_t stride, std::size_t n) noexcept {
  for (std::size_t j = 0; j < n; j += column_step) {
    eliminate_before(matrix, inverse, stride, j, n);
    if (!eliminate_among(matrix, inverse, stride, j, n)) return false;
  }
  return true;
}

/// y = U^T x for an upper triangle as invert_factor() writes it; n is a multiple of column_step. O(n^2 / 2).
inline void multiply_transposed_upper(const double* upper, std::size_t stride, const double* x, double* y,
                                      std::size_t n) noexcept {
  double four[column_step];
  for (std::size_t j = 0; j < n; j += column_step) {
    dots(x, upper + j * stride, stride, j + column_step, four);
    for (std::size_t c = 0; c < column_step; ++c) y[j + c] = four[c];
  }
}

/// y = U x for such a triangle. O(n^2 / 2).
inline void multiply_upper(const double* upper, std::size_t stride, const double* x, double* y,
                           std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) y[i] = 0.0;
  for (std::size_t j = 0; j < n; j += column_step) add_scaled(y, upper + j * stride, stride, x + j, 0, j + column_step);
}

/// y = A^-1 x for A^-1 = U U^T; half becomes U^T x, whose square is x^T A^-1 x. O(n^2).
inline void solve_inverted(const double* upper, std::size_t stride, const double* x, double* half, double* y,
                           std::size_t n) noexcept {
  multiply_transposed_upper(upper, stride, x, half, n);
  multiply_upper(upper, stride, half, y, n);
}

/// y += L x for a factor of factorise(); x and y have padded(n) rows, those of x beyond n are 0. O(n^2 / 2).
inline void multiply_lower(const double* factor, const double* x, double* y, std::size_t n) noexcept {
  const std::size_t rows = padded(n);
  std::size_t k = 0;
  for (; k + column_step <= n; k += column_step) add_scaled(y, factor + k * rows, rows, x + k, k, rows);
  const std::size_t top = k;
  for (; k < n; ++k) add_scaled(y, factor + k * rows, x[k], top, rows);
}

/// Replaces y by the solution x of L x = y. O(n^2 / 2).
inline void solve_lower(const double* factor, double* y, std::size_t n) noexcept {
  const std::size_t rows = padded(n);
  for (std::size_t k = 0; k < n; ++k) {
    const double x = y[k] / factor[k * rows + k];
    add_scaled(y, factor + k * rows, -x, k / column_step * column_step, rows);
    y[k] = x;
  }
}

/// Replaces y by the solution x of L^T x = y. O(n^2 / 2).
inline void solve_upper(const double* factor, double* y, std::size_t n) noexcept {
  const std::size_t rows = padded(n);
  for (std::size_t k = n; k-- > 0;) {
    const double* column = factor + k * rows;
    double sum = y[k];
    for (std::size_t i = k + 1; i < n; ++i) sum -= column[i] * y[i];
    y[k] = sum / column[k];
  }
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
