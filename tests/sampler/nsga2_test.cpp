#include "goals.hpp"
#include "support.hpp"

#include <cstddef>
#include <knobless/sampler/nsga2.hpp>
#include <knobless/sampler/random_search.hpp>
#include <string>
#include <vector>

using namespace knobless;

static_assert(sampler<nsga2>);

TEST_CASE("nsga2: reaches more of the front than chance does") {
  const std::vector<double> reference{1.0, 7.0};
  double found = 0.0;
  double by_chance = 0.0;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    found += test::volume(test::search(nsga2{}, test::unit_cube(6), test::zdt1, 2, 0, 400, seed), reference);
    by_chance +=
        test::volume(test::search(random_search{}, test::unit_cube(6), test::zdt1, 2, 0, 400, seed), reference);
  }
  // The front leaves 6 + 2 / 3.
  CHECK(found / 3 > by_chance / 3 + 0.5);
}

TEST_CASE("nsga2: finds points that keep the limits where few do, on a mixed space") {
  const auto f = [](const domain&, const point& p) {
    return test::answer{{p.unit[0], 1.0 - p.unit[1]}, {0.4 - p.unit[0], p.active[3] != 0 ? 0.7 - p.unit[3] : 1.0}};
  };
  const history seen = test::search(nsga2{}, test::mixed_space(), f, 2, 2, 300);
  std::size_t kept_late = 0;
  for (std::size_t i = 200; i < 300; ++i) kept_late += seen[i].feasible ? 1U : 0U;
  CHECK(kept_late > 50);
}

TEST_CASE("nsga2: one that takes in a long history at once proposes what one does that saw each trial") {
  const domain space = test::mixed_space();
  const auto f = [](const domain&, const point& p) { return test::answer{{p.unit[0], p.unit[1]}, {0.2 - p.unit[0]}}; };
  nsga2 patient;
  history seen(space.size());
  seen.expect_objectives(2);
  test::name_limits(seen, 1, 1);
  for (std::size_t i = 0; i < 150; ++i) {
    random_stream rng(3, i);
    const point p = patient.ask({space, seen, rng, 3, i, i}).value();
    random_stream same(3, i);
    if (i % 25 == 0) CHECK(nsga2{}.ask({space, seen, same, 3, i, i}).value() == p);
    test::tell(seen, p, f(space, p));
  }
}

TEST_CASE("nsga2: bears what searches come to") {
  for (const test::bad_case& bad : test::bad_cases())
    for (const bool mixed : {false, true}) {
      CAPTURE(bad.what);
      const domain space = mixed ? test::mixed_space() : test::unit_cube(2);
      const history seen = test::search(nsga2{}, space, bad.f, bad.objectives, bad.limits, 80, 1, bad.graded);
      REQUIRE(seen.size() == 80);
      for (std::size_t i = 0; i < seen.size(); ++i) CHECK(space.contains(seen[i].where()));
    }
}
