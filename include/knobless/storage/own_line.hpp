/// \file
/// The short way to read the lines of a journal that this library has written: most of a long journal.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "optuna_line.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace journal_format {

/// The parameters of one of our own lines that begin a trial. Most trials of a search have the same ones, and these are most of
/// the line.
struct own_parameters {
  std::string distributions;      ///< as they stand there: {"x":"...","y":"..."}
  std::vector<std::string> keys;  ///< of the values, as they stand there: "x":
  std::vector<shared_distribution> of;
};

/// Reads a line whose checksum is right, where it is such as record_lines writes them most often: a trial that begins with
/// the parameters of one of `known`, reports, ends; its seconds. Nothing where it is another one, which is then read as any JSON.
/// The one of `known` comes first afterwards. O(line), without a copy of the distributions.
[[nodiscard]] std::optional<line> read_own(std::string_view text, std::vector<own_parameters>& known);

/// The parameters of a line of our own that begins a trial, which was read as JSON: for the next ones of that kind. Nothing where
/// they stand otherwise than we write them.
[[nodiscard]] std::optional<own_parameters> parameters_of(std::string_view text, const std::vector<setting>& settings);

}  // namespace journal_format
}  // namespace knobless::detail

#include "own_line.ipp"
