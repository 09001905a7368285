// knobless tunes knobless: the constants of `automatic` on the objectives of generated.hpp.
//   self_tune measure [objectives=5] [first=1000] [constant=value ...]   automatic and each fixed sampler, by kind
//   self_tune compare [objectives=20] [first=2000] [constant=value ...]  the constants given against the default, in pairs
//   self_tune search [trials=60] [objectives=6] [first=1] [only=text]    finds constants, then compares on fresh seeds
//   self_tune check                                                      are the objectives what they should be?
//   self_tune constants                                                  their names, defaults and ranges
// Also: budget=200, threads=1. Objectives are those of `first` and the following seeds, so many of each kind; a search's seed
// is its objective's. Regret is that of the noiseless value of the best observed trial.
#include "generated.hpp"

#include <array>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <knobless/knobless.hpp>

namespace {

using constants = knobless::detail::automatic_constants;

struct constant {
  const char* name;
  double& (*of)(constants&);
  double low;
  double high;
  knobless::scaling scale;
};

constexpr constant all_constants[] = {
    {"alone", [](constants& c) -> double& { return c.alone; }, 15.0, 200.0, knobless::scaling::log},
    {"model_share", [](constants& c) -> double& { return c.model_share; }, 0.05, 0.6, knobless::scaling::linear},
    {"parzen_share", [](constants& c) -> double& { return c.parzen_share; }, 0.0, 0.4, knobless::scaling::linear},
    {"shares_last", [](constants& c) -> double& { return c.shares_last; }, 50.0, 1000.0, knobless::scaling::log},
    {"smooth_shares", [](constants& c) -> double& { return c.smooth_shares; }, 0.02, 1.0, knobless::scaling::log},
    {"doubt", [](constants& c) -> double& { return c.model.doubt; }, 0.0, 1.0, knobless::scaling::linear},
    {"length_centre", [](constants& c) -> double& { return c.model.priors.length_centre; }, -2.0, 0.5,
     knobless::scaling::linear},
    {"level_centre", [](constants& c) -> double& { return c.model.priors.level_centre; }, -1.0, 2.0,
     knobless::scaling::linear},
    {"noise_centre", [](constants& c) -> double& { return c.model.priors.noise_centre; }, -10.0, -2.0,
     knobless::scaling::linear},
    {"first_radius", [](constants& c) -> double& { return c.quadratic.first_radius; }, 0.05, 0.5,
     knobless::scaling::log},
    {"shrinking", [](constants& c) -> double& { return c.quadratic.shrinking; }, 0.2, 0.9, knobless::scaling::linear},
    {"good_share", [](constants& c) -> double& { return c.parzen.good_share; }, 0.05, 0.3, knobless::scaling::linear},
    {"gap_share", [](constants& c) -> double& { return c.parzen.gap_share; }, 0.3, 1.2, knobless::scaling::linear},
    {"narrowest", [](constants& c) -> double& { return c.parzen.narrowest; }, 0.003, 0.1, knobless::scaling::log},
};

struct settings {
  std::size_t objectives = 0;  // of each kind
  std::uint64_t first = 0;
  std::size_t trials = 60;
  std::size_t budget = 200;
  std::size_t threads = 1;
  std::string only;
  constants given;
};

constexpr std::size_t marks[] = {20, 50, 100, 200};
using regrets = std::array<double, 4>;  // at the marks

// Runs body(i) for all i below n.
void for_each(std::size_t n, std::size_t threads, const std::function<void(std::size_t)>& body) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < n; i = next++) body(i);
  };
  std::vector<std::thread> others;
  for (std::size_t t = 1; t < threads; ++t) others.emplace_back(work);
  work();
  for (std::thread& t : others) t.join();
}

struct named_objective {
  std::size_t kind;
  std::uint64_t seed;
  std::unique_ptr<generated::objective> is;
};

std::vector<named_objective> objectives(const settings& s) {
  std::vector<named_objective> all;
  for (std::size_t k = 0; k < generated::kinds.size(); ++k)
    for (std::size_t i = 0; i < s.objectives; ++i) all.push_back({k, s.first + i, nullptr});
  for_each(all.size(), s.threads, [&](std::size_t i) {
    all[i].is = std::make_unique<generated::objective>(generated::kinds[all[i].kind], all[i].seed);
  });
  return all;
}

regrets run(const named_objective& on, knobless::any_sampler with, std::size_t budget) {
  const generated::objective& f = *on.is;
  knobless::study_core study(f.space(), std::move(with), {.seed = on.seed});
  double observed = 0.0;
  double incumbent = 0.0;
  regrets found{};
  std::size_t mark = 0;
  for (std::size_t i = 0; i < budget; ++i) {
    // A small space may be exhausted: what is best stays.
    if (const auto next = study.ask()) {
      const knobless::point& p = next.value().where;
      const double answer = f.answer(p, on.seed, i);
      if (i == 0 || answer < observed) {
        observed = answer;
        incumbent = f(p);
      }
      study.tell(next.value().number, answer);
    }
    while (mark < 4 && i + 1 == marks[mark]) found[mark++] = f.regret(incumbent);
  }
  while (mark < 4) found[mark++] = f.regret(incumbent);
  return found;
}

std::vector<regrets> run_all(const std::vector<named_objective>& on, const settings& s,
                             const std::function<knobless::any_sampler()>& make) {
  std::vector<regrets> all(on.size());
  for_each(on.size(), s.threads, [&](std::size_t i) { all[i] = run(on[i], make(), s.budget); });
  return all;
}

// The best value is not known better than that; and a few smooth objectives shall not outweigh the others.
double log10_of(double regret) { return std::log10(std::max(regret, 1e-5)); }

// What the search minimises: the mean log10 regret over the marks.
double score(const regrets& r) {
  double sum = 0.0;
  for (const double one : r) sum += 0.25 * log10_of(one);
  return sum;
}

struct moments {
  double mean = 0.0;
  double error = 0.0;
};
moments moments_of(const std::vector<double>& x) {
  moments m;
  const auto n = static_cast<double>(x.size());
  for (const double v : x) m.mean += v / n;
  for (const double v : x) m.error += (v - m.mean) * (v - m.mean);
  m.error = x.size() > 1 ? std::sqrt(m.error / (n * (n - 1.0))) : 0.0;
  return m;
}

void print_head(const char* first) {
  std::printf("%-10s %-12s | %31s | %31s\n", first, "kind", "log10 regret at 20 50 100 200", "regret at 20 50 100 200");
}

void print_rows(const char* name, const std::vector<named_objective>& on, const std::vector<regrets>& all) {
  for (std::size_t k = 0; k <= generated::kinds.size(); ++k) {
    const bool total = k == generated::kinds.size();
    std::printf("%-10s %-12s |", name, total ? "all" : generated::names[k]);
    for (const bool log : {true, false}) {
      for (std::size_t m = 0; m < 4; ++m) {
        std::vector<double> x;
        for (std::size_t i = 0; i < on.size(); ++i)
          if (total || on[i].kind == k) x.push_back(log ? log10_of(all[i][m]) : all[i][m]);
        std::printf(log ? " %7.3f" : " %7.4f", moments_of(x).mean);
      }
      std::printf(log ? " |" : "\n");
    }
  }
}

int measure(const settings& s) {
  const auto on = objectives(s);
  const std::pair<const char*, std::function<knobless::any_sampler()>> samplers[] = {
      {"automatic", [&] { return knobless::automatic({}, s.given); }},
      {"gp_ei", [&] { return knobless::gp_ei(s.given.model); }},
      {"tpe", [&] { return knobless::tpe(s.given.parzen); }},
      {"cma_es", [] { return knobless::cma_es(); }},
      {"random", [] { return knobless::random_search(); }}};
  std::printf("%zu objectives of each kind, seeds from %llu\n", s.objectives, static_cast<unsigned long long>(s.first));
  print_head("sampler");
  std::size_t beaten = 0;
  for (const auto& [name, make] : samplers) {
    const auto all = run_all(on, s, make);
    print_rows(name, on, all);
    for (const regrets& r : all) beaten += r[3] < -1e-6;
    std::fflush(stdout);
  }
  std::printf("%zu of %zu runs went below the best value known\n", beaten, 5 * on.size());
  return 0;
}

// The default against s.given on the same objectives and seeds.
int compare(const settings& s) {
  const auto on = objectives(s);
  const auto before = run_all(on, s, [] { return knobless::automatic(); });
  const auto after = run_all(on, s, [&] { return knobless::automatic({}, s.given); });
  std::printf("%zu objectives of each kind, seeds from %llu\n", s.objectives, static_cast<unsigned long long>(s.first));
  print_head("constants");
  print_rows("default", on, before);
  print_rows("given", on, after);
  std::printf("given - default: mean and standard error over the objectives of each kind\n%-12s |", "kind");
  for (const char* what : {"score", "log10 at 20", "at 50", "at 100", "at 200", "regret at 50", "at 100", "at 200"})
    std::printf(" %16s", what);
  std::puts("");
  for (std::size_t k = 0; k <= generated::kinds.size(); ++k) {
    std::printf("%-12s |", k == generated::kinds.size() ? "all" : generated::names[k]);
    for (std::size_t column = 0; column < 8; ++column) {
      std::vector<double> x;
      for (std::size_t i = 0; i < on.size(); ++i) {
        if (k < generated::kinds.size() && on[i].kind != k) continue;
        const auto value = [&](const regrets& r) {
          return column == 0 ? score(r) : (column < 5 ? log10_of(r[column - 1]) : r[column - 4]);
        };
        x.push_back(value(after[i]) - value(before[i]));
      }
      const moments m = moments_of(x);
      std::printf(column < 5 ? " %+7.3f +- %.3f" : " %+7.4f +- %.4f", m.mean, m.error);
    }
    std::puts("");
  }
  return 0;
}

// All candidates are measured on the same objectives with the same seeds. A small change of a constant sends a search
// elsewhere all the same, so the score is noisy, and the best estimated candidate is taken.
int search(settings s) {
  const auto on = objectives(s);
  knobless::runtime_space_builder builder;
  std::vector<constant> searched;
  constants known;
  for (const constant& c : all_constants)
    if (s.only.empty() || ("," + s.only + ",").find(std::string(",") + c.name + ",") != std::string::npos)
      searched.push_back(c);
  for (const constant& c : searched) builder.real(c.name, {.low = c.low, .high = c.high, .scale = c.scale});
  const auto space = builder.build();
  knobless::assignment start = space.blank();
  for (const constant& c : searched) start.set(c.name, c.of(known));
  const auto chosen = [&](const knobless::assignment& a) {
    constants c;
    for (const constant& one : searched) one.of(c) = a[one.name];
    return c;
  };
  const auto found =
      knobless::minimize(space,
                         [&](const knobless::assignment& a) {
                           const constants c = chosen(a);
                           double sum = 0.0;
                           for (const regrets& r : run_all(on, s, [&] { return knobless::automatic({}, c); }))
                             sum += score(r);
                           return sum / static_cast<double>(on.size());
                         },
                         {.trials = s.trials,
                          .seed = s.first,
                          .first_guesses = {start},
                          .on_trial =
                              [&](const auto& p) {
                                std::printf("%3zu %8.4f ", p.number, p.told.value());
                                for (const constant& c : searched) std::printf(" %s=%.3g", c.name, p.config[c.name]);
                                std::puts("");
                                std::fflush(stdout);
                              },
                          .deterministic = true});
  const auto best = found.best_estimated();
  std::fputs(found.report().c_str(), stdout);
  std::printf("estimated best %.4f, the default %.4f\n%-14s %10s %10s\n", best.value, found.trials()[0].value,
              "constant", "default", "found");
  for (const constant& c : searched) std::printf("%-14s %10.4g %10.4g\n", c.name, c.of(known), best.config[c.name]);
  s.given = chosen(best.config);
  s.first += 100000;
  s.objectives *= 3;
  return compare(s);
}

// Whether objectives are what they should be: finite, the same each time they are made, the best below the median.
int check(const settings& s) {
  const auto once = objectives(s);
  const auto again = objectives(s);
  int faults = 0;
  for (std::size_t i = 0; i < once.size(); ++i) {
    const generated::objective& f = *once[i].is;
    const generated::objective& g = *again[i].is;
    bool good = f.best() < f.median() && f.best() == g.best() && f.median() == g.median();
    knobless::random_stream rng(once[i].seed);
    for (std::uint64_t n = 0; n < 100; ++n) {
      const knobless::point p = knobless::detail::uniform_point(*f.space(), rng);
      good = good && knobless::elementary::is_finite(f(p)) && f(p) == g(p) && f.regret(f(p)) > -0.01 &&
             f.answer(p, 1, n) == g.answer(p, 1, n) && (f.answer(p, 1, n) != f.answer(p, 1, n + 1)) == f.noisy();
    }
    if (good) continue;
    ++faults;
    std::printf("fault: %s %llu\n", generated::names[once[i].kind], static_cast<unsigned long long>(once[i].seed));
  }
  std::printf("%zu objectives, %d faults\n", once.size(), faults);
  return faults == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  settings s;
  s.objectives = command == "compare" ? 20 : (command == "search" ? 6 : 5);
  s.first = command == "compare" ? 2000 : (command == "search" ? 1 : 1000);
  for (int i = 2; i < argc; ++i) {
    const char* equals = std::strchr(argv[i], '=');
    const std::string name(argv[i], equals != nullptr ? static_cast<std::size_t>(equals - argv[i]) : 0);
    const char* text = equals != nullptr ? equals + 1 : "";
    const double value = std::atof(text);
    const auto whole = static_cast<std::size_t>(std::max(value, 0.0));
    bool known = true;
    if (name == "objectives")
      s.objectives = std::max<std::size_t>(whole, 1);
    else if (name == "first")
      s.first = whole;
    else if (name == "trials")
      s.trials = std::max<std::size_t>(whole, 1);
    else if (name == "budget")
      s.budget = std::max<std::size_t>(whole, 1);
    else if (name == "threads")
      s.threads = std::max<std::size_t>(whole, 1);
    else if (name == "only")
      s.only = text;
    else
      known = false;
    for (const constant& c : all_constants)
      if (name == c.name) {
        c.of(s.given) = value;
        known = true;
      }
    if (!known) {
      std::fprintf(stderr, "\"%s\" is not understood\n", argv[i]);
      return 1;
    }
  }
  if (command == "check") return check(s);
  if (command == "measure") return measure(s);
  if (command == "compare") return compare(s);
  if (command == "search") return search(std::move(s));
  constants known;
  for (const constant& c : all_constants) std::printf("%-14s %8g  %g to %g\n", c.name, c.of(known), c.low, c.high);
  return command == "constants" ? 0 : 1;
}
