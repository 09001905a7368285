// What may happen to a study in the course of its life: guesses, results from elsewhere, another space, a log.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <knobless/sampler/tpe.hpp>
#include <knobless/study.hpp>
#include <string>
#include <utility>

namespace {

struct setting {
  double rate = 0.1;
  int units = 16;
};

double loss(const setting& s) {
  const double d = s.rate - 0.3;
  return d * d + 1.0 / s.units;
}

}  // namespace

int main() {
  const auto space_up_to = [](std::int64_t units) {
    return knobless::space<setting>{
        knobless::real("rate", &setting::rate, {.low = 1e-4, .high = 1.0, .scale = knobless::scaling::log}),
        knobless::integer("units", &setting::units, {.low = 2, .high = units, .scale = knobless::scaling::log})};
  };

  // [begin]
  knobless::study study{space_up_to(64), knobless::tpe{}, {.seed = 7}};
  study.enqueue({.rate = 0.1, .units = 32});   // asked first
  study.add({.rate = 0.01, .units = 8}, 0.2);  // known already, from last week's runs
  study.add({.rate = 1.0, .units = 8}, knobless::failed("diverged"));
  // [begin]

  // [ask_tell]
  for (int i = 0; i < 20; ++i) {
    auto trial = study.ask();  // a trial<setting>: move-only
    const double value = loss(trial.config());
    study.tell(std::move(trial), value);  // or knobless::pruned, or knobless::failed("why")
  }
  // [ask_tell]

  // [change_space]
  study.change_space(space_up_to(1024));  // the best had 64 units: give it room; nothing told is lost
  // [change_space]
  for (int i = 0; i < 40; ++i) {
    auto trial = study.ask();
    const double value = loss(trial.config());
    study.tell(std::move(trial), value);
  }

  // [look]
  const auto best = study.best();            // the lowest value told
  const auto sure = study.best_estimated();  // under noise: the lowest value once luck is smoothed away
  const std::string table = study.csv();     // a row a trial, for a plot
  // [look]
  std::printf("rate %.3f, %d units: %.4f (smoothed: %.4f)\n", best.config.rate, best.config.units, best.value,
              sure.value);

  // [history]
  const knobless::history seen = study.trials();  // a snapshot: copies share their rows
  double sum = 0.0;
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (seen[i].state == knobless::trial_state::complete) sum += seen[i].value;
  const double mean = sum / static_cast<double>(seen.complete());
  const setting third = study.config(2);  // of the third that was told
  // [history]

  // [replay]
  knobless::study first{space_up_to(64), knobless::tpe{}, {.seed = 7}};
  for (int i = 0; i < 20; ++i) {
    auto trial = first.ask();
    const double value = loss(trial.config());
    first.tell(std::move(trial), value);
  }
  knobless::study again{space_up_to(64), knobless::tpe{}, {.seed = 7}};
  again.replay(first.log());  // checked point by point; then it goes on as the first would
  // [replay]
  // A trial that was running when the log was written.
  auto lost = again.ask();
  knobless::study after{space_up_to(64), knobless::tpe{}, {.seed = 7}};
  after.replay(again.log());
  std::swap(after, again);
  // [resume]
  for (const std::size_t number : again.left_running()) {
    auto trial = again.resume(number);  // or tell it failed("the machine stopped"), or let it go
    const double value = loss(trial.config());
    again.tell(std::move(trial), value);
  }
  // [resume]
  return best.config.units > 64 && mean > best.value && third.units >= 2 && table.size() > 100 &&
                 again.trials().size() == 21 && again.best().value <= first.best().value
             ? 0
             : 1;
}
