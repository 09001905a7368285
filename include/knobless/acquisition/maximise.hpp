/// \file
/// Where a model expects the most: the maximum of an acquisition function over a search space.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "../base/config.hpp"
#include "../model/features.hpp"
#include "../space/domain.hpp"
#include "../space/point.hpp"
#include "acquisition.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// The largest value of an acquisition function.
///
/// Candidates (from all over the space and from around the best points) are ranked by a cheap upper bound, the best of these
/// exactly. The leaders climb: the continuous coordinates together by a quasi-Newton method in units of the lengthscales,
/// discrete ones singly by trying their levels, in turns until neither gains. Only points that `eligible` allows are
/// returned.
class acquisition_search {
 public:
  using predicate = std::function<bool(const point&)>;

  /// Refers to its arguments.
  acquisition_search(const domain& space, const features& layout, const acquisition& wanted)
      : space_(space), layout_(layout), wanted_(wanted) {}

  /// The best point found from these candidates, all of them eligible; at least one.
  /// O(candidates n d + leaders climbs (n d + n^2)) for each model.
  [[nodiscard]] point find(std::vector<point> candidates, const predicate& eligible);

 private:
  static constexpr std::uint64_t most_levels_tried = 20;

  struct scored {
    double score;
    std::size_t index;
  };

  [[nodiscard]] static std::vector<scored> rank(const Eigen::VectorXd& scores);
  [[nodiscard]] static std::vector<std::uint64_t> other_levels(const parameter& of, std::uint64_t here);
  [[nodiscard]] point with_level(point p, std::size_t k, std::uint64_t level) const;
  [[nodiscard]] double score(const point& p);
  /// Each returns the score of p, which they may have replaced by a better one.
  double climb_continuous(point& p, double present, int iterations, const predicate& eligible);
  double climb_discrete(point& p, double present, const predicate& eligible);

  const domain& space_;
  const features& layout_;
  const acquisition& wanted_;
  Eigen::VectorXd by_number_;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "maximise.ipp"
#endif
