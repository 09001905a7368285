/// \file
/// Which points no other point is better than: the Pareto front, and the fronts behind it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Points here are rows of m values each, one after another, all of them to be minimised. NaN is not meant.

/// Whether `a` is nowhere worse than `b`, and better somewhere. O(m).
[[nodiscard]] inline bool dominates(std::span<const double> a, std::span<const double> b) noexcept {
  bool better = false;
  for (std::size_t j = 0; j < a.size(); ++j) {
    if (a[j] > b[j]) return false;
    better = better || a[j] < b[j];
  }
  return better;
}

/// For each point the number of its front: 0 where no point dominates it, 1 where only points of front 0 do, and so on. Equal
/// points are in the same front. Points are added in lexicographic order, and a binary search finds the first front that does
/// not dominate the new one (Zhang, Tian, Cheng and Jin, An efficient approach to nondominated sorting for evolutionary
/// multiobjective optimization, IEEE Transactions on Evolutionary Computation 19(2), 2015); with up to three objectives a front
/// answers by a binary search, too. O(n log n) for m = 2, O(n log^2 n) and what it takes to move staircases for m = 3,
/// O(n^2 m) at most for more.
[[nodiscard]] std::vector<std::size_t> front_ranks(std::span<const double> points, std::size_t m);

/// Indices of the points that no point dominates, ascending; all of them where points are equal. O(n log n) for m up to 3,
/// O(n front m) for more.
[[nodiscard]] std::vector<std::size_t> front_of(std::span<const double> points, std::size_t m);

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "front.ipp"
#endif
