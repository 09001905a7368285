#pragma once

#include "gaussian_process.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

#include "../numeric/quasi_newton.hpp"

namespace knobless::detail {
namespace gp {

// Eigen's name for it is a macro of X11.
inline constexpr Eigen::ComputationInfo well{};

inline constexpr double mean_share = 1.0;   // t
inline constexpr double scale_shape = 2.0;  // of the inverse-gamma prior of s
inline constexpr double scale_rate = 2.0;
// Standard deviations of the normal priors of logarithms.
inline constexpr double noise_width = 2.0;
inline constexpr double least_noise = 1e-7;
inline constexpr double length_width = 1.0;

// M(r) of squared distances.
template <class Squared>
void matern(Squared&& r2) {
  r2 = (5.0 * (r2.array().max)(0.0)).sqrt();
  r2 = (1.0 + r2.array() + r2.array().square() / 3.0) * (-r2.array()).exp();
}

}  // namespace gp

KNOBLESS_INLINE gaussian_process::gaussian_process(const features& layout, const gp_constants& constants)
    : layout_(&layout), noise_centre_(constants.noise_centre), log_noise_(constants.noise_centre) {
  const Eigen::Index groups = layout.groups();
  const double centre =
      constants.length_centre + 0.5 * std::log(static_cast<double>((std::max)(groups, Eigen::Index{1})));
  length_centre_ = Eigen::VectorXd::Constant(groups, centre);
  for (Eigen::Index c = 0; c < layout.levels(); ++c) length_centre_(layout.group_of_level(c)) += constants.level_centre;
  log_length_ = length_centre_;
  learnt_.resize(groups + 1);
  learnt_ << log_length_, log_noise_;
}

KNOBLESS_INLINE void gaussian_process::scale(const Eigen::MatrixXd& numbers, const Eigen::VectorXd& log_length,
                                             Eigen::MatrixXd& out) const {
  out.setZero(numbers.rows(), numbers.cols());
  for (Eigen::Index f = 0; f < layout_->numbers(); ++f)
    out.col(f) = numbers.col(f) * std::exp(-log_length(layout_->group_of_number(f)));
}

// Squared distances of all pairs: the lower triangle.
KNOBLESS_INLINE void gaussian_process::squared_distances(const encoded& inputs, const Eigen::VectorXd& log_length,
                                                         Eigen::MatrixXd& out) const {
  const Eigen::Index n = inputs.numbers.rows();
  Eigen::MatrixXd z;
  scale(inputs.numbers, log_length, z);
  const Eigen::VectorXd norm = z.rowwise().squaredNorm();
  out.setZero(n, n);
  if (z.cols() > 0) out.template selfadjointView<Eigen::Lower>().rankUpdate(z, -2.0);
  for (Eigen::Index j = 0; j < n; ++j) out.col(j).tail(n - j).array() += norm.tail(n - j).array() + norm(j);
  for (Eigen::Index c = 0; c < layout_->levels(); ++c) {
    const double w = std::exp(-2.0 * log_length(layout_->group_of_level(c)));
    for (Eigen::Index j = 0; j < n; ++j)
      for (Eigen::Index i = j + 1; i < n; ++i)
        if (inputs.levels(i, c) != inputs.levels(j, c)) out(i, j) += w;
  }
}

// Minus the log posterior density of the hyperparameters (up to a constant). Rasmussen and Williams, Gaussian Processes for
// Machine Learning, 2006, eq. 5.9 with s integrated out: with a = n/2 + shape and b = rate + y'R^-1 y / 2 the density is
// b^-a |R|^-1/2, and its derivative along dR is tr(W dR) / 2, W = R^-1 - (a/b) (R^-1 y)(R^-1 y)'.
KNOBLESS_INLINE double gaussian_process::objective(const encoded& inputs, const Eigen::VectorXd& values,
                                                   const Eigen::VectorXd& parameters, Eigen::VectorXd& gradient) const {
  const Eigen::Index n = inputs.numbers.rows();
  const Eigen::Index groups = layout_->groups();
  const Eigen::VectorXd log_length = parameters.head(groups);
  const double noise = std::exp(parameters(groups));
  Eigen::MatrixXd r2;
  squared_distances(inputs, log_length, r2);
  // H = dM/d(-r^2/2): (5/3)(1 + sqrt5 r) exp(-sqrt5 r).
  Eigen::MatrixXd kernel(n, n);
  Eigen::MatrixXd slope(n, n);
  for (Eigen::Index j = 0; j < n; ++j) {
    const Eigen::Index m = n - j;
    auto r = r2.col(j).tail(m).array();
    r = (5.0 * (r.max)(0.0)).sqrt();
    slope.col(j).tail(m).array() = (-r).exp();
    kernel.col(j).tail(m).array() = (1.0 + r + r.square() / 3.0) * slope.col(j).tail(m).array() + gp::mean_share;
    slope.col(j).tail(m).array() *= (5.0 / 3.0) * (1.0 + r);
  }
  kernel.diagonal().array() += noise;
  const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> factor(kernel);
  gradient.setZero(groups + 1);
  if (factor.info() != gp::well) return (std::numeric_limits<double>::max)();
  const Eigen::VectorXd weights = factor.solve(values);
  const double a = 0.5 * static_cast<double>(n) + gp::scale_shape;
  const double b = gp::scale_rate + 0.5 * values.dot(weights);
  double value = a * std::log(b) + factor.matrixLLT().diagonal().array().log().sum();

  // R^-1 = L^-T L^-1.
  Eigen::MatrixXd inverse = Eigen::MatrixXd::Identity(n, n);
  factor.matrixL().solveInPlace(inverse);
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(n, n);
  w.template selfadjointView<Eigen::Lower>().rankUpdate(inverse.transpose());
  w.template selfadjointView<Eigen::Lower>().rankUpdate(weights, -a / b);
  gradient(groups) = 0.5 * noise * w.trace();
  // W o H, both triangles, without the diagonal, where distances are 0.
  for (Eigen::Index j = 0; j < n; ++j) {
    const Eigen::Index m = n - j - 1;
    w(j, j) = 0.0;
    w.col(j).tail(m).array() *= slope.col(j).tail(m).array();
  }
  Eigen::VectorXd sums = w.rowwise().sum() + w.colwise().sum().transpose();
  Eigen::MatrixXd product;
  if (layout_->numbers() > 0) product = w.template selfadjointView<Eigen::Lower>() * inputs.numbers;
  // Sum over pairs of (W o H)_ij (x_i - x_j)^2 = 2 x'diag(sums)x - 2 x'(W o H)x, halved.
  for (Eigen::Index f = 0; f < layout_->numbers(); ++f) {
    const auto x = inputs.numbers.col(f).array();
    const double total = (sums.array() * x.square()).sum() - (x * product.col(f).array()).sum();
    const Eigen::Index g = layout_->group_of_number(f);
    gradient(g) += std::exp(-2.0 * log_length(g)) * total;
  }
  for (Eigen::Index c = 0; c < layout_->levels(); ++c) {
    double total = 0.0;
    for (Eigen::Index j = 0; j < n; ++j)
      for (Eigen::Index i = j + 1; i < n; ++i)
        if (inputs.levels(i, c) != inputs.levels(j, c)) total += w(i, j);
    const Eigen::Index g = layout_->group_of_level(c);
    gradient(g) += std::exp(-2.0 * log_length(g)) * total;
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
  Eigen::VectorXd lower = Eigen::VectorXd::Constant(groups + 1, std::log(0.005));
  Eigen::VectorXd upper = Eigen::VectorXd::Constant(groups + 1, std::log(1000.0));
  lower(groups) = std::log(gp::least_noise);
  upper(groups) = std::log(10.0);
  const auto density = [&](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
    return objective(inputs, values, x, gradient);
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
  Eigen::VectorXd start(groups + 1);
  const auto from = [&](double length, double noise) {
    start.head(groups).setConstant(std::log(length) + 0.5 * std::log(static_cast<double>(groups)));
    start(groups) = std::log(noise);
    descend(start);
  };
  if (ever_learnt_) descend(learnt_);
  const Eigen::Index n = inputs.numbers.rows();
  if (!ever_learnt_ || n <= 40) from(0.5, 1e-3);
  if (!ever_learnt_ || (n <= 40 && n % 4 == 0)) from(0.3, 0.3);
  ever_learnt_ = true;
  learnt_ = best;
}

KNOBLESS_INLINE void gaussian_process::set(const encoded& inputs, double log_stretch) {
  const Eigen::Index n = count_ = inputs.numbers.rows();
  log_length_ = learnt_.head(layout_->groups()).array() + log_stretch;
  log_noise_ = learnt_(layout_->groups());
  scale(inputs.numbers, log_length_, scaled_);
  levels_ = inputs.levels;
  Eigen::MatrixXd kernel;
  squared_distances(inputs, log_length_, kernel);
  for (Eigen::Index j = 0; j < n; ++j) gp::matern(kernel.col(j).tail(n - j));
  kernel.array() += gp::mean_share;
  Eigen::LLT<Eigen::MatrixXd> factor;
  // Noise makes it positive definite; where rounding undoes that, more noise.
  for (;; log_noise_ += 2.3) {
    kernel.diagonal().setConstant(1.0 + gp::mean_share + noise());
    factor.compute(kernel);
    if (factor.info() == gp::well) break;
  }
  inverse_ = Eigen::MatrixXd::Identity(n, n);
  factor.matrixL().solveInPlace(inverse_);
}

KNOBLESS_INLINE void gaussian_process::condition(const Eigen::VectorXd& values) {
  const auto inverse = inverse_.topLeftCorner(count_, count_).template triangularView<Eigen::Lower>();
  values_ = values;
  const Eigen::VectorXd half = inverse * values;
  weights_ = inverse.transpose() * half;
  scale_ = (gp::scale_rate + 0.5 * half.squaredNorm()) / (gp::scale_shape + 0.5 * static_cast<double>(count_));
}

KNOBLESS_INLINE void gaussian_process::append(const encoded& one) {
  const Eigen::Index n = count_;
  Eigen::MatrixXd k;
  correlations(one, k);
  if (scaled_.rows() == n) {
    const Eigen::Index room = n + n / 2 + 8;
    scaled_.conservativeResize(room, Eigen::NoChange);
    levels_.conservativeResize(room, Eigen::NoChange);
    inverse_.conservativeResize(room, room);
  }
  Eigen::MatrixXd z;
  scale(one.numbers, log_length_, z);
  scaled_.row(n) = z.row(0);
  levels_.row(n) = one.levels.row(0);
  const auto inverse = inverse_.topLeftCorner(n, n).template triangularView<Eigen::Lower>();
  const Eigen::VectorXd half = inverse * k.col(0);
  const double pivot = std::sqrt((std::max)(1.0 + gp::mean_share + noise() - half.squaredNorm(), 0.5 * noise()));
  inverse_.row(n).head(n) = -(inverse.transpose() * half).transpose() / pivot;
  inverse_(n, n) = 1.0 / pivot;
  count_ = n + 1;
}

// Kernel values without s between the known points (rows) and others (columns).
KNOBLESS_INLINE void gaussian_process::correlations(const encoded& at, Eigen::MatrixXd& out) const {
  const Eigen::Index n = count_;
  const Eigen::Index q = at.numbers.rows();
  Eigen::MatrixXd z;
  scale(at.numbers, log_length_, z);
  const auto known = scaled_.topRows(n);
  out.resize(n, q);
  out.setZero();
  if (z.cols() > 0) out.noalias() = -2.0 * known * z.transpose();
  out.colwise() += known.rowwise().squaredNorm();
  out.rowwise() += z.rowwise().squaredNorm().transpose();
  for (Eigen::Index c = 0; c < layout_->levels(); ++c) {
    const double w = std::exp(-2.0 * log_length_(layout_->group_of_level(c)));
    for (Eigen::Index j = 0; j < q; ++j) {
      const int level = at.levels(j, c);
      for (Eigen::Index i = 0; i < n; ++i) out(i, j) += levels_(i, c) != level ? w : 0.0;
    }
  }
  gp::matern(out);
  out.array() += gp::mean_share;
}

KNOBLESS_INLINE void gaussian_process::predict(const encoded& at, Eigen::VectorXd& mean,
                                               Eigen::VectorXd& deviation) const {
  Eigen::MatrixXd k;
  correlations(at, k);
  mean = k.transpose() * weights_;
  const Eigen::MatrixXd half = inverse_.topLeftCorner(count_, count_).template triangularView<Eigen::Lower>() * k;
  const Eigen::ArrayXd variance = 1.0 + gp::mean_share - half.colwise().squaredNorm().transpose().array();
  deviation = (scale_ * (variance.max)(1e-12)).sqrt();
}

KNOBLESS_INLINE void gaussian_process::outline(const encoded& at, Eigen::VectorXd& mean,
                                               Eigen::VectorXd& deviation) const {
  Eigen::MatrixXd k;
  correlations(at, k);
  mean = k.transpose() * weights_;
  const double prior = 1.0 + gp::mean_share;
  const Eigen::ArrayXd variance = prior - k.colwise().maxCoeff().transpose().array().square() / (prior + noise());
  deviation = (scale_ * (variance.max)(1e-12)).sqrt();
}

KNOBLESS_INLINE void gaussian_process::predict(const encoded& one, belief& out) const {
  const Eigen::Index n = count_;
  Eigen::VectorXd inverse_length = Eigen::VectorXd::Zero(one.numbers.cols());
  for (Eigen::Index f = 0; f < layout_->numbers(); ++f)
    inverse_length(f) = std::exp(-log_length_(layout_->group_of_number(f)));
  const Eigen::RowVectorXd z = one.numbers.row(0).cwiseProduct(inverse_length.transpose());
  const Eigen::MatrixXd gap = (-scaled_.topRows(n)).rowwise() + z;
  Eigen::ArrayXd r = gap.rowwise().squaredNorm();
  for (Eigen::Index c = 0; c < layout_->levels(); ++c) {
    const double w = std::exp(-2.0 * log_length_(layout_->group_of_level(c)));
    for (Eigen::Index i = 0; i < n; ++i) r(i) += levels_(i, c) != one.levels(0, c) ? w : 0.0;
  }
  r = (5.0 * r).sqrt();
  Eigen::ArrayXd slope = (-r).exp();
  const Eigen::VectorXd k = (1.0 + r + r.square() / 3.0) * slope + gp::mean_share;
  slope *= (-5.0 / 3.0) * (1.0 + r);
  const auto inverse = inverse_.topLeftCorner(n, n).template triangularView<Eigen::Lower>();
  const Eigen::VectorXd half = inverse * k;
  const Eigen::VectorXd v = inverse.transpose() * half;
  out.mean = k.dot(weights_);
  out.deviation = std::sqrt(scale_ * (std::max)(1.0 + gp::mean_share - half.squaredNorm(), 1e-12));
  out.mean_slope = inverse_length.cwiseProduct(gap.transpose() * (slope * weights_.array()).matrix());
  // d sqrt(s variance) = s d variance / (2 deviation), d variance = -2 v'dk.
  out.deviation_slope =
      (-scale_ / out.deviation) * inverse_length.cwiseProduct(gap.transpose() * (slope * v.array()).matrix());
}

}  // namespace knobless::detail
