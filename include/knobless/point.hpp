/// \file
/// A point of a search space: coordinates in the unit cube and an explicit mask of which of them count.
#pragma once

#include <cstddef>
#include <vector>

namespace knobless {

/// Coordinates in [0, 1] and, for each, whether it is active. An inactive coordinate has no influence; by convention it
/// is 0. The mask is explicit, since a NaN as a marker is lost under -ffast-math.
struct point {
  std::vector<double> unit;
  std::vector<unsigned char> active;

  point() = default;
  /// A point of `dimensions` inactive coordinates.
  explicit point(std::size_t dimensions) : unit(dimensions, 0.0), active(dimensions, 0) {}

  [[nodiscard]] std::size_t size() const noexcept { return unit.size(); }
  [[nodiscard]] friend bool operator==(const point&, const point&) = default;
};

}  // namespace knobless
