#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <knobless/model/limit_transform.hpp>
#include <limits>
#include <vector>

using knobless::detail::limit_transform;

TEST_CASE("limit_transform: monotone, odd and finite, and 0 stays 0") {
  for (const double unit : {1e-300, 1.0, 1e300}) {
    const limit_transform transform(std::vector<double>{0.0, -unit, unit, 3 * unit, -0.1 * unit});
    CHECK(transform(0.0) == 0.0);
    double last = transform(std::numeric_limits<double>::lowest());
    std::vector<double> at{-1e300, -10.0 * unit, -unit, -1e-3 * unit, 0.0, 1e-3 * unit, unit, 10.0 * unit, 1e300};
    std::sort(at.begin(), at.end());
    for (const double v : at) {
      CHECK(std::isfinite(transform(v)));
      CHECK(transform(v) == -transform(-v));
      CHECK(transform(v) >= last);
      last = transform(v);
    }
    CHECK(transform(1e-3 * unit) == doctest::Approx(1e-3).epsilon(1e-3));
  }
  CHECK(limit_transform(std::vector<double>{0.0, 0.0})(2.0) > 0.0);
  CHECK(limit_transform(std::vector<double>{})(-2.0) < 0.0);
}
