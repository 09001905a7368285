/// \file
/// When a search should end because going on is not worth it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "../record/history.hpp"
#include "../space/domain.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// What a stop rule sees.
struct stop_context {
  const domain& space;     ///< that is searched
  const history& seen;     ///< its values are to be minimised
  std::uint64_t seed = 0;  ///< of the search
  std::size_t left = 0;    ///< how many trials may still be made; 0: nobody knows
};

/// What a stop rule answers, in units of the values.
struct remaining_gain {
  double expected = 0.0;    ///< by how much the trials that are left are expected to improve on the best, together
  double worthwhile = 0.0;  ///< what is not more than this is not worth going on
};

/// Says what there is to be gained, or nothing while it can't be known. Must depend on what it sees alone. `no_more_gain` of
/// analysis/no_more_gain.hpp is one.
using stop_rule = std::optional<remaining_gain> (*)(const stop_context&);

}  // namespace knobless
