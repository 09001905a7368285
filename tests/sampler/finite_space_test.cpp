#include "support.hpp"

#include <cstddef>
#include <cstdint>
#include <knobless/random.hpp>
#include <knobless/record/history.hpp>
#include <knobless/sampler/finite_space.hpp>
#include <knobless/space/domain.hpp>
#include <knobless/space/parameter.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace knobless;

namespace {

domain table(std::int64_t rows, std::int64_t columns) {
  std::vector<parameter> parameters;
  parameters.push_back(parameter::integer("row", {.low = 1, .high = rows}).value());
  parameters.push_back(parameter::integer("column", {.low = 1, .high = columns}).value());
  return domain::make(std::move(parameters)).value();
}

void tell(history& seen, const point& p, double value, trial_state state = trial_state::complete) {
  observation o;
  o.number = seen.size();
  o.state = state;
  o.has_value = state == trial_state::complete;
  o.value = value;
  o.unit = p.unit;
  o.active = p.active;
  seen.append(o);
}

std::optional<point> any(const detail::finite_space& all, const domain& space, const history& seen) {
  knobless::random_stream rng(3, seen.size());
  return all.any({space, seen, rng, 3, seen.size(), seen.size()});
}

}  // namespace

TEST_CASE("what is small is counted, what is large or continuous is not") {
  CHECK(detail::finite_space(table(3, 4)).size() == 12);
  CHECK(detail::finite_space(table(64, 64)).size() == 4096);
  CHECK(!detail::finite_space(table(64, 65)).finite());
  CHECK(!detail::finite_space(table(std::int64_t{1} << 40, std::int64_t{1} << 40)).finite());
  std::vector<parameter> parameters;
  parameters.push_back(parameter::real("x", {}).value());
  CHECK(!detail::finite_space(domain::make(std::move(parameters)).value()).finite());
}

TEST_CASE("a conditional space has as many points as differ, a constrained one as many as it admits") {
  std::vector<parameter> parameters;
  parameters.push_back(parameter::categorical("kind", {"plain", "deep"}).value());
  parameter layers = parameter::integer("layers", {.low = 1, .high = 5}).value();
  layers = layers.when(0, std::uint64_t{2});
  parameters.push_back(layers);
  CHECK(detail::finite_space(domain::make(std::move(parameters)).value()).size() == 6);
  CHECK(detail::finite_space(table(4, 4).require([](const point& p) { return p.unit[0] <= p.unit[1]; })).size() == 10);
}

TEST_CASE("each point comes once, also those that fail or are running, then none is left") {
  const domain space = table(4, 3);
  detail::finite_space all(space);
  history seen(space.size());
  std::set<std::vector<double>> met;
  for (std::size_t i = 0; i < 12; ++i) {
    all.hear(seen);
    CHECK(!all.exhausted(seen));
    const std::optional<point> p = any(all, space, seen);
    REQUIRE(p);
    CHECK(all.fresh(seen, *p));
    met.insert(p->unit);
    if (i == 11)
      seen.begin({100, *p, {}});
    else
      tell(seen, *p, static_cast<double>(i), i == 3 ? trial_state::failed : trial_state::complete);
  }
  all.hear(seen);
  CHECK(met.size() == 12);
  CHECK(all.exhausted(seen));
  CHECK(!any(all, space, seen));
}

TEST_CASE("an exhausted space without noise is done after one more look at the best") {
  const domain space = table(3, 2);
  detail::finite_space all(space);
  history seen(space.size());
  for (int i = 0; i < 6; ++i) {
    all.hear(seen);
    const point p = *any(all, space, seen);
    tell(seen, p, p.unit[0] + p.unit[1]);
  }
  all.hear(seen);
  const point best = seen[*seen.best()].where();
  REQUIRE(all.again(seen));
  CHECK(*all.again(seen) == best);
  tell(seen, best, best.unit[0] + best.unit[1]);
  all.hear(seen);
  CHECK(!all.again(seen));
}

TEST_CASE("under noise the points that may be the best are evaluated again, and the best of them most often") {
  // Means 0, 1, 2 ... 5 with a deviation of 1: a bandit. Each run of 300 must have half of its repetitions at the best.
  const domain space = table(6, 1);
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    detail::finite_space all(space);
    history seen(space.size());
    knobless::random_stream noise(seed, 5);
    const auto loss = [&](const point& p) { return static_cast<double>(space[0].level(p.unit[0])) + noise.normal(); };
    for (int i = 0; i < 6; ++i) {
      all.hear(seen);
      const point p = *any(all, space, seen);
      tell(seen, p, loss(p));
    }
    std::size_t best = 0;
    for (int i = 0; i < 300; ++i) {
      all.hear(seen);
      const std::optional<point> p = all.again(seen);
      REQUIRE(p);
      if (space[0].level(p->unit[0]) == 0) ++best;
      tell(seen, *p, loss(*p));
    }
    CHECK(best > 150);
  }
}

TEST_CASE("where every point failed there is nothing to do again") {
  const domain space = table(2, 2);
  detail::finite_space all(space);
  history seen(space.size());
  for (int i = 0; i < 4; ++i) {
    all.hear(seen);
    tell(seen, *any(all, space, seen), 0.0, trial_state::failed);
  }
  all.hear(seen);
  CHECK(all.exhausted(seen));
  CHECK(!all.again(seen));
}
