// Four trials at once: on threads, on a pool of the program's own, told as they end, and as batches.
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <knobless/minimize.hpp>
#include <knobless/sampler/tpe.hpp>
#include <span>
#include <string>
#include <vector>

struct controller {
  double gain = 1.0;
  int delay = 4;
};

double overshoot(const controller& c) { return (c.gain - 3.0) * (c.gain - 3.0) + 0.1 * c.delay; }

int main() {
  using namespace std::chrono_literals;
  const knobless::space<controller> space{
      knobless::real("gain", &controller::gain, {.low = 1e-3, .high = 1e3, .scale = knobless::scaling::log}),
      knobless::integer("delay", &controller::delay, {.low = 0, .high = 50})};

  // [threads]
  const auto tuned =
      knobless::minimize(space, overshoot, {.trials = 64, .seed = 7, .parallel = 4, .deterministic = true});
  // [threads]

  // [executor]
  struct pool {  // yours: anything with run(n, body)
    void run(std::size_t n, const knobless::executor_body& body) {
      for (std::size_t i = 0; i < n; ++i) body(i);
    }
  } jobs;
  const auto same = knobless::minimize(
      space, overshoot, {.trials = 64, .seed = 7, .parallel = 4, .deterministic = true, .executor = jobs});
  // [executor]

  // [free]
  const auto free = knobless::minimize(space, knobless::tpe{}, overshoot, {.trials = 64, .seed = 7, .parallel = 4});
  const std::string log = free.study().log();  // to a file, say

  knobless::study again{space, knobless::tpe{}, {.seed = 7}};
  again.replay(log);  // asks what was asked then, to the bit
  // [free]

  // [batch]
  const auto simulator = [](std::span<const controller> all) {
    std::vector<double> values;
    for (const controller& c : all) values.push_back(overshoot(c));  // all at once, on a GPU, say
    return values;
  };
  const auto batched = knobless::minimize(space, simulator, {.trials = 64, .seed = 7, .parallel = 16});
  // [batch]

  // [limits]
  const auto patient = [](knobless::trial<controller>& t) -> knobless::outcome {
    for (int epoch = 0; epoch < 20; ++epoch)
      if (t.should_stop()) return knobless::pruned;  // kept, also where the limit is why
    return overshoot(t.config());
  };
  const auto limited =
      knobless::minimize(space, patient, {.trials = 64, .duration = 60s, .parallel = 4, .trial_time_limit = 5s});
  // [limits]

  std::printf("%.3f %.3f %.3f %.3f %.3f\n", tuned.best().value, same.best().value, free.best().value,
              batched.best().value, limited.best().value);
  const bool as_promised = tuned.best().value == same.best().value && again.best().value == free.best().value &&
                           batched.trials().size() == 64 && limited.trials().failures() == 0;
  return as_promised ? 0 : 1;
}
