/// \file
/// How CMA-ES divides the coordinates of a search space.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "../../base/elementary.hpp"
#include "../../space/domain.hpp"

namespace knobless::inline KNOBLESS_ABI::detail::cma {

/// With which probability all discrete coordinates together stay where the distribution's mean is, in the narrowest
/// distribution that the margin allows (CatCMA: Hamano et al., GECCO 2024, its least probability of a category; CatCMA with
/// margin, GECCO 2025, for integers too).
inline constexpr double all_stay = 0.73;

/// Which coordinates of a space have a normal distribution and which are categories.
struct coordinates {
  std::size_t dimensions = 0;           ///< of the space
  std::vector<std::size_t> numeric;     ///< have a normal distribution
  std::vector<std::size_t> categories;  ///< have a probability for each level
  std::size_t normals = 1;   ///< dimensions of the normal distribution; it needs one even where nothing is numeric
  std::size_t discrete = 0;  ///< how many have levels: integers, steps, categories
  bool plain = true;         ///< all numeric, none conditional
  double margin = 0.0;       ///< the least probability that a discrete coordinate leaves its level

  coordinates() = default;
  /// Those of a space. O(d).
  explicit coordinates(const domain& space) : dimensions(space.size()) {
    for (std::size_t k = 0; k < dimensions; ++k) {
      (space[k].numeric() ? numeric : categories).push_back(k);
      if (!space[k].continuous()) ++discrete;
    }
    normals = (std::max)(numeric.size(), std::size_t{1});
    plain = !space.conditional() && categories.empty();
    if (discrete > 0) margin = 1.0 - elementary::exp(elementary::log(all_stay) / static_cast<double>(discrete));
  }

  /// Whether the space has a finite number of points.
  [[nodiscard]] bool all_discrete() const noexcept { return discrete == dimensions; }
};

}  // namespace knobless::detail::cma
