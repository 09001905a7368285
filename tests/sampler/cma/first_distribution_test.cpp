#include <knobless/sampler/cma/first_distribution.hpp>

#include "support.hpp"

using namespace knobless;
namespace cma = detail::cma;

namespace {

const domain square = test::space_of(test::reals(2));
const cma::coordinates axes(square);

}  // namespace

TEST_CASE("cma first distribution: the centre and the first deviation where nothing is known") {
  const auto first = cma::first_distribution_of(square, axes, history(2));
  CHECK(first.mean == std::vector<double>{0.5, 0.5});
  CHECK(first.deviation == std::vector<double>(2, cma::first_deviation));
}

TEST_CASE("cma first distribution: the best that was told, else what is running") {
  history seen(2);
  seen.begin(test::running(0, test::point_at({0.7, 0.2})));
  CHECK(cma::first_distribution_of(square, axes, seen).mean == std::vector<double>{0.7, 0.2});
  const point good = test::point_at({0.1, 0.9});
  const point bad = test::point_at({0.4, 0.4});
  seen.append(test::told(good, 1, 1.0));
  seen.append(test::told(bad, 2, 2.0));
  CHECK(cma::first_distribution_of(square, axes, seen).mean == std::vector<double>{0.1, 0.9});
}

TEST_CASE("cma first distribution: of 30 trials the best tenth says mean and deviation") {
  const auto after = [](std::size_t trials) {
    history seen(2);
    // The best three lie at 0.2, 0.3 and 0.4; the others far away.
    for (std::size_t i = 0; i < trials; ++i) {
      const point p = test::point_at({i < 3 ? 0.2 + 0.1 * static_cast<double>(i) : 0.9, 0.6});
      seen.append(test::told(p, i, static_cast<double>(i)));
    }
    return cma::first_distribution_of(square, axes, seen);
  };
  CHECK(after(29).mean[0] == 0.2);
  CHECK(after(29).deviation[0] == cma::first_deviation);
  CHECK(after(30).mean[0] == doctest::Approx(0.3));
  CHECK(after(30).mean[1] == doctest::Approx(0.6));
  // Variance 0.02 / 3 and the widening's 0.01; the widening alone where all are the same.
  CHECK(after(30).deviation[0] == doctest::Approx(std::sqrt(0.01 + 0.02 / 3.0)));
  CHECK(after(30).deviation[1] == doctest::Approx(0.1));
}

TEST_CASE("cma first distribution: never wider than the first deviation") {
  history seen(2);
  for (std::size_t i = 0; i < 40; ++i) {
    const point p = test::point_at({i % 2 == 0 ? 0.0 : 1.0, 0.5});
    seen.append(test::told(p, i, static_cast<double>(i)));
  }
  CHECK(cma::first_distribution_of(square, axes, seen).deviation[0] == cma::first_deviation);
}

TEST_CASE("cma first distribution: inactive coordinates say nothing") {
  history seen(2);
  point p = test::point_at({0.2, 0.0});
  p.active[1] = 0;
  seen.append(test::told(p, 0, 1.0));
  CHECK(cma::first_distribution_of(square, axes, seen).mean == std::vector<double>{0.2, 0.5});
}
