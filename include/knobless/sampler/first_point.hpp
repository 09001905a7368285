/// \file
/// Where a search begins that knows nothing yet.
#pragma once

#include <cstddef>

#include "latin_hypercube.hpp"
#include "sampler.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// One of the n first points: the centre of the space (who sets bounds by hand puts the best guess in the middle), then a
/// Latin hypercube (few independent points leave large holes). O(n d).
[[nodiscard]] inline point first_point(const ask_context& context, std::size_t n) {
  const domain& space = context.space;
  if (context.proposed == 0) {
    point centre(space.size());
    for (std::size_t k = 0; k < space.size(); ++k) centre.unit[k] = space[k].numeric() ? 0.5 : context.rng.uniform();
    space.complete(centre);
    if (space.admits(centre)) return centre;
  }
  return *latin_hypercube(n).ask(context);
}

}  // namespace knobless::detail
