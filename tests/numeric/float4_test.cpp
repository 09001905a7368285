#include "support.hpp"

#include <cmath>
#include <cstddef>
#include <knobless/base/elementary.hpp>
#include <knobless/numeric/float4.hpp>

using knobless::detail::float4;

namespace {

float4 of(float a, float b, float c, float d) {
  const float lanes[] = {a, b, c, d};
  return float4::load(lanes);
}

}  // namespace

TEST_CASE("float4: exp2 of each lane, to seven digits") {
  double worst = 0.0;
  for (float x = -126.0F; x <= 0.0F; x += 0.0137F) {
    const float4 y = float4::exp2(of(x, x / 2, x / 3, 0.0F));
    const float from[] = {x, x / 2, x / 3, 0.0F};
    for (std::size_t i = 0; i < 4; ++i)
      worst = std::fmax(worst, std::abs(static_cast<double>(y.get(i)) / std::exp2(static_cast<double>(from[i])) - 1.0));
  }
  CHECK(worst < (test::fast_math ? 1e-5 : 3e-7));
}

TEST_CASE("float4: exp2 of what is far below is next to nothing, never negative or NaN") {
  const float4 y = float4::exp2(of(-1e30F, -300.0F, -126.5F, -127.0F));
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(y.get(i) >= 0.0F);
    CHECK(y.get(i) < 2e-38F);
  }
}

TEST_CASE("float4: log2 of each lane, to seven digits") {
  double worst = 0.0;
  for (float x = 1e-37F; x < 1e37F; x *= 1.003F) {
    const float4 y = float4::log2(of(x, 1.0F, x * 2, x));
    const double expected = std::log2(static_cast<double>(x));
    worst = std::fmax(worst, std::abs(static_cast<double>(y.get(0)) - expected) / std::fmax(1.0, std::abs(expected)));
    CHECK(y.get(1) == 0.0F);
    CHECK(y.get(2) == doctest::Approx(y.get(0) + 1.0F).epsilon(1e-6));
    CHECK(y.get(3) == y.get(0));
  }
  CHECK(worst < (test::fast_math ? 1e-5 : 2e-7));
}

TEST_CASE("float4: the normal quantile, to four digits, increasing, and finite at the ends") {
  float last = -100.0F;
  for (int i = 1; i < 10000; ++i) {
    const float p = static_cast<float>(i) / 10000.0F;
    const float z = float4::normal_quantile(float4::all(p)).get(3);
    CHECK(z == doctest::Approx(knobless::elementary::normal_quantile(static_cast<double>(p))).epsilon(1e-4));
    CHECK(z > last);
    last = z;
  }
  for (float p = 0.1F; p > 0x1p-33F; p /= 3)
    CHECK(float4::normal_quantile(float4::all(p)).get(0) ==
          doctest::Approx(knobless::elementary::normal_quantile(static_cast<double>(p))).epsilon(1e-4));
  const float4 ends = float4::normal_quantile(of(0.0F, 1.0F, 1.1F, -0.1F));
  CHECK(ends.get(0) == doctest::Approx(-6.34).epsilon(1e-2));
  CHECK(ends.get(1) == doctest::Approx(5.29).epsilon(1e-2));
}

TEST_CASE("float4: larger, choose and any_above work lane by lane") {
  const float4 top = float4::larger(of(1.0F, -2.0F, 3.0F, 0.0F), of(0.0F, -1.0F, 5.0F, 0.0F));
  CHECK(top.get(0) == 1.0F);
  CHECK(top.get(1) == -1.0F);
  CHECK(top.get(2) == 5.0F);
  CHECK(top.get(3) == 0.0F);
  const float4 chosen = float4::choose(of(-1.0F, 0.0F, 2.0F, 3.0F), 2.0F, 10.0F, 20.0F);
  CHECK(chosen.get(0) == 20.0F);
  CHECK(chosen.get(2) == 10.0F);
  CHECK(chosen.get(3) == 20.0F);
  for (std::size_t i = 0; i < 4; ++i) {
    float lanes[] = {0.0F, 0.0F, 0.0F, 0.0F};
    CHECK_FALSE(float4::any_above(float4::load(lanes), float4::all(0.0F)));
    lanes[i] = 1.0F;
    CHECK(float4::any_above(float4::load(lanes), float4::all(0.0F)));
    float back[4];
    float4::load(lanes).store(back);
    CHECK(back[i] == 1.0F);
  }
}
