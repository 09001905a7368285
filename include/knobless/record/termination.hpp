/// \file
/// Why a search ended.
#pragma once

#include <string_view>

#include "../base/fwd.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Why a search ended.
enum class termination : unsigned char {
  trials_done,         ///< the number of trials asked for
  time_up,             ///< the duration asked for
  target_reached,      ///< a value as good as asked for
  stop_requested,      ///< by a callback or another thread
  space_exhausted,     ///< every point was tried
  every_trial_failed,  ///< no trial gave a value; see first_failure()
  no_admitted_point,   ///< no further point was found that keeps the constraints
  no_more_gain,        ///< going on is not worth it; see expected_gain()
  budget_spent         ///< the resources that live models may be trained with
};

/// The reason in words.
[[nodiscard]] constexpr std::string_view to_string(termination reason) noexcept {
  switch (reason) {
    case termination::trials_done:
      return "all trials done";
    case termination::time_up:
      return "time is up";
    case termination::target_reached:
      return "target reached";
    case termination::stop_requested:
      return "stop requested";
    case termination::space_exhausted:
      return "every point of the space was tried";
    case termination::every_trial_failed:
      return "every trial failed";
    case termination::no_admitted_point:
      return "no further point was found that keeps the constraints";
    case termination::no_more_gain:
      return "no more gain is expected";
    case termination::budget_spent:
      return "the budget is spent";
  }
  return "unknown";
}

}  // namespace knobless
