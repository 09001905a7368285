/// \file
/// The few dense kernels that a normal distribution needs, on columns of doubles. Each is a sum of scaled columns, element by
/// element: the order of additions is written down here, and no width of vector registers changes it.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstring>

#include "../detail/strict_begin.inc"

namespace knobless::detail {

/// Columns are padded with zeros to a multiple of this.
inline constexpr std::size_t column_step = 4;

/// n rounded up to a multiple of column_step.
[[nodiscard]] constexpr std::size_t padded(std::size_t n) noexcept {
  return (n + column_step - 1) / column_step * column_step;
}

#if defined(__GNUC__)
// Loaded and stored by memcpy: columns are aligned as doubles are, and a vector returned by a function would depend on the ABI.
using column_part = double __attribute__((vector_size(32)));
#else
struct column_part {
  double lane[column_step];
  friend column_part operator*(double a, const column_part& x) noexcept {
    return {{a * x.lane[0], a * x.lane[1], a * x.lane[2], a * x.lane[3]}};
  }
  friend column_part operator*(const column_part& x, const column_part& y) noexcept {
    return {{x.lane[0] * y.lane[0], x.lane[1] * y.lane[1], x.lane[2] * y.lane[2], x.lane[3] * y.lane[3]}};
  }
  column_part& operator+=(const column_part& x) noexcept {
    for (std::size_t j = 0; j < column_step; ++j) lane[j] += x.lane[j];
    return *this;
  }
  double operator[](std::size_t j) const noexcept { return lane[j]; }
};
#endif

/// y += a x, from row `first` to `last`; both are multiples of column_step, as in all of these.
inline void add_scaled(double* y, const double* x, double a, std::size_t first, std::size_t last) noexcept {
  column_part sum;
  column_part part;
  for (std::size_t i = first; i < last; i += column_step) {
    std::memcpy(&sum, y + i, sizeof sum);
    std::memcpy(&part, x + i, sizeof part);
    sum += a * part;
    std::memcpy(y + i, &sum, sizeof sum);
  }
}

/// y += a[0] x0 + a[1] x1 + a[2] x2 + a[3] x3, in this order, where column j begins at x + j stride.
inline void add_scaled(double* y, const double* x, std::size_t stride, const double* a, std::size_t first,
                       std::size_t last) noexcept {
  const double a0 = a[0];
  const double a1 = a[1];
  const double a2 = a[2];
  const double a3 = a[3];
  column_part sum;
  column_part part;
  for (std::size_t i = first; i < last; i += column_step) {
    std::memcpy(&sum, y + i, sizeof sum);
    std::memcpy(&part, x + i, sizeof part);
    sum += a0 * part;
    std::memcpy(&part, x + stride + i, sizeof part);
    sum += a1 * part;
    std::memcpy(&part, x + 2 * stride + i, sizeof part);
    sum += a2 * part;
    std::memcpy(&part, x + 3 * stride + i, sizeof part);
    sum += a3 * part;
    std::memcpy(y + i, &sum, sizeof sum);
  }
}

/// The sum of products, in four lanes that are added pairwise at the end; n is a multiple of column_step. O(n).
[[nodiscard]] inline double dot(const double* x, const double* y, std::size_t n) noexcept {
  column_part sum = {0.0, 0.0, 0.0, 0.0};
  column_part left;
  column_part right;
  for (std::size_t i = 0; i < n; i += column_step) {
    std::memcpy(&left, x + i, sizeof left);
    std::memcpy(&right, y + i, sizeof right);
    sum += left * right;
  }
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/// y_j -= b (x . y_j) x for four columns at once, where column j begins at y + j stride: four chains of additions do not wait for
/// each other. Each has the order of dot() and add_scaled(). O(n).
inline void reflect(double* y, std::size_t stride, const double* x, double b, std::size_t n) noexcept {
  column_part s0 = {0.0, 0.0, 0.0, 0.0};
  column_part s1 = s0;
  column_part s2 = s0;
  column_part s3 = s0;
  column_part part;
  column_part right;
  for (std::size_t i = 0; i < n; i += column_step) {
    std::memcpy(&part, x + i, sizeof part);
    std::memcpy(&right, y + i, sizeof right);
    s0 += part * right;
    std::memcpy(&right, y + stride + i, sizeof right);
    s1 += part * right;
    std::memcpy(&right, y + 2 * stride + i, sizeof right);
    s2 += part * right;
    std::memcpy(&right, y + 3 * stride + i, sizeof right);
    s3 += part * right;
  }
  add_scaled(y, x, -b * ((s0[0] + s0[1]) + (s0[2] + s0[3])), 0, n);
  add_scaled(y + stride, x, -b * ((s1[0] + s1[1]) + (s1[2] + s1[3])), 0, n);
  add_scaled(y + 2 * stride, x, -b * ((s2[0] + s2[1]) + (s2[2] + s2[3])), 0, n);
  add_scaled(y + 3 * stride, x, -b * ((s3[0] + s3[1]) + (s3[2] + s3[3])), 0, n);
}

/// A plane rotation: x becomes c x + s y, and y becomes c y - s x.
inline void rotate(double* x, double* y, double c, double s, std::size_t first, std::size_t last) noexcept {
  column_part a;
  column_part b;
  for (std::size_t i = first; i < last; i += column_step) {
    std::memcpy(&a, x + i, sizeof a);
    std::memcpy(&b, y + i, sizeof b);
    column_part turned = c * a;
    turned += s * b;
    std::memcpy(x + i, &turned, sizeof turned);
    turned = c * b;
    turned += -s * a;
    std::memcpy(y + i, &turned, sizeof turned);
  }
}

/// A hyperbolic rotation: x becomes x' = (x - s y) / c, and y becomes c y - s x'.
inline void rotate_back(double* x, double* y, double c, double s, std::size_t first, std::size_t last) noexcept {
  const double scale = 1.0 / c;
  column_part a;
  column_part b;
  for (std::size_t i = first; i < last; i += column_step) {
    std::memcpy(&a, x + i, sizeof a);
    std::memcpy(&b, y + i, sizeof b);
    a += -s * b;
    a = scale * a;
    b = c * b;
    b += -s * a;
    std::memcpy(x + i, &a, sizeof a);
    std::memcpy(y + i, &b, sizeof b);
  }
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
    if (!(pivot > 0.0) || !(pivot < 1e300)) return false;
    const double scale = 1.0 / std::sqrt(pivot);
    for (std::size_t i = top; i < rows; ++i) column[i] = i < j || i >= n ? 0.0 : column[i] * scale;
  }
  return true;
}

/// y += L x for such a factor; x and y have padded(n) rows, those of x beyond n are 0. O(n^2 / 2).
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

#include "../detail/strict_end.inc"
