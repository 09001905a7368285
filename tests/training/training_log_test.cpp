#include <knobless/training/training_log.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <knobless/advance.hpp>
#include <knobless/executor/threads.hpp>
#include <knobless/parallel_advance.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../support.hpp"

using namespace knobless;
using namespace std::chrono_literals;

namespace {

struct setting {
  double x = 0.5;
  int k = 2;
};

space<setting> plane() {
  return space<setting>{real("x", &setting::x, {.low = 0.0, .high = 1.0}),
                        integer("k", &setting::k, {.low = 0, .high = 4})};
}

struct model {
  setting with;
  int steps = 0;
};
const auto build = [](const setting& s) { return model{s}; };
const auto advance = [](model& m, int more) -> outcome {
  m.steps += more;
  if (m.with.k == 3 && m.steps > 3) return failed("diverged");
  return (m.with.x - 0.3) * (m.with.x - 0.3) + 0.1 * m.with.k + 1.0 / m.steps;
};

using options = training_options<setting>;

// Calls `call` with each of the functions.
template <class Call>
void with_each(const Call& call) {
  call([](const auto&... a) { return multi_fidelity(plane(), build, advance, a...); });
  call([](const auto&... a) { return successive_halving(plane(), build, advance, a...); });
  call([](const auto&... a) { return hyperband(plane(), build, advance, a...); });
  call([](const auto&... a) { return asha(plane(), build, advance, a...); });
}

options some(std::uint64_t seed = 5) {
  return {.max_resource = 9, .budget = 8.0, .seed = seed, .first_guesses = {{0.1, 1}, {0.7, 0}}};
}

}  // namespace

TEST_CASE(
    "live objects: a search that was interrupted after any leg goes on to the same end, and trains no leg again") {
  with_each([](const auto& search) {
    std::vector<std::string> logs;
    auto given = some();
    given.on_leg = [&](const training_progress<setting>& p) { logs.push_back(p.log()); };
    const auto whole = search(given);
    REQUIRE(logs.size() > 10);
    for (std::size_t k = 0; k < logs.size(); k += 3) {
      std::size_t legs = 0;
      auto again = some();
      again.continue_from = logs[k];
      again.on_leg = [&](const training_progress<setting>&) { ++legs; };
      const auto rest = search(again);
      CHECK(legs == logs.size() - k - 1);
      CHECK(rest.best().value == whole.best().value);
      CHECK(rest.best().number == whole.best().number);
      CHECK(rest.best().object.steps == whole.best().object.steps);
      CHECK(rest.trials().size() == whole.trials().size());
      CHECK(rest.taken().trained - rest.taken().retrained == whole.taken().trained - whole.taken().retrained);
      CHECK(rest.happened().events().size() == whole.happened().events().size());
    }
    // One that ended goes on with a larger budget.
    auto more = some();
    more.continue_from = whole.log();
    more.budget = 16.0;
    CHECK(search(more).taken().trained >= whole.taken().trained);
  });
}

TEST_CASE("live objects: legs that were running when the log was written are trained") {
  std::string log;
  std::atomic<std::size_t> legs{0};
  auto given = some();
  given.on_leg = [&](const training_progress<setting>& p) {
    if (++legs == 20) log = p.log();
  };
  const auto whole = asha(threads{3}, plane(), build, advance, given, {.legs = 3, .deterministic = true});
  auto again = some();
  again.continue_from = log;
  const auto rest = asha(threads{3}, plane(), build, advance, again, {.legs = 3, .deterministic = true});
  CHECK(rest.trials().size() >= 10);
  for (const training& t : rest.trials()) CHECK_FALSE(t.busy);
  CHECK(rest.best().object.steps == rest.best().resource);
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("live objects: the log of another search, one that was cut, and one that departs are refused") {
  const auto whole = hyperband(plane(), build, advance, some());
  const auto refused = [&](const std::string& log, const options& given) {
    auto with = given;
    with.continue_from = log;
    return test::refusal([&] { (void)hyperband(plane(), build, advance, with); });
  };
  CHECK(refused(whole.log(), some()).empty());
  CHECK(test::says(refused(whole.log(), some(6)), "the seed is 5 there and 6 here"));
  auto other = some();
  other.max_resource = 27;
  CHECK(test::says(refused(whole.log(), other),
                   "the sampler is hyperband 1 to 9 by 3 there and hyperband 1 to 27 by 3 here"));
  CHECK(test::says(refused(whole.log().substr(0, 500), some()), "log, row"));
  auto unguessed = some();
  unguessed.first_guesses.clear();
  CHECK(test::says(refused(whole.log(), unguessed), "trial 0 departs from the log"));
  auto opposite = some();
  opposite.direction = direction::maximize;
  CHECK(test::says(refused(whole.log(), opposite), "the direction is"));
}

TEST_CASE("live objects: options of time and target that make no sense are refused") {
  auto given = some();
  given.duration = -1s;
  CHECK(test::says(test::refusal([&] { (void)asha(plane(), build, advance, given); }), "duration: -1 s given"));
  given = some();
  given.leg_time_limit = -2s;
  CHECK(test::says(test::refusal([&] { (void)asha(plane(), build, advance, given); }), "leg_time_limit: -2 s given"));
  given = some();
  given.target = test::nan;
  CHECK(test::says(test::refusal([&] { (void)asha(plane(), build, advance, given); }), "target: nan given"));
}

TEST_CASE("live objects: what a callback throws ends the search and comes out") {
  with_each([](const auto& search) {
    std::size_t calls = 0;
    auto given = some();
    given.on_leg = [&](const training_progress<setting>&) {
      if (++calls == 4) throw std::runtime_error("enough");
    };
    CHECK_THROWS_WITH_AS((void)search(given), "enough", std::runtime_error);
    CHECK(calls == 4);
  });
}
#endif

TEST_CASE("live objects: the reason says whether the budget, the rule or the space ended the search") {
  const auto reason = [](const space<setting>& where, const training_options<setting>& given) {
    return asha(where, build, advance, given).reason();
  };
  CHECK(reason(plane(), {.max_resource = 9, .budget = 8.0}) == termination::budget_spent);
  CHECK(to_string(termination::budget_spent) == "the budget is spent");
  CHECK(successive_halving(plane(), build, advance, {.max_resource = 9}).reason() == termination::trials_done);
  CHECK(reason(plane().require([](const setting&) { return false; }), {.max_resource = 9}) ==
        termination::no_admitted_point);
}

TEST_CASE("live objects: failures are listed with their configurations and reasons") {
  const auto found = asha(plane(), build,
                          [](auto& m, int more) -> outcome {
                            const outcome told = advance(m, more);
                            return told.value() > 0.5 ? outcome(failed("diverged")) : told;
                          },
                          {.max_resource = 9, .budget = 20.0});
  CHECK(found.failures().size() == found.taken().failed);
  for (const auto& f : found.failures()) {
    CHECK(f.why == "diverged");
    CHECK(found.trials()[f.number].state == trial_state::failed);
    CHECK(f.config.x == found.config(f.number).x);
  }
}

TEST_CASE("live objects: the record, the table and the report say what happened") {
  with_each([](const auto& search) {
    const auto found = search(some());
    CHECK((found.reason() == termination::trials_done || found.reason() == termination::budget_spent));
    const record& happened = found.happened();
    CHECK(happened.begun() == found.trials().size());
    CHECK(happened.seen().size() + happened.seen().pending().size() == found.trials().size());
    CHECK(happened.seen().failures() == found.taken().failed);
    CHECK(happened.seen().complete() == found.taken().complete);
    for (std::size_t i = 0; i < happened.seen().size(); ++i) {
      const observation o = happened.seen()[i];
      const training& t = found.trials()[o.number];
      CHECK(o.state == t.state);
      CHECK(happened.seen().reports(i).size() == t.curve.size());
      if (o.has_value) CHECK(o.value == t.value());
    }
    const std::string table = found.csv();
    CHECK(test::says(table, "trial,state,value,seconds,x,k,why\n"));
    std::size_t rows = 0;
    for (const char c : table) rows += c == '\n' ? 1U : 0U;
    CHECK(rows == 1 + found.trials().size());
    const std::string report = found.report();
    CHECK(test::says(report, std::to_string(found.trials().size()) + " trials in "));
    CHECK(test::says(report, "best value " + detail::number_text(found.best().value)));
    CHECK(test::says(report, "x = " + detail::number_text(found.best().config.x)));
    if (found.taken().failed > 0) CHECK(test::says(report, std::to_string(found.taken().failed) + " diverged"));
  });
}

TEST_CASE("live objects: a target, a duration, a time limit, and a callback's wish end legs or the search") {
  with_each([](const auto& search) {
    auto given = some();
    given.target = 0.6;
    const auto reached = search(given);
    CHECK(reached.reason() == termination::target_reached);
    CHECK(reached.best().value <= 0.6);
    CHECK(reached.taken().trained < search(some()).taken().trained);

    std::function<void()> kept;
    std::size_t legs = 0;
    given = some();
    given.on_leg = [&](const training_progress<setting>& p) {
      kept = p.request_stop;
      CHECK(p.spent > 0.0);
      CHECK(p.happened.begun() > p.number);
      if (++legs == 5) kept();
    };
    const auto stopped = search(given);
    CHECK(stopped.reason() == termination::stop_requested);
    CHECK(legs == 5);
    kept();
  });

  const auto slow = [](model& m, int more) {
    std::this_thread::sleep_for(m.with.k == 0 ? 30ms : 1ms);
    m.steps += more;
    return m.with.x;
  };
  auto given = some();
  given.duration = 20ms;
  given.budget = 1e6;
  CHECK(asha(plane(), build, slow, given).reason() == termination::time_up);
  given = some();
  given.leg_time_limit = 15ms;
  const auto limited = asha(plane(), build, slow, given);
  CHECK(test::says(limited.first_failure(), "longer than the limit of 0.015 s"));
  for (const training& t : limited.trials()) CHECK((t.state == trial_state::failed || !t.curve.empty()));
}

TEST_CASE("live objects: the seconds of a trial are those of its legs, in the table and after a replay") {
  const auto slow = [](model& m, int more) {
    std::this_thread::sleep_for(2ms);
    m.steps += more;
    return m.with.x;
  };
  auto given = some();
  given.budget = 4.0;
  const auto found = successive_halving(plane(), build, slow, given);
  const history& seen = found.happened().seen();
  for (std::size_t i = 0; i < seen.size(); ++i)
    CHECK(seen[i].seconds >= 0.002 * static_cast<double>(seen.reports(i).size()));
  given.continue_from = found.log();
  const auto again = successive_halving(plane(), build, slow, given);
  CHECK(again.csv() == found.csv());
  CHECK(again.log() == found.log());
}
