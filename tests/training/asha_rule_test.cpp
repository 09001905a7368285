#include <knobless/training/asha_rule.hpp>

#include <algorithm>
#include <cstddef>
#include <knobless/random.hpp>
#include <set>
#include <utility>
#include <vector>

#include "../support.hpp"
#include "support.hpp"

using namespace knobless;

TEST_CASE("asha_rule: promotes as soon as a third of a rung has one that waits, the highest rung first") {
  asha_rule rule({1, 3, 9}, 3);
  test::play p(rule, 9, [](std::size_t trial, std::size_t) { return static_cast<double>(trial); });
  using legs = std::vector<std::pair<std::size_t, std::size_t>>;
  legs seen;
  for (int i = 0; i < 14; ++i) seen.push_back(*p.step());
  CHECK(seen == legs{{0, 1},
                     {1, 1},
                     {2, 1},
                     {0, 3},
                     {3, 1},
                     {4, 1},
                     {5, 1},
                     {1, 3},
                     {6, 1},
                     {7, 1},
                     {8, 1},
                     {2, 3},
                     {0, 9},
                     {9, 1}});
}

TEST_CASE("asha_rule: it never waits, and calls back who was passed over") {
  asha_rule rule({1, 3}, 2);
  const std::vector<double> values{5.0, 4.0, 3.0, 9.0, 9.0, 9.0};
  test::play p(rule, 3, [&](std::size_t trial, std::size_t) { return values[trial]; });
  REQUIRE(p.begin());
  REQUIRE(p.begin());
  REQUIRE(p.begin());  // three are busy, and a fourth begins
  CHECK(p.begin() == std::pair<std::size_t, std::size_t>{3, 1});
  p.end(0);
  p.end(1);
  CHECK(p.begin() == std::pair<std::size_t, std::size_t>{1, 3});
  p.end(2);
  p.end(3);  // of four two: 1 is on its way, 2 goes
  CHECK(p.begin() == std::pair<std::size_t, std::size_t>{2, 3});
  CHECK(p.step() == std::pair<std::size_t, std::size_t>{4, 1});
  CHECK(p.step() == std::pair<std::size_t, std::size_t>{5, 1});
  // Of six three: the first one after all.
  CHECK(p.step() == std::pair<std::size_t, std::size_t>{0, 3});
}

TEST_CASE("asha_rule: of those that wait it keeps no more than twice as many as it would promote, the best ones") {
  asha_rule rule(geometric_rungs(1, 27, 3), 3);
  knobless::random_stream rng(2);
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(rng.uniform());
  test::play p(rule, 27, [&](std::size_t trial, std::size_t) { return values[trial]; });
  std::vector<std::size_t> at(28, 0);
  while (p.trials.size() < 400) {
    const auto leg = p.step();
    REQUIRE(leg);
    ++at[leg->second];
    std::size_t waiting = 0;
    for (const training& t : p.trials)
      if (t.state == trial_state::running && t.resource() == 1) ++waiting;
    CHECK(waiting <= 2 * (at[1] / 3 + 1));
  }
  CHECK(std::set<std::size_t>(p.out.begin(), p.out.end()).size() == p.out.size());
  CHECK(p.out.size() > 100);
  // Each rung has about a third of the one below, and nobody went on after it was let go.
  CHECK(at[3] >= at[1] / 3);
  CHECK(at[3] <= at[1] / 3 + 5);
  CHECK(at[27] >= 10);
  for (const std::size_t i : p.out) CHECK(p.trials[i].state == trial_state::pruned);
  // The best of all is there.
  const auto best = static_cast<std::size_t>(std::min_element(values.begin(), values.begin() + 390) - values.begin());
  CHECK(p.trials[best].resource() == 27);
}

TEST_CASE("asha_rule: failures count for nothing; with no more points somebody reaches the end") {
  asha_rule rule({1, 3, 9}, 3);
  test::play p(
      rule, 9, [](std::size_t trial, std::size_t) { return static_cast<double>(trial); }, 4);
  for (std::size_t i = 0; i < 4; ++i) {
    REQUIRE(p.begin());
    p.end(i, i > 1);
  }
  CHECK(p.step() == std::pair<std::size_t, std::size_t>{2, 3});
  CHECK(p.step() == std::pair<std::size_t, std::size_t>{2, 9});
  CHECK_FALSE(p.step());
}
