// What a trial costs besides the objective: one ask and one tell, against the number of trials told before.
// Names: ask_tell/<sampler>/d:<dimensions>/told:<trials>; "mixed" is a conditional space of 12 parameters;
// report_should_stop/<scheduler>/told:<trials>;
// search/<sampler>/d:<dimensions>/out:<trials out at once>: whole searches of 1000 trials with a cheap objective.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <knobless/knobless.hpp>
#include <string>
#include <utility>
#include <variant>

namespace {

template <std::size_t D>
struct vector_config {
  std::array<double, D> x{};
};

template <std::size_t D>
knobless::space<vector_config<D>> vector_space() {
  return knobless::space<vector_config<D>>{knobless::real("x", &vector_config<D>::x, {.low = 0.0, .high = 1.0})};
}

template <std::size_t D>
double loss(const vector_config<D>& c) {
  double sum = 0.0;
  for (const double x : c.x) sum += (x - 0.3) * (x - 0.3);
  return sum;
}

struct tree {
  int depth = 6;
  double shrinkage = 0.1;
  bool linear = false;
};
struct layered {
  int width = 32;
  double rate = 1e-3;
  double momentum = 0.9;
  bool norm = false;
};
struct mixed_config {
  std::variant<tree, layered> model;
  double weight_decay = 1e-4;
  int batch = 32;
  std::string loss = "l2";
  double noise = 0.0;
};

knobless::space<mixed_config> mixed_space() {
  using namespace knobless;
  return space<mixed_config>{
      branch(
          "model", &mixed_config::model,
          when<tree>("tree", integer("depth", &tree::depth, {.low = 1, .high = 12}),
                     real("shrinkage", &tree::shrinkage, {.low = 1e-3, .high = 1.0, .scale = knobless::scaling::log}),
                     flag("linear", &tree::linear)),
          when<layered>(
              "net", integer("width", &layered::width, {.low = 4, .high = 512, .scale = knobless::scaling::log}),
              real("rate", &layered::rate, {.low = 1e-5, .high = 1.0, .scale = knobless::scaling::log}),
              real("momentum", &layered::momentum, {.low = 0.0, .high = 0.99}), flag("norm", &layered::norm))),
      real("weight_decay", &mixed_config::weight_decay, {.low = 1e-7, .high = 1e-1, .scale = knobless::scaling::log}),
      ordinal("batch", &mixed_config::batch, {16, 32, 64, 128, 256}),
      choice("loss", &mixed_config::loss, {"l1", "l2", "huber"}),
      real("noise", &mixed_config::noise, {.low = 0.0, .high = 0.5})};
}

double loss(const mixed_config& c) {
  const auto* t = std::get_if<tree>(&c.model);
  return c.noise + c.weight_decay + (t != nullptr ? t->shrinkage + t->depth : std::get<layered>(c.model).rate);
}

// A study with `told` random trials; after every `run` measured ones it starts again, so that their number stays near that.
template <class Sampler, class Config>
void ask_tell(benchmark::State& state, const knobless::space<Config>& space, std::size_t told, std::size_t run) {
  const auto fresh = [&] {
    knobless::study<Config> study{space, Sampler{}, {.seed = 1}};
    knobless::random_stream rng(2);
    for (std::size_t i = 0; i < told; ++i) {
      knobless::point p(space.domain().size());
      for (double& u : p.unit) u = rng.uniform();
      space.domain().complete(p);
      const Config c = space.decode(p);
      study.add(c, loss(c));
    }
    // The first ask takes in what was told before.
    auto trial = study.ask();
    const double value = loss(trial.config());
    study.tell(std::move(trial), value);
    return study;
  };
  auto study = fresh();
  std::size_t measured = 0;
  for (auto _ : state) {
    auto trial = study.ask();
    const double value = loss(trial.config());
    study.tell(std::move(trial), value);
    if (++measured % run == 0) {
      state.PauseTiming();
      study = fresh();
      state.ResumeTiming();
    }
  }
}

using counts = std::initializer_list<std::size_t>;

// Where all asks cost much the same.
template <class Sampler, class Config>
void steady(const std::string& name, const knobless::space<Config>& space, const counts& told) {
  for (const std::size_t n : told)
    benchmark::RegisterBenchmark(("ask_tell/" + name + "/told:" + std::to_string(n)).c_str(),
                                 [=](benchmark::State& state) { ask_tell<Sampler>(state, space, n, 64); })
        ->Unit(benchmark::kMicrosecond);
}

// Where a model is learnt anew every few trials, ever more rarely: the mean over told / 2 trials in a row, which are one
// repetition. So each kind of ask counts with its share; medians are over repetitions (--benchmark_repetitions=n).
template <class Sampler, class Config>
void amortised(const std::string& name, const knobless::space<Config>& space, const counts& told) {
  for (const std::size_t n : told)
    benchmark::RegisterBenchmark(("ask_tell/" + name + "/told:" + std::to_string(n)).c_str(),
                                 [=](benchmark::State& state) { ask_tell<Sampler>(state, space, n, n / 2 + 1); })
        ->Iterations(static_cast<benchmark::IterationCount>(n / 2))
        ->Unit(benchmark::kMicrosecond);
}

// A whole search of 1000 trials, so many of them out at once: items are trials.
void searches(std::initializer_list<std::size_t> parallel) {
  for (const std::size_t out : parallel)
    for (const bool deterministic : {true, false})
      benchmark::RegisterBenchmark(
          ("search/random/d:10/out:" + std::to_string(out) + (deterministic ? "" : "/as_they_end")).c_str(),
          [=](benchmark::State& state) {
            for (auto _ : state)
              benchmark::DoNotOptimize(
                  knobless::minimize(vector_space<10>(), knobless::random_search{}, loss<10>,
                                     {.trials = 1000, .parallel = out, .deterministic = deterministic}));
            state.SetItemsProcessed(1000 * state.iterations());
          })
          ->UseRealTime()
          ->Unit(benchmark::kMicrosecond);
}

template <class Sampler>
void everywhere(const std::string& name, const counts& told) {
  steady<Sampler>(name + "/d:2", vector_space<2>(), told);
  steady<Sampler>(name + "/d:10", vector_space<10>(), told);
  steady<Sampler>(name + "/d:50", vector_space<50>(), told);
  steady<Sampler>(name + "/mixed", mixed_space(), told);
}

template <class Sampler>
void everywhere_amortised(const std::string& name, const counts& told) {
  amortised<Sampler>(name + "/d:2", vector_space<2>(), told);
  amortised<Sampler>(name + "/d:10", vector_space<10>(), told);
  amortised<Sampler>(name + "/d:50", vector_space<50>(), told);
  amortised<Sampler>(name + "/mixed", mixed_space(), told);
}

// One report and the question whether to stop, in trials of 27 steps of a study in which `told` others have reported as much.
void report_should_stop(benchmark::State& state, const knobless::any_scheduler& scheduler, std::size_t told) {
  constexpr std::size_t steps = 27;
  const auto space = vector_space<10>();
  knobless::study<vector_config<10>> study{space, knobless::random_search{}, {.seed = 1, .scheduler = scheduler}};
  knobless::random_stream rng(3);
  const auto report_all = [&](auto& trial, double level) {
    bool stop = false;
    for (std::size_t step = 1; step <= steps; ++step) {
      trial.report(step, level + rng.uniform() / static_cast<double>(step));
      stop = trial.should_stop() || stop;
    }
    benchmark::DoNotOptimize(stop);
  };
  for (std::size_t i = 0; i < told; ++i) {
    auto trial = study.ask();
    const double level = rng.uniform();
    report_all(trial, level);
    study.tell(std::move(trial), level);
  }
  while (state.KeepRunningBatch(steps)) {
    state.PauseTiming();
    {
      auto trial = study.ask();
      const double level = rng.uniform();
      state.ResumeTiming();
      report_all(trial, level);
      state.PauseTiming();
    }
    state.ResumeTiming();
  }
}

void schedulers(std::size_t told) {
  const auto add = [told](const std::string& name, const knobless::any_scheduler& scheduler) {
    benchmark::RegisterBenchmark(("report_should_stop/" + name + "/told:" + std::to_string(told)).c_str(),
                                 [=](benchmark::State& state) { report_should_stop(state, scheduler, told); })
        ->Unit(benchmark::kNanosecond);
  };
  add("none", {});
  add("halving", knobless::halving_stopping{});
  add("hyperband", knobless::hyperband_stopping{});
  add("median", knobless::median_stopping{});
  add("percentile", knobless::percentile_stopping{});
  add("patience", knobless::patience_stopping(5, knobless::halving_stopping{}));
  add("threshold", knobless::threshold_stopping({.high = 2.0}));
  add("wilcoxon", knobless::wilcoxon_stopping{});
}

}  // namespace

int main(int argc, char** argv) {
  everywhere<knobless::random_search>("random", {100});
  everywhere<knobless::sobol>("sobol", {100});
  everywhere<knobless::latin_hypercube>("latin_hypercube", {100});
  everywhere<knobless::tpe>("tpe", {100, 500, 1000, 5000});
  everywhere<knobless::cma_es>("cma_es", {100, 1000});
  everywhere_amortised<knobless::gp_ei>("gp_ei", {50, 100, 500, 1000});
  schedulers(10000);
  searches({1, 2, 4});
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
