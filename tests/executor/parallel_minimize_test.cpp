#include "../support.hpp"
#include "stealing.hpp"

#include <knobless/executor/threads.hpp>
#include <knobless/minimize.hpp>
#include <knobless/sampler/automatic.hpp>
#include <knobless/sampler/cma_es.hpp>
#include <knobless/sampler/gp_ei.hpp>
#include <knobless/sampler/grid.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/sampler/tpe.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace knobless;
using namespace std::chrono_literals;

namespace {

struct config {
  double x = 0.9;
  double y = -0.4;
  int k = 7;
};

space<config> plane() {
  return space<config>{real("x", &config::x, {.low = -1.0, .high = 1.0}),
                       real("y", &config::y, {.low = -1.0, .high = 1.0}),
                       integer("k", &config::k, {.low = 0, .high = 9})};
}
double loss(const config& c) {
  return (c.x - 0.25) * (c.x - 0.25) + (c.y + c.x) * (c.y + c.x) + 0.1 * (c.k - 4) * (c.k - 4);
}

// Takes its time: some trials much more of it than others.
double uneven_loss(const config& c) {
  const int naps = c.k == 3 || c.x > 0.9 ? 40 : c.k % 3;
  for (int i = 0; i < naps; ++i) std::this_thread::yield();
  return loss(c);
}

struct row {
  std::size_t number;
  trial_state state;
  double value;
  std::vector<double> unit;
  bool operator==(const row&) const = default;
};
std::vector<row> rows(const history& seen) {
  std::vector<row> all;
  for (std::size_t i = 0; i < seen.size(); ++i)
    all.push_back({seen[i].number, seen[i].state, seen[i].value, seen[i].where().unit});
  return all;
}
template <class Config>
std::vector<row> rows(const search_result<Config>& found) {
  CHECK(found.trials().pending().empty());
  return rows(found.trials());
}

// Waits for something that another thread does, but not for ever: then the test fails.
template <class Condition>
bool comes_true(const Condition& condition) {
  for (int i = 0; i < 20000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

// One body after the other, the last one first.
struct backwards {
  template <class Body>
  void run(std::size_t n, const Body& body) {
    ++runs;
    while (n-- > 0) body(n);
  }
  int runs = 0;
};

// What a window of so many trials is by definition.
template <class Sampler>
std::vector<row> by_hand(Sampler sampler, std::size_t trials, std::size_t parallel) {
  study s{plane(), std::move(sampler), {.seed = 5}};
  std::deque<trial<config>> out;
  std::size_t asked = 0;
  for (; asked < (std::min)(parallel, trials); ++asked) out.push_back(s.ask());
  while (!out.empty()) {
    const double value = loss(out.front().config());
    s.tell(std::move(out.front()), value);
    out.pop_front();
    if (asked < trials) {
      out.push_back(s.ask());
      ++asked;
    }
  }
  return rows(s.trials());
}

template <class Sampler>
void check_determinism(std::size_t trials) {
  for (const std::size_t parallel : {1U, 3U, 4U}) {
    const std::vector<row> expected = by_hand(Sampler{}, trials, parallel);
    for (const std::size_t count : {1U, 2U, 8U}) {
      const auto found = minimize(
          plane(), Sampler{}, uneven_loss,
          {.trials = trials, .seed = 5, .parallel = parallel, .deterministic = true, .executor = threads(count)});
      CHECK(found.reason() == termination::trials_done);
      CHECK(rows(found) == expected);
    }
    const auto by_default = minimize(plane(), Sampler{}, uneven_loss,
                                     {.trials = trials, .seed = 5, .parallel = parallel, .deterministic = true});
    CHECK(rows(by_default) == expected);
    backwards serial;
    const auto one_by_one =
        minimize(plane(), Sampler{}, uneven_loss,
                 {.trials = trials, .seed = 5, .parallel = parallel, .deterministic = true, .executor = serial});
    CHECK(rows(one_by_one) == expected);
    CHECK(serial.runs == 1);
  }
}

}  // namespace

TEST_CASE("parallel: the same trials to the bit on any number of threads, in the order of asking: random search") {
  check_determinism<random_search>(40);
}
TEST_CASE("parallel: the same trials to the bit on any number of threads, in the order of asking: tpe") {
  check_determinism<tpe>(40);
}
TEST_CASE("parallel: the same trials to the bit on any number of threads, in the order of asking: cma_es") {
  check_determinism<cma_es>(60);
}
TEST_CASE("parallel: the same trials to the bit on any number of threads, in the order of asking: gp_ei") {
  check_determinism<gp_ei>(test::sanitized ? 11 : 20);
}
TEST_CASE("parallel: the same trials to the bit on any number of threads, in the order of asking: automatic") {
  check_determinism<automatic>(test::sanitized ? 11 : 30);
}

TEST_CASE("parallel: so many trials are out at once, and never more") {
  for (const bool deterministic : {true, false}) {
    std::atomic<int> running{0};
    std::atomic<int> most{0};
    const auto objective = [&](const config& c) {
      const int now = ++running;
      for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
      }
      // The first three wait for each other.
      const bool met = comes_true([&] { return most == 3; });
      --running;
      return met ? loss(c) : test::nan;
    };
    const auto found =
        minimize(plane(), random_search{}, objective, {.trials = 12, .parallel = 3, .deterministic = deterministic});
    CHECK(found.trials().complete() == 12);
    CHECK(most == 3);
  }
}

TEST_CASE("parallel: without an order of telling no worker waits for a trial that takes long") {
  std::atomic<std::size_t> others{0};
  const auto found = minimize(plane(), tpe{},
                              [&](trial<config>& t) {
                                // The first trial ends when all others have.
                                if (t.number() == 0) return comes_true([&] { return others == 39; }) ? 1.0 : test::nan;
                                ++others;
                                return loss(t.config());
                              },
                              {.trials = 40, .parallel = 2, .deterministic = false});
  CHECK(found.trials().complete() == 40);
  CHECK(found.trials()[39].number == 0);
}

TEST_CASE("parallel: in the order of asking, the window closes behind a trial that takes long, and no sooner") {
  std::atomic<std::size_t> ended{0};
  std::atomic<std::size_t> highest{0};
  const auto found = minimize(plane(), tpe{},
                              [&](trial<config>& t) {
                                for (std::size_t seen = highest;
                                     seen < t.number() && !highest.compare_exchange_weak(seen, t.number());) {
                                }
                                if (t.number() == 0) {
                                  const bool met = comes_true([&] { return ended == 3; });
                                  return met && highest == 3 ? 1.0 : test::nan;
                                }
                                ++ended;
                                return loss(t.config());
                              },
                              {.trials = 20, .parallel = 4, .deterministic = true, .executor = threads(2)});
  CHECK(found.trials().complete() == 20);
  for (std::size_t i = 0; i < 20; ++i) CHECK(found.trials()[i].number == i);
}

TEST_CASE("parallel: an executor with a name is referred to, and may run its bodies one after the other") {
  for (const bool deterministic : {true, false}) {
    backwards serial;
    const auto found = minimize(plane(), tpe{}, loss,
                                {.trials = 30, .parallel = 4, .deterministic = deterministic, .executor = serial});
    CHECK(serial.runs == 1);
    CHECK(found.trials().complete() == 30);
  }
  // One after the other and told as they end: the sequential search.
  const auto one_by_one =
      minimize(plane(), tpe{}, loss, {.trials = 30, .parallel = 4, .deterministic = false, .executor = backwards{}});
  CHECK(rows(one_by_one) == rows(minimize(plane(), tpe{}, loss, {.trials = 30})));
}

TEST_CASE("parallel: a body that an executor starts inside an objective does not wait for it") {
  // While an objective waits, its thread is lent to other bodies, as in work stealing.
  test::stealing pool;
  for (const bool deterministic : {true, false}) {
    const auto found = minimize(plane(), random_search{},
                                [&](const config& c) {
                                  (void)pool.help();
                                  return loss(c);
                                },
                                {.trials = 20, .parallel = 4, .deterministic = deterministic, .executor = pool});
    CHECK(found.trials().complete() == 20);
  }
}

TEST_CASE("parallel: a search within an objective, on the same executor") {
  const threads pool(2);
  const auto found =
      minimize(plane(), random_search{},
               [&](const config& c) {
                 return minimize(plane(), random_search{}, [&](const config& d) { return loss(d) + c.x; },
                                 {.trials = 8, .parallel = 2, .deterministic = true, .executor = pool})
                     .best()
                     .value;
               },
               {.trials = 6, .parallel = 2, .deterministic = true, .executor = pool});
  CHECK(found.trials().complete() == 6);
}

TEST_CASE("parallel: options that make no sense are refused") {
#if KNOBLESS_EXCEPTIONS
  const auto refused = [](run_options<config> options, const char* word) {
    try {
      (void)minimize(plane(), random_search{}, loss, std::move(options));
    } catch (const knobless::exception& e) {
      return test::says(e.what(), word);
    }
    return false;
  };
  CHECK(refused({.parallel = 0, .deterministic = true}, "parallel"));
  CHECK(refused({.trial_time_limit = -1ns}, "trial_time_limit: -1e-09 s given"));
  CHECK(refused({.duration = -2s}, "duration: -2 s given"));
  const auto batch = [](std::span<const config> all) { return std::vector<double>(all.size(), 1.0); };
  CHECK_THROWS_AS((void)minimize(plane(), random_search{}, batch, {.trial_time_limit = 1s}), knobless::exception);
#endif
}

TEST_CASE("parallel: more workers than trials, and a single trial") {
  for (const std::size_t trials : {1U, 3U}) {
    const auto found = minimize(plane(), tpe{}, loss, {.trials = trials, .parallel = 8, .deterministic = true});
    CHECK(found.trials().size() == trials);
    CHECK(rows(minimize(plane(), tpe{}, loss, {.trials = trials, .parallel = 8, .deterministic = false})).size() ==
          trials);
  }
}

TEST_CASE("parallel: first guesses are the first trials, in their order") {
  for (const bool deterministic : {true, false}) {
    const auto found = minimize(plane(), tpe{}, loss,
                                {.trials = 12,
                                 .parallel = 2,
                                 .first_guesses = {{0.5, 0.5, 1}, {0.25, -0.25, 4}, {-0.5, 0.5, 2}},
                                 .deterministic = deterministic});
    CHECK(found.best().number == 1);
    CHECK(found.best().value == 0.0);
    std::size_t known = 0;
    for (std::size_t i = 0; i < 12; ++i) {
      const int expected[] = {1, 4, 2};
      if (found.trials()[i].number >= 3) continue;
      CHECK(found.study().config(i).k == expected[found.trials()[i].number]);
      ++known;
    }
    CHECK(known == 3);
  }
}

TEST_CASE("parallel: what trials report is theirs, and kept") {
  for (const bool deterministic : {true, false}) {
    const auto found = minimize(plane(), tpe{},
                                [](trial<config>& t) -> outcome {
                                  for (std::size_t step = 0; step < t.number() % 5; ++step)
                                    t.report(step, static_cast<double>(100 * t.number() + step));
                                  return t.number() % 5 == 0 ? outcome(1.0) : outcome(pruned);
                                },
                                {.trials = 30, .parallel = 4, .deterministic = deterministic});
    CHECK(found.trials().size() == 30);
    for (std::size_t i = 0; i < 30; ++i) {
      const observation o = found.trials()[i];
      const auto reports = found.trials().reports(i);
      REQUIRE(reports.size() == o.number % 5);
      for (std::size_t step = 0; step < reports.size(); ++step)
        CHECK(reports[step].value == static_cast<double>(100 * o.number + step));
      CHECK(o.value == (reports.empty() ? 1.0 : reports.back().value));
    }
  }
}

TEST_CASE("parallel: callbacks come one at a time, one for each trial, after its tell") {
  for (const bool deterministic : {true, false}) {
    std::atomic<int> inside{0};
    std::vector<std::size_t> numbers;
    bool apart = true;
    const auto found = minimize(plane(), tpe{}, uneven_loss,
                                {.trials = 40,
                                 .parallel = 4,
                                 .on_trial =
                                     [&](const progress<config>& p) {
                                       apart = apart && ++inside == 1;
                                       numbers.push_back(p.number);
                                       CHECK(p.told.value() == loss(p.config));
                                       CHECK(p.study.trials().size() == numbers.size());
                                       CHECK(p.study.trials()[numbers.size() - 1].number == p.number);
                                       --inside;
                                     },
                                 .deterministic = deterministic});
    CHECK(apart);
    CHECK(numbers.size() == 40);
    CHECK((!deterministic || std::is_sorted(numbers.begin(), numbers.end())));
    CHECK(std::set<std::size_t>(numbers.begin(), numbers.end()).size() == 40);
  }
}

TEST_CASE("parallel: the target, or a callback, ends the search at the same trial on any number of threads") {
  const auto at_target = [](std::size_t count) {
    return minimize(plane(), tpe{}, uneven_loss,
                    {.seed = 3, .parallel = 4, .target = 0.15, .deterministic = true, .executor = threads(count)});
  };
  const auto first = at_target(1);
  CHECK(first.reason() == termination::target_reached);
  CHECK(first.best().number == first.trials().size() - 1);
  const auto at_callback = [](std::size_t count) {
    return minimize(plane(), tpe{}, uneven_loss,
                    {.seed = 3,
                     .parallel = 4,
                     .on_trial =
                         [](const progress<config>& p) {
                           if (p.number == 17) p.request_stop();
                         },
                     .deterministic = true,
                     .executor = threads(count)});
  };
  for (const std::size_t count : {2U, 8U}) {
    CHECK(rows(at_target(count)) == rows(first));
    CHECK(rows(at_callback(count)) == rows(at_callback(1)));
  }
  CHECK(at_callback(2).trials().size() == 18);
  CHECK(at_callback(2).reason() == termination::stop_requested);
  // Told as they end: what is running ends as well, and is told.
  const auto free = minimize(plane(), tpe{}, uneven_loss, {.parallel = 4, .target = 0.15, .deterministic = false});
  CHECK(free.reason() == termination::target_reached);
  CHECK(free.best().value <= 0.15);
  CHECK(free.trials().pending().empty());
}

TEST_CASE("parallel: a stop request ends within one trial a worker, and running trials see it") {
  for (const bool deterministic : {true, false}) {
    std::atomic<bool> stop{false};
    std::atomic<int> running{0};
    const auto found = minimize(plane(), tpe{},
                                [&](trial<config>& t) -> outcome {
                                  if (++running == 3) stop = true;
                                  return comes_true([&] { return t.should_stop(); }) ? loss(t.config()) : test::nan;
                                },
                                {.trials = 1000, .parallel = 3, .stop = &stop, .deterministic = deterministic});
    CHECK(found.reason() == termination::stop_requested);
    // All three are told: nothing that was evaluated is lost.
    CHECK(found.trials().complete() == 3);
    CHECK(running == 3);
    CHECK(found.trials().pending().empty());
  }
}

TEST_CASE("parallel: time that is up ends the search, also within trials") {
  for (const bool deterministic : {true, false}) {
    const auto found = minimize(plane(), tpe{},
                                [](trial<config>& t) -> outcome {
                                  return comes_true([&] { return t.should_stop(); }) ? loss(t.config()) : test::nan;
                                },
                                {.duration = 20ms, .parallel = 2, .deterministic = deterministic});
    CHECK(found.reason() == termination::time_up);
    CHECK(found.trials().size() <= 2);
    CHECK(found.trials().complete() == found.trials().size());
  }
}

TEST_CASE("parallel: a trial beyond the time limit has failed, and says so; what is quick is not touched") {
  const auto found = minimize(plane(), tpe{},
                              [](trial<config>& t) -> outcome {
                                if (t.number() % 4 == 1) std::this_thread::sleep_for(60ms);
                                return loss(t.config());
                              },
                              {.trials = 12, .parallel = 3, .deterministic = true, .trial_time_limit = 50ms});
  CHECK(found.trials().size() == 12);
  CHECK(found.trials().failures() >= 3);
  CHECK(test::says(found.first_failure(), "longer than the limit of 0.05 s"));
  for (std::size_t i = 0; i < 12; ++i) {
    const observation o = found.trials()[i];
    if (o.number % 4 == 1) CHECK(o.state == trial_state::failed);
    CHECK((o.state == trial_state::failed) == (o.seconds > 0.05));
  }
}

TEST_CASE("parallel: a trial that ends when should_stop() tells it that its time is up keeps what it returned") {
  const auto found = minimize(plane(), tpe{},
                              [](trial<config>& t) -> outcome {
                                if (t.number() == 1) t.report(1, 0.25);
                                if (t.number() < 2 && !comes_true([&] { return t.should_stop(); })) return failed;
                                return t.number() == 1 ? outcome(pruned) : outcome(loss(t.config()));
                              },
                              {.trials = 4, .parallel = 2, .deterministic = true, .trial_time_limit = 20ms});
  CHECK(found.trials().failures() == 0);
  CHECK(found.trials()[0].state == trial_state::complete);
  CHECK(found.trials()[1].state == trial_state::pruned);
  CHECK(found.trials()[1].value == 0.25);
}

TEST_CASE("parallel: more trials at once than can be looked after are refused, with the limit") {
  const auto how_many = [](std::size_t parallel) {
    return minimize(plane(), random_search{}, loss, {.trials = 2, .parallel = parallel}).trials().size();
  };
  CHECK(how_many(1000) == 2);
#if KNOBLESS_EXCEPTIONS
  for (const std::size_t parallel : {std::size_t{0}, std::size_t{100000000}}) {
    try {
      (void)how_many(parallel);
      FAIL("was taken");
    } catch (const knobless::exception& e) {
      CHECK(test::says(e.what(), std::to_string(parallel) + " given"));
      CHECK(test::says(e.what(), "65536"));
    }
  }
#endif
}

TEST_CASE("parallel: a space that is used up while trials are out ends cleanly") {
  for (const bool deterministic : {true, false})
    for (const std::size_t parallel : {2U, 4U, 30U}) {
      const space<config> small{integer("k", &config::k, {.low = 0, .high = 9})};
      const auto found =
          minimize(small, grid{}, uneven_loss, {.trials = 50, .parallel = parallel, .deterministic = deterministic});
      CHECK(found.reason() == termination::space_exhausted);
      CHECK(found.trials().complete() == 10);
      std::set<int> seen;
      for (std::size_t i = 0; i < 10; ++i) seen.insert(found.study().config(i).k);
      CHECK(seen.size() == 10);
      const auto none = minimize(small.require([](const config&) { return false; }), random_search{}, loss,
                                 {.parallel = parallel, .deterministic = true});
      CHECK(none.reason() == termination::no_admitted_point);
      CHECK(none.trials().size() == 0);
    }
}

TEST_CASE("parallel: an objective that always fails ends early") {
  const auto never = [](const config&) -> outcome { return failed("no such file"); };
  const auto in_order =
      minimize(plane(), random_search{}, never, {.trials = 5000, .parallel = 4, .deterministic = true});
  CHECK(in_order.reason() == termination::every_trial_failed);
  CHECK(in_order.trials().size() == 100);
  const auto free = minimize(plane(), random_search{}, never, {.trials = 5000, .parallel = 4, .deterministic = false});
  CHECK(free.reason() == termination::every_trial_failed);
  CHECK(free.trials().size() >= 100);
  CHECK(free.trials().size() < 104);
  CHECK(free.first_failure() == "no such file");
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE(
    "parallel: an objective that throws, gives NaN and hangs costs those trials, and its best is that of the others") {
  for (const bool deterministic : {true, false}) {
    std::mutex guard;
    double lowest = 1e300;
    std::size_t healthy = 0;
    const auto objective = [&](trial<config>& t) -> double {
      if (t.number() % 10 == 9) std::this_thread::sleep_for(1s);
      if (t.number() % 3 == 2) throw std::runtime_error("the third");
      if (t.number() % 5 == 4) return test::nan;
      const std::lock_guard<std::mutex> hold(guard);
      lowest = (std::min)(lowest, loss(t.config()));
      ++healthy;
      return loss(t.config());
    };
    const auto found =
        minimize(plane(), objective, {.trials = 100, .seed = 2, .parallel = 4, .deterministic = deterministic});
    CHECK(found.reason() == termination::trials_done);
    CHECK(found.trials().size() == 100);
    CHECK(found.trials().complete() == healthy);
    CHECK(found.trials().failures() == 100 - healthy);
    CHECK(healthy == 53);
    CHECK(found.best().value == lowest);
    CHECK(loss(found.best().config) == lowest);
    CHECK(lowest < 0.2);
  }
}

TEST_CASE("parallel: what a callback throws comes out when all trials have ended") {
  for (const bool deterministic : {true, false}) {
    std::atomic<int> running{0};
    std::size_t calls = 0;
    const auto objective = [&](const config& c) {
      ++running;
      const double value = uneven_loss(c);
      --running;
      return value;
    };
    const auto search = [&] {
      return minimize(plane(), tpe{}, objective,
                      {.trials = 1000,
                       .parallel = 4,
                       .on_trial =
                           [&](const progress<config>&) {
                             if (++calls == 9) throw std::runtime_error("enough");
                           },
                       .deterministic = deterministic});
    };
    CHECK_THROWS_WITH_AS((void)search(), "enough", std::runtime_error);
    CHECK(running == 0);
    CHECK(calls == 9);
  }
}

TEST_CASE("parallel: what a sampler throws comes out, too") {
  struct broken {
    random_search inner;
    [[nodiscard]] std::optional<point> ask(const ask_context& context) {
      if (context.number == 7) throw std::runtime_error("broken");
      return inner.ask(context);
    }
  };
  for (const bool deterministic : {true, false})
    CHECK_THROWS_WITH_AS((void)minimize(plane(), broken{}, loss, {.parallel = 3, .deterministic = deterministic}),
                         "broken", std::runtime_error);
}
#endif

TEST_CASE("parallel: an objective of many configurations gets so many at a time") {
  std::vector<std::size_t> sizes;
  const auto batch = [&](std::span<const config> all) {
    sizes.push_back(all.size());
    std::vector<double> values;
    for (const config& c : all) values.push_back(loss(c));
    return values;
  };
  const auto found = minimize(plane(), tpe{}, batch, {.trials = 30, .seed = 5, .parallel = 4, .deterministic = true});
  CHECK(sizes == std::vector<std::size_t>{4, 4, 4, 4, 4, 4, 4, 2});
  // By hand.
  study s{plane(), tpe{}, {.seed = 5}};
  while (s.trials().size() < 30) {
    std::vector<trial<config>> out;
    while (out.size() < 4 && s.trials().size() + out.size() < 30) out.push_back(s.ask());
    for (auto& t : out) {
      const double value = loss(t.config());
      s.tell(std::move(t), value);
    }
  }
  CHECK(rows(found) == rows(s.trials()));
  // One at a time unless told otherwise: the sequential search. Any range of values or outcomes will do.
  const auto outcomes = [](std::span<const config> all) {
    CHECK(all.size() == 1);
    return std::array<outcome, 1>{loss(all[0])};
  };
  CHECK(rows(minimize(plane(), tpe{}, outcomes, {.trials = 20})) ==
        rows(minimize(plane(), tpe{}, loss, {.trials = 20})));
}

TEST_CASE("parallel: a batch that throws, or gives too few values, costs its trials") {
  int calls = 0;
  const auto short_of_one = [&](std::span<const config> all) {
    std::vector<outcome> told(all.size(), outcome(2.0));
    if (++calls == 2) told.pop_back();
    if (calls == 3) told[1] = test::nan;
#if KNOBLESS_EXCEPTIONS
    if (calls == 4) throw std::runtime_error("out of memory");
#endif
    return told;
  };
  const auto found =
      minimize(plane(), random_search{}, short_of_one, {.trials = 20, .parallel = 4, .deterministic = true});
  CHECK(found.trials().size() == 20);
  CHECK(found.trials().failures() == (KNOBLESS_EXCEPTIONS ? 9 : 5));
  CHECK(test::says(found.first_failure(), "3 values for 4 configurations"));
  // The space is used up within a batch, and the target is reached in one.
  const space<config> small{integer("k", &config::k, {.low = 0, .high = 9})};
  const auto losses = [](std::span<const config> all) {
    std::vector<double> values;
    for (const config& c : all) values.push_back(c.k);
    return values;
  };
  const auto all = minimize(small, grid{}, losses, {.trials = 50, .parallel = 4, .deterministic = true});
  CHECK(all.reason() == termination::space_exhausted);
  CHECK(all.trials().complete() == 10);
  CHECK(minimize(small, grid{}, losses, {.parallel = 4, .target = 0.0, .deterministic = true}).reason() ==
        termination::target_reached);
}

namespace {

// The distances of proposals to the nearest one that is out with them, in order: near 0 where running trials are ignored.
template <class Sampler>
std::vector<double> gaps(std::uint64_t seed) {
  study s{plane(), Sampler{}, {.seed = seed}};
  std::deque<trial<config>> out;
  std::vector<double> all;
  for (int i = 0; i < 60; ++i) {
    out.push_back(s.ask());
    const auto pending = s.trials().pending();
    const point& latest = pending.back().where;
    double nearest = 10.0;
    for (std::size_t j = 0; j + 1 < pending.size(); ++j) {
      double square = 0.0;
      for (std::size_t k = 0; k < latest.size(); ++k)
        square += (latest.unit[k] - pending[j].where.unit[k]) * (latest.unit[k] - pending[j].where.unit[k]);
      nearest = (std::min)(nearest, std::sqrt(square));
    }
    // CMA-ES asks one point twice, to see whether there is noise.
    if (i > 20) all.push_back(nearest);
    if (i > 20 && !std::is_same_v<Sampler, cma_es>) CHECK(nearest > 0.0);
    if (out.size() < 4) continue;
    const double value = loss(out.front().config());
    s.tell(std::move(out.front()), value);
    out.pop_front();
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

TEST_CASE("parallel: trials that are out at the same time differ" * doctest::skip(test::sanitized)) {
  for (std::uint64_t seed = 0; seed < 5; ++seed)
    for (const auto& all : {gaps<tpe>(seed), gaps<gp_ei>(seed), gaps<cma_es>(seed)}) CHECK(all[all.size() / 2] > 1e-3);
}
