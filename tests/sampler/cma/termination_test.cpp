#include <knobless/sampler/cma/termination.hpp>

#include <array>

#include "support.hpp"

using namespace knobless;
namespace cma = detail::cma;

namespace {

// One update with all parents at the first point and the others at the second.
void step(search_distribution& s, const std::vector<double>& parents, const std::vector<double>& others) {
  std::vector<search_distribution::member> ranked(s.population());
  for (std::size_t r = 0; r < ranked.size(); ++r) {
    const double* x = r < s.parents() ? parents.data() : others.data();
    ranked[r] = {x, s.length(x)};
  }
  s.update(ranked);
}

cma::termination begun(std::size_t dimensions, std::size_t population) {
  cma::termination end;
  end.begin_run(dimensions, population);
  return end;
}

const search_distribution fresh = test::normal(2, 0.5, 0.1, 6);

}  // namespace

TEST_CASE("cma termination: a run that has just begun goes on") {
  cma::termination end = begun(2, 6);
  CHECK_FALSE(end.ended(fresh));
}

TEST_CASE("cma termination: a run has BIPOP's number of generations, or fewer") {
  search_distribution s = test::normal(2, 0.5, 0.1, 100);
  cma::termination end = begun(2, 100);  // 100 + 50 25 / 10
  cma::termination shorter = begun(2, 100);
  shorter.limit(3);
  shorter.limit(1000);
  for (int g = 0; g < 225; ++g) {
    CHECK_FALSE(end.ended(s));
    CHECK(shorter.ended(s) == (g >= 3));
    // Steps that keep the distribution as it is.
    const double d = 1.2 * s.deviation(0);
    std::vector<double> x(200);
    std::vector<search_distribution::member> ranked(100);
    for (std::size_t i = 0; i < 100; ++i) {
      x[2 * i] = 0.5 + (i % 2 == 0 ? d : -d);
      x[2 * i + 1] = 0.5 + (i % 4 < 2 ? d : -d);
      ranked[i] = {&x[2 * i], s.length(&x[2 * i])};
    }
    s.update(ranked);
    s.scale_sigma(0.1 / s.deviation(0));
    s.move_mean(0, 0.5);
    s.move_mean(1, 0.5);
  }
  CHECK(end.ended(s));
}

TEST_CASE("cma termination: a distribution of a condition of 1e14 ends") {
  search_distribution s = test::normal(2, 0.5, 0.01, 6);
  const auto stretched = [](double length) {
    search_distribution at = test::normal(2, 0.5, 0.01, 6);
    std::vector<double> x(12, 0.5);
    std::vector<search_distribution::member> ranked(6);
    for (std::size_t i = 0; i < 6; ++i) {
      x[2 * i] += (i % 2 == 0 ? 1.0 : -1.0) * length;
      ranked[i] = {&x[2 * i], at.length(&x[2 * i])};
    }
    at.update(ranked);
    return at;
  };
  cma::termination end = begun(2, 6);
  CHECK_FALSE(end.ended(stretched(1e3)));
  CHECK(stretched(1e3).condition() < 1e14);
  CHECK(end.ended(stretched(1e6)));
}

TEST_CASE("cma termination: points that doubles can't tell apart end a run, unless the path says that it grows again") {
  // Around 0, where a step of any size has an effect.
  cma::termination end = begun(30, 14);
  CHECK_FALSE(end.ended(test::normal(30, 0.0, 2e-12, 14)));
  CHECK(end.ended(test::normal(30, 0.0, 5e-13, 14)));
  // Small steps in one direction: a path longer than the deviations.
  search_distribution s = test::normal(30, 0.0, 1e-13, 14);
  for (int g = 0; g < 8; ++g) {
    std::vector<double> ahead(s.mean().begin(), s.mean().end());
    std::vector<double> beside = ahead;
    ahead[0] += 0.5 * s.sigma();
    beside[1] += 0.1 * s.sigma();
    step(s, ahead, beside);
  }
  const double scale = 2e-12 / s.path(0);
  s.scale_sigma(scale);
  REQUIRE(s.deviation(0) < 1e-12);
  REQUIRE(s.path(0) > 1e-12);
  CHECK_FALSE(end.ended(s));
  s.scale_sigma(0.1);
  CHECK(end.ended(s));
}

TEST_CASE("cma termination: steps without effect on the mean end a run") {
  cma::termination end = begun(2, 6);
  CHECK(end.ended(test::normal(2, 1e8, 1e-9, 6)));
  CHECK_FALSE(end.ended(test::normal(2, 1e8, 1e-3, 6)));
}

TEST_CASE("cma termination: best values that do not change end a run after 10 + 30 n / lambda generations") {
  cma::termination end = begun(2, 6);
  for (int g = 0; g < 20; ++g) {
    CHECK_FALSE(end.ended(fresh));
    end.note(1.0, 2.0 + g, 1.5, false);
  }
  CHECK(end.ended(fresh));
  end.note(0.5, 2.0, 1.5, false);
  CHECK_FALSE(end.ended(fresh));
  end.begin_run(2, 6);
  CHECK_FALSE(end.ended(fresh));
}

TEST_CASE("cma termination: best values that differ by rounding alone do not change") {
  const auto ends = [](double change, bool rugged) {
    cma::termination end = begun(2, 6);
    for (int g = 0; g < 25; ++g) end.note(1.0 - change * g, 11.0, 6.0, rugged);
    return end.ended(fresh);
  };
  CHECK(ends(1e-15, false));
  CHECK_FALSE(ends(1e-12, false));
  // Where it is rugged, 1e-5 of the 10 by which the first generation's values differed.
  CHECK(ends(1e-6, true));
  CHECK_FALSE(ends(1e-5, true));
  CHECK_FALSE(ends(1e-6, false));
}

TEST_CASE("cma termination: a run stagnates where neither best values nor medians improve") {
  // 120 + 30 n / lambda = 130 generations at least, and a fifth of them all.
  const auto ends = [](double best_slope, double median_slope, int generations) {
    cma::termination end = begun(2, 6);
    for (int g = 0; g < generations; ++g) {
      const double wave = 0.01 * static_cast<double>(g % 7);
      end.note(1.0 + wave - best_slope * g, 9.0, 3.0 + wave - median_slope * g, false);
    }
    return end.ended(fresh);
  };
  CHECK(ends(0.0, 0.0, 170));
  CHECK_FALSE(ends(0.0, 0.0, 150));
  CHECK_FALSE(ends(1e-3, 0.0, 170));
  CHECK_FALSE(ends(0.0, 1e-3, 170));
}
