#pragma once

#include "gaussian_process.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "../numeric/dense.hpp"
#include "../numeric/double4.hpp"
#include "../numeric/matern.hpp"
#include "../numeric/quasi_newton.hpp"

#include "../detail/strict_begin.inc"

namespace knobless::detail {
namespace gp {

inline constexpr double mean_share = 1.0;   // t
inline constexpr double scale_shape = 2.0;  // of the inverse-gamma prior of s
inline constexpr double scale_rate = 2.0;
// Standard deviations of the normal priors of logarithms.
inline constexpr double noise_width = 2.0;
inline constexpr double least_noise = 1e-7;
inline constexpr double length_width = 1.0;

// Points that are predicted together: their correlations with 400 known ones stay in the processor's cache.
inline constexpr Eigen::Index together = 64;

[[nodiscard]] inline std::size_t size(Eigen::Index n) noexcept { return static_cast<std::size_t>(n); }
[[nodiscard]] inline std::size_t stride(const Eigen::MatrixXd& m) noexcept { return size(m.rows()); }
[[nodiscard]] inline Eigen::Index padded(Eigen::Index n) noexcept {
  return static_cast<Eigen::Index>(detail::padded(size(n)));
}
// The distance that a difference of levels adds.
[[nodiscard]] inline double step_of(double log_length) noexcept { return elementary::exp(-2.0 * log_length); }

inline void store(const double4 (&tile)[column_step], double* into, std::size_t stride) noexcept {
  for (std::size_t c = 0; c < column_step; ++c) tile[c].store(into + c * stride);
}

// Gives the lower triangle of a kernel matrix its diagonal; rows beyond the points become those of the identity.
inline void complete(Eigen::MatrixXd& kernel, Eigen::Index count, double diagonal) {
  for (Eigen::Index i = 0; i < count; ++i) kernel(i, i) = diagonal;
  for (Eigen::Index i = count; i < kernel.rows(); ++i) {
    for (Eigen::Index j = 0; j < i; ++j) kernel(i, j) = 0.0;
    kernel(i, i) = 1.0;
  }
}

// Grows to these sizes, with zeros.
template <class Matrix>
void extend(Matrix& m, Eigen::Index rows, Eigen::Index columns) {
  Matrix larger = Matrix::Zero(rows, columns);
  for (Eigen::Index j = 0; j < m.cols(); ++j)
    std::copy(m.data() + j * m.rows(), m.data() + (j + 1) * m.rows(), larger.data() + j * rows);
  m.swap(larger);
}

}  // namespace gp

KNOBLESS_INLINE gaussian_process::gaussian_process(const features& layout, const gp_constants& constants)
    : layout_(&layout), noise_centre_(constants.noise_centre), log_noise_(constants.noise_centre) {
  const Eigen::Index groups = layout.groups();
  const double centre =
      constants.length_centre + 0.5 * elementary::log(static_cast<double>((std::max)(groups, Eigen::Index{1})));
  length_centre_.setConstant(groups, centre);
  for (Eigen::Index c = 0; c < layout.levels(); ++c) length_centre_(layout.group_of_level(c)) += constants.level_centre;
  log_length_ = length_centre_;
  learnt_.resize(groups + 1);
  std::copy(length_centre_.begin(), length_centre_.end(), learnt_.begin());
  learnt_(groups) = log_noise_;
}

// Numbers over lengthscales, with rows of zeros up to a multiple of four, and a column of zeros where there are none: an empty
// matrix has no address to count from.
KNOBLESS_INLINE void gaussian_process::scale(const Eigen::MatrixXd& numbers, const Eigen::VectorXd& log_length,
                                             Eigen::MatrixXd& out) const {
  const Eigen::Index n = numbers.rows();
  out.setZero(gp::padded(n), (std::max)(layout_->numbers(), Eigen::Index{1}));
  for (Eigen::Index f = 0; f < layout_->numbers(); ++f) {
    const double a = elementary::exp(-log_length(layout_->group_of_number(f)));
    for (Eigen::Index i = 0; i < n; ++i) out(i, f) = a * numbers(i, f);
  }
}

// Squared distances of all pairs: the lower triangle, in whole tiles.
KNOBLESS_INLINE void gaussian_process::squared_distances(const Eigen::MatrixXd& scaled, const Eigen::MatrixXi& levels,
                                                         Eigen::Index count, const Eigen::VectorXd& log_length,
                                                         Eigen::MatrixXd& out) const {
  const std::size_t n = gp::stride(scaled);
  double4 tile[column_step];
  for (std::size_t j = 0; j < n; j += column_step)
    for (std::size_t i = j; i < n; i += column_step) {
      distance_tile(scaled.data() + i, n, scaled.data() + j, n, gp::size(layout_->numbers()), tile);
      gp::store(tile, out.data() + i + j * n, n);
    }
  for (Eigen::Index c = 0; c < layout_->levels(); ++c) {
    const double w = gp::step_of(log_length(layout_->group_of_level(c)));
    const int* level = levels.data() + c * levels.rows();
    for (Eigen::Index j = 0; j < count; ++j) {
      double* column = out.data() + j * out.rows();
      for (Eigen::Index i = j + 1; i < count; ++i) column[i] += level[i] != level[j] ? w : 0.0;
    }
  }
}

// What the hyperparameters are learnt from, and room to compute in.
struct gaussian_process::workspace {
  const encoded& inputs;
  Eigen::Index count;
  Eigen::VectorXd values;   // and zeros
  Eigen::MatrixXd numbers;  // and rows of zeros
  Eigen::MatrixXd scaled;
  Eigen::MatrixXd kernel;
  Eigen::MatrixXd slope;
  Eigen::MatrixXd inverse;
  Eigen::VectorXd half;
  Eigen::VectorXd weights;

  workspace(const encoded& from, const Eigen::VectorXd& v) : inputs(from), count(from.numbers.rows()) {
    const Eigen::Index n = gp::padded(count);
    values.setZero(n);
    std::copy(v.begin(), v.end(), values.begin());
    numbers.setZero(n, from.numbers.cols());
    for (Eigen::Index f = 0; f < from.numbers.cols(); ++f)
      for (Eigen::Index i = 0; i < count; ++i) numbers(i, f) = from.numbers(i, f);
    kernel.setZero(n, n);
    slope.setZero(n, n);
    inverse.setZero(n, n);
    half.setZero(n);
    weights.setZero(n);
  }
};

// Minus the log posterior density of the hyperparameters (up to a constant). Rasmussen and Williams, Gaussian Processes for
// Machine Learning, 2006, eq. 5.9 with s integrated out: with a = n/2 + shape and b = rate + y'R^-1 y / 2 the density is
// b^-a |R|^-1/2, and its derivative along dR is tr(W dR) / 2, W = R^-1 - (a/b) (R^-1 y)(R^-1 y)'.
KNOBLESS_INLINE double gaussian_process::objective(workspace& work, const Eigen::VectorXd& parameters,
                                                   Eigen::VectorXd& gradient) const {
  const Eigen::Index count = work.count;
  const Eigen::Index groups = layout_->groups();
  const Eigen::VectorXd& log_length = parameters;  // and the noise at the end
  const double noise = elementary::exp(parameters(groups));
  const std::size_t n = gp::stride(work.kernel);
  double* kernel = work.kernel.data();
  double* slope = work.slope.data();
  double* inverse = work.inverse.data();
  scale(work.inputs.numbers, log_length, work.scaled);
  squared_distances(work.scaled, work.inputs.levels, count, log_length, work.kernel);
  for (std::size_t j = 0; j < n; ++j) {
    const std::size_t top = j / column_step * column_step;
    matern(kernel + top + j * n, gp::mean_share, slope + top + j * n, n - top);
  }
  gp::complete(work.kernel, count, 1.0 + gp::mean_share + noise);
  gradient.setZero(groups + 1);
  if (!invert_factor(kernel, inverse, n, n)) return (std::numeric_limits<double>::max)();
  double log_determinant = 0.0;
  for (std::size_t j = 0; j < n; ++j) log_determinant += elementary::log(kernel[j + j * n]);
  solve_inverted(inverse, n, work.values.data(), work.half.data(), work.weights.data(), n);
  const double a = 0.5 * static_cast<double>(count) + gp::scale_shape;
  const double b = gp::scale_rate + 0.5 * dot(work.half.data(), work.half.data(), n);
  double value = a * elementary::log(b) + log_determinant;

  // W's lower triangle takes the place of the factor; without the diagonal, where distances are 0, it is multiplied by the
  // kernel's slope H = dM/d(-r^2/2).
  const double* weight = work.weights.data();
  double trace = 0.0;
  double4 tile[column_step];
  for (std::size_t j = 0; j < n; j += column_step) {
    for (std::size_t i = j; i < n; i += column_step) {
      multiply_tile(inverse + i + i * n, n, inverse + j + i * n, n, 1, n - i, tile);
      gp::store(tile, kernel + i + j * n, n);
    }
    for (std::size_t c = j; c < j + column_step; ++c) {
      double* column = kernel + c * n;
      add_scaled(column, weight, -(a / b) * weight[c], j, n);
      if (c < gp::size(count)) trace += column[c];
      for (std::size_t i = j; i <= c; ++i) column[i] = 0.0;
      for (std::size_t i = j; i < n; i += column_step)
        (double4::load(column + i) * double4::load(slope + i + c * n)).store(column + i);
    }
  }
  gradient(groups) = 0.5 * noise * trace;
  // Sums over pairs of (W o H)_ij (x_i - x_j)^2.
  for (Eigen::Index f = 0; f < layout_->numbers(); ++f) {
    const double* x = work.numbers.data() + gp::size(f) * n;
    double total = 0.0;
    for (std::size_t j = 0; j < n; ++j)
      total += weighted_squares(kernel + j * n, x, x[j], j / column_step * column_step, n);
    const Eigen::Index g = layout_->group_of_number(f);
    gradient(g) += gp::step_of(log_length(g)) * total;
  }
  for (Eigen::Index c = 0; c < layout_->levels(); ++c) {
    const int* level = work.inputs.levels.data() + c * work.inputs.levels.rows();
    double total = 0.0;
    for (Eigen::Index j = 0; j < count; ++j)
      for (Eigen::Index i = j + 1; i < count; ++i)
        if (level[i] != level[j]) total += work.kernel(i, j);
    const Eigen::Index g = layout_->group_of_level(c);
    gradient(g) += gp::step_of(log_length(g)) * total;
  }

  for (Eigen::Index g = 0; g < groups; ++g) {
    const double z = (log_length(g) - length_centre_(g)) / gp::length_width;
    value += 0.5 * z * z;
    gradient(g) += z / gp::length_width;
  }
  const double z = (parameters(groups) - noise_centre_) / gp::noise_width;
  value += 0.5 * z * z;
  gradient(groups) += z / gp::noise_width;
  return value;
}

KNOBLESS_INLINE void gaussian_process::learn(const encoded& inputs, const Eigen::VectorXd& values) {
  const Eigen::Index groups = layout_->groups();
  Eigen::VectorXd lower = Eigen::VectorXd::Constant(groups + 1, elementary::log(0.005));
  Eigen::VectorXd upper = Eigen::VectorXd::Constant(groups + 1, elementary::log(1000.0));
  lower(groups) = elementary::log(gp::least_noise);
  upper(groups) = elementary::log(10.0);
  workspace work(inputs, values);
  const auto density = [&](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
    return objective(work, x, gradient);
  };
  const descent_limits limits{30, 1e-2, 1e-4};
  Eigen::VectorXd best;
  double least = (std::numeric_limits<double>::max)();
  const auto descend = [&](Eigen::VectorXd x) {
    const double found = minimise_in_box(density, x, lower, upper, limits);
    if (found >= least && best.size() > 0) return;
    least = found;
    best = std::move(x);
  };
  const auto from = [&](double length, double noise) {
    Eigen::VectorXd start = Eigen::VectorXd::Constant(
        groups + 1,
        elementary::log(length) + 0.5 * elementary::log(static_cast<double>((std::max)(groups, Eigen::Index{1}))));
    start(groups) = elementary::log(noise);
    descend(std::move(start));
  };
  if (ever_learnt_) descend(learnt_);
  const Eigen::Index n = inputs.numbers.rows();
  if (!ever_learnt_ || n <= 40) from(0.5, 1e-3);
  if (!ever_learnt_ || (n <= 40 && n % 4 == 0)) from(0.3, 0.3);
  ever_learnt_ = true;
  learnt_ = std::move(best);
}

KNOBLESS_INLINE void gaussian_process::set(const encoded& inputs, double log_stretch) {
  const Eigen::Index groups = layout_->groups();
  count_ = inputs.numbers.rows();
  for (Eigen::Index g = 0; g < groups; ++g) log_length_(g) = learnt_(g) + log_stretch;
  inverse_length_.resize(layout_->numbers());
  for (Eigen::Index f = 0; f < layout_->numbers(); ++f)
    inverse_length_(f) = elementary::exp(-log_length_(layout_->group_of_number(f)));
  log_noise_ = learnt_(groups);
  scale(inputs.numbers, log_length_, scaled_);
  levels_ = inputs.levels;
  gp::extend(levels_, scaled_.rows(), levels_.cols());
  const std::size_t n = gp::stride(scaled_);
  Eigen::MatrixXd kernel = Eigen::MatrixXd::Zero(scaled_.rows(), scaled_.rows());
  squared_distances(scaled_, levels_, count_, log_length_, kernel);
  for (std::size_t j = 0; j < n; ++j) {
    const std::size_t top = j / column_step * column_step;
    matern(kernel.data() + top + j * n, gp::mean_share, n - top);
  }
  inverse_.setZero(kernel.rows(), kernel.rows());
  // Noise makes it positive definite; where rounding undoes that, more noise.
  for (Eigen::MatrixXd factor;; log_noise_ += 2.3) {
    factor = kernel;
    gp::complete(factor, count_, 1.0 + gp::mean_share + noise());
    if (invert_factor(factor.data(), inverse_.data(), n, n)) break;
  }
  for (Eigen::Index i = count_; i < kernel.rows(); ++i) inverse_(i, i) = 0.0;
}

KNOBLESS_INLINE void gaussian_process::condition(const Eigen::VectorXd& values) {
  const std::size_t n = gp::size(gp::padded(count_));
  values_.setZero(gp::padded(count_));
  std::copy(values.begin(), values.end(), values_.begin());
  Eigen::VectorXd half(values_.size());
  weights_.resize(values_.size());
  solve_inverted(inverse_.data(), gp::stride(inverse_), values_.data(), half.data(), weights_.data(), n);
  scale_ =
      (gp::scale_rate + 0.5 * dot(half.data(), half.data(), n)) / (gp::scale_shape + 0.5 * static_cast<double>(count_));
}

KNOBLESS_INLINE Eigen::VectorXd gaussian_process::fitted() const {
  Eigen::VectorXd means(count_);
  for (Eigen::Index i = 0; i < count_; ++i) means(i) = values_(i) - noise() * weights_(i);
  return means;
}

KNOBLESS_INLINE void gaussian_process::append(const encoded& one) {
  const Eigen::Index n = count_;
  Eigen::VectorXd z;
  Eigen::VectorXd k;
  distances(one, z, k);
  matern(k.data(), gp::mean_share, gp::size(k.size()));
  for (Eigen::Index i = n; i < k.size(); ++i) k(i) = 0.0;
  if (scaled_.rows() == n) {
    const Eigen::Index room = gp::padded(n + n / 2 + 8);
    gp::extend(scaled_, room, scaled_.cols());
    gp::extend(levels_, room, levels_.cols());
    gp::extend(inverse_, room, room);
  }
  for (Eigen::Index f = 0; f < z.size(); ++f) scaled_(n, f) = z(f);
  for (Eigen::Index c = 0; c < levels_.cols(); ++c) levels_(n, c) = one.levels(0, c);
  const std::size_t known = gp::size(k.size());
  Eigen::VectorXd half(k.size());
  Eigen::VectorXd rest(k.size());
  solve_inverted(inverse_.data(), gp::stride(inverse_), k.data(), half.data(), rest.data(), known);
  const double squared = dot(half.data(), half.data(), known);
  const double pivot = std::sqrt((std::max)(1.0 + gp::mean_share + noise() - squared, 0.5 * noise()));
  for (Eigen::Index i = 0; i < n; ++i) inverse_(i, n) = -rest(i) / pivot;
  inverse_(n, n) = 1.0 / pivot;
  count_ = n + 1;
}

// Kernel values without s between a block of points (rows, from `first` on) and the known ones (columns).
KNOBLESS_INLINE void gaussian_process::correlate(const Eigen::MatrixXd& scaled, const Eigen::MatrixXi& levels,
                                                 Eigen::Index first, Eigen::Index count, Eigen::MatrixXd& out) const {
  const Eigen::Index known = gp::padded(count_);
  const std::size_t rows = gp::size(gp::padded(count));
  const std::size_t stride = gp::stride(out);
  double4 tile[column_step];
  for (std::size_t j = 0; j < gp::size(known); j += column_step)
    for (std::size_t i = 0; i < rows; i += column_step) {
      distance_tile(scaled.data() + gp::size(first) + i, gp::stride(scaled), scaled_.data() + j, gp::stride(scaled_),
                    gp::size(layout_->numbers()), tile);
      gp::store(tile, out.data() + i + j * stride, stride);
    }
  for (Eigen::Index c = 0; c < layout_->levels(); ++c) {
    const double w = gp::step_of(log_length_(layout_->group_of_level(c)));
    const int* level = levels.data() + first + c * levels.rows();
    for (Eigen::Index j = 0; j < count_; ++j) {
      const int other = levels_(j, c);
      double* column = out.data() + j * out.rows();
      for (Eigen::Index i = 0; i < count; ++i) column[i] += level[i] != other ? w : 0.0;
    }
  }
  for (Eigen::Index j = 0; j < known; ++j) {
    double* column = out.data() + gp::size(j) * stride;
    if (j < count_)
      matern(column, gp::mean_share, rows);
    else
      std::fill(column, column + rows, 0.0);
  }
}

// The squared distances of one point to the known ones, and its numbers over lengthscales.
KNOBLESS_INLINE void gaussian_process::distances(const encoded& one, Eigen::VectorXd& scaled,
                                                 Eigen::VectorXd& out) const {
  scaled.resize(layout_->numbers());
  out.setZero(gp::padded(count_));
  const std::size_t n = gp::size(out.size());
  for (Eigen::Index f = 0; f < scaled.size(); ++f) {
    scaled(f) = inverse_length_(f) * one.numbers(0, f);
    add_squares(out.data(), scaled_.data() + f * scaled_.rows(), scaled(f), n);
  }
  for (Eigen::Index c = 0; c < layout_->levels(); ++c) {
    const double w = gp::step_of(log_length_(layout_->group_of_level(c)));
    for (Eigen::Index i = 0; i < count_; ++i) out(i) += levels_(i, c) != one.levels(0, c) ? w : 0.0;
  }
}

// Means of all points, and deviations from what `variance` makes of a block's correlations.
template <class Variance>
void gaussian_process::predict_with(const encoded& at, Eigen::VectorXd& mean, Eigen::VectorXd& deviation,
                                    Variance&& variance) const {
  const Eigen::Index all = at.numbers.rows();
  Eigen::MatrixXd scaled;
  scale(at.numbers, log_length_, scaled);
  mean.resize(all);
  deviation.resize(all);
  const Eigen::Index rows = (std::min)(gp::together, scaled.rows());
  Eigen::MatrixXd k(rows, gp::padded(count_));
  Eigen::VectorXd sum(rows);
  for (Eigen::Index first = 0; first < all; first += gp::together) {
    const Eigen::Index count = (std::min)(gp::together, all - first);
    correlate(scaled, at.levels, first, count, k);
    sum.setZero();
    for (Eigen::Index j = 0; j < k.cols(); j += static_cast<Eigen::Index>(column_step))
      add_scaled(sum.data(), k.data() + j * rows, gp::size(rows), weights_.data() + j, 0, gp::size(gp::padded(count)));
    std::copy(sum.data(), sum.data() + count, mean.data() + first);
    variance(k, gp::size(gp::padded(count)), sum);
    for (Eigen::Index i = 0; i < count; ++i)
      deviation(first + i) = std::sqrt(scale_ * (std::max)(1.0 + gp::mean_share - sum(i), 1e-12));
  }
}

KNOBLESS_INLINE void gaussian_process::predict(const encoded& at, Eigen::VectorXd& mean,
                                               Eigen::VectorXd& deviation) const {
  const std::size_t stride = gp::stride(inverse_);
  predict_with(at, mean, deviation, [&](const Eigen::MatrixXd& k, std::size_t rows, Eigen::VectorXd& explained) {
    double4 tile[column_step];
    for (std::size_t i = 0; i < rows; i += column_step) {
      double4 sum = double4::all(0.0);
      for (std::size_t j = 0; j < gp::size(k.cols()); j += column_step) {
        multiply_tile(k.data() + i, gp::stride(k), inverse_.data() + j * stride, 1, stride, j + column_step, tile);
        for (const double4& half : tile) sum = sum + half * half;
      }
      sum.store(explained.data() + i);
    }
  });
}

KNOBLESS_INLINE void gaussian_process::outline(const encoded& at, Eigen::VectorXd& mean,
                                               Eigen::VectorXd& deviation) const {
  const double share = 1.0 / (1.0 + gp::mean_share + noise());
  predict_with(at, mean, deviation, [&](const Eigen::MatrixXd& k, std::size_t rows, Eigen::VectorXd& explained) {
    for (std::size_t i = 0; i < rows; i += column_step) {
      double4 most = double4::all(0.0);
      for (std::size_t j = 0; j < gp::size(count_); ++j)
        most = double4::larger(most, double4::load(k.data() + i + j * gp::stride(k)));
      (share * (most * most)).store(explained.data() + i);
    }
  });
}

KNOBLESS_INLINE void gaussian_process::predict(const encoded& one, belief& out) const {
  Eigen::VectorXd z;
  Eigen::VectorXd k;
  distances(one, z, k);
  const std::size_t n = gp::size(k.size());
  Eigen::VectorXd slope(k.size());
  matern(k.data(), gp::mean_share, slope.data(), n);
  for (Eigen::Index i = count_; i < k.size(); ++i) k(i) = slope(i) = 0.0;
  Eigen::VectorXd half(k.size());
  Eigen::VectorXd v(k.size());
  solve_inverted(inverse_.data(), gp::stride(inverse_), k.data(), half.data(), v.data(), n);
  out.mean = dot(k.data(), weights_.data(), n);
  out.deviation = std::sqrt(scale_ * (std::max)(1.0 + gp::mean_share - dot(half.data(), half.data(), n), 1e-12));
  // dk = -slope (z - x) dz. d sqrt(s variance) = s d variance / (2 deviation), d variance = -2 v'dk.
  for (Eigen::Index i = 0; i < k.size(); ++i) {
    v(i) *= slope(i);
    slope(i) *= weights_(i);
  }
  out.mean_slope.resize(z.size());
  out.deviation_slope.resize(z.size());
  for (Eigen::Index f = 0; f < z.size(); ++f) {
    const double* x = scaled_.data() + f * scaled_.rows();
    out.mean_slope(f) = inverse_length_(f) * weighted_gaps(slope.data(), x, z(f), n);
    out.deviation_slope(f) = scale_ / out.deviation * inverse_length_(f) * -weighted_gaps(v.data(), x, z(f), n);
  }
}

}  // namespace knobless::detail

#include "../detail/strict_end.inc"
