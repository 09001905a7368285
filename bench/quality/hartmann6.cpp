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

namespace {

struct config {
  std::array<double, 6> x{};
};

constexpr double least = -3.32236801141551;
constexpr std::array<double, 6> best_known{0.20168952, 0.15001069, 0.47687398, 0.27533243, 0.31165162, 0.65730054};

double hartmann6(const std::array<double, 6>& x) {
  constexpr double alpha[4] = {1.0, 1.2, 3.0, 3.2};
  constexpr double a[4][6] = {{10.0, 3.0, 17.0, 3.5, 1.7, 8.0},
                              {0.05, 10.0, 17.0, 0.1, 8.0, 14.0},
                              {3.0, 3.5, 1.7, 10.0, 17.0, 8.0},
                              {17.0, 8.0, 0.05, 10.0, 0.1, 14.0}};
  constexpr double p[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                              {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                              {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                              {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
  double sum = 0.0;
  for (std::size_t i = 0; i < 4; ++i) {
    double distance = 0.0;
    for (std::size_t j = 0; j < 6; ++j) distance += a[i][j] * (x[j] - p[i][j]) * (x[j] - p[i][j]);
    sum -= alpha[i] * std::exp(-distance);
  }
  return sum;
}

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
  if (seeds < 1 || std::abs(hartmann6(best_known) - least) > 1e-10) return 1;
  const knobless::space<config> space{knobless::real("x", &config::x, {.low = 0.0, .high = 1.0})};
  std::vector<double> after_50;
  std::vector<double> after_100;
  int solved = 0;
  for (int seed = 0; seed < seeds; ++seed) {
    knobless::study study{space, make(name), {.seed = static_cast<std::uint64_t>(seed)}};
    for (int i = 0; i < 100; ++i) {
      auto trial = study.ask();
      const double value = hartmann6(trial.config().x);
      study.tell(std::move(trial), value);
      if (i == 49) after_50.push_back(study.best().value - least);
    }
    after_100.push_back(study.best().value - least);
    solved += after_100.back() < 0.01;
  }
  std::printf("%s on Hartmann 6, %d seeds: median regret %.5f after 50 trials, %.5f after 100; below 0.01: %.0f %%\n",
              name.c_str(), seeds, median(after_50), median(after_100), 100.0 * solved / seeds);
  return 0;
}
