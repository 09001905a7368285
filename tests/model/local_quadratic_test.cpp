#include "support.hpp"

#include <Eigen/Core>
#include <knobless/model/local_quadratic.hpp>
#include <knobless/random.hpp>

using knobless::detail::local_quadratic;

namespace {

struct sample {
  Eigen::MatrixXd points;
  Eigen::VectorXd changes;
};

template <class F>
sample draw(Eigen::Index d, Eigen::Index n, double reach, std::uint64_t seed, F&& f) {
  knobless::random_stream rng(seed, 0);
  sample s{Eigen::MatrixXd(d, n), Eigen::VectorXd(n)};
  for (Eigen::Index j = 0; j < n; ++j) {
    for (Eigen::Index i = 0; i < d; ++i) s.points(i, j) = reach * (2.0 * rng.uniform() - 1.0);
    s.changes(j) = f(Eigen::VectorXd(s.points.col(j)));
  }
  return s;
}

// Not separable, with a minimum of -1.5 (d = 2: H = [4 1; 1 2], g = (-3, -2.5)) inside the box.
double bowl(const Eigen::VectorXd& z) {
  return -3.0 * z(0) - 2.5 * z(1) + 2.0 * z(0) * z(0) + z(0) * z(1) + z(1) * z(1);
}

Eigen::VectorXd box(Eigen::Index d, double at) { return Eigen::VectorXd::Constant(d, at); }

}  // namespace

TEST_CASE("a quadratic function is found from as many values as it has coefficients, and its minimum") {
  const sample s = draw(2, 6, 1.0, 1, bowl);
  local_quadratic model;
  model.fit(s.points, s.changes);
  const sample other = draw(2, 20, 1.0, 2, bowl);
  for (Eigen::Index j = 0; j < 20; ++j)
    CHECK(model(other.points.col(j)) == doctest::Approx(other.changes(j)).epsilon(0.01));
  Eigen::VectorXd z;
  // H z = -g at (0.5, 1).
  CHECK(model.minimum(box(2, -2.0), box(2, 2.0), z) == doctest::Approx(-2.0).epsilon(0.01));
  CHECK(z(0) == doctest::Approx(0.5).epsilon(0.02));
  CHECK(z(1) == doctest::Approx(1.0).epsilon(0.02));
}

TEST_CASE("the minimum keeps to the box, and is never above the value at the origin") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    // Any values: bowls, saddles, hills.
    knobless::random_stream rng(seed, 1);
    const sample s = draw(4, 12, 1.5, seed, [&](const Eigen::VectorXd&) { return rng.normal(); });
    local_quadratic model;
    model.fit(s.points, s.changes);
    Eigen::VectorXd z;
    const double least = model.minimum(box(4, -0.5), box(4, 1.0), z);
    CHECK(least <= 0.0);
    CHECK(least == doctest::Approx(model(z)));
    CHECK(z.minCoeff() >= -0.5);
    CHECK(z.maxCoeff() <= 1.0);
  }
}

TEST_CASE("fewer values than coefficients: it passes through them all the same") {
  const sample s = draw(10, 15, 1.0, 3, [](const Eigen::VectorXd& z) { return z.squaredNorm() - z.sum(); });
  local_quadratic model;
  model.fit(s.points, s.changes);
  for (Eigen::Index j = 0; j < 15; ++j) CHECK(model(s.points.col(j)) == doctest::Approx(s.changes(j)).epsilon(0.02));
}

TEST_CASE("what is far away may be missed: a function that is quadratic near by alone") {
  const auto wall = [](const Eigen::VectorXd& z) { return z.norm() < 2.0 ? bowl(z) : 1000.0; };
  const sample close = draw(2, 12, 1.0, 4, wall);
  const sample wide = draw(2, 12, 20.0, 5, wall);
  sample both{Eigen::MatrixXd(2, 24), Eigen::VectorXd(24)};
  both.points << close.points, wide.points;
  both.changes << close.changes, wide.changes;
  local_quadratic model;
  model.fit(both.points, both.changes);
  for (Eigen::Index j = 0; j < 12; ++j) CHECK(std::abs(model(close.points.col(j)) - close.changes(j)) < 0.2);
}

TEST_CASE("repeated points do no harm") {
  const sample s = draw(2, 6, 1.0, 1, bowl);
  sample twice{Eigen::MatrixXd(2, 12), Eigen::VectorXd(12)};
  twice.points << s.points, s.points;
  twice.changes << s.changes, s.changes;
  local_quadratic model;
  model.fit(twice.points, twice.changes);
  CHECK(model(s.points.col(2)) == doctest::Approx(s.changes(2)).epsilon(0.01));
}
