#pragma once

#include "grid.hpp"

#include <algorithm>

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {

KNOBLESS_INLINE void grid::place(const domain& space, const std::vector<std::uint64_t>& sizes,
                                 const std::vector<std::uint64_t>& wheel, point& at) {
  at = point(space.size());
  for (std::size_t k = 0; k < space.size(); ++k)
    at.unit[k] = space[k].levels() == sizes[k] ? space[k].unit_of_level(wheel[k])
                                               : (static_cast<double>(wheel[k]) + 0.5) / static_cast<double>(sizes[k]);
  space.complete(at);
}

KNOBLESS_INLINE bool grid::advance(const domain& space, const std::vector<std::uint64_t>& sizes,
                                   std::vector<std::uint64_t>& wheel, point& at) {
  // Only active wheels turn: the others stay at 0.
  for (std::size_t k = wheel.size(); k-- > 0;) {
    if (at.active[k] == 0) continue;
    if (++wheel[k] < sizes[k]) {
      place(space, sizes, wheel, at);
      return true;
    }
    wheel[k] = 0;
  }
  return false;
}

KNOBLESS_INLINE bool grid::fits(const domain& space, const std::vector<std::uint64_t>& sizes, std::size_t points) {
  std::vector<std::uint64_t> wheel(space.size(), 0);
  point at;
  place(space, sizes, wheel, at);
  std::size_t count = 1;
  while (count <= points && advance(space, sizes, wheel, at)) ++count;
  return count <= points;
}

// How many values of a parameter a grid has that wants so many of each. Categories are never thinned out: there is nothing
// between them.
KNOBLESS_INLINE std::uint64_t grid::size_of(const parameter& p, std::uint64_t wanted) {
  if (p.levels() == 0) return wanted;
  return p.numeric() ? (std::min)(p.levels(), wanted) : p.levels();
}

KNOBLESS_INLINE std::vector<std::uint64_t> grid::resolution(const domain& space) const {
  constexpr std::uint64_t of_continuous = 10;
  const std::size_t d = space.size();
  std::vector<std::uint64_t> sizes(d);
  if (points_ == 0) {
    for (std::size_t k = 0; k < d; ++k) sizes[k] = space[k].continuous() ? of_continuous : space[k].levels();
    return sizes;
  }
  const auto set = [&](std::uint64_t wanted) {
    for (std::size_t k = 0; k < d; ++k) sizes[k] = size_of(space[k], wanted);
  };
  std::uint64_t wanted = 1;
  for (set(2); fits(space, sizes, points_); set(wanted + 1)) {
    ++wanted;
    bool finer = false;
    for (std::size_t k = 0; k < d; ++k) finer = finer || size_of(space[k], wanted + 1) > sizes[k];
    if (!finer) break;
  }
  set(wanted);
  for (std::size_t k = 0; k < d; ++k) {
    if (size_of(space[k], wanted + 1) == sizes[k]) continue;
    ++sizes[k];
    if (!fits(space, sizes, points_)) --sizes[k];
  }
  return sizes;
}

KNOBLESS_INLINE std::optional<point> grid::ask(const ask_context& context) {
  const domain& space = context.space;
  if (begun_ && epoch_ != context.seen.epoch()) {
    // Another space: its grid begins at its first point.
    begun_ = false;
    before_ = context.proposed;
  }
  // Points against the constraints that are passed over: in an ask, and where a study is resumed. Beyond that the study finds
  // another point, which the grid passes over when it comes there.
  constexpr std::size_t most_broken = 16384;
  constexpr std::size_t most_broken_before = std::size_t{1} << 20U;
  std::size_t broken = 0;
  const auto pass_over = [&](std::size_t most) {
    for (; !over_ && broken < most && !space.admits(at_); ++broken) over_ = !advance(space, sizes_, wheel_, at_);
  };
  if (!begun_ || given_ != context.proposed) {
    sizes_ = resolution(space);
    wheel_.assign(space.size(), 0);
    epoch_ = context.seen.epoch();
    begun_ = true;
    place(space, sizes_, wheel_, at_);
    over_ = false;
    for (std::size_t skipped = before_; !over_ && skipped != context.proposed; ++skipped) {
      pass_over(most_broken_before);
      if (!over_) over_ = !advance(space, sizes_, wheel_, at_);
    }
    given_ = context.proposed;
    broken = 0;
  }
  for (pass_over(most_broken); !over_ && context.known(at_); pass_over(most_broken))
    over_ = !advance(space, sizes_, wheel_, at_);
  if (over_) return std::nullopt;
  point next = at_;
  ++given_;
  over_ = !advance(space, sizes_, wheel_, at_);
  return next;
}

}  // namespace knobless

#include "../base/strict_end.inc"
