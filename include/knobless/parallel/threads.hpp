/// \file
/// Threads as an executor.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "../config.hpp"

namespace knobless {

/// Runs bodies on so many threads. What other headers ask of an executor is this one function: run(n, body) calls body(0) to
/// body(n - 1), each once, in any order and at once as it likes, and returns when all have returned.
class threads {
 public:
  /// count: 0 for as many as the machine has.
  explicit threads(std::size_t count = 0) : count_(count) {
    if (count_ == 0) count_ = std::thread::hardware_concurrency();
    if (count_ == 0) count_ = 1;
  }

  /// How many threads.
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

  /// See above. The calling thread is one of them. What a body throws is thrown again, the first of it, after all have
  /// ended.
  template <class Body>
  void run(std::size_t n, Body&& body) const {
    std::atomic<std::size_t> next{0};
#if KNOBLESS_EXCEPTIONS
    std::mutex first;
    std::exception_ptr thrown;
#endif
    const auto work = [&] {
      for (std::size_t i = next++; i < n; i = next++) {
#if KNOBLESS_EXCEPTIONS
        try {
          body(i);
        } catch (...) {
          const std::lock_guard<std::mutex> guard(first);
          if (!thrown) thrown = std::current_exception();
        }
#else
        body(i);
#endif
      }
    };
    std::vector<std::thread> others;
    for (std::size_t i = 1; i < count_ && i < n; ++i) others.emplace_back(work);
    work();
    for (std::thread& t : others) t.join();
#if KNOBLESS_EXCEPTIONS
    if (thrown) std::rethrow_exception(thrown);
#endif
  }

 private:
  std::size_t count_;
};

}  // namespace knobless
