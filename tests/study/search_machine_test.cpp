#include "../support.hpp"

#include <knobless/study/search_machine.hpp>

#include <knobless/sampler/grid.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/space.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace knobless;
using namespace std::chrono_literals;
using detail::next_step;
using detail::outstanding_trial;
using detail::search_rules;
using kind = detail::next_step::kind;

namespace {

// Set by hand. Each look at it lets `step` pass.
class hand_clock final : public detail::search_clock {
 public:
  [[nodiscard]] std::chrono::nanoseconds elapsed() const override {
    now += step;
    return now;
  }
  mutable std::chrono::nanoseconds now{0};
  std::chrono::nanoseconds step{0};
};

struct notes final : detail::search_listener {
  void told(std::size_t number, const outcome& out, const detail::search_clock&) override {
    numbers.push_back(number);
    states.push_back(out.state());
    whys.push_back(out.why());
    if (stop_at == number) asked_to_stop->store(true);
#if KNOBLESS_EXCEPTIONS
    if (throw_at == number) throw std::runtime_error("callback");
#endif
  }
  std::vector<std::size_t> numbers;
  std::vector<trial_state> states;
  std::vector<std::string> whys;
  std::optional<std::size_t> stop_at;
  std::optional<std::size_t> throw_at;
};

struct config {
  double x = 0.5;
  int k = 3;
};

space<config> plane() {
  return space<config>{real("x", &config::x, {.low = 0.0, .high = 1.0}),
                       integer("k", &config::k, {.low = 0, .high = 9})};
}

// A search without threads, whose time passes when the test says so.
struct bench {
  explicit bench(const search_rules& rules, study_options options = {}, any_sampler sampler = random_search{},
                 const space<config>& where = plane())
      : core(where.shared_domain(), std::move(sampler), std::move(options)), machine(core, heard, rules, clock) {}

  // The next trial. There must be one.
  outstanding_trial& begin() {
    const next_step step = machine.next();
    REQUIRE(step.what == kind::evaluate);
    REQUIRE(step.trial != nullptr);
    return *step.trial;
  }
  kind next() { return machine.next().what; }
  void tell(outstanding_trial& t, outcome out, std::chrono::nanoseconds took = 0ns) {
    machine.told(t, std::move(out), took);
  }
  [[nodiscard]] termination end() { return machine.finish().reason; }

  study_core core;
  hand_clock clock;
  notes heard;
  detail::search_machine machine;
};

using order = std::vector<std::size_t>;

}  // namespace

TEST_CASE("search machine: one trial after the other, until all are done") {
  bench b({.trials = 3});
  for (std::size_t i = 0; i < 3; ++i) {
    outstanding_trial& t = b.begin();
    CHECK(t.number() == i);
    CHECK(t.where().unit.size() == 2);
    CHECK(b.machine.outstanding() == 1);
    // The last one leaves none to wait for.
    CHECK(b.next() == (i < 2 ? kind::wait : kind::end));
    b.tell(t, 1.0);
  }
  CHECK(b.next() == kind::end);
  CHECK(b.end() == termination::trials_done);
  CHECK(b.heard.numbers == order{0, 1, 2});
}

TEST_CASE("search machine: with nothing that would end it, 100 trials") {
  bench b({});
  std::size_t made = 0;
  for (next_step step = b.machine.next(); step.what == kind::evaluate; step = b.machine.next(), ++made)
    b.tell(*step.trial, 1.0);
  CHECK(made == 100);
}

TEST_CASE("search machine: as many trials are out as may, then it says wait, and never more in all than asked for") {
  for (const bool deterministic : {false, true}) {
    bench b({.trials = 7, .parallel = 3, .deterministic = deterministic});
    std::vector<outstanding_trial*> out;
    for (int i = 0; i < 3; ++i) out.push_back(&b.begin());
    CHECK(b.machine.outstanding() == 3);
    CHECK(b.next() == kind::wait);
    CHECK(b.next() == kind::wait);
    for (std::size_t told = 0; told < 7; ++told) {
      b.tell(*out[told], 1.0);
      if (told < 4) out.push_back(&b.begin());
      CHECK(b.next() == (told < 3 ? kind::wait : kind::end));
    }
    CHECK(b.machine.outstanding() == 0);
    CHECK(b.end() == termination::trials_done);
    CHECK(b.core.seen().complete() == 7);
  }
}

TEST_CASE("search machine: told as they end, each is told at once, and each ask knows all that is told") {
  bench b({.trials = 9, .parallel = 3});
  auto& first = b.begin();
  auto& second = b.begin();
  auto& third = b.begin();
  b.tell(third, 1.0);
  CHECK(b.heard.numbers == order{2});
  // Nothing is asked before somebody wants it.
  CHECK(b.core.asked_count() == 3);
  CHECK(b.begin().number() == 3);
  b.tell(first, 1.0);
  b.tell(second, 1.0);
  CHECK(b.heard.numbers == order{2, 0, 1});
}

TEST_CASE("search machine: deterministic, outcomes wait for the trials that were asked before them") {
  bench b({.trials = 9, .parallel = 3, .deterministic = true});
  std::vector<outstanding_trial*> out;
  for (int i = 0; i < 3; ++i) out.push_back(&b.begin());
  b.tell(*out[2], 2.0);
  b.tell(*out[1], 1.0);
  CHECK(b.heard.numbers.empty());
  CHECK(b.core.seen().size() == 0);
  // The window is closed: no ask may know less or more than the order says.
  CHECK(b.next() == kind::wait);
  b.tell(*out[0], 0.0);
  CHECK(b.heard.numbers == order{0, 1, 2});
  for (std::size_t i = 0; i < 3; ++i) CHECK(b.core.seen()[i].value == static_cast<double>(i));
  // Each tell was followed by an ask.
  CHECK(b.machine.outstanding() == 3);
  CHECK(b.begin().number() == 3);
}

TEST_CASE("search machine: deterministic, the trials depend neither on the order of their ends nor on who is quick") {
  const auto run = [](auto pick) {
    bench b({.trials = 40, .parallel = 4, .deterministic = true}, {.seed = 5}, tpe{});
    std::vector<outstanding_trial*> out;
    for (std::size_t turn = 0;; ++turn) {
      next_step step = b.machine.next();
      for (; step.what == kind::evaluate; step = b.machine.next()) out.push_back(step.trial);
      if (out.empty()) break;
      const auto at = out.begin() + static_cast<std::ptrdiff_t>(pick(turn, out.size()));
      outstanding_trial& t = **at;
      out.erase(at);
      b.tell(t, t.where().unit[0]);
    }
    CHECK(b.core.seen().size() == 40);
    std::vector<double> values;
    for (std::size_t i = 0; i < b.core.seen().size(); ++i) values.push_back(b.core.seen()[i].value);
    return values;
  };
  const auto first = run([](std::size_t, std::size_t) { return 0U; });
  CHECK(run([](std::size_t, std::size_t n) { return n - 1; }) == first);
  CHECK(run([](std::size_t turn, std::size_t n) { return turn * 7 % n; }) == first);
}

TEST_CASE("search machine: batches are asked only when all of the last one are told") {
  for (const bool deterministic : {false, true}) {
    bench b({.trials = 5, .parallel = 3, .deterministic = deterministic, .batches = true});
    std::size_t told = 0;
    for (const std::size_t expected : {3U, 2U}) {
      std::vector<outstanding_trial*> batch;
      next_step step = b.machine.next();
      for (; step.what == kind::evaluate; step = b.machine.next()) batch.push_back(step.trial);
      CHECK(batch.size() == expected);
      for (outstanding_trial* t : batch) {
        b.tell(*t, 1.0);
        CHECK(b.heard.numbers.size() == ++told);
        CHECK(b.machine.outstanding() == expected + (expected == 2 ? 3 : 0) - told);
      }
    }
    CHECK(b.next() == kind::end);
  }
}

TEST_CASE("search machine: no trial is asked after the duration, and those that are out are told") {
  bench b({.duration = 10s, .parallel = 2});
  auto& first = b.begin();
  auto& second = b.begin();
  b.tell(first, 1.0);
  b.clock.now = 10s - 1ns;
  CHECK_FALSE(b.machine.should_stop(second));
  auto& third = b.begin();
  b.clock.now = 10s;
  CHECK(b.machine.should_stop(second));
  CHECK(b.machine.should_stop(third));
  CHECK(b.next() == kind::end);
  b.tell(second, 2.0);
  b.tell(third, 3.0);
  const auto end = b.machine.finish();
  CHECK(end.reason == termination::time_up);
  CHECK(end.seconds == 10.0);
  CHECK(b.core.seen().complete() == 3);
}

TEST_CASE(
    "search machine: time that runs out between two looks at the clock ends the search, and leaves nobody waiting") {
  for (const bool deterministic : {false, true}) {
    bench b({.duration = 10s, .deterministic = deterministic});
    b.clock.now = 9s;
    b.clock.step = 600ms;  // the first look finds time left, the second none
    CHECK(b.next() == kind::end);
    CHECK(b.end() == termination::time_up);
    CHECK(b.core.asked_count() == 0);
  }
}

TEST_CASE("search machine: the target ends it, as soon as it is told") {
  bench b({.parallel = 2, .target = 1.0}, {.direction = direction::maximize});
  auto& first = b.begin();
  auto& second = b.begin();
  b.tell(first, 0.5);
  auto& third = b.begin();
  CHECK_FALSE(b.machine.should_stop(third));
  b.tell(second, 1.0);
  CHECK(b.machine.should_stop(third));
  CHECK(b.next() == kind::end);
  b.tell(third, 3.0);
  CHECK(b.end() == termination::target_reached);
  CHECK(b.core.seen().complete() == 3);
}

TEST_CASE(
    "search machine: deterministic, what a trial ends is cut there; what somebody else ends is told as far as it "
    "came") {
  for (const int who : {0, 1, 2}) {
    std::atomic<bool> stop{false};
    bench b({.trials = 50,
             .parallel = 3,
             .target = who == 0 ? std::optional<double>(-1.0) : std::nullopt,
             .stop = &stop,
             .deterministic = true});
    if (who == 1) b.heard.stop_at = 0;
    std::vector<outstanding_trial*> out;
    for (int i = 0; i < 3; ++i) out.push_back(&b.begin());
    b.tell(*out[1], 1.0);
    if (who == 2) stop = true;
    b.tell(*out[0], who == 0 ? -1.0 : 1.0);
    CHECK(b.next() == kind::end);
    b.tell(*out[2], 1.0);
    CHECK(b.heard.numbers == (who == 2 ? order{0, 1, 2} : order{0}));
    CHECK(b.end() == (who == 0 ? termination::target_reached : termination::stop_requested));
    // What was cut is dropped.
    CHECK(b.core.seen().pending().empty());
  }
}

TEST_CASE("search machine: a stop ends it, and trials that are out see it") {
  for (const int who : {0, 1, 2}) {
    std::atomic<bool> stop{false};
    bench b({.trials = 9, .stop = &stop});
    auto& t = b.begin();
    CHECK_FALSE(b.machine.should_stop(t));
    if (who == 0) stop = true;
    if (who == 1) b.heard.asked_to_stop->store(true);
    if (who == 2) b.core.request_stop();
    CHECK(b.machine.should_stop(t));
    CHECK(b.next() == kind::end);
    b.tell(t, 1.0);
    CHECK(b.end() == termination::stop_requested);
    CHECK(b.core.seen().complete() == 1);
  }
}

TEST_CASE("search machine: a hundred failures and no success end it; one success does not") {
  for (const bool success : {false, true}) {
    bench b({.trials = 150});
    std::size_t made = 0;
    for (next_step step = b.machine.next(); step.what == kind::evaluate; step = b.machine.next(), ++made)
      b.tell(*step.trial, success && made == 60 ? outcome(1.0) : outcome(failed("no such file")));
    CHECK(made == (success ? 150 : 100));
    CHECK(b.end() == (success ? termination::trials_done : termination::every_trial_failed));
  }
}

TEST_CASE("search machine: the queue comes first, in its order") {
  bench b({.trials = 4, .parallel = 2});
  const auto where = plane();
  for (const config& guess : {config{0.25, 1}, config{0.75, 8}, config{0.5, 4}}) b.core.enqueue(where.admitted(guess));
  std::vector<int> seen;
  for (next_step step = b.machine.next(); step.what == kind::evaluate; step = b.machine.next()) {
    seen.push_back(where.decode(step.trial->where()).k);
    b.tell(*step.trial, 1.0);
  }
  REQUIRE(seen.size() == 4);
  CHECK(seen[0] == 1);
  CHECK(seen[1] == 8);
  CHECK(seen[2] == 4);
}

TEST_CASE("search machine: a space that is used up ends it, after what is out is told") {
  const space<config> three{integer("k", &config::k, {.low = 0, .high = 2})};
  bench b({.trials = 50, .parallel = 2}, {}, grid{}, three);
  auto& first = b.begin();
  auto& second = b.begin();
  b.tell(first, 1.0);
  auto& third = b.begin();
  b.tell(second, 1.0);
  CHECK(b.next() == kind::end);
  b.tell(third, 0.0);
  CHECK(b.next() == kind::end);
  CHECK(b.end() == termination::space_exhausted);
  CHECK(b.core.seen().complete() == 3);
}

TEST_CASE("search machine: constraints that no point keeps end it") {
  bench b({.trials = 50}, {}, random_search{}, plane().require([](const config&) { return false; }));
  CHECK(b.next() == kind::end);
  CHECK(b.end() == termination::no_admitted_point);
}

TEST_CASE("search machine: a trial over its time has failed, unless it was told to stop") {
  bench b({.trials = 9, .parallel = 3, .trial_time_limit = 5s});
  b.clock.now = 100s;
  auto& quick = b.begin();
  auto& slow = b.begin();
  auto& warned = b.begin();
  b.clock.now = 105s - 1ns;
  CHECK_FALSE(b.machine.should_stop(warned));
  b.clock.now = 105s;
  CHECK(b.machine.should_stop(warned));
  b.tell(quick, 1.0, 5s);
  b.tell(slow, 1.0, 6s);
  b.tell(warned, 1.0, 6s);
  CHECK(b.heard.states == std::vector{trial_state::complete, trial_state::failed, trial_state::complete});
  CHECK(test::says(b.heard.whys[1], "6"));
  CHECK(b.core.seen()[1].seconds == 6.0);
}

namespace {

// Stops what reports more than the best told value.
struct above_the_best {
  bool stops(const running_trial& t) { return t.curve.back().value > best; }
  void ended(const running_trial& t, trial_state) {
    for (const report& r : t.curve)
      if (r.value < best) best = r.value;
  }
  double best = 10.0;
};

}  // namespace

TEST_CASE("search machine: reports are kept, and the scheduler's verdict reaches the trial that is out") {
  for (const bool deterministic : {false, true}) {
    bench b({.trials = 9, .parallel = 2, .deterministic = deterministic}, {.scheduler = above_the_best{}});
    auto& first = b.begin();
    auto& second = b.begin();
    b.machine.report(first, {1, 5.0});
    b.machine.report(second, {1, 20.0});
    CHECK_FALSE(b.machine.should_stop(first));
    CHECK(b.machine.should_stop(second));
    // Deterministic: others see the reports of a trial when it is told.
    CHECK(b.core.seen().find_pending(0)->reports.size() == (deterministic ? 0 : 1));
    b.tell(first, 5.0);
    CHECK(b.core.seen().reports(0).size() == 1);
    auto& third = b.begin();
    b.machine.report(third, {1, 7.0});
    CHECK(b.machine.should_stop(third));
    b.tell(second, pruned);
    CHECK(b.core.seen()[1].state == trial_state::pruned);
    CHECK(b.core.seen()[1].value == 20.0);
  }
}

TEST_CASE("search machine: deterministic, a trial is judged as the scheduler was when it was asked") {
  bench b({.trials = 9, .parallel = 2, .deterministic = true}, {.scheduler = above_the_best{}});
  auto& first = b.begin();
  auto& second = b.begin();
  b.machine.report(first, {1, 1.0});
  b.tell(first, 1.0);
  b.machine.report(second, {1, 5.0});
  CHECK_FALSE(b.machine.should_stop(second));
}

TEST_CASE("search machine: going on that is not worth it ends it, when three looks in a row say so") {
  const auto looks = [](const stop_context& c) -> std::optional<remaining_gain> {
    return remaining_gain{c.seen.size() < 25 ? 1.0 : 0.0, 0.5};
  };
  bench b({.trials = 100, .stop_when = looks});
  for (next_step step = b.machine.next(); step.what == kind::evaluate; step = b.machine.next())
    b.tell(*step.trial, 1.0);
  const auto end = b.machine.finish();
  CHECK(end.reason == termination::no_more_gain);
  // Looked at 20, 22, 24, and then at 26, 28 and 30.
  CHECK(b.core.seen().size() == 30);
  REQUIRE(end.gain);
  CHECK(end.gain->expected == 0.0);
}

TEST_CASE("search machine: any number may be out, and is found by its number") {
  bench b({.trials = 3000, .parallel = 1000});
  std::vector<outstanding_trial*> out;
  for (int i = 0; i < 1000; ++i) out.push_back(&b.begin());
  CHECK(b.next() == kind::wait);
  CHECK(b.machine.find(999) == out[999]);
  CHECK(b.machine.find(1000) == nullptr);
  b.tell(*out[500], 1.0);
  CHECK(b.machine.find(500) == nullptr);
  CHECK(b.machine.outstanding() == 999);
  CHECK(b.begin().number() == 1000);
}

TEST_CASE("search machine: what never comes back is dropped at the end") {
  bench b({.trials = 5, .parallel = 3});
  auto& first = b.begin();
  (void)b.begin();
  (void)b.begin();
  b.tell(first, 1.0);
  CHECK(b.end() == termination::trials_done);
  CHECK(b.machine.outstanding() == 0);
  CHECK(b.core.seen().pending().empty());
  CHECK(b.core.seen().size() == 1);
}

TEST_CASE("search machine: abandoned, it is over and takes nothing any more") {
  bench b({.trials = 5, .parallel = 2});
  auto& first = b.begin();
  auto& second = b.begin();
  b.tell(first, 1.0);
  b.machine.abandon();
  CHECK(b.machine.should_stop(second));
  CHECK(b.next() == kind::end);
  b.tell(second, 1.0);
  CHECK(b.heard.numbers == order{0});
  CHECK(b.end() == termination::stop_requested);
  CHECK(b.core.seen().pending().empty());
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("search machine: what a listener throws comes out of told(), after the trial was told") {
  bench b({.trials = 5, .parallel = 2});
  b.heard.throw_at = 0;
  auto& first = b.begin();
  (void)b.begin();
  CHECK_THROWS_AS(b.tell(first, 1.0), std::runtime_error);
  (void)b.machine.finish();
  CHECK(b.core.seen().size() == 1);
  CHECK(b.core.seen().pending().empty());
}

TEST_CASE("search machine: rules that make no sense are refused, before anything happens") {
  CHECK(test::says(test::refusal([] { bench({.parallel = 0}); }), "parallel: 0 given"));
  CHECK(test::says(test::refusal([] { bench({.duration = -1s}); }), "duration: -1 s given"));
  CHECK(test::says(test::refusal([] { bench({.trial_time_limit = 1s, .batches = true}); }), "trial_time_limit"));
  CHECK(test::says(test::refusal([] { bench({.target = test::nan}); }), "target"));
}
#endif
