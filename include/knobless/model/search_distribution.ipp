#pragma once

#include "search_distribution.hpp"

#include <algorithm>
#include <cmath>

#include "../base/elementary.hpp"
#include "../numeric/dense.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {

KNOBLESS_INLINE std::size_t search_distribution::default_population(std::size_t dimensions) noexcept {
  return 4 +
         static_cast<std::size_t>(3.0 * elementary::log(static_cast<double>((std::max)(dimensions, std::size_t{1}))));
}

KNOBLESS_INLINE void search_distribution::reset(std::span<const double> mean, double sigma, std::size_t population,
                                                form shape) {
  n_ = mean.size();
  rows_ = detail::padded(n_);
  population_ = (std::max)(population, std::size_t{2});
  form_ = shape;
  sigma_ = sigma;
  generation_ = 0;
  factorised_ = 0;
  degenerate_ = false;
  forgotten_ = 1.0;
  mean_.assign(rows_, 0.0);
  std::copy(mean.begin(), mean.end(), mean_.begin());
  scale_.assign(rows_, 1.0);
  path_sigma_.assign(rows_, 0.0);
  path_c_.assign(rows_, 0.0);
  const std::size_t columns = form_ == form::full ? n_ : 1;
  covariance_.assign(rows_ * columns, 0.0);
  factor_.assign(rows_ * columns, 0.0);
  for (std::size_t k = 0; k < n_; ++k) {
    covariance_[form_ == form::full ? k * rows_ + k : k] = 1.0;
    factor_[form_ == form::full ? k * rows_ + k : k] = 1.0;
  }
  // The evolution path is one more column of the rank-mu update; the rest is padding.
  steps_.assign(detail::padded(population_ + 1) * rows_, 0.0);
  coefficients_.assign(detail::padded(population_ + 1), 0.0);
  step_.assign(rows_, 0.0);
  normals_.assign(rows_, 0.0);
  set_weights();
}

// Table 1 of the tutorial.
KNOBLESS_INLINE void search_distribution::set_weights() {
  const auto n = static_cast<double>(n_);
  const auto lambda = static_cast<double>(population_);
  weight_.assign(population_, 0.0);
  double positive = 0.0;
  double positive_squares = 0.0;
  double negative = 0.0;
  double negative_squares = 0.0;
  parents_ = population_ / 2;
  for (std::size_t i = 0; i < population_; ++i) {
    const double w = elementary::log((lambda + 1.0) / 2.0) - elementary::log(static_cast<double>(i + 1));
    weight_[i] = w;
    (i < parents_ ? positive : negative) += w;
    (i < parents_ ? positive_squares : negative_squares) += w * w;
  }
  // The numbers of Hansen's tutorial (arXiv 1604.00772), table 1, and of Ros and Hansen, 2008, for the diagonal.
  // NOLINTBEGIN(readability-magic-numbers)
  mass_ = positive * positive / positive_squares;
  const double negative_mass = negative_squares > 0.0 ? negative * negative / negative_squares : 0.0;
  c_sigma_ = (mass_ + 2.0) / (n + mass_ + 5.0);
  d_sigma_ = 1.0 + 2.0 * (std::max)(0.0, std::sqrt((mass_ - 1.0) / (n + 1.0)) - 1.0) + c_sigma_;
  c_c_ = (4.0 + mass_ / n) / (n + 4.0 + 2.0 * mass_ / n);
  c_1_ = 2.0 / ((n + 1.3) * (n + 1.3) + mass_);
  c_mu_ = 2.0 * (0.25 + mass_ + 1.0 / mass_ - 2.0) / ((n + 2.0) * (n + 2.0) + mass_);
  if (form_ == form::diagonal) {
    c_1_ = (std::min)(0.5, c_1_ * (n + 2.0) / 3.0);
    c_mu_ *= (n + 2.0) / 3.0;
  }
  c_mu_ = (std::min)(1.0 - c_1_, c_mu_);
  chi_ = std::sqrt(n) * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n));
  // NOLINTEND(readability-magic-numbers)
  // Equations (50) to (53): how much the negative weights may sum up to.
  const double negative_sum =
      (std::min)({1.0 + c_1_ / c_mu_, 1.0 + 2.0 * negative_mass / (mass_ + 2.0), (1.0 - c_1_ - c_mu_) / (n * c_mu_)});
  weight_sum_ = 0.0;
  for (std::size_t i = 0; i < population_; ++i) {
    weight_[i] *= i < parents_ ? 1.0 / positive : (negative < 0.0 ? (std::max)(0.0, negative_sum) / -negative : 0.0);
    weight_sum_ += weight_[i];
  }
  patience_ = static_cast<std::size_t>((std::max)(1.0, 1.0 / (10.0 * n * (c_1_ + c_mu_))));
}

KNOBLESS_INLINE double search_distribution::deviation(std::size_t k) const noexcept {
  return sigma_ * scale_[k] * std::sqrt(covariance_[form_ == form::full ? k * rows_ + k : k]);
}

KNOBLESS_INLINE double search_distribution::sample(random_stream& rng, double* x) noexcept {
  rng.normals(normals_.data(), n_);
  unwhiten(normals_.data(), x);
  return detail::dot(normals_.data(), normals_.data(), rows_);
}

KNOBLESS_INLINE void search_distribution::unwhiten(const double* z, double* x) noexcept {
  if (form_ == form::full) {
    std::fill(step_.begin(), step_.end(), 0.0);
    detail::multiply_lower(factor_.data(), z, step_.data(), n_);
  } else {
    for (std::size_t k = 0; k < n_; ++k) step_[k] = factor_[k] * z[k];
  }
  for (std::size_t k = 0; k < n_; ++k) x[k] = mean_[k] + (sigma_ * scale_[k]) * step_[k];
}

KNOBLESS_INLINE void search_distribution::whiten(const double* x, double* z) noexcept {
  for (std::size_t k = 0; k < n_; ++k) z[k] = (x[k] - mean_[k]) / (sigma_ * scale_[k]);
  std::fill(z + n_, z + rows_, 0.0);
  if (form_ == form::full) {
    detail::solve_lower(factor_.data(), z, n_);
  } else {
    for (std::size_t k = 0; k < n_; ++k) z[k] /= factor_[k];
  }
}

KNOBLESS_INLINE double search_distribution::length(const double* x) noexcept {
  whiten(x, normals_.data());
  return detail::dot(normals_.data(), normals_.data(), rows_);
}

KNOBLESS_INLINE void search_distribution::update(std::span<const member> ranked) noexcept {
  KNOBLESS_ASSERT(ranked.size() == population_);
  const auto n = static_cast<double>(n_);
  ++generation_;
  std::fill(normals_.begin(), normals_.end(), 0.0);
  for (std::size_t k = 0; k < n_; ++k) normals_[k] = 1.0 / (sigma_ * scale_[k]);
  for (std::size_t i = 0; i < population_; ++i) {
    double* y = &steps_[i * rows_];
    for (std::size_t k = 0; k < n_; ++k) y[k] = (ranked[i].x[k] - mean_[k]) * normals_[k];
  }
  // The mean (42), by the steps of the parents.
  std::fill(step_.begin(), step_.end(), 0.0);
  for (std::size_t i = 0; i < parents_; ++i) detail::add_scaled(step_.data(), &steps_[i * rows_], weight_[i], 0, rows_);
  for (std::size_t k = 0; k < n_; ++k) mean_[k] += (sigma_ * scale_[k]) * step_[k];

  // The path of the step size (43), in the coordinates of the factor.
  std::copy(step_.begin(), step_.end(), normals_.begin());
  if (form_ == form::full) {
    detail::solve_lower(factor_.data(), normals_.data(), n_);
  } else {
    for (std::size_t k = 0; k < n_; ++k) normals_[k] /= factor_[k];
  }
  const double keep_sigma = 1.0 - c_sigma_;
  const double add_sigma = std::sqrt(c_sigma_ * (2.0 - c_sigma_) * mass_);
  for (std::size_t k = 0; k < n_; ++k) path_sigma_[k] = keep_sigma * path_sigma_[k] + add_sigma * normals_[k];
  const double length_sigma = std::sqrt(detail::dot(path_sigma_.data(), path_sigma_.data(), rows_));
  forgotten_ *= keep_sigma * keep_sigma;

  // The path of the covariance (45), which stalls while the step size grows fast.
  const bool moves = length_sigma < (1.4 + 2.0 / (n + 1.0)) * chi_ * std::sqrt(1.0 - forgotten_);
  const double keep_c = 1.0 - c_c_;
  const double add_c = moves ? std::sqrt(c_c_ * (2.0 - c_c_) * mass_) : 0.0;
  for (std::size_t k = 0; k < n_; ++k) path_c_[k] = keep_c * path_c_[k] + add_c * step_[k];

  constexpr double shortest = 1e-12;
  // The covariance (46), (47); negative weights count in units of the step's own length.
  for (std::size_t i = 0; i < population_; ++i) {
    const double w = weight_[i];
    coefficients_[i] = c_mu_ * (w >= 0.0 ? w : w * n / (std::max)(ranked[i].length, shortest));
  }
  std::copy(path_c_.begin(), path_c_.end(), steps_.begin() + static_cast<std::ptrdiff_t>(population_ * rows_));
  coefficients_[population_] = c_1_;
  const double keep = 1.0 + (moves ? 0.0 : c_1_ * c_c_ * (2.0 - c_c_)) - c_1_ - c_mu_ * weight_sum_;
  grow_covariance(keep);

  // The step size (44).
  sigma_ *= elementary::exp((std::min)(1.0, c_sigma_ / d_sigma_ * (length_sigma / chi_ - 1.0)));
  if (generation_ - factorised_ >= patience_) factorise();
}

// Keeps this share of the covariance, and adds the steps with their coefficients.
KNOBLESS_INLINE void search_distribution::grow_covariance(double keep) noexcept {
  const std::size_t columns = coefficients_.size();
  if (form_ == form::full) {
    for (std::size_t j = 0; j < n_; ++j) {
      double* column = &covariance_[j * rows_];
      const std::size_t top = j / detail::column_step * detail::column_step;
      for (std::size_t k = top; k < rows_; ++k) column[k] *= keep;
      for (std::size_t i = 0; i < columns; i += detail::column_step) {
        double a[detail::column_step];
        for (std::size_t l = 0; l < detail::column_step; ++l) a[l] = coefficients_[i + l] * steps_[(i + l) * rows_ + j];
        detail::add_scaled(column, &steps_[i * rows_], rows_, a, top, rows_);
      }
    }
  } else {
    for (std::size_t k = 0; k < n_; ++k) covariance_[k] *= keep;
    for (std::size_t i = 0; i < columns; ++i) {
      const double* y = &steps_[i * rows_];
      for (std::size_t k = 0; k < n_; ++k) covariance_[k] += coefficients_[i] * (y[k] * y[k]);
    }
  }
}

KNOBLESS_INLINE void search_distribution::factorise() noexcept {
  factorised_ = generation_;
  if (form_ == form::full) {
    if (!detail::factorise(covariance_.data(), factor_.data(), n_)) degenerate_ = true;
    return;
  }
  for (std::size_t k = 0; k < n_; ++k) {
    if (!(covariance_[k] > 0.0)) degenerate_ = true;
    factor_[k] = std::sqrt((std::max)(covariance_[k], 0.0));
  }
}

KNOBLESS_INLINE double search_distribution::condition() const noexcept {
  double least = (std::numeric_limits<double>::max)();
  double largest = 0.0;
  for (std::size_t k = 0; k < n_; ++k) {
    const double a = factor_[form_ == form::full ? k * rows_ + k : k];
    least = (std::min)(least, a);
    largest = (std::max)(largest, a);
  }
  return least > 0.0 ? largest / least * (largest / least) : (std::numeric_limits<double>::max)();
}

KNOBLESS_INLINE bool search_distribution::without_effect() const noexcept {
  // NoEffectCoord and NoEffectAxis of the tutorial, section B.3.
  constexpr double of_coordinate = 0.2;
  constexpr double of_axis = 0.1;
  for (std::size_t k = 0; k < n_; ++k)
    if (mean_[k] + of_coordinate * deviation(k) == mean_[k]) return true;
  if (form_ == form::diagonal) return false;
  const double* axis = &factor_[generation_ % n_ * rows_];
  for (std::size_t k = 0; k < n_; ++k)
    if (mean_[k] + (of_axis * sigma_ * scale_[k]) * axis[k] != mean_[k]) return false;
  return true;
}

}  // namespace knobless

#include "../base/strict_end.inc"
