// What a user gives comes back to the bit, whatever the scale of its parameter: a value does not live as a coordinate alone.
#include "../support.hpp"

#include <knobless/advance.hpp>
#include <knobless/branch.hpp>
#include <knobless/minimize.hpp>
#include <knobless/population.hpp>
#include <knobless/random.hpp>
#include <knobless/runtime_space.hpp>
#include <knobless/sampler/grid.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/study.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

using namespace knobless;

namespace {

struct config {
  double rate = 0.1;
  double x = 0.3;
  float share = 0.3F;
  double stepped = 0.3;
  std::int64_t big = 9007199254728647;
  std::optional<double> inner = 0.07;
  std::array<double, 2> pair{0.1, 0.7};

  friend bool operator==(const config&, const config&) = default;
};

space<config> some_space(double high = 1.0) {
  return space<config>{
      real("rate", &config::rate, {.low = 1e-5, .high = high, .scale = scaling::log}),
      real("x", &config::x, {.low = -5.0, .high = 5.0}),
      real("share", &config::share, {.low = 1e-3, .high = 1.0, .scale = scaling::log}),
      real("stepped", &config::stepped, {.low = 0.0, .high = 1.0, .step = 0.1}),
      integer("big", &config::big, {.low = 0, .high = 9007199254740992}),
      branch("inner", &config::inner, real("value", knobless::self, {.low = 1e-4, .high = 1.0, .scale = scaling::log})),
      real("pair", &config::pair, {.low = 1e-3, .high = 3.0, .scale = scaling::log})};
}

// Round values as people write them, and any others.
config given(knobless::random_stream& rng) {
  const double round[] = {1e-4, 0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9};
  const auto pick = [&] { return rng.below(3) == 0 ? 0.01 + 0.9 * rng.uniform() : round[rng.below(12)]; };
  config c;
  c.rate = pick();
  c.x = rng.below(2) == 0 ? pick() : -10.0 * pick() / 2.0;
  c.share = static_cast<float>(0.002 + pick());
  if (c.share > 1.0F) c.share = 0.7F;
  c.stepped = static_cast<double>(rng.below(11)) / 10.0;
  c.big = 9007199254740992 - static_cast<std::int64_t>(rng.below(1000000));
  c.inner = pick();
  if (rng.below(4) == 0) c.inner.reset();
  c.pair = {0.001 + pick(), 0.001 + pick()};
  return c;
}

}  // namespace

TEST_CASE("study: values that a user gives reach objective, best, table, log and another space to the bit") {
  if (test::fast_math) return;  // there a test's own decimals are not exact
  knobless::random_stream rng(1);
  for (int repeat = 0; repeat < 200; ++repeat) {
    study s{some_space(), random_search{}};
    const config guess = given(rng);
    const config known = given(rng);
    s.enqueue(guess);
    s.add(known, 2.0);
    auto t = s.ask();
    CHECK(t.config() == guess);
    s.tell(std::move(t), 1.0);
    s.enqueue(known);
    CHECK(s.config(0) == known);
    CHECK(s.config(1) == guess);
    CHECK(s.best().config == guess);
    CHECK(s.best_estimated().config == guess);
    const std::string table = s.csv();
    for (const double value : {guess.rate, guess.x, known.rate, known.x, guess.pair[0], known.pair[1]})
      CHECK(test::says(table, "," + detail::number_text(value)));
    CHECK(test::says(table, "," + std::to_string(guess.big) + ","));

    study again{some_space(), random_search{}};
    again.replay(s.log());
    CHECK(again.config(0) == known);
    CHECK(again.config(1) == guess);
    CHECK(again.log() == s.log());
    CHECK(again.ask().config() == known);

    s.change_space(some_space(3.0));
    CHECK(s.config(0) == known);
    CHECK(s.best().config == guess);
    CHECK(s.ask().config() == known);
    s.change_space(some_space());
    CHECK(s.best().config == guess);
  }
}

TEST_CASE("first guesses reach the objective to the bit, in every kind of search") {
  knobless::random_stream rng(2);
  std::vector<config> guesses;
  for (int i = 0; i < 5; ++i) guesses.push_back(given(rng));
  std::vector<config> seen;
  const auto found = minimize(some_space(),
                              [&](const config& c) {
                                seen.push_back(c);
                                return static_cast<double>(seen.size());
                              },
                              {.trials = 8, .first_guesses = guesses});
  REQUIRE(seen.size() == 8);
  for (std::size_t i = 0; i < 5; ++i) CHECK(seen[i] == guesses[i]);
  CHECK(found.best().config == guesses[0]);
  CHECK(test::says(found.report(), "rate = " + detail::number_text(guesses[0].rate) + "\n"));

  seen.clear();
  const auto build = [&](const config& c) {
    seen.push_back(c);
    return seen.size();
  };
  const auto advance = [](std::size_t& model, int) { return static_cast<double>(model); };
  auto trained =
      multi_fidelity(some_space(), build, advance, {.max_resource = 4, .budget = 3.0, .first_guesses = guesses});
  REQUIRE(seen.size() >= 5);
  for (std::size_t i = 0; i < 5; ++i) CHECK(seen[i] == guesses[i]);
  CHECK(trained.best().config == guesses[0]);

  seen.clear();
  const auto advance_with = [](std::size_t& model, const config&, int) { return static_cast<double>(model); };
  const auto evolved = evolve(some_space(), build, advance_with,
                              {.members = 6, .max_resource = 2, .interval = 1, .first_guesses = guesses});
  for (std::size_t i = 0; i < 5; ++i) CHECK(seen[i] == guesses[i]);
  CHECK(evolved.schedule.stages.front().config == guesses[0]);
}

TEST_CASE("run-time spaces return given values to the bit, also into another space of the same names") {
  const auto made = [](double high) {
    runtime_space_builder b;
    b.real("rate", {.low = 1e-5, .high = high, .scale = scaling::log})
        .integer("big", {.low = 0, .high = 9007199254740992});
    b.real("stepped", {.low = 0.0, .high = 1.0, .step = 0.1});
    return b.build();
  };
  study s{made(1.0), random_search{}};
  auto a = s.space().blank();
  a.set("rate", 0.1).set("big", 9007199254728647.0).set("stepped", 0.3);
  s.enqueue(a);
  s.tell(s.ask(), 1.0);
  for (int i = 0; i < 2; ++i) {
    CHECK(s.best().config["rate"] == 0.1);
    CHECK(s.best().config["big"] == 9007199254728647.0);
    CHECK(s.best().config["stepped"] == 0.3);
    CHECK(test::says(s.csv(), ",0.1,9007199254728647,0.3,"));
    s.change_space(made(2.0));
  }
}

TEST_CASE("stepped values are the nearest decimals, proposed or given") {
  if (test::fast_math) return;  // there a test's own decimals are not exact
  struct stepped {
    double a, b, c, d;
  };
  const space<stepped> s{real("a", &stepped::a, {.low = 0.0, .high = 1.0, .step = 0.1}),
                         real("b", &stepped::b, {.low = -0.3, .high = 0.3, .step = 0.05}),
                         real("c", &stepped::c, {.low = 1e-4, .high = 2e-3, .step = 1e-4}),
                         real("d", &stepped::d, {.low = 1000.1, .high = 1001.1, .step = 0.01})};
  const auto decimal = [](double value, double scale) { return std::round(value * scale) / scale; };
  study search{s, random_search{}};
  for (int i = 0; i < 300; ++i) {
    auto t = search.ask();
    const stepped& v = t.config();
    CHECK(v.a == decimal(v.a, 10.0));
    CHECK(v.b == decimal(v.b, 100.0));
    CHECK(v.c == decimal(v.c, 1e4));
    CHECK(v.d == decimal(v.d, 100.0));
    search.tell(std::move(t), v.a);
  }
  search.add({0.3, -0.15, 3e-4, 1000.57}, -1.0);
  CHECK(search.best().config.a == 0.3);
  CHECK(search.best().config.b == -0.15);
  CHECK(search.best().config.c == 3e-4);
  CHECK(search.best().config.d == 1000.57);
  // A step that is no decimal is taken as it is.
  const result<parameter> third = parameter::real("third", {.low = 0.0, .high = 1.0, .step = 1.0 / 3.0});
  CHECK(third.value().natural(0.3) == 1.0 / 3.0);
}
