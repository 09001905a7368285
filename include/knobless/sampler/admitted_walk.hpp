/// \file
/// A random walk among admitted points.
#pragma once

#include <cstddef>
#include <optional>

#include "../base/config.hpp"
#include "admission.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// From a point that is known to be admitted to others.
///
/// A constraint says yes or no and nothing else, so there is no direction to follow. A walk by intervals that shrink (Neal,
/// Slice sampling, Annals of Statistics 31(3), 2003) needs some ten calls a step however rare admitted points are. Three kinds
/// of step make up for sets that are thin: two parameters that change against each other (a sum stays what it was), the
/// difference of two admitted points, and single levels.
class admitted_walk {
 public:
  /// Refers to `constraints`.
  explicit admitted_walk(admission& constraints) : constraints_(constraints) {}

  /// A step from an admitted point; nothing if it led nowhere. At most 24 calls.
  [[nodiscard]] std::optional<point> step(const point& from);
  /// So many steps, until they have made so many calls.
  void walk(point& at, std::size_t steps, std::size_t calls);
  /// From a known admitted point, which there must be, until it comes to a point that is not known, or has made so many calls.
  [[nodiscard]] std::optional<point> walk_on(std::size_t calls);

 private:
  /// A candidate on a line through `at`, for a t between low and high; the interval shrinks to 0 until one is admitted.
  template <class Place>
  [[nodiscard]] std::optional<point> on_line(const point& at, double low, double high, const Place& place);
  [[nodiscard]] std::optional<point> step_one(const point& at);
  [[nodiscard]] std::optional<point> step_all(const point& at);
  [[nodiscard]] std::optional<point> step_exchange(const point& at);
  [[nodiscard]] std::optional<point> step_difference(const point& at);

  [[nodiscard]] const domain& space() const noexcept { return constraints_.space(); }
  [[nodiscard]] random_stream& rng() const noexcept { return constraints_.rng(); }
  [[nodiscard]] bool admits(const point& p) { return constraints_.admits(p); }

  admission& constraints_;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "admitted_walk.ipp"
#endif
