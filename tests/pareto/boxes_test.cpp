#include "support.hpp"

#include <algorithm>
#include <cstddef>
#include <knobless/pareto/boxes.hpp>
#include <knobless/pareto/hypervolume.hpp>
#include <knobless/random.hpp>
#include <vector>

using namespace knobless;
using detail::front_boxes;

namespace {

// A front on the simplex, so that all points are in it; from few values where `levels` says so.
std::vector<double> simplex_points(std::size_t n, std::size_t m, std::uint64_t levels, std::uint64_t seed) {
  random_stream rng(seed);
  std::vector<double> points(n * m);
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < m; ++j)
      sum += points[i * m + j] = levels == 0 ? rng.uniform_open() : static_cast<double>(1 + rng.below(levels));
    for (std::size_t j = 0; j < m; ++j) points[i * m + j] /= sum;
  }
  return points;
}

// What y adds, by the boxes.
double gained(const front_boxes& cut, const std::vector<double>& y) {
  double sum = 0.0;
  for (const front_boxes::box& b : cut.boxes()) {
    double volume = 1.0;
    for (std::size_t j = 0; j < y.size(); ++j)
      volume *= std::max(0.0, cut.levels(j)[b.upper[j]] - std::max(cut.levels(j)[b.lower[j]], y[j]));
    sum += volume;
  }
  return sum;
}

}  // namespace

TEST_CASE("boxes: what a point adds to the hypervolume") {
  random_stream rng(3);
  for (const std::size_t m : {1U, 2U, 3U, 4U})
    for (const std::uint64_t levels : {0U, 3U})
      for (const std::size_t n : {0U, 1U, 2U, 12U, 40U}) {
        std::vector<double> points = simplex_points(n, m, levels, 50 * m + n + levels);
        const std::vector<double> reference(m, 0.9);
        const front_boxes cut(points, reference);
        const double before = detail::hypervolume(points, reference);
        for (int k = 0; k < 20; ++k) {
          std::vector<double> y(m);
          for (double& v : y) v = 1.1 * rng.uniform() - 0.1;
          std::vector<double> with = points;
          with.insert(with.end(), y.begin(), y.end());
          CAPTURE(m);
          CAPTURE(n);
          CHECK(gained(cut, y) ==
                doctest::Approx(detail::hypervolume(with, reference) - before).epsilon(1e-9).scale(1.0));
        }
      }
}

TEST_CASE("boxes: n + 1 for two objectives, 2 n + 1 for three, and none has an empty side") {
  for (const std::size_t n : {1U, 5U, 30U, 80U}) {
    CHECK(front_boxes(simplex_points(n, 2, 0, n), std::vector<double>{2.0, 2.0}).boxes().size() == n + 1);
    CHECK(front_boxes(simplex_points(n, 3, 0, n), std::vector<double>{2.0, 2.0, 2.0}).boxes().size() == 2 * n + 1);
    const front_boxes four(simplex_points(n, 4, 0, n), std::vector<double>{2.0, 2.0, 2.0, 2.0});
    CHECK(four.boxes().size() <= 1 + 3 * n * n);
    for (const front_boxes::box& b : four.boxes())
      for (std::size_t j = 0; j < 4; ++j) CHECK(b.lower[j] < b.upper[j]);
  }
}

TEST_CASE("boxes: a front of one point, of equal points, of none") {
  const std::vector<double> reference{1.0, 1.0};
  CHECK(front_boxes({}, reference).boxes().size() == 1);
  CHECK(front_boxes(std::vector<double>{0.5, 0.5}, reference).boxes().size() == 2);
  CHECK(front_boxes(std::vector<double>{0.5, 0.5, 0.5, 0.5}, reference).boxes().size() == 2);
  CHECK(front_boxes(std::vector<double>{1.0, 0.5}, reference).boxes().size() == 1);
}
