// Prints the first points of each sampler, and the first legs of each promotion rule, on a mixed, conditional space, to the
// bit. What it prints must not depend on the compiler, its options or the machine: first_points.txt has it, and `compare`
// builds this program in many ways.
#include <bit>
#include <cinttypes>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <knobless/branch.hpp>
#include <knobless/sampler/automatic.hpp>
#include <knobless/sampler/cma_es.hpp>
#include <knobless/sampler/gp_ei.hpp>
#include <knobless/sampler/grid.hpp>
#include <knobless/sampler/latin_hypercube.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/sampler/sobol.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/study.hpp>
#include <knobless/training/asha_rule.hpp>
#include <knobless/training/bracket_rule.hpp>
#include <knobless/training/fidelity_core.hpp>
#include <knobless/training/multi_fidelity_rule.hpp>
#include <knobless/training/population_core.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace {

struct sgd {
  double momentum = 0.0;
};
struct adam {
  double beta1 = 0.9;
};
struct config {
  double rate = 0.1;
  double x = 0.0;
  int width = 8;
  std::string activation;
  std::variant<sgd, adam> optimizer;
  std::optional<double> dropout;
};

knobless::space<config> mixed() {
  using namespace knobless;
  return space<config>{real("rate", &config::rate, {.low = 1e-5, .high = 1.0, .scale = knobless::scaling::log}),
                       real("x", &config::x, {.low = -5.0, .high = 5.0, .step = 0.25}),
                       integer("width", &config::width, {.low = 1, .high = 200, .scale = knobless::scaling::log}),
                       choice("activation", &config::activation, {"relu", "tanh", "gelu"}),
                       branch("optimizer", &config::optimizer,
                              when<sgd>("sgd", real("momentum", &sgd::momentum, {.low = 0.0, .high = 0.99})),
                              when<adam>("adam", real("beta1", &adam::beta1, {.low = 0.8, .high = 0.999}))),
                       branch("dropout", &config::dropout, real("rate", self, {.low = 0.0, .high = 0.5}))};
}

// Sums and differences only: nothing that a compiler could fuse.
double loss(const config& c) {
  const auto* s = std::get_if<sgd>(&c.optimizer);
  return std::abs(c.rate - 0.01) + std::abs(c.x - 1.0) + std::abs(c.width - 30) / 64.0 +
         (s != nullptr ? std::abs(s->momentum - 0.5) : 0.75) + (c.dropout ? *c.dropout : 0.125) +
         (c.activation == "tanh" ? 0.0 : 0.5);
}

template <class Sampler>
void print(const char* name, Sampler sampler, int trials) {
  knobless::study<config> study{mixed(), std::move(sampler), {.seed = 42}};
  for (int i = 0; i < trials; ++i) {
    auto trial = study.ask();
    const config c = trial.config();
    if (i % 9 == 4)
      study.tell(std::move(trial), knobless::failed);
    else
      study.tell(std::move(trial), loss(c));
    std::printf("%s %d", name, i);
    for (const double unit : study.trials()[study.trials().size() - 1].unit)
      std::printf(" %016" PRIx64, std::bit_cast<std::uint64_t>(unit));
    std::printf(" | %016" PRIx64 " %d\n", std::bit_cast<std::uint64_t>(c.rate), c.width);
  }
}

knobless::domain four() {
  std::vector<knobless::parameter> parameters;
  for (const char* each : {"a", "b", "c", "d"}) parameters.push_back(knobless::parameter::real(each, {}).value());
  return knobless::domain::make(std::move(parameters)).value();
}

template <class Sampler>
void print_in(const knobless::domain& where, const char* name, Sampler sampler, int trials) {
  const auto space = std::make_shared<const knobless::domain>(where);
  knobless::study_core study(space, std::move(sampler), {.seed = 42});
  for (int i = 0; i < trials; ++i) {
    const auto asked = study.ask().value();
    double value = 0.0;
    for (const double u : asked.where.unit) value += std::abs(u - 0.375);
    study.tell(asked.number, value);
    std::printf("%s %d", name, i);
    for (const double u : asked.where.unit) std::printf(" %016" PRIx64, std::bit_cast<std::uint64_t>(u));
    std::printf("\n");
  }
}

// Real numbers only: there CMA-ES has its quadratic helper, and `automatic` takes local quadratic steps.
template <class Sampler>
void print_four(const char* name, Sampler sampler, int trials) {
  print_in(four(), name, std::move(sampler), trials);
}

// A constraint that three points in ten million keep: the first is found by guesses, the others by walks.
template <class Sampler>
void print_constrained(const char* name, Sampler sampler, int trials) {
  const auto keeps = [](const knobless::point& p) { return ((p.unit[0] + p.unit[1]) + p.unit[2]) + p.unit[3] <= 0.05; };
  print_in(four().require(keeps), name, std::move(sampler), trials);
}

void print_unit(const knobless::point& p) {
  for (const double u : p.unit) std::printf(" %016" PRIx64, std::bit_cast<std::uint64_t>(u));
  std::printf("\n");
}

// Which trial is trained to where, leg by leg.
void print_legs(const char* name, knobless::any_promotion_rule rule, int legs) {
  const auto space = mixed();
  knobless::fidelity_core core(space.shared_domain(), std::move(rule), knobless::tpe{},
                               {.max_resource = 27, .seed = 42});
  for (int i = 0; i < legs; ++i) {
    const auto leg = core.ask().value();
    const knobless::point& where = core.trials()[leg.trial].where;
    if (i % 9 == 4)
      core.tell(leg.trial, knobless::failed);
    else
      core.tell(leg.trial, loss(space.decode(where)) + 1.0 / static_cast<double>(leg.to));
    std::printf("%s %d %zu %zu", name, i, leg.trial, leg.to);
    print_unit(where);
  }
}

void print_population() {
  const auto space = mixed();
  knobless::population_core core(space.shared_domain(), 10, 42);
  for (int interval = 0; interval < 4; ++interval) {
    std::vector<std::optional<double>> values;
    for (std::size_t i = 0; i < core.size(); ++i) {
      std::printf("population %d %zu", interval, i);
      print_unit(core.where(i));
      values.emplace_back(loss(space.decode(core.where(i))) / (interval + 1.0));
    }
    (void)core.advance(interval, values);
  }
}

}  // namespace

int main() {
  print("random_search", knobless::random_search{}, 10);
  print("sobol", knobless::sobol{}, 20);
  print("latin_hypercube", knobless::latin_hypercube{}, 20);
  print("grid", knobless::grid{}, 20);
  print("tpe", knobless::tpe{}, 60);
  print("cma_es", knobless::cma_es{}, 60);
  print_four("cma_es.reals", knobless::cma_es{}, 120);
  print("gp_ei", knobless::gp_ei{}, 50);
  print("automatic", knobless::automatic{}, 130);
  print_four("automatic.reals", knobless::automatic{}, 60);
  auto brackets = knobless::detail::hyperband_brackets({.max_resource = 27});
  print_legs("hyperband", knobless::bracket_rule(brackets), 100);
  brackets.resize(1);
  print_legs("successive_halving", knobless::bracket_rule(brackets), 100);
  print_legs("asha", knobless::asha_rule(knobless::geometric_rungs(1, 27, 3), 3), 60);
  print_legs("multi_fidelity", knobless::multi_fidelity_rule(1, 27), 60);
  print_population();
  print_constrained("random_search.constrained", knobless::random_search{}, 20);
  print_constrained("tpe.constrained", knobless::tpe{}, 40);
  print_constrained("cma_es.constrained", knobless::cma_es{}, 40);
}
