/// \file
/// What ends a trial or a search early, and how many are out at once: the same for every kind of search.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "../base/config.hpp"
#include "../base/elementary.hpp"
#include "../base/error.hpp"
#include "../record/outcome.hpp"
#include "../record/trial.hpp"
#include "../space/parameter.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// An objective that never works (a missing file, say) is not worth a long budget: so many failures without one success end a
/// search.
inline constexpr std::size_t hopeless_failures = 100;

/// A time as an option was given it.
[[nodiscard]] inline std::string given_time(std::chrono::nanoseconds time) {
  return number_text(std::chrono::duration<double>(time).count()) + " s given, but ";
}

/// Raises an error for a time below 0.
inline void check_time(std::chrono::nanoseconds time, const char* option) {
  if (time < std::chrono::nanoseconds{0})
    raise({error_code::invalid_option, given_time(time) + "it must be 0 (no limit) or above", option});
}

/// Raises an error for a target that is no number.
inline void check_target(const std::optional<double>& target) {
  if (target && !elementary::is_finite(*target))
    raise({error_code::invalid_option, number_text(*target) + " given, but a target must be finite", "target"});
}

/// How many trials or legs can be out at once: each takes memory, and is looked at by each ask.
inline constexpr std::size_t most_at_once = 65536;

/// Raises an error for a number of trials or legs that cannot be out at once.
inline void check_at_once(std::size_t count, const char* option) {
  if (count < 1 || count > most_at_once)
    raise({error_code::invalid_option,
           text(std::to_string(count), " given, but it must lie between 1 and ", std::to_string(most_at_once)),
           option});
}

/// A trial that took longer than the limit has failed; nothing where it did not, or where there is no limit (0).
[[nodiscard]] inline std::optional<failed_t> over_the_limit(std::chrono::nanoseconds took,
                                                            std::chrono::nanoseconds limit) {
  if (limit == std::chrono::nanoseconds{0} || took <= limit) return std::nullopt;
  const auto text_of = [](std::chrono::nanoseconds time) {
    const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    // NOLINTNEXTLINE(readability-magic-numbers): milliseconds
    return whole > 0 ? number_text(static_cast<double>(whole) / 1000.0)
                     : short_number(std::chrono::duration<double>(time).count());
  };
  return failed(text("took ", text_of(took), " s, longer than the limit of ", text_of(limit), " s"));
}

}  // namespace knobless::detail
