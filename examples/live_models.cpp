// Models that stay alive while they may still win, and trials that report.
#include <cmath>
#include <cstdio>
#include <knobless/advance.hpp>
#include <knobless/minimize.hpp>
#include <knobless/population.hpp>
#include <knobless/scheduler/median.hpp>

namespace {

struct setting {
  double rate = 0.1;
};

// Stands for a network, a booster, an agent ...
class trainer {
 public:
  explicit trainer(const setting& s) : rate_(s.rate) {}
  double train(int epochs, double rate) {
    for (; epochs > 0; --epochs) loss_ += rate * (0.1 + 3.0 * rate * rate - loss_);
    return loss_;
  }
  double train(int epochs) { return train(epochs, rate_); }

 private:
  double rate_;
  double loss_ = 1.0;
};

}  // namespace

int main() {
  const knobless::space<setting> space{
      knobless::real("rate", &setting::rate, {.low = 1e-3, .high = 0.5, .scale = knobless::scaling::log})};
  // [live_models]
  // The program builds a model and trains it further; knobless decides which models are trained further, and owns them meanwhile.
  auto top = knobless::multi_fidelity(
      space, [](const setting& s) { return trainer(s); }, [](trainer& t, int epochs) { return t.train(epochs); },
      {.max_resource = 81, .seed = 7});
  const double goes_on = top.best().object.train(10);  // the survivor itself
  // [live_models]
  std::printf("rate %.3f: loss %.4f, ten epochs later %.4f; %zu epochs in all\n", top.best().config.rate,
              top.best().value, goes_on, top.taken().trained);

  // [reporting]
  const auto tuned = knobless::minimize(space,
                                        [](knobless::trial<setting>& t) -> knobless::outcome {
                                          trainer model(t.config());
                                          double loss = 1.0;
                                          for (std::size_t epoch = 1; epoch <= 81; ++epoch) {
                                            loss = model.train(1);
                                            t.report(epoch, loss);
                                            if (t.should_stop()) return knobless::pruned;
                                          }
                                          return loss;
                                        },
                                        {.trials = 60, .seed = 7, .scheduler = knobless::median_stopping{}});
  // [reporting]
  std::printf("rate %.3f: loss %.4f\n", tuned.best().config.rate, tuned.best().value);

  // [evolving]
  // A rate that changes while the model is trained, and the schedule to train another one by.
  const auto build = [](const setting& s) { return trainer(s); };
  const auto advance = [](trainer& t, const setting& s, int epochs) { return t.train(epochs, s.rate); };
  const auto evolved = knobless::evolve(space, build, advance, {.max_resource = 80, .interval = 5, .seed = 7});
  const auto again = knobless::replay(evolved.schedule, build, advance);
  // [evolving]
  std::printf("%zu stages: loss %.4f\n", evolved.schedule.stages.size(), evolved.value);
  return again ? 0 : 1;
}
