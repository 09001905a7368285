#include "support.hpp"

#include <knobless/trial.hpp>

#include <limits>

using namespace knobless;

TEST_CASE("trial: a finite value is a complete outcome") {
  for (const double value :
       {0.0, -0.0, 1.5, -1e300, std::numeric_limits<double>::max(), std::numeric_limits<double>::min()}) {
    const outcome out = value;
    CHECK(out.state() == trial_state::complete);
    CHECK(out.value() == value);
    CHECK(out.why().empty());
  }
  CHECK(outcome(3).value() == 3.0);
  CHECK(outcome(0.25F).value() == 0.25);
  CHECK(outcome(true).value() == 1.0);
}

TEST_CASE("trial: NaN and infinity are failures that say what they are") {
  CHECK(outcome(test::nan).state() == trial_state::failed);
  CHECK(test::says(outcome(test::nan).why(), "NaN"));
  for (const double value : {test::infinity, -test::infinity}) {
    CHECK(outcome(value).state() == trial_state::failed);
    CHECK(test::says(outcome(value).why(), "infinite"));
  }
  const auto single = std::bit_cast<float>(std::uint32_t{0x7fc00000U});
  CHECK(outcome(single).state() == trial_state::failed);
}

TEST_CASE("trial: pruned and failed, with and without a reason") {
  CHECK(outcome(pruned).state() == trial_state::pruned);
  CHECK(outcome(failed).state() == trial_state::failed);
  CHECK(outcome(failed).why().empty());
  CHECK(outcome(failed("diverged")).why() == "diverged");
  CHECK(failed.why.empty());
  const auto objective = [](int k) -> outcome {
    if (k == 0) return pruned;
    if (k == 1) return failed("no memory");
    return k;
  };
  CHECK(objective(0).state() == trial_state::pruned);
  CHECK(objective(1).why() == "no memory");
  CHECK(objective(2).value() == 2.0);
}

TEST_CASE("trial: only what is a number, pruned or failed is an outcome") {
  static_assert(std::is_convertible_v<double, outcome>);
  static_assert(std::is_convertible_v<pruned_t, outcome>);
  static_assert(std::is_convertible_v<failed_t, outcome>);
  static_assert(!std::is_convertible_v<std::string, outcome>);
  static_assert(!std::is_convertible_v<const char*, outcome>);
  static_assert(!std::is_default_constructible_v<outcome>);
}

TEST_CASE("trial: states have names") {
  CHECK(to_string(trial_state::running) == "running");
  CHECK(to_string(trial_state::complete) == "complete");
  CHECK(to_string(trial_state::pruned) == "pruned");
  CHECK(to_string(trial_state::failed) == "failed");
  CHECK(to_string(trial_state::foreign) == "foreign");
}
