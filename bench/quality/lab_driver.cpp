// A tuner for a folder of test problems (problems/, or the one that KNOBLESS_LAB names):
//   lab_driver sampler [trials [seeds]]              mean log10 and mean of the regret, by group; 100 trials, 10 seeds
//   lab_driver sampler problem trials seed           one run, as one line of JSON
// The problems' interface is problems.h of that folder, the run is its drivers/lab_driver.hpp. Only the public API of knobless is used.
// `tpe/4` is tpe with four trials out at once: a value is told when three more were asked.
#include <drivers/lab_driver.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <knobless/knobless.hpp>

#include "lab_space.hpp"

namespace {

class tuner : public lab::Sampler {
 public:
  tuner(const lab_problem& problem, knobless::any_sampler sampler, std::uint64_t seed, std::size_t parallel)
      : problem_(problem),
        study_(space_of(parameters_of(problem)), std::move(sampler), {.seed = seed}),
        parallel_(parallel) {}

  lab::Ask ask() override {
    out_.push_back({study_.ask(), 0.0});
    const knobless::assignment& config = out_.back().trial.config();
    lab::Ask asked;
    asked.x = values_of(config, parameters_of(problem_));
    return asked;
  }
  void tell(const lab::Ask&, double value) override {
    out_.back().value = value;
    if (out_.size() < parallel_) return;
    study_.tell(std::move(out_.front().trial), out_.front().value);
    out_.pop_front();
  }

 private:
  struct evaluated {
    knobless::trial<knobless::assignment> trial;
    double value;
  };
  const lab_problem& problem_;
  knobless::study<knobless::assignment> study_;
  std::size_t parallel_;
  std::deque<evaluated> out_;
};

// Trials that are trained piece by piece: a leg is an ask with the fidelity that it reaches.
class staged_tuner : public lab::Sampler {
 public:
  staged_tuner(const lab_problem& problem, knobless::any_promotion_rule rule, std::uint64_t seed)
      : problem_(problem),
        space_(space_of(parameters_of(problem))),
        core_(space_.shared_domain(), std::move(rule), knobless::tpe{},
              {.max_resource = static_cast<std::size_t>(problem.max_fidelity), .seed = seed}) {}

  lab::Ask ask() override {
    piece_ = core_.ask().value();
    (void)core_.released();
    const knobless::assignment config = space_.decode(core_.trials()[piece_.trial].where);
    lab::Ask asked;
    asked.x = values_of(config, parameters_of(problem_));
    asked.fidelity = static_cast<double>(piece_.to);
    return asked;
  }
  void tell(const lab::Ask&, double value) override { core_.tell(piece_.trial, value); }

 private:
  const lab_problem& problem_;
  knobless::space<knobless::assignment> space_;
  knobless::fidelity_core core_;
  knobless::fidelity_core::piece piece_;
};

std::unique_ptr<lab::Sampler> make(const std::string& full_name, const lab_problem* problem, std::uint64_t seed, int) {
  const std::size_t slash = full_name.find('/');
  const std::string name = full_name.substr(0, slash);
  const std::size_t parallel = slash == std::string::npos ? 1 : std::stoul(full_name.substr(slash + 1));
  const auto with = [&](knobless::any_sampler sampler) -> std::unique_ptr<lab::Sampler> {
    return std::make_unique<tuner>(*problem, std::move(sampler), seed, parallel);
  };
  if (name == "random") return with(knobless::random_search{});
  if (name == "sobol") return with(knobless::sobol{});
  if (name == "cma_es") return with(knobless::cma_es{});
  if (name == "tpe") return with(knobless::tpe{});
  if (name == "automatic") return with(knobless::automatic{});
  if (name == "gp_ei") return with(knobless::gp_ei{});
  if (problem->max_fidelity < 1) return nullptr;
  const auto top = static_cast<std::size_t>(problem->max_fidelity);
  const auto staged = [&](knobless::any_promotion_rule rule) -> std::unique_ptr<lab::Sampler> {
    return std::make_unique<staged_tuner>(*problem, std::move(rule), seed);
  };
  auto brackets = knobless::detail::hyperband_brackets({.max_resource = top});
  if (name == "multi_fidelity") return staged(knobless::multi_fidelity_rule(1, top));
  if (name == "hyperband") return staged(knobless::bracket_rule(brackets));
  if (name == "asha") return staged(knobless::asha_rule(knobless::geometric_rungs(1, top, 3), 3));
  brackets.resize(1);
  if (name == "successive_halving") return staged(knobless::bracket_rule(brackets));
  return nullptr;
}

// Sums of one group.
struct sums {
  std::vector<double> log10 = {}, regret = {};
  int runs = 0;
};

// The regret of the best observed trial after each of these numbers of trials: 0 is the best known value, 1 the median of
// random points. With noise, the noiseless value of that trial counts.
std::vector<double> regrets(const std::string& sampler, const lab_problem& problem, std::uint64_t seed,
                            const std::vector<int>& after) {
  const int trials = after.back();
  const auto tuner = make(sampler, &problem, seed, trials);
  if (!tuner) throw std::runtime_error("no sampler " + sampler);
  lab::detail::Track track{&problem, trials, 0, NAN, NAN, -1, {}, {}, {}, {}};
  for (int trial = 1; trial <= trials; ++trial) {
    const lab::Ask asked = tuner->ask();
    const std::vector<double> x = lab::detail::check(&problem, asked.x);
    const double value = lab_eval(&problem, x.data(), (seed + 1) * 1000003 + static_cast<std::uint64_t>(trial), 0.0);
    track.add(x, 0.0, value, 1.0);
    tuner->tell(asked, value);
  }
  track.fill(trials + 1);
  std::vector<double> found;
  for (const int n : after)
    found.push_back((track.truth[static_cast<std::size_t>(n) - 1] - problem.best_known) /
                    (problem.random_median - problem.best_known));
  return found;
}

void print_row(const std::string& name, const sums& of) {
  std::printf("%-12s", name.c_str());
  for (const double sum : of.log10) std::printf(" %7.2f", sum / of.runs);
  for (const double sum : of.regret) std::printf(" %7.3f", sum / of.runs);
  std::printf("\n");
  std::fflush(stdout);
}

// All problems that are trained in full, by group.
int print_table(const std::string& sampler, int trials, int seeds) {
  std::vector<int> after{trials / 5, trials / 2, trials};
  std::map<std::string, sums> groups;
  std::vector<std::string> order;
  for (int i = 0; i < lab_count(); ++i) {
    const lab_problem& problem = *lab_at(i);
    if (problem.max_fidelity > 0) continue;
    if (!groups.contains(problem.group)) order.emplace_back(problem.group);
    for (int seed = 0; seed < seeds; ++seed) {
      const std::vector<double> found = regrets(sampler, problem, static_cast<std::uint64_t>(seed), after);
      for (const std::string& name : {std::string(problem.group), std::string("all")}) {
        sums& of = groups[name];
        of.log10.resize(after.size());
        of.regret.resize(after.size());
        for (std::size_t k = 0; k < after.size(); ++k) {
          of.log10[k] += std::log10(std::max(found[k], 1e-9));
          of.regret[k] += found[k];
        }
        ++of.runs;
      }
    }
    std::fprintf(stderr, "%d of %d problems\r", i + 1, lab_count());
  }
  std::fprintf(stderr, "\n");
  std::printf("mean log10 of the regret and mean regret after %d, %d and %d trials, %d seeds\n", after[0], after[1],
              after[2], seeds);
  for (const std::string& name : order) print_row(name, groups[name]);
  print_row("all", groups["all"]);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 4) return lab::main(argc, argv, make);
  const int trials = argc > 2 ? std::atoi(argv[2]) : 100;
  const int seeds = argc > 3 ? std::atoi(argv[3]) : 10;
  if (trials < 5 || seeds < 1) return std::fprintf(stderr, "at least 5 trials and 1 seed\n"), 2;
  try {
    return print_table(argv[1], trials, seeds);
  } catch (const std::exception& error) {
    return std::fprintf(stderr, "%s\n", error.what()), 2;
  }
}
