#include "support.hpp"

#include <Eigen/Core>
#include <cstddef>
#include <knobless/base/elementary.hpp>
#include <knobless/model/distances.hpp>
#include <knobless/random.hpp>
#include <vector>

using namespace knobless;

namespace {

domain mixed() {
  return domain::make({parameter::real("x", {}).value(), parameter::categorical("c", {"p", "q", "r"}).value(),
                       parameter::real("y", {}).value().when(1, 0b011U)})
      .value();
}

std::vector<point> draw(const domain& space, std::size_t n) {
  random_stream rng(1, 2);
  std::vector<point> all;
  for (std::size_t i = 0; i < n; ++i) {
    point p(space.size());
    for (double& u : p.unit) u = rng.uniform();
    space.complete(p);
    all.push_back(p);
  }
  return all;
}

// One pair, as the documentation of `features` has it.
double expected(const detail::features& layout, const detail::encoded& at, const Eigen::VectorXd& log_length,
                Eigen::Index i, Eigen::Index j) {
  double sum = 0.0;
  for (Eigen::Index f = 0; f < layout.numbers(); ++f) {
    const double gap = (at.numbers(i, f) - at.numbers(j, f)) / elementary::exp(log_length(layout.group_of_number(f)));
    sum += gap * gap;
  }
  for (Eigen::Index c = 0; c < layout.levels(); ++c)
    if (at.levels(i, c) != at.levels(j, c)) sum += elementary::exp(-2.0 * log_length(layout.group_of_level(c)));
  return sum;
}

struct fixture {
  domain space = mixed();
  detail::features layout{space};
  detail::encoded points = layout.encode(space, draw(space, 7));
  Eigen::VectorXd log_length = Eigen::VectorXd::LinSpaced(3, -1.0, 0.5);
  detail::compared_points known{layout};

  fixture() { known.set(points, log_length); }
};

}  // namespace

TEST_CASE("distances: all pairs have the distance of their features over the lengthscales") {
  fixture f;
  Eigen::MatrixXd all = Eigen::MatrixXd::Zero(f.known.room(), f.known.room());
  f.known.among(all);
  for (Eigen::Index j = 0; j < 7; ++j)
    for (Eigen::Index i = j + 1; i < 7; ++i)
      CHECK(all(i, j) == doctest::Approx(expected(f.layout, f.points, f.log_length, i, j)));
}

TEST_CASE("distances: a block and a single point are as far from the known ones as pairs are") {
  fixture f;
  Eigen::MatrixXd scaled;
  detail::scale_numbers(f.layout, f.points.numbers, f.log_length, scaled);
  Eigen::MatrixXd block(4, f.known.room());
  f.known.to_block(scaled, f.points.levels, 4, 3, block);
  for (Eigen::Index j = 0; j < 7; ++j)
    for (Eigen::Index i = 0; i < 3; ++i)
      CHECK(block(i, j) == doctest::Approx(expected(f.layout, f.points, f.log_length, i + 4, j)));
  const detail::encoded one{f.points.numbers.row(5), f.points.levels.row(5)};
  Eigen::VectorXd numbers;
  Eigen::VectorXd distance;
  f.known.to_one(one, numbers, distance);
  for (Eigen::Index j = 0; j < 7; ++j)
    CHECK(distance(j) == doctest::Approx(expected(f.layout, f.points, f.log_length, 5, j)));
}

TEST_CASE("distances: points that are appended one by one compare as those that are set at once") {
  fixture f;
  detail::compared_points grown{f.layout};
  grown.set({f.points.numbers.topRows(1), f.points.levels.topRows(1)}, f.log_length);
  Eigen::VectorXd numbers;
  Eigen::VectorXd distance;
  for (Eigen::Index i = 1; i < 7; ++i) {
    const detail::encoded one{f.points.numbers.row(i), f.points.levels.row(i)};
    grown.to_one(one, numbers, distance);
    grown.append(one, numbers);
  }
  REQUIRE(grown.size() == 7);
  const detail::encoded one{f.points.numbers.row(2), f.points.levels.row(2)};
  Eigen::VectorXd all_at_once;
  f.known.to_one(one, numbers, all_at_once);
  grown.to_one(one, numbers, distance);
  CHECK(distance == all_at_once);
}
