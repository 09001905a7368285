/// \file
/// Threads as an executor.
#pragma once

#include <cstddef>

#include "../base/config.hpp"
#include "executor.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Runs bodies on so many threads. What other headers ask of an executor is this one function: run(n, body) calls body(0) to
/// body(n - 1), each once, in any order and at once as it likes, and returns when all have returned.
class threads {
 public:
  /// count: 0 for as many as the machine has.
  explicit threads(std::size_t count = 0);

  /// How many threads.
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

  /// See above. The calling thread is one of them; with fewer threads than wanted, where the system gives no more, the bodies
  /// take turns. What a body throws is thrown again, the first of it, after all have ended.
  template <class Body>
  void run(std::size_t n, Body&& body) const {
    run_together(n, executor_body(body));
  }

 private:
  void run_together(std::size_t n, const executor_body& body) const;

  std::size_t count_;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "threads.ipp"
#endif
