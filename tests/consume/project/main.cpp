// A small search: of what it includes, only the way in is tested here. README's first program is tested as it stands there.
#include <cstdio>
#include <utility>
#ifdef SINGLE_HEADER
#include "knobless.hpp"
#else
#include <knobless/sampler/tpe.hpp>
#include <knobless/study.hpp>
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
      knobless::real("rate", &settings::rate, {.low = 1e-4, .high = 1.0, .scale = knobless::scaling::log}),
      knobless::integer("width", &settings::width, {.low = 1, .high = 64})};
  knobless::study study{space, knobless::tpe{}, {.seed = 1}};
  for (int i = 0; i < 60; ++i) {
    auto trial = study.ask();
    const settings s = trial.config();
    study.tell(std::move(trial), (s.rate - 0.01) * (s.rate - 0.01) + (s.width - 20) * (s.width - 20));
  }
  const auto best = study.best();
  std::printf("knobless %d.%d.%d: ", KNOBLESS_VERSION_MAJOR, KNOBLESS_VERSION_MINOR, KNOBLESS_VERSION_PATCH);
  std::printf("rate %g, width %d: %g\n", best.config.rate, best.config.width, best.value);
  return best.value < 100.0 ? 0 : 1;
}
