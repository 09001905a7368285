#include <knobless/parallel/threads.hpp>

#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <vector>

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
