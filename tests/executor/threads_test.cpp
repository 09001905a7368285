#include <knobless/executor/threads.hpp>

#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <vector>
#ifdef __linux__
#include <sys/resource.h>
#endif

#include "../support.hpp"

using knobless::threads;

TEST_CASE("threads: each body runs once, on any number of threads") {
  for (const std::size_t count : {1U, 2U, 8U})
    for (const std::size_t n : {0U, 1U, 3U, 100U}) {
      std::vector<std::atomic<int>> runs(n);
      threads(count).run(n, [&](std::size_t i) { ++runs[i]; });
      for (const auto& r : runs) CHECK(r == 1);
    }
  CHECK(threads().count() >= 1);
  CHECK(threads(3).count() == 3);
}

#if KNOBLESS_EXCEPTIONS && defined(__linux__)
TEST_CASE("threads: where the system gives no further thread, those that it gave do the work") {
  if (test::sanitized) return;  // their address space has no limit
  rlimit before{};
  getrlimit(RLIMIT_AS, &before);
  rlimit tight = before;
  tight.rlim_cur = 1U << 20U;  // no room for another stack
  std::vector<std::atomic<int>> runs(50);
  setrlimit(RLIMIT_AS, &tight);
  threads(16).run(runs.size(), [&](std::size_t i) { ++runs[i]; });
  setrlimit(RLIMIT_AS, &before);
  for (const auto& r : runs) CHECK(r == 1);
}
#endif

#if KNOBLESS_EXCEPTIONS
TEST_CASE("threads: what a body throws comes out when all have ended") {
  std::atomic<int> runs{0};
  CHECK_THROWS_AS(threads(4).run(20,
                                 [&](std::size_t i) {
                                   ++runs;
                                   if (i == 3) throw std::runtime_error("3");
                                 }),
                  std::runtime_error);
  CHECK(runs == 20);
}
#endif
