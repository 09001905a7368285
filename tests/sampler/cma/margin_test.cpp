#include <knobless/sampler/cma/margin.hpp>

#include <knobless/base/elementary.hpp>

#include "support.hpp"

using namespace knobless;
namespace cma = detail::cma;

namespace {

// A real number, an integer of nine levels, and an integer of one.
domain some_integers() {
  auto parameters = test::reals(1);
  parameters.push_back(parameter::integer("n", {.low = 1, .high = 9}).value());
  parameters.push_back(parameter::integer("one", {.low = 4, .high = 4}).value());
  return test::space_of(parameters);
}

}  // namespace

TEST_CASE("cma margin: the mean is kept in the space") {
  const domain space = test::space_of(test::reals(3));
  search_distribution s = test::normal(3, 0.5, 0.1, 6);
  s.move_mean(0, -0.2);
  s.move_mean(1, 1.3);
  s.move_mean(2, 0.4);
  cma::keep_inside(cma::coordinates(space), s);
  CHECK(s.mean()[0] == 0.0);
  CHECK(s.mean()[1] == 1.0);
  CHECK(s.mean()[2] == 0.4);
  CHECK(s.sigma() == 0.1);
}

TEST_CASE("cma margin: no deviation exceeds a third of the space, and their ratios stay") {
  const domain space = test::space_of(test::reals(2));
  search_distribution s = test::normal(2, 0.5, 1.0, 6);
  s.set_scale(1, 0.5);
  cma::keep_inside(cma::coordinates(space), s);
  CHECK(s.deviation(0) == doctest::Approx(1.0 / 3.0));
  CHECK(s.deviation(1) == doctest::Approx(1.0 / 6.0));
}

TEST_CASE("cma margin: an integer leaves its level with the margin's probability at least") {
  const domain space = some_integers();
  const cma::coordinates axes(space);
  search_distribution s = test::normal(3, 0.5, 1e-6, 6);
  cma::keep_margin(space, axes, s);
  // Both tails beyond half of a cell of 1/9 around its middle.
  CHECK(2.0 * elementary::normal_cdf(-0.5 / 9.0 / s.deviation(1)) == doctest::Approx(axes.margin));
  CHECK(s.deviation(0) == doctest::Approx(1e-6));
  CHECK(s.deviation(2) == doctest::Approx(1e-6));
  // What is wide enough stays as it is.
  search_distribution wide = test::normal(3, 0.5, 0.2, 6);
  cma::keep_margin(space, axes, wide);
  CHECK(wide.scale(1) == 1.0);
}

TEST_CASE("cma margin: an integer that changed counts as the middle of its cell, any other as it was drawn") {
  const domain space = some_integers();
  const cma::coordinates axes(space);
  const search_distribution s = test::normal(3, 0.5, 0.2, 6);
  double changed[] = {0.71, 0.71, 0.6};
  cma::centre_changed_integers(space, axes, s, changed);
  CHECK(changed[0] == 0.71);
  CHECK(changed[1] == space[1].unit_of_level(6));
  double same[] = {0.51, 0.51, 0.5};
  cma::centre_changed_integers(space, axes, s, same);
  CHECK(same[1] == 0.51);
}
