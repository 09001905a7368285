/// \file
/// The clock of a search.
#pragma once

#include <chrono>

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Says how long a search has lasted.
class search_clock {
 public:
  search_clock() = default;
  search_clock(const search_clock&) = delete;
  search_clock& operator=(const search_clock&) = delete;
  virtual ~search_clock() = default;

  /// The time since the search began. From any thread.
  [[nodiscard]] virtual std::chrono::nanoseconds elapsed() const = 0;
};

/// A clock that started when it was made.
class stopwatch final : public search_clock {
 public:
  [[nodiscard]] std::chrono::nanoseconds elapsed() const override { return std::chrono::steady_clock::now() - start_; }

 private:
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace knobless::detail
