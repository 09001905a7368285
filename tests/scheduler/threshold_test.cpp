#include <knobless/scheduler/threshold.hpp>

#include "../support.hpp"
#include "support.hpp"

using namespace knobless;

TEST_CASE("threshold_stopping: stops outside the range, not on its bounds, from the first step on") {
  threshold_stopping rule({.low = 1.0, .high = 2.0, .first_step = 3});
  test::reporting t(rule, 0);
  CHECK_FALSE(t.report(2, 9.0));
  CHECK(t.report(3, 9.0));
  CHECK(t.report(4, 0.5));
  CHECK_FALSE(t.report(5, 1.0));
  CHECK_FALSE(t.report(6, 2.0));
}

TEST_CASE("threshold_stopping: bounds are values as the user reports them") {
  threshold_stopping rule({.low = 1.0});
  test::reporting t(rule, 0, direction::maximize);
  CHECK_FALSE(t.report(1, -1.5));  // reported as 1.5
  CHECK(t.report(2, -0.5));
  CHECK(t.report(3, 1.5));
}
