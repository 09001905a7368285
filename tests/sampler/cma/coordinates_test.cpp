#include <knobless/sampler/cma/coordinates.hpp>

#include <cmath>

#include "support.hpp"

using namespace knobless;
using detail::cma::coordinates;

TEST_CASE("cma coordinates: numbers have a normal distribution, categories do not") {
  auto parameters = test::reals(1);
  parameters.push_back(parameter::categorical("kind", {"a", "b", "c"}).value());
  parameters.push_back(parameter::integer("n", {.low = 1, .high = 9}).value());
  const coordinates axes(test::space_of(parameters));
  CHECK(axes.dimensions == 3);
  CHECK(axes.numeric == std::vector<std::size_t>{0, 2});
  CHECK(axes.categories == std::vector<std::size_t>{1});
  CHECK(axes.normals == 2);
  CHECK(axes.discrete == 2);
  CHECK_FALSE(axes.plain);
  CHECK_FALSE(axes.all_discrete());
  // All discrete coordinates together stay with a probability of 0.73.
  CHECK(std::pow(1.0 - axes.margin, 2.0) == doctest::Approx(0.73));
}

TEST_CASE("cma coordinates: plain is numeric and unconditional") {
  CHECK(coordinates(test::space_of(test::reals(3))).plain);
  CHECK(coordinates(test::space_of(test::reals(3))).margin == 0.0);
  auto conditional = test::reals(1);
  conditional.insert(conditional.begin(), parameter::integer("n", {.low = 1, .high = 2}).value());
  CHECK(coordinates(test::space_of(conditional)).plain);
  conditional[1] = parameter::real("x0", {}).value().when(0, 0b01);
  CHECK_FALSE(coordinates(test::space_of(conditional)).plain);
}

TEST_CASE("cma coordinates: where nothing is numeric the normal distribution has one dimension") {
  const coordinates axes(test::space_of({parameter::categorical("kind", {"a", "b"}).value()}));
  CHECK(axes.normals == 1);
  CHECK(axes.numeric.empty());
  CHECK(axes.all_discrete());
  CHECK(axes.margin == doctest::Approx(0.27));
}
