// What searches look like, as comma-separated rows for bench/quality/plot:
//   traces curves [seeds]    Hartmann's function in six dimensions: the median regret of each sampler after each trial
//   traces points            Branin's function: where the first 60 trials of each sampler lie
//   traces rungs             training in pieces: how far each model was trained, and its values
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <knobless/knobless.hpp>
#include <utility>
#include <vector>

#include "hartmann6.hpp"

namespace {

constexpr std::array<const char*, 6> names{"random_search", "sobol", "tpe", "cma_es", "gp_ei", "automatic"};

knobless::any_sampler make(std::size_t i) {
  switch (i) {
    case 0:
      return knobless::random_search{};
    case 1:
      return knobless::sobol{};
    case 2:
      return knobless::tpe{};
    case 3:
      return knobless::cma_es{};
    case 4:
      return knobless::gp_ei{};
    default:
      return knobless::automatic{};
  }
}

struct config {
  std::array<double, 6> x{};
};

void curves(std::uint64_t seeds) {
  constexpr int trials = 150;
  const knobless::space<config> space{knobless::real("x", &config::x, {.low = 0.0, .high = 1.0})};
  std::printf("sampler,trial,regret\n");
  for (std::size_t s = 0; s < names.size(); ++s) {
    std::vector<std::vector<double>> after(trials);
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      knobless::study study{space, make(s), {.seed = seed}};
      for (auto& regrets : after) {
        auto trial = study.ask();
        const double value = hartmann6::value(trial.config().x);
        study.tell(std::move(trial), value);
        regrets.push_back(study.best().value - hartmann6::least);
      }
    }
    for (std::size_t i = 0; i < after.size(); ++i) {
      std::vector<double>& v = after[i];
      std::sort(v.begin(), v.end());
      std::printf("%s,%zu,%.3g\n", names[s], i + 1, 0.5 * (v[(v.size() - 1) / 2] + v[v.size() / 2]));
    }
  }
}

struct place {
  double x = 0.0;
  double y = 0.0;
};

// Branin (1972), on its usual domain: three minima of 0.397887.
double branin(double x, double y) {
  const double pi = std::acos(-1.0);
  const double a = y - 5.1 / (4.0 * pi * pi) * x * x + 5.0 / pi * x - 6.0;
  return a * a + 10.0 * (1.0 - 1.0 / (8.0 * pi)) * std::cos(x) + 10.0;
}

void points() {
  const knobless::space<place> space{knobless::real("x", &place::x, {.low = -5.0, .high = 10.0}),
                                     knobless::real("y", &place::y, {.low = 0.0, .high = 15.0})};
  std::printf("kind,number,x,y,value\n");
  constexpr int cells = 24;
  for (int i = 0; i < cells * cells; ++i) {
    const double x = -5.0 + 15.0 * (i % cells + 0.5) / cells;
    const double y = 15.0 * (i / cells + 0.5) / cells;
    std::printf("function,%d,%g,%g,%.4g\n", i, x, y, branin(x, y));
  }
  for (std::size_t s = 0; s < names.size(); ++s) {
    knobless::study study{space, make(s), {.seed = 1}};
    for (int i = 0; i < 60; ++i) {
      auto trial = study.ask();
      const place at = trial.config();
      const double value = branin(at.x, at.y);
      study.tell(std::move(trial), value);
      std::printf("%s,%d,%.4g,%.4g,%.4g\n", names[s], i, at.x, at.y, value);
    }
  }
}

struct setting {
  double rate = 0.1;
  double floor = 0.1;
};

// A learning curve: falls towards a limit that grows with the rate, fast where the rate is large.
class trainer {
 public:
  explicit trainer(const setting& s) : rate_(s.rate), limit_(s.floor + 3.0 * s.rate * s.rate) {}
  double train(int epochs) {
    for (; epochs > 0; --epochs) loss_ += rate_ * (limit_ - loss_);
    return loss_;
  }

 private:
  double rate_;
  double limit_;
  double loss_ = 1.0;
};

void rungs() {
  const knobless::space<setting> space{
      knobless::real("rate", &setting::rate, {.low = 1e-3, .high = 0.5, .scale = knobless::scaling::log}),
      knobless::real("floor", &setting::floor, {.low = 0.05, .high = 0.5})};
  const auto build = [](const setting& s) { return trainer(s); };
  const auto advance = [](trainer& t, int epochs) { return t.train(epochs); };
  std::printf("rule,trial,resource,value\n");
  const auto print = [&](const char* rule, const auto& result) {
    for (std::size_t i = 0; i < result.trials().size(); ++i)
      for (const knobless::report& r : result.trials()[i].curve)
        std::printf("%s,%zu,%zu,%.4g\n", rule, i, r.step, r.value);
  };
  const knobless::training_options<setting> options{.max_resource = 81, .budget = 6.0, .seed = 1};
  print("successive_halving", knobless::successive_halving(space, build, advance, options));
  print("multi_fidelity", knobless::multi_fidelity(space, build, advance, options));
}

}  // namespace

int main(int argc, char** argv) {
  const char* what = argc > 1 ? argv[1] : "";
  if (std::strcmp(what, "curves") == 0)
    curves(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 20);
  else if (std::strcmp(what, "points") == 0)
    points();
  else if (std::strcmp(what, "rungs") == 0)
    rungs();
  else
    return std::fprintf(stderr, "usage: %s curves [seeds] | points | rungs\n", argv[0]), 1;
}
