/// \file
/// What happened to a study as text, and a new study that does it again.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "../base/config.hpp"
#include "../base/error.hpp"
#include "../record/record_log.hpp"
#include "study_core.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// What happened to a study as text: see record_log.hpp.
[[nodiscard]] std::string write_log(const study_core& core);

/// The typed spaces that a log may go over to, in their order.
struct later_spaces {
  later_spaces() = default;
  later_spaces(const later_spaces&) = delete;
  later_spaces& operator=(const later_spaces&) = delete;
  virtual ~later_spaces() = default;
  /// The next one; nothing where there is none.
  [[nodiscard]] virtual std::shared_ptr<const domain> next() const = 0;
  /// Goes over to it.
  virtual void enter(study_core& core) = 0;
};

/// Does to a new study what the log says; the number of its events. Errors: invalid_use where `core` is not new, invalid_log
/// where the log is of another search, where a row can't be read or the end is missing, or where the study is asked another
/// point than the log has. `core` is then of no more use.
[[nodiscard]] result<std::size_t> replay_log(study_core& core, std::string_view log, later_spaces& later,
                                             log_reading how);

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "study_log.ipp"
#endif
