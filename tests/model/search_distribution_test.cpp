#include "allocations.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knobless/model/search_distribution.hpp>
#include <knobless/numeric/dense.hpp>
#include <numeric>
#include <vector>

using namespace knobless;
using form = search_distribution::form;

namespace {

std::vector<double> centre(std::size_t d) { return std::vector<double>(d, 0.5); }

// Generations on f until it is at most `goal`; the evaluations that took, or `most`.
template <class F>
std::size_t evaluations(F&& f, std::size_t d, form shape, double goal, std::size_t most, std::uint64_t seed) {
  search_distribution s;
  s.reset(centre(d), 0.3, search_distribution::default_population(d), shape);
  knobless::random_stream rng(seed);
  const std::size_t lambda = s.population();
  std::vector<double> x(lambda * d);
  std::vector<double> value(lambda);
  std::vector<double> length(lambda);
  std::vector<std::size_t> order(lambda);
  std::vector<search_distribution::member> ranked(lambda);
  for (std::size_t e = 0; e < most; e += lambda) {
    for (std::size_t i = 0; i < lambda; ++i) {
      length[i] = s.sample(rng, &x[i * d]);
      value[i] = f(std::vector<double>(&x[i * d], &x[i * d] + d));
      if (value[i] <= goal) return e + i + 1;
    }
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return value[a] < value[b]; });
    for (std::size_t r = 0; r < lambda; ++r) ranked[r] = {&x[order[r] * d], length[order[r]]};
    s.update(ranked);
  }
  return most;
}

double sphere(const std::vector<double>& x) {
  double sum = 0.0;
  for (const double c : x) sum += (c - 0.3) * (c - 0.3);
  return sum;
}

// Condition 10^6, along the axes.
double ellipsoid(const std::vector<double>& x) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i)
    sum += std::pow(1e6, static_cast<double>(i) / static_cast<double>(x.size() - 1)) * (x[i] - 0.3) * (x[i] - 0.3);
  return sum;
}

// The same, turned by a fixed product of plane rotations.
double rotated_ellipsoid(std::vector<double> x) {
  for (double& c : x) c -= 0.3;
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = i + 1; j < x.size(); ++j) {
      const double angle = 1.0 + static_cast<double>(i) + 2.0 * static_cast<double>(j);
      const double a = x[i];
      x[i] = std::cos(angle) * a - std::sin(angle) * x[j];
      x[j] = std::sin(angle) * a + std::cos(angle) * x[j];
    }
  for (double& c : x) c += 0.3;
  return ellipsoid(x);
}

}  // namespace

TEST_CASE("search_distribution: converges as fast as CMA-ES should") {
  // Evaluations to 1e-10 from 0.2 away per coordinate; the bounds are some 1.5 times the medians that were measured.
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    CHECK(evaluations(sphere, 2, form::full, 1e-10, 10000, seed) < 500);
    CHECK(evaluations(sphere, 10, form::full, 1e-10, 10000, seed) < 2300);
    CHECK(evaluations(ellipsoid, 5, form::full, 1e-10, 20000, seed) < 2400);
    CHECK(evaluations(rotated_ellipsoid, 5, form::full, 1e-10, 20000, seed) < 2400);
    CHECK(evaluations(rotated_ellipsoid, 10, form::full, 1e-10, 20000, seed) < 6300);
  }
}

TEST_CASE("search_distribution: one dimension, and the least population") {
  CHECK(evaluations(sphere, 1, form::full, 1e-12, 5000, 1) < 400);
  search_distribution s;
  s.reset(centre(3), 0.1, 0, form::full);
  CHECK(s.population() == 2);
  CHECK(s.parents() == 1);
}

TEST_CASE("search_distribution: the diagonal form learns scales along the axes in O(d) evaluations, and nothing else") {
  const std::size_t d = 40;
  const std::size_t full = evaluations(ellipsoid, d, form::full, 1e-8, 200000, 1);
  const std::size_t diagonal = evaluations(ellipsoid, d, form::diagonal, 1e-8, 200000, 1);
  CHECK(diagonal * 3 < full);
  CHECK(evaluations(sphere, 200, form::diagonal, 1e-8, 200000, 1) < 40000);
}

TEST_CASE("search_distribution: weights are those of the tutorial") {
  for (const std::size_t lambda : {4U, 7U, 10U, 100U}) {
    search_distribution s;
    s.reset(centre(10), 1.0, lambda, form::full);
    double parents = 0.0;
    double others = 0.0;
    for (std::size_t r = 0; r < lambda; ++r) {
      if (r > 0) CHECK(s.weight(r) < s.weight(r - 1));
      (r < s.parents() ? parents : others) += s.weight(r);
    }
    CHECK(parents == doctest::Approx(1.0).epsilon(1e-13));
    CHECK(others < 0.0);
  }
  CHECK(search_distribution::default_population(1) == 4);
  CHECK(search_distribution::default_population(10) == 10);
  CHECK(search_distribution::default_population(100) == 17);
}

TEST_CASE("search_distribution: samples have the mean, the deviations and the lengths that it says") {
  const std::size_t d = 6;
  search_distribution s;
  std::vector<double> mean(d);
  for (std::size_t k = 0; k < d; ++k) mean[k] = 0.1 * static_cast<double>(k);
  s.reset(mean, 0.25, 8, form::full);
  s.set_scale(2, 3.0);
  knobless::random_stream rng(11);
  // Some generations, so that there are covariances.
  std::vector<double> x(8 * d);
  std::vector<search_distribution::member> ranked(8);
  for (int g = 0; g < 30; ++g) {
    for (std::size_t i = 0; i < 8; ++i) ranked[i] = {&x[i * d], s.sample(rng, &x[i * d])};
    std::sort(ranked.begin(), ranked.end(),
              [](const auto& a, const auto& b) { return a.x[0] + a.x[1] < b.x[0] + b.x[1]; });
    s.update(ranked);
  }
  const int n = 20000;
  std::vector<double> sum(d, 0.0);
  std::vector<double> squares(d, 0.0);
  double lengths = 0.0;
  std::vector<double> y(d);
  for (int i = 0; i < n; ++i) {
    const double length = s.sample(rng, y.data());
    lengths += length;
    for (std::size_t k = 0; k < d; ++k) {
      const double gap = y[k] - s.mean()[k];
      sum[k] += gap;
      squares[k] += gap * gap;
    }
    if (i < 20) CHECK(s.length(y.data()) == doctest::Approx(length).epsilon(1e-8));
  }
  for (std::size_t k = 0; k < d; ++k) {
    CHECK(std::abs(sum[k] / n) < 5.0 * s.deviation(k) / std::sqrt(n));
    CHECK(std::sqrt(squares[k] / n) == doctest::Approx(s.deviation(k)).epsilon(0.03));
  }
  // Chi-squared of d degrees: mean d, variance 2 d.
  CHECK(std::abs(lengths / n - d) < 5.0 * std::sqrt(2.0 * d / n));
}

TEST_CASE("search_distribution: scaling and shifting the space scales and shifts the search") {
  const auto moved = [](const std::vector<double>& x) {
    std::vector<double> back(x);
    for (double& c : back) c = (c - 0.5) / 1024.0 + 0.5;
    return sphere(back);
  };
  search_distribution a;
  search_distribution b;
  a.reset(centre(5), 0.25, 8, form::full);
  b.reset(centre(5), 256.0, 8, form::full);
  knobless::random_stream ra(5);
  knobless::random_stream rb(5);
  std::vector<double> xa(40);
  std::vector<double> xb(40);
  std::vector<search_distribution::member> ma(8);
  std::vector<search_distribution::member> mb(8);
  for (int g = 0; g < 20; ++g) {
    std::vector<std::pair<double, std::size_t>> va;
    std::vector<std::pair<double, std::size_t>> vb;
    for (std::size_t i = 0; i < 8; ++i) {
      ma[i] = {&xa[5 * i], a.sample(ra, &xa[5 * i])};
      mb[i] = {&xb[5 * i], b.sample(rb, &xb[5 * i])};
      va.emplace_back(sphere({&xa[5 * i], &xa[5 * i] + 5}), i);
      vb.emplace_back(moved({&xb[5 * i], &xb[5 * i] + 5}), i);
    }
    std::sort(va.begin(), va.end());
    std::sort(vb.begin(), vb.end());
    std::vector<search_distribution::member> sa(8);
    std::vector<search_distribution::member> sb(8);
    for (std::size_t r = 0; r < 8; ++r) {
      REQUIRE(va[r].second == vb[r].second);
      sa[r] = ma[va[r].second];
      sb[r] = mb[vb[r].second];
    }
    a.update(sa);
    b.update(sb);
  }
  CHECK(b.sigma() == doctest::Approx(1024.0 * a.sigma()).epsilon(1e-9));
}

TEST_CASE("search_distribution: whitening and its inverse") {
  search_distribution s;
  s.reset(centre(7), 0.1, 9, form::full);
  knobless::random_stream rng(2);
  std::vector<double> x(9 * 7);
  std::vector<search_distribution::member> ranked(9);
  for (int g = 0; g < 10; ++g) {
    for (std::size_t i = 0; i < 9; ++i) ranked[i] = {&x[7 * i], s.sample(rng, &x[7 * i])};
    s.update(ranked);
  }
  std::vector<double> z(detail::padded(7));
  std::vector<double> back(7);
  s.whiten(x.data(), z.data());
  s.unwhiten(z.data(), back.data());
  for (std::size_t k = 0; k < 7; ++k) CHECK(back[k] == doctest::Approx(x[k]).epsilon(1e-10));
}

TEST_CASE("search_distribution: the path of the covariance stalls while the path of the step size is long") {
  // Equation (45): a leap of 50 deviations would stretch the covariance along it at once; a step of one leaves its trace.
  const auto path_after = [](double steps) {
    search_distribution s;
    s.reset(centre(10), 0.01, 10, form::full);
    std::vector<double> x = centre(10);
    x[0] += 0.01 * steps;
    const search_distribution::member there{x.data(), s.length(x.data())};
    s.update(std::vector<search_distribution::member>(10, there));
    return s.path(0);
  };
  CHECK(path_after(50.0) == 0.0);
  CHECK(path_after(1.0) > 0.001);
}

TEST_CASE("search_distribution: says when nothing more can be learnt") {
  search_distribution s;
  s.reset(centre(3), 0.1, 7, form::full);
  CHECK_FALSE(s.without_effect());
  CHECK(s.condition() == 1.0);
  s.scale_sigma(1e-18);
  CHECK(s.without_effect());
}

TEST_CASE("search_distribution: allocates nothing after its reset") {
  for (const form shape : {form::full, form::diagonal}) {
    const std::size_t d = 10;
    search_distribution s;
    s.reset(centre(d), 0.3, 10, shape);
    knobless::random_stream rng(1);
    std::vector<double> x(10 * d);
    std::vector<search_distribution::member> ranked(10);
    const std::size_t before = test::allocations();
    for (int g = 0; g < 50; ++g) {
      for (std::size_t i = 0; i < 10; ++i) ranked[i] = {&x[i * d], s.sample(rng, &x[i * d])};
      std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.x[0] < b.x[0]; });
      s.update(ranked);
    }
    CHECK(test::allocations() == before);
  }
}
