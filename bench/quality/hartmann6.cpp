// How often a sampler is stuck in the local optimum of Hartmann's function in six dimensions (Dixon and Szego, Towards Global
// Optimisation 2, 1978): `hartmann6 [sampler] [seeds]` prints the medians of the regret after 50 and 100 trials and the share
// of runs below 0.01 after 100. The standard function on [0, 1]^6; seeds are 0, 1, 2, ...
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <knobless/knobless.hpp>
#include <string>
#include <utility>
#include <vector>

#include "hartmann6.hpp"

namespace {

struct config {
  std::array<double, 6> x{};
};

knobless::any_sampler make(const std::string& name) {
  if (name == "random") return knobless::random_search{};
  if (name == "sobol") return knobless::sobol{};
  if (name == "tpe") return knobless::tpe{};
  if (name == "gp_ei") return knobless::gp_ei{};
  std::fprintf(stderr, "no sampler \"%s\": random, sobol, tpe or gp_ei\n", name.c_str());
  std::exit(1);
}

// The mean of the two in the middle where their number is even.
double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return 0.5 * (v[(v.size() - 1) / 2] + v[v.size() / 2]);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "gp_ei";
  const int seeds = argc > 2 ? std::atoi(argv[2]) : 50;
  if (seeds < 1 || std::abs(hartmann6::value(hartmann6::best_known) - hartmann6::least) > 1e-10) return 1;
  const knobless::space<config> space{knobless::real("x", &config::x, {.low = 0.0, .high = 1.0})};
  std::vector<double> after_50;
  std::vector<double> after_100;
  int solved = 0;
  for (int seed = 0; seed < seeds; ++seed) {
    knobless::study study{space, make(name), {.seed = static_cast<std::uint64_t>(seed)}};
    for (int i = 0; i < 100; ++i) {
      auto trial = study.ask();
      const double value = hartmann6::value(trial.config().x);
      study.tell(std::move(trial), value);
      if (i == 49) after_50.push_back(study.best().value - hartmann6::least);
    }
    after_100.push_back(study.best().value - hartmann6::least);
    solved += after_100.back() < 0.01;
  }
  std::printf("%s on Hartmann 6, %d seeds: median regret %.5f after 50 trials, %.5f after 100; below 0.01: %.0f %%\n",
              name.c_str(), seeds, median(after_50), median(after_100), 100.0 * solved / seeds);
  return 0;
}
