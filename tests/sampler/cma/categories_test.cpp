#include <knobless/sampler/cma/categories.hpp>

#include <numeric>

#include "support.hpp"

using namespace knobless;
using detail::cma::categories;
using detail::cma::coordinates;

namespace {

domain two_categories() {
  auto parameters = test::reals(1);
  parameters.push_back(parameter::categorical("a", {"0", "1", "2", "3"}).value());
  parameters.push_back(parameter::categorical("b", {"0", "1"}).value());
  return test::space_of(parameters);
}

// A point of that space.
point with_levels(const domain& space, std::size_t a, std::size_t b) {
  return test::point_at({0.5, space[1].unit_of_level(a), space[2].unit_of_level(b)});
}

categories::parent parent_at(const point& p, double weight) { return {weight, p.unit.data(), p.active.data()}; }

double sum(std::span<const double> q) { return std::accumulate(q.begin(), q.end(), 0.0); }

}  // namespace

TEST_CASE("cma categories: levels are equally likely at first, and again after a restart") {
  const domain space = two_categories();
  categories levels(space, coordinates(space));
  const auto check_uniform = [&] {
    for (const double q : levels.probabilities(0)) CHECK(q == 0.25);
    for (const double q : levels.probabilities(1)) CHECK(q == 0.5);
    CHECK(levels.caution() == 1.0);
  };
  check_uniform();
  const point best = with_levels(space, 2, 1);
  const categories::parent parents[] = {parent_at(best, 1.0)};
  levels.update(space, parents);
  CHECK(levels.probabilities(0)[2] > 0.25);
  levels.restart();
  check_uniform();
  // The path of the gradients begins afresh, too: the same update has the same outcome.
  categories fresh(space, coordinates(space));
  fresh.update(space, parents);
  levels.update(space, parents);
  CHECK(levels.caution() == fresh.caution());
}

TEST_CASE("cma categories: levels are drawn as often as their probabilities say") {
  const domain space = two_categories();
  categories levels(space, coordinates(space));
  const point best = with_levels(space, 3, 0);
  const categories::parent parents[] = {parent_at(best, 1.0)};
  levels.update(space, parents);
  knobless::random_stream rng(5);
  std::vector<double> count(4, 0.0);
  point p = with_levels(space, 0, 0);
  for (int i = 0; i < 20000; ++i) {
    levels.sample(space, rng, p.unit.data());
    count[space[1].level(p.unit[1])] += 1.0 / 20000.0;
  }
  CHECK(p.unit[0] == 0.5);
  for (std::size_t l = 0; l < 4; ++l) CHECK(std::abs(count[l] - levels.probabilities(0)[l]) < 0.02);
}

TEST_CASE("cma categories: probabilities move to the parents' levels, sum to one and keep the margin") {
  const domain space = two_categories();
  const coordinates axes(space);
  categories levels(space, axes);
  const point best = with_levels(space, 2, 1);
  const categories::parent parents[] = {parent_at(best, 0.7), parent_at(best, 0.3)};
  for (int g = 0; g < 100; ++g) {
    levels.update(space, parents);
    CHECK(sum(levels.probabilities(0)) == doctest::Approx(1.0));
    CHECK(sum(levels.probabilities(1)) == doctest::Approx(1.0));
  }
  // The best level has what the margin leaves: 1 - margin.
  CHECK(levels.probabilities(0)[2] == doctest::Approx(1.0 - axes.margin));
  for (const std::size_t l : {0U, 1U, 3U}) CHECK(levels.probabilities(0)[l] == doctest::Approx(axes.margin / 3.0));
  CHECK(levels.probabilities(1)[0] == doctest::Approx(axes.margin));
}

TEST_CASE("cma categories: where a category is inactive a parent says nothing of it") {
  const domain space = two_categories();
  categories levels(space, coordinates(space));
  point best = with_levels(space, 2, 1);
  best.active[1] = 0;
  const categories::parent parents[] = {parent_at(best, 1.0)};
  levels.update(space, parents);
  for (const double q : levels.probabilities(0)) CHECK(q == doctest::Approx(0.25));
  CHECK(levels.probabilities(1)[1] > 0.5);
}

TEST_CASE("cma categories: the step grows while gradients agree and shrinks while they contradict each other") {
  const domain space = two_categories();
  const coordinates axes(space);
  const point left = with_levels(space, 0, 0);
  const point right = with_levels(space, 3, 1);
  categories agreeing(space, axes);
  categories contradicting(space, axes);
  for (int g = 0; g < 20; ++g) {
    const categories::parent same[] = {parent_at(left, 1.0)};
    const categories::parent other[] = {parent_at(g % 2 == 0 ? left : right, 1.0)};
    if (g < 3) agreeing.update(space, same);
    contradicting.update(space, other);
  }
  CHECK(agreeing.caution() < 1.0);
  CHECK(contradicting.caution() > 1.5);
}
