/// \file
/// Steps of a local quadratic model.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <optional>
#include <vector>

#include "../base/config.hpp"
#include "../model/constants.hpp"
#include "../space/point.hpp"
#include "sampler.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Proposes where a local quadratic model of the told points has its minimum within a box around the best of them, in the
/// manner of BOBYQA (Powell, The BOBYQA algorithm for bound constrained optimization without derivatives, 2009): the box
/// grows where the model was right and shrinks where it was wrong. Parameters with few levels stay as they are at the best
/// point, and only points that agree with it there teach the model.
///
/// It speaks when it has something to say, so it is no sampler by itself: where the points come from that teach it is
/// somebody else's business.
class trust_region {
 public:
  trust_region() = default;
  explicit trust_region(const trust_region_constants& constants) : constants_(constants) {}

  /// The next step; nothing while its last one is running, with fewer than 2 d + 2 points, or where no step is worth a trial.
  /// O(n log n + m^2 (m + d)) for n told trials, with m = min(n, (d + 1) (d + 2), 300).
  [[nodiscard]] std::optional<point> ask(const ask_context& context);

  /// Takes in what was told of its last step.
  void hear(const history& seen);

  /// How many of its latest steps in a row gained less than a tenth of what the model had promised.
  [[nodiscard]] std::size_t failures() const noexcept { return failures_; }
  /// Whether a step of it was not told yet.
  [[nodiscard]] bool running() const noexcept { return running_; }

 private:
  static constexpr double largest_radius = 0.5;
  static constexpr std::size_t most_points = 300;
  /// A step promises at least so much of the distance between the median and the best value.
  static constexpr double least_promise = 1e-6;
  /// Integers with more levels move as if they were continuous.
  static constexpr std::size_t few_levels = 20;

  [[nodiscard]] bool waits(const history& seen);
  [[nodiscard]] static std::vector<std::size_t> moving(const domain& space, const observation& best);
  [[nodiscard]] static std::optional<std::size_t> best_of(const history& seen, const std::vector<std::size_t>& strays);
  [[nodiscard]] static std::vector<std::size_t> neighbours(const history& seen, const observation& best,
                                                           const std::vector<std::size_t>& moving,
                                                           const std::vector<std::size_t>& strays);
  [[nodiscard]] static double median(const history& seen);
  void move_box(const observation& best, const std::vector<std::size_t>& moving);
  [[nodiscard]] double minimum(const history& seen, const observation& best, const std::vector<std::size_t>& moving,
                               const std::vector<std::size_t>& rows, Eigen::VectorXd& z) const;

  trust_region_constants constants_;

  std::size_t heard_ = 0;  // rows of the history
  bool running_ = false;
  // The last step.
  std::size_t number_ = 0;  // of its trial
  double before_ = 0.0;     // the best value then
  double promised_ = 0.0;
  bool to_border_ = false;
  // The box.
  point centre_;
  double radius_ = constants_.first_radius;
  std::size_t failures_ = 0;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "trust_region.ipp"
#endif
