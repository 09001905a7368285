// Rules that stop trials which are not promising, by what they report.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <knobless/minimize.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/scheduler/hyperband.hpp>
#include <knobless/scheduler/median.hpp>
#include <knobless/scheduler/patience.hpp>
#include <knobless/scheduler/successive_halving.hpp>
#include <knobless/scheduler/threshold.hpp>

namespace {

struct setting {
  double rate = 0.1;
};

int epochs_trained = 0;

// [objective]
knobless::outcome train(knobless::trial<setting>& t) {
  double loss = 1.0;
  for (std::size_t epoch = 1; epoch <= 81; ++epoch) {
    loss += t.config().rate * (0.1 + 3.0 * t.config().rate * t.config().rate - loss);  // an epoch
    t.report(epoch, loss);
    ++epochs_trained;
    if (t.should_stop()) return knobless::pruned;
  }
  return loss;
}
// [objective]

}  // namespace

int main() {
  const knobless::space<setting> space{
      knobless::real("rate", &setting::rate, {.low = 1e-3, .high = 0.5, .scale = knobless::scaling::log})};
  const auto spent_by = [&](const char* name, knobless::any_scheduler rule) {
    epochs_trained = 0;
    const auto tuned = knobless::minimize(space, knobless::tpe{}, train, {.trials = 60, .seed = 7, .scheduler = rule});
    std::printf("%-28s %4d epochs, loss %.4f\n", name, epochs_trained, tuned.best().value);
    return epochs_trained;
  };
  // [rules]
  const knobless::any_scheduler rules[] = {
      knobless::median_stopping{},
      knobless::halving_stopping{{.first = 3, .factor = 3}},
      knobless::hyperband_stopping{{.max_resource = 81}},
      knobless::patience_stopping{5},
      knobless::patience_stopping{5, knobless::median_stopping{}},  // stops trials that both want stopped
      knobless::threshold_stopping{{.high = 2.0}},
  };
  // [rules]
  const int in_full = spent_by("none", {});
  int least = in_full;
  for (const knobless::any_scheduler& rule : rules) least = (std::min)(least, spent_by("one of them", rule));
  return least < in_full ? 0 : 1;
}
