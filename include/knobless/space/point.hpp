/// \file
/// A point of a search space: coordinates in the unit cube and an explicit mask of which of them count.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../base/fwd.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Coordinates in [0, 1] and, for each, whether it is active. An inactive coordinate has no influence; by convention it
/// is 0. The mask is explicit, since a NaN as a marker is lost under -ffast-math.
struct point {
  std::vector<double> unit;           ///< coordinates in [0, 1]
  std::vector<unsigned char> active;  ///< for each, 1 or 0
  /// The values that a user gave where coordinates don't return them to the bit: one for each coordinate, or none at all.
  /// Read by domain::natural(), which passes over those whose coordinate was changed since.
  std::vector<double> given;

  point() = default;
  /// A point of `dimensions` inactive coordinates.
  explicit point(std::size_t dimensions) : unit(dimensions, 0.0), active(dimensions, 0) {}

  /// Number of coordinates.
  [[nodiscard]] std::size_t size() const noexcept { return unit.size(); }
  /// Whether both are the same place, however their values were given.
  [[nodiscard]] friend bool operator==(const point& a, const point& b) {
    return a.unit == b.unit && a.active == b.active;
  }
};

/// The place of a point, for readers that need no copy. What it was made of has to stay where it is.
struct point_view {
  std::span<const double> unit;           ///< as point::unit
  std::span<const unsigned char> active;  ///< as point::active

  /// Of coordinates and a mask, as many of the one as of the other.
  point_view(std::span<const double> coordinates, std::span<const unsigned char> mask) noexcept
      : unit(coordinates), active(mask) {}
  /// Of a point.
  point_view(const point& p) noexcept : unit(p.unit), active(p.active) {}

  /// Number of coordinates.
  [[nodiscard]] std::size_t size() const noexcept { return unit.size(); }
};

namespace detail {

/// A number that differs between points, but for chance. O(d).
[[nodiscard]] inline std::uint64_t point_hash(point_view p) noexcept {
  // NOLINTBEGIN(readability-magic-numbers): the golden ratio, and the mixing of splitmix64
  std::uint64_t h = 0x9E3779B97F4A7C15U;
  for (std::size_t k = 0; k < p.size(); ++k) {
    h ^= std::bit_cast<std::uint64_t>(p.unit[k]) + p.active[k];
    h *= 0xBF58476D1CE4E5B9U;
    h ^= h >> 29U;
  }
  // NOLINTEND(readability-magic-numbers)
  return h;
}

}  // namespace detail
}  // namespace knobless
