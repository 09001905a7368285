/// \file
/// How far to go in a direction, within a box.
#pragma once

#include <Eigen/Core>
#include <algorithm>

#include "../base/elementary.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Of x, the nearest value within the bounds.
[[nodiscard]] inline double within(double x, double lower, double upper) noexcept {
  return (std::min)((std::max)(x, lower), upper);
}

/// Where a line search stands: the next point, its value and its gradient.
struct line_search_result {
  Eigen::VectorXd at;
  Eigen::VectorXd gradient;
  double value = 0.0;
};

/// Shortens `step` from x, projected onto the box, until f descends enough (Bertsekas, SIAM J. Control 20(2), 1982;
/// Armijo's condition). `length` is the share of the step that is tried first. False where 12 lengths did not descend; a value
/// that is not finite counts as no descent.
template <class F>
[[nodiscard]] bool search_line(F&& f, const Eigen::VectorXd& x, double value, const Eigen::VectorXd& gradient,
                               const Eigen::VectorXd& step, const Eigen::VectorXd& lower, const Eigen::VectorXd& upper,
                               double length, line_search_result& out) {
  constexpr int most_tries = 12;
  constexpr double sufficient = 1e-4;  // Nocedal and Wright, Numerical Optimization, 2006, section 3.1
  // Of the last length, the shortest and the longest that follow (section 3.5: neither too near nor too far).
  constexpr double shortest = 0.1;
  constexpr double longest = 0.5;
  for (int tries = 0; tries < most_tries; ++tries) {
    double slope = 0.0;
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      out.at(i) = within(x(i) + length * step(i), lower(i), upper(i));
      slope += gradient(i) * (out.at(i) - x(i));
    }
    out.value = f(out.at, out.gradient);
    if (elementary::is_finite(out.value) && out.value <= value + sufficient * slope && slope < 0.0) return true;
    // The minimum of the parabola through what is known, within reason.
    const double parabola = -0.5 * slope / (out.value - value - slope);
    length *= parabola > shortest && parabola < longest ? parabola : (parabola >= longest ? longest : shortest);
  }
  return false;
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
