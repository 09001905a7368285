#include <knobless/scheduler/hyperband.hpp>

#include <cstddef>
#include <vector>

#include "../support.hpp"
#include "support.hpp"

using namespace knobless;

namespace {

std::vector<std::vector<std::size_t>> numbers(const hyperband_options& options, bool resources) {
  std::vector<std::vector<std::size_t>> all;
  for (const auto& b : detail::hyperband_brackets(options)) {
    all.emplace_back();
    for (const auto& r : b.rungs) all.back().push_back(resources ? r.resource : r.trials);
  }
  return all;
}

}  // namespace

TEST_CASE("hyperband_brackets: the table of the paper, R = 81 and eta = 3") {
  using table = std::vector<std::vector<std::size_t>>;
  CHECK(numbers({}, false) == table{{81, 27, 9, 3, 1}, {34, 11, 3, 1}, {15, 5, 1}, {8, 2}, {5}});
  CHECK(numbers({}, true) == table{{1, 3, 9, 27, 81}, {3, 9, 27, 81}, {9, 27, 81}, {27, 81}, {81}});
  CHECK(numbers({.max_resource = 1}, false) == table{{1}});
  CHECK(numbers({.max_resource = 50, .min_resource = 4, .factor = 3}, true) == table{{5, 16, 50}, {16, 50}, {50}});
}

TEST_CASE(
    "hyperband_brackets: every rung of every setting has a trial, no more than the one below, and ends at the top") {
  for (std::size_t top = 1; top < 200; top += 7)
    for (std::size_t factor = 2; factor < 6; ++factor)
      for (const auto& b : detail::hyperband_brackets({.max_resource = top, .factor = factor})) {
        CHECK(b.rungs.back().resource == top);
        for (std::size_t i = 0; i < b.rungs.size(); ++i) {
          CHECK(b.rungs[i].trials >= 1);
          CHECK(b.rungs[i].resource >= 1);
          if (i == 0) continue;
          CHECK(b.rungs[i].resource > b.rungs[i - 1].resource);
          CHECK(b.rungs[i].trials <= b.rungs[i - 1].trials);
        }
      }
}

TEST_CASE("hyperband_stopping: trials are dealt to brackets in Hyperband's proportions, and judged among their like") {
  hyperband_stopping rule({.max_resource = 9});  // brackets of 9, 5 and 3 trials
  std::vector<std::size_t> dealt(3, 0);
  for (std::size_t i = 0; i < 170; ++i) ++dealt[rule.bracket_of(i)];
  CHECK(dealt == std::vector<std::size_t>{90, 50, 30});

  test::reporting early(rule, 0);
  CHECK_FALSE(early.report(1, 1.0));
  test::reporting next(rule, 1);
  CHECK(next.report(1, 2.0));
  // Another bracket: its first rung lies at 3, where it is alone.
  test::reporting late(rule, 9);
  CHECK_FALSE(late.report(1, 9.0));
  CHECK_FALSE(late.report(3, 9.0));
  // The last one never cuts, and at the end nobody does.
  for (std::size_t i = 14; i < 17; ++i) {
    test::reporting whole(rule, i);
    for (std::size_t step = 1; step <= 9; ++step) CHECK_FALSE(whole.report(step, static_cast<double>(i + step)));
  }
  CHECK_FALSE(late.report(9, 9.0));
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("hyperband_stopping: resources that make no sense are refused") {
  CHECK_THROWS_AS(hyperband_stopping({.factor = 1}), exception);
  CHECK_THROWS_AS(hyperband_stopping({.min_resource = 0}), exception);
  CHECK(test::refusal([] { hyperband_stopping({.max_resource = 3, .min_resource = 4}); }) ==
        "knobless: min_resource: 4 given, but it must lie between 1 and max_resource");
}
#endif
