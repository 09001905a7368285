// A loop that the program owns: one trial a frame, say, with a named sampler and the defaults tried first.
#include <cstdio>
#include <knobless/sampler/tpe.hpp>
#include <knobless/study.hpp>
#include <utility>

struct agent {
  double aggression = 0.5;
  double patience = 2.0;
};

// [own_loop]
int main() {
  knobless::space<agent> space{knobless::real("aggression", &agent::aggression, {.low = 0.0, .high = 1.0}),
                               knobless::real("patience", &agent::patience, {.low = 0.1, .high = 10.0})};
  knobless::study study{std::move(space), knobless::tpe{}, {.seed = 7, .direction = knobless::direction::maximize}};
  study.enqueue(agent{});  // the defaults go first

  for (int match = 0; match < 60; ++match) {
    auto trial = study.ask();
    const agent& a = trial.config();
    const double score = 10.0 - (a.aggression - 0.7) * (a.aggression - 0.7) - 0.01 * a.patience;
    if (match % 10 == 9)
      study.tell(std::move(trial), knobless::failed("the match was broken off"));
    else
      study.tell(std::move(trial), score);
  }
  std::printf("aggression %.2f\n", study.best_estimated().config.aggression);
}
// [own_loop]
