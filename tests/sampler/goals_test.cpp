// Several objectives and limits, by the samplers that have other tests of their own.
#include "goals.hpp"
#include "support.hpp"

#include <cstddef>
#include <knobless/sampler/automatic.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/sampler/tpe.hpp>
#include <string>
#include <vector>

using namespace knobless;

TEST_CASE("goals: TPE reaches more of the front than chance does") {
  const std::vector<double> reference{1.0, 7.0};
  double found = 0.0;
  double by_chance = 0.0;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    found += test::volume(test::search(tpe{}, test::unit_cube(6), test::zdt1, 2, 0, 100, seed), reference);
    by_chance +=
        test::volume(test::search(random_search{}, test::unit_cube(6), test::zdt1, 2, 0, 100, seed), reference);
  }
  // The front leaves 6 + 2 / 3.
  CHECK(found / 3 > by_chance / 3 + 0.5);
}

TEST_CASE("goals: TPE keeps the limits more and more often") {
  const auto f = [](const domain&, const point& p) {
    return test::answer{{p.unit[0]}, {0.6 - p.unit[0], p.unit[1] - 0.3, p.unit[2] - 0.5}};
  };
  const history seen = test::search(tpe{}, test::unit_cube(3), f, 1, 3, 100);
  std::size_t kept = 0;
  for (std::size_t i = 60; i < 100; ++i) kept += seen[i].feasible ? 1U : 0U;
  // Chance keeps them in 2 of 40.
  CHECK(kept > 15);
}

TEST_CASE("goals: TPE that takes in a long history at once proposes what one does that saw each trial") {
  const domain space = test::mixed_space();
  tpe patient;
  history seen(space.size());
  seen.expect_objectives(2);
  test::name_limits(seen, 1, 1);
  for (std::size_t i = 0; i < 60; ++i) {
    random_stream rng(3, i);
    const point p = patient.ask({space, seen, rng, 3, i, i}).value();
    random_stream same(3, i);
    if (i % 10 == 0) CHECK(tpe{}.ask({space, seen, same, 3, i, i}).value() == p);
    test::tell(seen, p, {{p.unit[0], p.unit[1]}, {0.2 - p.unit[0]}});
  }
}

TEST_CASE("goals: TPE and automatic bear what searches come to") {
  for (const test::bad_case& bad : test::bad_cases())
    for (const bool mixed : {false, true}) {
      CAPTURE(bad.what);
      const domain space = mixed ? test::mixed_space() : test::unit_cube(2);
      CHECK(test::search(tpe{}, space, bad.f, bad.objectives, bad.limits, 40, 1, bad.graded).size() == 40);
      CHECK(test::search(automatic{}, space, bad.f, bad.objectives, bad.limits, 14, 1, bad.graded).size() == 14);
    }
}

TEST_CASE("goals: automatic begins with models, gives the later trials to NSGA-II and TPE, and says so") {
  const domain space = test::unit_cube(2);
  automatic sampler;
  history seen = test::search(random_search{}, space, test::two_bowls, 2, 0, 400);
  for (std::size_t i = 0; i < 12; ++i) {
    random_stream rng(1, seen.size());
    const auto p = sampler.ask({space, seen, rng, 1, seen.size(), seen.size()});
    test::tell(seen, p.value(), test::two_bowls(space, *p));
  }
  const std::string said = sampler.explain(seen);
  CHECK(test::says(said, "the Gaussian process: 5"));
  CHECK(test::says(said, "NSGA-II: 5"));
  CHECK(test::says(said, "TPE: 2"));
}

TEST_CASE("goals: automatic ends where all points of a space are told") {
  const domain space = domain::make({parameter::integer("n", {.low = 0, .high = 9}).value()}).value();
  CHECK(test::search(automatic{}, space, test::two_bowls, 2, 0, 100).size() == 10);
  // Of one objective under limits, the best point that keeps them is looked at once more.
  const history seen = test::search(
      automatic{}, space,
      [](const domain&, const point& p) {
        return test::answer{{p.unit[0]}, {0.5 - p.unit[0]}};
      },
      1, 1, 100);
  REQUIRE(seen.size() == 11);
  CHECK(seen[10].value == doctest::Approx(0.55));
}
