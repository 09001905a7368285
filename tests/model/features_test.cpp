#include "support.hpp"

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knobless/model/features.hpp>
#include <knobless/random.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace knobless;
using detail::encoded;
using detail::features;

namespace {

// Every kind of parameter, at the root and below a branch, and a branch below a branch.
domain mixed() {
  return domain::make({parameter::real("x", {}).value(),                                                          // 0
                       parameter::integer("n", {.low = 1, .high = 40, .scale = knobless::scaling::log}).value(),  // 1
                       parameter::ordinal("o", {"a", "b", "c"}, {1.0, 2.0, 10.0}).value(),                        // 2
                       parameter::categorical("c", {"p", "q", "r"}).value(),                                      // 3
                       parameter::real("y", {}).value().when(3, 0b001U),                                          // 4
                       parameter::categorical("inner", {"u", "v"}).value().when(3, 0b110U),                       // 5
                       parameter::integer("k", {.low = 0, .high = 5}).value().when(5, 0b10U),                     // 6
                       parameter::real("alone", {.low = 2.0, .high = 2.0, .step = 1.0}).value(),                  // 7
                       parameter::categorical("fixed", {"only"}).value(),                                         // 8
                       parameter::categorical("late", {"only"}).value().when(3, 0b010U)})                         // 9
      .value();
}

struct row {
  Eigen::RowVectorXd numbers;
  Eigen::RowVectorXi levels;
};

row encode(const domain& d, const features& layout, const point& p) {
  encoded all = layout.room(1);
  layout.encode(d, p, all, 0);
  return {all.numbers.row(0).head(layout.numbers()), all.levels.row(0).head(layout.levels())};
}

// The share of one group in the squared distance, for a lengthscale of 1.
double share(const features& layout, const row& a, const row& b, Eigen::Index group) {
  double sum = 0.0;
  for (Eigen::Index f = 0; f < layout.numbers(); ++f)
    if (layout.group_of_number(f) == group) sum += (a.numbers(f) - b.numbers(f)) * (a.numbers(f) - b.numbers(f));
  for (Eigen::Index c = 0; c < layout.levels(); ++c)
    if (layout.group_of_level(c) == group) sum += a.levels(c) != b.levels(c) ? 1.0 : 0.0;
  return sum;
}

point drawn(const domain& d, knobless::random_stream& rng) {
  point p(d.size());
  for (double& u : p.unit) u = rng.uniform();
  d.complete(p);
  return p;
}

// Which group belongs to a parameter, or -1.
Eigen::Index group_of(const features& layout, std::size_t parameter) {
  for (const auto* places : {&layout.number_places(), &layout.level_places()})
    for (const features::place& place : *places)
      if (place.parameter == parameter) return place.group;
  return -1;
}

}  // namespace

TEST_CASE("features: each parameter that can vary has a group of its own, and a number or a level") {
  const domain d = mixed();
  const features layout(d);
  std::vector<bool> taken(static_cast<std::size_t>(layout.groups()), false);
  for (std::size_t k = 0; k < d.size(); ++k) {
    const Eigen::Index group = group_of(layout, k);
    CAPTURE(k);
    // A value that never changes and is always there says nothing; one that is there at times says that.
    CHECK((group >= 0) == (k != 7 && k != 8));
    if (group < 0) continue;
    REQUIRE(group < layout.groups());
    CHECK_FALSE(taken[static_cast<std::size_t>(group)]);
    taken[static_cast<std::size_t>(group)] = true;
  }
  CHECK(layout.groups() == 8);
  CHECK(layout.levels() == 3);
  CHECK(layout.numbers() == 3 + 2 * 2);  // those that are active at times lie on an arc
  for (const features::place& place : layout.number_places()) {
    CHECK(d[place.parameter].numeric());
    CHECK(place.on_arc == (place.parameter == 4 || place.parameter == 6));
    CHECK(place.levels == d[place.parameter].levels());
  }
  for (const features::place& place : layout.level_places()) CHECK_FALSE(d[place.parameter].numeric());
}

TEST_CASE("features: distances are what is documented, for random pairs of points of a mixed conditional space") {
  const domain d = mixed();
  const features layout(d);
  knobless::random_stream rng(1);
  int compared[3] = {0, 0, 0};
  for (int i = 0; i < 2000; ++i) {
    const point a = drawn(d, rng);
    const point b = drawn(d, rng);
    const row ra = encode(d, layout, a);
    const row rb = encode(d, layout, b);
    for (std::size_t k = 0; k < d.size(); ++k) {
      const Eigen::Index group = group_of(layout, k);
      if (group < 0) continue;
      const double found = share(layout, ra, rb, group);
      const bool both = a.active[k] != 0 && b.active[k] != 0;
      const bool neither = a.active[k] == 0 && b.active[k] == 0;
      double wanted = 0.0;
      if (!d[k].numeric())
        wanted = (both && d[k].level(a.unit[k]) == d[k].level(b.unit[k])) || neither ? 0.0 : 1.0;
      else if (d[k].parent() == parameter::no_parent)
        wanted = (a.unit[k] - b.unit[k]) * (a.unit[k] - b.unit[k]);
      else if (both)
        wanted = 4.0 * std::pow(std::sin(0.5 * (a.unit[k] - b.unit[k])), 2);
      else
        wanted = neither ? 0.0 : 1.0;
      CAPTURE(k);
      CHECK(std::abs(found - wanted) < 1e-14);
      if (d[k].parent() != parameter::no_parent) ++compared[both ? 0 : (neither ? 1 : 2)];
    }
  }
  for (const int count : compared) CHECK(count > 500);
}

TEST_CASE("features: two values of a conditional number are never further apart than one is from inactive") {
  const domain d = mixed();
  const features layout(d);
  const Eigen::Index group = group_of(layout, 4);
  point low(d.size());
  d.complete(low);
  REQUIRE(low.active[4] != 0);
  point high = low;
  high.unit[4] = 1.0;
  const double apart = share(layout, encode(d, layout, low), encode(d, layout, high), group);
  CHECK(apart < 1.0);
  CHECK(apart > 0.9);
}

TEST_CASE("features: every kernel of the distance is positive semidefinite, whatever the lengthscales") {
  const domain d = mixed();
  const features layout(d);
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    knobless::random_stream rng(seed, 5);
    const Eigen::Index n = 60;
    std::vector<row> rows;
    for (Eigen::Index i = 0; i < n; ++i) rows.push_back(encode(d, layout, drawn(d, rng)));
    Eigen::VectorXd weight(layout.groups());
    for (double& w : weight) w = std::pow(10.0, 4.0 * rng.uniform() - 2.0);
    Eigen::MatrixXd matern(n, n);
    Eigen::MatrixXd gauss(n, n);
    Eigen::MatrixXd rough(n, n);
    for (Eigen::Index i = 0; i < n; ++i)
      for (Eigen::Index j = 0; j < n; ++j) {
        double squared = 0.0;
        for (Eigen::Index g = 0; g < layout.groups(); ++g)
          squared += weight(g) * share(layout, rows[static_cast<std::size_t>(i)], rows[static_cast<std::size_t>(j)], g);
        const double r = std::sqrt(5.0 * squared);
        matern(i, j) = (1.0 + r + r * r / 3.0) * std::exp(-r);
        gauss(i, j) = std::exp(-0.5 * squared);
        rough(i, j) = std::exp(-std::sqrt(squared));
      }
    for (const Eigen::MatrixXd* kernel : {&matern, &gauss, &rough}) {
      const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(*kernel, Eigen::EigenvaluesOnly);
      CHECK(solver.eigenvalues()(0) >= -1e-9);
    }
  }
}

TEST_CASE("features: equal points have equal rows, different ones different rows") {
  const domain d = mixed();
  const features layout(d);
  knobless::random_stream rng(7);
  for (int i = 0; i < 500; ++i) {
    const point a = drawn(d, rng);
    const point b = drawn(d, rng);
    const row ra = encode(d, layout, a);
    const row again = encode(d, layout, point(a));
    const row rb = encode(d, layout, b);
    CHECK((ra.numbers == again.numbers && ra.levels == again.levels));
    CHECK_FALSE((a != b && ra.numbers == rb.numbers && ra.levels == rb.levels));
  }
}

TEST_CASE("features: the chain rule agrees with differences") {
  const domain d = mixed();
  const features layout(d);
  knobless::random_stream rng(2);
  for (int i = 0; i < 100; ++i) {
    const point p = drawn(d, rng);
    Eigen::VectorXd slope(layout.numbers());  // of a linear function of the numbers
    for (double& s : slope) s = rng.normal();
    std::vector<double> by_unit(d.size(), 7.0);
    layout.chain(p.unit, p.active, slope, by_unit);
    for (std::size_t k = 0; k < d.size(); ++k) {
      // As if the parameter were continuous.
      point above = p;
      point below = p;
      above.unit[k] += 1e-5;
      below.unit[k] -= 1e-5;
      double wanted = 0.0;
      if (p.active[k] != 0 && d[k].numeric())
        wanted = slope.dot((encode(d, layout, above).numbers - encode(d, layout, below).numbers).transpose()) / 2e-5;
      CAPTURE(k);
      CHECK(std::abs(by_unit[k] - wanted) < 1e-8);
    }
  }
}

TEST_CASE("features: spaces of one kind, and one in which nothing varies") {
  const domain categories = domain::make({parameter::categorical("a", {"x", "y"}).value(),
                                          parameter::categorical("b", {"x", "y", "z"}).value()})
                                .value();
  const features only(categories);
  CHECK(only.numbers() == 0);
  CHECK(only.levels() == 2);
  CHECK(only.groups() == 2);
  const domain fixed = domain::make({parameter::categorical("a", {"x"}).value()}).value();
  const features none(fixed);
  CHECK(none.groups() == 0);
  CHECK(none.numbers() + none.levels() == 0);
  std::vector<parameter> many;
  for (int k = 0; k < 100; ++k) many.push_back(parameter::real(detail::text("x", std::to_string(k)), {}).value());
  const features wide(domain::make(std::move(many)).value());
  CHECK(wide.groups() == 100);
  CHECK(wide.numbers() == 100);
}
