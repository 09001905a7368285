#include "support.hpp"

#include <cstddef>
#include <knobless/elementary.hpp>
#include <knobless/numeric/float4.hpp>

using knobless::detail::float4;

namespace {

float4 of(float a, float b, float c, float d) {
  float4 v = float4::all(a);
  v.set(1, b);
  v.set(2, c);
  v.set(3, d);
  return v;
}

}  // namespace

TEST_CASE("float4: exp of each lane is exp_single of it, to the bit") {
  for (float x = -100.0F; x <= 0.0F; x += 0.37F) {
    const float4 y = float4::exp(of(x, x / 2, x / 3, 0.0F));
    const float expected[] = {knobless::elementary::exp_single(x), knobless::elementary::exp_single(x / 2),
                              knobless::elementary::exp_single(x / 3), 1.0F};
    for (std::size_t i = 0; i < 4; ++i) {
      if (test::fast_math)
        CHECK(y.get(i) == doctest::Approx(expected[i]).epsilon(1e-5));
      else
        CHECK(y.get(i) == expected[i]);
    }
  }
}

TEST_CASE("float4: exp of what is far below is next to nothing, never negative or NaN") {
  const float4 y = float4::exp(of(-1e30F, -200.0F, -87.5F, -88.0F));
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(y.get(i) >= 0.0F);
    CHECK(y.get(i) < 1e-37F);
  }
}

TEST_CASE("float4: larger and choose work lane by lane") {
  const float4 top = float4::larger(of(1.0F, -2.0F, 3.0F, 0.0F), of(0.0F, -1.0F, 5.0F, 0.0F));
  CHECK(top.get(0) == 1.0F);
  CHECK(top.get(1) == -1.0F);
  CHECK(top.get(2) == 5.0F);
  CHECK(top.get(3) == 0.0F);
  const float4 chosen = float4::choose(of(-1.0F, 0.0F, 2.0F, 3.0F), 2.0F, 10.0F, 20.0F, 30.0F);
  CHECK(chosen.get(0) == 30.0F);
  CHECK(chosen.get(1) == 20.0F);
  CHECK(chosen.get(2) == 10.0F);
  CHECK(chosen.get(3) == 20.0F);
}
