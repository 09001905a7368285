#include <knobless/scheduler/wilcoxon.hpp>

#include <cmath>
#include <cstddef>
#include <knobless/random.hpp>
#include <vector>

#include "../support.hpp"
#include "support.hpp"

using namespace knobless;

namespace {

double p_of(std::vector<double> differences) { return detail::signed_rank_p(differences); }

// All 2^n choices of signs: the definition.
double p_by_enumeration(const std::vector<double>& differences) {
  const std::size_t n = differences.size();
  std::vector<double> rank(n);
  for (std::size_t i = 0; i < n; ++i) {
    double below = 0.0;
    double equal = 0.0;
    const double a = std::abs(differences[i]);
    for (const double other : differences) {
      if (std::abs(other) < a) below += 1.0;
      if (std::abs(other) == a) equal += 1.0;
    }
    rank[i] = below + 0.5 * (equal + 1.0);
  }
  double observed = 0.0;
  double zeros = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    if (differences[i] > 0.0) observed += rank[i];
    if (differences[i] == 0.0) zeros += 0.5 * rank[i];
  }
  double extreme = 0.0;
  double ways = 0.0;
  for (std::size_t signs = 0; signs < (std::size_t{1} << n); ++signs) {
    double sum = zeros;
    for (std::size_t i = 0; i < n; ++i)
      if (differences[i] != 0.0 && (signs >> i & 1U) != 0) sum += rank[i];
    ways += 1.0;
    if (sum >= observed + zeros - 1e-9) extreme += 1.0;
  }
  return extreme / ways;
}

}  // namespace

TEST_CASE("signed_rank_p: equals the count over all choices of signs, with ties and zeros") {
  CHECK(p_of({1.0, 2.0, 3.0, 4.0}) == doctest::Approx(1.0 / 16.0));
  CHECK(p_of({-1.0, -2.0}) == doctest::Approx(1.0));
  CHECK(p_of({}) == 1.0);
  CHECK(p_of({0.0, 0.0}) == 1.0);
  knobless::random rng(2);
  for (int repeat = 0; repeat < 100; ++repeat) {
    std::vector<double> d(1 + rng.below(12));
    const bool tied = rng.below(2) == 0;
    for (double& x : d) x = tied ? static_cast<double>(rng.below(7)) - 3.0 : rng.normal();
    CHECK(p_of(d) == doctest::Approx(p_by_enumeration(d)).epsilon(1e-9));
  }
}

TEST_CASE("signed_rank_p: beyond 12 differences a normal distribution that is nearly exact") {
  knobless::random rng(4);
  for (int repeat = 0; repeat < 20; ++repeat) {
    std::vector<double> d(15);
    for (double& x : d) x = rng.normal() + 0.3;
    CHECK(p_of(d) == doctest::Approx(p_by_enumeration(d)).epsilon(0.1));
  }
}

TEST_CASE(
    "wilcoxon_stopping: what is worse on each task is stopped after four; what only differs in its tasks is not") {
  wilcoxon_stopping rule;
  knobless::random rng(6);
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
  knobless::random rng(7);
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

#if KNOBLESS_EXCEPTIONS
TEST_CASE("wilcoxon_stopping: odds lie between 0 and 1") {
  CHECK_THROWS_AS(wilcoxon_stopping({.p = 0.0}), exception);
  CHECK_THROWS_AS(wilcoxon_stopping({.p = 1.0}), exception);
}
#endif
