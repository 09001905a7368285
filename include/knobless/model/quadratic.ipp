#pragma once

#include "quadratic.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "../numeric/dense.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {

// The rows of the least-squares problem, by columns, in units of the frame; then the values.
KNOBLESS_INLINE void quadratic::set_up(const frame& in, std::span<const double> points, std::span<const double> values,
                                       std::span<const double> weights) {
  const std::size_t count = values.size();
  const std::size_t rows = detail::padded(count);
  const std::size_t columns = coefficients(form_, n_);
  matrix_.resize(rows * (columns + detail::column_step));
  scaled_.resize(rows * n_);
  for (std::size_t k = 0; k < n_; ++k) {
    double* const to = &scaled_[k * rows];
    for (std::size_t i = 0; i < count; ++i) to[i] = (points[i * n_ + k] - in.centre[k]) / in.spread[k];
  }
  double* to = matrix_.data();
  const auto next = [&](auto&& element) {
    for (std::size_t i = 0; i < count; ++i) to[i] = element(i);
    for (std::size_t i = count; i < rows; ++i) to[i] = 0.0;
    to += rows;
  };
  next([&](std::size_t i) { return weights[i]; });
  for (std::size_t k = 0; k < n_; ++k) {
    const double* const z = &scaled_[k * rows];
    next([&](std::size_t i) { return z[i] * weights[i]; });
  }
  if (form_ != form::affine)
    for (std::size_t k = 0; k < n_; ++k) {
      const double* const z = &scaled_[k * rows];
      next([&](std::size_t i) { return z[i] * z[i] * weights[i]; });
    }
  if (form_ == form::full)
    for (std::size_t k = 0; k < n_; ++k)
      for (std::size_t l = k + 1; l < n_; ++l) {
        const double* const y = &scaled_[k * rows];
        const double* const z = &scaled_[l * rows];
        next([&](std::size_t i) { return y[i] * z[i] * weights[i]; });
      }
  next([&](std::size_t i) { return weights[i] * values[i]; });
  // What is beyond is padding.
  std::fill(to, matrix_.data() + matrix_.size(), 0.0);
}

KNOBLESS_INLINE void quadratic::fit(form shape, std::size_t n, std::span<const double> points,
                                    std::span<const double> values, std::span<const double> weights,
                                    std::span<const std::size_t> numbers) {
  if (shape != form_ || n != n_) taken_.clear();
  form_ = shape;
  n_ = n;
  const std::size_t count = values.size();
  frame_.centre.assign(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(n));
  frame_.spread.assign(n, 0.0);
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < n; ++k) {
      const double gap = points[i * n + k] - frame_.centre[k];
      frame_.spread[k] += gap * gap;
    }
  for (double& s : frame_.spread) s = s > 0.0 ? std::sqrt(s / static_cast<double>(count)) : 1.0;

  bool solved = false;
  if (follow(points, weights, numbers)) {
    set_up(triangle_frame_, points, values, weights);
    solved = refine(count);
  }
  if (!solved) {
    set_up(frame_, points, values, weights);
    triangle_frame_ = frame_;
    if (!triangulate(count)) taken_.clear();
  }
  if (!taken_.empty()) taken_points_.assign(points.begin(), points.end());
  change_frame();
}

// Householder reflections, column by column; `rank` rows are done. False where some columns depend on others.
KNOBLESS_INLINE bool quadratic::triangulate(std::size_t count) {
  const std::size_t columns = coefficients(form_, n_);
  const std::size_t rows = detail::padded(count);
  double* const target = &matrix_[rows * columns];
  solution_.assign(columns, 0.0);
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
    constexpr double nothing = 1e-20;  // a column that the others explain but for rounding
    if (squared > nothing * whole) {
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
    for (std::size_t k = j + 1; k < columns; ++k) sum -= matrix_[k * rows + row] * solution_[k];
    solution_[j] = sum / matrix_[j * rows + row];
  }
  if (rank < columns) return false;
  const std::size_t side = detail::padded(columns);
  triangle_.assign(side * columns, 0.0);
  for (std::size_t j = 0; j < columns; ++j)
    for (std::size_t i = 0; i <= j; ++i) triangle_[i * side + j] = matrix_[j * rows + i];
  return true;
}

// What came, went or changed its weight since the last fit; then the rows of this one are those that R is of.
KNOBLESS_INLINE void quadratic::find_changes(std::span<const double> points, std::span<const double> weights,
                                             std::span<const std::size_t> numbers) {
  next_.clear();
  for (std::size_t i = 0; i < numbers.size(); ++i) next_.push_back({numbers[i], i, weights[i]});
  std::sort(next_.begin(), next_.end(), [](const row_taken& a, const row_taken& b) { return a.number < b.number; });
  changes_.clear();
  auto old = taken_.begin();
  for (const row_taken& r : next_) {
    for (; old != taken_.end() && old->number < r.number; ++old)
      changes_.push_back({&taken_points_[old->row * n_], -old->weight * old->weight});
    double before = 0.0;
    if (old != taken_.end() && old->number == r.number) before = (old++)->weight;
    if (r.weight != before) changes_.push_back({&points[r.row * n_], r.weight * r.weight - before * before});
  }
  for (; old != taken_.end(); ++old) changes_.push_back({&taken_points_[old->row * n_], -old->weight * old->weight});
  taken_.swap(next_);
}

// Whether the frame of R still suits the points: in units that are too different, R would be too ill-conditioned.
KNOBLESS_INLINE bool quadratic::frame_is_close() const {
  constexpr double most = 5.0;
  constexpr double least = 0.2;
  for (std::size_t k = 0; k < n_; ++k) {
    const double unit = triangle_frame_.spread[k];
    const bool close = frame_.spread[k] > least * unit && frame_.spread[k] < most * unit &&
                       std::abs(frame_.centre[k] - triangle_frame_.centre[k]) < most * unit;
    if (!close) return false;
  }
  return true;
}

// One more row, which expand() wrote, or, where the square is negative, one less. False where too few digits would be left.
KNOBLESS_INLINE bool quadratic::apply(double squared_weight, std::size_t columns) {
  constexpr double least_left = 1e-8;
  const bool gain = squared_weight > 0.0;
  const std::size_t side = detail::padded(columns);
  double* const v = step_.data();
  for (std::size_t j = 0; j < columns; ++j) {
    double* const r = &triangle_[j * side];
    const double squared = r[j] * r[j] + (gain ? v[j] * v[j] : -v[j] * v[j]);
    if (!(squared > least_left * (r[j] * r[j]))) return false;
    const double length = std::sqrt(squared);
    const std::size_t top = j / detail::column_step * detail::column_step;
    if (gain) {
      detail::rotate(r, v, r[j] / length, v[j] / length, top, side);
    } else {
      detail::rotate_back(r, v, length / r[j], v[j] / r[j], top, side);
    }
  }
  return true;
}

// Lets R follow what came, went or changed its weight since the last fit: by plane rotations where weight is gained, then by
// hyperbolic ones where it is lost (Golub and Van Loan, Matrix Computations, section 6.5). False where R begins anew.
KNOBLESS_INLINE bool quadratic::follow(std::span<const double> points, std::span<const double> weights,
                                       std::span<const std::size_t> numbers) {
  const std::size_t columns = coefficients(form_, n_);
  const bool known = !taken_.empty();
  find_changes(points, weights, numbers);
  // A change costs O(columns^2), as a column does when R begins anew.
  if (!known || 3 * changes_.size() > columns || !frame_is_close()) return false;
  for (const bool gain : {true, false})
    for (const change& c : changes_) {
      if ((c.squared > 0.0) != gain) continue;
      expand(c.point, std::sqrt(std::abs(c.squared)));
      if (!apply(c.squared, columns)) return false;
    }
  return true;
}

// One row of the least-squares problem, in the frame of R.
KNOBLESS_INLINE void quadratic::expand(const double* at, double weight) {
  scaled_.resize((std::max)(scaled_.size(), n_));
  double* const z = scaled_.data();
  for (std::size_t k = 0; k < n_; ++k) z[k] = (at[k] - triangle_frame_.centre[k]) / triangle_frame_.spread[k];
  step_.assign(detail::padded(coefficients(form_, n_)), 0.0);
  double* to = step_.data();
  *to++ = weight;
  for (std::size_t k = 0; k < n_; ++k) *to++ = weight * z[k];
  if (form_ != form::affine)
    for (std::size_t k = 0; k < n_; ++k) *to++ = weight * (z[k] * z[k]);
  if (form_ == form::full)
    for (std::size_t k = 0; k < n_; ++k)
      for (std::size_t l = k + 1; l < n_; ++l) *to++ = weight * (z[k] * z[l]);
}

// The seminormal equations R' R x = A' y, corrected until their residual is gone: Bjorck, Stability analysis of the method of
// seminormal equations, 1987. False where R is too far off.
KNOBLESS_INLINE bool quadratic::refine(std::size_t count) {
  const std::size_t columns = coefficients(form_, n_);
  const std::size_t rows = detail::padded(count);
  const std::size_t side = detail::padded(columns);
  const double* const target = &matrix_[rows * columns];
  const double whole = detail::dot(target, target, rows);
  gradient_.assign(side, 0.0);
  step_.resize(side);
  constexpr double converged = 1e-24;  // of a squared residual, to the square of a relative 1e-12
  for (int corrections = 0; corrections < 4; ++corrections) {
    residual_.assign(target, target + rows);
    for (std::size_t j = 0; j < columns; ++j) step_[j] = -solution_[j];
    std::size_t j = 0;
    for (; j + detail::column_step <= columns; j += detail::column_step)
      detail::add_scaled(residual_.data(), &matrix_[j * rows], rows, &step_[j], 0, rows);
    for (; j < columns; ++j) detail::add_scaled(residual_.data(), &matrix_[j * rows], step_[j], 0, rows);
    for (j = 0; j < columns; ++j) gradient_[j] = detail::dot(&matrix_[j * rows], residual_.data(), rows);
    for (j = 0; j < columns; ++j) {
      const double* const r = &triangle_[j * side];
      const double x = gradient_[j] / r[j];
      detail::add_scaled(gradient_.data(), r, -x, j / detail::column_step * detail::column_step, side);
      gradient_[j] = x;
    }
    if (detail::dot(gradient_.data(), gradient_.data(), side) <= converged * whole) return true;
    for (j = columns; j-- > 0;) {
      const double* const r = &triangle_[j * side];
      const std::size_t next = detail::padded(j + 1);
      double sum = gradient_[j] - detail::dot(r + next, gradient_.data() + next, side - next);
      for (std::size_t k = j + 1; k < (std::min)(next, columns); ++k) sum -= r[k] * gradient_[k];
      gradient_[j] = sum / r[j];
      solution_[j] += gradient_[j];
    }
  }
  return false;
}

// The coefficients in the present frame, by those in the frame of R: there z = shift + ratio z'.
KNOBLESS_INLINE void quadratic::change_frame() {
  coefficients_ = solution_;
  double* const to = coefficients_.data();
  const auto shift = [&](std::size_t k) {
    return (frame_.centre[k] - triangle_frame_.centre[k]) / triangle_frame_.spread[k];
  };
  const auto ratio = [&](std::size_t k) { return frame_.spread[k] / triangle_frame_.spread[k]; };
  for (std::size_t k = 0; k < n_; ++k) to[0] += to[1 + k] * shift(k);
  if (form_ != form::affine)
    for (std::size_t k = 0; k < n_; ++k) {
      double& h = to[1 + n_ + k];
      to[0] += h * (shift(k) * shift(k));
      to[1 + k] += 2.0 * h * shift(k);
      h *= ratio(k) * ratio(k);
    }
  if (form_ == form::full) {
    double* h = to + 1 + 2 * n_;
    for (std::size_t k = 0; k < n_; ++k)
      for (std::size_t l = k + 1; l < n_; ++l, ++h) {
        to[0] += *h * (shift(k) * shift(l));
        to[1 + k] += *h * shift(l);
        to[1 + l] += *h * shift(k);
        *h *= ratio(k) * ratio(l);
      }
  }
  for (std::size_t k = 0; k < n_; ++k) to[1 + k] *= ratio(k);
}

KNOBLESS_INLINE double quadratic::operator()(std::span<const double> at) const noexcept {
  const auto scaled = [&](std::size_t i) { return (at[i] - frame_.centre[i]) / frame_.spread[i]; };
  const double* c = coefficients_.data();
  double sum = *c++;
  for (std::size_t i = 0; i < n_; ++i) sum += *c++ * scaled(i);
  if (form_ == form::affine) return sum;
  for (std::size_t i = 0; i < n_; ++i) sum += *c++ * (scaled(i) * scaled(i));
  if (form_ == form::diagonal) return sum;
  for (std::size_t i = 0; i < n_; ++i) {
    double row = 0.0;
    for (std::size_t j = i + 1; j < n_; ++j) row += *c++ * scaled(j);
    sum += scaled(i) * row;
  }
  return sum;
}

// Half of the second derivatives, in columns of `rows` rows.
KNOBLESS_INLINE void quadratic::set_hessian(std::size_t rows) {
  hessian_.assign(rows * n_, 0.0);
  if (form_ == form::affine) return;
  for (std::size_t i = 0; i < n_; ++i) hessian_[i * rows + i] = coefficients_[1 + n_ + i];
  if (form_ == form::diagonal) return;
  const double* c = &coefficients_[1 + n_] + n_;
  for (std::size_t i = 0; i < n_; ++i)
    for (std::size_t j = i + 1; j < n_; ++j) hessian_[i * rows + j] = hessian_[j * rows + i] = 0.5 * *c++;
}

KNOBLESS_INLINE bool quadratic::minimum(double radius, std::span<double> found) {
  constexpr int most_tries = 60;       // H is raised by 2^60 then
  constexpr double first_rise = 0.01;  // in the unit below
  constexpr double on_the_sphere = 1.0000001;
  const std::size_t rows = detail::padded(n_);
  const double* b = &coefficients_[1];
  set_hessian(rows);
  double slope = 0.0;
  for (std::size_t i = 0; i < n_; ++i) slope += b[i] * b[i];
  if (!(slope > 0.0)) return false;
  // With H raised by |b| / (2 radius) alone, a linear function's minimum lies on the sphere.
  const double unit = std::sqrt(slope) / (2.0 * radius);
  factor_.assign(rows * n_, 0.0);
  step_.assign(rows, 0.0);
  double raised = 0.0;
  for (int tries = 0; tries < most_tries; ++tries) {
    for (std::size_t i = 0; i < n_; ++i) hessian_[i * rows + i] += raised;
    const bool definite = detail::factorise(hessian_.data(), factor_.data(), n_);
    for (std::size_t i = 0; i < n_; ++i) hessian_[i * rows + i] -= raised;
    if (definite) {
      for (std::size_t i = 0; i < n_; ++i) step_[i] = -0.5 * b[i];
      detail::solve_lower(factor_.data(), step_.data(), n_);
      detail::solve_upper(factor_.data(), step_.data(), n_);
      const double squared = detail::dot(step_.data(), step_.data(), rows);
      if (squared <= radius * radius * on_the_sphere) {
        for (std::size_t i = 0; i < n_; ++i) found[i] = frame_.centre[i] + frame_.spread[i] * step_[i];
        return true;
      }
    }
    raised = raised > 0.0 ? 2.0 * raised : first_rise * unit;
  }
  return false;
}

}  // namespace knobless

#include "../base/strict_end.inc"
