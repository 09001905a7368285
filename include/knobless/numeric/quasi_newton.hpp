/// \file
/// A bounded quasi-Newton method: the minimum of a smooth function in a box.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "lbfgs.hpp"
#include "line_search.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Where to stop.
struct descent_limits {
  int iterations = 100;
  // NOLINTBEGIN(readability-magic-numbers): defaults
  double gradient = 1e-6;     ///< largest free component of the gradient
  double improvement = 1e-9;  ///< of one iteration, relative to 1 + |value|
  // NOLINTEND(readability-magic-numbers)
};

/// Minimises `f(x, gradient)` (returns the value, writes the gradient) over lower <= x <= upper, from x, in place; returns
/// the value there. Limited-memory BFGS (lbfgs.hpp) in the coordinates that are free, with steps projected onto the box and
/// shortened until they descend enough (line_search.hpp). A value that is not finite counts as no descent. O(d) and one or two
/// calls of f an iteration.
template <class F>
double minimise_in_box(F&& f, Eigen::VectorXd& x, const Eigen::VectorXd& lower, const Eigen::VectorXd& upper,
                       const descent_limits& limits = {}) {
  constexpr double first_share = 0.1;  // of the box: the longest step without curvature yet
  const Eigen::Index d = x.size();
  for (Eigen::Index i = 0; i < d; ++i) x(i) = within(x(i), lower(i), upper(i));
  Eigen::VectorXd gradient(d);
  double value = f(x, gradient);
  Eigen::VectorXd step(d);
  line_search_result next{Eigen::VectorXd(d), Eigen::VectorXd(d)};
  free_coordinates free;
  lbfgs_memory memory;
  for (int iteration = 0; iteration < limits.iterations; ++iteration) {
    free.find(x, gradient, lower, upper);
    free.downhill(gradient, step);
    if (!(largest_component(step) > limits.gradient)) break;

    memory.apply(free, step);
    if (!(inner_product(step, gradient) < 0.0)) {
      free.downhill(gradient, step);
      memory.forget();
    }
    double length = 1.0;
    if (memory.empty()) {
      double widest = 0.0;
      for (Eigen::Index i = 0; i < d; ++i)
        if (free(i)) widest = (std::max)(widest, upper(i) - lower(i));
      length = (std::min)(1.0, first_share * widest / largest_component(step));
    }

    if (!search_line(f, x, value, gradient, step, lower, upper, length, next)) break;
    memory.store(x, next.at, gradient, next.gradient);
    x.swap(next.at);
    gradient.swap(next.gradient);
    const double gain = value - next.value;
    value = next.value;
    if (gain < limits.improvement * (1.0 + std::abs(value))) break;
  }
  return value;
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
