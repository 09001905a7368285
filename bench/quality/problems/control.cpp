// Small simulated machines; the parameters are those of a controller or of a plan. Costs are means over a few fixed
// starts. Integration is semi-implicit Euler with a fixed step, so that every machine gives the same numbers.
#include <array>
#include <memory>

#include "internal.h"

namespace lab {

void Cart::step(double force, double dt) {
  const double g = 9.8, mp = 0.12, total = 1.12, half = 0.5;
  double s = std::sin(a), c = std::cos(a);
  double t = (force + mp * half * w * w * s - 0.1 * v) / total;
  double wa = (g * s - c * t) / (half * (4.0 / 3 - mp * c * c / total)) - 0.05 * w;
  v += dt * (t - mp * half * wa * c / total);
  w += dt * wa;
  x += dt * v;
  a += dt * w;
}

namespace {

// Keep the pole up under a steady side wind, through an actuator that lags.
Problem cartpole_balance() {
  Problem p;
  p.name = "cartpole-balance4";
  p.group = "control";
  p.params = {real("k_x", -40, 60), real("k_v", 0, 90), real("k_angle", -150, 220), real("k_spin", -10, 120)};
  p.f = [](const double* k, double) {
    static const Cart starts[5] = {
        {0.6, 0, 0.05, 0}, {-0.8, 0.3, 0, 0.4}, {0, 0, 0.2, 0}, {0.2, -0.5, -0.15, 0.2}, {1.0, 0, -0.05, -0.3}};
    const double dt = 0.02;
    const int steps = 300;
    double cost = 0;
    for (Cart s : starts) {
      double force = 0;
      for (int i = 0; i < steps; ++i) {
        double want = clamp(k[0] * s.x + k[1] * s.v + k[2] * s.a + k[3] * s.w, -12, 12);
        force += dt / 0.05 * (want - force);
        s.step(force + 0.4, dt);
        if (std::fabs(s.a) > 0.9 || std::fabs(s.x) > 2.4) {
          cost += 1.0 * (steps - i);
          break;
        }
        cost += 0.9 * (1 - std::exp(-(sq(s.x / 0.6) + sq(s.a / 0.15)))) + 0.1 * sq(force / 12);
      }
    }
    return cost / (5 * steps);
  };
  return p;
}

// Planar arm with two links under gravity, driven by PD control along a smooth curve through five knots per joint:
// pass a point at 0.9 s, stop at another at 1.5 s, keep clear of a disc, spend little.
Problem arm() {
  Problem p;
  p.name = "arm12";
  p.group = "control";
  for (int j = 0; j < 2; ++j)
    for (int i = 1; i <= 5; ++i)
      p.params.push_back(real("q" + std::to_string(j) + "_" + std::to_string(i), j ? -3.1 : -2.4, j ? 3.4 : 2.7));
  p.params.push_back(log_real("kp", 5, 500));
  p.params.push_back(log_real("kd", 0.3, 30));
  p.f = [](const double* k, double) {
    const double l1 = 1.0, l2 = 0.8, m1 = 1.2, m2 = 0.9, g = 9.8, dt = 0.0025;
    const double i1 = m1 * l1 * l1 / 3, i2 = m2 * l2 * l2 / 3, c2 = m2 * l1 * l2 / 2;
    const int steps = 600, via_step = 360;
    double q[2] = {-1.3, 0.4}, w[2] = {0, 0};
    auto knot = [&](int j, int i) {
      static const double q0[2] = {-1.3, 0.4};
      return i <= 0 ? q0[j] : k[5 * j + std::min(i, 5) - 1];
    };
    double effort = 0, touch = 0, via = 0, tx = 0, ty = 0;
    for (int n = 1; n <= steps; ++n) {
      double u = 5.0 * n / steps;
      int s = std::min((int)u, 4);
      double f = u - s, tau[2];
      for (int j = 0; j < 2; ++j) {  // Catmull-Rom
        double a = knot(j, s - 1), b = knot(j, s), c = knot(j, s + 1), d = knot(j, s + 2);
        double ref = b + 0.5 * f * (c - a + f * (2 * a - 5 * b + 4 * c - d + f * (3 * (b - c) + d - a)));
        tau[j] = clamp(k[10] * (ref - q[j]) - k[11] * w[j], j ? -25 : -50, j ? 25 : 50);
        effort += sq(tau[j] / 40) / steps;
      }
      double co = std::cos(q[1]), si = std::sin(q[1]);
      double m11 = i1 + i2 + m2 * l1 * l1 + 2 * c2 * co, m12 = i2 + c2 * co, m22 = i2;
      double r1 = tau[0] + c2 * si * (2 * w[0] * w[1] + w[1] * w[1]) -
                  g * ((m1 / 2 + m2) * l1 * std::cos(q[0]) + m2 * l2 / 2 * std::cos(q[0] + q[1])) - 0.4 * w[0];
      double r2 = tau[1] - c2 * si * w[0] * w[0] - g * m2 * l2 / 2 * std::cos(q[0] + q[1]) - 0.3 * w[1];
      double det = m11 * m22 - m12 * m12;
      w[0] = clamp(w[0] + dt * (m22 * r1 - m12 * r2) / det, -40, 40);
      w[1] = clamp(w[1] + dt * (m11 * r2 - m12 * r1) / det, -40, 40);
      q[0] += dt * w[0];
      q[1] += dt * w[1];
      tx = l1 * std::cos(q[0]) + l2 * std::cos(q[0] + q[1]);
      ty = l1 * std::sin(q[0]) + l2 * std::sin(q[0] + q[1]);
      double clear = std::sqrt(sq(tx - 1.15) + sq(ty + 0.15)) - 0.35;
      if (clear < 0) touch += -clear / 0.35 / steps;
      if (n == via_step) via = std::sqrt(sq(tx - 0.35) + sq(ty - 0.75));
    }
    double end = std::sqrt(sq(tx - 1.05) + sq(ty - 0.95)), speed = std::sqrt(w[0] * w[0] + w[1] * w[1]);
    return via + 2 * end + 0.15 * speed + 10 * touch + 0.5 * effort;
  };
  return p;
}

// A path across rough ground: ten control points of a cubic B-spline between fixed ends.
Problem rover() {
  Problem p;
  p.name = "rover20";
  p.group = "control";
  for (int i = 0; i < 10; ++i)
    for (const char* a : {"x", "y"}) p.params.push_back(real(a + std::to_string(i), -0.05, 1.1));
  struct Rock {
    double x, y, r, height;
  };
  auto rocks = std::make_shared<std::vector<Rock>>();
  Rng rng(p.name);
  while (rocks->size() < 16) {
    Rock r{rng.uniform(0.05, 0.95), rng.uniform(0.05, 0.95), rng.uniform(0.05, 0.12), rng.uniform(4, 20)};
    if (std::hypot(r.x - 0.08, r.y - 0.1) > 0.2 && std::hypot(r.x - 0.93, r.y - 0.88) > 0.2) rocks->push_back(r);
  }
  p.f = [rocks](const double* k, double) {
    auto point = [&](int i, int axis) {
      if (i < 1) return axis ? 0.1 : 0.08;
      if (i > 10) return axis ? 0.88 : 0.93;
      return k[2 * (i - 1) + axis];
    };
    const int pieces = 13, per = 10;
    double cost = 0, px = 0.08, py = 0.1;
    for (int s = 0; s < pieces; ++s)
      for (int m = 1; m <= per; ++m) {
        double u = (double)m / per, v[2];
        double b0 = (1 - u) * (1 - u) * (1 - u) / 6, b1 = (3 * u * u * u - 6 * u * u + 4) / 6,
               b2 = (-3 * u * u * u + 3 * u * u + 3 * u + 1) / 6, b3 = u * u * u / 6;
        for (int a = 0; a < 2; ++a)
          v[a] = b0 * point(s - 1, a) + b1 * point(s, a) + b2 * point(s + 1, a) + b3 * point(s + 2, a);
        double ground = 1;
        for (const Rock& r : *rocks) {
          double q = (sq(v[0] - r.x) + sq(v[1] - r.y)) / (r.r * r.r);
          if (q < 9) ground += r.height * std::exp(-0.5 * q * q);
        }
        cost += ground * std::hypot(v[0] - px, v[1] - py);
        px = v[0], py = v[1];
      }
    return cost;
  };
  return p;
}

}  // namespace

// PID on an inverted pendulum with a late, filtered measurement, a limited motor and two pushes.
Problem make_pendulum(const std::string& name) {
  Problem p;
  p.name = name;
  p.group = "control";
  p.params = {log_real("kp", 0.3, 3000), log_real("ki", 0.003, 1000), log_real("kd", 0.03, 300)};
  Rng rng(name);
  double mass = rng.uniform(0.8, 1.4), length = rng.uniform(0.5, 0.8);
  p.f = [mass, length](const double* k, double) {
    const double dt = 0.005, g = 9.8;
    const int steps = 800, late = 6;
    double inertia = mass * length * length, cost = 0;
    static const double starts[3] = {0.25, -0.1, 0.02};
    for (int e = 0; e < 3; ++e) {
      double a = starts[e], w = 0, sum = 0, seen = a, rate = 0;
      std::array<double, late> buffer;
      buffer.fill(a);
      for (int n = 0; n < steps; ++n) {
        double measured = buffer[n % late];
        buffer[n % late] = a;
        double next = seen + dt / 0.01 * (measured - seen);
        rate += dt / 0.015 * ((next - seen) / dt - rate);
        seen = next;
        double want = k[0] * seen + k[1] * sum + k[2] * rate, torque = clamp(want, -14, 14);
        if (std::fabs(want) < 14) sum += dt * seen;
        double push = n * dt > 1 ? (e == 1 ? -2.0 : 1.2) : 0;
        if (n * dt > 2.5 && n * dt < 2.6) push += 6;
        w += dt * (g / length * std::sin(a) + (push - torque - 0.05 * w) / inertia);
        a += dt * w;
        if (std::fabs(a) > 1.2) {
          cost += 1.0 * (steps - n);
          break;
        }
        cost += 0.85 * (1 - std::exp(-std::fabs(a) / 0.1)) + 0.15 * sq(torque / 14);
      }
    }
    return cost / (3 * steps);
  };
  return p;
}

static const Source source([]() -> std::vector<Problem> {
  return {cartpole_balance(), make_pendulum("pendulum-pid"), arm(), rover()};
});

}  // namespace lab
