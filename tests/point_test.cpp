#include "support.hpp"

#include <knobless/point.hpp>

using knobless::point;

TEST_CASE("point: begins inactive at zero") {
  const point p(3);
  CHECK(p.size() == 3);
  CHECK(p.unit == std::vector<double>(3, 0.0));
  CHECK(p.active == std::vector<unsigned char>(3, 0));
  CHECK(point().size() == 0);
}

TEST_CASE("point: two are equal when coordinates and masks are") {
  point p(2);
  p.unit = {0.25, 0.5};
  p.active = {1, 1};
  point q = p;
  CHECK(p == q);
  q.unit[1] = 0.75;
  CHECK_FALSE(p == q);
  q = p;
  q.active[0] = 0;
  CHECK_FALSE(p == q);
}
