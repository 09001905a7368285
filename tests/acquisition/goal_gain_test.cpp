#include "support.hpp"

#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <deque>
#include <knobless/acquisition/goal_gain.hpp>
#include <knobless/base/elementary.hpp>
#include <knobless/random.hpp>
#include <knobless/space/domain.hpp>
#include <optional>
#include <vector>

using namespace knobless;
using detail::encoded;
using detail::features;
using detail::front_boxes;
using detail::gaussian_process;
using detail::goal_gain;
using detail::hypervolume_improvement;

namespace {

const domain& space() {
  static const domain square =
      domain::make({parameter::real("x", {}).value(), parameter::real("y", {}).value()}).value();
  return square;
}
const features& layout() {
  static const features of{space()};
  return of;
}

encoded at(const std::vector<std::vector<double>>& points) {
  encoded all = layout().room(static_cast<Eigen::Index>(points.size()));
  const std::vector<unsigned char> active{1, 1};
  for (std::size_t i = 0; i < points.size(); ++i)
    layout().encode(space(), {points[i], active}, all, static_cast<Eigen::Index>(i));
  return all;
}

// Models of different functions of the same points.
std::deque<gaussian_process> models(std::size_t count) {
  random_stream rng(4);
  std::vector<std::vector<double>> points;
  for (int i = 0; i < 12; ++i) points.push_back({rng.uniform(), rng.uniform()});
  std::deque<gaussian_process> made;
  for (std::size_t j = 0; j < count; ++j) {
    gaussian_process& model = made.emplace_back(layout());
    Eigen::VectorXd values(12);
    for (std::size_t i = 0; i < 12; ++i)
      values(static_cast<Eigen::Index>(i)) =
          std::sin(4.0 * points[i][0] + static_cast<double>(j)) + points[i][1] * static_cast<double>(j);
    model.learn(at(points), values);
    model.set(at(points));
    model.condition(values);
  }
  return made;
}

}  // namespace

TEST_CASE("goal_gain: log improvement plus log probabilities, singly and of many at once") {
  const std::deque<gaussian_process> made = models(4);
  const hypervolume_improvement gain(
      front_boxes(std::vector<double>{-0.5, 0.5, 0.0, 0.0}, std::vector<double>{1.0, 1.0}));
  for (const bool improving : {true, false}) {
    const goal_gain wanted({&made[0], &made[1]}, improving ? std::optional(gain) : std::nullopt, {&made[2], &made[3]});
    const encoded some = at({{0.1, 0.2}, {0.7, 0.4}, {0.9, 0.9}});
    Eigen::VectorXd scores;
    wanted.scores(some, scores);
    for (Eigen::Index i = 0; i < 3; ++i) {
      std::vector<double> mean;
      std::vector<double> deviation;
      Eigen::VectorXd m;
      Eigen::VectorXd s;
      const encoded one{some.numbers.row(i), some.levels.row(i)};
      for (const gaussian_process& model : made) {
        model.predict(one, m, s);
        mean.push_back(m(0));
        deviation.push_back(s(0));
      }
      hypervolume_improvement own = gain;
      double expected = improving ? own(std::span(mean).first(2), std::span(deviation).first(2)) : 0.0;
      for (const std::size_t c : {2U, 3U}) expected += std::log(elementary::normal_cdf(-mean[c] / deviation[c]));
      CHECK(scores(i) == doctest::Approx(expected).epsilon(1e-8));
      Eigen::VectorXd slope;
      CHECK(wanted.score(one, slope) == doctest::Approx(expected).epsilon(1e-8));
    }
  }
}

TEST_CASE("goal_gain: the gradient is that of the score") {
  const std::deque<gaussian_process> made = models(3);
  const goal_gain wanted(
      {&made[0], &made[1]},
      hypervolume_improvement(front_boxes(std::vector<double>{0.0, 0.0}, std::vector<double>{1.0, 1.0})), {&made[2]});
  for (const std::vector<double>& x : {std::vector<double>{0.3, 0.4}, {0.8, 0.1}, {0.05, 0.95}}) {
    Eigen::VectorXd slope;
    Eigen::VectorXd unused;
    (void)wanted.score(at({x}), slope);
    for (std::size_t k = 0; k < 2; ++k) {
      std::vector<double> above = x;
      std::vector<double> below = x;
      above[k] += 1e-6;
      below[k] -= 1e-6;
      const double expected = (wanted.score(at({above}), unused) - wanted.score(at({below}), unused)) / 2e-6;
      CHECK(slope(static_cast<Eigen::Index>(k)) == doctest::Approx(expected).epsilon(1e-4).scale(1.0));
    }
  }
}
