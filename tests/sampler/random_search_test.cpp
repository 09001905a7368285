#include "support.hpp"

#include <knobless/sampler/random_search.hpp>

#include <cmath>
#include <utility>

using namespace knobless;

static_assert(sampler<random_search>);

namespace {

domain mixed() {
  return domain::make({parameter::real("x", {}).value(), parameter::categorical("c", {"a", "b", "c"}).value(),
                       parameter::real("y", {}).value().when(1, 0b010U),
                       parameter::integer("k", {.low = 1, .high = 100, .scale = knobless::scaling::log}).value()})
      .value();
}

}  // namespace

TEST_CASE("random_search: points are complete and uniform in the unit cube") {
  const domain d = mixed();
  const history seen(d.size());
  random_search s;
  std::vector<std::size_t> cells(64);
  std::vector<std::size_t> choices(3);
  int conditional = 0;
  for (std::uint64_t i = 0; i < 6400; ++i) {
    knobless::random_stream rng(1, i);
    const std::optional<point> p = s.ask({d, seen, rng});
    REQUIRE(p);
    point again = *p;
    d.complete(again);
    CHECK(again == *p);
    ++cells[static_cast<std::size_t>(p->unit[0] * 64.0)];
    ++choices[d[1].level(p->unit[1])];
    conditional += p->active[2];
  }
  // A cell with a half too many is found.
  CHECK(std::abs(test::chi_square_z(cells)) < 4.5);
  CHECK(test::chi_square_z(choices) < 9.0);
  CHECK(static_cast<std::size_t>(conditional) == choices[1]);
}

TEST_CASE("random_search: constraints are kept, also those that few points keep") {
  const domain d = mixed().require([](const point& p) { return p.unit[0] < 0.02; });
  const history seen(d.size());
  random_search s;
  for (std::uint64_t i = 0; i < 200; ++i) {
    knobless::random_stream rng(2, i);
    const std::optional<point> p = s.ask({d, seen, rng});
    REQUIRE(p);
    CHECK(d.admits(*p));
  }
}

TEST_CASE("random_search: what it proposes depends on the stream alone") {
  const domain d = mixed();
  const history empty(d.size());
  history told(d.size());
  told.begin({0, point(d.size()), {}});
  random_search s;
  for (std::uint64_t i = 0; i < 20; ++i) {
    knobless::random_stream a(3, i);
    knobless::random_stream b(3, i);
    knobless::random_stream other(4, i);
    const std::optional<point> p = s.ask({d, empty, a, 0, 0});
    CHECK(p == random_search{}.ask({d, told, b, 17, 5}));
    CHECK_FALSE(p == s.ask({d, empty, other, 0, 0}));
  }
}
