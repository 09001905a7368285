/// \file
/// What a model believes of single parameters and of pairs: their effects on a value, averaged over all others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "../base/config.hpp"
#include "../record/record.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// A place on the axis of a parameter, and what is believed of the objective there, in the user's direction.
struct effect_point {
  double at = 0.0;    ///< the number, or the level
  double mean = 0.0;  ///< the value expected, averaged over the other parameters
  double low = 0.0;   ///< a standard deviation below
  double high = 0.0;  ///< a standard deviation above
};

/// The effect of one parameter on one objective where it is active.
struct marginal_effect {
  std::size_t objective = 0;        ///< on which
  std::size_t parameter = 0;        ///< of which
  std::vector<effect_point> curve;  ///< in rising order
};

/// The effect of two parameters together, on a grid.
struct pair_surface {
  std::size_t objective = 0;      ///< on which
  std::size_t first = 0;          ///< a parameter
  std::size_t second = 0;         ///< another one
  std::vector<double> first_at;   ///< its numbers or levels
  std::vector<double> second_at;  ///< the same
  std::vector<double>
      mean;  ///< the values expected: for each of first_at those of all second_at; NaN where one is inactive
};

namespace detail {

/// What the model says of one objective.
struct model_effects {
  std::vector<marginal_effect> marginals;  ///< of each parameter that can vary
  std::vector<pair_surface> surfaces;      ///< of the pairs that were asked for, where both can be active at once
  double noise = 0.0;                      ///< standard deviation of the answers at one point
};

/// Fits a Gaussian process to the complete trials within the present bounds, of more than 128 the better ones and an even share
/// of the rest, whose worst tenth counts as equally bad, and averages its beliefs over random points of the space (partial dependence: Friedman, Greedy function
/// approximation: a gradient boosting machine, Annals of Statistics 29(5), 2001, section 8.2). The uncertainty is the mean of
/// the model's variances, which is more than the variance of the mean (Moosbauer et al., Explaining hyperparameter optimization
/// via partial dependence plots, NeurIPS 2021). Nothing with fewer than 10 such trials, and where their values are alike.
/// O(n^3 + d n^2) for n = min(trials, 128).
[[nodiscard]] std::optional<model_effects> effects_on(const record& happened, std::size_t objective,
                                                      std::span<const std::pair<std::size_t, std::size_t>> pairs);

}  // namespace detail
}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "effects.ipp"
#endif
