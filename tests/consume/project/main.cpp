// A first program, as README has it.
#include <cstdio>
#ifdef SINGLE_HEADER
#include "knobless.hpp"
#else
#include <knobless/minimize.hpp>
#include <knobless/version.hpp>
#endif

// The headers that this program includes need neither; others do.
#if !__has_include(<Eigen/Core>) || !__has_include(<boost/random/sobol.hpp>)
#error "Eigen and Boost are not found"
#endif

struct settings {
  double rate = 0.1;
  int width = 8;
};

int main() {
  const knobless::space<settings> space{
      knobless::real("rate", &settings::rate, {.low = 1e-4, .high = 1.0, .scale = knobless::log}),
      knobless::integer("width", &settings::width, {.low = 1, .high = 64})};
  const auto tuned = knobless::minimize(
      space, [](const settings& s) { return (s.rate - 0.01) * (s.rate - 0.01) + (s.width - 20) * (s.width - 20); },
      {.trials = 60, .seed = 1});
  std::printf("knobless %d.%d.%d: ", KNOBLESS_VERSION_MAJOR, KNOBLESS_VERSION_MINOR, KNOBLESS_VERSION_PATCH);
  std::printf("rate %g, width %d: %g\n", tuned.best().config.rate, tuned.best().config.width, tuned.best().value);
  return tuned.best().value < 100.0 ? 0 : 1;
}
