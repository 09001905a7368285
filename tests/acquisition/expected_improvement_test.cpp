#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <knobless/acquisition/expected_improvement.hpp>
#include <knobless/base/elementary.hpp>
#include <knobless/random.hpp>
#include <numbers>

using knobless::detail::log_expected_improvement;

namespace {

constexpr double promised = 1e-9;

// E[max(0, z - X)] = the integral of u phi(z - u) over u > 0, in tanh-sinh steps (Takahasi and Mori 1974): no difference of
// nearly equal numbers anywhere. Relative to phi(z), so that nothing underflows: u exp(z u - u^2 / 2) remains.
long double log_reference(long double z) {
  const long double half = std::numbers::pi_v<long double> / 2;
  // Past this nothing counts; below zero the integrand decays like exp(z u).
  const long double reach = z < -1 ? 60 / -z : z + 1 + 12;
  long double sum = 0;
  const long double h = 1.0L / 32;
  for (int k = -32 * 4; k <= 32 * 4; ++k) {
    const long double s = half * std::sinh(k * h);
    const long double u = reach / (1 + std::exp(-2 * s));
    const long double c = std::cosh(s);
    const long double weight = reach * half * std::cosh(k * h) / (2 * c * c);
    sum += u * std::exp(z * u - u * u / 2) * weight;
  }
  const long double log_density = -z * z / 2 - std::log(2 * std::numbers::pi_v<long double>) / 2;
  return log_density + std::log(sum * h);
}

}  // namespace

TEST_CASE("expected_improvement: the reference by quadrature agrees with the formula where that is exact enough") {
  for (long double z = -4; z <= 8; z += 0.25L) {
    const long double density = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi_v<long double>);
    const long double cdf = std::erfc(-z / std::numbers::sqrt2_v<long double>) / 2;
    const long double gap = log_reference(z) - std::log(density + z * cdf);
    CHECK(static_cast<double>(std::abs(gap)) < 1e-13);
  }
}

TEST_CASE("expected_improvement: agrees with quadrature from -8 to 8 and far below") {
  double worst = 0.0;
  for (int i = -800; i <= 800; ++i) {
    const double z = i * 0.01;
    const long double wanted = log_reference(z);
    // A relative error of the improvement is an absolute one of its logarithm.
    worst = (std::max)(worst, static_cast<double>(std::abs(log_expected_improvement(z).value - wanted)));
  }
  CHECK(worst < promised);
  for (const double z : {-10.0, -20.0, -37.0, -40.0, -100.0, -1e3}) {
    const long double wanted = log_reference(z);
    CAPTURE(z);
    CHECK(static_cast<double>(std::abs((log_expected_improvement(z).value - wanted) / wanted)) < 1e-14);
  }
}

TEST_CASE("expected_improvement: the slope is that of the value") {
  for (double z = -60.0; z <= 12.0; z += 0.171) {
    const long double h = 1e-4L * (1 + std::abs(z));
    // Central differences of the reference, of fourth order.
    const long double wanted =
        (8 * (log_reference(z + h) - log_reference(z - h)) - (log_reference(z + 2 * h) - log_reference(z - 2 * h))) /
        (12 * h);
    CAPTURE(z);
    CHECK(log_expected_improvement(z).slope == doctest::Approx(static_cast<double>(wanted)).epsilon(1e-7));
  }
}

TEST_CASE("expected_improvement: no step where the formula changes, nor anywhere near") {
  const auto right = log_expected_improvement(std::nextafter(-3.0, 0.0));
  const auto at = log_expected_improvement(-3.0);
  CHECK(std::abs(right.value - at.value) < 2 * promised);
  CHECK(std::abs(right.slope - at.slope) < 2 * promised);
  for (int i = -500; i < 500; ++i) {
    const double z = -3.0 + i * 1e-6;
    const auto a = log_expected_improvement(z);
    const auto b = log_expected_improvement(z + 1e-6);
    CHECK(b.value - a.value == doctest::Approx(1e-6 * a.slope).epsilon(1e-2));
  }
}

TEST_CASE("expected_improvement: grows with z, ever slower") {
  double last = -1e300;
  double last_slope = 1e300;
  for (double z = -200.0; z <= 50.0; z += 0.01) {
    const auto found = log_expected_improvement(z);
    CHECK(found.value > last);
    CHECK(found.slope < last_slope + promised);  // it is log-concave
    CHECK(found.slope > 0.0);
    last = found.value;
    last_slope = found.slope;
  }
}

TEST_CASE("expected_improvement: finite and right far from zero") {
  for (const double t : {1e2, 1e4, 1e6, 1e8}) {
    // Below: phi(t) / t^2, slope t; above: z itself.
    const auto low = log_expected_improvement(-t);
    const double tail = -0.5 * t * t - 0.5 * std::log(2.0 * std::numbers::pi) - 2.0 * std::log(t);
    CHECK(knobless::elementary::is_finite(low.value));
    CHECK(low.value == doctest::Approx(tail).epsilon(1e-6));
    CHECK(low.slope == doctest::Approx(t).epsilon(1e-3));
    const auto high = log_expected_improvement(t);
    CHECK(high.value == doctest::Approx(std::log(t)).epsilon(1e-12));
    CHECK(high.slope == doctest::Approx(1.0 / t).epsilon(1e-12));
  }
  CHECK(knobless::elementary::is_finite(log_expected_improvement(-1e100).value));
  CHECK(log_expected_improvement(0.0).value == doctest::Approx(-0.5 * std::log(2.0 * std::numbers::pi)).epsilon(1e-12));
}

TEST_CASE("largest_improvement: the largest of many is expected to be at most what it says") {
  knobless::random_stream rng(3);
  for (const double mean : {-4.0, -2.0, -0.5, 0.0, 1.0})
    for (const int n : {1, 2, 10, 100}) {
      double sum = 0.0;
      const int repetitions = 4000;
      for (int r = 0; r < repetitions; ++r) {
        double largest = 0.0;
        for (int i = 0; i < n; ++i) largest = (std::max)(largest, mean + 0.5 * rng.normal());
        sum += largest / repetitions;
      }
      const double bound = knobless::detail::largest_improvement(mean, 0.5, n);
      CHECK(sum <= bound * 1.05 + 1e-3);
      // And no more than is needed: for improvements that are independent it is not far off.
      CHECK(bound <= 1.25 * sum + 0.02);
      if (n == 1) CHECK(bound == doctest::Approx(sum).epsilon(0.1));
    }
  CHECK(knobless::detail::largest_improvement(0.25, 0.0, 10.0) == 0.25);
  CHECK(knobless::detail::largest_improvement(-0.25, 0.0, 10.0) == 0.0);
}
