#include "../support.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <knobless/random.hpp>
#include <knobless/sampler/surroundings.hpp>
#include <knobless/space/domain.hpp>
#include <knobless/space/parameter.hpp>
#include <vector>

using namespace knobless;

TEST_CASE("surroundings: steps around a point have all lengths, as many short ones as long ones") {
  const domain d = domain::make({parameter::real("x", {}).value()}).value();
  point middle(1);
  middle.unit[0] = 0.5;
  d.complete(middle);
  random_stream rng(1);
  std::vector<double> lengths;
  for (int i = 0; i < 4000; ++i) lengths.push_back(std::abs(detail::step_around(d, rng, middle).unit[0] - 0.5));
  std::sort(lengths.begin(), lengths.end());
  // 10^-0.3 to 10^-2.8 times a normal number, of which half are below 0.67: half of all are shorter than 10^-1.55 times that.
  CHECK(lengths[2000] == doctest::Approx(0.028 * 0.67).epsilon(0.25));
  CHECK(lengths[400] < 0.003);
  CHECK(lengths[3600] > 0.1);
  CHECK(lengths.front() > 0.0);
}

TEST_CASE("surroundings: a step moves at least one coordinate, and no step leaves the space") {
  std::vector<parameter> parameters;
  for (const char* name : {"a", "b", "c", "d", "e"}) parameters.push_back(parameter::real(name, {}).value());
  const domain d = domain::make(parameters).value();
  point corner(5);
  d.complete(corner);
  random_stream rng(2);
  std::size_t single = 0;
  for (int i = 0; i < 1000; ++i) {
    const point p = detail::step_around(d, rng, corner);
    CHECK(d.contains(p));
    const auto moved = 5 - std::count(p.unit.begin(), p.unit.end(), 0.0);
    CHECK(moved >= 1);
    single += moved == 1 ? 1U : 0U;
  }
  CHECK(single > 50);
  CHECK(single < 900);
}
