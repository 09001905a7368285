#include <knobless/scheduler/patience.hpp>

#include <cstddef>
#include <knobless/scheduler/successive_halving.hpp>
#include <knobless/scheduler/threshold.hpp>

#include "../support.hpp"
#include "plain.hpp"
#include "support.hpp"

using namespace knobless;

TEST_CASE("patience_stopping: stops after so many reports that were no better than the best before them") {
  patience_stopping rule(2);
  test::reporting t(rule, 0);
  CHECK_FALSE(t.report(1, 5.0));
  CHECK_FALSE(t.report(2, 6.0));
  CHECK(t.report(3, 5.0));        // a tie is no improvement
  CHECK_FALSE(t.report(4, 4.0));  // this is
  CHECK_FALSE(t.report(5, 4.5));
  CHECK(t.report(6, 4.5));
}

TEST_CASE("patience_stopping: a report that is no number is no improvement") {
  patience_stopping rule(2);
  test::reporting t(rule, 0);
  t.report(1, 5.0);
  t.report(2, test::nan);
  CHECK(t.report(3, 6.0));
  CHECK_FALSE(t.report(4, 4.0));
}

TEST_CASE("patience_stopping: with another scheduler it stops what both want stopped") {
  patience_stopping rule(2, threshold_stopping({.high = 10.0}));
  test::reporting improving(rule, 0);
  for (std::size_t step = 1; step < 8; ++step) CHECK_FALSE(improving.report(step, 20.0 - static_cast<double>(step)));
  test::reporting stuck(rule, 1);
  for (std::size_t step = 1; step < 8; ++step) CHECK_FALSE(stuck.report(step, 5.0));
  test::reporting both(rule, 2);
  CHECK_FALSE(both.report(1, 20.0));
  CHECK_FALSE(both.report(2, 20.0));
  CHECK(both.report(3, 20.0));
}

TEST_CASE("patience_stopping: what loses at a rung is stopped as soon as it no longer improves, not only at the rung") {
  patience_stopping rule(2, halving_stopping{});
  test::reporting best(rule, 0);
  for (std::size_t step = 1; step < 9; ++step) CHECK_FALSE(best.report(step, 1.0));
  best.end();
  test::reporting t(rule, 1);
  CHECK_FALSE(t.report(1, 9.0));
  CHECK_FALSE(t.report(2, 8.0));
  CHECK_FALSE(t.report(3, 7.0));
  CHECK_FALSE(t.report(4, 7.0));
  CHECK(t.report(5, 7.0));
}

TEST_CASE("patience_stopping: says of random curves what its definition says") {
  std::size_t stops = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    for (const std::size_t reports : {std::size_t{1}, std::size_t{3}, std::size_t{10}})
      REQUIRE(test::same_verdicts(patience_stopping(reports), test::plain_patience{reports}, {}, seed, stops));
  CHECK(stops > 1000);
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("patience_stopping: patience is at least one report") { CHECK_THROWS_AS(patience_stopping(0), exception); }
#endif
