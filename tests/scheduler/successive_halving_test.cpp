#include <knobless/scheduler/successive_halving.hpp>

#include <cstddef>
#include <knobless/random.hpp>
#include <vector>

#include "../support.hpp"
#include "plain.hpp"
#include "support.hpp"

using namespace knobless;

TEST_CASE("halving_stopping: at a rung the best third goes on, ties with it, and the first of all") {
  halving_stopping rule;
  test::reporting first(rule, 0);
  CHECK_FALSE(first.report(1, 5.0));
  test::reporting worse(rule, 1);
  CHECK(worse.report(1, 6.0));
  test::reporting tied(rule, 2);
  CHECK_FALSE(tied.report(1, 5.0));
  test::reporting better(rule, 3);
  CHECK_FALSE(better.report(1, 4.0));
  // Of five values one goes on, of six two.
  test::reporting second(rule, 4);
  CHECK(second.report(1, 4.5));
  test::reporting sixth(rule, 5);
  CHECK_FALSE(sixth.report(1, 4.6 - 0.1));
}

TEST_CASE("halving_stopping: it decides at rungs, and what it decided holds until the next one or the end") {
  halving_stopping rule({.first = 2, .factor = 2});
  test::reporting a(rule, 0);
  for (std::size_t step = 0; step < 20; ++step) CHECK_FALSE(a.report(step, 1.0));
  test::reporting b(rule, 1);
  CHECK_FALSE(b.report(0, 9.0));
  CHECK_FALSE(b.report(1, 9.0));
  CHECK(b.report(2, 9.0));  // a rung
  CHECK(b.report(3, 0.0));  // none
  CHECK_FALSE(b.report(4, 0.0));
  CHECK_FALSE(b.report(5, 9.0));
  b.end();
  // A number that is used again begins afresh.
  test::reporting c(rule, 1);
  CHECK(c.report(2, 9.0));
  c.end();
  test::reporting d(rule, 1);
  CHECK_FALSE(d.report(1, 9.0));
}

TEST_CASE("halving_stopping: a report counts once, for the highest rung that it reaches") {
  halving_stopping rule;  // rungs at 1, 3, 9, 27
  test::reporting a(rule, 0);
  CHECK_FALSE(a.report(10, 5.0));
  test::reporting b(rule, 1);
  CHECK_FALSE(b.report(5, 7.0));  // alone at 3: a skipped it
  CHECK(b.report(9, 6.0));        // second at 9
  test::reporting c(rule, 2);
  CHECK_FALSE(c.report(9, 4.0));
  CHECK_FALSE(c.report(9, 9.0));  // the same rung again
  CHECK_FALSE(c.report(3, 9.0));  // a step back
  CHECK_FALSE(c.report(26, 9.0));
}

TEST_CASE("halving_stopping: of many trials in random order about a third reaches each further rung") {
  halving_stopping rule;
  knobless::random_stream rng(5);
  std::vector<std::size_t> at(4, 0);
  for (std::size_t i = 0; i < 3000; ++i) {
    test::reporting t(rule, i);
    const double value = rng.uniform();
    std::size_t step = 1;
    for (std::size_t rung = 0; rung < 4; ++rung, step *= 3) {
      ++at[rung];
      if (t.report(step, value)) break;
    }
    t.end();
  }
  for (std::size_t rung = 1; rung < 4; ++rung)
    CHECK(static_cast<double>(at[rung]) == doctest::Approx(static_cast<double>(at[rung - 1]) / 3.0).epsilon(0.15));
}

TEST_CASE("halving_stopping: steps as large as they get") {
  halving_stopping rule;
  test::reporting a(rule, 0);
  CHECK_FALSE(a.report(~std::size_t{0}, 1.0));
  test::reporting b(rule, 1);
  CHECK(b.report(~std::size_t{0}, 2.0));
}

TEST_CASE("halving_stopping: says of random curves what its definition says") {
  std::size_t stops = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    for (const std::size_t factor : {std::size_t{2}, std::size_t{3}})
      REQUIRE(test::same_verdicts(halving_stopping({.first = seed % 3 + 1, .factor = factor}),
                                  test::plain_halving{seed % 3 + 1, factor}, {}, seed, stops));
  CHECK(stops > 1000);
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("halving_stopping: rungs that make no sense are refused") {
  CHECK_THROWS_AS(halving_stopping({.first = 0}), exception);
  CHECK(test::refusal([] { halving_stopping({.factor = 1}); }) ==
        "knobless: factor: 1 given, but it must be at least 2");
}
#endif
