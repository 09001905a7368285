/// \file
/// The space that no point of a front dominates, cut into boxes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// All that dominates `reference` and that no given point (rows of m = reference.size() values, to be minimised) dominates or
/// equals, as boxes that do not overlap. What a new point y adds to the hypervolume is then the sum over the boxes of
/// prod_j max(0, upper_j - max(lower_j, y_j)), which is why expected improvements need them (Daulton, Balandat and Bakshy,
/// Differentiable expected hypervolume improvement for parallel multi-objective Bayesian optimization, NeurIPS 2020).
///
/// The last value is swept: the boxes of the others that a point cuts end there, and what is left of them begins. n + 1 boxes
/// for m = 2, 2 n + 1 for m = 3 (as Yang, Emmerich, Deutz and Baeck, Efficient computation of expected hypervolume
/// improvement using box decomposition algorithms, Journal of Global Optimization 75, 2019), O(n^2) for m = 4, one for m = 1.
class front_boxes {
 public:
  static constexpr std::size_t most_objectives = 4;

  /// Corners, as indices of levels(j): level 0 is minus infinity.
  struct box {
    std::array<std::uint32_t, most_objectives> lower{};
    std::array<std::uint32_t, most_objectives> upper{};
  };

  /// m from 1 to 4. O(n boxes).
  front_boxes(std::span<const double> points, std::span<const double> reference);

  [[nodiscard]] std::size_t objectives() const noexcept { return levels_.size(); }
  [[nodiscard]] std::span<const box> boxes() const noexcept { return closed_; }
  /// The coordinates at which boxes begin and end, ascending: minus infinity (the lowest double), those of the points, the
  /// reference's.
  [[nodiscard]] std::span<const double> levels(std::size_t j) const noexcept { return levels_[j]; }

 private:
  using corner = std::array<std::uint32_t, most_objectives>;

  void insert(const corner& p);
  void keep_pieces(const box& cut, const corner& p, std::vector<box>& pieces) const;
  static void merge(std::vector<box>& pieces, std::size_t objectives);

  std::vector<std::vector<double>> levels_;
  std::vector<box> open_;
  std::vector<box> closed_;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "boxes.ipp"
#endif
