#include "../support.hpp"

#include <knobless/error.hpp>

#include <memory>

using namespace knobless;

TEST_CASE("error: a message names the place where there is one") {
  CHECK(error_info{error_code::invalid_use, "told twice", {}}.message() == "told twice");
  CHECK(error_info{error_code::invalid_use, "told twice", "trial 3"}.message() == "trial 3: told twice");
}

TEST_CASE("error: a result holds a value or an error") {
  result<int> good = 3;
  CHECK(good);
  CHECK(good.value() == 3);
  good.value() = 4;
  CHECK(std::as_const(good).value() == 4);

  const result<int> bad = error_info{error_code::invalid_option, "trials = 0 given", "trials"};
  CHECK_FALSE(bad);
  CHECK(bad.error().code == error_code::invalid_option);
  CHECK(bad.error().message() == "trials: trials = 0 given");
}

TEST_CASE("error: a value moves out of a result") {
  result<std::unique_ptr<int>> made = std::make_unique<int>(5);
  const std::unique_ptr<int> taken = std::move(made).value();
  REQUIRE(taken);
  CHECK(*taken == 5);
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("error: the value of an error is an exception that says it all") {
  const result<int> bad = error_info{error_code::space_exhausted, "all points were proposed", "grid"};
  try {
    (void)bad.value();
    FAIL("nothing was thrown");
  } catch (const exception& e) {
    CHECK(e.info().code == error_code::space_exhausted);
    CHECK(e.info().where == "grid");
  }
  CHECK_THROWS_WITH_AS((void)bad.value(), "knobless: grid: all points were proposed", std::exception);
}
#endif
