#include "support.hpp"

#include <Eigen/Core>
#include <knobless/numeric/line_search.hpp>
#include <limits>

using namespace knobless::detail;

namespace {

using vector = Eigen::VectorXd;

struct outcome {
  bool descended;
  int calls = 0;
  double at = 0.0;
};

// x^2 (or `wall` beyond 2) from x = 1, where it is 1 and its slope 2.
outcome search(double step, double low, double wall) {
  outcome o{};
  const auto f = [&](const vector& x, vector& gradient) {
    ++o.calls;
    gradient = 2.0 * x;
    return x(0) < -2.0 ? wall : x(0) * x(0);
  };
  line_search_result next{vector(1), vector(1)};
  o.descended = search_line(f, vector::Constant(1, 1.0), 1.0, vector::Constant(1, 2.0), vector::Constant(1, step),
                            vector::Constant(1, low), vector::Constant(1, 100.0), 1.0, next);
  o.at = next.at(0);
  return o;
}

}  // namespace

TEST_CASE("line search: a step that descends is taken as it is") {
  const outcome o = search(-0.75, -100.0, 0.0);
  CHECK(o.descended);
  CHECK(o.calls == 1);
  CHECK(o.at == 0.25);
}

TEST_CASE("line search: one that is too long goes to the minimum of the parabola") {
  const outcome o = search(-2.5, -100.0, 0.0);
  CHECK(o.descended);
  CHECK(o.calls == 2);
  CHECK(o.at == doctest::Approx(0.0));
}

TEST_CASE("line search: steps end at the bounds") {
  const outcome o = search(-2.5, 0.5, 0.0);
  CHECK(o.descended);
  CHECK(o.calls == 1);
  CHECK(o.at == 0.5);
}

TEST_CASE("line search: a value that is not finite is no descent, and uphill there is none") {
  const outcome o = search(-4.0, -100.0, -std::numeric_limits<double>::infinity());
  CHECK(o.descended);
  CHECK(o.calls > 1);
  CHECK(o.at > -2.0);
  CHECK(!search(1.0, -100.0, 0.0).descended);
}
