/// \file
/// Where a search for the best next point begins that has a model.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../domain.hpp"
#include "../elementary.hpp"
#include "../history.hpp"
#include "../point.hpp"
#include "../random.hpp"
#include "sobol.hpp"

#include "../detail/strict_begin.inc"

namespace knobless::detail {

/// 300 points of a scrambled Sobol sequence, and 300 from around the given ones, in turn: some of the coordinates of each,
/// moved by steps of all lengths from 0.0016 to 0.5. All are complete; not all need be admitted. O(600 d).
[[nodiscard]] inline std::vector<point> everywhere_and_around(const domain& space, const std::vector<point>& best,
                                                              random& rng) {
  constexpr std::size_t global = 300;
  constexpr std::size_t local = 300;
  constexpr double log_10 = 2.30258509299404568402;
  std::vector<point> all;
  sobol even;
  const history none(space.size());
  const std::uint64_t scrambling = rng();
  for (std::size_t i = 0; i < global; ++i) all.push_back(*even.ask({space, none, rng, scrambling, i}));
  const std::size_t d = space.size();
  for (std::size_t i = 0; i < local && !best.empty(); ++i) {
    point p = best[i % best.size()];
    const double reach = elementary::exp(log_10 * (-2.5 * rng.uniform() - 0.3));
    const double share = (std::max)(rng.uniform(), 1.0 / static_cast<double>(d));
    const auto sure = static_cast<std::size_t>(rng.below(d));
    for (std::size_t k = 0; k < d; ++k) {
      if (k != sure && rng.uniform() > share) continue;
      const parameter& q = space[k];
      if (p.active[k] == 0 || !q.numeric()) {
        p.unit[k] = rng.uniform();
        continue;
      }
      const double step = q.levels() == 0 ? reach : (std::max)(reach, 1.0 / static_cast<double>(q.levels()));
      double u = -1.0;
      for (int tries = 0; tries < 8 && !(u >= 0.0 && u <= 1.0); ++tries) u = p.unit[k] + step * rng.normal();
      p.unit[k] = (std::min)((std::max)(u, 0.0), 1.0);
    }
    space.complete(p);
    all.push_back(std::move(p));
  }
  return all;
}

}  // namespace knobless::detail

#include "../detail/strict_end.inc"
