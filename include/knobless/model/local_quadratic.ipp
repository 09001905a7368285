#pragma once

#include "local_quadratic.hpp"

#include <Eigen/Cholesky>

#include "../numeric/quasi_newton.hpp"

namespace knobless::detail {

KNOBLESS_INLINE void local_quadratic::fit(const Eigen::MatrixXd& points, const Eigen::VectorXd& changes) {
  // The posterior mean of a Gaussian process with the kernel t z'y + (z'y)^2 / 2, whose functions are these (Conn, Scheinberg
  // and Vicente, Introduction to derivative-free optimization, 2009, section 5.3, with t infinite), and a noise variance that
  // grows with the sixth power of the distance.
  constexpr double slope_share = 100.0;  // t
  constexpr double least_noise = 1e-10;
  constexpr double remainder = 1e-4;
  const Eigen::MatrixXd products = points.transpose() * points;
  Eigen::MatrixXd kernel = slope_share * products + 0.5 * products.cwiseAbs2();
  const Eigen::ArrayXd squares = products.diagonal().array() / static_cast<double>(points.rows());
  kernel.diagonal().array() += least_noise + remainder * squares.cube();
  const Eigen::LLT<Eigen::MatrixXd> factor(kernel);
  const Eigen::VectorXd weights = factor.solve(changes);
  gradient_ = slope_share * (points * weights);
  hessian_ = points * weights.asDiagonal() * points.transpose();
}

KNOBLESS_INLINE double local_quadratic::minimum(const Eigen::VectorXd& lower, const Eigen::VectorXd& upper,
                                                Eigen::VectorXd& z) const {
  z = Eigen::VectorXd::Zero(lower.size());
  const auto descent = [&](const Eigen::VectorXd& at, Eigen::VectorXd& slope) {
    slope = hessian_ * at;
    const double value = at.dot(gradient_ + 0.5 * slope);
    slope += gradient_;
    return value;
  };
  return minimise_in_box(descent, z, lower, upper, {60, 0.0, 0.0});
}

}  // namespace knobless::detail
