#include "../support.hpp"

#include <cstdint>
#include <knobless/space/point.hpp>
#include <set>
#include <vector>

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

TEST_CASE("point: the hash differs where a coordinate or a mask does") {
  // Masks alone, too: an inactive coordinate is 0, as is the lowest value of an active one.
  std::set<std::uint64_t> hashes;
  for (const double x : {0.0, 0.25, 1.0})
    for (const double y : {0.0, 0.25, 1.0})
      for (const auto a : {std::uint8_t{0}, std::uint8_t{1}})
        for (const auto b : {std::uint8_t{0}, std::uint8_t{1}})
          hashes.insert(knobless::detail::point_hash({std::vector<double>{x, y}, std::vector<unsigned char>{a, b}}));
  CHECK(hashes.size() == 36);
}
