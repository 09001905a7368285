// Shared between the problem sources; not part of the interface.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "problems.h"

namespace lab {

using Vec = std::vector<double>;
constexpr double kPi = 3.14159265358979323846;

inline uint64_t mix(uint64_t z) {  // splitmix64's finaliser
  z += 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

inline uint64_t hash_name(const std::string &s) {
  uint64_t h = 0x51A7E0ull;
  for (unsigned char c : s) h = mix(h ^ c);
  return h;
}

// A counter generator: the same numbers on every machine and library version.
class Rng {
 public:
  explicit Rng(uint64_t seed) : state_(mix(seed)) {}
  explicit Rng(const std::string &name) : Rng(hash_name(name)) {}
  uint64_t next() { return mix(state_++ * 0xD1342543DE82EF95ull + 0x2545F4914F6CDD1Dull); }
  double uniform() { return (double)(next() >> 11) * 0x1.0p-53; }
  double uniform(double lo, double hi) { return lo + (hi - lo) * uniform(); }
  int below(int n) { return (int)(uniform() * n); }
  double normal() {
    double u = 1.0 - uniform(), v = uniform();
    return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * kPi * v);
  }

 private:
  uint64_t state_;
};

// x in natural units, already clamped and rounded; fidelity 0 stands for full.
using Function = std::function<double(const double *x, double fidelity)>;

enum class Noise { none, additive, multiplicative };

struct Param {
  std::string name;
  int kind;
  double lo, hi;
  int parent = -1;   // see problems.h
  uint64_t when = 0;
};

struct Problem {
  std::string name, group;
  std::vector<Param> params;
  Function f;
  Vec optimum{};             // where it is known in closed form; else empty
  double best = NAN;         // its value; else looked up in known.inc
  Noise noise = Noise::none;
  double noise_scale = 0;
  double max_fidelity = 0;
  std::string known_as{};    // key in known.inc where it differs from name
  // Where the noise is that of repeated measurements: the value of the one that pick chooses.
  std::function<double(const double *x, uint64_t pick)> repetition{};
  bool held_out = false;
};

inline Param real(std::string n, double lo, double hi) { return {std::move(n), LAB_FLOAT, lo, hi}; }
inline Param log_real(std::string n, double lo, double hi) { return {std::move(n), LAB_LOG_FLOAT, lo, hi}; }
inline Param integer(std::string n, int lo, int hi) { return {std::move(n), LAB_INT, (double)lo, (double)hi}; }
inline Param log_integer(std::string n, int lo, int hi) { return {std::move(n), LAB_LOG_INT, (double)lo, (double)hi}; }
inline Param category(std::string n, int count) { return {std::move(n), LAB_CATEGORY, 0, (double)(count - 1)}; }
inline Param when(int parent, uint64_t categories, Param p) {  // active while the parent has one of these (bits)
  p.parent = parent;
  p.when = categories;
  return p;
}

inline double sq(double v) { return v * v; }
inline double clamp(double v, double lo, double hi) { return std::min(std::max(v, lo), hi); }
inline double basin(double v) { return v * v / (1 + v * v); }  // quadratic near 0, flat far away
// Excess over a limit, linear at first (steeper than the cost, so that breaking a limit never pays), bounded far out.
inline double excess(double v) { return v > 0 ? v / (1 + v / 20) : 0; }

// ---- the table of problems ------------------------------------------------------------------------------------------

// A source file adds its problems, and their constants, by static objects of these kinds.
struct Known {
  const char *name;
  double best, median;
};

struct Source {
  explicit Source(std::vector<Problem> (*make)(), bool held_out = false);
};

struct Constants {
  explicit Constants(const Known *table);  // ends with a null name
};

// ---- building blocks ------------------------------------------------------------------------------------------------
// The shift, rotation and tables of what is made from a name follow from that name alone.

// synthetic.cpp: a function and the box where it usually lives.
struct Base {
  int dim;
  double lo, hi;     // usual box, for every coordinate unless los/his are given
  Vec zopt;          // usual place of the optimum
  double fopt;       // NAN: zopt has few digits, refine it
  std::function<double(const double *z)> f;
  double spread = 0; // 0: the optimum is put anywhere in the box; else at most this fraction from its usual place
  Vec los{}, his{};
  double stretch = 0.15;  // widths vary by this fraction
};

Problem place(const std::string &name, const std::function<Base(Rng &)> &make);  // in a shifted box of its own
inline Problem place(const std::string &name, const Base &b) {
  return place(name, [b](Rng &) { return b; });
}
Base hartmann(const std::vector<Vec> &a, const std::vector<Vec> &p, Vec optimum);
Base ackley(int n);
Base levy(int n);
Base rosenbrock(int n);
Base ellipsoid(int n, Rng &rng);

// mixed.cpp: the validation error of a network that was never trained.
struct Bowl {
  double pair[4][5], lr[4], sens[4], decay[4], width0, dropout0;
  int depth[5];
  int best_optimizer, best_activation;
  double width_at(int depth) const;
  double dropout_at(double width) const;
  double lr_at(int optimizer, double width, double more = 0) const;
  double decay_at(int optimizer, double dropout) const;
  std::vector<Param> params() const;
  Vec optimum(double more = 0) const;
  double terms(const double *x, double more = 0) const;  // 0 at the optimum; more is what shifts the learning rate
};
Problem make_bowl(const std::string &name);
double plane_piece(int k, double a, double b);  // five functions of two reals
Problem with_noise(Problem p, Noise noise, double scale);

// control.cpp
struct Cart {
  double x, v, a, w;  // position, its speed, angle from upright, its speed
  void step(double force, double dt);
};
Problem make_pendulum(const std::string &name);

}  // namespace lab
