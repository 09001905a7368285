/// \file
/// The normal distribution that an evolution strategy samples from, and how it adapts to what was better.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "../base/config.hpp"
#include "../base/random.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// CMA-ES without a study around it: sample a generation of points, rank them, update. Knows neither bounds nor values.
///
/// Hansen, The CMA Evolution Strategy: A Tutorial (arXiv 1604.00772), with its default parameters and its active update, and
/// with the Cholesky factor of the covariance in the place of its symmetric root (Krause, Arbones and Igel, NeurIPS 2016): a
/// factor costs d^3 / 3 instead of some 9 d^3, and the step-size path is as good in its coordinates. The diagonal form is
/// sep-CMA-ES (Ros and Hansen, PPSN 2008).
///
/// Nothing is allocated after reset(). The same calls give the same bits everywhere.
class search_distribution {
 public:
  /// Whether all covariances are learnt or the variances alone, which takes O(d) evaluations and O(d) time.
  enum class form : unsigned char { full, diagonal };

  /// A point of a generation: its coordinates, and its squared Mahalanobis length as sample() or length() gave it.
  struct member {
    const double* x = nullptr;  ///< as many coordinates as the distribution has
    double length = 0.0;        ///< squared Mahalanobis length
  };

  /// Starts afresh around `mean` with standard deviation `sigma` in each coordinate. `population` is at least 2.
  /// O(d^2 + population d).
  void reset(std::span<const double> mean, double sigma, std::size_t population, form shape);

  /// The population of the tutorial: 4 + floor(3 ln d).
  [[nodiscard]] static std::size_t default_population(std::size_t dimensions) noexcept;

  /// Number of coordinates.
  [[nodiscard]] std::size_t dimensions() const noexcept { return n_; }
  /// Points of a generation.
  [[nodiscard]] std::size_t population() const noexcept { return population_; }
  /// How many of the population have a positive weight.
  [[nodiscard]] std::size_t parents() const noexcept { return parents_; }
  /// The weight of a rank; those of the parents sum to 1.
  [[nodiscard]] double weight(std::size_t rank) const noexcept { return weight_[rank]; }
  /// Updates since reset().
  [[nodiscard]] std::size_t generation() const noexcept { return generation_; }
  /// The centre of the distribution.
  [[nodiscard]] std::span<const double> mean() const noexcept { return {mean_.data(), n_}; }
  /// Moves the mean, without a trace in the paths.
  void move_mean(std::size_t k, double to) noexcept { mean_[k] = to; }
  /// The step size.
  [[nodiscard]] double sigma() const noexcept { return sigma_; }
  /// Multiplies the step size.
  void scale_sigma(double factor) noexcept { sigma_ *= factor; }
  /// A factor on the deviation of a coordinate, beside the covariance: lower bounds of deviations are kept by it.
  [[nodiscard]] double scale(std::size_t k) const noexcept { return scale_[k]; }
  /// Sets that factor.
  void set_scale(std::size_t k, double factor) noexcept { scale_[k] = factor; }
  /// The standard deviation of a coordinate. O(1).
  [[nodiscard]] double deviation(std::size_t k) const noexcept;
  /// The length of the step in coordinate k that the evolution path of the covariance holds. O(1).
  [[nodiscard]] double path(std::size_t k) const noexcept { return sigma_ * scale_[k] * path_c_[k]; }

  /// Draws a point and returns its squared Mahalanobis length. O(d^2 / 2), O(d) for the diagonal form.
  double sample(random_stream& rng, double* x) noexcept;
  /// The squared Mahalanobis length of any point. O(d^2 / 2).
  [[nodiscard]] double length(const double* x) noexcept;
  /// The coordinates of a point in units of the distribution: L^-1 (x - mean) / sigma, into `z`, padded(d) long. O(d^2 / 2).
  void whiten(const double* x, double* z) noexcept;
  /// The point of such coordinates. O(d^2 / 2).
  void unwhiten(const double* z, double* x) noexcept;

  /// One generation: `ranked` has `population()` points, best first. O(population d^2), O(population d) for the diagonal form.
  void update(std::span<const member> ranked) noexcept;

  /// Whether the covariance is no longer positive definite, to working precision: time to start afresh.
  [[nodiscard]] bool degenerate() const noexcept { return degenerate_; }
  /// A lower bound of the covariance's condition: the squared ratio of the factor's extreme diagonal elements. O(d).
  [[nodiscard]] double condition() const noexcept;
  /// Whether a tenth of a deviation along one axis of the factor (another in each generation) leaves the mean unchanged, or a
  /// fifth along some coordinate: nothing more can be learnt. O(d).
  [[nodiscard]] bool without_effect() const noexcept;

 private:
  void set_weights();
  void grow_covariance(double keep) noexcept;
  void factorise() noexcept;

  std::size_t n_ = 0;
  std::size_t rows_ = 0;  // n_ padded
  std::size_t population_ = 0;
  std::size_t parents_ = 0;
  std::size_t generation_ = 0;
  std::size_t factorised_ = 0;  // the generation of the factor
  std::size_t patience_ = 1;    // generations that a factor may last
  form form_ = form::full;
  bool degenerate_ = false;
  double sigma_ = 1.0;
  // The tutorial's c_sigma, d_sigma, c_c, c_1, c_mu, mu_eff (mass), E |N(0, I)|.
  double c_sigma_ = 0.0;
  double d_sigma_ = 1.0;
  double c_c_ = 0.0;
  double c_1_ = 0.0;
  double c_mu_ = 0.0;
  double mass_ = 1.0;
  double chi_ = 1.0;
  double weight_sum_ = 0.0;
  double forgotten_ = 1.0;  // (1 - c_sigma)^(2 generation)
  std::vector<double> weight_;
  std::vector<double> mean_;
  std::vector<double> scale_;
  std::vector<double> path_sigma_;
  std::vector<double> path_c_;
  std::vector<double> covariance_;  // lower half by columns; the diagonal form has the diagonal alone
  std::vector<double> factor_;
  std::vector<double> steps_;  // [member * rows + k], and four columns more
  std::vector<double> coefficients_;
  std::vector<double> step_;
  std::vector<double> normals_;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "search_distribution.ipp"
#endif
