#include "goals.hpp"
#include "support.hpp"

#include <cstddef>
#include <knobless/sampler/goal_order.hpp>
#include <limits>
#include <vector>

using namespace knobless;

namespace {

std::vector<detail::goal_order::place> sorted(const history& seen) {
  detail::goal_order order;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    order.hear(seen, i);
    rows.push_back(i);
  }
  return order.sort(seen, rows);
}

history told(const std::vector<test::answer>& answers, std::size_t objectives, std::size_t limits) {
  history seen(1);
  seen.expect_objectives(objectives);
  if (limits > 0) test::name_limits(seen, limits, limits);
  point p(1);
  for (const test::answer& a : answers) test::tell(seen, p, a);
  return seen;
}

std::vector<std::size_t> rows_of(const std::vector<detail::goal_order::place>& places) {
  std::vector<std::size_t> rows;
  for (const auto& p : places) rows.push_back(p.row);
  return rows;
}

}  // namespace

TEST_CASE("goal_order: front by front, on a front the ends and then the loneliest first") {
  const auto places =
      sorted(told({{{2.0, 2.0}}, {{0.0, 1.0}}, {{0.1, 0.9}}, {{0.2, 0.8}}, {{0.8, 0.2}}, {{1.0, 0.0}}}, 2, 0));
  CHECK(rows_of(places) == std::vector<std::size_t>{1, 5, 4, 3, 2, 0});
  CHECK(places[0].front == 0);
  CHECK(places[4].front == 0);
  CHECK(places[5].front == 1);
  // Between 0.2 and 1, of a range of 1, in both.
  CHECK(places[2].distance == doctest::Approx(1.6));
}

TEST_CASE(
    "goal_order: whoever keeps the limits comes first, then by the excess in each limit's own unit, failures last") {
  const auto places = sorted(told({{{}},
                                   {{0.0}, {1e6, -1.0}},
                                   {{0.0}, {-1.0, 2e-6}},
                                   {{0.0}, {-1.0, 5e-6}},
                                   {{9.0}, {0.0, 0.0}},
                                   {{}, {5e5, -1.0}}},
                                  1, 2));
  // The mean excesses are 7.5e5 and 3.5e-6.
  CHECK(rows_of(places) == std::vector<std::size_t>{4, 2, 5, 1, 3, 0});
}

TEST_CASE("goal_order: a limit that was not measured is no excess; huge values are compared") {
  CHECK(rows_of(sorted(told({{{1.0}, {1.0}}, {{2.0}, {test::nan}}}, 1, 1))) == std::vector<std::size_t>{1, 0});
  if (test::fast_math) return;  // may subtract before it halves
  constexpr double huge = (std::numeric_limits<double>::max)();
  const auto places = sorted(told({{{-huge, huge}}, {{0.0, 0.0}}, {{huge, -huge}}, {{1e-300, 1e-300}}}, 2, 0));
  CHECK(places[2].row == 1);
  CHECK(places[2].distance == doctest::Approx(2.0));
  CHECK(places[3].row == 3);
}
