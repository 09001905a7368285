/// \file
/// How to find a point of a discrete space that a search has not seen.
#pragma once

#include <optional>

#include "../base/config.hpp"
#include "sampler.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Whether every parameter of the space is discrete.
[[nodiscard]] bool all_discrete(const domain& space) noexcept;

/// What a search for an unknown point in a discrete space came to.
struct fresh_point {
  std::optional<point> found;  ///< an admitted point that is neither told, running nor queued
  bool exhausted = false;      ///< there is none
};

/// A point of a discrete space that is neither told, running nor queued: beside `around` where there is one, else anywhere.
/// O(d) as a rule, at most 65536 d, or what the constraint budget allows.
[[nodiscard]] fresh_point find_fresh(const ask_context& context, const point& around);

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "fresh_point.ipp"
#endif
