#include <knobless/sampler/cma/quadratic_helper.hpp>

#include <cmath>
#include <utility>

#include "support.hpp"

using namespace knobless;
namespace cma = detail::cma;

namespace {

double bowl(std::span<const double> x) {
  double sum = 0.0;
  for (std::size_t k = 0; k < x.size(); ++k) sum += static_cast<double>(k + 1) * (x[k] - 0.3) * (x[k] - 0.3);
  return sum;
}

// A helper in a cube, beside a stream of random points.
struct watching {
  explicit watching(std::size_t dimensions, std::size_t population = 10)
      : d(dimensions), axes(test::space_of(test::reals(dimensions))), helper(axes) {
    helper.begin_run(population);
  }
  point uniform() {
    std::vector<double> unit(d);
    for (double& u : unit) u = rng.uniform();
    return test::point_at(unit);
  }
  void tell(const point& p, double value) { helper.remember(test::told(p, number++, value)); }
  void tell_bowl(std::size_t trials) {
    for (std::size_t i = 0; i < trials; ++i) {
      const point p = uniform();
      tell(p, bowl(p.unit));
    }
  }

  std::size_t d;
  cma::coordinates axes;
  cma::quadratic_helper helper;
  std::size_t number = 0;
  knobless::random_stream rng{9};
};

}  // namespace

TEST_CASE("quadratic_helper: is worth its time in 20 dimensions and for 1000 trials a dimension") {
  CHECK(watching(20).helper.worthwhile(19999));
  CHECK_FALSE(watching(20).helper.worthwhile(20000));
  CHECK_FALSE(watching(21).helper.worthwhile(0));
  auto with_category = test::reals(2);
  with_category.push_back(parameter::categorical("kind", {"a", "b"}).value());
  const cma::coordinates mixed(test::space_of(with_category));
  CHECK_FALSE(cma::quadratic_helper(mixed).worthwhile(0));
}

TEST_CASE("quadratic_helper: the form grows with the trials: linear, diagonal, full") {
  watching w(2);
  const auto form_after = [&](std::size_t trials) {
    w.tell_bowl(trials - w.helper.known());
    (void)w.helper.minimum();
    return w.helper.form();
  };
  // Three quarters of the trials make 0.85 of the 5 and 6 coefficients.
  CHECK(form_after(5) == quadratic::form::affine);
  CHECK(form_after(6) == quadratic::form::diagonal);
  CHECK(form_after(7) == quadratic::form::full);
  w.helper.forget();
  CHECK(w.helper.known() == 0);
  CHECK(w.helper.form() == quadratic::form::affine);
  CHECK_FALSE(w.helper.minimum().has_value());
}

TEST_CASE("quadratic_helper: of trials it keeps the latest, two for each coefficient or a generation") {
  watching w(2);
  w.tell_bowl(30);
  CHECK(w.helper.known() == 12);
  w.helper.begin_run(25);
  w.tell_bowl(30);
  CHECK(w.helper.known() == 25);
  // Twelve trials of another bowl push out the first: what is older is not missed.
  watching moved(2);
  moved.tell_bowl(12);
  for (int i = 0; i < 12; ++i) {
    const point p = moved.uniform();
    moved.tell(p, (p.unit[0] - 0.6) * (p.unit[0] - 0.6) + (p.unit[1] - 0.6) * (p.unit[1] - 0.6));
  }
  const auto lowest = moved.helper.minimum();
  REQUIRE(lowest.has_value());
  CHECK((*lowest)[0] == doctest::Approx(0.6));
  // An old trial that is told late does not push out a newer one.
  moved.helper.remember(test::told(moved.uniform(), 3, -100.0));
  CHECK((*moved.helper.minimum())[0] == doctest::Approx(0.6));
}

TEST_CASE("quadratic_helper: the minimum of a bowl is found, whatever the worst quarter of the trials is like") {
  watching w(3, 40);
  for (std::size_t i = 0; i < 40; ++i) {
    const point p = w.uniform();
    w.tell(p, i % 5 == 4 ? 1e6 * p.unit[0] + 100.0 : bowl(p.unit));
  }
  const auto lowest = w.helper.minimum();
  REQUIRE(lowest.has_value());
  for (const double x : *lowest) CHECK(x == doctest::Approx(0.3).epsilon(1e-6));
}

TEST_CASE("quadratic_helper: good trials weigh more than bad ones") {
  // A linear function through four trials of a parabola, whose slope is -1 + 1.6 x. With equal weights its slope is
  // that in the middle, -0.6; the best trials lie where it is -0.36.
  // In 20 dimensions four trials are too few for anything but a linear function.
  watching w(20, 4);
  const auto at = [](double x) {
    std::vector<double> unit(20, 0.5);
    unit[0] = x;
    return test::point_at(unit);
  };
  for (const double x : {0.1, 0.2, 0.3, 0.4}) w.tell(at(x), 0.8 * x * x - x);
  (void)w.helper.minimum();
  REQUIRE(w.helper.form() == quadratic::form::affine);
  const double slope = w.helper.predicted(at(1.0).unit) - w.helper.predicted(at(0.0).unit);
  CHECK(slope > -0.57);
  CHECK(slope < -0.50);
}

TEST_CASE("quadratic_helper: speaks where it ranks as the objective does, and not where there is nothing to learn") {
  watching good(3, 20);
  good.tell_bowl(20);
  good.helper.begin_generation(20);
  CHECK_FALSE(good.helper.speaks());
  CHECK(good.helper.agrees(10, 20));
  CHECK(good.helper.speaks());
  good.helper.begin_generation(20);
  CHECK_FALSE(good.helper.speaks());

  watching noise(3, 40);
  for (int i = 0; i < 40; ++i) noise.tell(noise.uniform(), noise.rng.normal());
  noise.helper.begin_generation(20);
  CHECK_FALSE(noise.helper.agrees(19, 20));
  CHECK_FALSE(noise.helper.speaks());
}

TEST_CASE("quadratic_helper: a rank correlation of 0.8 is enough, less is not") {
  // Linear but for some triples in reverse order: each costs 3 of the 105 pairs of 15 trials.
  const auto agrees = [](std::size_t reversed) {
    watching w(20, 2);  // 231 coefficients: the function stays linear
    std::vector<double> rank;
    for (std::size_t i = 0; i < 15; ++i) rank.push_back(static_cast<double>(i));
    for (std::size_t i = 0; i < reversed; ++i) std::swap(rank[3 * i], rank[3 * i + 2]);
    for (std::size_t i = 0; i < 15; ++i) {
      std::vector<double> unit(20, 0.5);
      unit[0] = static_cast<double>(i) / 15.0;
      w.tell(test::point_at(unit), rank[i]);
    }
    w.helper.begin_generation(2);
    return w.helper.agrees(2, 2);
  };
  CHECK(agrees(3));        // 0.83
  CHECK_FALSE(agrees(4));  // 0.77
}

TEST_CASE(
    "quadratic_helper: is asked first at 2 % of a generation, with four trials at least, then at half as many more") {
  watching w(2, 200);
  w.helper.begin_generation(200);
  w.tell_bowl(4);
  CHECK_FALSE(w.helper.agrees(4, 200));  // knew none: 1 + 4 are wanted
  w.tell_bowl(60);
  w.helper.begin_generation(200);
  CHECK_FALSE(w.helper.agrees(4, 200));  // 1 + 4
  // Nothing was learnt from the fifth, so the next look is at 8.
  watching noise(2, 200);
  for (int i = 0; i < 60; ++i) noise.tell(noise.uniform(), noise.rng.normal());
  noise.helper.begin_generation(200);
  CHECK_FALSE(noise.helper.agrees(5, 200));
  noise.helper.forget();
  noise.tell_bowl(60);
  CHECK_FALSE(noise.helper.agrees(7, 200));
  CHECK(noise.helper.agrees(8, 200));
  CHECK(w.helper.agrees(5, 200));
}

TEST_CASE("quadratic_helper: the favourite is the member of the lowest predicted value that waits") {
  const domain space = test::space_of(test::reals(2));
  const cma::coordinates axes(space);
  watching w(2, 20);
  w.tell_bowl(20);
  cma::generation members(axes);
  const cma::categories levels(space, axes);
  search_distribution distribution = test::normal(2, 0.5, 0.2, 6);
  knobless::random_stream rng(2);
  for (int i = 0; i < 8; ++i) members.draw(space, distribution, levels, rng);
  w.helper.begin_generation(6);
  std::vector<double> seen;
  for (int i = 0; i < 6; ++i) {
    const std::size_t at = w.helper.favourite(members, 6);
    REQUIRE(at < 6);
    seen.push_back(bowl(members.unit(at)));
    if (i > 0) CHECK(seen[seen.size() - 2] <= seen.back());
    members.ask(at, static_cast<std::size_t>(i));
  }
  // Members 6 and 7 are of the next generation.
  CHECK(w.helper.favourite(members, 6) == members.size());
}
