#include <knobless/sampler/cma/known_values.hpp>

#include "support.hpp"

using namespace knobless;
using detail::cma::known_values;

TEST_CASE("known_values: a point has the value that was told first, any other none") {
  known_values known;
  const point p = test::point_at({0.25, 0.75});
  const point q = test::point_at({0.75, 0.25});
  CHECK(known.find(p.unit, p.active) == nullptr);
  known.note(test::told(p, 0, 3.0));
  known.note(test::told(q, 1, 5.0));
  known.note(test::told(p, 2, 4.0));
  REQUIRE(known.find(p.unit, p.active) != nullptr);
  CHECK(*known.find(p.unit, p.active) == 3.0);
  CHECK(*known.find(q.unit, q.active) == 5.0);
  const point r = test::point_at({0.25, 0.25});
  CHECK(known.find(r.unit, r.active) == nullptr);
}

TEST_CASE("known_values: points that differ in their masks alone are two") {
  known_values known;
  point p = test::point_at({0.25, 0.0});
  known.note(test::told(p, 0, 3.0));
  p.active[1] = 0;
  CHECK(known.find(p.unit, p.active) == nullptr);
}
