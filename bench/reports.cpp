// What reports cost besides the objective, in long curves and in searches with several trials at once.
// Names: curve/<scheduler>/reports:<n>: a trial of n reports, each followed by the question whether to stop, and its tell; one
// such trial is complete before. Items are reports: their number in a second stays where it is as n grows.
// search/<scheduler>/out:<trials out at once>/trials:<n>: whole deterministic searches, 300 reports a trial. Items are trials.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <knobless/knobless.hpp>
#include <string>
#include <utility>

namespace {

struct setting {
  double x = 0.5;
};

knobless::space<setting> line() {
  return knobless::space<setting>{knobless::real("x", &setting::x, {.low = 0.0, .high = 1.0})};
}

void curve(benchmark::State& state, const knobless::any_scheduler& scheduler, std::size_t reports) {
  knobless::random_stream rng(3);
  const auto train = [&](knobless::study<setting>& study, double level) {
    auto trial = study.ask();
    bool stop = false;
    for (std::size_t step = 1; step <= reports; ++step) {
      trial.report(step, level + rng.uniform());
      stop = trial.should_stop() || stop;
    }
    benchmark::DoNotOptimize(stop);
    study.tell(std::move(trial), level);
  };
  for (auto _ : state) {
    state.PauseTiming();
    {
      knobless::study<setting> study{line(), knobless::random_search{}, {.seed = 1, .scheduler = scheduler}};
      train(study, 0.0);
      state.ResumeTiming();
      train(study, -0.1);  // better, so that it is not stopped
      state.PauseTiming();
    }
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(reports) * state.iterations());
}

void search(benchmark::State& state, const knobless::any_scheduler& scheduler, std::size_t out, std::size_t trials) {
  constexpr std::size_t steps = 300;
  const auto objective = [](knobless::trial<setting>& t) {
    for (std::size_t step = 1; step <= steps; ++step)
      t.report(step, t.config().x + 1.0 / static_cast<double>(step));  // does not ask: all reports are made
    return t.config().x;
  };
  for (auto _ : state)
    benchmark::DoNotOptimize(knobless::minimize(
        line(), knobless::random_search{}, objective,
        {.trials = trials, .seed = 1, .parallel = out, .deterministic = true, .scheduler = scheduler}));
  state.SetItemsProcessed(static_cast<std::int64_t>(trials) * state.iterations());
}

void register_all(const std::string& name, const knobless::any_scheduler& scheduler) {
  for (const std::size_t n : {1000U, 30000U, 1000000U})
    benchmark::RegisterBenchmark(("curve/" + name + "/reports:" + std::to_string(n)).c_str(),
                                 [=](benchmark::State& state) { curve(state, scheduler, n); })
        ->Unit(benchmark::kMillisecond);
  for (const std::size_t out : {1U, 4U})
    for (const std::size_t n : {500U, 2000U})
      benchmark::RegisterBenchmark(
          ("search/" + name + "/out:" + std::to_string(out) + "/trials:" + std::to_string(n)).c_str(),
          [=](benchmark::State& state) { search(state, scheduler, out, n); })
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
  register_all("none", {});
  register_all("halving", knobless::halving_stopping{});
  register_all("hyperband", knobless::hyperband_stopping({.max_resource = 1000000}));
  register_all("median", knobless::median_stopping({.first_trials = 1}));
  register_all("percentile", knobless::percentile_stopping({.first_trials = 1}));
  register_all("patience", knobless::patience_stopping(5, knobless::median_stopping({.first_trials = 1})));
  register_all("threshold", knobless::threshold_stopping({.high = 2.0}));
  register_all("wilcoxon", knobless::wilcoxon_stopping{});
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
