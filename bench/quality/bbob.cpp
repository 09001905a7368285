// How many targets a sampler reaches on BBOB's 24 noiseless functions.
//   bbob [sampler] [dimensions] [evaluations per dimension] [first instance] [last instance] [first function] [last function]
// `share`: of the 51 targets 1e2 .. 1e-8 above the optimum, evenly spaced in their logarithm, those reached within k d
// evaluations. `ert`: of the seven targets 1e1 .. 1e-3, 1e-5, 1e-7, those whose expected running time over the instances is at
// most k d, which is what published tables have. Both are means over the functions that were run, so that parts of equal size
// may be averaged. A run starts from one uniform point, given as a first guess.
#include "bbob.hpp"

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
  return knobless::cma_es{};
}

// The best value above the optimum after each evaluation, until the last target is reached.
std::vector<double> run(const char* sampler, int function, int instance, std::size_t d, std::size_t budget) {
  const bbob::problem problem(function, instance, d);
  std::vector<knobless::parameter> parameters;
  for (std::size_t k = 0; k < d; ++k)
    parameters.push_back(
        knobless::parameter::real(std::string("x").append(std::to_string(k)), {.low = -5.0, .high = 5.0}).value());
  const auto space = std::make_shared<const knobless::domain>(knobless::domain::make(std::move(parameters)).value());
  const auto seed = static_cast<std::uint64_t>(1000 * function + instance);
  study_core study(space, named(sampler), {.seed = seed});
  knobless::random rng(77, seed);
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

}  // namespace

int main(int argc, char** argv) {
  const char* sampler = argc > 1 ? argv[1] : "cma_es";
  const auto d = static_cast<std::size_t>(argc > 2 ? std::atoi(argv[2]) : 5);
  const auto budget = static_cast<std::size_t>(argc > 3 ? std::atoi(argv[3]) : 100) * d;
  const int from = argc > 4 ? std::atoi(argv[4]) : 1;
  const int to = argc > 5 ? std::atoi(argv[5]) : 15;
  const int first_function = argc > 6 ? std::atoi(argv[6]) : 1;
  const int last_function = argc > 7 ? std::atoi(argv[7]) : 24;
  const double functions = last_function - first_function + 1;
  std::vector<double> factor;
  for (const double k : factors)
    if (k * static_cast<double>(d) <= static_cast<double>(budget)) factor.push_back(k);

  std::printf("%s, %zu dimensions, instances %d to %d, within k d evaluations:\n%8s", sampler, d, from, to, "k");
  for (const double k : factor) std::printf(" %6.0f", k);
  std::puts("");
  std::vector<double> share(factor.size(), 0.0);
  std::vector<double> reached(factor.size(), 0.0);
  for (int function = first_function; function <= last_function; ++function) {
    std::vector<std::vector<double>> runs;
    for (int instance = from; instance <= to; ++instance) runs.push_back(run(sampler, function, instance, d, budget));
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
