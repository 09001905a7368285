/// \file
/// What a point is worth where there are several goals: objectives to be minimised, and limits to be kept.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <optional>
#include <vector>

#include "../base/config.hpp"
#include "../model/features.hpp"
#include "../model/gaussian_process.hpp"
#include "acquisition.hpp"
#include "feasibility.hpp"
#include "hypervolume_improvement.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// The log expected hypervolume improvement, plus the log probability that all limits are kept, each by a Gaussian process of
/// its own (Gardner et al., Bayesian optimization with inequality constraints, ICML 2014; in logarithms: Ament et al., NeurIPS
/// 2023). Without an improvement, while nothing feasible is known, the probability alone.
class goal_gain final : public acquisition {
 public:
  /// Models of the objectives and of the limits, which are kept where the model's value is at most 0; refers to them. At least one
  /// of either.
  goal_gain(std::vector<const gaussian_process*> objectives, std::optional<hypervolume_improvement> improvement,
            std::vector<const gaussian_process*> limits);

  void outline(const encoded& at, Eigen::VectorXd& score) const override;
  void scores(const encoded& at, Eigen::VectorXd& score) const override;
  [[nodiscard]] double score(const encoded& one, Eigen::VectorXd& by_number) const override;
  /// The geometric mean of the models'.
  [[nodiscard]] double lengthscale(Eigen::Index group) const override;

 private:
  template <class Predict>
  void score_with(Eigen::VectorXd& score, Predict&& predict) const;

  std::vector<const gaussian_process*> objectives_;
  std::vector<const gaussian_process*> limits_;
  mutable std::optional<hypervolume_improvement> improvement_;
  mutable std::vector<gaussian_process::belief> beliefs_;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "goal_gain.ipp"
#endif
