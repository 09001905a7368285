/// \file
/// How probable the hyperparameters of a Gaussian process are.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <limits>

#include "../base/elementary.hpp"
#include "../numeric/dense.hpp"
#include "../numeric/double4.hpp"
#include "constants.hpp"
#include "distances.hpp"
#include "features.hpp"
#include "kernel.hpp"
#include "padded_matrix.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Weak priors: of the scale s, and of the unknown mean, whose variance is s times `mean_share`. Values come in units of their
/// good half's spread (output_transform.hpp), so that numbers near one say little and suit all of them.
inline constexpr double mean_share = 1.0;
inline constexpr double scale_shape = 2.0;  ///< of the inverse-gamma prior of s
inline constexpr double scale_rate = 2.0;

/// Log-normal priors of the lengthscales, moving up with sqrt d (Hvarfner, Hellsten and Nardi, Vanilla Bayesian optimization
/// performs great in high dimensions, ICML 2024), and of the noise.
class gp_priors {
 public:
  gp_priors(const features& layout, const gp_constants& constants) : noise_centre(constants.noise_centre) {
    length_centre.setConstant(layout.groups(), constants.length_centre + log_root(layout.groups()));
    for (Eigen::Index c = 0; c < layout.levels(); ++c)
      length_centre(layout.group_of_level(c)) += constants.level_centre;
  }

  /// log sqrt d, of at least one group.
  [[nodiscard]] static double log_root(Eigen::Index groups) {
    return 0.5 * elementary::log(static_cast<double>((std::max)(groups, Eigen::Index{1})));
  }

  /// Adds minus the log density at these log lengthscales and, last, log noise, and its gradient.
  void add(const Eigen::VectorXd& parameters, double& value, Eigen::VectorXd& gradient) const {
    const Eigen::Index groups = length_centre.size();
    for (Eigen::Index g = 0; g < groups; ++g) {
      const double z = (parameters(g) - length_centre(g)) / length_width;
      value += 0.5 * z * z;
      gradient(g) += z / length_width;
    }
    const double z = (parameters(groups) - noise_centre) / noise_width;
    value += 0.5 * z * z;
    gradient(groups) += z / noise_width;
  }

  double noise_centre;
  Eigen::VectorXd length_centre;

 private:
  // Standard deviations of the logarithms: a factor of e for lengthscales, of e^2 for what is known less, the noise.
  static constexpr double length_width = 1.0;
  static constexpr double noise_width = 2.0;
};

/// Minus the log posterior density of the hyperparameters (up to a constant) by points and values. Rasmussen and Williams,
/// Gaussian Processes for Machine Learning, 2006, eq. 5.9 with s integrated out: with a = n/2 + shape and
/// b = rate + y'R^-1 y / 2 the density is b^-a |R|^-1/2, and its derivative along dR is tr(W dR) / 2,
/// W = R^-1 - (a/b) (R^-1 y)(R^-1 y)'. Refers to what it is made of.
template <radial_kernel Kernel>
class gp_likelihood {
 public:
  gp_likelihood(const features& layout, const gp_priors& priors, const encoded& inputs, const Eigen::VectorXd& values)
      : layout_(layout), priors_(priors), inputs_(inputs), count_(inputs.numbers.rows()) {
    const Eigen::Index n = padded_rows(count_);
    values_.setZero(n);
    std::copy(values.begin(), values.end(), values_.begin());
    numbers_.setZero(n, inputs.numbers.cols());
    for (Eigen::Index f = 0; f < inputs.numbers.cols(); ++f)
      for (Eigen::Index i = 0; i < count_; ++i) numbers_(i, f) = inputs.numbers(i, f);
    kernel_.setZero(n, n);
    slope_.setZero(n, n);
    inverse_.setZero(n, n);
    half_.setZero(n);
    weights_.setZero(n);
  }

  /// At these log lengthscales and, last, log noise; the largest number where the kernel matrix is singular.
  /// O(n^2 (n + d)).
  [[nodiscard]] double operator()(const Eigen::VectorXd& parameters, Eigen::VectorXd& gradient) {
    const Eigen::Index groups = layout_.groups();
    const double noise = elementary::exp(parameters(groups));
    gradient.setZero(groups + 1);
    if (!factorise(parameters, noise)) return (std::numeric_limits<double>::max)();
    const std::size_t n = stride(kernel_);
    double log_determinant = 0.0;
    for (std::size_t j = 0; j < n; ++j) log_determinant += elementary::log(kernel_.data()[j + j * n]);
    solve_inverted(inverse_.data(), n, values_.data(), half_.data(), weights_.data(), n);
    const double a = 0.5 * static_cast<double>(count_) + scale_shape;
    const double b = scale_rate + 0.5 * dot(half_.data(), half_.data(), n);
    double value = a * elementary::log(b) + log_determinant;
    gradient(groups) = 0.5 * noise * derive(a / b);
    add_length_slopes(parameters, gradient);
    priors_.add(parameters, value, gradient);
    return value;
  }

 private:
  // The Cholesky factor of the kernel matrix, in its place, its inverse, and the kernel's slopes.
  [[nodiscard]] bool factorise(const Eigen::VectorXd& parameters, double noise) {
    scale_numbers(layout_, inputs_.numbers, parameters, scaled_);
    distances_among(layout_, scaled_, inputs_.levels, count_, parameters, kernel_);
    const std::size_t n = stride(kernel_);
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t top = j / column_step * column_step;
      Kernel::values_and_slopes(kernel_.data() + top + j * n, mean_share, slope_.data() + top + j * n, n - top);
    }
    complete_kernel(kernel_, count_, 1.0 + mean_share + noise);
    return invert_factor(kernel_.data(), inverse_.data(), n, n);
  }

  // W's lower triangle takes the place of the factor; without the diagonal, where distances are 0, it is multiplied by the
  // kernel's slope H = dk/d(-r^2/2). Returns W's trace.
  double derive(double a_over_b) {
    const std::size_t n = stride(kernel_);
    const double* weight = weights_.data();
    const double* inverse = inverse_.data();
    double trace = 0.0;
    double4 tile[column_step];
    for (std::size_t j = 0; j < n; j += column_step) {
      for (std::size_t i = j; i < n; i += column_step) {
        multiply_tile(inverse + i + i * n, n, inverse + j + i * n, n, 1, n - i, tile);
        store_tile(tile, kernel_.data() + i + j * n, n);
      }
      for (std::size_t c = j; c < j + column_step; ++c) {
        double* column = kernel_.data() + c * n;
        add_scaled(column, weight, -a_over_b * weight[c], j, n);
        if (c < unsigned_size(count_)) trace += column[c];
        for (std::size_t i = j; i <= c; ++i) column[i] = 0.0;
        for (std::size_t i = j; i < n; i += column_step)
          (double4::load(column + i) * double4::load(slope_.data() + i + c * n)).store(column + i);
      }
    }
    return trace;
  }

  // By the lengthscales: sums over pairs of (W o H)_ij times the squared distance of one number or level.
  void add_length_slopes(const Eigen::VectorXd& log_length, Eigen::VectorXd& gradient) const {
    const std::size_t n = stride(kernel_);
    for (Eigen::Index f = 0; f < layout_.numbers(); ++f) {
      const double* x = numbers_.data() + unsigned_size(f) * n;
      double total = 0.0;
      for (std::size_t j = 0; j < n; ++j)
        total += weighted_squares(kernel_.data() + j * n, x, x[j], j / column_step * column_step, n);
      const Eigen::Index g = layout_.group_of_number(f);
      gradient(g) += inverse_square(log_length(g)) * total;
    }
    for (Eigen::Index c = 0; c < layout_.levels(); ++c) {
      const int* level = inputs_.levels.data() + c * inputs_.levels.rows();
      double total = 0.0;
      for (Eigen::Index j = 0; j < count_; ++j)
        for (Eigen::Index i = j + 1; i < count_; ++i)
          if (level[i] != level[j]) total += kernel_(i, j);
      const Eigen::Index g = layout_.group_of_level(c);
      gradient(g) += inverse_square(log_length(g)) * total;
    }
  }

  const features& layout_;
  const gp_priors& priors_;
  const encoded& inputs_;
  Eigen::Index count_;
  Eigen::VectorXd values_;   // and zeros
  Eigen::MatrixXd numbers_;  // and rows of zeros
  // Room to compute in.
  Eigen::MatrixXd scaled_;
  Eigen::MatrixXd kernel_;
  Eigen::MatrixXd slope_;
  Eigen::MatrixXd inverse_;
  Eigen::VectorXd half_;
  Eigen::VectorXd weights_;
};

}  // namespace knobless::detail

#include "../base/strict_end.inc"
