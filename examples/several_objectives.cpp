// Accuracy against latency: two objectives, a limit that only the run tells, and the front between them.
#include <knobless/minimize.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

struct network {
  int width = 64;
  int depth = 3;
  double rate = 1e-3;
};

// [scores]
struct scores {
  double error;  // share of pictures that it gets wrong
  double milliseconds;
  double megabytes;
};
// [scores]

// Stands for a training: wider and deeper is better, slower and larger, and a rate that is too high diverges.
scores train(const network& n) {
  const double size = static_cast<double>(n.width) * n.width * n.depth;
  const double learnt = 1.0 / (1.0 + size / 2e4) + 0.1 * std::abs(std::log10(n.rate) + 3.0);
  return {0.02 + 0.3 * learnt, 0.2 + size / 1e5, size / 1e3};
}

int main() {
  const knobless::space<network> space{
      knobless::integer("width", &network::width, {.low = 8, .high = 256, .scale = knobless::scaling::log}),
      knobless::integer("depth", &network::depth, {.low = 1, .high = 8}),
      knobless::real("rate", &network::rate, {.low = 1e-5, .high = 1e-1, .scale = knobless::scaling::log})};

  // [search]
  const knobless::objectives goals{knobless::minimized("error", &scores::error),
                                   knobless::minimized("milliseconds", &scores::milliseconds)};

  const auto measure = [&](const network& n) -> knobless::outcome {
    if (n.rate > 0.05) return knobless::broken("diverged");
    const scores s = train(n);
    return goals(s).limit("memory", s.megabytes - 150.0).note("commit", "1a2b");
  };
  const auto tuned = knobless::minimize(space, goals, measure, {.trials = 100, .seed = 7});
  // [search]

  // [front]
  for (const auto& c : tuned.front())
    std::printf("trial %zu: width %d, depth %d: error %.3f in %.2f ms\n", c.number, c.config.width, c.config.depth,
                c.values[0], c.values[1]);
  std::printf("area in front of (1, 10): %.3f\n", tuned.hypervolume({1.0, 10.0}));
  // [front]

  // [compromise]
  const auto knee = tuned.compromise(knobless::knee);
  std::printf("width %d, depth %d: %s\n", knee.config.width, knee.config.depth, knee.given_up.c_str());
  const auto accurate = tuned.compromise({3.0, 1.0});  // the error matters three times as much as the time
  // [compromise]
  std::printf("width %d: %s\n", accurate.config.width, accurate.given_up.c_str());

  // One objective under limits: the rest is as ever.
  // [limited]
  const auto within_limits = [](const network& n) {
    const scores s = train(n);
    return knobless::outcome{s.error}.limit("time", s.milliseconds - 1.0).limit("memory", s.megabytes - 150.0);
  };
  const auto light = knobless::minimize(space, within_limits, {.trials = 60, .seed = 7});
  std::printf("the best of those in time: error %.3f\n", light.best().value);
  // [limited]

  // In a loop of one's own.
  // [loop]
  knobless::study study{space, {.seed = 7, .objectives = goals}};
  for (int i = 0; i < 50; ++i) {
    auto trial = study.ask();
    const scores s = train(trial.config());
    study.tell(std::move(trial), goals(s));
  }
  const auto front = study.front();
  // [loop]

  // Without a struct of scores: the compiler counts.
  // [array]
  const auto two = [](const network& n) { return std::array{train(n).error, train(n).milliseconds}; };
  const auto fast = knobless::minimize(space, two, {.trials = 50});
  // [array]

  std::printf("%s", tuned.report().c_str());
  const auto best = light.best().config;
  return tuned.front().empty() || front.empty() || fast.front().empty() || train(best).milliseconds > 1.0 ? 1 : 0;
}
