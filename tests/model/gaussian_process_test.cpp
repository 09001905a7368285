#include "support.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knobless/base/elementary.hpp>
#include <knobless/model/features.hpp>
#include <knobless/model/gaussian_process.hpp>
#include <knobless/model/output_transform.hpp>
#include <knobless/random.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace knobless;
using detail::encoded;
using detail::features;
using detail::gaussian_process;
using vector = Eigen::VectorXd;
using matrix = Eigen::MatrixXd;

namespace {

domain cube(std::size_t d) {
  std::vector<parameter> all;
  for (std::size_t k = 0; k < d; ++k) all.push_back(parameter::real(detail::text("x", std::to_string(k)), {}).value());
  return domain::make(std::move(all)).value();
}
domain mixed() {
  return domain::make({parameter::real("x", {}).value(), parameter::integer("n", {.low = 0, .high = 30}).value(),
                       parameter::categorical("c", {"p", "q", "r"}).value(),
                       parameter::real("y", {}).value().when(2, 0b011U),
                       parameter::categorical("inner", {"u", "v"}).value().when(2, 0b110U),
                       parameter::real("z", {}).value().when(4, 0b10U)})
      .value();
}
domain categories() {
  return domain::make({parameter::categorical("a", {"1", "2", "3", "4"}).value(),
                       parameter::categorical("b", {"1", "2", "3"}).value(),
                       parameter::categorical("c", {"1", "2"}).value()})
      .value();
}

// A space, a model of it, and random points.
struct bench {
  domain space;
  features layout{space};
  gaussian_process model{layout};
  knobless::random_stream rng;

  explicit bench(domain of, std::uint64_t seed = 0) : space(std::move(of)), rng(seed, 99) {}

  encoded encode(const std::vector<point>& points) const { return layout.encode(space, points); }
  point draw() {
    point p(space.size());
    for (double& u : p.unit) u = rng.uniform();
    space.complete(p);
    return p;
  }
  std::vector<point> draw(std::size_t n) {
    std::vector<point> all;
    for (std::size_t i = 0; i < n; ++i) all.push_back(draw());
    return all;
  }
  void fit(const std::vector<point>& points, const vector& values) {
    model.learn(encode(points), values);
    model.set(encode(points));
    model.condition(values);
  }
};

encoded row(const encoded& all, Eigen::Index i) { return {all.numbers.row(i), all.levels.row(i)}; }

// Smooth and of unit size, uses every coordinate.
double wave(const point& p) {
  double sum = 0.0;
  for (std::size_t k = 0; k < p.size(); ++k)
    if (p.active[k] != 0) sum += std::sin(3.0 * p.unit[k] + static_cast<double>(k));
  return sum;
}

template <class F>
vector values_at(const std::vector<point>& points, F&& f) {
  vector v(static_cast<Eigen::Index>(points.size()));
  for (std::size_t i = 0; i < points.size(); ++i) v(static_cast<Eigen::Index>(i)) = f(points[i]);
  return v;
}

bool finite(const vector& v) {
  return std::all_of(v.begin(), v.end(), [](double x) { return elementary::is_finite(x); });
}

// The documented kernel over s, without noise: squared distances over squared lengthscales, Matern 5/2.
double correlation(const bench& b, const encoded& all, Eigen::Index i, const encoded& others, Eigen::Index j) {
  double squared = 0.0;
  for (Eigen::Index f = 0; f < b.layout.numbers(); ++f)
    squared +=
        std::pow((all.numbers(i, f) - others.numbers(j, f)) / b.model.lengthscale(b.layout.group_of_number(f)), 2);
  for (Eigen::Index c = 0; c < b.layout.levels(); ++c)
    if (all.levels(i, c) != others.levels(j, c))
      squared += std::pow(b.model.lengthscale(b.layout.group_of_level(c)), -2);
  const double r = std::sqrt(5.0 * squared);
  return (1.0 + r + r * r / 3.0) * std::exp(-r);
}

// The mean's share t of the kernel, as a model of one point shows it: at the point its mean is proportional to 1 + t, far away
// to t.
double mean_share(const domain& space) {
  bench b(space);
  encoded one = b.encode({b.draw()});
  b.model.set(one);
  b.model.condition(vector::Ones(1));
  vector at;
  vector away;
  vector deviation;
  b.model.predict(one, at, deviation);
  one.numbers.array() += 1e6;
  b.model.predict(one, away, deviation);
  const double ratio = away(0) / at(0);
  return ratio / (1.0 - ratio);
}

}  // namespace

TEST_CASE("gaussian_process: predictions are those of the textbook's formulas with the documented kernel") {
  // Rasmussen and Williams, eq. 2.25 and 2.26, by another factorisation.
  const double t = mean_share(cube(1));
  CHECK(t >= 0.0);
  for (const bool learnt : {false, true})
    for (const domain& space : {cube(2), mixed(), categories()}) {
      bench b(space, 3);
      const std::vector<point> points = b.draw(30);
      vector y = values_at(points, wave);
      for (double& v : y) v += 0.1 * b.rng.normal();
      const encoded inputs = b.encode(points);
      if (learnt) b.model.learn(inputs, y);
      b.model.set(inputs);
      b.model.condition(y);
      matrix kernel(30, 30);
      for (Eigen::Index i = 0; i < 30; ++i)
        for (Eigen::Index j = 0; j < 30; ++j)
          kernel(i, j) = correlation(b, inputs, i, inputs, j) + t + (i == j ? b.model.noise() : 0.0);
      const Eigen::LDLT<matrix> factor(kernel);
      const encoded others = b.encode(b.draw(50));
      vector mean;
      vector deviation;
      b.model.predict(others, mean, deviation);
      CAPTURE(learnt);
      CAPTURE(space.size());
      for (Eigen::Index q = 0; q < 50; ++q) {
        vector k(30);
        for (Eigen::Index i = 0; i < 30; ++i) k(i) = correlation(b, inputs, i, others, q) + t;
        CHECK(mean(q) == doctest::Approx(k.dot(factor.solve(y))).epsilon(1e-6));
        const double variance = b.model.scale() * (1.0 + t - k.dot(factor.solve(k)));
        CHECK(deviation(q) * deviation(q) == doctest::Approx(variance).epsilon(1e-5));
      }
      vector at_points;
      b.model.predict(inputs, at_points, deviation);
      CHECK((b.model.fitted() - at_points).cwiseAbs().maxCoeff() < 1e-8);
    }
}

TEST_CASE("gaussian_process: the scale is that of the values") {
  // The prior is worth a few points, and of unit scale.
  bench b(cube(2), 5);
  const std::vector<point> points = b.draw(150);
  const vector y = values_at(points, wave);
  b.fit(points, y);
  const double plain = b.model.scale();
  b.model.condition(10.0 * y);
  CHECK(b.model.scale() > 50.0 * plain);
  CHECK(b.model.scale() < 101.0 * plain);
}

TEST_CASE(
    "gaussian_process: kernel matrices of mixed conditional spaces are positive semidefinite, as the model has them") {
  // A model of one point, with value 1, has means proportional to one column of the kernel matrix.
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    bench b(mixed(), seed);
    const encoded all = b.encode(b.draw(80));
    vector noise(80);
    for (double& v : noise) v = b.rng.normal();
    b.model.learn(all, seed % 2 == 0 ? noise : vector(all.numbers.rowwise().sum()));  // some lengthscales
    matrix kernel(80, 80);
    vector column;
    vector deviation;
    for (Eigen::Index j = 0; j < 80; ++j) {
      b.model.set(row(all, j));
      b.model.condition(vector::Ones(1));
      b.model.predict(all, column, deviation);
      kernel.col(j) = column;
    }
    CHECK((kernel - kernel.transpose()).cwiseAbs().maxCoeff() < 1e-12);
    const Eigen::SelfAdjointEigenSolver<matrix> solver(kernel, Eigen::EigenvaluesOnly);
    CHECK(solver.eigenvalues()(0) >= -1e-9);
    CHECK(solver.eigenvalues()(79) > 1.0);
  }
}

TEST_CASE(
    "gaussian_process: interpolates smooth values; the deviation vanishes at data and returns to the prior's far "
    "away") {
  for (const domain& space : {cube(1), cube(3), mixed()}) {
    bench b(space, 1);
    const std::vector<point> points = b.draw(60);
    const vector y = values_at(points, wave);
    b.fit(points, y);
    const encoded inputs = b.encode(points);
    vector mean;
    vector deviation;
    b.model.predict(inputs, mean, deviation);
    const double prior = std::sqrt(b.model.scale());
    CAPTURE(space.size());
    CHECK((mean - y).cwiseAbs().maxCoeff() < 0.02);
    CHECK((b.model.fitted() - y).cwiseAbs().maxCoeff() < 0.02);
    CHECK(deviation.maxCoeff() < 0.05 * prior);
    // Far outside of the cube, where only the mean connects.
    encoded away = inputs;
    away.numbers.array() += 1e7;
    b.model.predict(away, mean, deviation);
    CHECK(mean.maxCoeff() - mean.minCoeff() < 1e-9);
    CHECK(mean(0) > y.minCoeff() - 3.0 * prior);
    CHECK(mean(0) < y.maxCoeff() + 3.0 * prior);
    CHECK(deviation.minCoeff() > 0.999 * prior);
    CHECK(deviation.maxCoeff() < prior * std::sqrt(1.0 + mean_share(space)) + 1e-9);
  }
}

TEST_CASE("gaussian_process: predicts a smooth function between the points, with deviations that are honest") {
  bench b(cube(2), 4);
  const std::vector<point> points = b.draw(80);
  b.fit(points, values_at(points, wave));
  const std::vector<point> others = b.draw(300);
  vector mean;
  vector deviation;
  b.model.predict(b.encode(others), mean, deviation);
  const vector gap = mean - values_at(others, wave);
  CHECK(gap.cwiseAbs().maxCoeff() < 0.1);
  int far_off = 0;
  for (Eigen::Index i = 0; i < 300; ++i) far_off += std::abs(gap(i)) > 3.0 * deviation(i);
  CHECK(far_off <= 15);  // 0.3 % of a normal belief, 5 % here
}

TEST_CASE("gaussian_process: append gives what set gives, also after points were forgotten") {
  for (const domain& space : {cube(3), mixed(), categories()}) {
    bench b(space, 8);
    const std::vector<point> points = b.draw(70);
    vector y = values_at(points, wave);
    for (double& v : y) v += 0.05 * b.rng.normal();
    const encoded all = b.encode(points);
    const encoded others = b.encode(b.draw(40));
    b.model.learn(all, y);
    gaussian_process whole = b.model;
    gaussian_process grown = b.model;
    const auto same = [&](const std::vector<Eigen::Index>& rows) {
      encoded known = b.layout.room(static_cast<Eigen::Index>(rows.size()));
      vector v(static_cast<Eigen::Index>(rows.size()));
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto at = static_cast<Eigen::Index>(i);
        known.numbers.row(at) = all.numbers.row(rows[i]);
        known.levels.row(at) = all.levels.row(rows[i]);
        v(at) = y(rows[i]);
      }
      whole.set(known);
      whole.condition(v);
      grown.condition(v);
      vector mean[2];
      vector deviation[2];
      whole.predict(others, mean[0], deviation[0]);
      grown.predict(others, mean[1], deviation[1]);
      CHECK(whole.size() == grown.size());
      CHECK((mean[0] - mean[1]).cwiseAbs().maxCoeff() < 1e-8);
      CHECK((deviation[0] - deviation[1]).cwiseAbs().maxCoeff() < 1e-8);
      CHECK((whole.fitted() - grown.fitted()).cwiseAbs().maxCoeff() < 1e-8);
      CHECK(whole.scale() == doctest::Approx(grown.scale()).epsilon(1e-8));
    };
    std::vector<Eigen::Index> rows{0, 1, 2, 3, 4};
    grown.set({all.numbers.topRows(5), all.levels.topRows(5)});
    same(rows);
    for (Eigen::Index i = 5; i < 60; ++i) {
      grown.append(row(all, i));
      rows.push_back(i);
      if (i % 11 == 0) same(rows);
    }
    same(rows);
    grown.append(row(all, 0));  // a point that is known
    rows.push_back(0);
    same(rows);
  }
}

TEST_CASE("gaussian_process: one prediction is that of a batch, and its slopes are those of differences") {
  for (const domain& space : {cube(1), cube(4), mixed()})
    for (const bool noisy : {false, true}) {
      bench b(space, 6);
      const std::vector<point> points = b.draw(40);
      vector y = values_at(points, wave);
      if (noisy)
        for (double& v : y) v += 0.3 * b.rng.normal();
      b.fit(points, y);
      const encoded others = b.encode(b.draw(40));
      vector mean;
      vector deviation;
      b.model.predict(others, mean, deviation);
      gaussian_process::belief belief;
      for (Eigen::Index i = 0; i < 40; ++i) {
        const encoded one = row(others, i);
        b.model.predict(one, belief);
        CHECK(belief.mean == doctest::Approx(mean(i)).epsilon(1e-9));
        CHECK(belief.deviation == doctest::Approx(deviation(i)).epsilon(1e-6));
        CHECK(belief.mean_slope.size() == b.layout.numbers());
        for (Eigen::Index f = 0; f < b.layout.numbers(); ++f) {
          encoded above = one;
          encoded below = one;
          const double h = 1e-4 * (std::min)(1.0, b.model.lengthscale(b.layout.group_of_number(f)));
          above.numbers(0, f) += h;
          below.numbers(0, f) -= h;
          gaussian_process::belief up;
          gaussian_process::belief down;
          b.model.predict(above, up);
          b.model.predict(below, down);
          CAPTURE(space.size());
          CAPTURE(noisy);
          CAPTURE(f);
          const double by_mean = (up.mean - down.mean) / (2.0 * h);
          const double by_deviation = (up.deviation - down.deviation) / (2.0 * h);
          // Near data the deviation bends within h.
          const double bend = (up.deviation + down.deviation - 2.0 * belief.deviation) / (h * belief.deviation);
          CHECK(std::abs(belief.mean_slope(f) - by_mean) < 1e-4 * (1.0 + std::abs(by_mean)));
          CHECK(std::abs(belief.deviation_slope(f) - by_deviation) <
                1e-3 * (1.0 + std::abs(by_deviation)) * (1.0 + std::abs(bend)));
        }
      }
      // At data, where distances are 0, too.
      b.model.predict(row(b.encode(points), 0), belief);
      CHECK(finite(belief.mean_slope));
      CHECK(finite(belief.deviation_slope));
    }
}

TEST_CASE("gaussian_process: the outline has the same means and deviations that are never too small") {
  for (const domain& space : {cube(2), mixed(), categories()}) {
    bench b(space, 2);
    const std::vector<point> points = b.draw(50);
    b.fit(points, values_at(points, wave));
    std::vector<point> at = b.draw(200);
    at.insert(at.end(), points.begin(), points.end());
    const encoded others = b.encode(at);
    vector mean[2];
    vector deviation[2];
    b.model.predict(others, mean[0], deviation[0]);
    b.model.outline(others, mean[1], deviation[1]);
    CHECK((mean[0] - mean[1]).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((deviation[1] - deviation[0]).minCoeff() >= -1e-9);
    CHECK(deviation[1].maxCoeff() <= std::sqrt(b.model.scale() * (1.0 + mean_share(cube(1)))) + 1e-9);
  }
}

TEST_CASE("gaussian_process: what has no influence gets a longer lengthscale than what has") {
  int right = 0;
  int right_categories = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    bench b(cube(3), seed);
    const std::vector<point> points = b.draw(50);
    b.fit(points, values_at(points, [](const point& p) { return std::sin(7.0 * p.unit[0]) + p.unit[1]; }));
    right += b.model.lengthscale(2) > 4.0 * b.model.lengthscale(0) && b.model.lengthscale(1) > b.model.lengthscale(0);

    bench c(categories(), seed);
    const std::vector<point> some = c.draw(50);
    c.fit(some, values_at(some, [&](const point& p) {
            return static_cast<double>(c.space[0].level(p.unit[0]) * c.space[0].level(p.unit[0])) - 3.0;
          }));
    right_categories +=
        c.model.lengthscale(0) < c.model.lengthscale(1) && c.model.lengthscale(0) < c.model.lengthscale(2);
  }
  CHECK(right >= 9);
  CHECK(right_categories >= 9);
}

TEST_CASE("gaussian_process: finds the noise there is, and next to none in smooth values") {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    bench b(cube(2), seed);
    const std::vector<point> points = b.draw(120);
    const vector smooth = values_at(points, wave);
    vector y = smooth;
    for (double& v : y) v += 0.4 * b.rng.normal();
    CAPTURE(seed);
    b.fit(points, y);
    const double found = std::sqrt(b.model.noise() * b.model.scale());
    CHECK(found > 0.4 / 1.5);
    CHECK(found < 0.4 * 1.5);
    // So that the posterior mean is nearer to the truth than the values are.
    CHECK((b.model.fitted() - smooth).norm() < 0.6 * (y - smooth).norm());
    bench other(cube(2), seed);
    other.fit(points, smooth);
    CHECK(std::sqrt(other.model.noise() * other.model.scale()) < 0.02);
  }
}

TEST_CASE("gaussian_process: learning again from the same values changes little, from other values it follows") {
  bench b(cube(2), 3);
  const std::vector<point> points = b.draw(80);
  const vector wiggly = values_at(points, [](const point& p) { return std::sin(25.0 * p.unit[0]); });
  const vector slow = values_at(points, [](const point& p) { return p.unit[0]; });
  b.fit(points, wiggly);
  const double tight = b.model.lengthscale(0);
  for (int i = 0; i < 3; ++i) b.fit(points, wiggly);
  CHECK(b.model.lengthscale(0) == doctest::Approx(tight).epsilon(0.2));
  for (int i = 0; i < 5; ++i) b.fit(points, slow);
  CHECK(b.model.lengthscale(0) > 3.0 * tight);
}

TEST_CASE("gaussian_process: the same inputs give the same bits") {
  vector mean[2];
  vector deviation[2];
  for (int i = 0; i < 2; ++i) {
    bench b(mixed(), 7);
    const std::vector<point> points = b.draw(40);
    b.fit(points, values_at(points, wave));
    b.model.predict(b.encode(b.draw(20)), mean[i], deviation[i]);
  }
  CHECK(mean[0] == mean[1]);
  CHECK(deviation[0] == deviation[1]);
}

TEST_CASE("gaussian_process: 200 duplicates, with equal and with different values") {
  for (const double noise : {0.0, 1e-12, 1.0}) {
    bench b(mixed(), 1);
    const std::vector<point> points(200, b.draw());
    vector y(200);
    for (double& v : y) v = 0.5 + noise * b.rng.normal();
    b.fit(points, y);
    vector mean;
    vector deviation;
    b.model.predict(b.encode({points[0], b.draw()}), mean, deviation);
    CAPTURE(noise);
    CHECK(finite(mean));
    CHECK(finite(deviation));
    CHECK(mean(0) == doctest::Approx(y.mean()).epsilon(0.05));
    CHECK(deviation.minCoeff() > 0.0);
    CHECK(deviation(1) > deviation(0));
    const encoded again = b.encode({points[0]});
    for (int i = 0; i < 20; ++i) b.model.append(again);
    b.model.condition(vector::Constant(220, 0.5));
    b.model.predict(again, mean, deviation);
    CHECK(mean(0) == doctest::Approx(0.5).epsilon(0.05));
    CHECK(finite(deviation));
  }
}

TEST_CASE("gaussian_process: constant values are believed, and leave room for more") {
  for (const double constant : {0.0, 1.0, -4.0}) {
    bench b(cube(3), 2);
    const std::vector<point> points = b.draw(50);
    b.fit(points, vector::Constant(50, constant));
    vector mean;
    vector deviation;
    b.model.predict(b.encode(b.draw(100)), mean, deviation);
    CHECK((mean.array() - constant).abs().maxCoeff() < 0.1);
    CHECK(deviation.minCoeff() > 0.0);
    CHECK(deviation.maxCoeff() < 1.0);
    CHECK(b.model.scale() > 0.0);
  }
}

TEST_CASE("gaussian_process: differences in the last digits are modelled after the output transform as any others") {
  for (const double unit : {1e-12, 1.0, 1e12, 1e300}) {
    bench b(cube(1), 5);
    const std::vector<point> points = b.draw(60);
    std::vector<double> raw;
    for (const point& p : points)
      raw.push_back((unit < 1e-9 ? 1.0 : 0.0) + unit * (p.unit[0] - 0.4) * (p.unit[0] - 0.4));
    const detail::output_transform transform(raw);
    vector y(60);
    for (Eigen::Index i = 0; i < 60; ++i) y(i) = transform(raw[static_cast<std::size_t>(i)]);
    b.fit(points, y);
    point best(1);
    point worse(1);
    best.unit[0] = 0.4;
    worse.unit[0] = 0.6;
    b.space.complete(best);
    b.space.complete(worse);
    vector mean;
    vector deviation;
    b.model.predict(b.encode({best, worse}), mean, deviation);
    CAPTURE(unit);
    CHECK(mean(0) < mean(1) - 3.0 * deviation(1));
  }
}

TEST_CASE("gaussian_process: spaces of categories alone, one dimension, a hundred, and none that varies") {
  vector mean;
  vector deviation;
  {
    // Additive effects of three categories: all 24 points are told apart.
    bench b(categories(), 1);
    const std::vector<point> points = b.draw(80);
    const auto f = [](const point& p) { return 2.0 * p.unit[0] - p.unit[1] + 0.5 * p.unit[2]; };
    b.fit(points, values_at(points, f));
    const std::vector<point> others = b.draw(50);
    b.model.predict(b.encode(others), mean, deviation);
    CHECK((mean - values_at(others, f)).cwiseAbs().maxCoeff() < 0.2);
    gaussian_process::belief belief;
    b.model.predict(b.encode({others[0]}), belief);
    CHECK(belief.mean == doctest::Approx(mean(0)).epsilon(1e-9));
    CHECK(belief.mean_slope.isZero(0.0));
  }
  {
    bench b(cube(1), 1);
    const std::vector<point> points = b.draw(15);
    b.fit(points, values_at(points, wave));
    const std::vector<point> others = b.draw(50);
    b.model.predict(b.encode(others), mean, deviation);
    CHECK((mean - values_at(others, wave)).cwiseAbs().maxCoeff() < 0.05);
  }
  {
    // A plane in 100 dimensions from 60 points: better than the mean of the values.
    bench b(cube(100), 1);
    const auto plane = [](const point& p) { return 3.0 * p.unit[0] - 2.0 * p.unit[1] + p.unit[2]; };
    const std::vector<point> points = b.draw(60);
    const vector y = values_at(points, plane);
    b.fit(points, y);
    const std::vector<point> others = b.draw(100);
    const vector wanted = values_at(others, plane);
    b.model.predict(b.encode(others), mean, deviation);
    CHECK(finite(deviation));
    CHECK((mean - wanted).norm() < 0.8 * (wanted.array() - y.mean()).matrix().norm());
  }
  {
    bench b(domain::make({parameter::categorical("a", {"only"}).value()}).value());
    const std::vector<point> points = b.draw(10);
    vector y(10);
    for (double& v : y) v = 1.0 + b.rng.normal();
    b.fit(points, y);
    b.model.predict(b.encode({points[0]}), mean, deviation);
    CHECK(mean(0) == doctest::Approx(y.mean()).epsilon(0.5));
    CHECK(deviation(0) > 0.0);
  }
}

TEST_CASE(
    "gaussian_process: one point says nothing about lengthscales: the most likely are the prior's, where a model "
    "begins") {
  for (const domain& space : {cube(1), cube(9), mixed()}) {
    bench b(space, 1);
    const gaussian_process before = b.model;
    b.fit(b.draw(1), vector::Zero(1));
    for (Eigen::Index g = 0; g < b.layout.groups(); ++g)
      CHECK(b.model.lengthscale(g) == doctest::Approx(before.lengthscale(g)).epsilon(0.1));
  }
}

TEST_CASE("gaussian_process: one point and two") {
  for (const std::size_t n : {1U, 2U}) {
    bench b(mixed(), n);
    const std::vector<point> points = b.draw(n);
    const vector y = values_at(points, wave);
    b.fit(points, y);
    vector mean;
    vector deviation;
    b.model.predict(b.encode(points), mean, deviation);
    CHECK(finite(mean));
    CHECK((deviation.array() > 0.0).all());
  }
}
