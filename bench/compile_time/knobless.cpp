// A small search, as a program with a loop of its own has it.
#include <knobless/sampler/tpe.hpp>
#include <knobless/study.hpp>
#include <utility>

struct settings {
  double rate = 0.1;
  int width = 8;
};

int main() {
  const knobless::space<settings> space{
      knobless::real("rate", &settings::rate, {.low = 1e-4, .high = 1.0, .scale = knobless::scaling::log}),
      knobless::integer("width", &settings::width, {.low = 1, .high = 64})};
  knobless::study study{space, knobless::tpe{}, {.seed = 1}};
  for (int i = 0; i < 20; ++i) {
    auto trial = study.ask();
    const double loss = trial.config().rate * trial.config().width;
    study.tell(std::move(trial), loss);
  }
  return study.best().value < 1.0 ? 0 : 1;
}
