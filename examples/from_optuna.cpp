// The lines that docs/from_optuna.md puts beside those of Optuna.
#include <chrono>
#include <cstdio>
#include <knobless/analysis/no_more_gain.hpp>
#include <knobless/branch.hpp>
#include <knobless/minimize.hpp>
#include <knobless/progress_line.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/scheduler/median.hpp>
#include <utility>
#include <variant>

namespace {

// [space]
struct sgd {
  double momentum = 0.9;
};
struct adam {};
struct setting {
  double rate = 0.01;
  int layers = 2;
  std::variant<sgd, adam> optimizer;
};

const knobless::space<setting> space{
    knobless::real("rate", &setting::rate, {.low = 1e-5, .high = 1e-1, .scale = knobless::scaling::log}),
    knobless::integer("layers", &setting::layers, {.low = 1, .high = 3}),
    knobless::branch("optimizer", &setting::optimizer,
                     knobless::when<sgd>("sgd", knobless::real("momentum", &sgd::momentum, {.low = 0.0, .high = 0.99})),
                     knobless::when<adam>("adam"))};
// [space]

double train_and_validate(const setting& s) {
  const double r = s.rate - 0.02;
  const auto* with_momentum = std::get_if<sgd>(&s.optimizer);
  return r * r + 0.1 * (3 - s.layers) + (with_momentum != nullptr ? 0.1 * (1.0 - with_momentum->momentum) : 0.05);
}

double epoch_of(const setting& s, int epoch) { return train_and_validate(s) + 1.0 / (1.0 + epoch); }

}  // namespace

int main() {
  using namespace std::chrono_literals;
  // [objective]
  const auto objective = [](const setting& s) { return train_and_validate(s); };
  const auto tuned = knobless::minimize(space, objective, {.trials = 100, .seed = 7});
  std::printf("%g at a rate of %g\n", tuned.best().value, tuned.best().config.rate);
  // [objective]

  // [ask_tell]
  knobless::study study{space, knobless::tpe{}, {.seed = 7, .direction = knobless::direction::minimize}};
  study.enqueue({.rate = 0.01, .layers = 2, .optimizer = adam{}});
  for (int i = 0; i < 50; ++i) {
    auto trial = study.ask();
    const double value = train_and_validate(trial.config());
    study.tell(std::move(trial), value);
  }
  // [ask_tell]

  // [prune]
  const auto reporting = [](knobless::trial<setting>& t) -> knobless::outcome {
    double loss = 0.0;
    for (int epoch = 0; epoch < 20; ++epoch) {
      loss = epoch_of(t.config(), epoch);
      t.report(static_cast<std::size_t>(epoch), loss);
      if (t.should_stop()) return knobless::pruned;
    }
    return loss;
  };
  const auto pruned = knobless::minimize(space, knobless::tpe{}, reporting,
                                         {.trials = 50, .seed = 7, .scheduler = knobless::median_stopping{}});
  // [prune]

  // [options]
  const auto watched = knobless::minimize(space, objective,
                                          {.trials = 60,
                                           .duration = 10min,
                                           .parallel = 2,
                                           .stop_when = knobless::no_more_gain,
                                           .on_trial = knobless::progress_line{}});
  for (const auto& [name, share] : watched.importance()) std::printf("%s %.2f\n", name.c_str(), share);
  // [options]
  return tuned.has_best() && study.has_best() && pruned.has_best() && watched.has_best() ? 0 : 1;
}
