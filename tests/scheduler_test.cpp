#include <knobless/scheduler.hpp>

#include <cstddef>
#include <knobless/minimize.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/scheduler/hyperband.hpp>
#include <knobless/scheduler/median.hpp>
#include <knobless/scheduler/patience.hpp>
#include <knobless/scheduler/successive_halving.hpp>
#include <knobless/scheduler/threshold.hpp>
#include <knobless/scheduler/wilcoxon.hpp>
#include <knobless/study.hpp>
#include <utility>
#include <vector>

#include "support.hpp"

using namespace knobless;

namespace {

struct setting {
  double x = 0.5;
};

space<setting> line() { return space<setting>{real("x", &setting::x, {.low = 0.0, .high = 1.0})}; }

// Counts what it is asked, and stops the odd ones.
struct counting {
  std::vector<std::size_t>* log;
  bool stops(const running_trial& t) {
    log->push_back(t.curve.size());
    return t.number % 2 == 1;
  }
  void ended(const running_trial& t, trial_state state) {
    log->push_back(100 * (t.number + 1) + static_cast<std::size_t>(state));
  }
};

}  // namespace

TEST_CASE("any_scheduler: none stops nobody; copies are apart") {
  any_scheduler none;
  const std::vector<report> curve{{1, 1.0}};
  CHECK_FALSE(none);
  CHECK_FALSE(none.stops({0, curve, direction::minimize}));
  none.ended({0, curve, direction::minimize}, trial_state::complete);

  any_scheduler a = halving_stopping{};
  CHECK(a);
  CHECK_FALSE(a.stops({0, curve, direction::minimize}));
  any_scheduler b = a;
  const std::vector<report> worse{{1, 2.0}};
  const std::vector<report> better{{1, 0.5}};
  CHECK_FALSE(b.stops({1, better, direction::minimize}));
  // Only b knows of the better one.
  const std::vector<report> between{{1, 0.7}};
  CHECK_FALSE(a.stops({2, between, direction::minimize}));
  CHECK(b.stops({2, between, direction::minimize}));
  a = none;
  CHECK_FALSE(a.stops({3, worse, direction::minimize}));
}

TEST_CASE("study: the scheduler is asked once a report, its answer stays, and it hears of each end") {
  std::vector<std::size_t> log;
  study s{line(), random_search{}, {.scheduler = counting{&log}}};
  auto even = s.ask();
  auto odd = s.ask();
  CHECK_FALSE(odd.should_stop());
  even.report(1, 1.0);
  odd.report(1, 1.0);
  CHECK_FALSE(even.should_stop());
  CHECK(odd.should_stop());
  odd.report(2, 1.0);
  CHECK(odd.should_stop());
  CHECK(log == std::vector<std::size_t>{1, 1});
  s.tell(std::move(odd), pruned);
  s.tell(std::move(even), 1.0);
  { const auto dropped = s.ask(); }
  CHECK(log == std::vector<std::size_t>{1, 1, 202, 101, 303});
}

TEST_CASE("study: with a scheduler a report that is no number stops the trial; without one nothing does") {
  for (const double value : {test::nan, test::infinity, -test::infinity}) {
    study with{line(), random_search{}, {.scheduler = median_stopping{}}};
    auto t = with.ask();
    t.report(1, 5.0);
    CHECK_FALSE(t.should_stop());
    t.report(2, value);
    CHECK(t.should_stop());
    study without{line(), random_search{}};
    auto u = without.ask();
    u.report(1, value);
    CHECK_FALSE(u.should_stop());
  }
}

TEST_CASE("study: schedulers see values to be minimised, in either direction") {
  const auto stopped = [](direction toward, double first, double second) {
    study s{line(), random_search{}, {.direction = toward, .scheduler = halving_stopping{}}};
    auto a = s.ask();
    a.report(1, first);
    CHECK_FALSE(a.should_stop());
    s.tell(std::move(a), first);
    auto b = s.ask();
    b.report(1, second);
    return b.should_stop();
  };
  CHECK(stopped(direction::minimize, 1.0, 2.0));
  CHECK_FALSE(stopped(direction::minimize, 2.0, 1.0));
  CHECK_FALSE(stopped(direction::maximize, 1.0, 2.0));
  CHECK(stopped(direction::maximize, 2.0, 1.0));
}

TEST_CASE("study: a stopped trial stays stopped in a changed space") {
  study s{line(), random_search{}, {.scheduler = threshold_stopping({.high = 1.0})}};
  auto t = s.ask();
  t.report(1, 2.0);
  s.change_space(line());
  CHECK(t.should_stop());
}

TEST_CASE("minimize: schedulers save most of the steps, and the best is found all the same") {
  const auto steps_with = [](const any_scheduler& scheduler) {
    std::size_t steps = 0;
    const auto found = minimize(line(), random_search{},
                                [&](trial<setting>& t) -> outcome {
                                  const double end = (t.config().x - 0.3) * (t.config().x - 0.3);
                                  for (std::size_t step = 1; step <= 27; ++step) {
                                    ++steps;
                                    t.report(step, end + 1.0 / static_cast<double>(step));
                                    if (t.should_stop()) return pruned;
                                  }
                                  return end;
                                },
                                {.trials = 200, .seed = 5, .scheduler = scheduler});
    CHECK(found.best().value < 1e-3);
    CHECK(found.trials().size() == 200);
    return steps;
  };
  const std::size_t all = steps_with({});
  CHECK(all == 200 * 27);
  CHECK(steps_with(halving_stopping{}) < all / 5);
  CHECK(steps_with(hyperband_stopping({.max_resource = 27})) < all / 2);
  CHECK(steps_with(median_stopping{}) < all * 2 / 3);
  CHECK(steps_with(patience_stopping(3, halving_stopping{})) == all);  // these curves always improve
}
