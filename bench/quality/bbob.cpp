// How many targets a sampler reaches on BBOB's 24 noiseless functions, or on those of its mixed-integer suite.
//   bbob [mixint] [sampler] [dimensions] [evaluations per dimension] [first instance] [last instance] [first function]
//        [last function]
//   bbob check     whether the mixed-integer functions have the values that the official framework gives (coco-experiment)
// `share`: of the 51 targets 1e2 .. 1e-8 above the optimum, evenly spaced in their logarithm, those reached within k d
// evaluations. `ert`: of the seven targets 1e1 .. 1e-3, 1e-5, 1e-7, those whose expected running time over the instances is at
// most k d, which is what published tables have. Both are means over the functions that were run, so that parts of equal size
// may be averaged. A run starts from one uniform point, given as a first guess.
#include "bbob.hpp"
#include "bbob_mixint.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <knobless/knobless.hpp>

namespace {

using knobless::study_core;

constexpr double factors[] = {10, 25, 50, 100, 200, 500, 1000, 2000, 5000, 10000};
constexpr double published[] = {1e1, 1e0, 1e-1, 1e-2, 1e-3, 1e-5, 1e-7};
constexpr std::size_t targets = 51;

double target(std::size_t i) { return std::pow(10.0, 2.0 - 0.2 * static_cast<double>(i)); }

knobless::any_sampler named(const char* name) {
  if (std::strcmp(name, "random") == 0) return knobless::random_search{};
  if (std::strcmp(name, "tpe") == 0) return knobless::tpe{};
  if (std::strcmp(name, "gp_ei") == 0) return knobless::gp_ei{};
  if (std::strcmp(name, "automatic") == 0) return knobless::automatic{};
  return knobless::cma_es{};
}

knobless::parameter coordinate(const bbob::problem& /*problem*/, std::size_t k) {
  return knobless::parameter::real("x" + std::to_string(k), {.low = -5.0, .high = 5.0}).value();
}
knobless::parameter coordinate(const bbob::mixed_integer_problem& problem, std::size_t k) {
  const std::string name = "x" + std::to_string(k);
  const auto levels = static_cast<std::int64_t>(problem.levels(k));
  if (levels == 0) return knobless::parameter::real(name, {.low = -5.0, .high = 5.0}).value();
  return knobless::parameter::integer(name, {.low = 0, .high = levels - 1}).value();
}

// The best value above the optimum after each evaluation, until the last target is reached.
template <class Problem>
std::vector<double> run(const char* sampler, int function, int instance, std::size_t d, std::size_t budget) {
  const Problem problem(function, instance, d);
  std::vector<knobless::parameter> parameters;
  for (std::size_t k = 0; k < d; ++k) parameters.push_back(coordinate(problem, k));
  const auto space = std::make_shared<const knobless::domain>(knobless::domain::make(std::move(parameters)).value());
  const auto seed = static_cast<std::uint64_t>(1000 * function + instance);
  study_core study(space, named(sampler), {.seed = seed});
  knobless::random_stream rng(77, seed);
  knobless::point start(d);
  for (double& u : start.unit) u = rng.uniform();
  space->complete(start);
  study.enqueue(std::move(start));

  std::vector<double> best;
  std::vector<double> x(d);
  while (best.size() < budget && (best.empty() || best.back() > target(targets - 1))) {
    const study_core::asked asked = study.ask().value();
    for (std::size_t k = 0; k < d; ++k) x[k] = (*space)[k].natural(asked.where.unit[k]);
    const double value = problem(x);
    study.tell(asked.number, value);
    const double gap = value - problem.best_value();
    best.push_back(best.empty() || gap < best.back() ? gap : best.back());
  }
  return best;
}

// Evaluations until a value of at most `goal`, or 0.
std::size_t first(const std::vector<double>& best, double goal) {
  for (std::size_t e = 0; e < best.size(); ++e)
    if (best[e] <= goal) return e + 1;
  return 0;
}

// Values of instance 1 + (f - 1) % 15 of function f at the levels (f + k) % levels and the reals k / 4 - 1, as the official
// framework computes them (numbbo/coco-experiment, 2026).
constexpr double checked_5[] = {
    103.399699020623,  21.0297382988275, 57.6543401016874,  20.975253657118,  36.5657440044048,  2770.58064219687,
    435.225662790052,  154.204711274865, 32.9090852213763,  635.301523630997, 240087.509658298,  2106.40766462317,
    76.5876063533521,  -160.97582977234, -15.8595988071417, 230.557611461231, 280.432838030175,  396.191874782134,
    -517.104407889389, 1775.55348026106, 1049.76630867326,  195.684627678267, -1140.28576937872, 79.4339747169491};
constexpr double checked_10[] = {
    161.130835446914, 379.896523165346,  153.448860080297,  74.4334446146695, 95.5009077010328,  281.212708611781,
    112.832892408956, 1181.79621244127,  510.770465525894,  25354.3393898135, 33647.5338655262,  5248.39043884735,
    144.389388292202, -100.388771510763, -19.2895400464266, 128.945292064963, 322.387790907188,  321.024703611376,
    -403.48711053336, 1177.61047537643,  1059.91648012049,  213.814057811951, -1427.18667573887, 102.85975364695};

int check() {
  int wrong = 0;
  for (int function = 1; function <= 24; ++function)
    for (const std::size_t d : {std::size_t{5}, std::size_t{10}}) {
      const bbob::mixed_integer_problem problem(function, 1 + (function - 1) % 15, d);
      std::vector<double> x(d);
      for (std::size_t k = 0; k < d; ++k)
        x[k] = problem.levels(k) == 0
                   ? static_cast<double>(k) / 4.0 - 1.0
                   : static_cast<double>((static_cast<std::size_t>(function) + k) % problem.levels(k));
      const double expected = (d == 5 ? checked_5 : checked_10)[function - 1];
      const double value = problem(x);
      if (std::abs(value - expected) <= 1e-9 * std::max(1.0, std::abs(expected))) continue;
      std::printf("f%d in %zu dimensions: %.17g instead of %.17g\n", function, d, value, expected);
      ++wrong;
    }
  return wrong > 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "check") == 0) return check();
  const bool mixint = argc > 1 && std::strcmp(argv[1], "mixint") == 0;
  if (mixint) {
    --argc;
    ++argv;
  }
  const char* sampler = argc > 1 ? argv[1] : "cma_es";
  const auto d = static_cast<std::size_t>(argc > 2 ? std::atoi(argv[2]) : 5);
  const auto budget = static_cast<std::size_t>(argc > 3 ? std::atoi(argv[3]) : 100) * d;
  const int from = argc > 4 ? std::atoi(argv[4]) : 1;
  const int to = argc > 5 ? std::atoi(argv[5]) : 15;
  const int first_function = argc > 6 ? std::atoi(argv[6]) : 1;
  const int last_function = argc > 7 ? std::atoi(argv[7]) : 24;
  if (mixint && (d % 5 != 0 || d == 0 || d >= 50)) {
    std::fprintf(stderr, "%zu dimensions given, but the mixed-integer suite has multiples of 5 below 50\n", d);
    return 2;
  }
  const double functions = last_function - first_function + 1;
  std::vector<double> factor;
  for (const double k : factors)
    if (k * static_cast<double>(d) <= static_cast<double>(budget)) factor.push_back(k);

  std::printf("%s%s, %zu dimensions, instances %d to %d, within k d evaluations:\n%8s",
              mixint ? "mixed-integer suite, " : "", sampler, d, from, to, "k");
  for (const double k : factor) std::printf(" %6.0f", k);
  std::puts("");
  std::vector<double> share(factor.size(), 0.0);
  std::vector<double> reached(factor.size(), 0.0);
  for (int function = first_function; function <= last_function; ++function) {
    std::vector<std::vector<double>> runs;
    for (int instance = from; instance <= to; ++instance)
      runs.push_back(mixint ? run<bbob::mixed_integer_problem>(sampler, function, instance, d, budget)
                            : run<bbob::problem>(sampler, function, instance, d, budget));
    std::vector<double> own(factor.size(), 0.0);
    for (const auto& best : runs)
      for (std::size_t i = 0; i < targets; ++i) {
        const std::size_t e = first(best, target(i));
        for (std::size_t q = 0; q < factor.size(); ++q)
          if (e > 0 && static_cast<double>(e) <= factor[q] * static_cast<double>(d))
            own[q] += 1.0 / static_cast<double>(targets * runs.size());
      }
    for (const double goal : published) {
      double evaluations = 0.0;
      double successes = 0.0;
      for (const auto& best : runs) {
        const std::size_t e = first(best, goal);
        evaluations += static_cast<double>(e > 0 ? e : best.size());
        if (e > 0) ++successes;
      }
      for (std::size_t q = 0; q < factor.size(); ++q)
        if (successes > 0.0 && evaluations / successes <= factor[q] * static_cast<double>(d))
          reached[q] += 1.0 / (7.0 * functions);
    }
    std::printf("f%-7d", function);
    for (std::size_t q = 0; q < factor.size(); ++q) {
      std::printf(" %6.3f", own[q]);
      share[q] += own[q] / functions;
    }
    std::puts("");
    std::fflush(stdout);
  }
  std::printf("%8s", "share");
  for (const double s : share) std::printf(" %6.3f", s);
  std::printf("\n%8s", "ert");
  for (const double r : reached) std::printf(" %6.3f", r);
  std::puts("");
}
