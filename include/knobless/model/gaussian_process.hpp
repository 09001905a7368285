/// \file
/// A Gaussian process over the points of a search space.
#pragma once

#include <Eigen/Core>
#include <cstddef>

#include "../config.hpp"
#include "../elementary.hpp"
#include "constants.hpp"
#include "features.hpp"

#include "../detail/strict_begin.inc"

namespace knobless::detail {

/// Exact regression with the kernel
///
///   s (M(r) + t + v [same trial]),  M(r) = (1 + sqrt 5 r + 5/3 r^2) exp(-sqrt 5 r)  (Matern 5/2),
///
/// r being the distance of `features` over the lengthscales. t stands for the unknown mean (a normal prior with the variance
/// s t), v for noise. The scale s has an inverse-gamma prior and is integrated out; lengthscales and v are those of the
/// highest posterior density: log-normal priors, that of the lengthscales moving up with sqrt d (Hvarfner, Hellsten and
/// Nardi, Vanilla Bayesian optimization performs great in high dimensions, ICML 2024).
class gaussian_process {
 public:
  explicit gaussian_process(const features& layout, const gp_constants& constants = {});

  [[nodiscard]] Eigen::Index size() const noexcept { return count_; }

  /// Finds the hyperparameters that suit these points and values best, from the present ones and, while there are few points,
  /// from two others. The points that are known stay as they are, and must be set anew. O(iterations n^2 (n + d)).
  void learn(const encoded& inputs, const Eigen::VectorXd& values);
  /// The points that are known, replacing all earlier ones, compared with the learnt lengthscales or, all of them, with
  /// exp(log_stretch) times these. O(n^3).
  void set(const encoded& inputs, double log_stretch = 0.0);
  /// One more point (one row), with the hyperparameters as they are. O(n^2).
  void append(const encoded& one);
  /// The values at all known points: to be called after each change of the above. O(n^2).
  void condition(const Eigen::VectorXd& values);

  /// Posterior means at all known points. O(n).
  [[nodiscard]] Eigen::VectorXd fitted() const;

  /// Means and latent standard deviations at points, one a row. O(n (d + n)) a point.
  void predict(const encoded& at, Eigen::VectorXd& mean, Eigen::VectorXd& deviation) const;
  /// Means, and upper bounds of the standard deviations by the most correlated known point alone. O(n d) a point.
  void outline(const encoded& at, Eigen::VectorXd& mean, Eigen::VectorXd& deviation) const;

  struct belief {
    double mean = 0.0;
    double deviation = 0.0;
    Eigen::VectorXd mean_slope;  ///< by the numbers
    Eigen::VectorXd deviation_slope;
  };
  /// Mean, latent standard deviation and their gradients at one point. O(n (d + n)).
  void predict(const encoded& one, belief& out) const;

  /// Lengthscale of a group.
  [[nodiscard]] double lengthscale(Eigen::Index group) const { return elementary::exp(log_length_(group)); }
  /// Noise variance over the signal's.
  [[nodiscard]] double noise() const { return elementary::exp(log_noise_); }
  [[nodiscard]] double scale() const noexcept { return scale_; }

 private:
  struct workspace;
  [[nodiscard]] double objective(workspace& work, const Eigen::VectorXd& parameters, Eigen::VectorXd& gradient) const;
  void scale(const Eigen::MatrixXd& numbers, const Eigen::VectorXd& log_length, Eigen::MatrixXd& out) const;
  void squared_distances(const Eigen::MatrixXd& scaled, const Eigen::MatrixXi& levels, Eigen::Index count,
                         const Eigen::VectorXd& log_length, Eigen::MatrixXd& out) const;
  void correlate(const Eigen::MatrixXd& scaled, const Eigen::MatrixXi& levels, Eigen::Index first, Eigen::Index count,
                 Eigen::MatrixXd& out) const;
  void distances(const encoded& one, Eigen::VectorXd& scaled, Eigen::VectorXd& out) const;
  template <class Variance>
  void predict_with(const encoded& at, Eigen::VectorXd& mean, Eigen::VectorXd& deviation, Variance&& variance) const;

  const features* layout_;
  double noise_centre_;  // of the priors
  Eigen::VectorXd length_centre_;
  Eigen::VectorXd learnt_;  // log lengthscales and log noise
  bool ever_learnt_ = false;

  // The known points, and what they are compared with. Rows and columns are multiples of four, those beyond the points are
  // zero; there may be room for more.
  Eigen::VectorXd log_length_;
  Eigen::VectorXd inverse_length_;  // of each number
  double log_noise_;
  Eigen::Index count_ = 0;
  Eigen::MatrixXd scaled_;  // numbers over lengthscales
  Eigen::MatrixXi levels_;
  Eigen::MatrixXd inverse_;  // upper triangular U: the inverse of the kernel matrix is U U'
  Eigen::VectorXd values_;
  Eigen::VectorXd weights_;  // K^-1 y
  double scale_ = 1.0;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "gaussian_process.ipp"
#endif

#include "../detail/strict_end.inc"
