#include "support.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <knobless/base/elementary.hpp>
#include <knobless/numeric/quasi_newton.hpp>
#include <knobless/random.hpp>
#include <limits>

using knobless::detail::descent_limits;
using knobless::detail::minimise_in_box;
using vector = Eigen::VectorXd;
using matrix = Eigen::MatrixXd;

namespace {

constexpr double huge = (std::numeric_limits<double>::max)();

vector uniform(knobless::random_stream& rng, Eigen::Index d) {
  vector x(d);
  for (double& v : x) v = rng.uniform();
  return x;
}

// f(x) = (x - centre)' a (x - centre) / 2 with eigenvalues of a up to `condition` times the smallest.
struct quadratic {
  matrix a;
  vector centre;

  quadratic(knobless::random_stream& rng, Eigen::Index d, double condition) : a(matrix::Zero(d, d)) {
    centre = uniform(rng, d);
    matrix axes(d, d);
    for (double& v : axes.reshaped()) v = rng.normal();
    for (Eigen::Index j = 0; j < d; ++j) {  // Gram and Schmidt
      for (Eigen::Index i = 0; i < j; ++i) axes.col(j) -= axes.col(i).dot(axes.col(j)) * axes.col(i);
      axes.col(j).normalize();
      const double share = d > 1 ? static_cast<double>(j) / static_cast<double>(d - 1) : 0.0;
      a += std::pow(condition, share) * axes.col(j) * axes.col(j).transpose();
    }
  }
  double operator()(const vector& x, vector& gradient) const {
    gradient = a * (x - centre);
    return 0.5 * gradient.dot(x - centre);
  }
};

double rosenbrock(const vector& x, vector& gradient) {
  const double t = x(1) - x(0) * x(0);
  gradient = vector{{-400.0 * t * x(0) - 2.0 * (1.0 - x(0)), 200.0 * t}};
  return 100.0 * t * t + (1.0 - x(0)) * (1.0 - x(0));
}

// The largest component of a gradient by which x could still move downhill.
double projected(const vector& x, const vector& gradient, const vector& lower, const vector& upper) {
  return (x - (x - gradient).cwiseMax(lower).cwiseMin(upper)).cwiseAbs().maxCoeff();
}

bool inside(const vector& x, const vector& lower, const vector& upper) {
  return (x.array() >= lower.array()).all() && (x.array() <= upper.array()).all();
}

// f, and a check at each call that it is asked within the box only.
template <class F>
struct watched {
  F f;
  vector lower, upper;
  int calls = 0;
  bool left = false;

  double operator()(const vector& x, vector& gradient) {
    ++calls;
    left = left || !inside(x, lower, upper);
    return f(x, gradient);
  }
};
template <class F>
watched(F, vector, vector) -> watched<F>;

}  // namespace

TEST_CASE("quasi_newton: finds the minimum of a convex quadratic inside the box") {
  for (const Eigen::Index d : {1, 2, 5, 20})
    for (const double condition : {1.0, 30.0, 1000.0})
      for (std::uint64_t seed = 0; seed < 5; ++seed) {
        knobless::random_stream rng(seed, static_cast<std::uint64_t>(d));
        const quadratic q(rng, d, condition);
        vector x = uniform(rng, d);
        const vector lower = vector::Constant(d, -9.0);
        const vector upper = vector::Constant(d, 9.0);
        CAPTURE(d);
        CAPTURE(condition);
        CAPTURE(seed);
        watched f{q, lower, upper};
        const double value = minimise_in_box(f, x, lower, upper, {2000, 1e-9, 0.0});
        // Measured: 13, 42 and 299 calls at most; wrong curvature costs two to four times as many in few dimensions.
        CHECK(f.calls < (d <= 2 ? 20 : d == 5 ? 55 : 500));
        CHECK(value < 1e-12);
        CHECK((x - q.centre).norm() < 1e-6);
      }
}

TEST_CASE("quasi_newton: with active bounds it ends where no component can go downhill") {
  // For a convex function that is the minimum in the box, and no other point is (Karush, Kuhn and Tucker).
  int active = 0;
  for (const Eigen::Index d : {1, 3, 10, 30})
    for (const double condition : {1.0, 100.0})
      for (std::uint64_t seed = 0; seed < 10; ++seed) {
        knobless::random_stream rng(seed, 100 + static_cast<std::uint64_t>(d));
        const quadratic q(rng, d, condition);
        // A box of a random place and size: the centre lies outside in some coordinates.
        const vector lower = uniform(rng, d);
        const vector upper = lower + 0.5 * uniform(rng, d);
        vector x = lower + (upper - lower).cwiseProduct(uniform(rng, d));
        watched f{q, lower, upper};
        const double value = minimise_in_box(f, x, lower, upper, {5000, 1e-8, 0.0});
        vector gradient;
        CAPTURE(d);
        CAPTURE(condition);
        CAPTURE(seed);
        CHECK(value == q(x, gradient));
        CHECK(projected(x, gradient, lower, upper) < 1e-6);
        CHECK_FALSE(f.left);
        for (Eigen::Index i = 0; i < d; ++i) active += x(i) == lower(i) || x(i) == upper(i);
      }
  CHECK(active > 100);
}

TEST_CASE("quasi_newton: separable quadratics end at the nearest point of the box, exactly at a bound") {
  const vector centre{{-2.0, 0.3, 5.0, 0.0, 1.0}};
  const vector weight{{1.0, 10.0, 0.1, 3.0, 100.0}};
  const vector lower = vector::Zero(5);
  const vector upper = vector::Ones(5);
  vector x = vector::Constant(5, 0.5);
  const auto f = [&](const vector& at, vector& gradient) {
    gradient = weight.cwiseProduct(at - centre);
    return 0.5 * gradient.dot(at - centre);
  };
  minimise_in_box(f, x, lower, upper, {200, 1e-10, 0.0});
  CHECK(x(0) == 0.0);
  CHECK(x(1) == doctest::Approx(0.3).epsilon(1e-8));
  CHECK(x(2) == 1.0);
  CHECK(std::abs(x(3)) < 1e-8);
  CHECK(x(4) == doctest::Approx(1.0).epsilon(1e-8));
}

TEST_CASE("quasi_newton: follows Rosenbrock's valley from many starts, also along a bound") {
  const vector lower{{-2.0, -2.0}};
  const vector upper{{2.0, 3.0}};
  int most = 0;
  for (double a = -2.0; a <= 2.0; a += 0.5)
    for (double b = -2.0; b <= 3.0; b += 0.5) {
      vector x{{a, b}};
      watched f{rosenbrock, lower, upper};
      const double value = minimise_in_box(f, x, lower, upper, {500, 1e-8, 0.0});
      CAPTURE(a);
      CAPTURE(b);
      CHECK(value < 1e-10);
      CHECK_FALSE(f.left);
      most = (std::max)(most, f.calls);
    }
  // The textbook's count for this function is 20 to 50 iterations; steepest descent would need thousands.
  CHECK(most < 150);
  // With x <= 0.5 the minimum lies on that bound, at y = 0.25.
  vector x{{-1.2, 1.0}};
  const double value = minimise_in_box(rosenbrock, x, lower, vector{{0.5, 3.0}}, {500, 1e-8, 0.0});
  CHECK(x(0) == 0.5);
  CHECK(x(1) == doctest::Approx(0.25).epsilon(1e-5));
  CHECK(value == doctest::Approx(0.25).epsilon(1e-8));
}

TEST_CASE("quasi_newton: a start outside the box begins at the nearest point of it") {
  const auto f = [](const vector& x, vector& gradient) {
    gradient = 2.0 * (x.array() - 0.25).matrix();
    return (x.array() - 0.25).square().sum();
  };
  const vector lower = vector::Zero(3);
  const vector upper = vector::Ones(3);
  for (const double from : {-1e9, -3.0, 7.0, 1e300}) {
    vector x = vector::Constant(3, from);
    watched w{f, lower, upper};
    CHECK(minimise_in_box(w, x, lower, upper) < 1e-8);
    CHECK_FALSE(w.left);
    CHECK((x.array() - 0.25).abs().maxCoeff() < 1e-4);
  }
}

TEST_CASE("quasi_newton: a box without width in some or all coordinates") {
  knobless::random_stream rng(3);
  const quadratic q(rng, 4, 10.0);
  const vector lower{{0.2, -5.0, 0.7, -5.0}};
  const vector upper{{0.2, 5.0, 0.7, 5.0}};
  vector x = vector::Zero(4);
  minimise_in_box(q, x, lower, upper, {500, 1e-9, 0.0});
  CHECK(x(0) == 0.2);
  CHECK(x(2) == 0.7);
  vector gradient;
  (void)q(x, gradient);
  CHECK(std::abs(gradient(1)) < 1e-6);
  CHECK(std::abs(gradient(3)) < 1e-6);

  vector point = vector::Zero(4);
  const double value = minimise_in_box(q, point, lower, lower);
  CHECK(point == lower);
  CHECK(value == q(lower, gradient));
}

TEST_CASE("quasi_newton: goes round parts of the box where the function is huge, infinite or no number") {
  if (test::fast_math) return;  // there nobody may compare with NaN
  // A bowl whose far side is missing; steps from the start overshoot into it.
  for (const double gone : {huge, test::infinity, -test::infinity, test::nan}) {
    int met = 0;
    const auto f = [&](const vector& x, vector& gradient) {
      if (x(0) > 0.7) {
        ++met;
        gradient.setConstant(2, knobless::elementary::is_nan(gone) ? gone : 0.0);
        return gone;
      }
      const double wall = 0.75 - x(0);
      gradient = vector{{-1.0 + 1e-2 / (wall * wall), 40.0 * (x(1) - 0.4)}};
      return -x(0) + 1e-2 / wall + 20.0 * (x(1) - 0.4) * (x(1) - 0.4);
    };
    vector x{{0.1, 0.9}};
    const vector lower = vector::Zero(2);
    const vector upper = vector::Constant(2, 3.0);
    const double value = minimise_in_box(f, x, lower, upper, {200, 1e-8, 0.0});
    CAPTURE(gone);
    CHECK(met > 0);
    CHECK(x(0) == doctest::Approx(0.65).epsilon(1e-4));  // wall^2 = 0.01
    CHECK(x(1) == doctest::Approx(0.4).epsilon(1e-4));
    CHECK(value == doctest::Approx(-0.55).epsilon(1e-6));
  }
}

TEST_CASE("quasi_newton: where the function is nowhere a number it comes back from where it began") {
  if (test::fast_math) return;
  for (const double gone : {huge, test::infinity, test::nan}) {
    int calls = 0;
    const auto f = [&](const vector&, vector& gradient) {
      ++calls;
      gradient.setConstant(2, gone);
      return gone;
    };
    vector x{{0.25, 0.5}};
    (void)minimise_in_box(f, x, vector::Zero(2), vector::Ones(2));
    CHECK(x == vector{{0.25, 0.5}});
    CHECK(calls < 100);
  }
}

TEST_CASE("quasi_newton: each iteration descends, the result is the best of all calls that count, limits are kept") {
  for (const int most : {0, 1, 2, 7, 25}) {
    const vector lower = vector::Constant(2, -2.0);
    const vector upper = vector::Constant(2, 2.0);
    watched f{rosenbrock, lower, upper};
    vector x{{-1.2, 1.0}};
    const double value = minimise_in_box(f, x, lower, upper, {most, 0.0, 0.0});
    vector gradient;
    CHECK(value == rosenbrock(x, gradient));
    CHECK(f.calls <= 1 + 12 * most);
    if (most == 0) CHECK(f.calls == 1);
    if (most > 0) CHECK(value < 24.2);
  }
  double last = huge;
  for (int most = 0; most < 30; ++most) {
    vector x{{-1.2, 1.0}};
    const double value =
        minimise_in_box(rosenbrock, x, vector::Constant(2, -2.0), vector::Constant(2, 2.0), {most, 0.0, 0.0});
    CHECK(value <= last);
    last = value;
  }
}

TEST_CASE("quasi_newton: stops early where the gradient is small or an iteration gains little") {
  const vector lower = vector::Constant(2, -2.0);
  const vector upper = vector::Constant(2, 2.0);
  const auto calls = [&](const descent_limits& limits) {
    watched f{rosenbrock, lower, upper};
    vector x{{-1.2, 1.0}};
    (void)minimise_in_box(f, x, lower, upper, limits);
    return f.calls;
  };
  const int all = calls({500, 1e-9, 0.0});
  CHECK(calls({500, 1e-1, 0.0}) < all);
  CHECK(calls({500, 1e-9, 1e-1}) < all);
  CHECK(calls({500, 1e9, 0.0}) == 1);
}

TEST_CASE("quasi_newton: flat functions, and saddle points from beside them") {
  vector x{{0.3, 0.3}};
  const auto flat = [](const vector& at, vector& gradient) {
    gradient.setZero(at.size());
    return 5.0;
  };
  CHECK(minimise_in_box(flat, x, vector::Zero(2), vector::Ones(2)) == 5.0);
  CHECK(x == vector{{0.3, 0.3}});
  const auto saddle = [](const vector& at, vector& gradient) {
    gradient = vector{{2.0 * at(0), -2.0 * at(1)}};
    return at(0) * at(0) - at(1) * at(1);
  };
  vector y{{0.5, 1e-3}};
  CHECK(minimise_in_box(saddle, y, vector::Constant(2, -1.0), vector::Constant(2, 1.0)) == doctest::Approx(-1.0));
}
