/// \file
/// Where a search for the best next point begins that has a model.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "../base/elementary.hpp"
#include "../base/random.hpp"
#include "../space/point.hpp"
#include "admission.hpp"
#include "admitted_walk.hpp"
#include "sampler.hpp"
#include "sobol.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// The point with some of its coordinates moved by steps of one length, which is drawn from 0.0016 to 0.5: numbers to another place
/// within the bounds, levels and what was inactive to anywhere. At least one is moved. O(d).
[[nodiscard]] inline point step_around(const domain& space, random_stream& rng, point p) {
  constexpr double log_10 = 2.30258509299404568402;
  constexpr double decades = -2.5;  // the shortest step: 10^-2.8
  constexpr double longest = -0.3;  // the longest: 10^-0.3
  constexpr int most_tries = 8;     // for a step that ends within the bounds
  const std::size_t d = space.size();
  const double reach = elementary::exp(log_10 * (decades * rng.uniform() + longest));
  const double share = (std::max)(rng.uniform(), 1.0 / static_cast<double>(d));
  const auto sure = detail::to_size(rng.below(d));
  for (std::size_t k = 0; k < d; ++k) {
    if (k != sure && rng.uniform() > share) continue;
    const parameter& q = space[k];
    if (p.active[k] == 0 || !q.numeric()) {
      p.unit[k] = rng.uniform();
      continue;
    }
    const double step = q.levels() == 0 ? reach : (std::max)(reach, 1.0 / static_cast<double>(q.levels()));
    double u = -1.0;
    for (int tries = 0; tries < most_tries && !(u >= 0.0 && u <= 1.0); ++tries) u = p.unit[k] + step * rng.normal();
    p.unit[k] = (std::min)((std::max)(u, 0.0), 1.0);
  }
  space.complete(p);
  return p;
}

/// Points that may be proposed next: 300 of a scrambled Sobol sequence, and 300 from around the given ones, in turn: some of the
/// coordinates of each, moved by steps of all lengths from 0.0016 to 0.5. All are complete and admitted. Constraints leave fewer:
/// up to 1200 of the sequence are tried, 64 where none of these is admitted; where few are, 64 steps of random walks from the
/// given points stand in. O(600 d).
[[nodiscard]] inline std::vector<point> everywhere_and_around(const ask_context& context,
                                                              const std::vector<point>& best) {
  constexpr std::size_t global = 300;
  constexpr std::size_t local = 300;
  constexpr std::size_t most_tried = 1200;
  constexpr std::size_t hopeless = 64;
  constexpr std::size_t walks = 64;
  const domain& space = context.space;
  random_stream& rng = context.rng;
  const bool constrained = space.constrained();
  admission constraints(context);
  std::vector<point> all;
  sobol even;
  even.begin(space.size(), rng());
  for (std::size_t tried = 0; all.size() < global && tried < most_tried && (tried < hopeless || !all.empty());
       ++tried) {
    point p;
    even.next(space, rng, p);
    if (!constrained || constraints.admits(p)) all.push_back(std::move(p));
  }
  const bool rare = all.size() < walks;
  for (std::size_t i = 0; i < local && !best.empty(); ++i) {
    point p = step_around(space, rng, best[i % best.size()]);
    if (!constrained || constraints.admits(p)) all.push_back(std::move(p));
  }
  admitted_walk walk(constraints);
  for (std::size_t i = 0; rare && i < walks && !best.empty(); ++i)
    if (std::optional<point> p = walk.step(best[i % best.size()])) all.push_back(std::move(*p));
  return all;
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
