#include "support.hpp"

#include <cmath>
#include <cstddef>
#include <knobless/numeric/double4.hpp>
#include <knobless/numeric/matern.hpp>
#include <vector>

using knobless::detail::double4;

namespace {

double4 of(double a, double b, double c, double d) {
  const double lanes[] = {a, b, c, d};
  return double4::load(lanes);
}

}  // namespace

TEST_CASE("double4: arithmetic is that of each lane") {
  const double4 a = of(1.0, -2.0, 3.5, 1e300);
  const double4 b = of(0.25, 4.0, -1.5, 2.0);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK((a + b)[i] == a[i] + b[i]);
    CHECK((a - b)[i] == a[i] - b[i]);
    CHECK((a * b)[i] == a[i] * b[i]);
    CHECK((2.0 * b)[i] == 2.0 * b[i]);
    CHECK((2.0 + b)[i] == 2.0 + b[i]);
    CHECK(double4::larger(a, b)[i] == (a[i] > b[i] ? a[i] : b[i]));
    CHECK(double4::sqrt(a * a)[i] == std::sqrt(a[i] * a[i]));
  }
  CHECK(b.sum() == 4.75);
  double out[6] = {9.0, 9.0, 9.0, 9.0, 9.0, 9.0};
  b.store(out + 1);
  CHECK(out[0] == 9.0);
  CHECK(out[1] == 0.25);
  CHECK(out[4] == 2.0);
  CHECK(out[5] == 9.0);
}

TEST_CASE("double4: exp of what is not positive, to fifteen digits, and next to nothing far below") {
  double worst = 0.0;
  for (double x = 0.0; x > -707.0; x -= 0.0137) {
    const double4 y = double4::exp(of(x, x / 2, x / 3, 0.0));
    const double from[] = {x, x / 2, x / 3, 0.0};
    for (std::size_t i = 0; i < 4; ++i) worst = std::fmax(worst, std::abs(y[i] / std::exp(from[i]) - 1.0));
  }
  CHECK(worst < (test::fast_math ? 1e-13 : 1e-15));
  const double4 y = double4::exp(of(-708.0, -1e4, -1e300, -709.0));
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(y[i] >= 0.0);
    CHECK(y[i] < 1e-300);
  }
}

TEST_CASE("matern: the kernel and its derivative, by the formula and by differences") {
  const std::vector<double> squares{0.0, 1e-20, 1e-6, 0.01, 0.5, 1.0, 4.0, 30.0, 1e3, 1e6, 1e12, -1e-18};
  std::vector<double> kernel = squares;
  std::vector<double> slope(squares.size());
  knobless::detail::matern(kernel.data(), 0.5, slope.data(), squares.size());
  std::vector<double> again = squares;
  knobless::detail::matern(again.data(), 0.5, again.size());
  CHECK(again == kernel);
  for (std::size_t i = 0; i < squares.size(); ++i) {
    const double s = std::sqrt(5.0 * std::fmax(squares[i], 0.0));
    CHECK(kernel[i] - 0.5 == doctest::Approx((1.0 + s + s * s / 3.0) * std::exp(-s)).epsilon(1e-12));
    CHECK(slope[i] == doctest::Approx(5.0 / 3.0 * (1.0 + s) * std::exp(-s)).epsilon(1e-12));
  }
  std::vector<double> near{0.5 - 1e-6, 0.5 + 1e-6, 1.0 - 1e-6, 1.0 + 1e-6};
  knobless::detail::matern(near.data(), 0.5, near.size());
  CHECK((near[0] - near[1]) / 1e-6 == doctest::Approx(slope[4]).epsilon(1e-6));
  CHECK((near[2] - near[3]) / 1e-6 == doctest::Approx(slope[5]).epsilon(1e-6));
}
