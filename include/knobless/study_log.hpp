/// \file
/// What happened to a study as text, and a new study that does it again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "config.hpp"
#include "error.hpp"
#include "study_core.hpp"

namespace knobless::detail {

/// Comma-separated rows with a head (RFC 4180), one for each event, in order:
///
///     event,trial,state,value,seconds,reports,why,<a column for each parameter>
///
/// `ask` and `queued` (a trial that was waiting in the queue) have their point, `tell` the outcome, `add` both; `drop` ends a
/// trial untold, `refused` is an ask that found nothing, and `wait` is a point that still waits in the queue. A point is
/// coordinates of the unit cube, empty where inactive; numbers are such that they are read back to the bit. Values are in the
/// user's direction; `why` is the first failure's reason. Error: invalid_use where the space was changed. O(trials * d).
[[nodiscard]] result<std::string> write_log(const study_core& core);

/// Does to a new study what the log says; the number of its events. Errors: invalid_use where `core` is not new, invalid_log
/// where a row can't be read, or where the study is asked another point than the log has.
[[nodiscard]] result<std::size_t> replay_log(study_core& core, std::string_view log);

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "study_log.ipp"
#endif
