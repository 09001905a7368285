#include "../support.hpp"

#include <knobless/random.hpp>
#include <knobless/space/domain.hpp>

#include <utility>

using namespace knobless;

namespace {

parameter real_named(std::string name) { return parameter::real(std::move(name), {}).value(); }
parameter choice_named(std::string name, std::size_t levels) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < levels; ++i) labels.push_back(std::to_string(i));
  return parameter::categorical(std::move(name), std::move(labels)).value();
}

// kind (3 levels)
//   a: at levels 0 and 2, 2 levels itself
//     deep: at level 1 of a
//   b: at level 1
// free
domain tree() {
  return domain::make({choice_named("kind", 3), choice_named("a", 2).when(0, 0b101U), real_named("deep").when(1, 0b10U),
                       real_named("b").when(0, 0b010U), real_named("free")})
      .value();
}

}  // namespace

TEST_CASE("domain: completing any coordinates makes a point whose mask follows from the parents") {
  const domain d = tree();
  CHECK(d.conditional());
  CHECK(d.size() == 5);
  knobless::random_stream rng(1);
  for (int i = 0; i < 1000; ++i) {
    point p(d.size());
    for (double& u : p.unit) u = 3.0 * rng.uniform() - 1.0;
    for (unsigned char& a : p.active) a = static_cast<unsigned char>(rng.below(2));
    d.complete(p);
    const std::uint64_t kind = d[0].level(p.unit[0]);
    const bool a = kind == 0 || kind == 2;
    const bool deep = a && d[1].level(p.unit[1]) == 1;
    CHECK(p.active == std::vector<unsigned char>{1, a, deep, kind == 1, 1});
    for (std::size_t k = 0; k < d.size(); ++k) {
      if (p.active[k] == 0) CHECK(p.unit[k] == 0.0);
      CHECK(p.unit[k] == d[k].snap(p.unit[k]) * p.active[k]);
    }
    CHECK(d.contains(p));
    // What is complete stays as it is.
    point again = p;
    d.complete(again);
    CHECK(again == p);
  }
}

TEST_CASE("domain: completing takes points of any size, and coordinates that are no numbers") {
  const domain d = tree();
  for (const std::size_t size : {std::size_t{0}, std::size_t{2}, std::size_t{9}}) {
    point p(size);
    for (double& u : p.unit) u = test::nan;
    d.complete(p);
    CHECK(p.size() == d.size());
    CHECK(p.active.size() == d.size());
    CHECK(d.contains(p));
  }
}

TEST_CASE("domain: a point is contained while its active coordinates lie in the unit cube") {
  const domain d = tree();
  point p(d.size());
  p.unit = {0.5, 0.0, 0.0, 0.5, 0.5};
  d.complete(p);
  CHECK(d.contains(p));
  p.unit[2] = 7.0;  // inactive
  CHECK(d.contains(p));
  std::vector<double> outside{-0.001, 1.001, -1e300, 1e300};
  if (!test::fast_math) outside.insert(outside.end(), {test::infinity, -test::infinity, test::nan});
  for (const double u : outside) {
    p.unit[4] = u;
    CHECK_FALSE(d.contains(p));
  }
}

TEST_CASE("domain: all constraints must hold, and adding one leaves the original alone") {
  const domain d = tree();
  CHECK_FALSE(d.constrained());
  const domain first = d.require([](const point& p) { return p.unit[4] >= 0.25; });
  const domain both = first.require([](const point& p) { return p.unit[4] <= 0.75; });
  CHECK_FALSE(d.constrained());
  CHECK(first.constrained());
  CHECK(both.constrained());
  for (const double u : {0.0, 0.5, 1.0}) {
    point p(d.size());
    p.unit[4] = u;
    d.complete(p);
    CHECK(d.admits(p));
    CHECK(first.admits(p) == (u >= 0.25));
    CHECK(both.admits(p) == (u == 0.5));
  }
}

TEST_CASE("domain: parameters are found by name") {
  const domain d = tree();
  CHECK(d.find("kind") == 0);
  CHECK(d.find("free") == 4);
  CHECK(d.find("fre") == d.size());
  CHECK(d.find("") == d.size());
  std::vector<std::string> names;
  for (const parameter& p : d) names.push_back(p.name());
  CHECK(names == std::vector<std::string>{"kind", "a", "deep", "b", "free"});
}

TEST_CASE("domain: a parent of 64 levels decides by each of its bits") {
  for (const std::uint64_t level : {0U, 1U, 31U, 32U, 63U}) {
    const domain d =
        domain::make({choice_named("kind", 64), real_named("x").when(0, std::uint64_t{1} << level)}).value();
    for (std::uint64_t k = 0; k < 64; ++k) {
      point p(2);
      p.unit[0] = d[0].unit_of_level(k);
      d.complete(p);
      CHECK(p.active[1] == (k == level ? 1 : 0));
    }
  }
}

TEST_CASE("domain: a parent may have any number of levels") {
  level_set some = level_set::of(299);
  some.insert(64);
  const domain d = domain::make({choice_named("kind", 300), real_named("x").when(0, some),
                                 real_named("y").when(0, level_set::from(200))})
                       .value();
  for (std::uint64_t k = 0; k < 300; ++k) {
    point p(3);
    p.unit[0] = d[0].unit_of_level(k);
    d.complete(p);
    CAPTURE(k);
    CHECK(p.active[1] == (k == 64 || k == 299 ? 1 : 0));
    CHECK(p.active[2] == (k >= 200 ? 1 : 0));
  }
}

TEST_CASE("domain: what is no search space is refused in a sentence") {
  const auto refused = [](std::vector<parameter> parameters, const std::string& words) {
    const result<domain> made = domain::make(std::move(parameters));
    REQUIRE_FALSE(made);
    CHECK(made.error().code == error_code::invalid_space);
    CAPTURE(made.error().message());
    CHECK(test::says(made.error().message(), words));
  };
  refused({}, "at least one");
  refused({real_named("")}, "has no name");
  refused({real_named("x"), real_named("y"), real_named("x")}, "\"x\"");
  refused({real_named("x"), real_named("y"), real_named("x")}, "given twice");
  refused({real_named("x").when(1, 1U), choice_named("c", 2)}, "parent must come before");
  refused({real_named("x").when(0, 1U)}, "parent must come before");
  refused({real_named("x").when(7, 1U)}, "parent must come before");
  refused({real_named("r"), real_named("x").when(0, 1U)}, "\"r\"");
  refused({choice_named("c", 300), real_named("x").when(0, level_set::of(300))}, "active at no value of \"c\"");
  refused({choice_named("c", 2), real_named("x").when(0, 0U)}, "active at no value of \"c\"");
  refused({choice_named("c", 2), real_named("x").when(0, 0b100U)}, "active at no value of \"c\"");
}
