// Classic continuous test functions. Each lives in a box of its own: origin, width and the place of the optimum are
// drawn per coordinate from the problem's name, so neither the centre nor zero nor the diagonal is of any help.
#include <Eigen/Dense>
#include <algorithm>
#include <memory>

#include "internal.h"

namespace lab {
namespace {

// The box around the shifted function.
struct Shift {
  Vec lo, width, xopt;
};

Shift draw_shift(const Base& b, Rng& rng) {
  Shift s;
  for (int i = 0; i < b.dim; ++i) {
    double lo = b.los.empty() ? b.lo : b.los[i], hi = b.his.empty() ? b.hi : b.his[i];
    double w = hi - lo;
    double usual = (b.zopt[i] - lo) / w, t;
    do {
      t = b.spread > 0 ? usual + rng.uniform(-b.spread, b.spread) : rng.uniform(0.1, 0.9);
    } while (std::fabs(t - 0.5) < 0.07 || t < 0.05 || t > 0.95);
    double digits = std::pow(10.0, std::ceil(3 - std::log10(w)));
    double width =
        std::round(w * rng.uniform(1 - b.stretch, 1 + (b.spread > 0 || b.stretch < 0.1 ? 0 : b.stretch)) * digits) /
        digits;
    double low = std::round((lo + w * rng.uniform(-0.35, 0.35)) * digits) / digits;
    s.lo.push_back(low);
    s.width.push_back(width);
    s.xopt.push_back(low + t * width);
  }
  return s;
}

Eigen::MatrixXd random_rotation(int n, Rng& rng) {
  Eigen::MatrixXd g(n, n);
  for (int j = 0; j < n; ++j)
    for (int i = 0; i < n; ++i) g(i, j) = rng.normal();
  for (int j = 0; j < n; ++j) {  // Gram-Schmidt, twice for accuracy
    for (int pass = 0; pass < 2; ++pass)
      for (int k = 0; k < j; ++k) g.col(j) -= g.col(k).dot(g.col(j)) * g.col(k);
    g.col(j).normalize();
  }
  return g;
}

Base branin() {
  return {2,
          0,
          0,
          {kPi, 2.275},
          10 / (8 * kPi),
          [](const double* z) {
            return sq(z[1] - 5.1 / (4 * kPi * kPi) * z[0] * z[0] + 5 / kPi * z[0] - 6) +
                   10 * (1 - 1 / (8 * kPi)) * std::cos(z[0]) + 10;
          },
          0.12,
          {-5, 0},
          {10, 15}};
}

Base rastrigin(int n) {
  return {n, -5.12, 5.12, Vec(n, 0.0), 0, [n](const double* z) {
            double sum = 10 * n;
            for (int i = 0; i < n; ++i) sum += z[i] * z[i] - 10 * std::cos(2 * kPi * z[i]);
            return sum;
          }};
}

Base styblinski(int n) {
  return {n,
          -5,
          5,
          Vec(n, -2.903534027771177),
          -39.16616570377142 * n,
          [n](const double* z) {
            double sum = 0;
            for (int i = 0; i < n; ++i) sum += ((z[i] * z[i] - 16) * z[i] + 5) * z[i] / 2;
            return sum;
          },
          0.14};
}

Base schwefel(int n) {
  auto term = [](double z) {
    double c = std::min(std::max(z, -500.0), 500.0);
    return 418.98288727243369 - c * std::sin(std::sqrt(std::fabs(c))) + 0.02 * sq(z - c) + 2 * std::fabs(z - c);
  };
  return {n,
          -500,
          500,
          Vec(n, 420.96874635998),
          0,
          [n, term](const double* z) {
            double sum = 0;
            for (int i = 0; i < n; ++i) sum += term(z[i]);
            return sum;
          },
          0.12};
}

Base irrelevant_sphere(Rng& rng) {
  std::vector<int> order(10);
  for (int i = 0; i < 10; ++i) order[i] = i;
  for (int i = 9; i > 0; --i) std::swap(order[i], order[rng.below(i + 1)]);
  return {10, -5, 5, Vec(10, 0.0), 0, [order](const double* z) {
            double sum = 0;
            for (int i = 0; i < 5; ++i) sum += sq(z[order[i]]);
            return sum;
          }};
}

Base step_ellipsoid(int n, Rng& rng) {
  auto R = std::make_shared<Eigen::MatrixXd>(random_rotation(n, rng));
  auto Q = std::make_shared<Eigen::MatrixXd>(random_rotation(n, rng));
  return {n, -5, 5, Vec(n, 0.0), 0, [n, R, Q](const double* z) {
            Eigen::VectorXd y = *R * Eigen::Map<const Eigen::VectorXd>(z, n);
            for (int i = 0; i < n; ++i) y[i] *= std::pow(10.0, 0.5 * i / (n - 1));
            double first = std::fabs(y[0]);
            for (int i = 0; i < n; ++i)
              y[i] = std::fabs(y[i]) > 0.5 ? std::floor(0.5 + y[i]) : std::floor(0.5 + 10 * y[i]) / 10;
            Eigen::VectorXd w = *Q * y;
            double sum = 0;
            for (int i = 0; i < n; ++i) sum += std::pow(10.0, 2.0 * i / (n - 1)) * w[i] * w[i];
            return 0.1 * std::max(first / 1e4, sum);
          }};
}

// Some published optima have few digits: refine by a shrinking pattern search in long steps of
// coordinate parabolas (smooth, unimodal near the optimum).
void refine(Base& b) {
  double h = 1e-5;
  for (int round = 0; round < 40; ++round)
    for (int i = 0; i < b.dim; ++i) {
      Vec z = b.zopt;
      double f0 = b.f(z.data());
      z[i] += h;
      double fp = b.f(z.data());
      z[i] -= 2 * h;
      double fm = b.f(z.data());
      double curve = fp - 2 * f0 + fm;
      if (!(curve > 0)) continue;
      z[i] = b.zopt[i] - 0.5 * h * (fp - fm) / curve;
      if (b.f(z.data()) <= f0) b.zopt = z;
    }
  b.fopt = b.f(b.zopt.data());
}

}  // namespace

// Sums of four Gaussian bumps; p in 1e-4.
Base hartmann(const std::vector<Vec>& a, const std::vector<Vec>& p, Vec optimum) {
  const int n = (int)optimum.size();
  auto f = [n, a, p](const double* z) {
    static const double alpha[4] = {1.0, 1.2, 3.0, 3.2};
    double sum = 0;
    for (int i = 0; i < 4; ++i) {
      double e = 0;
      for (int j = 0; j < n; ++j) e += a[i][j] * sq(z[j] - 1e-4 * p[i][j]);
      sum += alpha[i] * std::exp(-e);
    }
    return -sum;
  };
  return {n, 0, 1, std::move(optimum), NAN, f, 0.15};
}

Base ackley(int n) {
  return {n, -20, 20, Vec(n, 0.0), 0, [n](const double* z) {
            double s = 0, c = 0;
            for (int i = 0; i < n; ++i) s += z[i] * z[i], c += std::cos(2 * kPi * z[i]);
            return -20 * std::exp(-0.2 * std::sqrt(s / n)) - std::exp(c / n) + 20 + std::exp(1.0);
          }};
}

Base levy(int n) {
  return {n, -10, 10, Vec(n, 1.0), 0, [n](const double* z) {
            auto w = [&](int i) { return 1 + (z[i] - 1) / 4; };
            double sum = sq(std::sin(kPi * w(0)));
            for (int i = 0; i + 1 < n; ++i) sum += sq(w(i) - 1) * (1 + 10 * sq(std::sin(kPi * w(i) + 1)));
            return sum + sq(w(n - 1) - 1) * (1 + sq(std::sin(2 * kPi * w(n - 1))));
          }};
}

Base rosenbrock(int n) {
  return {n, -2.048, 2.048, Vec(n, 1.0), 0, [n](const double* z) {
            double sum = 0;
            for (int i = 0; i + 1 < n; ++i) sum += 100 * sq(z[i + 1] - z[i] * z[i]) + sq(1 - z[i]);
            return sum;
          }};
}

Base ellipsoid(int n, Rng& rng) {
  auto R = std::make_shared<Eigen::MatrixXd>(random_rotation(n, rng));
  return {n, -5, 5, Vec(n, 0.0), 0, [n, R](const double* z) {
            Eigen::VectorXd y = *R * Eigen::Map<const Eigen::VectorXd>(z, n);
            double sum = 0;
            for (int i = 0; i < n; ++i) sum += std::pow(10.0, 4.0 * i / (n - 1)) * y[i] * y[i];
            return sum;
          }};
}

Problem place(const std::string& name, const std::function<Base(Rng&)>& make) {
  Rng rng(name);
  Base b = make(rng);
  if (std::isnan(b.fopt)) refine(b);
  auto s = std::make_shared<Shift>(draw_shift(b, rng));
  Problem p;
  p.name = name;
  p.group = "synthetic";
  for (int i = 0; i < b.dim; ++i) p.params.push_back(real("x" + std::to_string(i), s->lo[i], s->lo[i] + s->width[i]));
  p.optimum = s->xopt;
  p.best = b.fopt;
  p.f = [s, b](const double* x, double) {
    Vec z(b.dim);
    for (int i = 0; i < b.dim; ++i) z[i] = x[i] - s->xopt[i] + b.zopt[i];
    return b.f(z.data());
  };
  return p;
}

static const Source source([]() -> std::vector<Problem> {
  return {place("branin", branin()),
          place("hartmann3", hartmann({{3, 10, 30}, {0.1, 10, 35}, {3, 10, 30}, {0.1, 10, 35}},
                                      {{3689, 1170, 2673}, {4699, 4387, 7470}, {1091, 8732, 5547}, {381, 5743, 8828}},
                                      {0.114588895, 0.555648848, 0.852546982})),
          place("ackley5", ackley(5)),
          place("levy4", levy(4)),
          place("rosenbrock4", rosenbrock(4)),
          place("rastrigin5", rastrigin(5)),
          place("styblinski-tang5", styblinski(5)),
          place("schwefel5", schwefel(5)),
          place("ellipsoid-rot10", [](Rng& rng) { return ellipsoid(10, rng); }),
          place("ellipsoid-rot40", [](Rng& rng) { return ellipsoid(40, rng); }),
          place("sphere10-irrelevant5", irrelevant_sphere),
          place("step-ellipsoid6", [](Rng& rng) { return step_ellipsoid(6, rng); })};
});

}  // namespace lab
