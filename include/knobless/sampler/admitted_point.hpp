/// \file
/// How to find points that the constraints admit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "../base/config.hpp"
#include "sampler.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// A uniform point, admitted or not; in the storage of `p`. O(d).
[[nodiscard]] inline point uniform_point(const domain& space, random_stream& rng, point p = {}) {
  p.unit.resize(space.size());
  for (double& u : p.unit) u = rng.uniform();
  space.complete(p);
  return p;
}

/// Finds points that the constraints admit, and counts how often it calls them.
///
/// A constraint says yes or no and nothing else, so there is no direction to follow; what helps is a point that is known to be
/// admitted (told, running or queued). From there a random walk by intervals that shrink (Neal, Slice sampling, Annals of
/// Statistics 31(3), 2003) needs some ten calls a step however rare admitted points are. Three kinds of step make up for sets
/// that are thin: two parameters that change against each other (a sum stays what it was), the difference of two admitted
/// points, and single levels.
class admitted_points {
 public:
  /// For an ask: its constraint budget is shared by all that look for admitted points in it.
  explicit admitted_points(const ask_context& context);

  /// Whether the constraints admit p, within the budget: false when that is used up. One call.
  [[nodiscard]] bool admits(const point& p);

  /// `wish` where it is admitted, else one of at most 200 uniform points, else the end of a walk from a known admitted point
  /// toward `wish` and on. Some 600 calls at most. Where none is known, one of 1000 uniform points, or nothing.
  [[nodiscard]] std::optional<point> anywhere(point wish);

  /// `wish` where it is admitted, else a point that has as many of its coordinates as a known admitted point bears, else one
  /// from between the two. Nothing where none is known. Some 100 calls at most.
  [[nodiscard]] std::optional<point> beside(const point& wish);

  /// A step of the random walk from an admitted point; nothing if it led nowhere. At most 24 calls.
  [[nodiscard]] std::optional<point> step(const point& from);

  /// The search in earnest, for who has nothing else: beside `wish`; else longer walks; else all of the space, by uniform points,
  /// by guesses (small parts at corners, equal, ordered and normalised coordinates), by the points of a discrete space one after
  /// another. Only points that are not known. Until the budget is used up.
  [[nodiscard]] std::optional<point> search(const point& wish);

  /// Whether search() has tried all points of a discrete space.
  [[nodiscard]] bool tried_all() const noexcept { return tried_all_; }

 private:
  /// Known points that are admitted.
  void gather();
  [[nodiscard]] bool fresh(const point& p) { return admits(p) && !context_.known(p); }
  [[nodiscard]] const point& nearest(const point& wish) const;
  [[nodiscard]] point mixed(const point& wish, const point& seed);
  [[nodiscard]] std::optional<point> between(const point& wish, const point& seed);
  void walk(point& at, std::size_t steps, std::size_t calls);
  [[nodiscard]] std::optional<point> walk_on(std::size_t calls);

  /// A candidate on a line through `at`, for a t between low and high; the interval shrinks to 0 until one is admitted.
  template <class Place>
  [[nodiscard]] std::optional<point> on_line(const point& at, double low, double high, const Place& place);
  [[nodiscard]] std::optional<point> step_one(const point& at);
  [[nodiscard]] std::optional<point> step_all(const point& at);
  [[nodiscard]] std::optional<point> step_exchange(const point& at);
  [[nodiscard]] std::optional<point> step_difference(const point& at);

  [[nodiscard]] std::optional<point> search_at_random(std::size_t calls, std::size_t period);
  [[nodiscard]] std::optional<point> search_all(std::uint64_t combinations);
  [[nodiscard]] point guess(point p);

  const ask_context& context_;
  const domain& space_;
  random_stream& rng_;
  constraint_budget own_;
  constraint_budget& budget_;
  bool gathered_ = false;
  bool tried_all_ = false;
  std::vector<point> seeds_;
  point closest_;  // of a search: keeps the most constraints
  std::size_t kept_ = 0;
};

/// `wish` where there are no constraints or it is admitted; else what admitted_points::anywhere finds; else `wish`, for the
/// study to replace.
[[nodiscard]] point admitted_anywhere(const ask_context& context, point wish);
/// The same with admitted_points::beside.
[[nodiscard]] point admitted_beside(const ask_context& context, point wish);

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "admitted_point.ipp"
#endif
