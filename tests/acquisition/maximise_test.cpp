#include "support.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <knobless/acquisition/expected_improvement.hpp>
#include <knobless/acquisition/maximise.hpp>
#include <knobless/base/elementary.hpp>
#include <knobless/model/features.hpp>
#include <knobless/model/gaussian_process.hpp>
#include <knobless/random.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace knobless;
using detail::acquisition_search;
using detail::encoded;
using detail::expected_gain;
using detail::features;
using detail::gaussian_process;

namespace {

bool all(const point&) { return true; }

domain cube(std::size_t d) {
  std::vector<parameter> parameters;
  for (std::size_t k = 0; k < d; ++k)
    parameters.push_back(parameter::real(detail::text("x", std::to_string(k)), {}).value());
  return domain::make(std::move(parameters)).value();
}
// 4 * 9 * 3 * 5 * 2 points.
domain grid() {
  return domain::make({parameter::categorical("c", {"1", "2", "3", "4"}).value(),
                       parameter::integer("n", {.low = 0, .high = 8}).value(),
                       parameter::categorical("e", {"1", "2", "3"}).value(),
                       parameter::ordinal("o", {"1", "2", "3", "4", "5"}).value(),
                       parameter::categorical("f", {"off", "on"}).value()})
      .value();
}
domain tree() {
  return domain::make({parameter::real("x", {}).value(), parameter::categorical("c", {"p", "q", "r"}).value(),
                       parameter::real("y", {}).value().when(1, 0b001U),
                       parameter::integer("n", {.low = 0, .high = 100}).value().when(1, 0b110U),
                       parameter::categorical("inner", {"u", "v"}).value().when(1, 0b100U),
                       parameter::real("z", {}).value().when(4, 0b10U)})
      .value();
}

double wave(const point& p) {
  double sum = 0.0;
  for (std::size_t k = 0; k < p.size(); ++k)
    if (p.active[k] != 0) sum += std::sin(5.0 * p.unit[k] + 2.0 * static_cast<double>(k));
  return sum;
}

// A model of `told` random points of a space.
struct bench {
  domain space;
  features layout{space};
  gaussian_process model{layout};
  knobless::random_stream rng;
  double threshold = 0.0;

  bench(domain of, std::uint64_t seed, std::size_t told) : space(std::move(of)), rng(seed, 7) {
    const std::vector<point> points = draw(told);
    Eigen::VectorXd values(static_cast<Eigen::Index>(told));
    for (std::size_t i = 0; i < told; ++i) values(static_cast<Eigen::Index>(i)) = wave(points[i]);
    model.learn(encode(points), values);
    model.set(encode(points));
    model.condition(values);
    threshold = values.minCoeff();
  }
  encoded encode(const std::vector<point>& points) const { return layout.encode(space, points); }
  std::vector<point> draw(std::size_t n) {
    std::vector<point> points(n, point(space.size()));
    for (point& p : points) {
      for (double& u : p.unit) u = rng.uniform();
      space.complete(p);
    }
    return points;
  }
  std::vector<double> scores(const std::vector<point>& points) const {
    Eigen::VectorXd mean;
    Eigen::VectorXd deviation;
    model.predict(encode(points), mean, deviation);
    std::vector<double> out;
    for (Eigen::Index i = 0; i < mean.size(); ++i)
      out.push_back(detail::log_expected_improvement((threshold - mean(i)) / deviation(i)).value +
                    elementary::log(deviation(i)));
    return out;
  }
  double score(const point& p) const { return scores({p})[0]; }
  double best_of(const std::vector<point>& points) const {
    const std::vector<double> found = scores(points);
    return *std::max_element(found.begin(), found.end());
  }
  point find(std::vector<point> candidates, const acquisition_search::predicate& eligible = all) const {
    const expected_gain wanted(model, threshold);
    return acquisition_search(space, layout, wanted).find(std::move(candidates), eligible);
  }
  bool complete(const point& p) const {
    point q = p;
    space.complete(q);
    return q == p && space.contains(p);
  }
};

// All points of a discrete space without conditions.
std::vector<point> enumerate(const domain& space) {
  std::vector<point> points{point(space.size())};
  for (std::size_t k = 0; k < space.size(); ++k) {
    std::vector<point> longer;
    for (const point& p : points)
      for (std::uint64_t level = 0; level < space[k].levels(); ++level) {
        longer.push_back(p);
        longer.back().unit[k] = space[k].unit_of_level(level);
      }
    points = std::move(longer);
  }
  for (point& p : points) space.complete(p);
  return points;
}

}  // namespace

TEST_CASE("maximise: finds the best of all points of a discrete space, given few of them") {
  int exactly = 0;
  int nearly = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    bench b(grid(), seed, 30);
    const std::vector<point> everywhere = enumerate(b.space);
    REQUIRE(everywhere.size() == 1080);
    const double best = b.best_of(everywhere);
    const point found = b.find(b.draw(60));
    CHECK(b.complete(found));
    exactly += b.score(found) > best - 1e-9;
    nearly += b.score(found) > best - 0.3;
  }
  CHECK(exactly >= 14);  // one change at a time from five starts does not always arrive
  CHECK(nearly >= 18);
}

TEST_CASE("maximise: a hundred candidates or fewer are all looked at: none is better than what is found") {
  for (const domain& space : {cube(1), cube(6), grid(), tree()})
    for (std::uint64_t seed = 0; seed < 10; ++seed)
      for (const std::size_t count : {1U, 7U, 100U}) {
        bench b(space, seed, 25);
        const std::vector<point> candidates = b.draw(count);
        const point found = b.find(candidates);
        CAPTURE(space.size());
        CAPTURE(seed);
        CHECK(b.complete(found));
        CHECK(b.score(found) >= b.best_of(candidates) - 1e-9);
      }
}

TEST_CASE("maximise: of many candidates the cheap bound loses next to nothing, climbing gains more") {
  for (const domain& space : {cube(2), cube(6), tree()}) {
    double gained = 0.0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      bench b(space, seed, 40);
      const std::vector<point> candidates = b.draw(600);
      const double gain = b.score(b.find(candidates)) - b.best_of(candidates);
      CHECK(gain > -0.1);
      gained += gain;
    }
    CAPTURE(space.size());
    CHECK(gained > 0.0);
  }
}

TEST_CASE("maximise: in a continuous space it ends on a peak") {
  for (const std::size_t d : {1U, 3U, 8U})
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      bench b(cube(d), seed, 30);
      const point found = b.find(b.draw(200));
      const double score = b.score(found);
      std::vector<point> around(300, found);
      for (point& p : around) {
        for (double& u : p.unit) u += 3e-3 * b.rng.normal();
        b.space.complete(p);
      }
      CAPTURE(d);
      CAPTURE(seed);
      CHECK(b.best_of(around) < score + 5e-4);
    }
}

TEST_CASE("maximise: is about as good as the best of very many random points") {
  int as_good = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    bench b(cube(4), seed, 40);
    as_good += b.score(b.find(b.draw(300))) > b.best_of(b.draw(20000)) - 0.1;
  }
  CHECK(as_good >= 9);
}

TEST_CASE("maximise: only eligible points come back, and still good ones") {
  int good = 0;
  int before = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    bench b(grid(), seed, 30);
    const std::vector<point> everywhere = enumerate(b.space);
    // As where the best were told: the 30 best may not be proposed.
    std::vector<double> sorted = b.scores(everywhere);
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    const double limit = sorted[30];
    int asked = 0;
    const auto eligible = [&](const point& p) {
      ++asked;
      return b.score(p) < limit;
    };
    std::vector<point> candidates = b.draw(100);
    std::erase_if(candidates, [&](const point& p) { return !eligible(p); });
    REQUIRE_FALSE(candidates.empty());
    const point found = b.find(candidates, eligible);
    CHECK(eligible(found));
    CHECK(asked > 100);
    CHECK(b.score(found) >= b.best_of(candidates) - 1e-9);
    good += b.score(found) > limit - 0.5;
    before += b.best_of(candidates) > limit - 0.5;
  }
  // Measured: 17. One change at a time, and none through what is not eligible, does not always arrive.
  CAPTURE(before);
  CHECK(good >= 14);
  CHECK(good > before);
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    bench b(cube(3), seed, 30);
    const auto eligible = [](const point& p) { return p.unit[0] + p.unit[1] < 0.8; };
    std::vector<point> candidates = b.draw(100);
    std::erase_if(candidates, [&](const point& p) { return !eligible(p); });
    const point found = b.find(candidates, eligible);
    CHECK(eligible(found));
    CHECK(b.score(found) >= b.best_of(candidates) - 1e-9);
  }
}

TEST_CASE("maximise: where nothing but one candidate is eligible, that one comes back") {
  bench b(tree(), 1, 20);
  const std::vector<point> candidates = b.draw(1);
  CHECK(b.find(candidates, [&](const point& p) { return p == candidates[0]; }) == candidates[0]);
}

TEST_CASE("maximise: points of conditional spaces are complete, and other branches are reached") {
  int changed = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    bench b(tree(), seed, 25);
    // Candidates of one branch only.
    std::vector<point> candidates = b.draw(40);
    std::erase_if(candidates, [&](const point& p) { return b.space[1].level(p.unit[1]) != 0; });
    REQUIRE_FALSE(candidates.empty());
    bool complete = true;
    const point found = b.find(candidates, [&](const point& p) {
      complete = complete && b.complete(p);
      return true;
    });
    CHECK(complete);
    CHECK(b.complete(found));
    changed += b.space[1].level(found.unit[1]) != 0;
  }
  CHECK(changed >= 5);
}

TEST_CASE("maximise: integers of many values, which climb as if continuous, end on a value") {
  const domain space =
      domain::make({parameter::integer("n", {.low = 0, .high = 1000}).value(),
                    parameter::integer("m", {.low = 1, .high = 5000, .scale = knobless::scaling::log}).value()})
          .value();
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    bench b(space, seed, 20);
    const point found = b.find(b.draw(50));
    CHECK(b.complete(found));
    CHECK(b.score(found) > b.best_of(b.draw(2000)) - 0.1);
  }
}

TEST_CASE("maximise: the same inputs give the same point") {
  point found[2];
  for (point& p : found) {
    bench b(tree(), 3, 30);
    p = b.find(b.draw(200));
  }
  CHECK(found[0] == found[1]);
}
