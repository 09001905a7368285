#include "../support.hpp"

#include <knobless/record/outcome.hpp>

#include <array>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace knobless;

namespace {

std::vector<double> values_of(const outcome& out) { return {out.values().begin(), out.values().end()}; }

}  // namespace

TEST_CASE("outcome: a finite value is a complete outcome") {
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

TEST_CASE("outcome: NaN and infinity are failures that say what they are") {
  CHECK(outcome(test::nan).state() == trial_state::failed);
  CHECK(test::says(outcome(test::nan).why(), "NaN"));
  for (const double value : {test::infinity, -test::infinity}) {
    CHECK(outcome(value).state() == trial_state::failed);
    CHECK(test::says(outcome(value).why(), "infinite"));
  }
  const auto single = std::bit_cast<float>(std::uint32_t{0x7fc00000U});
  CHECK(outcome(single).state() == trial_state::failed);
}

TEST_CASE("outcome: pruned and failed, with and without a reason") {
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

TEST_CASE("outcome: only what is one number or several, pruned or failed is an outcome") {
  static_assert(std::is_convertible_v<double, outcome>);
  static_assert(std::is_convertible_v<pruned_t, outcome>);
  static_assert(std::is_convertible_v<failed_t, outcome>);
  static_assert(std::is_convertible_v<std::vector<double>, outcome>);
  static_assert(std::is_convertible_v<std::array<float, 3>, outcome>);
  static_assert(std::is_convertible_v<std::tuple<double, int>, outcome>);
  static_assert(std::is_convertible_v<std::pair<double, float>, outcome>);
  static_assert(!std::is_convertible_v<std::array<std::string, 2>, outcome>);
  static_assert(!std::is_convertible_v<std::tuple<double, std::string>, outcome>);
  static_assert(!std::is_convertible_v<std::tuple<>, outcome>);
  static_assert(!std::is_convertible_v<std::string, outcome>);
  static_assert(!std::is_convertible_v<const char*, outcome>);
  static_assert(!std::is_default_constructible_v<outcome>);
}

TEST_CASE("outcome: several values, in every form") {
  const std::vector<double> both{1.5, -2.0};
  CHECK(values_of(outcome{1.5, -2}) == both);
  CHECK(values_of(std::array<float, 2>{1.5F, -2.0F}) == both);
  CHECK(values_of(std::tuple(1.5, -2)) == both);
  CHECK(values_of(std::pair(1.5, -2.0F)) == both);
  CHECK(values_of(both) == both);
  CHECK(values_of(outcome{1, 2, 3, 4}) == std::vector<double>{1, 2, 3, 4});
  CHECK(outcome{1.5, -2}.value() == 1.5);
  CHECK(values_of(0.25) == std::vector<double>{0.25});
  CHECK(values_of(std::array{0.25}) == std::vector<double>{0.25});
  CHECK(values_of(pruned).empty());
  CHECK(values_of(failed).empty());
}

TEST_CASE("outcome: NaN or infinity in any value is a failure that says in which") {
  for (std::size_t k = 0; k < 3; ++k) {
    std::vector<double> values{1.0, 2.0, 3.0};
    values[k] = test::nan;
    CHECK(outcome(values).state() == trial_state::failed);
    CHECK(outcome(values).why() == "value " + std::to_string(k + 1) + " of 3 is NaN");
    CHECK(outcome(values).values().empty());
    values[k] = -test::infinity;
    CHECK(test::says(outcome(values).why(), "infinite"));
  }
  CHECK(test::says(outcome{test::nan, 1.0}.why(), "value 1 of 2 is NaN"));
  CHECK(outcome(std::vector<double>{}).state() == trial_state::failed);
}

TEST_CASE("outcome: a limit is kept when it is not above 0") {
  CHECK(outcome{1.0}.limit("memory", -3.0).feasible());
  CHECK(outcome{1.0}.limit("memory", 0.0).feasible());
  CHECK_FALSE(outcome{1.0}.limit("memory", 1e-300).feasible());
  CHECK_FALSE(outcome{1.0}.limit("memory", -1.0).broken("loud").feasible());
  const outcome out = outcome{1.0, 2.0}.limit("memory", -3.0).broken("loud");
  CHECK(out.state() == trial_state::complete);
  REQUIRE(out.limits().size() == 2);
  CHECK(out.limits()[0].name == "memory");
  CHECK(out.limits()[0].amount == -3.0);
  CHECK(out.limits()[0].graded);
  CHECK(out.limits()[1].name == "loud");
  CHECK_FALSE(out.limits()[1].graded);
  outcome named = 1.0;
  named.limit("memory", 2.0).broken("loud");
  CHECK(named.limits().size() == 2);
}

TEST_CASE("outcome: a limit that can't be one fails the trial, and says why") {
  CHECK(test::says(outcome{1.0}.limit("memory", test::nan).why(), "the limit \"memory\" is NaN"));
  CHECK(test::says(outcome{1.0}.limit("memory", test::infinity).why(), "infinite"));
  CHECK(test::says(outcome{1.0}.limit("memory", 1.0).limit("memory", 2.0).why(), "given twice"));
  CHECK(test::says(outcome{1.0}.limit("memory", 1.0).broken("memory").why(), "given twice"));
  CHECK(test::says(outcome{1.0}.limit("", 1.0).why(), "no name"));
  CHECK(outcome{1.0}.limit("memory", test::nan).state() == trial_state::failed);
}

TEST_CASE("outcome: broken, without values") {
  const outcome out = broken("diverged");
  CHECK(out.state() == trial_state::failed);
  CHECK(out.why() == "diverged");
  REQUIRE(out.limits().size() == 1);
  CHECK_FALSE(out.feasible());
}

TEST_CASE("outcome: notes are texts, numbers and flags; a later one of the same name replaces the first") {
  const std::string text = "1a2b";
  const outcome out = outcome{1.0}
                          .note("commit", text)
                          .note("host", "a")
                          .note("epochs", 12)
                          .note("warm", true)
                          .note("epochs", 13U)
                          .note("rate", test::nan);
  REQUIRE(out.notes().size() == 5);
  CHECK(std::get<std::string>(out.notes()[0].value) == "1a2b");
  CHECK(std::get<std::string>(out.notes()[1].value) == "a");
  CHECK(out.notes()[2].name == "epochs");
  CHECK(std::get<double>(out.notes()[2].value) == 13.0);
  CHECK(std::get<bool>(out.notes()[3].value));
  CHECK(std::get<std::string>(out.notes()[4].value) == "NaN");
  CHECK(outcome(failed("no memory")).note("epochs", 3).notes().size() == 1);
}
