#include <knobless/scheduler.hpp>

#include <cmath>
#include <cstddef>
#include <ctime>
#include <knobless/minimize.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/scheduler/hyperband.hpp>
#include <knobless/scheduler/median.hpp>
#include <knobless/scheduler/patience.hpp>
#include <knobless/scheduler/percentile.hpp>
#include <knobless/scheduler/successive_halving.hpp>
#include <knobless/scheduler/threshold.hpp>
#include <knobless/scheduler/wilcoxon.hpp>
#include <knobless/study.hpp>
#include <utility>
#include <vector>

#include "../support.hpp"
#include "plain.hpp"

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

TEST_CASE("study: a report that is no number stops the trial, with a scheduler and without") {
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
    CHECK(u.should_stop());
  }
}

namespace {

std::vector<any_scheduler> every_scheduler() {
  std::vector<any_scheduler> all;
  all.emplace_back();
  all.emplace_back(halving_stopping{});
  all.emplace_back(hyperband_stopping({.max_resource = 9}));
  all.emplace_back(median_stopping({.first_trials = 1}));
  all.emplace_back(percentile_stopping({.first_trials = 1}));
  all.emplace_back(patience_stopping(3));
  all.emplace_back(patience_stopping(3, median_stopping({.first_trials = 1})));
  all.emplace_back(threshold_stopping({.high = 100.0}));
  all.emplace_back(wilcoxon_stopping{});
  return all;
}

}  // namespace

TEST_CASE(
    "minimize: reports that are no numbers stop their trial and harm no other, with every scheduler, in every mode") {
  for (const any_scheduler& scheduler : every_scheduler())
    for (const double bad : {test::nan, test::infinity, -test::infinity})
      for (const std::size_t parallel : {std::size_t{1}, std::size_t{3}})
        for (const direction toward : {direction::minimize, direction::maximize}) {
          const auto objective = [&](trial<setting>& t) -> outcome {
            t.report(1, 5.0);
            if (t.number() % 3 == 2) {
              t.report(2, 4.0);
              return 3.0;
            }
            t.report(2, bad);
            if (!t.should_stop()) return failed("goes on");
            t.report(3, 4.0);
            if (!t.should_stop()) return failed("goes on again");
            t.report(4, bad);
            if (t.number() % 3 == 0) return pruned;
            return 7.0;
          };
          const run_options<setting> options{
              .trials = 30, .parallel = parallel, .deterministic = true, .scheduler = scheduler};
          const auto found = toward == direction::minimize ? minimize(line(), random_search{}, objective, options)
                                                           : maximize(line(), random_search{}, objective, options);
          const double sign = toward == direction::minimize ? 1.0 : -1.0;
          for (std::size_t i = 0; i < found.trials().size(); ++i) {
            const observation o = found.trials()[i];
            REQUIRE(o.state == (o.number % 3 == 0 ? trial_state::pruned : trial_state::complete));
            REQUIRE(o.has_value);
            REQUIRE(o.value == sign * (o.number % 3 == 0 ? 4.0 : o.number % 3 == 1 ? 7.0 : 3.0));
          }
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

TEST_CASE("schedulers: the cost of a report does not grow with the curve") {
  // With a look at the whole curve each time this takes more than a minute of an optimised program.
  constexpr std::size_t reports = 100000;
  const std::clock_t begun = std::clock();  // of the processor: other programs don't count
  CHECK(test::long_trials(patience_stopping(5), reports) > 0);
  CHECK(test::long_trials(patience_stopping(5, halving_stopping{}), reports) > 0);
  CHECK(test::long_trials(halving_stopping{}, reports) > 0);
  CHECK(test::long_trials(hyperband_stopping({.max_resource = reports}), reports) < reports);
  CHECK(test::long_trials(median_stopping({.first_trials = 1}), reports) > 0);
  CHECK(test::long_trials(percentile_stopping({.first_trials = 1}), reports) > 0);
  CHECK(test::long_trials(threshold_stopping({.high = 2.0}), reports) > 0);
  CHECK(test::long_trials(wilcoxon_stopping{}, reports) > 0);
  CHECK(static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC < 40.0);
}

namespace {

// The same rule without a judge of its own: a copy is taken.
template <class Rule>
struct copied {
  Rule rule;
  bool stops(const running_trial& t) { return rule.stops(t); }
  void ended(const running_trial& t, trial_state state) { rule.ended(t, state); }
};

// Counts its copies, and has a judge.
struct counted {
  explicit counted(std::size_t* to) : copies(to) {}
  counted(const counted& other) : copies(other.copies) { ++*copies; }
  counted& operator=(const counted&) = default;
  ~counted() = default;
  [[nodiscard]] bool stops(const running_trial&) const { return false; }
  void ended(const running_trial&, trial_state) {}
  [[nodiscard]] threshold_stopping judge(std::size_t number) const {
    return threshold_stopping({.high = number == 3 ? 0.0 : 1e9});
  }
  std::size_t* copies;
};

std::vector<std::pair<trial_state, std::size_t>> searched_in_parallel(const any_scheduler& scheduler) {
  const auto found = minimize(line(), random_search{},
                              [](trial<setting>& t) -> outcome {
                                double value = 0.0;
                                for (std::size_t step = 1; step <= 27; ++step) {
                                  value = t.config().x + std::sin(static_cast<double>(step) * 40.0 * t.config().x);
                                  t.report(step, value);
                                  if (t.should_stop()) return pruned;
                                }
                                return value;
                              },
                              {.trials = 120, .seed = 3, .parallel = 3, .deterministic = true, .scheduler = scheduler});
  std::vector<std::pair<trial_state, std::size_t>> all;
  for (std::size_t i = 0; i < found.trials().size(); ++i)
    all.emplace_back(found.trials()[i].state, found.trials().reports(i).size());
  return all;
}

template <class Rule>
void judge_is_a_copy(const Rule& rule) {
  const auto judged = searched_in_parallel(rule);
  CHECK(judged == searched_in_parallel(copied<Rule>{rule}));
  std::size_t stopped = 0;
  for (const auto& trial : judged)
    if (trial.first == trial_state::pruned) ++stopped;
  CHECK(stopped > 5);
}

}  // namespace

TEST_CASE("minimize: in parallel and deterministic, a judge says what a copy of the scheduler would") {
  static_assert(!judging_scheduler<copied<halving_stopping>> && judging_scheduler<halving_stopping>);
  judge_is_a_copy(halving_stopping{});
  judge_is_a_copy(hyperband_stopping({.max_resource = 27}));
  judge_is_a_copy(median_stopping{});
  judge_is_a_copy(percentile_stopping{});
  judge_is_a_copy(patience_stopping(2, median_stopping{}));
  judge_is_a_copy(patience_stopping(4));
  judge_is_a_copy(threshold_stopping({.high = 1.5}));
  judge_is_a_copy(wilcoxon_stopping{});
}

TEST_CASE("minimize: in parallel and deterministic, a scheduler with a judge is not copied for a trial") {
  std::size_t copies = 0;
  const any_scheduler scheduler = counted(&copies);
  const std::size_t before = copies;
  const auto trials = searched_in_parallel(scheduler);
  CHECK(copies - before < 10);  // into the study
  for (std::size_t i = 0; i < trials.size(); ++i) CHECK((trials[i].first == trial_state::pruned) == (i == 3));
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
