#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <knobless/model/quadratic.hpp>
#include <knobless/random.hpp>
#include <vector>

using namespace knobless;
using form = quadratic::form;

namespace {

struct data {
  std::size_t n;
  std::vector<double> points;
  std::vector<double> values;
  std::vector<double> weights;
};

template <class F>
data observe(std::size_t n, std::size_t count, double middle, double width, F&& f) {
  knobless::random_stream rng(7);
  data d{n, {}, {}, {}};
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<double> x(n);
    for (double& c : x) c = middle + width * rng.normal();
    d.points.insert(d.points.end(), x.begin(), x.end());
    d.values.push_back(f(x));
    d.weights.push_back(1.0 + static_cast<double>(i % 5));
  }
  return d;
}

quadratic fit(form shape, const data& d) {
  quadratic q;
  q.fit(shape, d.n, d.points, d.values, d.weights);
  return q;
}

double bowl(const std::vector<double>& x) {
  double sum = 2.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double z = x[i] - 0.1 * static_cast<double>(i + 1);
    sum += std::pow(10.0, static_cast<double>(i % 4)) * z * z;
    if (i > 0) sum += 0.3 * z * (x[i - 1] - 0.1 * static_cast<double>(i));
  }
  return sum;
}

}  // namespace

TEST_CASE("quadratic: each form recovers a function of its kind, wherever the points lie and however close") {
  for (const std::size_t n : {1U, 2U, 5U, 8U})
    for (const double width : {1.0, 1e-4}) {
      const std::size_t count = 2 * quadratic::coefficients(form::full, n);
      const auto linear = [](const std::vector<double>& x) {
        double sum = 1.0;
        for (std::size_t i = 0; i < x.size(); ++i) sum += static_cast<double>(i + 1) * x[i];
        return sum;
      };
      const auto diagonal = [&](const std::vector<double>& x) {
        double sum = linear(x);
        for (const double c : x) sum += 3.0 * c * c;
        return sum;
      };
      const auto check = [&](form shape, auto&& f) {
        const quadratic q = fit(shape, observe(n, count, 0.3, width, f));
        const data fresh = observe(n, 40, 0.3, 1.5 * width, f);
        for (std::size_t i = 0; i < fresh.values.size(); ++i) {
          const std::span<const double> at(&fresh.points[i * n], n);
          CHECK(std::abs(q(at) - fresh.values[i]) < 1e-9);
        }
      };
      check(form::affine, linear);
      check(form::diagonal, diagonal);
      check(form::full, bowl);
    }
}

TEST_CASE("quadratic: the minimum of a bowl is found where it is, and a step towards it where it is far") {
  const std::size_t n = 4;
  const data d = observe(n, 60, 0.3, 0.5, bowl);
  quadratic q = fit(form::full, d);
  std::vector<double> x(n);
  REQUIRE(q.minimum(100.0, x));
  for (std::size_t i = 0; i < n; ++i) CHECK(x[i] == doctest::Approx(0.1 * static_cast<double>(i + 1)).epsilon(1e-6));
  // The ball is around the first point.
  const std::vector<double> first(d.points.begin(), d.points.begin() + n);
  REQUIRE(q.minimum(0.01, x));
  CHECK(q(x) < q(first));
  for (std::size_t i = 0; i < n; ++i) CHECK(std::abs(x[i] - first[i]) <= 0.015);
}

TEST_CASE("quadratic: where there is no minimum it goes downhill to the edge of the ball") {
  const auto saddle = [](const std::vector<double>& x) { return x[0] * x[0] - x[1] * x[1] + 0.5 * x[1]; };
  const data d = observe(2, 40, 0.0, 1.0, saddle);
  quadratic q = fit(form::full, d);
  std::vector<double> x(2);
  REQUIRE(q.minimum(2.0, x));
  CHECK(q(x) < q({d.points.data(), 2}));

  const auto slope = [](const std::vector<double>& z) { return 3.0 * z[0] - z[1]; };
  const data e = observe(2, 10, 0.0, 1.0, slope);
  quadratic l = fit(form::affine, e);
  REQUIRE(l.minimum(1.0, x));
  CHECK(x[0] < e.points[0]);
  CHECK(x[1] > e.points[1]);
}

TEST_CASE("quadratic: coordinates with one or two levels are no trouble") {
  const auto f = [](const std::vector<double>& x) { return x[0] * x[0] + 2.0 * x[1]; };
  knobless::random_stream rng(3);
  data d{3, {}, {}, {}};
  for (int i = 0; i < 40; ++i) {
    const std::vector<double> x{rng.normal(), rng.below(2) == 0 ? 0.25 : 0.75, 0.5};
    d.points.insert(d.points.end(), x.begin(), x.end());
    d.values.push_back(f(x));
    d.weights.push_back(1.0);
  }
  const quadratic q = fit(form::full, d);
  for (std::size_t i = 0; i < 40; ++i) CHECK(q({&d.points[3 * i], 3}) == doctest::Approx(d.values[i]).epsilon(1e-9));
}

TEST_CASE("quadratic: heavier observations are met more closely") {
  // Two constants that disagree at the same places.
  data d{1, {}, {}, {}};
  for (int i = 0; i < 20; ++i) {
    d.points.push_back(0.1 * (i / 2));
    d.values.push_back(i % 2);
    d.weights.push_back(i % 2 == 0 ? 3.0 : 1.0);
  }
  // Weights are of residuals: 9 to 1.
  CHECK(fit(form::affine, d)(std::vector<double>{0.45}) == doctest::Approx(0.1).epsilon(1e-9));
}

TEST_CASE("quadratic: a fit that follows an earlier one finds what a fresh one finds") {
  for (const std::size_t n : {3U, 8U, 13U}) {
    const std::size_t columns = quadratic::coefficients(form::full, n);
    const std::size_t kept = 2 * columns;
    knobless::random_stream rng(n);
    std::vector<double> middle(n, 0.3);
    double width = 0.2;
    data all{n, {}, {}, {}};
    quadratic following;
    std::vector<std::size_t> numbers;
    for (std::size_t step = 0; step < 200; ++step) {
      // A cloud that moves and contracts, in which few rows come, go and change their weight; now and then it jumps.
      const std::size_t fresh = step == 0 ? kept : 1 + step % 3;
      if (step == 120) {
        middle.assign(n, 0.8);
        width = 1e-3;
      }
      for (std::size_t i = 0; i < fresh; ++i) {
        std::vector<double> x(n);
        for (std::size_t k = 0; k < n; ++k) x[k] = middle[k] + width * rng.normal();
        all.points.insert(all.points.end(), x.begin(), x.end());
        all.values.push_back(bowl(x) + 0.1 * width * width * rng.normal());
      }
      width *= 0.99;
      middle[step % n] += 0.1 * width;
      const std::size_t last = all.values.size();
      data d{n, {}, {}, {}};
      numbers.clear();
      for (std::size_t i = 0; i < kept; ++i) {
        // The latest first, in order of no kind.
        const std::size_t row = last - 1 - (i * 11 + step) % kept;
        if ((row + step / 8) % 9 == 0) continue;
        d.points.insert(d.points.end(), &all.points[row * n], &all.points[row * n] + n);
        d.values.push_back(all.values[row]);
        d.weights.push_back(last - row < kept / 2 ? 5.0 : 1.0);
        numbers.push_back(row);
      }
      following.fit(form::full, n, d.points, d.values, d.weights, numbers);
      const quadratic alone = fit(form::full, d);
      double largest = 0.0;
      double error = 0.0;
      for (std::size_t i = 0; i < d.values.size(); ++i) {
        const std::span<const double> at(&d.points[i * n], n);
        largest = (std::max)(largest, std::abs(alone(at) - alone({d.points.data(), n})));
        error = (std::max)(error, std::abs(alone(at) - following(at)));
      }
      CAPTURE(step);
      CHECK(error < 1e-8 * largest);
    }
  }
}

TEST_CASE("quadratic: a fit that follows copes with columns that come to depend on others, and another form") {
  const std::size_t n = 3;
  data d = observe(n, 40, 0.3, 0.5, bowl);
  std::vector<std::size_t> numbers(40);
  for (std::size_t i = 0; i < 40; ++i) numbers[i] = i;
  quadratic q;
  // One by one the last coordinate becomes the same everywhere.
  for (std::size_t i = 0; i < 40; ++i) {
    d.points[i * n + 2] = 0.5;
    d.values[i] = bowl({d.points[i * n], d.points[i * n + 1], 0.5});
    numbers[i] = 100 + i;
    q.fit(form::full, n, d.points, d.values, d.weights, numbers);
    const quadratic alone = fit(form::full, d);
    for (std::size_t k = 0; k < 40; ++k)
      CHECK(q({&d.points[k * n], n}) == doctest::Approx(alone({&d.points[k * n], n})));
  }
  q.fit(form::diagonal, n, d.points, d.values, d.weights, numbers);
  const quadratic diagonal = fit(form::diagonal, d);
  for (std::size_t k = 0; k < 40; ++k)
    CHECK(q({&d.points[k * n], n}) == doctest::Approx(diagonal({&d.points[k * n], n})));
}
