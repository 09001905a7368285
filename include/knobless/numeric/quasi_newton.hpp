/// \file
/// A bounded quasi-Newton method: the minimum of a smooth function in a box.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "../elementary.hpp"

namespace knobless::detail {

/// Where to stop.
struct descent_limits {
  int iterations = 100;
  double gradient = 1e-6;     ///< largest free component of the gradient
  double improvement = 1e-9;  ///< of one iteration, relative to 1 + |value|
};

/// Minimises `f(x, gradient)` (returns the value, writes the gradient) over lower <= x <= upper, from x, in place; returns
/// the value there. Limited-memory BFGS (Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.4) in the coordinates
/// that are free, with steps projected onto the box and shortened until they descend enough (Bertsekas, SIAM J. Control
/// 20(2), 1982). A value that is not finite counts as no descent. O(d) and one or two calls of f an iteration.
template <class F>
double minimise_in_box(F&& f, Eigen::VectorXd& x, const Eigen::VectorXd& lower, const Eigen::VectorXd& upper,
                       const descent_limits& limits = {}) {
  using vector = Eigen::VectorXd;
  constexpr std::size_t memory = 8;
  struct pair {
    vector s, y;
    double scale = 0.0;  // 1 / s'y
  };
  std::array<pair, memory> pairs;
  std::size_t count = 0;  // pairs ever stored
  const Eigen::Index d = x.size();
  x = x.cwiseMax(lower).cwiseMin(upper);
  vector gradient(d);
  double value = f(x, gradient);
  vector trial_gradient(d);
  for (int iteration = 0; iteration < limits.iterations; ++iteration) {
    const auto pinned = ((x.array() <= lower.array()) && (gradient.array() > 0.0)) ||
                        ((x.array() >= upper.array()) && (gradient.array() < 0.0));
    const vector free = pinned.select(vector::Zero(d), vector::Ones(d));
    vector step = -(gradient.cwiseProduct(free));
    if (!(step.cwiseAbs().maxCoeff() > limits.gradient)) break;

    std::array<double, memory> along{};
    const std::size_t kept = (std::min)(count, memory);
    for (std::size_t back = 1; back <= kept; ++back) {
      const pair& p = pairs[(count - back) % memory];
      along[back - 1] = p.scale * p.s.dot(step);
      step -= along[back - 1] * p.y.cwiseProduct(free);
    }
    if (kept > 0) {
      const pair& last = pairs[(count - 1) % memory];
      step *= 1.0 / (last.scale * last.y.squaredNorm());
    }
    for (std::size_t back = kept; back >= 1; --back) {
      const pair& p = pairs[(count - back) % memory];
      step += (along[back - 1] - p.scale * p.y.dot(step)) * p.s.cwiseProduct(free);
    }
    if (!(step.dot(gradient) < 0.0)) {
      step = -(gradient.cwiseProduct(free));
      count = 0;
    }
    // Without curvature yet, a step of a tenth of the box at most.
    double length = 1.0;
    if (count == 0) {
      const double reach = 0.1 * (upper - lower).cwiseProduct(free).maxCoeff() / step.cwiseAbs().maxCoeff();
      length = (std::min)(1.0, reach);
    }

    bool descended = false;
    double before = value;
    vector next(d);
    for (int tries = 0; tries < 12; ++tries) {
      next = (x + length * step).cwiseMax(lower).cwiseMin(upper);
      const double slope = gradient.dot(next - x);
      const double found = f(next, trial_gradient);
      if (elementary::is_finite(found) && found <= value + 1e-4 * slope && slope < 0.0) {
        pair& p = pairs[count % memory];
        p.s = next - x;
        p.y = trial_gradient - gradient;
        const double curvature = p.s.dot(p.y);
        if (curvature > 1e-12 * p.y.squaredNorm()) {
          p.scale = 1.0 / curvature;
          ++count;
        }
        x = next;
        value = found;
        gradient = trial_gradient;
        descended = true;
        break;
      }
      // The minimum of the parabola through what is known, within reason.
      const double parabola = -0.5 * slope / (found - value - slope);
      length *= parabola > 0.1 && parabola < 0.5 ? parabola : (parabola >= 0.5 ? 0.5 : 0.1);
    }
    if (!descended || before - value < limits.improvement * (1.0 + std::abs(value))) break;
  }
  return value;
}

}  // namespace knobless::detail
