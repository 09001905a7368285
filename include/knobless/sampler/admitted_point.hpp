/// \file
/// How to find points that the constraints admit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "../base/config.hpp"
#include "admission.hpp"
#include "admitted_search.hpp"
#include "admitted_walk.hpp"
#include "sampler.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Finds points that the constraints admit, within the budget of an ask: by uniform points while that is cheap, then beside and by
/// walks from points that are known to be admitted (told, running or queued).
class admitted_points {
 public:
  /// For an ask: its constraint budget is shared by all that look for admitted points in it.
  explicit admitted_points(const ask_context& context) : constraints_(context) {}

  /// Whether the constraints admit p, within the budget: false when that is used up. One call.
  [[nodiscard]] bool admits(const point& p) { return constraints_.admits(p); }

  /// `wish` where it is admitted, else one of at most 200 uniform points, else the end of a walk from a known admitted point
  /// toward `wish` and on. Some 600 calls at most. Where none is known, one of 1000 uniform points, or nothing.
  [[nodiscard]] std::optional<point> anywhere(point wish);

  /// `wish` where it is admitted, else a point that has as many of its coordinates as a known admitted point bears, else one
  /// from between the two. Nothing where none is known. Some 100 calls at most.
  [[nodiscard]] std::optional<point> beside(const point& wish);

  /// The search in earnest, for who has nothing else: beside `wish`; else longer walks; else all of the space. Only points that
  /// are not known. Until the budget is used up.
  [[nodiscard]] std::optional<point> search(const point& wish);

  /// Whether search() has tried all points of a discrete space.
  [[nodiscard]] bool tried_all() const noexcept { return search_.tried_all(); }

 private:
  [[nodiscard]] const point& nearest(const point& wish);
  [[nodiscard]] point mixed(const point& wish, const point& seed);
  [[nodiscard]] std::optional<point> between(const point& wish, const point& seed);
  [[nodiscard]] std::optional<point> uniform(int tries);

  [[nodiscard]] const domain& space() const noexcept { return constraints_.space(); }
  [[nodiscard]] random_stream& rng() const noexcept { return constraints_.rng(); }

  admission constraints_;
  admitted_walk walk_{constraints_};
  admitted_search search_{constraints_};
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
