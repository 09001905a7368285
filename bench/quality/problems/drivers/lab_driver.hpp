// For a tuner written in C++: one run on one problem. Derive from lab::Sampler, then
//   int main(int argc, char **argv) { return lab::main(argc, argv, make); }
// where make(name, problem, seed, budget) returns the sampler, or nullptr where it has none of that name.
// Arguments: sampler problem budget seed. One JSON line is printed.
#ifndef LAB_DRIVER_HPP
#define LAB_DRIVER_HPP
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "../problems.h"

namespace lab {

struct Ask {
  std::vector<double> x;  // natural units
  double fidelity = 0;    // 0: full
};

class Sampler {
 public:
  virtual ~Sampler() = default;
  virtual Ask ask() = 0;
  virtual void tell(const Ask& asked, double value) = 0;
};

using Make = std::unique_ptr<Sampler> (*)(const std::string& name, const lab_problem* problem, uint64_t seed,
                                          int budget);

// The value at u in [0, 1] on the parameter's natural scale.
inline double from_unit(const lab_param& p, double u) {
  u = std::min(std::max(u, 0.0), 1.0);
  switch (p.kind) {
    case LAB_FLOAT:
      return p.lo + u * (p.hi - p.lo);
    case LAB_LOG_FLOAT:
      return std::min(std::max(p.lo * std::exp(u * std::log(p.hi / p.lo)), p.lo), p.hi);
    case LAB_LOG_INT:
      return std::min(std::floor(p.lo * std::exp(u * std::log((p.hi + 1) / p.lo)) + 1e-12), p.hi);
    default:
      return std::min(std::floor(p.lo + u * (p.hi - p.lo + 1)), p.hi);
  }
}

namespace detail {

inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline std::vector<double> check(const lab_problem* p, const std::vector<double>& x) {
  if ((int)x.size() != p->dim) throw std::runtime_error("wrong number of values");
  std::vector<double> out;
  for (int i = 0; i < p->dim; ++i) {
    const lab_param& a = p->params[i];
    double v = x[i], slack = 1e-9 * std::max(std::max(std::fabs(a.lo), std::fabs(a.hi)), a.hi - a.lo);
    bool whole = a.kind != LAB_FLOAT && a.kind != LAB_LOG_FLOAT;
    if (!(a.lo - slack <= v && v <= a.hi + slack) || (whole && std::fabs(v - std::round(v)) > 1e-6))
      throw std::runtime_error(std::string("value out of range: ") + a.name);
    out.push_back(std::min(std::max(whole ? std::round(v) : v, a.lo), a.hi));
  }
  return out;
}

inline void print_number(double v) {
  if (std::isfinite(v))
    std::printf("%.12g", v);
  else
    std::printf("null");
}

inline void print_list(const char* key, const std::vector<double>& v, const char* format = nullptr) {
  std::printf(", \"%s\": [", key);
  for (size_t i = 0; i < v.size(); ++i) {
    if (i) std::printf(", ");
    if (format)
      std::printf(format, v[i]);
    else
      print_number(v[i]);
  }
  std::printf("]");
}

inline double median(std::vector<double> v) {
  if (v.empty()) return NAN;
  std::sort(v.begin(), v.end());
  return 0.5 * (v[(v.size() - 1) / 2] + v[v.size() / 2]);
}

// What a run has seen, and what it has spent in full evaluations.
struct Track {
  const lab_problem* p;
  int budget;
  double spent = 0, best = NAN, best_true = NAN, best_fidelity = -1;
  std::vector<double> curve, truth, best_x;
  std::map<std::vector<double>, double> reached;
  double cost(const std::vector<double>& x, double fidelity) const {
    if (!(p->max_fidelity > 0)) return 1;
    auto it = reached.find(x);
    return std::max(0.0, fidelity - (it == reached.end() ? 0.0 : it->second)) / p->max_fidelity;
  }
  void fill(double until) {
    while (curve.size() + 1 < until - 1e-9 && (int)curve.size() < budget)
      curve.push_back(best), truth.push_back(best_true);
  }
  void add(const std::vector<double>& x, double fidelity, double value, double cost) {
    fill(spent + cost);
    spent += cost;
    if (p->max_fidelity > 0) {
      double& r = reached[x];
      r = std::max(r, fidelity);
    }
    if (std::isnan(value)) value = INFINITY;
    if (fidelity > best_fidelity || (fidelity == best_fidelity && value < best)) {
      best = value, best_x = x, best_fidelity = fidelity;
      best_true = !p->noisy && fidelity == p->max_fidelity ? value : lab_eval(p, x.data(), 0, 0);
    }
    fill(std::floor(spent + 1e-9) + 1);
  }
};

}  // namespace detail

inline int main(int argc, char** argv, Make make) {
  using namespace detail;
  if (argc != 5) return std::fprintf(stderr, "usage: %s sampler problem budget seed\n", argv[0]), 2;
  const lab_problem* p = lab_find(argv[2]);
  if (!p) return std::fprintf(stderr, "no problem %s\n", argv[2]), 2;
  const int budget = std::atoi(argv[3]);
  const uint64_t seed = std::strtoull(argv[4], nullptr, 10);
  Track track{p, budget, 0, NAN, NAN, -1, {}, {}, {}, {}};
  std::vector<double> suggest;
  std::string error;
  double start = now(), objective = 0;
  long trial = 0, most = (long)budget * std::max(1, (int)p->max_fidelity) * 4;
  try {
    std::unique_ptr<Sampler> tuner = make(argv[1], p, seed, budget);
    if (!tuner) return std::fprintf(stderr, "no sampler %s\n", argv[1]), 2;
    while (track.spent < budget - 1e-9 && trial < most) {
      ++trial;
      double t0 = now();
      Ask a = tuner->ask();
      double t1 = now();
      std::vector<double> x = check(p, a.x);
      double fidelity = a.fidelity > 0 ? a.fidelity : p->max_fidelity;
      if (fidelity > p->max_fidelity) throw std::runtime_error("fidelity out of range");
      double cost = track.cost(x, fidelity);
      if (track.spent + cost > budget + 1e-9) break;
      double t2 = now();
      double value = lab_eval(p, x.data(), (seed + 1) * 1000003 + trial, fidelity);
      objective += now() - t2;
      track.add(x, fidelity, value, cost);
      double t3 = now();
      tuner->tell(a, value);
      suggest.push_back(t1 - t0 + now() - t3);
    }
    if (!track.best_x.empty()) track.fill(budget + 1);
  } catch (const std::exception& e) {
    error = e.what();
    for (char& c : error)
      if (c == '"' || c == '\\' || (unsigned char)c < 32) c = ' ';
  }
  std::printf(
      "{\"problem\": \"%s\", \"group\": \"%s\", \"held_out\": %d, \"sampler\": \"%s\", \"seed\": %llu, \"budget\": %d, "
      "\"trials\": %ld",
      p->name, p->group, p->held_out, argv[1], (unsigned long long)seed, budget, trial);
  if (!error.empty()) std::printf(", \"error\": \"%s\"", error.c_str());
  print_list("curve", track.curve);
  if (p->noisy || p->max_fidelity > 0) print_list("incumbent", track.truth);
  print_list("best_x", track.best_x, "%.17g");
  std::vector<double> sorted = suggest, us = suggest;
  std::sort(sorted.begin(), sorted.end());
  double total = 0;
  for (double& s : us) total += s, s *= 1e6;
  std::printf(", \"suggest\": {\"median\": ");
  print_number(median(suggest));
  std::printf(", \"p95\": ");
  print_number(sorted.empty() ? NAN : sorted[std::min(sorted.size() - 1, (size_t)(0.95 * sorted.size()))]);
  std::printf(", \"total\": %.9g, \"at100\": ", total);
  print_number(suggest.size() >= 100 ? median({suggest.begin() + 90, suggest.begin() + 100}) : NAN);
  std::printf("}");
  print_list("suggest_us", us, "%.1f");
  std::printf(", \"objective\": %.6g, \"wall\": %.6g}\n", objective, now() - start);
  return 0;
}

}  // namespace lab
#endif
