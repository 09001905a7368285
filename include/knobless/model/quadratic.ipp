#pragma once

#include "quadratic.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "../numeric/dense.hpp"

#include "../detail/strict_begin.inc"

namespace knobless {

KNOBLESS_INLINE void quadratic::expand(const double* z, double* to, std::size_t stride) const noexcept {
  *to = 1.0;
  to += stride;
  for (std::size_t i = 0; i < n_; ++i, to += stride) *to = z[i];
  if (form_ == form::linear) return;
  for (std::size_t i = 0; i < n_; ++i, to += stride) *to = z[i] * z[i];
  if (form_ == form::diagonal) return;
  for (std::size_t i = 0; i < n_; ++i)
    for (std::size_t j = i + 1; j < n_; ++j, to += stride) *to = z[i] * z[j];
}

KNOBLESS_INLINE void quadratic::fit(form shape, std::size_t n, std::span<const double> points,
                                    std::span<const double> values, std::span<const double> weights) {
  form_ = shape;
  n_ = n;
  const std::size_t columns = coefficients(shape, n);
  const std::size_t count = values.size();
  const std::size_t rows = detail::padded(count);
  matrix_.assign(rows * (columns + detail::column_step), 0.0);
  double* const target = &matrix_[rows * columns];
  step_.assign(detail::padded(n), 0.0);
  centre_.assign(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(n));
  spread_.assign(n, 0.0);
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < n; ++k) {
      const double gap = points[i * n + k] - centre_[k];
      spread_[k] += gap * gap;
    }
  for (double& s : spread_) s = s > 0.0 ? std::sqrt(s / static_cast<double>(count)) : 1.0;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < n; ++k) step_[k] = (points[i * n + k] - centre_[k]) / spread_[k];
    expand(step_.data(), &matrix_[i], rows);
    target[i] = weights[i] * values[i];
  }
  for (std::size_t j = 0; j < columns; ++j)
    for (std::size_t i = 0; i < count; ++i) matrix_[j * rows + i] *= weights[i];

  // Householder reflections, column by column; `rank` rows are done.
  coefficients_.assign(columns, 0.0);
  pivot_row_.assign(columns, count);
  std::size_t rank = 0;
  for (std::size_t j = 0; j < columns && rank < count; ++j) {
    double* v = &matrix_[j * rows];
    const double whole = detail::dot(v, v, rows);
    const std::size_t top = rank / detail::column_step * detail::column_step;
    // Rows above `rank` keep their part of R, so they leave the reflection for a while.
    double kept[detail::column_step];
    for (std::size_t i = top; i < rank; ++i) kept[i - top] = std::exchange(v[i], 0.0);
    const double squared = detail::dot(v + top, v + top, rows - top);
    if (squared > 1e-20 * whole) {
      const double norm = v[rank] > 0.0 ? -std::sqrt(squared) : std::sqrt(squared);
      const double scale = 1.0 / (squared - v[rank] * norm);
      v[rank] -= norm;
      // The values are one more column; what is beyond is padding.
      for (std::size_t k = j + 1; k <= columns; k += detail::column_step)
        detail::reflect(&matrix_[k * rows + top], rows, v + top, scale, rows - top);
      v[rank] = norm;
      pivot_row_[j] = rank++;
    }
    for (std::size_t i = top; i < (std::min)(rank, top + detail::column_step) && i < pivot_row_[j]; ++i)
      v[i] = kept[i - top];
  }
  for (std::size_t j = columns; j-- > 0;) {
    const std::size_t row = pivot_row_[j];
    if (row == count) continue;
    double sum = target[row];
    for (std::size_t k = j + 1; k < columns; ++k) sum -= matrix_[k * rows + row] * coefficients_[k];
    coefficients_[j] = sum / matrix_[j * rows + row];
  }
}

KNOBLESS_INLINE double quadratic::operator()(std::span<const double> at) const noexcept {
  const auto scaled = [&](std::size_t i) { return (at[i] - centre_[i]) / spread_[i]; };
  const double* c = coefficients_.data();
  double sum = *c++;
  for (std::size_t i = 0; i < n_; ++i) sum += *c++ * scaled(i);
  if (form_ == form::linear) return sum;
  for (std::size_t i = 0; i < n_; ++i) sum += *c++ * (scaled(i) * scaled(i));
  if (form_ == form::diagonal) return sum;
  for (std::size_t i = 0; i < n_; ++i) {
    double row = 0.0;
    for (std::size_t j = i + 1; j < n_; ++j) row += *c++ * scaled(j);
    sum += scaled(i) * row;
  }
  return sum;
}

KNOBLESS_INLINE bool quadratic::minimum(double radius, std::span<double> found) {
  const std::size_t rows = detail::padded(n_);
  const double* b = &coefficients_[1];
  hessian_.assign(rows * n_, 0.0);
  if (form_ != form::linear) {
    for (std::size_t i = 0; i < n_; ++i) hessian_[i * rows + i] = coefficients_[1 + n_ + i];
    const double* c = &coefficients_[1 + n_];
    if (form_ == form::full) {
      c += n_;
      for (std::size_t i = 0; i < n_; ++i)
        for (std::size_t j = i + 1; j < n_; ++j) hessian_[i * rows + j] = hessian_[j * rows + i] = 0.5 * *c++;
    }
  }
  double slope = 0.0;
  for (std::size_t i = 0; i < n_; ++i) slope += b[i] * b[i];
  if (!(slope > 0.0)) return false;
  // With H raised by |b| / (2 radius) alone, a linear function's minimum lies on the sphere.
  const double unit = std::sqrt(slope) / (2.0 * radius);
  factor_.assign(rows * n_, 0.0);
  step_.assign(rows, 0.0);
  double raised = 0.0;
  for (int tries = 0; tries < 60; ++tries) {
    for (std::size_t i = 0; i < n_; ++i) hessian_[i * rows + i] += raised;
    const bool definite = detail::factorise(hessian_.data(), factor_.data(), n_);
    for (std::size_t i = 0; i < n_; ++i) hessian_[i * rows + i] -= raised;
    if (definite) {
      for (std::size_t i = 0; i < n_; ++i) step_[i] = -0.5 * b[i];
      detail::solve_lower(factor_.data(), step_.data(), n_);
      detail::solve_upper(factor_.data(), step_.data(), n_);
      const double squared = detail::dot(step_.data(), step_.data(), rows);
      if (squared <= radius * radius * 1.0000001) {
        for (std::size_t i = 0; i < n_; ++i) found[i] = centre_[i] + spread_[i] * step_[i];
        return true;
      }
    }
    raised = raised > 0.0 ? 2.0 * raised : 0.01 * unit;
  }
  return false;
}

}  // namespace knobless

#include "../detail/strict_end.inc"
