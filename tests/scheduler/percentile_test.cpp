#include <knobless/scheduler/median.hpp>
#include <knobless/scheduler/percentile.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "../support.hpp"
#include "plain.hpp"
#include "support.hpp"

using namespace knobless;

namespace {

template <class Rule>
void complete(Rule& rule, std::size_t number, const std::vector<double>& values) {
  test::reporting t(rule, number);
  for (std::size_t i = 0; i < values.size(); ++i) t.report(i + 1, values[i]);
  t.end();
}

}  // namespace

TEST_CASE("median_stopping: the best value so far counts, against that of complete trials at the same step") {
  median_stopping rule({.first_trials = 3});
  complete(rule, 0, {5.0, 1.0});
  complete(rule, 1, {6.0, 8.0});  // its best at step 2 is 6
  test::reporting early(rule, 2);
  CHECK_FALSE(early.report(1, 9.0));  // two are too few
  complete(rule, 3, {7.0, 7.0});
  test::reporting t(rule, 4);
  CHECK_FALSE(t.report(1, 6.0));  // 5, 6, 7: ties go on
  CHECK_FALSE(t.report(2, 9.0));  // its best is still 6; that of the others 1, 6, 7
  CHECK_FALSE(t.report(3, 9.0));  // nobody was there
  test::reporting u(rule, 5);
  CHECK(u.report(1, 6.5));
  CHECK_FALSE(u.report(2, 0.5));
}

TEST_CASE("percentile_stopping: only complete trials count, and the share is what was asked for") {
  for (const double percent : {10.0, 25.0, 50.0, 100.0}) {
    percentile_stopping rule({.percent = percent});
    for (std::size_t i = 0; i < 20; ++i) complete(rule, i, {static_cast<double>(i)});
    for (std::size_t i = 20; i < 60; ++i) {
      test::reporting pruned(rule, i);
      pruned.report(1, -1.0);
      pruned.end(trial_state::pruned);
      test::reporting dropped(rule, i);
      dropped.report(1, -1.0);
      dropped.end(trial_state::failed);
    }
    std::size_t spared = 0;
    for (std::size_t i = 0; i < 20; ++i) {
      test::reporting t(rule, 100 + i);
      if (!t.report(1, static_cast<double>(i))) ++spared;
    }
    CHECK(static_cast<double>(spared) == doctest::Approx(20.0 * percent / 100.0));
  }
}

TEST_CASE("percentile_stopping: nobody is stopped before the first step, by gaps, or by reports that are no numbers") {
  percentile_stopping rule({.percent = 50.0, .first_trials = 1, .first_step = 3});
  complete(rule, 0, {1.0, 1.0, 1.0, test::nan, 1.0});
  test::reporting t(rule, 1);
  CHECK_FALSE(t.report(1, 2.0));
  CHECK_FALSE(t.report(2, 2.0));
  CHECK(t.report(3, 2.0));
  CHECK(t.report(4, 2.0));
  CHECK_FALSE(t.report(6, 2.0));
  CHECK_FALSE(t.report(7, 1.0));
}

TEST_CASE("percentile_stopping: says of random curves what its definition says") {
  std::size_t stops = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    for (const double percent : {10.0, 50.0, 75.0, 100.0})
      REQUIRE(test::same_verdicts(percentile_stopping({.percent = percent, .first_trials = 3, .first_step = seed % 3}),
                                  test::plain_percentile{percent, 3, seed % 3}, {}, seed, stops));
  CHECK(stops > 1000);
}

TEST_CASE("percentile_stopping: steps that come from the last to the first are known as if in order") {
  percentile_stopping rule({.percent = 50.0, .first_trials = 1, .first_step = 1});
  test::reporting odd(rule, 0);
  for (std::size_t step = 9; step <= 9; step -= 2) odd.report(step, static_cast<double>(step));
  odd.end();
  complete(rule, 1, {8.0, 8.0, 8.0, 8.0, 8.0, 8.0});
  for (std::size_t step = 1; step <= 9; ++step) {
    test::reporting t(rule, 1 + step);
    const double bar = step % 2 == 1 ? static_cast<double>(step) : 8.0;
    CHECK_FALSE(t.report(step, (std::min)(bar, 8.0)));
    if (step != 8) CHECK(t.report(step, 9.5) == false);  // its best is still good
    test::reporting worse(rule, 20 + step);
    CHECK(worse.report(step, 9.5) == (step != 8));
  }
}

TEST_CASE(
    "percentile_stopping: without a first step, nobody is stopped in the first third of what complete trials took") {
  percentile_stopping rule({.percent = 50.0});
  for (std::size_t i = 0; i < 5; ++i) complete(rule, i, std::vector<double>(27, 1.0));
  test::reporting t(rule, 5);
  for (std::size_t step = 1; step <= 8; ++step) CHECK_FALSE(t.report(step, 2.0));
  CHECK(t.report(9, 2.0));
  complete(rule, 6, std::vector<double>(40, 1.0));
  test::reporting u(rule, 7);
  for (std::size_t step = 1; step <= 13; ++step) CHECK_FALSE(u.report(step, 2.0));
  CHECK(u.report(14, 2.0));
  // A step that is asked for is kept to.
  median_stopping at_once({.first_step = 1});
  for (std::size_t i = 0; i < 5; ++i) complete(at_once, i, std::vector<double>(27, 1.0));
  test::reporting v(at_once, 5);
  CHECK(v.report(1, 2.0));
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("percentile_stopping: per cent are more than 0 and at most 100") {
  CHECK_THROWS_AS(percentile_stopping({.percent = 0.0}), exception);
  CHECK(test::refusal([] { percentile_stopping({.percent = 101.5}); }) ==
        "knobless: percent: 101.5 given, but it must lie above 0 and not above 100");
  CHECK_THROWS_AS(percentile_stopping({.percent = test::nan}), exception);
}
#endif
