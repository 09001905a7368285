#include <knobless/parallel_advance.hpp>

#include <atomic>
#include <cmath>
#include <cstddef>
#include <functional>
#include <knobless/executor/threads.hpp>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "../support.hpp"
#include "stealing.hpp"

using namespace knobless;

namespace {

struct setting {
  double x = 0.5;
};

space<setting> line() { return space<setting>{real("x", &setting::x, {.low = 0.0, .high = 1.0})}; }

struct registry {
  std::atomic<std::size_t> live{0};
  std::atomic<std::size_t> peak{0};
  std::atomic<std::size_t> trained{0};
};

class model {
 public:
  model(registry& all, double x) : all_(all), x_(x) {
    const std::size_t now = ++all_.live;
    std::size_t before = all_.peak;
    while (before < now && !all_.peak.compare_exchange_weak(before, now)) {
    }
  }
  model(const model&) = delete;
  model& operator=(const model&) = delete;
  ~model() { --all_.live; }
  // Unprotected: two threads with one model would be a race.
  double train(int more) {
    steps_ += more;
    all_.trained += static_cast<std::size_t>(more);
    return (x_ - 0.3) * (x_ - 0.3) + 1.0 / static_cast<double>(steps_);
  }
  [[nodiscard]] int steps() const { return steps_; }

 private:
  registry& all_;
  double x_;
  int steps_ = 0;
};

const auto train = [](model& m, int more) { return m.train(more); };

// The configurations in order, and the winner.
struct story {
  std::vector<double> xs;
  std::vector<std::size_t> resources;
  double best = 0.0;
  bool operator==(const story&) const = default;
};

template <class Result>
story told(Result& top) {
  story s;
  for (std::size_t i = 0; i < top.trials().size(); ++i) {
    s.xs.push_back(top.config(i).x);
    s.resources.push_back(top.trials()[i].resource());
  }
  s.best = top.best().value;
  return s;
}

}  // namespace

TEST_CASE("asha on threads: nothing is trained twice, whoever trains; the models are those counted") {
  for (const std::size_t count : {1U, 2U, 4U, 8U})
    for (const bool deterministic : {true, false}) {
      CAPTURE(count);
      registry all;
      {
        auto top =
            asha(threads(count), line(), [&](const setting& s) { return model(all, s.x); }, train,
                 {.max_resource = 27, .budget = 15.0, .seed = 2}, {.legs = count, .deterministic = deterministic});
        CHECK(all.trained == top.taken().trained);
        CHECK(all.trained <= 15 * 27);
        CHECK(all.trained > 14 * 27 - 27);
        CHECK(all.peak <= top.taken().peak_live);
        CHECK(all.live == 1);
        CHECK(top.best().object.steps() == 27);
        CHECK(std::abs(top.best().config.x - 0.3) < 0.15);
        std::size_t sum = 0;
        for (const training& t : top.trials()) sum += t.resource();
        CHECK(sum == all.trained);
      }
      CHECK(all.live == 0);
    }
}

TEST_CASE("on threads: the deterministic mode tells the same story on any number of threads, by any scheme") {
  for (int which = 0; which < 4; ++which) {
    std::optional<story> first;
    for (const std::size_t count : {1U, 2U, 4U, 8U}) {
      registry all;
      const auto build = [&](const setting& s) { return model(all, s.x); };
      const training_options<setting> options{.max_resource = 9, .budget = 6.0, .seed = 5};
      const parallel_options how{.legs = 4, .deterministic = true};
      const threads on(count);
      auto top = which == 0   ? asha(on, line(), build, train, options, how)
                 : which == 1 ? hyperband(on, line(), build, train, options, how)
                 : which == 2 ? successive_halving(on, line(), build, train, options, how)
                              : multi_fidelity(on, line(), build, train, options, how);
      const story s = told(top);
      CAPTURE(which);
      CAPTURE(count);
      if (!first) first = s;
      CHECK(s == *first);
    }
  }
}

TEST_CASE("on threads: one leg at a time is the search without threads") {
  const auto build = [](const setting& s) { return s.x; };
  const auto advance = [](double& m, int) { return std::abs(m - 0.3); };
  const training_options<setting> options{.max_resource = 9, .budget = 6.0, .seed = 5};
  auto alone = asha(line(), build, advance, options);
  auto top = asha(threads(3), line(), build, advance, options, {.legs = 1});
  CHECK(told(top) == told(alone));
}

TEST_CASE("live objects: a worker that an executor starts inside training does not wait for it") {
  // While a model is built or trained, its thread is lent to other bodies, as in work stealing.
  test::stealing pool;
  for (int which = 0; which < 4; ++which)
    for (const bool deterministic : {true, false})
      for (const std::size_t cap : {0U, 1U}) {
        CAPTURE(which);
        const auto build = [&](const setting& s) {
          (void)pool.help();
          return s.x;
        };
        const auto advance = [&](double& m, int) {
          (void)pool.help();
          return std::abs(m - 0.3);
        };
        const training_options<setting> options{.max_resource = 9, .budget = 6.0, .max_live = cap, .seed = 5};
        const parallel_options how{.legs = 4, .deterministic = deterministic};
        auto top = which == 0   ? asha(pool, line(), build, advance, options, how)
                   : which == 1 ? hyperband(pool, line(), build, advance, options, how)
                   : which == 2 ? successive_halving(pool, line(), build, advance, options, how)
                                : multi_fidelity(pool, line(), build, advance, options, how);
        CHECK(top.has_best());
        CHECK(pool.left.empty());
      }
}

TEST_CASE("on threads: a memory cap holds, whoever waits for it") {
  for (const bool deterministic : {true, false})
    for (const std::size_t cap : {1U, 3U}) {
      registry all;
      auto top = asha(threads(4), line(), [&](const setting& s) { return model(all, s.x); }, train,
                      {.max_resource = 9, .budget = 6.0, .max_live = cap, .seed = 2},
                      {.legs = 4, .deterministic = deterministic});
      CHECK(all.peak <= cap);
      CHECK(all.trained == top.taken().trained);
      CHECK(top.best().object.steps() == 9);
    }
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("on threads: what is thrown costs one trial") {
  std::atomic<int> number{0};
  auto top = asha(
      threads(4), line(),
      [&](const setting& s) {
        if (++number % 3 == 0) throw std::runtime_error("no");
        return s.x;
      },
      [](double& m, int) { return m; }, {.max_resource = 9, .budget = 8.0}, {.legs = 4, .deterministic = false});
  CHECK(top.taken().failed > 3);
  CHECK(top.has_best());
}

TEST_CASE("on threads: no legs, and more than can be looked after, are refused with the limit") {
  for (const std::size_t legs : {std::size_t{0}, std::size_t{100000000}})
    for (const bool deterministic : {true, false})
      CHECK(test::refusal([&] {
              (void)asha(
                  threads(1), line(), [](const setting& s) { return s.x; }, [](double& m, int) { return m; }, {},
                  {.legs = legs, .deterministic = deterministic});
            }) == "knobless: legs: " + std::to_string(legs) + " given, but it must lie between 1 and 65536");
}
#endif

#if KNOBLESS_EXCEPTIONS
TEST_CASE("on threads: what a constraint throws comes out when all legs have ended") {
  for (const bool deterministic : {true, false}) {
    std::atomic<int> calls{0};
    std::atomic<int> training{0};
    const auto touchy = line().require([&](const setting&) {
      if (++calls > 20) throw std::runtime_error("the constraint");
      return true;
    });
    const auto build = [](const setting& s) { return s.x; };
    const auto advance = [&](double& x, int) {
      ++training;
      const double value = x;
      --training;
      return value;
    };
    CHECK_THROWS_WITH_AS((void)asha(threads{3}, touchy, build, advance, {.max_resource = 9, .budget = 20.0},
                                    {.legs = 3, .deterministic = deterministic}),
                         "the constraint", std::runtime_error);
    CHECK(training == 0);
  }
}
#endif
