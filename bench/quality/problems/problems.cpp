// The table of problems and the C interface. The functions are in synthetic.cpp, mixed.cpp and control.cpp.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>

#include "internal.h"

namespace lab {

namespace {

// What the source files announced, in no certain order.
std::vector<std::pair<std::vector<Problem> (*)(), bool>>& sources() {
  static std::vector<std::pair<std::vector<Problem> (*)(), bool>> s;
  return s;
}
std::vector<const Known*>& constants() {
  static std::vector<const Known*> c;
  return c;
}

const Known kKnown[] = {
#include "known.inc"
    {nullptr, 0, 0}};
const Constants known(kKnown);

}  // namespace

Source::Source(std::vector<Problem> (*make)(), bool held_out) { sources().push_back({make, held_out}); }
Constants::Constants(const Known* table) { constants().push_back(table); }

namespace {

struct Entry {
  Problem problem;
  std::vector<lab_param> params;
  lab_problem table;
};

class Registry {
 public:
  Registry() {
    static const char* groups[] = {"synthetic", "mixed", "noisy", "control"};
    std::vector<Problem> all;
    for (auto& [make, held_out] : sources())
      for (Problem& p : make()) {
        p.held_out = held_out;
        all.push_back(std::move(p));
      }
    for (const char* g : groups)
      for (bool held_out : {false, true})
        for (Problem& p : all)
          if (p.group == g && p.held_out == held_out) add(std::move(p));
  }
  std::deque<Entry> entries;
  std::map<std::string, Entry*> by_name;

 private:
  void add(Problem p) {
    entries.emplace_back();
    Entry& e = entries.back();
    e.problem = std::move(p);
    Problem& q = e.problem;
    for (Param& a : q.params) e.params.push_back({a.name.c_str(), a.kind, a.lo, a.hi, a.parent, a.when});
    double median = NAN;
    const std::string& key = q.known_as.empty() ? q.name : q.known_as;
    for (const Known* table : constants())
      for (const Known* k = table; k->name; ++k)
        if (key == k->name) {
          if (std::isnan(q.best)) q.best = k->best;
          median = k->median;
        }
    bool noisy = q.noise != Noise::none || q.repetition;
    e.table = {q.name.c_str(), q.group.c_str(), (int)e.params.size(), e.params.data(), q.best, median,
               q.held_out,     noisy,           q.max_fidelity};
    by_name[q.name] = &e;
  }
};

Registry& registry() {
  static Registry* r = new Registry;
  return *r;
}

}  // namespace
}  // namespace lab

using lab::registry;

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT int lab_count(void) { return (int)registry().entries.size(); }

EXPORT const lab_problem* lab_at(int index) {
  auto& e = registry().entries;
  return index >= 0 && index < (int)e.size() ? &e[index].table : nullptr;
}

EXPORT const lab_problem* lab_find(const char* name) {
  auto& m = registry().by_name;
  auto it = name ? m.find(name) : m.end();
  return it == m.end() ? nullptr : &it->second->table;
}

EXPORT double lab_eval(const lab_problem* problem, const double* x, uint64_t seed, double fidelity) {
  const lab::Problem& p = registry().by_name.at(problem->name)->problem;
  int d = (int)p.params.size();
  lab::Vec y(d);
  std::vector<bool> active(d);
  for (int i = 0; i < d; ++i) {
    const lab::Param& a = p.params[i];
    active[i] = a.parent < 0 || (active[a.parent] && a.when >> (int)y[a.parent] & 1);
    if (active[i] && std::isnan(x[i])) return NAN;
    double v = a.kind == LAB_FLOAT || a.kind == LAB_LOG_FLOAT ? x[i] : std::round(x[i]);
    y[i] = active[i] ? std::min(std::max(v, a.lo), a.hi) : a.lo;  // an inactive one has no influence at all
  }
  if (p.max_fidelity > 0 && (!(fidelity > 0) || fidelity > p.max_fidelity)) fidelity = p.max_fidelity;
  if (p.max_fidelity <= 0) fidelity = 0;
  double f = p.f(y.data(), fidelity);
  if (seed == 0 || (p.noise == lab::Noise::none && !p.repetition)) return f;
  uint64_t h = lab::mix(seed);  // the noise differs between points and between seeds
  for (int i = 0; i < d; ++i) {
    uint64_t bits;
    double v = y[i] + 0.0;
    std::memcpy(&bits, &v, sizeof bits);
    h = lab::mix(h ^ bits);
  }
  if (p.repetition) return p.repetition(y.data(), h);
  double n = lab::Rng(h).normal() * p.noise_scale;
  return p.noise == lab::Noise::additive ? f + n : f * (1.0 + n);
}

// Beyond problems.h, for the tools and checks only: the place of the optimum, where known in closed form (returns 1),
// and the name under which the constants are filed.
EXPORT int lab_optimum(const lab_problem* problem, double* x) {
  const lab::Problem& p = registry().by_name.at(problem->name)->problem;
  if (p.optimum.empty()) return 0;
  std::copy(p.optimum.begin(), p.optimum.end(), x);
  return 1;
}

EXPORT const char* lab_known_as(const lab_problem* problem) {
  const lab::Problem& p = registry().by_name.at(problem->name)->problem;
  return p.known_as.empty() ? p.name.c_str() : p.known_as.c_str();
}
