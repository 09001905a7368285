#include <knobless/scheduler/median.hpp>

#include <cstddef>
#include <knobless/random.hpp>
#include <knobless/scheduler/percentile.hpp>

#include "../support.hpp"
#include "support.hpp"

using namespace knobless;

TEST_CASE("median_stopping: decides as the percentile rule does with 50 per cent") {
  median_stopping median;
  percentile_stopping half({.percent = 50.0});
  knobless::random_stream rng(8);
  std::size_t stops = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    test::reporting a(median, i);
    test::reporting b(half, i);
    for (std::size_t step = 1; step <= 4; ++step) {
      const double value = rng.uniform();
      const bool stop = a.report(step, value);
      CHECK(stop == b.report(step, value));
      if (stop) ++stops;
    }
    a.end();
    b.end();
  }
  CHECK(stops > 50);
  CHECK(stops < 350);
}
