// A search inside a loop that the program owns, as games are built: without exceptions and RTTI.
#include <cstdio>
#include <knobless/sampler/tpe.hpp>
#include <knobless/study.hpp>
#include <utility>

struct guard {
  double speed = 1.0;
  double sight = 5.0;
};

double distance_after_a_round(const guard& g) {
  return (g.speed - 3.0) * (g.speed - 3.0) + 0.1 * (g.sight - 9.0) * (g.sight - 9.0);
}

int main() {
  // [space]
  auto space = knobless::space<guard>::make(
      knobless::real("speed", &guard::speed, {.low = 0.1, .high = 10.0, .scale = knobless::scaling::log}),
      knobless::real("sight", &guard::sight, {.low = 1.0, .high = 20.0}));
  if (!space) {
    std::fprintf(stderr, "%s\n", space.error().message().c_str());
    return 1;
  }
  // [space]

  // [loop]
  knobless::study study{std::move(space).value(), knobless::tpe{}, {.seed = 7}};
  study.enqueue(guard{});  // the values that shipped are tried first

  for (int frame = 0; frame < 300; ++frame) {
    auto asked = study.try_ask();
    if (!asked) {  // every point was proposed, or none keeps the constraints
      std::fprintf(stderr, "%s\n", asked.error().message().c_str());
      break;
    }
    knobless::trial<guard> trial = std::move(asked).value();
    const guard& g = trial.config();  // valid until the trial is told
    if (g.sight > 15.0) {
      study.tell(std::move(trial), knobless::failed("sees through walls"));
    } else {
      const double distance = distance_after_a_round(g);
      study.tell(std::move(trial), distance);
    }
  }
  if (study.has_best()) std::printf("speed %.2f, sight %.2f\n", study.best().config.speed, study.best().config.sight);
  // [loop]
  return study.has_best() && study.best().value < 0.1 ? 0 : 1;
}
