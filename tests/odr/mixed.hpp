// A search with an option that is refused, once in each file.
#pragma once

struct mixed_config {
  double x = 0.0;
};

static double wrong_option() {
  const knobless::space<mixed_config> space{knobless::real("x", &mixed_config::x, {.low = -1.0, .high = 1.0})};
  return knobless::minimize(space, &mixed_config::x, {.trials = 3, .parallel = 0}).best().value;
}
