#include "support.hpp"

#include <knobless/minimize.hpp>
#include <knobless/sampler/grid.hpp>
#include <knobless/sampler/random_search.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <thread>
#include <utility>

using namespace knobless;
using namespace std::chrono_literals;

namespace {

struct config {
  double x = 0.9;
  int k = 7;
};

space<config> plane() {
  return space<config>{real("x", &config::x, {.low = -1.0, .high = 1.0}),
                       integer("k", &config::k, {.low = 0, .high = 9})};
}
double loss(const config& c) { return (c.x - 0.25) * (c.x - 0.25) + 0.1 * std::abs(c.k - 4); }

// All that a search told, in order.
template <class Config>
std::vector<double> values(const search_result<Config>& found) {
  std::vector<double> all;
  for (std::size_t i = 0; i < found.trials().size(); ++i) all.push_back(found.trials()[i].value);
  return all;
}

}  // namespace

TEST_CASE("minimize: makes as many trials as asked for, and 100 where nothing is said") {
  for (const std::size_t trials : {1U, 2U, 37U}) {
    const auto found = minimize(plane(), random_search{}, loss, {.trials = trials});
    CHECK(found.reason() == termination::trials_done);
    CHECK(found.trials().size() == trials);
    CHECK(found.trials().complete() == trials);
    CHECK(found.trials().pending().empty());
  }
  int calls = 0;
  const auto found = minimize(plane(), [&](const config& c) {
    ++calls;
    return loss(c);
  });
  CHECK(calls == 100);
  CHECK(found.trials().size() == 100);
}

TEST_CASE("minimize: the best is the lowest of all that was evaluated") {
  double lowest = 1e300;
  config best;
  const auto found = minimize(plane(),
                              [&](const config& c) {
                                if (loss(c) < lowest) {
                                  lowest = loss(c);
                                  best = c;
                                }
                                return loss(c);
                              },
                              {.trials = 60, .seed = 1});
  CHECK(found.best().value == lowest);
  CHECK(found.best().config.x == best.x);
  CHECK(found.best().config.k == best.k);
  CHECK(found.best_estimated().value <= 1.0);
}

TEST_CASE("minimize: the same seed gives the same search, another seed another") {
  const auto search = [](std::uint64_t seed) {
    return values(minimize(plane(), loss, {.trials = 50, .seed = seed, .deterministic = true}));
  };
  CHECK(search(3) == search(3));
  CHECK(search(3) != search(4));
}

TEST_CASE("maximize: is to minimise the negative") {
  const auto up =
      maximize(plane(), [](const config& c) { return -loss(c); }, {.trials = 40, .seed = 2, .deterministic = true});
  const auto down = minimize(plane(), loss, {.trials = 40, .seed = 2, .deterministic = true});
  CHECK(values(up) == values(down));
  CHECK(up.best().value == -down.best().value);
  CHECK(up.best().number == down.best().number);
  const auto random = maximize(plane(), random_search{}, [](const config& c) { return c.x; }, {.trials = 40});
  for (std::size_t i = 0; i < 40; ++i) CHECK(-random.trials()[i].value <= random.best().value);
}

TEST_CASE("minimize: takes the objective in all its forms") {
  const auto by_config = minimize(plane(), random_search{}, [](const config& c) { return loss(c); }, {.trials = 9});
  const auto by_copy = minimize(plane(), random_search{}, [](config c) { return loss(c); }, {.trials = 9});
  const auto by_function = minimize(plane(), random_search{}, &loss, {.trials = 9});
  const auto by_trial = minimize(plane(), random_search{},
                                 [](trial<config>& t) {
                                   t.report(1, 2.0);
                                   return loss(t.config());
                                 },
                                 {.trials = 9});
  const auto by_outcome =
      minimize(plane(), random_search{}, [](const config& c) -> outcome { return loss(c); }, {.trials = 9});
  for (const auto* found : {&by_config, &by_copy, &by_function, &by_trial, &by_outcome})
    CHECK(values(*found) == values(by_config));
  CHECK(by_trial.trials().reports(8).size() == 1);
  CHECK(by_config.trials().reports(8).empty());

  const knobless::space lambda{real("x", {.low = -1.0, .high = 1.0}), integer("k", {.low = 0, .high = 9})};
  const auto by_values = minimize(lambda, random_search{}, [](double x, int k) { return loss({x, k}); }, {.trials = 9});
  const auto by_tuple = minimize(lambda, random_search{},
                                 [](const std::tuple<double, int>& t) {
                                   return loss({std::get<0>(t), std::get<1>(t)});
                                 },
                                 {.trials = 9});
  CHECK(values(by_values) == values(by_config));
  CHECK(values(by_tuple) == values(by_config));

  // An int, a float, a bool are numbers.
  CHECK(minimize(plane(), random_search{}, [](const config& c) { return c.k; }, {.trials = 9}).has_best());
  CHECK(minimize(plane(), random_search{}, [](const config& c) { return c.k > 3; }, {.trials = 9}).has_best());
}

TEST_CASE("minimize: takes a generic lambda") {
  const auto found = minimize(plane(), random_search{}, [](const auto& c) { return loss(c); }, {.trials = 9});
  CHECK(values(found) == values(minimize(plane(), random_search{}, loss, {.trials = 9})));
  const knobless::space lambda{real("x", {.low = -1.0, .high = 1.0}), integer("k", {.low = 0, .high = 9})};
  CHECK(minimize(lambda, random_search{}, [](auto x, auto k) { return x + k; }, {.trials = 9}).has_best());
}

TEST_CASE("minimize: an objective with a state is called itself, not a copy") {
  struct counting {
    int calls = 0;
    double operator()(const config& c) {
      ++calls;
      return loss(c);
    }
  };
  counting objective;
  (void)minimize(plane(), random_search{}, objective, {.trials = 12});
  CHECK(objective.calls == 12);
  // One that can't be copied will do.
  (void)minimize(plane(), random_search{}, [only = std::make_unique<int>(3)](const config& c) { return c.x * *only; },
                 {.trials = 2});
}

TEST_CASE("minimize: ends at the target, and not before") {
  int calls = 0;
  const auto found = minimize(plane(), random_search{},
                              [&](const config&) {
                                ++calls;
                                return 10.0 - calls;
                              },
                              {.target = 3.0});
  CHECK(found.reason() == termination::target_reached);
  CHECK(found.trials().size() == 7);
  CHECK(found.best().value == 3.0);
  calls = 0;
  const auto highest = maximize(plane(), random_search{}, [&](const config&) { return ++calls; }, {.target = 5.0});
  CHECK(highest.reason() == termination::target_reached);
  CHECK(highest.trials().size() == 5);
  // The number of trials still holds.
  const auto missed = minimize(plane(), random_search{}, loss, {.trials = 20, .target = -1.0});
  CHECK(missed.reason() == termination::trials_done);
  CHECK(missed.trials().size() == 20);
  // A pruned trial does not reach it.
  const auto pruned_below = minimize(plane(), random_search{},
                                     [](trial<config>& t) -> outcome {
                                       t.report(1, -5.0);
                                       return pruned;
                                     },
                                     {.trials = 5, .target = 0.0});
  CHECK(pruned_below.reason() == termination::trials_done);
}

TEST_CASE("minimize: ends when the time is up, also within a trial that asks") {
  const auto none = minimize(plane(), random_search{}, loss, {.duration = 1ns});
  CHECK(none.reason() == termination::time_up);
  CHECK(none.trials().size() <= 1);
  // Each would go on for ever.
  const auto found = minimize(plane(), random_search{},
                              [](trial<config>& t) -> outcome {
                                while (!t.should_stop()) std::this_thread::sleep_for(1ms);
                                return 1.0;
                              },
                              {.duration = 20ms});
  CHECK(found.reason() == termination::time_up);
  CHECK(found.trials().size() == 1);
  CHECK(found.seconds() >= 0.02);
  CHECK(found.trials()[0].seconds > 0.0);
  // Time left over is not waited for.
  CHECK(minimize(plane(), random_search{}, loss, {.trials = 3, .duration = 24h}).reason() == termination::trials_done);
}

TEST_CASE("minimize: ends when a callback asks for it") {
  std::vector<std::size_t> numbers;
  double seconds = 0.0;
  const auto found =
      minimize(plane(), random_search{}, loss, {.trials = 1000, .on_trial = [&](const progress<config>& p) {
                                                  numbers.push_back(p.number);
                                                  CHECK(p.told.value() == loss(p.config));
                                                  CHECK(p.study.trials().size() == numbers.size());
                                                  CHECK(p.study.trials()[p.number].value == loss(p.config));
                                                  CHECK(p.seconds >= seconds);
                                                  seconds = p.seconds;
                                                  if (numbers.size() == 5) p.request_stop();
                                                }});
  CHECK(found.reason() == termination::stop_requested);
  CHECK(numbers == std::vector<std::size_t>{0, 1, 2, 3, 4});
  CHECK(found.trials().size() == 5);
}

TEST_CASE("minimize: a study whose search was stopped can be gone on with") {
  auto found = minimize(plane(), random_search{}, loss,
                        {.trials = 9, .on_trial = [](const progress<config>& p) { p.request_stop(); }});
  auto& s = found.study();
  auto t = s.ask();
  CHECK(t.number() == 1);
  CHECK_FALSE(t.should_stop());
  s.tell(std::move(t), -1.0);
  CHECK(found.best().value == -1.0);
}

TEST_CASE("minimize: callbacks see failures too") {
  std::size_t failures = 0;
  (void)minimize(plane(), random_search{}, [](const config& c) { return c.k < 5 ? test::nan : 1.0; },
                 {.trials = 50, .on_trial = [&](const progress<config>& p) {
                    CHECK((p.told.state() == trial_state::failed) == (p.config.k < 5));
                    failures += p.told.state() == trial_state::failed ? 1U : 0U;
                    CHECK(p.study.trials().failures() == failures);
                  }});
  CHECK(failures > 0);
}

TEST_CASE("minimize: ends when another thread asks for it, also within a trial") {
  std::atomic<bool> stop{false};
  std::atomic<bool> running{false};
  std::thread other([&] {
    while (!running.load()) std::this_thread::yield();
    stop.store(true);
  });
  const auto found = minimize(plane(), random_search{},
                              [&](trial<config>& t) -> outcome {
                                running.store(true);
                                while (!t.should_stop()) std::this_thread::yield();
                                return pruned;
                              },
                              {.trials = 1000, .stop = &stop});
  other.join();
  CHECK(found.reason() == termination::stop_requested);
  CHECK(found.trials().size() == 1);
  // Asked before it began.
  CHECK(minimize(plane(), random_search{}, loss, {.stop = &stop}).trials().size() == 0);
}

TEST_CASE("minimize: first guesses are evaluated first and count") {
  std::vector<config> seen;
  const auto found = minimize(plane(), random_search{},
                              [&](const config& c) {
                                seen.push_back(c);
                                return loss(c);
                              },
                              {.trials = 3, .first_guesses = {config{}, {0.25, 4}}});
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].x == doctest::Approx(0.9));
  CHECK(seen[0].k == 7);
  CHECK(seen[1].k == 4);
  CHECK(found.best().number == 1);
  const auto known = minimize(plane(), loss, {.target = 1e-9, .first_guesses = {{0.25, 4}}});
  CHECK(known.reason() == termination::target_reached);
  CHECK(known.trials().size() == 1);
}

TEST_CASE("minimize: NaN, infinity and failures cost one trial each") {
  int calls = 0;
  const auto found = minimize(plane(), random_search{},
                              [&](const config& c) -> outcome {
                                switch (calls++ % 5) {
                                  case 0:
                                    return test::nan;
                                  case 1:
                                    return -test::infinity;
                                  case 2:
                                    return failed("no memory");
                                  case 3:
                                    return pruned;
                                  default:
                                    return loss(c);
                                }
                              },
                              {.trials = 50});
  CHECK(found.reason() == termination::trials_done);
  CHECK(found.trials().size() == 50);
  CHECK(found.trials().failures() == 30);
  CHECK(found.trials().complete() == 10);
  CHECK(test::says(found.first_failure(), "NaN"));
  CHECK(elementary::is_finite(found.best().value));
}

TEST_CASE("minimize: failures are listed with their configurations and reasons") {
  const auto found = minimize(plane(), random_search{},
                              [](const config& c) -> outcome {
                                return c.k < 3 ? outcome(failed("k is " + std::to_string(c.k))) : outcome(loss(c));
                              },
                              {.trials = 40});
  const auto failures = found.failures();
  CHECK(failures.size() == found.trials().failures());
  REQUIRE(!failures.empty());
  for (const auto& f : failures) {
    CHECK(f.why == "k is " + std::to_string(f.config.k));
    CHECK(found.trials()[f.number].state == trial_state::failed);
  }
  CHECK(minimize(plane(), random_search{}, loss, {.trials = 5}).failures().empty());
}

TEST_CASE("minimize: an objective that fails every time ends early, with the reason") {
  const auto found =
      minimize(plane(), [](const config&) -> outcome { return failed("no such file"); }, {.trials = 5000});
  CHECK(found.reason() == termination::every_trial_failed);
  CHECK(found.trials().size() == 100);
  CHECK_FALSE(found.has_best());
  CHECK(found.first_failure() == "no such file");
  CHECK(test::says(found.report(), "every trial failed"));
  CHECK(test::says(found.report(), "no such file"));
  const auto few = minimize(plane(), [](const config&) { return test::infinity; }, {.trials = 3});
  CHECK(few.reason() == termination::every_trial_failed);
  CHECK(few.trials().size() == 3);
  CHECK(test::says(few.first_failure(), "infinite"));
  // Pruning every trial is not failing.
  CHECK(minimize(plane(), [](const config&) { return pruned; }, {.trials = 3}).reason() == termination::trials_done);
  // One that works at last goes on.
  int calls = 0;
  const auto late = minimize(plane(), [&](const config&) { return ++calls < 90 ? test::nan : 1.0; }, {.trials = 150});
  CHECK(late.reason() == termination::trials_done);
  CHECK(late.trials().size() == 150);
}

TEST_CASE("minimize: a space that is used up, or that no point fits, ends the search with that reason") {
  const space<config> small{integer("k", &config::k, {.low = 0, .high = 2})};
  const auto all = minimize(small, grid{}, [](const config& c) { return 2.0 - c.k; }, {.trials = 50});
  CHECK(all.reason() == termination::space_exhausted);
  CHECK(all.trials().size() == 3);
  CHECK(all.best().config.k == 2);
  const auto none = minimize(small.require([](const config&) { return false; }), random_search{}, loss, {.trials = 50});
  CHECK(none.reason() == termination::no_admitted_point);
  CHECK(none.trials().size() == 0);
  CHECK_FALSE(none.has_best());
}

TEST_CASE("minimize: constraints hold for every trial") {
  const auto found = minimize(plane().require([](const config& c) { return c.x < 0.1 * c.k - 0.5; }),
                              [](const config& c) {
                                CHECK(c.x < 0.1 * c.k - 0.5);
                                return loss(c);
                              },
                              {.trials = 80});
  CHECK(found.trials().size() == 80);
}

TEST_CASE("minimize: the report says how it ended and what is best") {
  const auto found = minimize(plane(), random_search{}, [](const config& c) { return c.k == 7 ? 0.5 : 1.0; },
                              {.trials = 4, .first_guesses = {config{}}});
  const std::string text = found.report();
  CAPTURE(text);
  CHECK(test::says(text, "4 trials in "));
  CHECK(test::says(text, "s: 4 complete; all trials done"));
  CHECK(test::says(text, "which parameters matter is not known"));
  CHECK(test::says(text, "all trials done"));
  CHECK(test::says(text, "best value 0.5 in trial 0"));
  CHECK(test::says(text, "  k = 7\n"));
  CHECK(test::says(found.csv(), "trial,state,value,seconds,x,k,why\n"));
}

TEST_CASE("minimize: the report counts every state and groups the reasons of failures") {
  const auto found = minimize(plane(), random_search{},
                              [](trial<config>& t) -> outcome {
                                if (t.number() % 10 < 4) return failed("solver diverged");
                                if (t.number() % 10 < 7) return test::nan;
                                if (t.number() % 10 < 9) return pruned;
                                return 1.0;
                              },
                              {.trials = 10});
  const std::string text = found.report();
  CAPTURE(text);
  CHECK(test::says(text, "s: 1 complete, 2 pruned, 7 failed; all trials done"));
  CHECK(test::says(text, "failed: 4 solver diverged, 3 the value is NaN\n"));
  std::size_t explained = 0;
  for (std::size_t i = 0; i < found.trials().size(); ++i)
    explained += found.study().core().happened().why(i).empty() ? 0U : 1U;
  CHECK(explained == 7);
}

TEST_CASE("minimize: the report of a search without a best says so, and names the bounds that the best lies at") {
  const auto none = minimize(plane(), random_search{}, [](const config&) -> outcome { return pruned; }, {.trials = 5});
  CHECK(test::says(none.report(), "0 complete, 5 pruned"));
  CHECK(test::says(none.report(), "no trial is complete"));
  const auto edge = minimize(plane(), [](const config& c) { return -c.x; }, {.trials = 40});
  CHECK(test::says(edge.report(), "the best lies at a bound of x"));
  const auto inner = minimize(plane(), random_search{}, [](const config& c) { return c.x * c.x; }, {.trials = 10});
  CHECK_FALSE(test::says(inner.report(), "at a bound of x"));
}

TEST_CASE("minimize: reasons have words") {
  for (const auto reason :
       {termination::trials_done, termination::time_up, termination::target_reached, termination::stop_requested,
        termination::space_exhausted, termination::every_trial_failed, termination::no_admitted_point}) {
    CHECK(to_string(reason) != "unknown");
    CHECK(to_string(reason).size() > 5);
  }
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("minimize: what the objective throws is a failed trial with the reason") {
  int calls = 0;
  const auto found = minimize(plane(), random_search{},
                              [&](const config& c) -> double {
                                ++calls;
                                if (calls == 2) throw std::runtime_error("diverged");
                                if (calls == 3) throw 17;
                                return loss(c);
                              },
                              {.trials = 6});
  CHECK(found.trials().size() == 6);
  CHECK(found.trials().failures() == 2);
  CHECK(found.first_failure() == "diverged");
  const auto odd = minimize(plane(), random_search{}, [](const config&) -> double { throw 17; }, {.trials = 2});
  CHECK(odd.reason() == termination::every_trial_failed);
  CHECK(test::says(odd.first_failure(), "not a std::exception"));
  CHECK_THROWS_WITH_AS(
      (void)odd.best(),
      "knobless: study.best: no trial is complete; the first failure: the objective threw something that is "
      "not a std::exception",
      exception);
}

TEST_CASE("minimize: what a callback throws reaches the caller") {
  CHECK_THROWS_AS(
      (void)minimize(plane(), random_search{}, loss,
                     {.trials = 3, .on_trial = [](const progress<config>&) { throw std::domain_error("stop"); }}),
      std::domain_error);
}

TEST_CASE("minimize: options that make no sense are refused") {
  CHECK_THROWS_WITH_AS((void)minimize(plane(), loss, {.duration = -1s}),
                       "knobless: duration: -1 s given, but it must be 0 (no limit) or above", exception);
  for (const double target : {test::nan, test::infinity, -test::infinity})
    CHECK_THROWS_AS((void)minimize(plane(), loss, {.trials = 3, .target = target}), exception);
  CHECK_THROWS_AS((void)minimize(plane(), loss, {.first_guesses = {{5.0, 5}}}), exception);
}
#endif

TEST_CASE("minimize: a callback's request_stop may be kept for longer than the search lasts") {
  std::function<void()> kept;
  for (const std::size_t parallel : {std::size_t{1}, std::size_t{3}}) {
    const auto found = minimize(
        plane(), random_search{}, loss,
        {.trials = 5, .parallel = parallel, .on_trial = [&](const progress<config>& p) { kept = p.request_stop; }});
    CHECK(found.trials().size() == 5);
    kept();
  }
}
