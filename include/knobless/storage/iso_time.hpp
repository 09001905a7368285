/// \file
/// Times as Optuna writes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "../base/error.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace journal_format {

/// Now: 2026-11-27T12:38:19.708094+00:00.
[[nodiscard]] std::string time_text();
/// Seconds since 1970 of such a text, with any offset or none (UTC), or nothing.
[[nodiscard]] std::optional<double> seconds_of(std::string_view time);

}  // namespace journal_format
}  // namespace knobless::detail

#include "iso_time.ipp"
