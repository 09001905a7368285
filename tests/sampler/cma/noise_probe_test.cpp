#include <knobless/sampler/cma/noise_probe.hpp>

#include "support.hpp"

using namespace knobless;
using detail::cma::noise_probe;

namespace {

const point somewhere = test::point_at({0.5});

// A probe that was asked as trial 7 of a point with value 1, and got this answer.
noise_probe answered(double value, std::size_t number = 7, trial_state state = trial_state::complete) {
  noise_probe probe;
  probe.ask(7, 1.0);
  observation o = test::told(somewhere, number, value);
  o.state = state;
  probe.hear(o);
  return probe;
}

}  // namespace

TEST_CASE("noise_probe: is due after two generations, once") {
  noise_probe probe;
  CHECK_FALSE(probe.due(19, 10));
  CHECK(probe.due(20, 10));
  probe.ask(20, 1.0);
  CHECK_FALSE(probe.due(21, 10));
}

TEST_CASE("noise_probe: another value at the same point is noise, the same is none") {
  CHECK(answered(1.5).noisy());
  CHECK(answered(0.5).noisy());
  CHECK_FALSE(answered(1.0).noisy());
}

TEST_CASE("noise_probe: other trials and failed ones say nothing, nor does a trial before the probe") {
  CHECK_FALSE(answered(1.5, 8).noisy());
  CHECK_FALSE(answered(0.0, 7, trial_state::failed).noisy());
  noise_probe probe;
  probe.hear(test::told(somewhere, 0, 3.0));
  CHECK_FALSE(probe.noisy());
}

TEST_CASE("noise_probe: the answer is heard once") {
  noise_probe probe = answered(1.0);
  probe.hear(test::told(somewhere, 7, 2.0));
  CHECK_FALSE(probe.noisy());
}

TEST_CASE("noise_probe: generations are twice as large once there is noise, and are enlarged once") {
  noise_probe calm = answered(1.0);
  CHECK(calm.factor() == 1);
  CHECK_FALSE(calm.enlarges());
  noise_probe noisy = answered(2.0);
  CHECK(noisy.factor() == 2);
  CHECK(noisy.enlarges());
  CHECK_FALSE(noisy.enlarges());
  CHECK(noisy.factor() == 2);
}
