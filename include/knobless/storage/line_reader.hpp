/// \file
/// Reads the lines of a journal.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "../base/error.hpp"
#include "optuna_line.hpp"
#include "own_line.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace journal_format {

/// Distributions that were read, by parameter and text, so that those that come again are read once. No more than so many are
/// kept: memory stays bounded, whatever is read.
class known_distributions {
 public:
  /// The one of that text; nullptr where it is none, and then `why` says why.
  [[nodiscard]] shared_distribution read(const std::string& parameter, const std::string& json, std::string& why);

 private:
  std::unordered_map<std::string, shared_distribution> known_;
};

/// Reads lines one after the other.
class line_reader {
 public:
  /// Refuses what is no operation: JSON that is none, or is too deep, or has a key twice; a member that is missing or of
  /// another type; a number that is not finite where Optuna has none; a checksum that is another one. O(line).
  [[nodiscard]] result<line> read(std::string_view text);
  /// The same without the short way for lines of our own: for tests.
  [[nodiscard]] result<line> read_slowly(std::string_view text);

 private:
  void remember(std::string_view text, const line& made);

  known_distributions known_;
  std::vector<own_parameters> own_;  // of the latest lines of our own that begin a trial
};

}  // namespace journal_format
}  // namespace knobless::detail

#include "line_reader.ipp"
