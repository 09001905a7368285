// The smallest search: a struct, its space, an objective.
// [first_search]
#include <cstdio>
#include <knobless/minimize.hpp>

struct controller {
  double gain = 1.0;
  int delay = 4;
};

int main() {
  const knobless::space<controller> space{
      knobless::real("gain", &controller::gain, {.low = 1e-3, .high = 1e3, .scale = knobless::scaling::log}),
      knobless::integer("delay", &controller::delay, {.low = 0, .high = 50})};

  const auto overshoot = [](const controller& c) { return (c.gain - 3.0) * (c.gain - 3.0) + 0.1 * c.delay; };
  const auto tuned = knobless::minimize(space, overshoot, {.trials = 100, .seed = 7});

  std::printf("gain %.2f, delay %d\n", tuned.best().config.gain, tuned.best().config.delay);
}
// [first_search]
