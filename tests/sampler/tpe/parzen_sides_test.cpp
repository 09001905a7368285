#include <knobless/sampler/tpe/parzen_sides.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <knobless/random.hpp>
#include <knobless/record/history.hpp>
#include <utility>
#include <vector>

#include "../../support.hpp"

using namespace knobless;
using detail::parzen_sides;

namespace {

using densities = std::array<float, parzen_points::size>;

domain mixed() {
  return domain::make({parameter::real("x", {}).value(), parameter::categorical("c", {"p", "q", "r"}).value()}).value();
}

point at(const domain& space, double x, double c) {
  point p(2);
  p.unit = {x, c};
  space.complete(p);
  return p;
}

// Trial i lies at i / n and has that value.
observation told(const point& p, double value) {
  observation o{};
  o.unit = p.unit;
  o.active = p.active;
  o.value = value;
  o.has_value = true;
  o.state = trial_state::complete;
  return o;
}

void fill(parzen_sides& sides, const domain& space, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double x = static_cast<double>((i * 7) % n) / static_cast<double>(n);
    const point p = at(space, x, x);
    sides.tell(space, told(p, x));
  }
}

std::pair<densities, densities> look(parzen_sides& sides) {
  parzen_points points;
  points.reset(2);
  for (std::size_t c = 0; c < parzen_points::size; ++c) {
    points.set(c, 0, static_cast<double>(c) / static_cast<double>(parzen_points::size));
    points.set(c, 1, static_cast<double>(c % 3));
  }
  std::pair<densities, densities> found;
  sides.weigh();
  sides.log_densities(points, found.first, found.second);
  return found;
}

}  // namespace

TEST_CASE("parzen sides: 15 % of the trials are good, the best ones, and 25 at most") {
  const domain space = mixed();
  parzen_sides sides(space, {});
  fill(sides, space, 40);
  REQUIRE(sides.good() == 6);
  for (std::size_t i = 0; i < 6; ++i) CHECK(sides.good_unit(i)[0] < 6.0 / 40.0);
  parzen_sides many(space, {});
  fill(many, space, 400);
  CHECK(many.good() == parzen_sides::most_good);
}

TEST_CASE("parzen sides: the good side is denser where the good trials are") {
  const domain space = mixed();
  parzen_sides sides(space, {});
  fill(sides, space, 40);
  const auto [good, bad] = look(sides);
  CHECK(good[1] - bad[1] > good[20] - bad[20]);
}

TEST_CASE("parzen sides: trials that come together get the kernels that each would have got alone") {
  const domain space = mixed();
  random_stream rng(5, 1);
  for (const std::size_t before : {std::size_t{0}, std::size_t{1}, std::size_t{37}, std::size_t{300}}) {
    parzen_sides alone(space, {});
    parzen_sides together(space, {});
    for (std::size_t i = 0; i < before + 200; ++i) {
      // Some coordinates and some values are equal.
      const double x = rng.below(3) == 0 ? 0.25 : rng.uniform();
      const point p = at(space, x, rng.uniform());
      observation o = told(p, rng.below(4) == 0 ? 0.5 : rng.uniform());
      if (rng.below(9) == 0) o.state = trial_state::failed;
      alone.tell(space, o);
      if (i < before)
        together.tell(space, o);
      else
        together.tell_unsettled(space, o);
    }
    together.settle(space);
    CHECK(look(alone) == look(together));
    // And one that comes afterwards finds its neighbours.
    const point p = at(space, 0.3, 0.1);
    alone.tell(space, told(p, 0.01));
    together.tell(space, told(p, 0.01));
    CHECK(look(alone) == look(together));
  }
}

TEST_CASE("parzen sides: a running trial leaves nothing behind when it is forgotten") {
  const domain space = mixed();
  parzen_sides sides(space, {});
  fill(sides, space, 40);
  const auto before = look(sides);
  sides.assume_bad(space, at(space, 0.01, 0.0));
  CHECK(sides.size() == 41);
  const auto with = look(sides);
  CHECK(with.second != before.second);
  sides.forget_last(space);
  CHECK(sides.size() == 40);
  const auto after = look(sides);
  CHECK(after.first == before.first);
  for (std::size_t i = 0; i < parzen_points::size; ++i) CHECK(after.second[i] == doctest::Approx(before.second[i]));
}

TEST_CASE("parzen sides: a trial that is much better is picked more often") {
  const domain space = mixed();
  parzen_sides sides(space, {});
  for (std::size_t i = 0; i < 20; ++i)
    sides.tell(space,
               told(at(space, static_cast<double>(i) / 20.0, 0.0), i == 4 ? -100.0 : 1.0 + static_cast<double>(i)));
  sides.weigh();
  REQUIRE(sides.good() == 3);
  std::array<int, 4> count{};
  random_stream rng(1, 1);
  for (int i = 0; i < 4000; ++i) ++count[sides.pick(static_cast<std::uint32_t>(rng() >> 32U))];
  std::size_t best = 0;
  for (std::size_t i = 0; i < 3; ++i)
    if (sides.good_unit(i)[0] == doctest::Approx(0.2)) best = i;
  for (std::size_t i = 0; i < 3; ++i)
    if (i != best) CHECK(count[best] > 5 * count[i]);
}
