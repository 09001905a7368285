/// \file
/// All points of a small discrete space.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "../base/config.hpp"
#include "sampler.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Knows which points of a space are left where there are few, and what to do when there are none.
class finite_space {
 public:
  /// Counts the points that the space admits. O(points d) where its levels have at most 4096 combinations; else it counts as
  /// infinite, O(d).
  explicit finite_space(const domain& space);

  [[nodiscard]] bool finite() const noexcept { return !points_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return points_.size(); }

  /// Takes in what was told. O(log points) a trial.
  void hear(const history& seen);

  /// Whether p was neither told nor is running. O(log points + pending).
  [[nodiscard]] bool fresh(const history& seen, const point& p) const;

  /// A fresh point, by chance; nothing if there is none. O(points).
  [[nodiscard]] std::optional<point> any(const ask_context& context) const;

  /// Whether all points are told or running.
  [[nodiscard]] bool exhausted(const history& seen) const;

  /// What to evaluate again in an exhausted space: the best point once, to see whether values are noisy. If they are, the
  /// point with the lowest confidence bound of its mean, else nothing. O(points).
  [[nodiscard]] std::optional<point> again(const history& seen) const;

 private:
  struct place {
    std::uint64_t hash = 0;
    point where;
    // Of the complete trials told there.
    std::size_t told = 0;
    double mean = 0.0;
    double squares = 0.0;  // of the distances from the mean, summed
    bool failed = false;
  };
  [[nodiscard]] std::size_t find(const point& p) const;

  std::vector<place> points_;  // by hash
  std::size_t heard_ = 0;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "finite_space.ipp"
#endif
