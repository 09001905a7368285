/// \file
/// What keeps the normal distribution of CMA-ES within the space, and wide enough for integers.
#pragma once

#include "../../base/config.hpp"
#include "../../model/search_distribution.hpp"
#include "../../space/domain.hpp"
#include "coordinates.hpp"

namespace knobless::inline KNOBLESS_ABI::detail::cma {

/// Moves the mean into the space and shrinks the step size until no deviation exceeds a third of the space. O(d).
void keep_inside(const coordinates& axes, search_distribution& distribution);

/// Widens the deviations of integers that would leave the mean's level with less than the margin's probability (CMA-ES with
/// margin: Hamano et al., GECCO 2022). O(d).
void keep_margin(const domain& space, const coordinates& axes, search_distribution& distribution);

/// Moves the integers of a parent that differ from the mean's to the middle of their cell: else steps within a cell are mistaken
/// for progress (Marty et al., LION 2024). O(d).
void centre_changed_integers(const domain& space, const coordinates& axes, const search_distribution& distribution,
                             double* gene);

}  // namespace knobless::detail::cma

#ifndef KNOBLESS_COMPILED
#include "margin.ipp"
#endif
