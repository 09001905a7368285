/// \file
/// Grid search: exact enumeration.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "../base/config.hpp"
#include "sampler.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// All points of a grid, one after another: the baseline that is better left alone (Bergstra and Bengio, 2012).
///
/// Each point is proposed once: combinations that differ only in inactive parameters count as one, those that break a
/// constraint are left out; where 16384 in a row do, an admitted point of the space stands in. The order is that of an odometer whose last wheel is the last parameter. A study that is
/// resumed goes on where it was. O(d) an ask, O(points d) after a resumption.
class grid {
 public:
  /// For logs.
  static constexpr std::string_view name = "grid";
  static constexpr bool several_objectives = true;  ///< it looks at no values

  /// points = 0: all values of each discrete parameter and 10 of each continuous one, however many points that gives.
  /// Else the finest full grid of at most `points` points in which the parameters have nearly equal numbers of values (a
  /// parameter with few values has all of them).
  explicit grid(std::size_t points = 0) : points_(points) {}

  /// The next point, or nothing when all were proposed.
  [[nodiscard]] std::optional<point> ask(const ask_context& context);

  /// How many values each parameter has on the grid for this space.
  [[nodiscard]] std::vector<std::uint64_t> resolution(const domain& space) const;

 private:
  [[nodiscard]] static std::uint64_t size_of(const parameter& p, std::uint64_t wanted);
  // Steps the odometer to the next point that differs in an active parameter; false after the last.
  static bool advance(const domain& space, const std::vector<std::uint64_t>& sizes, std::vector<std::uint64_t>& wheel,
                      point& at);
  static void place(const domain& space, const std::vector<std::uint64_t>& sizes,
                    const std::vector<std::uint64_t>& wheel, point& at);
  static bool fits(const domain& space, const std::vector<std::uint64_t>& sizes, std::size_t points);

  std::size_t points_;
  std::size_t given_ = 0;
  std::size_t before_ = 0;  // points proposed in earlier spaces
  std::uint64_t epoch_ = 0;
  bool begun_ = false;
  bool over_ = false;
  std::vector<std::uint64_t> sizes_, wheel_;
  point at_;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "grid.ipp"
#endif
