/// \file
/// Limits and notes of a trial as a log has them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "../base/config.hpp"
#include "history.hpp"
#include "outcome.hpp"
#include "record.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Items with `;` between them: `memory:-12`, or `loud:broken` for a limit that is not graded; what is not known of the told trial
/// is left out. A `:`, `;` or backslash of a name has a backslash before it.
[[nodiscard]] std::string limit_items(const history& seen, std::size_t row);
/// The same of notes: `commit:text:1a2b`, `epochs:number:12`, `warm:flag:true`.
[[nodiscard]] std::string note_items(const record& happened, std::size_t row);

/// Adds to an outcome what limit_items() wrote; false where it did not write this.
[[nodiscard]] bool read_limits(outcome& out, std::string_view items);
/// The same of notes.
[[nodiscard]] bool read_notes(outcome& out, std::string_view items);

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "log_items.ipp"
#endif
