/// \file
/// Random search: every point is drawn uniformly from the unit cube.
#pragma once

#include <cstddef>
#include <optional>

#include "../sampler.hpp"

namespace knobless {

namespace detail {

/// A uniform point that keeps the constraints, or the last one drawn where `tries` draws found none; in the storage of `p`.
/// O(tries * d).
[[nodiscard]] inline point random_point(const domain& space, random& rng, std::size_t tries = 1000, point p = {}) {
  p.unit.resize(space.size());
  for (std::size_t left = tries; left > 0; --left) {
    for (double& u : p.unit) u = rng.uniform();
    space.complete(p);
    if (space.admits(p)) break;
  }
  return p;
}

}  // namespace detail

/// Independent uniform points: the baseline (Bergstra and Bengio, Random search for hyper-parameter optimization, JMLR
/// 2012). O(d) an ask.
class random_search {
 public:
  /// A point that keeps the constraints, or the last of 1000 where none did.
  [[nodiscard]] std::optional<point> ask(const ask_context& context) const {
    return detail::random_point(context.space, context.rng, 1000, context.blank());
  }
};

}  // namespace knobless
