#include <knobless/population.hpp>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <knobless/random.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support.hpp"

using namespace knobless;

namespace {

struct setting {
  double rate = 0.1;
};

space<setting> rates() {
  return space<setting>{real("rate", &setting::rate, {.low = 1e-3, .high = 1.0, .scale = knobless::scaling::log})};
}

// Gradient descent on a quadratic with noise in its gradient: large steps pay at first, small ones at the end, so that every
// schedule that falls beats every fixed rate.
struct descent {
  double x = 10.0;
  double y = 10.0;
  knobless::random_stream rng{1};

  double train(double rate, int steps) {
    for (int i = 0; i < steps; ++i) {
      x -= rate * (x + rng.normal());
      y -= rate * (y + rng.normal());
    }
    return loss();
  }
  [[nodiscard]] double loss() const { return x * x + y * y; }
};

const auto build = [](const setting&) { return descent{}; };
const auto advance = [](descent& m, const setting& s, int more) { return m.train(s.rate, more); };

}  // namespace

TEST_CASE("evolve: the schedule gives the very model again") {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto found = evolve(rates(), build, advance, {.members = 8, .max_resource = 60, .interval = 7, .seed = seed});
    REQUIRE(found.object);
    CHECK(found.value == found.object->loss());
    CHECK(found.copies == 2 * 8);
    CHECK(found.trained == 8 * 60);
    CHECK(found.failures == 0);
    // Without gaps, from the beginning to the end.
    int at = 0;
    for (const auto& stage : found.schedule.stages) {
      CHECK(stage.from == at);
      CHECK(stage.to > stage.from);
      at = stage.to;
    }
    CHECK(at == 60);
    const auto again = replay(found.schedule, build, advance);
    CHECK(again->x == found.object->x);
    CHECK(again->y == found.object->y);
    // The same seed, the same search.
    const auto twice = evolve(rates(), build, advance, {.members = 8, .max_resource = 60, .interval = 7, .seed = seed});
    CHECK(twice.value == found.value);
  }
}

TEST_CASE(
    "evolve: where the best rate falls in the course of training, so does the schedule, and beats every fixed rate") {
  // A step is worth most at a rate that falls from 0.5 to 0.005.
  struct learner {
    double todo = 1.0;
    int steps = 0;
  };
  const auto fresh = [](const setting&) { return learner{}; };
  const auto learn = [](learner& m, const setting& s, int more) {
    for (int i = 0; i < more; ++i, ++m.steps) {
      const double off = std::log10(s.rate) - (-0.3 - 2.0 * m.steps / 120.0);
      m.todo *= 1.0 - 0.05 * std::exp(-4.0 * off * off);
    }
    return std::log(m.todo);
  };
  double fixed = 0.0;
  for (int i = 0; i <= 60; ++i) {
    learner m;
    fixed = (std::min)(fixed, learn(m, {std::pow(10.0, -3.0 + i / 20.0)}, 120));
  }
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto found = evolve(rates(), fresh, learn, {.members = 12, .max_resource = 120, .interval = 5, .seed = seed});
    CHECK(found.value < 1.2 * fixed);  // both are negative
    CHECK(found.schedule.stages.back().config.rate < 0.1 * found.schedule.stages.front().config.rate);
  }
}

TEST_CASE("evolve: maximised, and with first guesses") {
  const auto found =
      evolve(rates(), build, [](descent& m, const setting& s, int more) { return -m.train(s.rate, more); },
             {.members = 4,
              .max_resource = 10,
              .interval = 10,
              .seed = 3,
              .direction = direction::maximize,
              .first_guesses = {{0.25}}});
  REQUIRE(found.object);
  CHECK(found.value == -found.object->loss());
  CHECK(found.value <= 0.0);
  CHECK(found.copies == 0);
  std::vector<double> asked;
  (void)evolve(rates(),
               [&](const setting& s) {
                 asked.push_back(s.rate);
                 return descent{};
               },
               advance, {.members = 3, .max_resource = 1, .interval = 1, .first_guesses = {{0.25}, {0.5}}});
  REQUIRE(asked.size() == 3);
  CHECK(asked[0] == doctest::Approx(0.25));
  CHECK(asked[1] == doctest::Approx(0.5));
}

TEST_CASE("evolve: one member alone is trained to the end; models that only move have a copy function") {
  const auto alone = evolve(rates(), build, advance, {.members = 1, .max_resource = 20, .interval = 5});
  REQUIRE(alone.object);
  CHECK(alone.copies == 0);
  CHECK(alone.schedule.stages.size() == 4);
  std::size_t copied = 0;
  const auto found = evolve(
      rates(), [](const setting&) { return std::make_unique<descent>(); },
      [](std::unique_ptr<descent>& m, const setting& s, int more) { return m->train(s.rate, more); },
      {.members = 8, .max_resource = 20, .interval = 5},
      [&](const std::unique_ptr<descent>& m) {
        ++copied;
        return std::make_unique<descent>(*m);
      });
  CHECK(found.copies == copied);
  CHECK(copied == 2 * 3);
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("evolve: who fails goes on as a copy of one that did not; where all do there is no model") {
  int builds = 0;
  const auto found = evolve(
      rates(),
      [&](const setting&) {
        if (++builds % 3 == 0) throw std::runtime_error("no memory");
        return descent{};
      },
      [](descent& m, const setting& s, int more) {
        if (s.rate > 0.5) return test::nan;
        return m.train(s.rate, more);
      },
      {.members = 9, .max_resource = 40, .interval = 5, .seed = 2});
  REQUIRE(found.object);
  CHECK(found.failures >= 3);
  CHECK(found.first_failure.size() > 3);
  CHECK(builds == 9);
  for (const auto& stage : found.schedule.stages) CHECK(stage.config.rate <= 0.5);

  const auto none = evolve(rates(), [](const setting&) -> descent { throw std::runtime_error("never"); }, advance,
                           {.members = 3, .max_resource = 10, .interval = 5});
  CHECK_FALSE(none.object);
  CHECK(none.first_failure == "never");
  CHECK(none.failures == 6);
  CHECK_THROWS_AS((void)replay(none.schedule, build, advance), exception);
  CHECK_THROWS_AS((void)evolve(rates(), build, advance, {.members = 0}), exception);
  CHECK_THROWS_AS((void)evolve(rates(), build, advance, {.max_resource = 3, .interval = 4}), exception);
  CHECK_THROWS_AS((void)evolve(rates(), build, advance, {.interval = 0}), exception);
  CHECK(test::refusal([&] { (void)evolve(rates(), build, advance, {.max_resource = -2}); }) ==
        "knobless: max_resource: -2 given, but it must be at least 1");
  CHECK(test::refusal([&] { (void)evolve(rates(), build, advance, {.max_resource = 3, .interval = 4}); }) ==
        "knobless: interval: 4 given, but it must lie between 1 and max_resource");
}
#endif

TEST_CASE("evolve: the record, the table and the report say what happened") {
  struct setting {
    double rate = 0.1;
  };
  struct model {
    double loss = 10.0;
  };
  const space<setting> s{real("rate", &setting::rate, {.low = 1e-3, .high = 1.0, .scale = scaling::log})};
  const auto make = [](const setting&) { return model{}; };
  std::size_t legs = 0;
  const auto go_on = [&](model& m, const setting& with, int more) -> outcome {
    ++legs;
    if (with.rate > 0.8) return failed("diverged");
    m.loss -= with.rate * more;
    return m.loss;
  };
  std::size_t seen_legs = 0;
  const auto found = evolve(s, make, go_on,
                            {.members = 8,
                             .max_resource = 20,
                             .interval = 2,
                             .seed = 3,
                             .first_guesses = {{0.9}},
                             .on_leg = [&](const training_progress<setting>& p) {
                               ++seen_legs;
                               CHECK(p.happened.begun() > p.number);
                               CHECK(!p.log().empty());
                             }});
  CHECK(seen_legs == legs);
  CHECK(found.reason == termination::trials_done);
  const history& seen = found.happened.seen();
  CHECK(seen.pending().empty());
  CHECK(seen.size() == 8 + found.copies);
  CHECK(seen.complete() >= 4);  // those that did not fail at last
  CHECK(seen.failures() >= 1);
  std::size_t reports = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) reports += seen.reports(i).size();
  CHECK(reports + found.failures == legs);
  CHECK(test::says(found.csv(), "trial,state,value,seconds,rate,why\n"));
  CHECK(test::says(found.csv(), "0,failed,,"));
  CHECK(test::says(found.report(), "failed: " + std::to_string(seen.failures()) + " diverged"));
  CHECK(test::says(found.report(), "best value " + detail::number_text(found.value)));
  CHECK(test::says(found.log(), "\nend,"));
}

TEST_CASE(
    "evolve: a target, a duration, a time limit and a callback's wish end legs or the search; so does a hundred "
    "failures") {
  struct setting {
    double rate = 0.1;
  };
  const space<setting> s{real("rate", &setting::rate, {.low = 0.1, .high = 1.0})};
  const auto make = [](const setting&) { return 10.0; };
  const auto go_on = [](double& loss, const setting& with, int more) { return loss -= with.rate * more; };
  const auto reached = evolve(s, make, go_on, {.members = 4, .max_resource = 100, .interval = 1, .target = 5.0});
  CHECK(reached.reason == termination::target_reached);
  CHECK(reached.value <= 5.0);
  CHECK(reached.trained < 100);
  std::size_t legs = 0;
  const auto stopped =
      evolve(s, make, go_on,
             {.members = 4, .max_resource = 100, .interval = 1, .on_leg = [&](const training_progress<setting>& p) {
                if (++legs == 10) p.request_stop();
              }});
  CHECK(stopped.reason == termination::stop_requested);
  CHECK(legs == 10);
  const auto slow = [](double& loss, const setting& with, int more) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return loss -= with.rate * more;
  };
  CHECK(evolve(s, make, slow,
               {.members = 4, .max_resource = 100000, .interval = 1, .duration = std::chrono::milliseconds(20)})
            .reason == termination::time_up);
  const auto limited = evolve(
      s, make, slow, {.members = 2, .max_resource = 2, .interval = 1, .leg_time_limit = std::chrono::milliseconds(1)});
  CHECK(limited.reason == termination::every_trial_failed);
  CHECK(test::says(limited.first_failure, "longer than the limit of 0.001 s"));
  std::size_t builds = 0;
  const auto missing = [&](const setting&) -> double {
    ++builds;
#if KNOBLESS_EXCEPTIONS
    throw std::runtime_error("no such file");
#else
    return test::nan;
#endif
  };
  const auto nothing = [](double& loss, const setting&, int) { return loss; };
  const auto hopeless = evolve(s, missing, nothing, {.members = 12, .max_resource = 1000, .interval = 1});
  CHECK(hopeless.reason == termination::every_trial_failed);
  CHECK(hopeless.failures <= 112);
  CHECK(!hopeless.object);
#if KNOBLESS_EXCEPTIONS
  CHECK(test::says(test::refusal([&] { (void)evolve(s, make, go_on, {.duration = std::chrono::seconds(-1)}); }),
                   "duration: -1 s given"));
#endif
}
