/// \file
/// Random search: every point is drawn uniformly from the unit cube.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "admitted_point.hpp"
#include "sampler.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Independent uniform points: the baseline (Bergstra and Bengio, Random search for hyper-parameter optimization, JMLR
/// 2012). O(d) an ask.
class random_search {
 public:
  /// For logs.
  static constexpr std::string_view name = "random_search";
  static constexpr bool several_objectives = true;  ///< it looks at no values

  /// A point that keeps the constraints; uniform among these where a few hundred draws find one, else the end of a random walk.
  [[nodiscard]] std::optional<point> ask(const ask_context& context) const {
    return detail::admitted_anywhere(context, detail::uniform_point(context.space, context.rng, context.blank()));
  }
};

}  // namespace knobless
