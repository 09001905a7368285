#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "threads.hpp"

namespace knobless::inline KNOBLESS_ABI {

namespace detail {

// Starts the others. Where the system gives no further thread, those that it gave do the work.
template <class Work>
void start_threads(std::vector<std::thread>& others, std::size_t wanted, const Work& work) {
#if KNOBLESS_EXCEPTIONS
  try {
    while (others.size() + 1 < wanted) others.emplace_back(work);
  } catch (...) {
  }
#else
  while (others.size() + 1 < wanted) others.emplace_back(work);
#endif
}

}  // namespace detail

KNOBLESS_INLINE threads::threads(std::size_t count) : count_(count) {
  if (count_ == 0) count_ = std::thread::hardware_concurrency();
  if (count_ == 0) count_ = 1;
}

KNOBLESS_INLINE void threads::run_together(std::size_t n, const executor_body& body) const {
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
  detail::start_threads(others, (std::min)(count_, n), work);
  work();
  for (std::thread& t : others) t.join();
#if KNOBLESS_EXCEPTIONS
  if (thrown) std::rethrow_exception(thrown);
#endif
}

}  // namespace knobless
