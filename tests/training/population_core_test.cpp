#include <knobless/training/population_core.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "../support.hpp"
#include "support.hpp"

using namespace knobless;

namespace {

std::shared_ptr<const domain> line() { return std::make_shared<const domain>(test::unit_line()); }

using values = std::vector<std::optional<double>>;

// Which members go on with the model of another one.
std::vector<std::size_t> replaced(const std::vector<std::size_t>& source) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < source.size(); ++i)
    if (source[i] != i) all.push_back(i);
  return all;
}

}  // namespace

TEST_CASE("population_core: the first configurations are spread evenly, one in each tenth of ten") {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const population_core core(line(), 10, seed);
    std::vector<bool> taken(10, false);
    for (std::size_t i = 0; i < core.size(); ++i) {
      const auto tenth = static_cast<std::size_t>(10.0 * core.where(i).unit[0]);
      CHECK_FALSE(taken[tenth]);
      taken[tenth] = true;
    }
  }
}

TEST_CASE("population_core: members of the worst quarter go on as copies of members of the best quarter") {
  population_core core(line(), 8, 1);
  std::vector<point> before;
  for (std::size_t i = 0; i < 8; ++i) before.push_back(core.where(i));
  const auto source = core.advance(1.0, values{5.0, 1.0, 8.0, 3.0, 7.0, 2.0, 4.0, 6.0});
  CHECK(replaced(source) == std::vector<std::size_t>{2, 4});
  for (const std::size_t i : {2U, 4U}) {
    CHECK((source[i] == 1 || source[i] == 5));
    CHECK_FALSE(core.where(i) == before[i]);
    CHECK_FALSE(core.where(i) == before[source[i]]);
  }
  for (const std::size_t i : {0U, 1U, 3U, 5U, 6U, 7U}) CHECK(core.where(i) == before[i]);
}

TEST_CASE("population_core: all that failed are replaced, however many; where all did nobody is") {
  population_core core(line(), 8, 1);
  const auto source = core.advance(1.0, values{{}, 1.0, {}, {}, 7.0, {}, 4.0, {}});
  // The five that failed take two places in the worst quarter, and three more.
  CHECK(replaced(source) == std::vector<std::size_t>{0U, 2U, 3U, 5U, 7U});
  for (const std::size_t i : {0U, 2U, 3U, 5U, 7U}) CHECK((source[i] == 1 || source[i] == 6));
  CHECK(replaced(core.advance(2.0, values(8))).empty());
  // They can be better again.
  CHECK(replaced(core.advance(3.0, values{1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0})) == std::vector<std::size_t>{6, 7});
}

TEST_CASE("population_core: of equal values the later member is replaced; few members, equal gains, huge values") {
  population_core four(line(), 4, 1);
  for (int t = 1; t < 6; ++t)
    CHECK(replaced(four.advance(t, values{1.0, 1.0, 1.0, 1.0})) == std::vector<std::size_t>{3});
  population_core two(line(), 2, 1);
  CHECK(replaced(two.advance(1.0, values{2.0, 1.0})) == std::vector<std::size_t>{0});
  population_core one(line(), 1, 1);
  CHECK(replaced(one.advance(1.0, values{2.0})).empty());
  population_core none(line(), 0, 1);
  CHECK(none.advance(1.0, {}).empty());
  population_core huge(line(), 8, 1);
  for (int t = 1; t < 5; ++t) {
    values v;
    for (std::size_t i = 0; i < 8; ++i) v.emplace_back((i % 2 == 0 ? 1e300 : -1e300) / t);
    CHECK(replaced(huge.advance(t, v)).size() == 2);
    for (std::size_t i = 0; i < 8; ++i) {
      CHECK(huge.where(i).unit[0] >= 0.0);
      CHECK(huge.where(i).unit[0] <= 1.0);
    }
  }
}

TEST_CASE("population_core: new configurations go where an interval gained the most, and follow it as it moves") {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    population_core core(line(), 8, seed);
    std::vector<double> value(8, 0.0);
    double off = 0.0;
    std::size_t chosen = 0;
    for (int t = 0; t < 24; ++t) {
      // The best place moves from 0.2 to 0.8.
      const double best = 0.2 + 0.6 * t / 24.0;
      for (std::size_t i = 0; i < 8; ++i) {
        const double d = core.where(i).unit[0] - best;
        value[i] -= 1.0 / (1.0 + 50.0 * d * d);
      }
      const auto source = core.advance(t + 1.0, values(value.begin(), value.end()));
      const std::vector<double> former = value;
      for (const std::size_t i : replaced(source)) {
        value[i] = former[source[i]];
        if (t < 6) continue;
        const double d = core.where(i).unit[0] - best;
        off += d * d;
        ++chosen;
      }
    }
    // By chance it would be 0.14 on average.
    REQUIRE(chosen == 2 * 18);
    CHECK(off / static_cast<double>(chosen) < 0.06);
  }
}

TEST_CASE("population_core: the same seed and values, the same members; constraints are kept") {
  const auto run = [](std::uint64_t seed) {
    population_core core(line(), 6, seed);
    std::vector<double> units;
    for (int t = 1; t < 6; ++t) {
      values v;
      for (std::size_t i = 0; i < 6; ++i) v.emplace_back(core.where(i).unit[0] / t);
      (void)core.advance(t, v);
      for (std::size_t i = 0; i < 6; ++i) units.push_back(core.where(i).unit[0]);
    }
    return units;
  };
  CHECK(run(1) == run(1));
  CHECK_FALSE(run(1) == run(2));
}

TEST_CASE("population_core: members keep constraints that leave a millionth, at first and when they are replaced") {
  const auto three = domain::make({parameter::real("x", {}).value(), parameter::real("y", {}).value(),
                                   parameter::real("z", {}).value()})
                         .value();
  const auto space = std::make_shared<const domain>(three.require(
      [](const point& p) { return std::all_of(p.unit.begin(), p.unit.end(), [](double u) { return u > 0.99; }); }));
  population_core core(space, 8, 1);
  for (int interval = 1; interval < 6; ++interval) {
    values now;
    for (std::size_t i = 0; i < core.size(); ++i) {
      CHECK(space->admits(core.where(i)));
      for (std::size_t j = 0; j < i; ++j) CHECK_FALSE(core.where(i) == core.where(j));
      now.push_back(core.where(i).unit[0]);
    }
    (void)core.advance(interval, now);
  }
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("population_core: constraints that admit nothing are an error, not members that break them") {
  const auto none = std::make_shared<const domain>(
      domain::make({parameter::integer("k", {.low = 0, .high = 9}).value()}).value().require([](const point&) {
        return false;
      }));
  CHECK(test::says(test::refusal([&] { const population_core core(none, 4, 1); }), "keeps the constraints"));
}
#endif
