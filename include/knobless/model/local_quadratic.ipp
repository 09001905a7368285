#pragma once

#include "local_quadratic.hpp"

#include <cstddef>
#include <vector>

#include "../numeric/dense.hpp"
#include "../numeric/quasi_newton.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

KNOBLESS_INLINE void local_quadratic::fit(const Eigen::MatrixXd& points, const Eigen::VectorXd& changes) {
  // The posterior mean of a Gaussian process with the kernel t z'y + (z'y)^2 / 2, whose functions are these (Conn, Scheinberg
  // and Vicente, Introduction to derivative-free optimization, 2009, section 5.3, with t infinite), and a noise variance that
  // grows with the sixth power of the distance.
  constexpr double slope_share = 100.0;  // t
  constexpr double least_noise = 1e-10;
  constexpr double remainder = 1e-4;
  const auto d = static_cast<std::size_t>(points.rows());
  const auto n = static_cast<std::size_t>(points.cols());
  const std::size_t rows = padded(n);
  const std::size_t side = padded(d);
  std::vector<double> columns(side * rows, 0.0);  // the points, with zeros below and beyond
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t i = 0; i < d; ++i) columns[i + j * side] = points.data()[i + j * d];
  std::vector<double> kernel(rows * rows, 0.0);
  double products[column_step];
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t i = j / column_step * column_step; i < rows; i += column_step) {
      dots(&columns[j * side], &columns[i * side], side, side, products);
      for (std::size_t r = 0; r < column_step; ++r)
        kernel[i + r + j * rows] = slope_share * products[r] + 0.5 * (products[r] * products[r]);
    }
  for (std::size_t j = 0; j < n; ++j) {
    const double square = dot(&columns[j * side], &columns[j * side], side) / static_cast<double>(d);
    kernel[j + j * rows] += least_noise + remainder * (square * square * square);
  }
  std::vector<double> factor(rows * rows);
  std::vector<double> weights(rows, 0.0);
  gradient_.assign(side, 0.0);
  hessian_.assign(side * d, 0.0);
  if (!factorise(kernel.data(), factor.data(), n)) return;
  for (std::size_t j = 0; j < n; ++j) weights[j] = changes.data()[j];
  solve_lower(factor.data(), weights.data(), n);
  solve_upper(factor.data(), weights.data(), n);
  for (std::size_t j = 0; j < n; ++j) {
    const double* z = &columns[j * side];
    add_scaled(gradient_.data(), z, slope_share * weights[j], 0, side);
    for (std::size_t c = 0; c < d; ++c) add_scaled(&hessian_[c * side], z, weights[j] * z[c], 0, side);
  }
}

KNOBLESS_INLINE double local_quadratic::value(const Eigen::VectorXd& z, std::vector<double>& bend) const {
  const std::size_t side = gradient_.size();
  const auto d = static_cast<std::size_t>(z.size());
  bend.assign(side, 0.0);
  for (std::size_t c = 0; c < d; ++c) add_scaled(bend.data(), &hessian_[c * side], z.data()[c], 0, side);
  double sum = 0.0;
  for (std::size_t i = 0; i < d; ++i) sum += z.data()[i] * (gradient_[i] + 0.5 * bend[i]);
  return sum;
}

KNOBLESS_INLINE double local_quadratic::operator()(const Eigen::VectorXd& z) const {
  std::vector<double> bend;
  return value(z, bend);
}

KNOBLESS_INLINE double local_quadratic::minimum(const Eigen::VectorXd& lower, const Eigen::VectorXd& upper,
                                                Eigen::VectorXd& z) const {
  z.setZero(lower.size());
  std::vector<double> bend;
  const auto descent = [&](const Eigen::VectorXd& at, Eigen::VectorXd& slope) {
    const double found = value(at, bend);
    for (std::size_t i = 0; i < static_cast<std::size_t>(at.size()); ++i) slope.data()[i] = gradient_[i] + bend[i];
    return found;
  };
  constexpr int most_steps = 60;
  return minimise_in_box(descent, z, lower, upper, {most_steps, 0.0, 0.0});
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
