#pragma once

#include "gaussian_process.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "../numeric/dense.hpp"
#include "../numeric/double4.hpp"
#include "../numeric/quasi_newton.hpp"
#include "padded_matrix.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace gp {

// Where hyperparameters are looked for: far beyond what the priors allow, so that they only stop what runs away.
inline constexpr double shortest = 0.005;
inline constexpr double longest = 1000.0;
inline constexpr double least_noise = 1e-7;
inline constexpr double most_noise = 10.0;
// Few iterations to a moderate accuracy: samplers stretch the outcome anyway (docs/design.md, "Doubt").
inline constexpr descent_limits limits{30, 1e-2, 1e-4};
// Up to so many points a descent has other starts than the last optimum: while they are few, the posterior may have several modes.
inline constexpr Eigen::Index few_points = 40;
// The starts: lengthscales (times sqrt d) and noise of a smooth objective, and of a noisy one, which is rarer and so tried at
// each fourth point only.
inline constexpr Eigen::Index noisy_every = 4;
inline constexpr double smooth_length = 0.5;
inline constexpr double smooth_noise = 1e-3;
inline constexpr double noisy_length = 0.3;
inline constexpr double noisy_noise = 0.3;
// Where rounding makes the kernel matrix singular, the noise grows by a factor of ten.
inline constexpr double log_ten = 2.3;
// Of the latent variance over the scale, where rounding would make it zero or less.
inline constexpr double least_variance = 1e-12;
// Points that are predicted together: their correlations with 400 known ones stay in the processor's cache.
inline constexpr Eigen::Index together = 64;

}  // namespace gp

template <radial_kernel Kernel>
basic_gaussian_process<Kernel>::basic_gaussian_process(const features& layout, const gp_constants& constants)
    : layout_(&layout), priors_(layout, constants), points_(layout), log_noise_(constants.noise_centre) {
  const Eigen::Index groups = layout.groups();
  learnt_.resize(groups + 1);
  std::copy(priors_.length_centre.begin(), priors_.length_centre.end(), learnt_.begin());
  learnt_(groups) = log_noise_;
  points_.set(layout.room(0), priors_.length_centre);
}

// ---- Hyperparameters -------------------------------------------------------------------------------------------------

template <radial_kernel Kernel>
void basic_gaussian_process<Kernel>::learn(const encoded& inputs, const Eigen::VectorXd& values) {
  const Eigen::Index groups = layout_->groups();
  Eigen::VectorXd lower = Eigen::VectorXd::Constant(groups + 1, elementary::log(gp::shortest));
  Eigen::VectorXd upper = Eigen::VectorXd::Constant(groups + 1, elementary::log(gp::longest));
  lower(groups) = elementary::log(gp::least_noise);
  upper(groups) = elementary::log(gp::most_noise);
  gp_likelihood<Kernel> likelihood(*layout_, priors_, inputs, values);
  Eigen::VectorXd best;
  double least = (std::numeric_limits<double>::max)();
  const auto descend = [&](Eigen::VectorXd x) {
    const double found = minimise_in_box(likelihood, x, lower, upper, gp::limits);
    if (found >= least && best.size() > 0) return;
    least = found;
    best = std::move(x);
  };
  const auto from = [&](double length, double noise) {
    Eigen::VectorXd start =
        Eigen::VectorXd::Constant(groups + 1, elementary::log(length) + gp_priors::log_root(groups));
    start(groups) = elementary::log(noise);
    descend(std::move(start));
  };
  const Eigen::Index n = inputs.numbers.rows();
  if (ever_learnt_) descend(learnt_);
  if (!ever_learnt_ || n <= gp::few_points) from(gp::smooth_length, gp::smooth_noise);
  if (!ever_learnt_ || (n <= gp::few_points && n % gp::noisy_every == 0)) from(gp::noisy_length, gp::noisy_noise);
  ever_learnt_ = true;
  learnt_ = std::move(best);
}

// ---- What is known ---------------------------------------------------------------------------------------------------

template <radial_kernel Kernel>
void basic_gaussian_process<Kernel>::set(const encoded& inputs, double log_stretch) {
  const Eigen::Index groups = layout_->groups();
  Eigen::VectorXd log_length(groups);
  for (Eigen::Index g = 0; g < groups; ++g) log_length(g) = learnt_(g) + log_stretch;
  log_noise_ = learnt_(groups);
  points_.set(inputs, log_length);
  const std::size_t n = unsigned_size(points_.room());
  Eigen::MatrixXd kernel = Eigen::MatrixXd::Zero(points_.room(), points_.room());
  points_.among(kernel);
  for (std::size_t j = 0; j < n; ++j) {
    const std::size_t top = j / column_step * column_step;
    Kernel::values(kernel.data() + top + j * n, mean_share, n - top);
  }
  inverse_.setZero(kernel.rows(), kernel.rows());
  // Noise makes it positive definite; where rounding undoes that, more noise.
  for (Eigen::MatrixXd factor;; log_noise_ += gp::log_ten) {
    factor = kernel;
    complete_kernel(factor, size(), variance());
    if (invert_factor(factor.data(), inverse_.data(), n, n)) break;
  }
  for (Eigen::Index i = size(); i < kernel.rows(); ++i) inverse_(i, i) = 0.0;
}

// One more column of the inverse factor.
template <radial_kernel Kernel>
void basic_gaussian_process<Kernel>::append(const encoded& one) {
  const Eigen::Index n = size();
  Eigen::VectorXd scaled;
  Eigen::VectorXd k;
  points_.to_one(one, scaled, k);
  const std::size_t known = unsigned_size(k.size());
  Kernel::values(k.data(), mean_share, known);
  for (Eigen::Index i = n; i < k.size(); ++i) k(i) = 0.0;
  points_.append(one, scaled);
  if (inverse_.rows() < points_.room()) extend(inverse_, points_.room(), points_.room());
  Eigen::VectorXd half(k.size());
  Eigen::VectorXd rest(k.size());
  solve_inverted(inverse_.data(), stride(inverse_), k.data(), half.data(), rest.data(), known);
  const double squared = dot(half.data(), half.data(), known);
  // What of the new point the others do not explain, which without rounding is the noise at least.
  const double pivot = std::sqrt((std::max)(variance() - squared, 0.5 * noise()));
  for (Eigen::Index i = 0; i < n; ++i) inverse_(i, n) = -rest(i) / pivot;
  inverse_(n, n) = 1.0 / pivot;
}

template <radial_kernel Kernel>
void basic_gaussian_process<Kernel>::condition(const Eigen::VectorXd& values) {
  const Eigen::Index rows = padded_rows(size());
  const std::size_t n = unsigned_size(rows);
  values_.setZero(rows);
  std::copy(values.begin(), values.end(), values_.begin());
  Eigen::VectorXd half(rows);
  weights_.resize(rows);
  solve_inverted(inverse_.data(), stride(inverse_), values_.data(), half.data(), weights_.data(), n);
  scale_ = (scale_rate + 0.5 * dot(half.data(), half.data(), n)) / (scale_shape + 0.5 * static_cast<double>(size()));
}

template <radial_kernel Kernel>
Eigen::VectorXd basic_gaussian_process<Kernel>::fitted() const {
  Eigen::VectorXd means(size());
  for (Eigen::Index i = 0; i < size(); ++i) means(i) = values_(i) - noise() * weights_(i);
  return means;
}

// ---- Prediction ------------------------------------------------------------------------------------------------------

// Of the latent value, where the known ones explain so much of its variance over the scale.
template <radial_kernel Kernel>
double basic_gaussian_process<Kernel>::deviation(double explained) const {
  return std::sqrt(scale_ * (std::max)(1.0 + mean_share - explained, gp::least_variance));
}

// Kernel values without s between a block of points (rows, from `first` on) and the known ones (columns).
template <radial_kernel Kernel>
void basic_gaussian_process<Kernel>::correlate(const Eigen::MatrixXd& scaled, const Eigen::MatrixXi& levels,
                                               Eigen::Index first, Eigen::Index count, Eigen::MatrixXd& out) const {
  points_.to_block(scaled, levels, first, count, out);
  const std::size_t rows = unsigned_size(padded_rows(count));
  for (Eigen::Index j = 0; j < padded_rows(size()); ++j) {
    double* column = out.data() + unsigned_size(j) * stride(out);
    if (j < size())
      Kernel::values(column, mean_share, rows);
    else
      std::fill(column, column + rows, 0.0);
  }
}

// Means of all points, and deviations from what `variance` makes of a block's correlations.
template <radial_kernel Kernel>
template <class Variance>
void basic_gaussian_process<Kernel>::predict_with(const encoded& at, Eigen::VectorXd& mean, Eigen::VectorXd& deviation,
                                                  Variance&& variance) const {
  const Eigen::Index all = at.numbers.rows();
  Eigen::MatrixXd scaled;
  scale_numbers(*layout_, at.numbers, points_.log_length(), scaled);
  mean.resize(all);
  deviation.resize(all);
  const Eigen::Index rows = (std::min)(gp::together, scaled.rows());
  Eigen::MatrixXd k(rows, padded_rows(size()));
  Eigen::VectorXd sum(rows);
  for (Eigen::Index first = 0; first < all; first += gp::together) {
    const Eigen::Index count = (std::min)(gp::together, all - first);
    const std::size_t block = unsigned_size(padded_rows(count));
    correlate(scaled, at.levels, first, count, k);
    sum.setZero();
    for (Eigen::Index j = 0; j < k.cols(); j += static_cast<Eigen::Index>(column_step))
      add_scaled(sum.data(), k.data() + j * rows, unsigned_size(rows), weights_.data() + j, 0, block);
    std::copy(sum.data(), sum.data() + count, mean.data() + first);
    variance(k, block, sum);
    for (Eigen::Index i = 0; i < count; ++i) deviation(first + i) = this->deviation(sum(i));
  }
}

template <radial_kernel Kernel>
void basic_gaussian_process<Kernel>::predict(const encoded& at, Eigen::VectorXd& mean,
                                             Eigen::VectorXd& deviation) const {
  const std::size_t wide = stride(inverse_);
  predict_with(at, mean, deviation, [&](const Eigen::MatrixXd& k, std::size_t rows, Eigen::VectorXd& explained) {
    double4 tile[column_step];
    for (std::size_t i = 0; i < rows; i += column_step) {
      double4 sum = double4::all(0.0);
      for (std::size_t j = 0; j < unsigned_size(k.cols()); j += column_step) {
        multiply_tile(k.data() + i, stride(k), inverse_.data() + j * wide, 1, wide, j + column_step, tile);
        for (const double4& half : tile) sum = sum + half * half;
      }
      sum.store(explained.data() + i);
    }
  });
}

template <radial_kernel Kernel>
void basic_gaussian_process<Kernel>::outline(const encoded& at, Eigen::VectorXd& mean,
                                             Eigen::VectorXd& deviation) const {
  const double share = 1.0 / variance();
  predict_with(at, mean, deviation, [&](const Eigen::MatrixXd& k, std::size_t rows, Eigen::VectorXd& explained) {
    for (std::size_t i = 0; i < rows; i += column_step) {
      double4 most = double4::all(0.0);
      for (std::size_t j = 0; j < unsigned_size(size()); ++j)
        most = double4::larger(most, double4::load(k.data() + i + j * stride(k)));
      (share * (most * most)).store(explained.data() + i);
    }
  });
}

template <radial_kernel Kernel>
void basic_gaussian_process<Kernel>::predict(const encoded& one, belief& out) const {
  Eigen::VectorXd z;
  Eigen::VectorXd k;
  points_.to_one(one, z, k);
  const std::size_t n = unsigned_size(k.size());
  Eigen::VectorXd slope(k.size());
  Kernel::values_and_slopes(k.data(), mean_share, slope.data(), n);
  for (Eigen::Index i = size(); i < k.size(); ++i) k(i) = slope(i) = 0.0;
  Eigen::VectorXd half(k.size());
  Eigen::VectorXd v(k.size());
  solve_inverted(inverse_.data(), stride(inverse_), k.data(), half.data(), v.data(), n);
  out.mean = dot(k.data(), weights_.data(), n);
  out.deviation = deviation(dot(half.data(), half.data(), n));
  // dk = -slope (z - x) dz. d sqrt(s variance) = s d variance / (2 deviation), d variance = -2 v'dk.
  for (Eigen::Index i = 0; i < k.size(); ++i) {
    v(i) *= slope(i);
    slope(i) *= weights_(i);
  }
  out.mean_slope.resize(z.size());
  out.deviation_slope.resize(z.size());
  for (Eigen::Index f = 0; f < z.size(); ++f) {
    const double inverse_length = points_.inverse_length(f);
    const double* x = points_.scaled(f);
    out.mean_slope(f) = inverse_length * weighted_gaps(slope.data(), x, z(f), n);
    out.deviation_slope(f) = scale_ / out.deviation * inverse_length * -weighted_gaps(v.data(), x, z(f), n);
  }
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
