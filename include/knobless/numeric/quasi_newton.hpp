/// \file
/// A bounded quasi-Newton method: the minimum of a smooth function in a box.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../elementary.hpp"

#include "../detail/strict_begin.inc"

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
  // Loops, not expressions of Eigen's: these would sum in an order that depends on the width of the registers.
  const auto inner = [d](const vector& a, const vector& b) {
    double sum = 0.0;
    for (Eigen::Index i = 0; i < d; ++i) sum += a(i) * b(i);
    return sum;
  };
  const auto largest = [d](const vector& a) {
    double most = 0.0;
    for (Eigen::Index i = 0; i < d; ++i) most = (std::max)(most, std::abs(a(i)));
    return most;
  };
  const auto inside = [&](Eigen::Index i, double at) { return (std::min)((std::max)(at, lower(i)), upper(i)); };
  for (Eigen::Index i = 0; i < d; ++i) x(i) = inside(i, x(i));
  vector gradient(d);
  double value = f(x, gradient);
  vector trial_gradient(d);
  vector step(d);
  vector next(d);
  std::vector<char> free(static_cast<std::size_t>(d));
  const auto is_free = [&](Eigen::Index i) { return free[static_cast<std::size_t>(i)] != 0; };
  const auto downhill = [&] {
    for (Eigen::Index i = 0; i < d; ++i) step(i) = is_free(i) ? -gradient(i) : 0.0;
  };
  const auto add_free = [&](double a, const vector& v) {
    for (Eigen::Index i = 0; i < d; ++i)
      if (is_free(i)) step(i) += a * v(i);
  };
  for (int iteration = 0; iteration < limits.iterations; ++iteration) {
    for (Eigen::Index i = 0; i < d; ++i)
      free[static_cast<std::size_t>(i)] =
          (x(i) <= lower(i) && gradient(i) > 0.0) || (x(i) >= upper(i) && gradient(i) < 0.0) ? 0 : 1;
    downhill();
    if (!(largest(step) > limits.gradient)) break;

    std::array<double, memory> along{};
    const std::size_t kept = (std::min)(count, memory);
    for (std::size_t back = 1; back <= kept; ++back) {
      const pair& p = pairs[(count - back) % memory];
      along[back - 1] = p.scale * inner(p.s, step);
      add_free(-along[back - 1], p.y);
    }
    if (kept > 0) {
      const pair& last = pairs[(count - 1) % memory];
      const double unit = 1.0 / (last.scale * inner(last.y, last.y));
      for (double& s : step) s *= unit;
    }
    for (std::size_t back = kept; back >= 1; --back) {
      const pair& p = pairs[(count - back) % memory];
      add_free(along[back - 1] - p.scale * inner(p.y, step), p.s);
    }
    if (!(inner(step, gradient) < 0.0)) {
      downhill();
      count = 0;
    }
    // Without curvature yet, a step of a tenth of the box at most.
    double length = 1.0;
    if (count == 0) {
      double widest = 0.0;
      for (Eigen::Index i = 0; i < d; ++i)
        if (is_free(i)) widest = (std::max)(widest, upper(i) - lower(i));
      length = (std::min)(1.0, 0.1 * widest / largest(step));
    }

    bool descended = false;
    double before = value;
    for (int tries = 0; tries < 12; ++tries) {
      double slope = 0.0;
      for (Eigen::Index i = 0; i < d; ++i) {
        next(i) = inside(i, x(i) + length * step(i));
        slope += gradient(i) * (next(i) - x(i));
      }
      const double found = f(next, trial_gradient);
      if (elementary::is_finite(found) && found <= value + 1e-4 * slope && slope < 0.0) {
        pair& p = pairs[count % memory];
        p.s.resize(d);
        p.y.resize(d);
        for (Eigen::Index i = 0; i < d; ++i) {
          p.s(i) = next(i) - x(i);
          p.y(i) = trial_gradient(i) - gradient(i);
        }
        const double curvature = inner(p.s, p.y);
        if (curvature > 1e-12 * inner(p.y, p.y)) {
          p.scale = 1.0 / curvature;
          ++count;
        }
        x.swap(next);
        value = found;
        gradient.swap(trial_gradient);
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

#include "../detail/strict_end.inc"
