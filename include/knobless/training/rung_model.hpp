/// \file
/// One Gaussian process over configurations and rungs.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

#include "../base/config.hpp"
#include "../base/random.hpp"
#include "../model/features.hpp"
#include "../model/gaussian_process.hpp"
#include "../space/domain.hpp"
#include "promotion.hpp"
#include "rung_scale.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// What trials are expected to reach at the highest rung, and what a value at a lower one would tell of that. The rung is one
/// more number of a point, placed so that neighbouring rungs have in the kernel the correlation that `rung_scale` found.
class rung_model {
 public:
  rung_model(const domain& space, const std::vector<std::size_t>& resources);
  rung_model(const rung_model&) = delete;
  rung_model& operator=(const rung_model&) = delete;

  [[nodiscard]] std::size_t top() const noexcept { return rungs_.size() - 1; }
  /// The lowest rung of at least this resource, which is the highest one's at most.
  [[nodiscard]] std::size_t rung_of(std::size_t resource) const noexcept;

  /// Takes in all values. Running legs are taken to reach their targets (resources, by trial) with what is expected of them,
  /// so that parallel ones spread. O(n^3) for at most 250 values.
  void learn(const promotion_context& context, std::span<const rung_value> rows, const rung_scale& scale,
             std::span<const std::size_t> targets, random_stream& rng);

  /// The expected value of a trial at the top.
  [[nodiscard]] double expected(std::size_t trial) const { return mean_(static_cast<Eigen::Index>(trial)); }
  /// A new point of the largest expected improvement at the top.
  [[nodiscard]] point propose(const promotion_context& context, random_stream& rng) const;
  /// Where a new point's first leg should end: the rung whose value tells most of that at the top for its price.
  [[nodiscard]] std::size_t first_rung(const point& p) const;

 private:
  void place_rungs(const rung_scale& scale);
  [[nodiscard]] point at(const point& p, std::size_t rung) const;
  [[nodiscard]] encoded encode(const point& p, std::size_t rung) const { return layout_.encode(wide_, {at(p, rung)}); }
  [[nodiscard]] static std::vector<std::size_t> select(std::span<const rung_value> rows, const std::vector<double>& z,
                                                       std::size_t count);
  static void assume(gaussian_process& model, Eigen::VectorXd& values, const encoded& one, double value);
  [[nodiscard]] std::vector<point> best(const promotion_context& context) const;

  std::vector<std::size_t> rungs_;
  domain wide_;  // the space, and the rung
  features layout_;
  gaussian_process model_;
  std::vector<double> place_;  // of a rung in the kernel
  std::size_t learnt_at_ = 0;  // how many values there were when hyperparameters were learnt
  Eigen::VectorXd known_;      // values that the model knows
  Eigen::VectorXd mean_;       // of all trials at the top
};

/// The distance at which the Matern 5/2 kernel of lengthscale 1 has this correlation. It falls with it.
[[nodiscard]] double distance_of(double correlation);

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "rung_model.ipp"
#endif

#include "../base/strict_end.inc"
