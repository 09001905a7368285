// What CMA-ES takes for one evaluation besides the objective, on one thread, beside pagmo's where that is found.
// Names: study/d:<dimensions>: an ask and a tell of a study, without the quadratic helper; helped/d: with it; distribution/d:
// search_distribution alone, whole generations; pagmo/d: pagmo::cmaes as its package compiled it, the same population.
// `flops` is what sampling, ranking and update need at least for an evaluation in floating-point operations, and `flops/s` how
// many of those were done in a second: to compare with `peak`, the rate at which this machine multiplies and adds in a loop
// that keeps to the registers.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <knobless/model/search_distribution.hpp>
#include <knobless/sampler/cma_es.hpp>
#include <knobless/study/study_core.hpp>

#if KNOBLESS_PAGMO
#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/cmaes.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>
#endif

namespace {

using knobless::search_distribution;

// No quadratic function, so that runs are long and the helper has to work.
double loss(std::span<const double> x) {
  double sum = 0.0;
  for (const double u : x) sum += std::abs(u - 0.3);
  return sum;
}

// Of an evaluation: a product with half a matrix for the sample, and its share of the update, which is half a matrix for each
// member and the path (a multiplication and an addition each), a triangular system and, as often as it is done, a factor.
double flops(std::size_t d) {
  const auto n = static_cast<double>(d);
  const auto lambda = static_cast<double>(search_distribution::default_population(d));
  // mu_eff is about 0.27 lambda (Hansen's tutorial), c_1 and c_mu as in its table 1.
  const double mass = 0.27 * lambda;
  const double c_1 = 2.0 / ((n + 1.3) * (n + 1.3) + mass);
  const double c_mu = 2.0 * (0.25 + mass + 1.0 / mass - 2.0) / ((n + 2.0) * (n + 2.0) + mass);
  const double patience = std::max(1.0, std::floor(1.0 / (10.0 * n * (c_1 + c_mu))));
  return n * n + (n * n * (lambda + 1.0) + n * n + n * n * n / 3.0 / patience) / lambda;
}

void count(benchmark::State& state, std::size_t d, double evaluations) {
  state.SetItemsProcessed(static_cast<std::int64_t>(evaluations));
  state.counters["flops"] = flops(d);
  state.counters["flops/s"] = benchmark::Counter(flops(d) * evaluations, benchmark::Counter::kIsRate);
}

void in_a_study(benchmark::State& state, std::size_t d, bool helped) {
  std::vector<knobless::parameter> parameters;
  for (std::size_t k = 0; k < d; ++k)
    parameters.push_back(knobless::parameter::real("x" + std::to_string(k), {}).value());
  const auto space = std::make_shared<const knobless::domain>(knobless::domain::make(std::move(parameters)).value());
  knobless::cma_es sampler;
  sampler.economise(!helped);
  knobless::study_core study(space, std::move(sampler), {.seed = 1});
  const auto evaluate = [&] {
    const knobless::pending_trial& trial = *study.next().value();
    study.tell(trial.number, loss(trial.where.unit));
  };
  for (std::size_t i = 0; i < 100; ++i) evaluate();
  for (auto _ : state) evaluate();
  count(state, d, static_cast<double>(state.iterations()));
}

void alone(benchmark::State& state, std::size_t d) {
  search_distribution distribution;
  distribution.reset(std::vector<double>(d, 0.5), 0.15, search_distribution::default_population(d),
                     search_distribution::form::full);
  const std::size_t lambda = distribution.population();
  knobless::random_stream rng(1);
  std::vector<double> x(lambda * d);
  std::vector<double> value(lambda);
  std::vector<double> length(lambda);
  std::vector<std::size_t> order(lambda);
  std::vector<search_distribution::member> ranked(lambda);
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(lambda))) {
    for (std::size_t i = 0; i < lambda; ++i) {
      length[i] = distribution.sample(rng, &x[i * d]);
      value[i] = loss({&x[i * d], d});
    }
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return value[a] < value[b]; });
    for (std::size_t r = 0; r < lambda; ++r) ranked[r] = {&x[order[r] * d], length[order[r]]};
    distribution.update(ranked);
  }
  count(state, d, static_cast<double>(state.iterations()));
}

#if KNOBLESS_PAGMO
struct pagmo_loss {
  std::size_t d = 1;
  [[nodiscard]] pagmo::vector_double fitness(const pagmo::vector_double& x) const { return {loss(x)}; }
  [[nodiscard]] std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const {
    return {pagmo::vector_double(d, 0.0), pagmo::vector_double(d, 1.0)};
  }
};

void of_pagmo(benchmark::State& state, std::size_t d) {
  const std::size_t lambda = search_distribution::default_population(d);
  constexpr unsigned generations = 200;
  double evaluations = 0.0;
  for (auto _ : state) {
    state.PauseTiming();
    pagmo::population start(pagmo::problem(pagmo_loss{d}), lambda, 1U);
    // Its own tolerances off; as many evaluations as ours in a run.
    const pagmo::algorithm algorithm(pagmo::cmaes(generations, -1, -1, -1, -1, 0.15, 0.0, 0.0, false, false, 1U));
    state.ResumeTiming();
    benchmark::DoNotOptimize(algorithm.evolve(start));
    evaluations += static_cast<double>(generations * lambda);
  }
  count(state, d, evaluations);
}
#endif

void peak(benchmark::State& state) {
  constexpr std::size_t lanes = 64;
  double sums[lanes] = {};
  double factor = 0.999;
  benchmark::DoNotOptimize(factor);
  constexpr int rounds = 1000;
  for (auto _ : state) {
    for (int i = 0; i < rounds; ++i)
      for (double& s : sums) s = s * factor + 1.0;
    benchmark::DoNotOptimize(sums);
  }
  state.counters["flops/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * rounds * lanes * 2, benchmark::Counter::kIsRate);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("peak", peak)->Unit(benchmark::kMicrosecond);
  for (const std::size_t d : {10U, 40U, 100U}) {
    const std::string name = "/d:" + std::to_string(d);
    const auto add = [&](const char* what, auto run) {
      benchmark::RegisterBenchmark((what + name).c_str(), run)->Unit(benchmark::kMicrosecond);
    };
    add("study", [d](benchmark::State& state) { in_a_study(state, d, false); });
    add("distribution", [d](benchmark::State& state) { alone(state, d); });
#if KNOBLESS_PAGMO
    add("pagmo", [d](benchmark::State& state) { of_pagmo(state, d); });
#endif
  }
  for (const std::size_t d : {5U, 10U, 20U})
    benchmark::RegisterBenchmark(("helped/d:" + std::to_string(d)).c_str(),
                                 [d](benchmark::State& state) { in_a_study(state, d, true); })
        ->Iterations(static_cast<benchmark::IterationCount>(900 * d))
        ->Unit(benchmark::kMicrosecond);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
