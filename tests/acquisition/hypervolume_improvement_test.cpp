#include "support.hpp"

#include <cmath>
#include <cstddef>
#include <knobless/acquisition/expected_improvement.hpp>
#include <knobless/acquisition/hypervolume_improvement.hpp>
#include <knobless/pareto/hypervolume.hpp>
#include <knobless/random.hpp>
#include <vector>

using namespace knobless;
using detail::front_boxes;
using detail::hypervolume_improvement;

namespace {

std::vector<double> simplex_points(std::size_t n, std::size_t m, std::uint64_t seed) {
  random_stream rng(seed);
  std::vector<double> points(n * m);
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < m; ++j) sum += points[i * m + j] = rng.uniform_open();
    for (std::size_t j = 0; j < m; ++j) points[i * m + j] /= sum;
  }
  return points;
}

}  // namespace

TEST_CASE("hypervolume improvement: the mean of what sampled values add") {
  for (const std::size_t m : {1U, 2U, 3U, 4U}) {
    const std::vector<double> points = simplex_points(8, m, m);
    const std::vector<double> reference(m, 1.1);
    hypervolume_improvement expected(front_boxes(points, reference));
    const double before = detail::hypervolume(points, reference);
    const std::vector<double> mean(m, 0.4);
    std::vector<double> deviation(m, 0.3);
    deviation[0] = 0.1;
    random_stream rng(5);
    constexpr int samples = 20000;
    double sum = 0.0;
    double squares = 0.0;
    for (int s = 0; s < samples; ++s) {
      std::vector<double> with = points;
      for (std::size_t j = 0; j < m; ++j) with.push_back(mean[j] + deviation[j] * rng.normal());
      const double gain = detail::hypervolume(with, reference) - before;
      sum += gain / samples;
      squares += gain * gain / samples;
    }
    const double error = std::sqrt((squares - sum * sum) / samples);
    CHECK(std::abs(std::exp(expected(mean, deviation)) - sum) < 4.0 * error);
  }
}

TEST_CASE("hypervolume improvement: of one objective it is the expected improvement") {
  hypervolume_improvement expected(front_boxes(std::vector<double>{0.3, 0.7}, std::vector<double>{2.0}));
  for (const double mean : {-1.0, 0.3, 2.0, 100.0}) {
    const double z = (0.3 - mean) / 0.2;
    CHECK(expected(std::vector<double>{mean}, std::vector<double>{0.2}) ==
          doctest::Approx(detail::log_expected_improvement(z).value + std::log(0.2)));
  }
}

TEST_CASE("hypervolume improvement: slopes are those of the value, beside the front and far from it") {
  random_stream rng(8);
  for (const std::size_t m : {1U, 2U, 3U, 4U})
    for (const double offset : {0.0, 5.0, 300.0})
      for (int k = 0; k < 5; ++k) {
        hypervolume_improvement expected(front_boxes(simplex_points(10, m, 3 * m + 1), std::vector<double>(m, 1.0)));
        std::vector<double> mean(m);
        std::vector<double> deviation(m);
        for (double& v : mean) v = offset + rng.uniform();
        for (double& v : deviation) v = 0.05 + rng.uniform();
        std::vector<double> by_mean(m);
        std::vector<double> by_deviation(m);
        const double value = expected(mean, deviation, by_mean, by_deviation);
        CHECK(std::isfinite(value));
        CHECK(value == expected(mean, deviation));
        for (std::size_t j = 0; j < m; ++j)
          for (const bool of_mean : {true, false}) {
            std::vector<double>& moved = of_mean ? mean : deviation;
            const double h = 1e-5;
            moved[j] += h;
            const double above = expected(mean, deviation);
            moved[j] -= 2 * h;
            const double below = expected(mean, deviation);
            moved[j] += h;
            CHECK((of_mean ? by_mean : by_deviation)[j] ==
                  doctest::Approx((above - below) / (2 * h)).epsilon(1e-3).scale(0.1));
          }
      }
}

TEST_CASE("hypervolume improvement: front points that nearly coincide, tiny deviations, no front") {
  const std::vector<double> reference{1.0, 1.0};
  hypervolume_improvement close(front_boxes(std::vector<double>{0.5, 0.5, 0.5 + 1e-15, 0.5 - 1e-15}, reference));
  hypervolume_improvement none(front_boxes({}, reference));
  std::vector<double> by_mean(2);
  std::vector<double> by_deviation(2);
  for (hypervolume_improvement* of : {&close, &none})
    for (const double deviation : {1e-12, 1e-3, 1.0, 1e6})
      for (const double mean : {-1e6, 0.0, 0.5, 1.0, 1e6}) {
        CHECK(std::isfinite(
            (*of)(std::vector<double>{mean, mean}, std::vector<double>{deviation, deviation}, by_mean, by_deviation)));
        for (std::size_t j = 0; j < 2; ++j) {
          CHECK(std::isfinite(by_mean[j]));
          CHECK(std::isfinite(by_deviation[j]));
        }
      }
  CHECK(std::exp(none(std::vector<double>{0.0, 0.0}, std::vector<double>{1e-9, 1e-9})) == doctest::Approx(1.0));
}
