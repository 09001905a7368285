#include <knobless/scheduler/wilcoxon.hpp>

#include <cstddef>
#include <knobless/random.hpp>
#include <limits>
#include <vector>

#include "../support.hpp"
#include "plain.hpp"
#include "support.hpp"

using namespace knobless;

TEST_CASE(
    "wilcoxon_stopping: what is worse on each task is stopped after four; what only differs in its tasks is not") {
  wilcoxon_stopping rule;
  knobless::random_stream rng(6);
  std::vector<double> task(40);
  for (double& x : task) x = 10.0 * rng.normal();
  test::reporting best(rule, 0);
  for (std::size_t i = 0; i < task.size(); ++i) CHECK_FALSE(best.report(i, task[i]));
  best.end();
  test::reporting worse(rule, 1);
  for (std::size_t i = 0; i < 8; ++i) CHECK(worse.report(i, task[i] + 0.1) == (i >= 3));
  test::reporting better(rule, 2);
  for (std::size_t i = 0; i < 40; ++i) CHECK_FALSE(better.report(i, task[i] - 0.1));
  better.end();
  // Now that one is the best; what comes in another order is still compared task by task.
  test::reporting former(rule, 3);
  for (std::size_t i = 0; i < 8; ++i) CHECK(former.report(39 - i, task[39 - i]) == (i >= 3));
}

TEST_CASE("wilcoxon_stopping: equals are seldom stopped, and nobody whose mean is better") {
  knobless::random_stream rng(7);
  std::size_t stopped = 0;
  for (int repeat = 0; repeat < 300; ++repeat) {
    wilcoxon_stopping rule;
    test::reporting best(rule, 0);
    for (std::size_t i = 0; i < 20; ++i) best.report(i, rng.normal());
    best.end();
    test::reporting equal(rule, 1);
    for (std::size_t i = 0; i < 19; ++i) equal.report(i, rng.normal());
    if (equal.report(19, rng.normal())) ++stopped;
  }
  CHECK(stopped > 3);
  CHECK(stopped < 70);  // 0.1 a look, and less where the best one was lucky
  wilcoxon_stopping rule;
  test::reporting best(rule, 0);
  for (std::size_t i = 0; i < 10; ++i) best.report(i, 0.0);
  best.end();
  test::reporting t(rule, 1);
  CHECK_FALSE(t.report(0, -100.0));
  for (std::size_t i = 1; i < 10; ++i) CHECK_FALSE(t.report(i, 1.0));
}

TEST_CASE("wilcoxon_stopping: tasks that the best one has not seen, pruned trials and NaN don't count") {
  wilcoxon_stopping rule;
  test::reporting alone(rule, 0);
  for (std::size_t i = 0; i < 10; ++i) CHECK_FALSE(alone.report(i, 0.0));
  alone.end(trial_state::pruned);
  test::reporting best(rule, 1);
  for (std::size_t i = 0; i < 10; ++i) CHECK_FALSE(best.report(i, 5.0));
  best.end();
  test::reporting t(rule, 2);
  for (std::size_t i = 10; i < 20; ++i) CHECK_FALSE(t.report(i, 9.0));
  for (std::size_t i = 0; i < 3; ++i) CHECK_FALSE(t.report(i, 9.0));
  CHECK_FALSE(t.report(3, test::nan));
  CHECK(t.report(4, 9.0));
  test::reporting broken(rule, 3);
  broken.report(0, test::nan);
  broken.end();
  test::reporting u(rule, 4);
  for (std::size_t i = 0; i < 3; ++i) CHECK_FALSE(u.report(i, 9.0));
  CHECK(u.report(3, 9.0));
}

TEST_CASE("wilcoxon_stopping: says of random curves what its definition says") {
  std::size_t stops = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed)
    REQUIRE(test::same_verdicts(wilcoxon_stopping({.p = seed % 2 == 0 ? 0.1 : 0.4}),
                                test::plain_wilcoxon{seed % 2 == 0 ? 0.1 : 0.4},
                                {.trials = 20, .longest = 40, .in_order = true}, seed, stops));
  CHECK(stops > 100);
}

TEST_CASE("wilcoxon_stopping: values as large as they get") {
  constexpr double most = (std::numeric_limits<double>::max)();
  wilcoxon_stopping rule;
  test::reporting best(rule, 0);
  for (std::size_t i = 0; i < 8; ++i) best.report(i, -most);
  best.end();
  test::reporting worse(rule, 1);
  for (std::size_t i = 0; i < 8; ++i) CHECK(worse.report(i, most) == (i >= 3));
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("wilcoxon_stopping: odds lie between 0 and 1") {
  CHECK_THROWS_AS(wilcoxon_stopping({.p = 0.0}), exception);
  CHECK(test::refusal([] { wilcoxon_stopping({.p = 1.5}); }) ==
        "knobless: p: 1.5 given, but it must lie between 0 and 1");
}
#endif
