#include <knobless/kit.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "support.hpp"

using namespace knobless;

namespace {

// Rational quadratic, alpha = 1.
struct rational_quadratic {
  static void values(double* r2, double shift, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i) r2[i] = 1.0 / (1.0 + 0.5 * (std::max)(r2[i], 0.0)) + shift;
  }
  static void values_and_slopes(double* r2, double shift, double* slope, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i) {
      const double k = 1.0 / (1.0 + 0.5 * (std::max)(r2[i], 0.0));
      slope[i] = k * k;
      r2[i] = k + shift;
    }
  }
};

}  // namespace

TEST_CASE("kit: a model with a stranger's kernel fits what it knows, and the gradient of its expected gain is right") {
  const domain space = domain::make({parameter::real("x", {}).value(), parameter::real("y", {}).value()}).value();
  const kit::features layout(space);
  random_stream rng(3, kit::streams::own(0));
  std::vector<point> points;
  Eigen::VectorXd values(20);
  for (Eigen::Index i = 0; i < values.size(); ++i) {
    points.push_back(kit::uniform_point(space, rng));
    const auto& u = points.back().unit;
    values(i) = 4.0 * (u[0] - 0.4) * (u[0] - 0.4) + (u[1] - 0.7) * (u[1] - 0.7);
  }
  const kit::encoded inputs = layout.encode(space, points);
  kit::basic_gaussian_process<rational_quadratic> model(layout);
  model.learn(inputs, values);
  model.set(inputs);
  model.condition(values);
  CHECK((model.fitted() - values).cwiseAbs().maxCoeff() < 0.01);

  const kit::basic_expected_gain<rational_quadratic> gain(model, values.minCoeff());
  int compared = 0;
  for (int tries = 0; tries < 40; ++tries) {
    const point p = kit::uniform_point(space, rng);
    Eigen::VectorXd slope;
    Eigen::VectorXd unused;
    const double here = gain.score(layout.encode(space, {p}), slope);
    Eigen::VectorXd scores;
    gain.scores(layout.encode(space, {p}), scores);
    CHECK(scores(0) == doctest::Approx(here));
    // Far in the tail, a difference of two scores is mostly rounding: the deviation is a difference of nearly equal numbers.
    constexpr double tail = -30.0;
    if (here < tail) continue;
    ++compared;
    for (std::size_t k = 0; k < 2; ++k) {
      const double h = 1e-6;
      point above = p;
      point below = p;
      above.unit[k] += h;
      below.unit[k] -= h;
      const double wanted =
          (gain.score(layout.encode(space, {above}), unused) - gain.score(layout.encode(space, {below}), unused)) /
          (2.0 * h);
      CHECK(slope(static_cast<Eigen::Index>(k)) == doctest::Approx(wanted).epsilon(0.05));
    }
  }
  CHECK(compared >= 5);
}

TEST_CASE("point_view: the place of a point or of a row, without a copy") {
  point p(3);
  p.unit = {0.1, 0.2, 0.3};
  p.active = {1, 0, 1};
  history seen(3);
  observation o;
  o.unit = p.unit;
  o.active = p.active;
  seen.append(o);
  const point_view row = seen[0].place();
  CHECK(row.size() == 3);
  CHECK(row.unit.data() == seen[0].unit.data());
  CHECK(point_view(p).unit.data() == p.unit.data());
  CHECK(detail::point_hash(row) == detail::point_hash(p));
}
