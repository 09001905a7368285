#include "support.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <knobless/base/elementary.hpp>
#include <knobless/model/parzen.hpp>
#include <knobless/random.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace knobless;

namespace {

// x always; c decides whether y is active.
domain unit_space() {
  return domain::make({parameter::real("x", {}).value(), parameter::categorical("c", {"a", "b", "e"}).value(),
                       parameter::real("y", {}).value().when(1, 0b010U)})
      .value();
}

// Of up to 24 points.
std::array<double, parzen_points::size> densities(parzen& p, const domain& d, const std::vector<point>& points,
                                                  double prior) {
  parzen_points lanes;
  lanes.reset(d.size());
  for (std::size_t i = 0; i < points.size(); ++i)
    for (std::size_t k = 0; k < d.size(); ++k) {
      if (points[i].active[k] == 0) continue;
      const double u = points[i].unit[k];
      lanes.set(i, k, d[k].numeric() ? u : static_cast<double>(d[k].level(u)));
    }
  std::array<float, parzen_points::size> logs{};
  p.log_densities(lanes, static_cast<float>(prior), logs);
  std::array<double, parzen_points::size> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::exp2(static_cast<double>(logs[i]));
  return out;
}

double density(parzen& p, const domain& d, const point& at, double prior) { return densities(p, d, {at}, prior)[0]; }

point at(const domain& d, double x, double c, double y) {
  point p(3);
  p.unit = {x, d[1].unit_of_level(static_cast<std::uint64_t>(c)), y};
  d.complete(p);
  return p;
}

// A mixture of n random kernels with weights.
void fill(parzen& p, const domain& d, std::size_t n, std::uint64_t seed) {
  knobless::random_stream rng(seed);
  p.reset(d);
  for (std::size_t i = 0; i < n; ++i) {
    const point q = at(d, rng.uniform(), static_cast<double>(rng.below(3)), rng.uniform());
    p.add();
    p.set_log_weight(i, static_cast<float>(std::log2(0.1 + rng.uniform())));
    p.set_normal(i, 0, q.unit[0], normal_kernel::at(q.unit[0], 0.05 + 0.3 * rng.uniform()));
    p.set_level(i, 1, d[1].level(q.unit[1]));
    if (q.active[2] != 0) p.set_normal(i, 2, q.unit[2], normal_kernel::at(q.unit[2], 0.05 + 0.3 * rng.uniform()));
  }
}

}  // namespace

TEST_CASE("parzen: a kernel cut off at the ends integrates to one") {
  for (const double x : {0.0, 0.02, 0.4, 1.0})
    for (const double sigma : {0.03, 0.2, 1.0}) {
      const normal_kernel k = normal_kernel::at(x, sigma);
      double sum = 0.0;
      constexpr int n = 20000;
      for (int i = 0; i < n; ++i) {
        const double z = ((i + 0.5) / n - x) * static_cast<double>(k.inverse);
        sum += std::exp2(static_cast<double>(k.norm) - z * z) / n;
      }
      CHECK(sum == doctest::Approx(1.0).epsilon(1e-4));
    }
}

TEST_CASE("parzen: a kernel knows what the normal has below and inside the unit interval") {
  for (const double x : {0.0, 0.1, 0.5, 1.0})
    for (const double sigma : {0.03, 0.3, 1.0}) {
      const normal_kernel k = normal_kernel::at(x, sigma);
      CHECK(k.below == doctest::Approx(elementary::normal_cdf(-x / sigma)).epsilon(1e-6));
      CHECK(k.below + k.inside == doctest::Approx(elementary::normal_cdf((1.0 - x) / sigma)).epsilon(1e-6));
    }
}

TEST_CASE("parzen: in eight dimensions, near and far, it is the sum of products that it stands for") {
  std::vector<parameter> parameters;
  for (int k = 0; k < 8; ++k) parameters.push_back(parameter::real(std::to_string(k), {}).value());
  const domain d = domain::make(parameters).value();
  knobless::random_stream rng(4);
  constexpr std::size_t n = 150;
  parzen p;
  p.reset(d);
  std::vector<std::array<std::pair<double, double>, 8>> kernels(n);
  for (std::size_t i = 0; i < n; ++i) {
    p.add();
    for (std::size_t k = 0; k < 8; ++k) {
      kernels[i][k] = {rng.uniform(), 0.03 + 0.3 * rng.uniform() * rng.uniform()};
      p.set_normal(i, k, kernels[i][k].first, normal_kernel::at(kernels[i][k].first, kernels[i][k].second));
    }
  }
  std::vector<point> points;
  std::vector<double> expected;
  for (std::size_t j = 0; j < parzen_points::size; ++j) {
    point at(8);
    // Some on a kernel, some beside one, some anywhere.
    for (std::size_t k = 0; k < 8; ++k)
      at.unit[k] = j % 3 == 2 ? rng.uniform() : kernels[j][k].first + (j % 3 == 1 ? 0.05 * rng.normal() : 0.0);
    d.complete(at);
    double sum = 1.0;
    for (const auto& kernel : kernels) {
      double product = 1.0;
      for (std::size_t k = 0; k < 8; ++k) {
        const auto [x, sigma] = kernel[k];
        const double z = (at.unit[k] - x) / sigma;
        const double mass = elementary::normal_cdf((1.0 - x) / sigma) - elementary::normal_cdf(-x / sigma);
        product *= std::exp(-0.5 * z * z) / (sigma * mass * 2.50662827463100050242);
      }
      sum += product;
    }
    points.push_back(at);
    expected.push_back(sum);
  }
  const auto together = densities(p, d, points, 0.0);
  for (std::size_t j = 0; j < points.size(); ++j) {
    CHECK(together[j] == doctest::Approx(expected[j]).epsilon(2e-4));
    // And whatever lies beside it.
    CHECK(density(p, d, points[j], 0.0) == doctest::Approx(together[j]).epsilon(1e-5));
  }
}

TEST_CASE("parzen: the density of a conditional mixture integrates to the sum of its weights") {
  const domain d = unit_space();
  parzen p;
  for (const std::size_t n : {1U, 7U, 8U, 9U, 140U}) {
    fill(p, d, n, n);
    // The weights again, from the same stream.
    knobless::random_stream again(n);
    double weights = 0.5;  // the prior's
    for (std::size_t i = 0; i < n; ++i) {
      (void)again.uniform();
      const auto c = again.below(3);
      (void)again.uniform();
      weights += 0.1 + again.uniform();
      (void)again.uniform();
      if (c == 1) (void)again.uniform();
    }
    double sum = 0.0;
    constexpr int grid = 80;
    for (int i = 0; i < grid; ++i)
      for (int c = 0; c < 3; ++c) {
        const double x = (i + 0.5) / grid;
        if (c != 1) {
          sum += density(p, d, at(d, x, c, 0.0), std::log2(0.5)) / grid;
          continue;
        }
        for (int j = 0; j < grid; ++j)
          sum += density(p, d, at(d, x, c, (j + 0.5) / grid), std::log2(0.5)) / (grid * grid);
      }
    CHECK(sum == doctest::Approx(weights).epsilon(2e-3));
  }
}

TEST_CASE("parzen: what was added and removed again leaves no trace but the order of the sum") {
  const domain d = unit_space();
  parzen kept;
  parzen changed;
  fill(kept, d, 20, 3);
  fill(changed, d, 20, 3);
  for (int extra = 0; extra < 13; ++extra) {
    changed.add();
    changed.set_normal(20 + static_cast<std::size_t>(extra), 0, 0.5, normal_kernel::at(0.5, 0.03));
  }
  for (int extra = 0; extra < 13; ++extra) changed.remove(changed.size() - 1);
  CHECK(changed.size() == 20);
  knobless::random_stream rng(1);
  for (int i = 0; i < 50; ++i) {
    const point p = at(d, rng.uniform(), static_cast<double>(rng.below(3)), rng.uniform());
    CHECK(density(changed, d, p, 0.0) == density(kept, d, p, 0.0));
  }
  // From the middle: the last one takes the place.
  changed.remove(4);
  fill(kept, d, 20, 3);
  kept.remove(4);
  const point p = at(d, 0.3, 1, 0.7);
  CHECK(density(changed, d, p, 0.0) == density(kept, d, p, 0.0));
}

TEST_CASE("parzen: points are told apart by branch, and far points by the prior alone") {
  const domain d = unit_space();
  parzen p;
  p.reset(d);
  p.add();
  p.set_normal(0, 0, 0.1, normal_kernel::at(0.1, 0.03));
  p.set_level(0, 1, 1);
  p.set_normal(0, 2, 0.9, normal_kernel::at(0.9, 0.03));
  CHECK(density(p, d, at(d, 0.1, 1, 0.9), 0.0) > density(p, d, at(d, 0.1, 1, 0.5), 0.0));
  CHECK(density(p, d, at(d, 0.1, 1, 0.9), 0.0) > 10.0 * density(p, d, at(d, 0.1, 0, 0.0), 0.0));
  CHECK(density(p, d, at(d, 0.95, 2, 0.0), 0.0) == doctest::Approx(1.0 / 3.0).epsilon(1e-3));
}

TEST_CASE("parzen: a kernel of a level is dense at that level, and evenly less at the others") {
  const domain d = domain::make({parameter::categorical("c", {"p", "q", "r", "s"}).value()}).value();
  for (std::uint64_t level = 0; level < 4; ++level) {
    parzen p;
    p.reset(d);
    p.add();
    p.set_level(0, 0, level);
    std::vector<point> points;
    for (std::uint64_t other = 0; other < 4; ++other) {
      point at(1);
      at.unit[0] = d[0].unit_of_level(other);
      d.complete(at);
      points.push_back(at);
    }
    const auto found = densities(p, d, points, 0.0);
    for (std::uint64_t other = 0; other < 4; ++other) {
      CAPTURE(other);
      if (other == level)
        CHECK(found[other] > 1.5 * found[(level + 1) % 4]);
      else
        CHECK(found[other] == doctest::Approx(found[(level + 1) % 4]));
    }
  }
}
