/// \file
/// What happened as comma-separated rows, for plotting.
#pragma once

#include <string>
#include <string_view>

#include "../space/domain.hpp"
#include "record.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// A field of a CSV file: in quotes where it has to be (RFC 4180).
[[nodiscard]] inline std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted += '"';
}

/// A note's value in words: the text, the number, `true` or `false`.
[[nodiscard]] std::string note_text(const note& n);

/// Which trials a table has.
enum class csv_of : unsigned char { told_trials, all_trials };

/// Told trials as comma-separated rows with a head, each with the values at which it was evaluated (RFC 4180); then, where
/// wanted, the running ones, with their latest value. Columns: trial, state, the value (or one column for each of several
/// objectives, by name), seconds, the parameters, the limits (a number, or `kept` or `broken`), the notes, why it failed.
/// O(trials * d).
[[nodiscard]] std::string csv_rows(const record& happened, csv_of which = csv_of::told_trials);

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "csv.ipp"
#endif
