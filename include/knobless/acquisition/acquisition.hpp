/// \file
/// What an acquisition function answers, and the one of a single Gaussian process.
#pragma once

#include <Eigen/Core>

#include "../base/config.hpp"
#include "../base/elementary.hpp"
#include "../model/features.hpp"
#include "../model/gaussian_process.hpp"
#include "../model/kernel.hpp"
#include "expected_improvement.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// How promising points are, as logarithms: larger is better. For acquisition_search, which looks for the largest.
class acquisition {
 public:
  acquisition() = default;
  acquisition(const acquisition&) = delete;
  acquisition& operator=(const acquisition&) = delete;
  virtual ~acquisition() = default;

  /// About what the scores of points (one a row) may be at most: cheap. O(n d) a point and model.
  virtual void outline(const encoded& at, Eigen::VectorXd& score) const = 0;
  /// The scores. O(n (d + n)) a point and model.
  virtual void scores(const encoded& at, Eigen::VectorXd& score) const = 0;
  /// The score of one point, and its gradient by the point's numbers. O(n (d + n)) a model.
  [[nodiscard]] virtual double score(const encoded& one, Eigen::VectorXd& by_number) const = 0;
  /// A length over which the score may change much, for a group of features.
  [[nodiscard]] virtual double lengthscale(Eigen::Index group) const = 0;
};

/// The log expected improvement of a Gaussian process on a threshold.
template <radial_kernel Kernel>
class basic_expected_gain final : public acquisition {
 public:
  /// Refers to the model.
  basic_expected_gain(const basic_gaussian_process<Kernel>& model, double threshold)
      : model_(model), threshold_(threshold) {}

  void outline(const encoded& at, Eigen::VectorXd& score) const override {
    Eigen::VectorXd deviation;
    model_.outline(at, score, deviation);
    improve(score, deviation);
  }
  void scores(const encoded& at, Eigen::VectorXd& score) const override {
    Eigen::VectorXd deviation;
    model_.predict(at, score, deviation);
    improve(score, deviation);
  }
  [[nodiscard]] double score(const encoded& one, Eigen::VectorXd& by_number) const override {
    model_.predict(one, belief_);
    const double z = (threshold_ - belief_.mean) / belief_.deviation;
    const log_improvement h = log_expected_improvement(z);
    // d log(sigma h(z)) = ((1 - z h'/h) d sigma - h'/h d mean) / sigma.
    by_number.resize(belief_.mean_slope.size());
    for (Eigen::Index f = 0; f < by_number.size(); ++f)
      by_number(f) =
          ((1.0 - h.slope * z) * belief_.deviation_slope(f) - h.slope * belief_.mean_slope(f)) / belief_.deviation;
    return h.value + elementary::log(belief_.deviation);
  }
  [[nodiscard]] double lengthscale(Eigen::Index group) const override { return model_.lengthscale(group); }

 private:
  // The means are replaced by the scores.
  void improve(Eigen::VectorXd& mean, const Eigen::VectorXd& deviation) const {
    for (Eigen::Index i = 0; i < mean.size(); ++i) {
      const double z = (threshold_ - mean(i)) / deviation(i);
      mean(i) = log_expected_improvement(z).value + elementary::log(deviation(i));
    }
  }

  const basic_gaussian_process<Kernel>& model_;
  double threshold_;
  mutable typename basic_gaussian_process<Kernel>::belief belief_;
};

/// That of the samplers.
using expected_gain = basic_expected_gain<matern_5_2>;

}  // namespace knobless::detail

#include "../base/strict_end.inc"
