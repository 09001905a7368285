#include "../support.hpp"

#include <knobless/record/trial.hpp>

using namespace knobless;

TEST_CASE("trial: states have names") {
  CHECK(to_string(trial_state::running) == "running");
  CHECK(to_string(trial_state::complete) == "complete");
  CHECK(to_string(trial_state::pruned) == "pruned");
  CHECK(to_string(trial_state::failed) == "failed");
  CHECK(to_string(trial_state::foreign) == "foreign");
}
