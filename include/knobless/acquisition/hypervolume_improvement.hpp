/// \file
/// The expected growth of the hypervolume by a normal belief about a point's values, as a logarithm that does not vanish.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "../base/config.hpp"
#include "../pareto/boxes.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// log E[by how much a point with independent normal values enlarges the hypervolume of a front], for 1 to 4 objectives.
///
/// Exact (Daulton, Balandat and Bakshy, NeurIPS 2020): a box of front_boxes gives prod_j (psi_j(upper_j) - psi_j(lower_j)) with
/// psi_j(t) = E[max(0, t - Y_j)], the expected improvement on t. The logarithm is taken of each factor and of their sum (Ament
/// et al., NeurIPS 2023), so that it has a slope far from the front, too. For one objective it is the log expected
/// improvement.
class hypervolume_improvement {
 public:
  explicit hypervolume_improvement(front_boxes boxes);

  [[nodiscard]] std::size_t objectives() const noexcept { return boxes_.objectives(); }

  /// At these means and standard deviations (above 0) of the objectives. O(m (levels + boxes)).
  [[nodiscard]] double operator()(std::span<const double> mean, std::span<const double> deviation) {
    return sum(mean, deviation, false);
  }
  /// The same, with the derivatives by means and standard deviations.
  [[nodiscard]] double operator()(std::span<const double> mean, std::span<const double> deviation,
                                  std::span<double> by_mean, std::span<double> by_deviation);

 private:
  // A logarithm with its derivatives by mean and deviation.
  struct term {
    double log = 0.0;
    double by_mean = 0.0;
    double by_deviation = 0.0;
  };
  [[nodiscard]] static term improvement(double level, double mean, double deviation) noexcept;
  [[nodiscard]] static term difference(const term& upper, const term& lower, bool slopes) noexcept;
  double sum(std::span<const double> mean, std::span<const double> deviation, bool slopes);

  front_boxes boxes_;
  std::vector<std::vector<term>> psi_;  // by objective and level
  std::vector<term> factors_;           // by box and objective
  std::vector<double> logs_;            // of the boxes
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "hypervolume_improvement.ipp"
#endif
