/// \file
/// Looks through a whole space for admitted points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "../base/config.hpp"
#include "admission.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// All of the space, where no known point helps: by uniform points, by guesses (small parts at corners, equal, ordered and
/// normalised coordinates), by the points of a discrete space one after another. Only points that are not known.
class admitted_search {
 public:
  /// Refers to `constraints`.
  explicit admitted_search(admission& constraints) : constraints_(constraints) {}

  /// Until the budget is used up. Guesses begin at `wish`.
  [[nodiscard]] std::optional<point> search(const point& wish);
  /// Whether it has tried all points of a discrete space.
  [[nodiscard]] bool tried_all() const noexcept { return tried_all_; }

 private:
  [[nodiscard]] std::uint64_t combinations() const;
  [[nodiscard]] std::optional<point> search_at_random(std::size_t calls, std::size_t period);
  [[nodiscard]] std::optional<point> search_all(std::uint64_t combinations);
  [[nodiscard]] point guess(point p);
  void guess_part(point& p);
  void guess_few(point& p);
  void guess_order(point& p);
  void guess_sum(point& p);
  void guess_beside_closest(point& p);

  [[nodiscard]] const domain& space() const noexcept { return constraints_.space(); }
  [[nodiscard]] random_stream& rng() const noexcept { return constraints_.rng(); }

  admission& constraints_;
  bool tried_all_ = false;
  point closest_;  // keeps the most constraints
  std::size_t kept_ = 0;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "admitted_search.ipp"
#endif
