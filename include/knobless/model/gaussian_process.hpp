/// \file
/// A Gaussian process over the points of a search space.
#pragma once

#include <Eigen/Core>
#include <cstddef>

#include "../base/config.hpp"
#include "../base/elementary.hpp"
#include "constants.hpp"
#include "distances.hpp"
#include "features.hpp"
#include "kernel.hpp"
#include "likelihood.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Exact regression with the kernel
///
///   s (k(r) + t + v [same trial]),
///
/// r being the distance of `features` over the lengthscales (model/distances.hpp). t stands for the unknown mean (a normal
/// prior with the variance s t), v for noise. The scale s has an inverse-gamma prior and is integrated out; lengthscales and v
/// are those of the highest posterior density (model/likelihood.hpp). A kernel of one's own is a type that keeps to
/// `radial_kernel`; with knobless::compiled its file includes model/gaussian_process.ipp.
template <radial_kernel Kernel>
class basic_gaussian_process {
 public:
  explicit basic_gaussian_process(const features& layout, const gp_constants& constants = {});

  [[nodiscard]] Eigen::Index size() const noexcept { return points_.size(); }

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
  [[nodiscard]] double lengthscale(Eigen::Index group) const { return elementary::exp(points_.log_length()(group)); }
  /// Noise variance over the signal's.
  [[nodiscard]] double noise() const { return elementary::exp(log_noise_); }
  [[nodiscard]] double scale() const noexcept { return scale_; }

 private:
  [[nodiscard]] double variance() const { return 1.0 + mean_share + noise(); }
  [[nodiscard]] double deviation(double explained) const;
  template <class Variance>
  void predict_with(const encoded& at, Eigen::VectorXd& mean, Eigen::VectorXd& deviation, Variance&& variance) const;
  void correlate(const Eigen::MatrixXd& scaled, const Eigen::MatrixXi& levels, Eigen::Index first, Eigen::Index count,
                 Eigen::MatrixXd& out) const;

  const features* layout_;
  gp_priors priors_;
  Eigen::VectorXd learnt_;  // log lengthscales and log noise
  bool ever_learnt_ = false;

  // What is known. Rows and columns are multiples of four, those beyond the points are zero; there may be room for more.
  compared_points points_;
  double log_noise_;
  Eigen::MatrixXd inverse_;  // upper triangular U: the inverse of the kernel matrix is U U'
  Eigen::VectorXd values_;
  Eigen::VectorXd weights_;  // K^-1 y
  double scale_ = 1.0;
};

/// That of the samplers.
using gaussian_process = basic_gaussian_process<matern_5_2>;

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "gaussian_process.ipp"
#endif
#ifdef KNOBLESS_COMPILED
extern template class knobless::detail::basic_gaussian_process<knobless::detail::matern_5_2>;
#endif

#include "../base/strict_end.inc"
