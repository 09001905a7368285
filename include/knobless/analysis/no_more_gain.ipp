#pragma once

#include "no_more_gain.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "../acquisition/expected_improvement.hpp"
#include "../base/random.hpp"
#include "../base/random_streams.hpp"
#include "../sampler/gp_ei.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {
KNOBLESS_INLINE std::optional<remaining_gain> no_more_gain(const stop_context& context) {
  const history& seen = context.seen;
  constexpr std::size_t first = 20;
  constexpr double least_share = 1e-3;  // of what was gained: less is not worth going on
  if (seen.complete() < (std::max)(first, 2 * context.space.size() + 10) || !seen.best()) return std::nullopt;
  // What the search knew before it knew anything: the median of the first values. Ranks, so one of them may be anything.
  std::vector<double> begin;
  for (std::size_t i = 0; begin.size() < first; ++i)
    if (seen[i].state == trial_state::complete) begin.push_back(seen[i].value);
  const auto middle = begin.begin() + first / 2;
  std::nth_element(begin.begin(), middle, begin.end());
  const double gained = *middle - seen[*seen.best()].value;

  random_stream rng(context.seed, detail::streams::stopping(seen.size()));
  const auto one_more = gp_ei{}.expect({context.space, seen, rng, context.seed, 0, seen.size()});
  if (!one_more || !(gained > 0.0)) return std::nullopt;
  const std::size_t left = context.left != 0 ? context.left : seen.size();
  return remaining_gain{detail::largest_improvement(one_more->lead, one_more->deviation, static_cast<double>(left)),
                        (std::max)(one_more->noise, least_share * gained)};
}

}  // namespace knobless

#include "../base/strict_end.inc"
