#include <knobless/sampler/cma/generation.hpp>

#include <algorithm>
#include <cmath>

#include "support.hpp"

using namespace knobless;
namespace cma = detail::cma;
using stage = cma::generation::stage;

namespace {

// A generation of points drawn in a cube.
struct drawn {
  explicit drawn(std::size_t dimensions, double mean = 0.5, double sigma = 0.1, std::size_t population = 6)
      : space(test::space_of(test::reals(dimensions))),
        axes(space),
        distribution(test::normal(dimensions, mean, sigma, population)),
        levels(space, axes),
        members(axes) {
    for (std::size_t i = 0; i < population; ++i) draw();
  }
  void draw() { members.draw(space, distribution, levels, rng); }
  // Trial i evaluates member i, and has this value.
  void answer(std::size_t i, double value, trial_state state = trial_state::complete) {
    members.ask(i, i);
    observation o = test::told(where(i), i, value);
    o.state = state;
    members.tell(members.find(i), o);
  }
  point where(std::size_t i) const {
    return test::point_at(std::vector<double>(members.unit(i).begin(), members.unit(i).end()));
  }

  domain space;
  cma::coordinates axes;
  search_distribution distribution;
  cma::categories levels;
  cma::generation members;
  knobless::random_stream rng{3};
};

}  // namespace

TEST_CASE("cma generation: a member is evaluated at the nearest point of the space, and counts where it was drawn") {
  drawn d(2, 0.0, 0.3, 50);
  int outside = 0;
  for (std::size_t i = 0; i < 50; ++i)
    for (std::size_t k = 0; k < 2; ++k) {
      const double gene = d.members.gene(i)[k];
      outside += gene < 0.0;
      CHECK(d.members.unit(i)[k] == (std::min)((std::max)(gene, 0.0), 1.0));
    }
  CHECK(outside > 20);
  CHECK(d.members[0].length == doctest::Approx(d.distribution.length(d.members.gene(0))));
}

TEST_CASE("cma generation: twenty draws are made until the constraints admit one") {
  drawn d(1, 0.5, 0.1, 2);
  int asked = 0;
  d.space = d.space.require([&](const point&) { return ++asked == 4; });
  d.draw();
  CHECK(asked == 4);
  asked = 100;
  d.draw();
  CHECK(asked == 120);
}

TEST_CASE("cma generation: trials are found by their number, in any order") {
  drawn d(2);
  for (std::size_t i = 0; i < 6; ++i) d.members.ask(i, 10 + i);
  CHECK(d.members.find(9) == 6);
  for (const std::size_t i : {3U, 0U, 5U}) {
    REQUIRE(d.members.find(10 + i) == i);
    d.members.tell(i, test::told(d.where(i), 10 + i, 1.0));
    CHECK(d.members.find(10 + i) == 6);
  }
  CHECK(d.members.answered() == 3);
  CHECK(d.members.lost() == 0);
}

TEST_CASE("cma generation: a member whose trial was dropped waits again") {
  drawn d(2);
  history seen(2);
  for (std::size_t i = 0; i < 3; ++i) {
    d.members.ask(i, i);
    seen.begin(test::running(i, d.where(i)));
  }
  CHECK(d.members.first_waiting() == 3);
  d.members.release_dropped(seen);
  CHECK(d.members.first_waiting() == 3);
  seen.forget(1);
  d.members.release_dropped(seen);
  CHECK(d.members.first_waiting() == 1);
  CHECK(d.members[0].state == stage::asked);
}

TEST_CASE("cma generation: those told take part, the best first, lost ones last, ties by age") {
  drawn d(2, 0.5, 0.1, 7);
  d.answer(0, 2.0);
  d.answer(2, 0.0, trial_state::failed);
  d.answer(3, 1.0);
  d.answer(4, 2.0);
  d.answer(6, -5.0);
  const auto told = d.members.select(4, false);
  CHECK(told.best == 1.0);
  CHECK(told.worst == 2.0);
  d.members.rank(false);
  const auto chosen = d.members.chosen();
  CHECK(std::vector<std::size_t>(chosen.begin(), chosen.end()) == std::vector<std::size_t>{3, 0, 4, 2});
  CHECK(d.members.lost() == 1);
}

TEST_CASE("cma generation: where a model speaks, the first members take part by its values") {
  drawn d(2, 0.5, 0.1, 6);
  d.answer(5, 1.0);
  (void)d.members.select(3, true);
  for (const std::size_t i : d.members.chosen()) d.members.set_value(i, -static_cast<double>(i));
  d.members.rank(true);
  const auto chosen = d.members.chosen();
  CHECK(std::vector<std::size_t>(chosen.begin(), chosen.end()) == std::vector<std::size_t>{2, 1, 0});
}

TEST_CASE("cma generation: after an update those that run and those told beyond it stay, those that wait leave") {
  drawn d(2, 0.5, 0.1, 6);
  d.answer(0, 1.0);
  d.answer(1, 2.0);
  d.members.ask(2, 2);
  d.answer(3, 3.0);
  d.answer(4, 0.0, trial_state::failed);
  const point running = d.where(2);
  const point later = d.where(3);
  (void)d.members.select(2, false);
  d.members.rank(false);
  d.members.discard_chosen();
  REQUIRE(d.members.size() == 3);
  CHECK(d.members.answered() == 2);
  CHECK(d.members.lost() == 1);
  CHECK(d.where(0) == running);
  CHECK(d.where(1) == later);
  CHECK(d.members[0].state == stage::asked);
  CHECK(d.members.find(2) == 0);
  // The next distribution did not draw them.
  CHECK(d.members[1].length < 0.0);
}

TEST_CASE("cma generation: a point from elsewhere counts no further out than the distribution's own go") {
  const double limit = std::sqrt(2.0) + 2.0 * 2.0 / 4.0;
  for (const double steps : {1.0, 30.0}) {
    drawn d(2, 0.5, 0.01, 1);
    const point p = test::point_at({0.5 + 0.01 * steps, 0.5});
    d.members.adopt(test::told(p, 77, -1.0), d.distribution);
    CHECK(d.members.answered() == 1);
    (void)d.members.select(1, false);
    d.members.rank(false);
    const auto ranked = d.members.ranked(d.distribution);
    REQUIRE(ranked.size() == 1);
    const double expected = (std::min)(steps, limit);
    CHECK(ranked[0].length == doctest::Approx(expected * expected));
    CHECK(ranked[0].x[0] == doctest::Approx(0.5 + 0.01 * expected));
    CHECK(ranked[0].x[1] == 0.5);
    CHECK(d.where(1) == p);
  }
}

TEST_CASE("cma generation: an inactive coordinate of a point from elsewhere counts as the mean") {
  drawn d(2, 0.4, 0.1, 1);
  point p = test::point_at({0.45, 0.0});
  p.active[1] = 0;
  d.members.adopt(test::told(p, 77, -1.0), d.distribution);
  CHECK(d.members.gene(1)[0] == 0.45);
  CHECK(d.members.gene(1)[1] == 0.4);
}

TEST_CASE("cma generation: a model's proposal lies inside, and no further out than the average draw") {
  drawn d(2, 0.5, 0.01, 1);
  const std::vector<double> far_away = {0.9, 0.5};
  d.members.inject(d.space, d.distribution, far_away);
  CHECK(d.members.unit(1)[0] == doctest::Approx(0.5 + 0.01 * std::sqrt(2.0)));
  drawn wide(2, 0.9, 0.3, 1);
  const std::vector<double> outside = {1.2, 0.9};
  wide.members.inject(wide.space, wide.distribution, outside);
  CHECK(wide.members.unit(1)[0] == 1.0);
  CHECK(wide.members[1].state == stage::waiting);
}

TEST_CASE("cma generation: where the study asked another point, the member moves there") {
  drawn d(2, 0.5, 0.1, 1);
  point p = d.where(0);
  d.members.follow(0, test::told(p, 0, 1.0));
  CHECK(d.members[0].length >= 0.0);
  p.unit[1] = 0.95;
  d.members.follow(0, test::told(p, 0, 1.0));
  CHECK(d.members.gene(0)[1] == 0.95);
  CHECK(d.members[0].length < 0.0);
}

TEST_CASE("cma generation: a known value needs no trial") {
  drawn d(2, 0.5, 0.1, 2);
  d.members.recall(0, 4.0);
  CHECK(d.members.answered() == 1);
  CHECK(d.members.first_waiting() == 1);
  CHECK(d.members.select(2, false).best == 4.0);
}
