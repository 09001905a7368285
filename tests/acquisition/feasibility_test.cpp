#include "support.hpp"

#include <cmath>
#include <knobless/acquisition/feasibility.hpp>

using namespace knobless;

TEST_CASE("feasibility: log probabilities are those of erfc while that has any, and go on below") {
  for (double z = -37.0; z <= 9.0; z += 0.37)
    CHECK(detail::log_normal_cdf(z).value ==
          doctest::Approx(std::log(0.5 * std::erfc(-z / std::sqrt(2.0)))).epsilon(1e-8).scale(1e-8));
  // The asymptotic series: log phi(t) / t (1 - 1 / t^2).
  const double t = 1e5;
  CHECK(detail::log_normal_cdf(-t).value ==
        doctest::Approx(-0.5 * t * t - std::log(t * std::sqrt(2.0 * 3.14159265358979))));
}

TEST_CASE("feasibility: the slope is that of the value, on both sides of where the formulas meet") {
  for (double z : {-1000.0, -40.0, -5.001, -4.999, -1.0, 0.0, 2.0, 6.0}) {
    const double h = 1e-4 * (1.0 + std::abs(z));
    const double slope = (detail::log_normal_cdf(z + h).value - detail::log_normal_cdf(z - h).value) / (2.0 * h);
    CHECK(detail::log_normal_cdf(z).slope == doctest::Approx(slope).epsilon(1e-5).scale(1e-6));
  }
}
