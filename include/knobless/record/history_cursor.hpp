/// \file
/// Which rows of a history are new to a reader.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../base/config.hpp"
#include "history.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// A place in a history. Whoever keeps something derived from it reads the new rows by
///
///     if (!cursor.follows(seen)) start_afresh(seen), cursor = history_cursor(seen);
///     for (; cursor.more(seen); cursor.advance()) take_in(seen[cursor.row()]);
class history_cursor {
 public:
  /// At the beginning of the first history of a study.
  history_cursor() = default;
  /// At the beginning of this one.
  explicit history_cursor(const history& seen) noexcept : epoch_(seen.epoch()) {}

  /// Whether what was read is the beginning of this history. It is not where the space has changed, which numbers and translates
  /// the rows anew (history::epoch), or where another study's history is shorter.
  [[nodiscard]] bool follows(const history& seen) const noexcept {
    return epoch_ == seen.epoch() && row_ <= seen.size();
  }
  /// Whether there are rows that were not read.
  [[nodiscard]] bool more(const history& seen) const noexcept { return row_ < seen.size(); }
  /// The next one, which is also how many were read.
  [[nodiscard]] std::size_t row() const noexcept { return row_; }
  void advance() noexcept { ++row_; }

 private:
  std::uint64_t epoch_ = 0;
  std::size_t row_ = 0;
};

}  // namespace knobless::detail
