#include "support.hpp"

#include <cmath>
#include <cstddef>
#include <knobless/model/parzen.hpp>
#include <knobless/random.hpp>
#include <utility>
#include <vector>

using namespace knobless;

namespace {

// x always; c decides whether y is active.
domain space() {
  return domain::make({parameter::real("x", {}).value(), parameter::categorical("c", {"a", "b", "e"}).value(),
                       parameter::real("y", {}).value().when(1, 0b010U)})
      .value();
}

double density(parzen& p, const domain& d, const point& at, double prior) {
  const parzen_query one[1] = {[&] {
    parzen_query q;
    q.set(d, at);
    return q;
  }()};
  double out[1] = {};
  p.log_densities(one, prior, out);
  return std::exp(out[0]);
}

point at(const domain& d, double x, double c, double y) {
  point p(3);
  p.unit = {x, d[1].unit_of_level(static_cast<std::uint64_t>(c)), y};
  d.complete(p);
  return p;
}

// A mixture of n random kernels with weights.
void fill(parzen& p, const domain& d, std::size_t n, std::uint64_t seed) {
  knobless::random rng(seed);
  p.reset(d);
  for (std::size_t i = 0; i < n; ++i) {
    const point q = at(d, rng.uniform(), static_cast<double>(rng.below(3)), rng.uniform());
    p.add();
    p.set_log_weight(i, std::log(0.1 + rng.uniform()));
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
        sum += std::exp(static_cast<double>(k.norm) - z * z) / n;
      }
      CHECK(sum == doctest::Approx(1.0).epsilon(1e-4));
    }
}

TEST_CASE("parzen: the density of a conditional mixture integrates to the sum of its weights") {
  const domain d = space();
  parzen p;
  for (const std::size_t n : {1U, 7U, 8U, 9U, 140U}) {
    fill(p, d, n, n);
    // The weights again, from the same stream.
    knobless::random again(n);
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
          sum += density(p, d, at(d, x, c, 0.0), std::log(0.5)) / grid;
          continue;
        }
        for (int j = 0; j < grid; ++j)
          sum += density(p, d, at(d, x, c, (j + 0.5) / grid), std::log(0.5)) / (grid * grid);
      }
    CHECK(sum == doctest::Approx(weights).epsilon(2e-3));
  }
}

TEST_CASE("parzen: what was added and removed again leaves no trace but the order of the sum") {
  const domain d = space();
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
  knobless::random rng(1);
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
  const domain d = space();
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
