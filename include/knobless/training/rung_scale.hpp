/// \file
/// Values of all rungs on one scale.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "../base/config.hpp"
#include "../model/output_transform.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// A value at a rung, or the failure to reach it.
struct rung_value {
  std::size_t trial;
  std::size_t rung;
  bool failed;
  double value;
};

/// Puts the values of every rung into units of their good half's spread, and these on the scale of the lowest rung: who reached
/// a higher rung was chosen by the lower one, so the median there is not the population's; but the regression on the value
/// below is not biased by that choice, and says where the population's lies. A failure counts as the worst value of its rung.
class rung_scale {
 public:
  explicit rung_scale(std::size_t rungs) : correlation_(rungs, a_priori) {}

  /// From all values, in the order of telling; trials are numbered below `trials`. O(n log n) for each rung.
  void fit(std::span<const rung_value> rows, std::size_t trials);

  /// Of each row.
  [[nodiscard]] const std::vector<double>& values() const noexcept { return z_; }
  /// Of a rung's values with those one below, in the population.
  [[nodiscard]] double correlation(std::size_t rung) const { return correlation_[rung]; }

 private:
  // From the rung's own units to the common ones: (w - shift) / scale.
  struct line {
    double shift = 0.0;
    double scale = 1.0;
    double correlation = a_priori;
  };
  using by_trial = std::vector<std::optional<double>>;

  // A priori neighbouring rungs have this correlation, which counts as much as so many trials. Both are guesses that a few
  // trials outweigh.
  static constexpr double a_priori = 0.8;
  static constexpr double prior_trials = 4.0;
  // What a failure counts on a rung that nobody has reached, in units of the good half.
  static constexpr double worst_without_values = 2.0;

  [[nodiscard]] static double spread(const std::vector<double>& values, const output_transform& transform);
  [[nodiscard]] static line regress(std::span<const rung_value> rows, std::size_t rung, const by_trial& below,
                                    const output_transform& transform, double unit);

  std::vector<double> z_;
  std::vector<double> correlation_;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "rung_scale.ipp"
#endif

#include "../base/strict_end.inc"
