#include "goals.hpp"
#include "support.hpp"

#include <cmath>
#include <cstddef>
#include <knobless/sampler/gp_ei.hpp>
#include <knobless/sampler/random_search.hpp>
#include <limits>
#include <set>
#include <string>
#include <vector>

using namespace knobless;

TEST_CASE("gp_goals: the front of two bowls in 25 trials") {
  const history seen = test::search(gp_ei{}, test::unit_cube(2), test::two_bowls, 2, 0, 25);
  // The front from (0, 0.72) to (0.72, 0): sqrt f1 + sqrt f2 = sqrt 0.72. It leaves 1 - 0.72^2 / 6 of the square.
  CHECK(test::volume(seen, {1.0, 1.0}) > 0.97 * (1.0 - 0.72 * 0.72 / 6.0));
}

TEST_CASE("gp_goals: the front of three bowls beats chance with twice the trials") {
  const auto f = [](const domain&, const point& p) {
    test::answer a;
    for (const double at : {0.1, 0.5, 0.9}) {
      a.values.push_back(0.0);
      for (std::size_t k = 0; k < 3; ++k) {
        const double gap = p.unit[k] - (k == 0 ? at : 1.0 - at * at);
        a.values.back() += gap * gap;
      }
    }
    return a;
  };
  const std::vector<double> reference{1.0, 1.0, 1.0};
  CHECK(test::volume(test::search(gp_ei{}, test::unit_cube(3), f, 3, 0, 25), reference) >
        test::volume(test::search(random_search{}, test::unit_cube(3), f, 3, 0, 50), reference));
}

TEST_CASE("gp_goals: the best point on a limit's border, limits of scales far apart") {
  // The least x + y with x y >= 0.25 and x <= 0.3: at (0.3, 5 / 6).
  const auto f = [](const domain&, const point& p) {
    return test::answer{{p.unit[0] + p.unit[1]}, {1e5 * (0.25 - p.unit[0] * p.unit[1]), 1e-5 * (p.unit[0] - 0.3)}};
  };
  const history seen = test::search(gp_ei{}, test::unit_cube(2), f, 1, 2, 30);
  REQUIRE(seen.best());
  CHECK(seen[*seen.best()].value < 0.3 + 5.0 / 6.0 + 0.005);
}

TEST_CASE("gp_goals: learns where trials fail, whether they say why or not") {
  for (const bool silent : {false, true}) {
    const auto f = [&](const domain&, const point& p) {
      const bool fails = p.unit[0] < 0.6;
      if (fails) return test::answer{{}, silent ? std::vector<double>{} : std::vector<double>{1.0}};
      test::answer a{{0.0, 0.0}};
      for (const double u : p.unit) {
        a.values[0] += (u - 0.75) * (u - 0.75);
        a.values[1] += (u - 0.9) * (u - 0.9);
      }
      if (!silent) a.limits = {-1.0};
      return a;
    };
    const history seen = test::search(gp_ei{}, test::unit_cube(2), f, 2, silent ? 0 : 1, 40, 1, 0);
    std::size_t failures = 0;
    for (std::size_t i = 20; i < 40; ++i) failures += seen[i].state == trial_state::failed ? 1U : 0U;
    CHECK(failures <= 7);
  }
}

TEST_CASE("gp_goals: parallel asks spread, and no point of a discrete space is proposed twice") {
  const domain space = test::unit_cube(2);
  history seen = test::search(gp_ei{}, space, test::two_bowls, 2, 0, 12);
  gp_ei sampler;
  std::vector<point> asked;
  for (std::size_t i = 0; i < 4; ++i) {
    random_stream rng(1, seen.size() + i);
    asked.push_back(sampler.ask({space, seen, rng, 1, seen.size(), seen.size() + i}).value());
    seen.begin({seen.size() + i, asked.back(), {}, false, false, 0.0});
  }
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t k = 0; k < i; ++k)
      CHECK(std::abs(asked[i].unit[0] - asked[k].unit[0]) + std::abs(asked[i].unit[1] - asked[k].unit[1]) > 1e-3);

  const domain grid = domain::make({parameter::integer("a", {.low = 0, .high = 4}).value(),
                                    parameter::categorical("b", {"p", "q", "r", "s", "t"}).value()})
                          .value();
  const history all = test::search(gp_ei{}, grid, test::two_bowls, 2, 0, 25);
  std::set<std::vector<double>> points;
  for (std::size_t i = 0; i < all.size(); ++i) points.insert({all[i].unit[0], all[i].unit[1]});
  CHECK(points.size() == 25);
}

TEST_CASE("gp_goals: bears what searches come to") {
  for (const test::bad_case& bad : test::bad_cases())
    for (const bool mixed : {false, true}) {
      CAPTURE(bad.what);
      const domain space = mixed ? test::mixed_space() : test::unit_cube(2);
      const history seen = test::search(gp_ei{}, space, bad.f, bad.objectives, bad.limits, 16, 1, bad.graded);
      REQUIRE(seen.size() == 16);
      for (std::size_t i = 0; i < seen.size(); ++i) CHECK(space.contains(seen[i].where()));
    }
}

TEST_CASE("gp_goals: the best estimated trial under noise keeps the limits") {
  random_stream noise(4);
  const auto f = [&](const domain&, const point& p) {
    return test::answer{{p.unit[0] + 0.05 * noise.normal()}, {0.5 - p.unit[0]}};
  };
  const domain space = test::unit_cube(1);
  history seen = test::search(random_search{}, space, f, 1, 1, 40);
  for (std::size_t i = 0; i < 20; ++i) {
    const point p = seen[i].where();
    test::tell(seen, p, f(space, p));
  }
  const auto best = gp_ei{}.estimate_best(space, seen);
  REQUIRE(best);
  CHECK(seen[best->index].feasible);
}
