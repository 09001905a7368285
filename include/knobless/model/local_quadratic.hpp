/// \file
/// A quadratic function through the neighbourhood of a point.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// f(z) = g'z + z'Hz / 2: the change of a function near a point at the origin, learnt from fewer values than it has
/// coefficients. Among the functions that pass (nearly) through the values it is the one with the least |g|^2 / t + |H|^2
/// (Frobenius), as in Powell's NEWUOA (2006) but for the slight weight on g; values may be missed by the more, the farther
/// away they are: the remainder of a Taylor series grows with the cube of the distance.
class local_quadratic {
 public:
  /// Learns from points (a column each, in units of the radius within which the function shall hold) and their values less
  /// that at the origin. O(n^2 (n / 3 + d)).
  void fit(const Eigen::MatrixXd& points, const Eigen::VectorXd& changes);

  /// f(z). O(d^2).
  [[nodiscard]] double operator()(const Eigen::VectorXd& z) const;

  /// The least value in the box, and where. The box holds the origin. O(d^2) an iteration, some 20 of them.
  [[nodiscard]] double minimum(const Eigen::VectorXd& lower, const Eigen::VectorXd& upper, Eigen::VectorXd& z) const;

 private:
  // f(z), and H z on the way.
  double value(const Eigen::VectorXd& z, std::vector<double>& bend) const;

  // Columns of a multiple of four rows, zero beyond the points' dimensions.
  std::vector<double> gradient_;
  std::vector<double> hessian_;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "local_quadratic.ipp"
#endif
