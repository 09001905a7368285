#pragma once

#include "fresh_point.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "admitted_point.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

KNOBLESS_INLINE bool all_discrete(const domain& space) noexcept {
  return std::none_of(space.begin(), space.end(), [](const parameter& p) { return p.continuous(); });
}

// One parameter, a level or a few away: the unknown points beside a good one are worth most.
[[nodiscard]] inline std::optional<point> fresh_neighbour(const ask_context& context, const point& around) {
  constexpr std::uint64_t tries = 32;
  const domain& space = context.space;
  for (std::uint64_t i = 0; i < tries; ++i) {
    const auto k = detail::to_size(context.rng.below(space.size()));
    const std::uint64_t levels = space[k].levels();
    if (around.active[k] == 0 || levels < 2) continue;
    const std::uint64_t level = space[k].level(around.unit[k]);
    const std::uint64_t step =
        space[k].numeric() ? 1 + context.rng.below(1 + i / 8) : 1 + context.rng.below(levels - 1);
    const bool up = context.rng.below(2) == 0;
    std::uint64_t next = (level + step) % levels;
    if (space[k].numeric()) {
      if (up ? levels - 1 - level < step : level < step) continue;
      next = up ? level + step : level - step;
    }
    point p = around;
    p.unit[k] = space[k].unit_of_level(next);
    space.complete(p);
    if (!context.known(p) && space.admits(p)) return p;
  }
  return std::nullopt;
}

// All points one after another, as an odometer counts, from a random one.
[[nodiscard]] inline fresh_point fresh_anywhere(const ask_context& context) {
  constexpr std::uint64_t most = 65536;
  const domain& space = context.space;
  std::vector<std::uint64_t> wheel(space.size());
  std::uint64_t left = 1;
  for (std::size_t k = 0; k < space.size(); ++k) {
    wheel[k] = context.rng.below(space[k].levels());
    left = space[k].levels() > most / left ? most + 1 : left * space[k].levels();
  }
  const bool all = left <= most;
  for (left = (std::min)(left, most); left > 0; --left) {
    point p(space.size());
    for (std::size_t k = 0; k < space.size(); ++k) p.unit[k] = space[k].unit_of_level(wheel[k]);
    space.complete(p);
    if (!context.known(p)) return {std::move(p), false};
    for (std::size_t k = space.size(); k-- > 0;) {
      if (++wheel[k] < space[k].levels()) break;
      wheel[k] = 0;
    }
  }
  return {std::nullopt, all};
}

KNOBLESS_INLINE fresh_point find_fresh(const ask_context& context, const point& around) {
  if (std::optional<point> beside = fresh_neighbour(context, around)) return {std::move(beside), false};
  if (context.space.constrained()) {
    admitted_points constraints(context);
    std::optional<point> found = constraints.search(around);
    const bool exhausted = !found && constraints.tried_all();
    return {std::move(found), exhausted};
  }
  return fresh_anywhere(context);
}

}  // namespace knobless::detail
