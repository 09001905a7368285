// Integers, logarithmic scales and categories together; and the noisy versions at the end.
#include <Eigen/Dense>
#include <array>
#include <memory>

#include "internal.h"

namespace lab {

// Every setting's best value depends on others: learning rate on optimizer and width; width on depth; depth on
// activation; dropout on width; decay on optimizer and dropout. All terms are 0 together at one place only, so the
// optimum is known: 0.05.
double Bowl::width_at(int d) const { return clamp(std::round(std::exp2(width0 - 0.3 * (d - 5))), 8, 1024); }
double Bowl::dropout_at(double width) const { return clamp(dropout0 + 0.06 * (std::log2(width) - width0), 0.03, 0.67); }
double Bowl::lr_at(int opt, double width, double more) const {
  return clamp(lr[opt] - 0.12 * (std::log2(width) - width0) + more, -4.8, -0.1);
}
double Bowl::decay_at(int opt, double dropout) const {
  return clamp(decay[opt] - 1.5 * (dropout - dropout0), -6.8, -1.1);
}

std::vector<Param> Bowl::params() const {
  return {log_real("learning_rate", 1e-5, 1),
          log_real("weight_decay", 1e-7, 1e-1),
          log_integer("width", 8, 1024),
          integer("depth", 1, 10),
          real("dropout", 0, 0.7),
          category("optimizer", 4),
          category("activation", 5)};
}

Vec Bowl::optimum(double more) const {
  int d = depth[best_activation];
  double width = width_at(d), dropout = dropout_at(width);
  return {std::pow(10, lr_at(best_optimizer, width, more)),
          std::pow(10, decay_at(best_optimizer, dropout)),
          width,
          (double)d,
          dropout,
          (double)best_optimizer,
          (double)best_activation};
}

double Bowl::terms(const double* x, double more) const {
  double rate = std::log10(x[0]), wd = std::log10(x[1]), width = x[2], dropout = x[4];
  int layers = (int)x[3], o = (int)x[5], a = (int)x[6];
  double s = pair[o][a];
  double e = (rate - lr_at(o, width, more)) / sens[o];
  s += e > 0 ? 1.2 * (1 - std::exp(-sq(2 * e))) : 0.8 * basin(0.8 * e);  // too large diverges, too small is slow
  s += 0.12 * basin((wd - decay_at(o, dropout)) / 1.2);
  s += 0.15 * basin((std::log2(width) - std::log2(width_at(layers))) / 1.5);
  s += 0.12 * basin((layers - depth[a]) / 2.5);
  s += 0.12 * basin((dropout - dropout_at(width)) / 0.2);
  return s;
}

Problem make_bowl(const std::string& name) {
  Rng rng(name);
  auto t = std::make_shared<Bowl>();
  int bo = t->best_optimizer = rng.below(4), ba = t->best_activation = rng.below(5);
  rng.next();  // once of use: without it the numbers that follow would change
  for (int o = 0; o < 4; ++o) {
    for (int a = 0; a < 5; ++a) t->pair[o][a] = o == bo && a == ba ? 0 : 0.02 + 0.3 * sq(rng.uniform());
    t->lr[o] = rng.uniform(-3.6, -0.9);
    t->sens[o] = rng.uniform(0.35, 0.9);
    t->decay[o] = rng.uniform(-6.0, -2.0);
    rng.next(), rng.next();  // as above
  }
  static const int depths[] = {2, 3, 4, 7, 8, 9};
  for (int& d : t->depth) d = depths[rng.below(6)];
  for (int k = 0; k < 5; ++k) rng.next();  // as above
  t->width0 = rng.uniform(5.2, 8.2);
  t->dropout0 = rng.uniform(0.12, 0.28);

  Problem p;
  p.name = name;
  p.group = "mixed";
  p.params = t->params();
  p.optimum = t->optimum();
  p.best = 0.05;
  p.f = [t](const double* x, double) { return 0.05 + 0.95 * (1 - std::exp(-t->terms(x))); };
  return p;
}

Problem with_noise(Problem p, Noise noise, double scale) {
  p.group = "noisy";
  p.noise = noise;
  p.noise_scale = scale;
  return p;
}

namespace {

double rosen2(double x, double y) { return 100 * sq(y - x * x) + sq(1 - x); }
double camel2(double x, double y) {
  return (4 - 2.1 * x * x + sq(x * x) / 3) * x * x + x * y + (4 * y * y - 4) * y * y;
}
double beale2(double x, double y) {
  return sq(1.5 - x + x * y) + sq(2.25 - x + x * y * y) + sq(2.625 - x + x * y * y * y);
}

}  // namespace

double plane_piece(int k, double a, double b) {
  switch (k) {
    case 0:
      return rosen2(a, b) / 300;
    case 1:
      return camel2(a, b) / 10;
    case 2:
      return beale2(a, b) / 50;
    case 3:
      return (a * a + 0.5 * b * b - 1.2 * std::cos(3 * a) * std::cos(4 * b)) / 12;
    default:
      return std::fabs(a + b - 0.4) / 6 + std::fabs(a - b) / 12;
  }
}

namespace {

// Two categories that choose which functions of the two reals are added up.
Problem func2c() {
  Problem p;
  p.name = "func2c";
  p.group = "mixed";
  Rng rng(p.name);
  p.params = {category("h0", 3), category("h1", 5)};
  std::array<double, 5> sx, sy;
  for (int k = 0; k < 5; ++k) sx[k] = rng.uniform(-0.5, 0.5), sy[k] = rng.uniform(-0.5, 0.5);
  for (int i = 0; i < 2; ++i) {
    double lo = std::round(rng.uniform(-2.4, -1.6) * 1000) / 1000;
    p.params.push_back(real("x" + std::to_string(i), lo, lo + 4));
  }
  p.f = [sx, sy](const double* x, double) {
    auto g = [&](int k) { return plane_piece(k, x[2] - sx[k], x[3] - sy[k]); };
    static const int order0[3] = {2, 0, 1}, order1[5] = {3, 1, 0, 4, 2};
    return g(order0[(int)x[0]]) + g(order1[(int)x[1]]);
  };
  return p;
}

// The first choice decides which of the others have any effect. The narrow network basin is the best of the three.
Problem conditional() {
  Problem p;
  p.name = "conditional9";
  p.group = "mixed";
  Rng rng(p.name);
  const int linear = 1, tree = 2, net = 4;
  p.params = {category("model", 3),
              when(0, linear, log_real("l2", 1e-6, 10)),
              when(0, linear | net, log_real("learning_rate", 1e-5, 1)),
              when(0, tree, integer("tree_depth", 1, 16)),
              when(0, tree, log_integer("min_leaf", 1, 200)),
              when(0, tree, real("subsample", 0.2, 1)),
              when(0, net, log_integer("width", 4, 512)),
              when(0, net, real("dropout", 0, 0.8)),
              when(0, net, category("activation", 4))};
  double l2 = rng.uniform(-4, -1), lin_lr = rng.uniform(-2.5, -1), leaf = rng.uniform(0.6, 1.6),
         sub = rng.uniform(0.65, 0.85);
  double lr = rng.uniform(-3.8, -2.6), drop = rng.uniform(0.2, 0.35);
  int depth = 5 + rng.below(3), act = rng.below(4), width = (int)std::round(std::exp2(rng.uniform(5.2, 7.5)));
  p.optimum = {2, 1e-3, std::pow(10, lr), 4, 20, 0.5, (double)width, drop, (double)act};
  p.best = 0.08;
  p.f = [=](const double* x, double) {
    double s, base;
    if (x[0] == 0) {
      base = 0.22;
      s = 0.10 * basin((std::log10(x[1]) - l2) / 2) + 0.15 * basin((std::log10(x[2]) - lin_lr) / 1.2);
    } else if (x[0] == 1) {
      base = 0.12;
      s = 0.25 * basin((x[3] - depth) / 4) + 0.12 * basin((std::log10(x[4]) - leaf) / 0.8) +
          0.08 * basin((x[5] - sub) / 0.25);
    } else {
      base = 0.08;
      double e = std::log10(x[2]) - lr;
      s = 0.7 * basin(e / (e > 0 ? 0.35 : 0.6)) + 0.2 * basin((std::log2(x[6]) - std::log2((double)width)) / 1.3) +
          0.15 * basin((x[7] - drop) / 0.2) + (x[8] == act ? 0 : 0.06);
    }
    return base + (1 - base) * (1 - std::exp(-s));
  };
  return p;
}

// Eight integers of different ranges, coupled, with false minima every third step.
Problem integer8() {
  Problem p;
  p.name = "integer8";
  p.group = "mixed";
  Rng rng(p.name);
  static const int lo[8] = {0, -30, 1, 5, -10, 0, 100, -7}, hi[8] = {20, 45, 64, 17, 10, 99, 140, 25};
  Eigen::MatrixXd g(8, 8);
  for (int j = 0; j < 8; ++j)
    for (int i = 0; i < 8; ++i) g(i, j) = rng.normal();
  Eigen::HouseholderQR<Eigen::MatrixXd> qr(g);
  Eigen::MatrixXd q = qr.householderQ();
  Eigen::VectorXd w(8);
  for (int i = 0; i < 8; ++i) w[i] = std::pow(10.0, 1.5 * i / 7);
  auto A = std::make_shared<Eigen::MatrixXd>(q * w.asDiagonal() * q.transpose());
  Vec opt, scale;
  for (int i = 0; i < 8; ++i) {
    p.params.push_back(integer("n" + std::to_string(i), lo[i], hi[i]));
    double t = rng.uniform(0.12, 0.4);
    opt.push_back(std::round(lo[i] + (hi[i] - lo[i]) * (rng.below(2) ? t : 1 - t)));
    scale.push_back(20.0 / (hi[i] - lo[i]));
  }
  p.optimum = opt;
  p.best = 0;
  p.f = [=](const double* x, double) {
    Eigen::VectorXd d(8);
    double ripple = 0;
    for (int i = 0; i < 8; ++i) {
      d[i] = (x[i] - opt[i]) * scale[i];
      ripple += 8 * (1 - std::cos(2 * kPi * (x[i] - opt[i]) / 3));
    }
    return d.dot(*A * d) + ripple;
  };
  return p;
}

Problem pressure_vessel() {
  Problem p;
  p.name = "pressure-vessel";
  p.group = "mixed";
  p.params = {integer("shell_sixteenths", 1, 40), integer("head_sixteenths", 1, 40), real("radius", 10, 120),
              real("length", 10, 240)};
  p.f = [](const double* x, double) {
    double s = x[0] / 16, h = x[1] / 16, r = x[2], l = x[3];
    double cost = 0.6224 * s * r * l + 1.7781 * h * r * r + 3.1661 * s * s * l + 19.84 * s * s * r;
    double volume = kPi * r * r * l + 4.0 / 3 * kPi * r * r * r;
    return cost + 3e4 * (excess(0.0193 * r / s - 1) + excess(0.00954 * r / h - 1) + excess(1296000 / volume - 1));
  };
  return p;
}

const Source mixed([]() -> std::vector<Problem> {
  return {make_bowl("nn-bowl7"), func2c(), conditional(), integer8(), pressure_vessel()};
});

const Source noisy([]() -> std::vector<Problem> {
  return {with_noise(place("noisy-levy4", levy(4)), Noise::additive, 2.0),
          with_noise(make_bowl("noisy-nn-bowl7"), Noise::multiplicative, 0.1)};
});

}  // namespace
}  // namespace lab
