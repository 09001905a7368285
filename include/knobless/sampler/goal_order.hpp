/// \file
/// Which told trials are better than others where there are several objectives, or limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../base/config.hpp"
#include "../record/history.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// The j-th value of a trial that has values.
[[nodiscard]] inline double value_of(const observation& o, std::size_t j) noexcept {
  return o.values.empty() ? o.value : o.values[j];
}

/// Orders trials, best first, by constrained domination (Deb, Pratap, Agarwal and Meyarivan, A fast and elitist multiobjective
/// genetic algorithm: NSGA-II, IEEE Transactions on Evolutionary Computation 6(2), 2002): those that keep all limits before
/// others and by the number of their front, those of a front by how far apart their neighbours on it are; then those that break
/// limits, by the sum of what they exceed them by, each in units of the mean excess of all trials so far; then pruned ones; failed
/// ones that name no limit last.
class goal_order {
 public:
  /// Takes in a told trial, for the units of the limits. O(limits).
  void hear(const history& seen, std::size_t row);

  /// A trial in the order.
  struct place {
    std::size_t row = 0;
    std::size_t front = 0;  ///< of those that keep all limits; the others have one each behind these
    double distance =
        0.0;  ///< between the neighbours on the front, of at most 1 for each objective; the largest double at its ends
  };
  /// The rows in order. O(n log n) for up to three objectives: see front_ranks.
  [[nodiscard]] const std::vector<place>& sort(const history& seen, std::span<const std::size_t> rows);

 private:
  [[nodiscard]] double excess(const history& seen, std::size_t row) const;
  void sort_kept(const history& seen);
  void spread(std::span<place> front, std::size_t objectives);

  struct scale {
    double sum = 0.0;
    double count = 0.0;
  };
  std::vector<scale> scales_;  // of each limit: what trials exceed it by, halved
  // Room that is used again.
  std::vector<place> order_;
  std::vector<double> values_;
  std::vector<std::size_t> at_;  // places of a front, by one objective
  struct broken_place {
    double excess;
    std::size_t row;
  };
  std::vector<broken_place> broken_;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "goal_order.ipp"
#endif
