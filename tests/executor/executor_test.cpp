#include "../support.hpp"

#include <knobless/executor/executor.hpp>
#include <knobless/executor/threads.hpp>

#include <atomic>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

using namespace knobless;

namespace {

// As another library may have it.
struct job_system {
  void run(std::size_t n, const std::function<void(std::size_t)>& job) {
    for (std::size_t i = n; i-- > 0;) job(i);
    ++runs;
  }
  int runs = 0;
};

struct not_one {
  void run(int n);
};

}  // namespace

static_assert(executor<threads> && executor<const threads> && executor<job_system>);
static_assert(!executor<not_one> && !executor<int> && !executor<const job_system>);
static_assert(!std::convertible_to<int, any_executor>);

TEST_CASE("executor: any_executor refers to what has a name, and holds what has none") {
  CHECK_FALSE(any_executor{});
  std::vector<std::size_t> seen;
  auto work = [&](std::size_t i) { seen.push_back(i); };

  job_system jobs;
  any_executor refers = jobs;
  const any_executor same = refers;
  CHECK(same);
  refers.run(3, executor_body(work));
  same.run(1, executor_body(work));
  CHECK(jobs.runs == 2);
  CHECK(seen == std::vector<std::size_t>{2, 1, 0, 0});

  const auto count = std::make_shared<int>(0);
  struct counting {
    std::shared_ptr<int> count;
    void run(std::size_t n, const executor_body& body) {
      for (std::size_t i = 0; i < n; ++i) body(i);
      ++*count;
    }
  };
  {
    const any_executor holds = counting{count};
    CHECK(count.use_count() == 2);
    holds.run(2, executor_body(work));
  }
  CHECK(*count == 1);
  CHECK(count.use_count() == 1);

  const threads fixed(2);
  std::atomic<int> calls{0};
  auto counted = [&](std::size_t) { ++calls; };
  any_executor(fixed).run(50, executor_body(counted));
  CHECK(calls == 50);
}
