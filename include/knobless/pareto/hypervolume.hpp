/// \file
/// The hypervolume: how much of the space below a reference point some points dominate.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// The volume of all that is dominated by one of the points (rows of m = reference.size() values, all minimised) and dominates
/// `reference`. Exact but for rounding; infinite where it exceeds the largest number. Points that are not better than the
/// reference in all values add nothing. By sweeps for m up to 3, O(n log n) and what it takes to move staircases; for more the
/// last value is swept, and what each point adds is the volume of its box less that of what earlier points leave of it, with
/// one objective less (While, Bradstreet and Barone, A fast way of calculating exact hypervolumes, IEEE Transactions on
/// Evolutionary Computation 16(1), 2012): exponential in m at worst.
[[nodiscard]] double hypervolume(std::span<const double> points, std::span<const double> reference);

/// What the hypervolume would lose without each point: 0 for one that is dominated, equal to another, or not better than the
/// reference. O(n) hypervolumes of n points.
[[nodiscard]] std::vector<double> hypervolume_contributions(std::span<const double> points,
                                                            std::span<const double> reference);

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "hypervolume.ipp"
#endif
