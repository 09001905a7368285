#include "../support.hpp"
#include "proposals.hpp"

#include <knobless/minimize.hpp>
#include <knobless/sampler/admitted_point.hpp>
#include <knobless/sampler/automatic.hpp>
#include <knobless/sampler/cma_es.hpp>
#include <knobless/sampler/gp_ei.hpp>
#include <knobless/sampler/grid.hpp>
#include <knobless/sampler/latin_hypercube.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/sampler/sobol.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/study/study_core.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace knobless;

using test::at;

namespace {

domain reals(std::size_t d) {
  std::vector<parameter> all;
  for (std::size_t k = 0; k < d; ++k) all.push_back(parameter::real("x" + std::to_string(k), {}).value());
  return domain::make(std::move(all)).value();
}

domain integers(std::size_t d, std::int64_t high) {
  std::vector<parameter> all;
  for (std::size_t k = 0; k < d; ++k)
    all.push_back(parameter::integer("k" + std::to_string(k), {.low = 0, .high = high}).value());
  return domain::make(std::move(all)).value();
}

double natural(const domain& space, const point& p, std::size_t k) { return space[k].natural(p.unit[k]); }

// What one search needs, kept together.
struct bench {
  explicit bench(domain of, std::uint64_t seed = 1) : space(std::move(of)), seen(space.size()), rng(seed, 7) {}
  // A told trial.
  void tell(const point& p) {
    observation o;
    o.number = seen.size();
    o.has_value = true;
    o.value = static_cast<double>(seen.size());
    o.unit = p.unit;
    o.active = p.active;
    seen.append(o);
  }
  [[nodiscard]] ask_context context() {
    return {space, seen, rng, 1, 0, 0, false, nullptr, &known, {}, nullptr, &budget};
  }

  domain space;
  history seen;
  knobless::random_stream rng;
  detail::known_points known;
  detail::constraint_budget budget;
};

struct named {
  std::string name;
  any_sampler made;
};

std::vector<named> samplers() {
  std::vector<named> all;
  all.push_back({"random", random_search{}});
  all.push_back({"Sobol", sobol{}});
  all.push_back({"Latin hypercube", latin_hypercube{60}});
  all.push_back({"TPE", tpe{}});
  all.push_back({"Gaussian process", gp_ei{}});
  all.push_back({"CMA-ES", cma_es{}});
  all.push_back({"automatic", automatic{}});
  return all;
}

// A search of 60 trials of a bowl, and what the constraints were asked.
struct search_of_60 {
  search_of_60(const domain& space, any_sampler made, std::uint64_t seed = 0) {
    const domain counted = domain::make({space.begin(), space.end()}).value().require([this, space](const point& p) {
      ++calls;
      return space.admits(p);
    });
    study_core study(std::make_shared<const domain>(counted), std::move(made), {.seed = seed});
    for (; trials < 60; ++trials) {
      const auto next = study.ask();
      if (!next) {
        why = next.error();
        break;
      }
      const point& p = next.value().where;
      admitted = admitted && space.admits(p);
      distinct.insert(detail::point_hash(p));
      double value = 0.0;
      for (const double u : p.unit) value += (u - 0.3) * (u - 0.3);
      best = (std::min)(best, value);
      study.tell(next.value().number, value);
    }
  }

  std::size_t calls = 0;
  std::size_t trials = 0;
  std::set<std::uint64_t> distinct;
  bool admitted = true;
  double best = 1e300;
  error_info why;
};

}  // namespace

TEST_CASE("admitted_point: an admitted wish is taken as it is, for one call and no random number") {
  bench b(reals(3).require([](const point& p) { return p.unit[0] < 0.5; }));
  const ask_context context = b.context();
  const point wish = at(b.space, {0.25, 0.5, 0.75});
  CHECK(detail::admitted_points(context).anywhere(wish) == wish);
  CHECK(detail::admitted_points(context).beside(wish) == wish);
  CHECK(b.budget.made == 2);
  knobless::random_stream untouched(1, 7);
  CHECK(b.rng() == untouched());
}

TEST_CASE("admitted_point: without constraints nothing is counted") {
  bench b(reals(2));
  const ask_context context = b.context();
  const point wish = at(b.space, {0.25, 0.5});
  CHECK(detail::admitted_anywhere(context, wish) == wish);
  CHECK(detail::admitted_beside(context, wish) == wish);
  CHECK(b.budget.made == 0);
}

TEST_CASE("admitted_point: where rejection is cheap, points are uniform among the admitted ones") {
  std::vector<std::size_t> cells(64);
  bench b(reals(2).require([](const point& p) { return p.unit[0] < 0.25 && p.unit[1] < 0.25; }));
  const ask_context context = b.context();
  for (int i = 0; i < 3200; ++i) {
    b.budget = {};
    const auto p = detail::admitted_points(context).anywhere(at(b.space, {0.9, 0.9}));
    REQUIRE(p);
    const auto cell = [](double u) { return static_cast<std::size_t>(u * 32.0); };
    ++cells[8 * cell(p->unit[0]) + cell(p->unit[1])];
  }
  CHECK(std::abs(test::chi_square_z(cells)) < 4.5);
}

TEST_CASE(
    "admitted_point: one known point in a hundred thousand is enough, for few calls and all over the admitted set") {
  // A share of 1e-6: no uniform draw finds it.
  bench b(reals(3).require([](const point& p) {
    return std::all_of(p.unit.begin(), p.unit.end(), [](double u) { return u > 0.6 && u < 0.61; });
  }));
  b.tell(at(b.space, {0.6001, 0.6001, 0.6001}));
  const ask_context context = b.context();
  std::vector<std::size_t> cells(8);
  constexpr int points = 800;
  std::size_t calls = 0;
  for (int i = 0; i < points; ++i) {
    b.budget = {};
    const point wish = detail::uniform_point(b.space, b.rng);
    const auto p = detail::admitted_points(context).anywhere(wish);
    REQUIRE(p);
    REQUIRE(b.space.admits(*p));
    CHECK(b.budget.made <= 700);
    calls += b.budget.made;
    std::size_t cell = 0;
    for (const double u : p->unit) cell = 2 * cell + (u < 0.605 ? 0U : 1U);
    ++cells[cell];
  }
  CHECK(calls < 400 * points);
  for (const std::size_t n : cells) CHECK(n > points / 20);
}

TEST_CASE("admitted_point: beside keeps the coordinates that the constraints let be") {
  bench b(reals(4).require([](const point& p) { return p.unit[2] < 1e-4; }));
  b.tell(at(b.space, {0.1, 0.2, 0.00005, 0.3}));
  const ask_context context = b.context();
  const auto p = detail::admitted_points(context).beside(at(b.space, {0.9, 0.8, 0.7, 0.6}));
  REQUIRE(p);
  CHECK(p->unit[0] == 0.9);
  CHECK(p->unit[1] == 0.8);
  CHECK(p->unit[2] == 0.00005);
  CHECK(p->unit[3] == 0.6);
  CHECK(b.budget.made <= 20);
}

TEST_CASE("admitted_point: running and queued points show where to look, too") {
  const domain space = reals(2).require([](const point& p) { return p.unit[0] < 1e-7; });
  const point known = at(space, {0.5e-7, 0.5});
  const point wish = at(space, {0.7, 0.7});
  bench running(space);
  running.seen.begin({0, known, {}});
  const ask_context first = running.context();
  CHECK(detail::admitted_points(first).beside(wish).has_value());
  bench waiting(space);
  ask_context second = waiting.context();
  CHECK_FALSE(detail::admitted_points(second).beside(wish).has_value());
  second.queued = {&known, 1};
  CHECK(detail::admitted_points(second).beside(wish).has_value());
}

TEST_CASE("admitted_point: sums of integers are kept by exchange") {
  // 21 of 10^8, and a walk of single parameters leads from none to another.
  const domain of = integers(2, 9999);
  bench b(of.require([of](const point& p) { return natural(of, p, 0) + natural(of, p, 1) == 20.0; }));
  b.tell(at(b.space, {b.space[0].unit_of_level(5), b.space[1].unit_of_level(15)}));
  const ask_context context = b.context();
  std::set<double> found;
  while (found.size() < 20) {
    b.budget = {.left = 5000};
    const auto p = detail::admitted_points(context).search(at(b.space, {0.5, 0.5}));
    REQUIRE(p);
    REQUIRE(b.space.admits(*p));
    CHECK(found.insert(natural(b.space, *p, 0)).second);
    b.tell(*p);
  }
}

TEST_CASE("admitted_point: the search in earnest finds what constraints are about") {
  const domain numbers = integers(2, 1000);
  const domain large = integers(2, 100'000'000);
  struct problem {
    std::string name;
    domain space;
  };
  const std::vector<problem> problems{
      {"nine weights", reals(9).require([](const point& p) {
         double sum = 0.0;
         for (const double u : p.unit) sum += u;
         return sum <= 1.0;
       })},
      {"nine thresholds in order",
       reals(9).require([](const point& p) { return std::is_sorted(p.unit.begin(), p.unit.end()); })},
      {"an upper corner",
       reals(6).require([](const point& p) { return *std::min_element(p.unit.begin(), p.unit.end()) > 0.999; })},
      {"a narrow band", reals(4).require([](const point& p) { return std::abs(p.unit[0] - p.unit[3]) < 1e-6; })},
      {"4 points in a million", numbers.require([numbers](const point& p) {
         const double code = 1001.0 * natural(numbers, p, 0) + natural(numbers, p, 1);
         return code == 17.0 || code == 333'044.0 || code == 501'003.0 || code == 900'901.0;
       })},
      {"a + b = 1",
       large.require([large](const point& p) { return natural(large, p, 0) + natural(large, p, 1) == 1.0; })},
      {"ten constraints", [] {
         domain d = reals(10);
         for (std::size_t k = 0; k < 10; ++k)
           d = d.require([k](const point& p) {
             return p.unit[k] > 0.07 * static_cast<double>(k) && p.unit[k] < 0.07 * static_cast<double>(k) + 0.05;
           });
         return d;
       }()}};
  for (const problem& each : problems) {
    CAPTURE(each.name);
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      bench b(each.space, seed);
      const ask_context context = b.context();
      const auto p = detail::admitted_points(context).search(detail::uniform_point(b.space, b.rng));
      REQUIRE(p);
      CHECK(b.space.admits(*p));
      CHECK(b.budget.made < 1'100'000);
    }
  }
}

TEST_CASE("admitted_point: the search finds what is left of a branch") {
  // Active at one label of three, and within a thousandth there.
  const domain of =
      domain::make({parameter::categorical("c", {"a", "b", "c"}).value(),
                    parameter::real("x", {}).value().when(0, 0b100U), parameter::real("y", {}).value().when(0, 0b100U)})
          .value();
  bench b(of.require([](const point& p) { return p.active[1] != 0 && p.unit[1] < 0.001 && p.unit[2] > 0.9; }));
  const ask_context context = b.context();
  const auto first = detail::admitted_points(context).search(detail::uniform_point(b.space, b.rng));
  REQUIRE(first);
  CHECK(b.space.admits(*first));
  b.tell(*first);
  for (int i = 0; i < 50; ++i) {
    b.budget = {};
    const auto p = detail::admitted_points(context).anywhere(detail::uniform_point(b.space, b.rng));
    REQUIRE(p);
    point again = *p;
    b.space.complete(again);
    CHECK(again == *p);
    CHECK(b.space.admits(*p));
  }
}

TEST_CASE("admitted_point: a walk changes the branch") {
  const domain of = domain::make({parameter::categorical("c", {"a", "b"}).value(),
                                  parameter::real("x", {}).value().when(0, 0b10U), parameter::real("y", {}).value()})
                        .value();
  bench b(of.require([](const point& p) { return p.unit[2] < 1e-6; }));
  point p = at(b.space, {b.space[0].unit_of_level(0), 0.0, 0.5e-6});
  const ask_context context = b.context();
  detail::admission constraints(context);
  detail::admitted_walk walk(constraints);
  bool other = false;
  for (int i = 0; i < 100 && !other; ++i)
    if (auto next = walk.step(p)) {
      p = std::move(*next);
      other = p.active[1] != 0;
    }
  CHECK(other);
}

TEST_CASE("admitted_point: the budget is kept, and what is left of it counts for all searches of an ask") {
  std::size_t calls = 0;
  bench b(reals(3).require([&calls](const point&) {
    ++calls;
    return false;
  }));
  b.budget.left = 5000;
  const ask_context context = b.context();
  const point wish = at(b.space, {0.5, 0.5, 0.5});
  CHECK_FALSE(detail::admitted_points(context).anywhere(wish));
  const std::size_t first = calls;
  CHECK(first == b.budget.made);
  detail::admitted_points search(context);
  CHECK_FALSE(search.search(wish));
  CHECK_FALSE(search.tried_all());
  CHECK(calls == 5000);
  CHECK(b.budget.left == 0);
  CHECK_FALSE(detail::admitted_points(context).anywhere(wish));
  CHECK(calls == 5000);
}

TEST_CASE("admitted_point: a discrete space is tried to the end, and then it is known that nothing is left") {
  const domain of = integers(3, 9);
  bench b(of.require(
      [of](const point& p) { return natural(of, p, 0) * 100 + natural(of, p, 1) * 10 + natural(of, p, 2) >= 998; }));
  const ask_context context = b.context();
  for (int i = 0; i < 2; ++i) {
    detail::admitted_points search(context);
    const auto p = search.search(at(b.space, {0.5, 0.5, 0.5}));
    REQUIRE(p);
    CHECK_FALSE(search.tried_all());
    b.tell(*p);
  }
  detail::admitted_points search(context);
  CHECK_FALSE(search.search(at(b.space, {0.5, 0.5, 0.5})));
  CHECK(search.tried_all());
}

TEST_CASE("admitted_point: the same seed finds the same point") {
  const domain space = reals(4).require([](const point& p) { return p.unit[0] + p.unit[1] * p.unit[2] < 0.01; });
  const auto found = [&](std::uint64_t seed) {
    bench b(space, seed);
    const ask_context context = b.context();
    const auto first = detail::admitted_points(context).search(at(space, {0.9, 0.9, 0.9, 0.9}));
    b.tell(first.value());
    return std::pair(first, detail::admitted_points(context).anywhere(at(space, {0.9, 0.9, 0.9, 0.9})));
  };
  CHECK(found(3) == found(3));
  CHECK_FALSE(found(3) == found(4));
}

TEST_CASE(
    "admitted_point: 60 trials of each sampler ask the constraints thousands of times, not millions, however rare "
    "points are") {
  for (const double side : {0.5, 0.126, 0.027}) {  // a share of 0.13, 2e-3, 2e-5
    const domain space = reals(3).require([side](const point& p) {
      return std::all_of(p.unit.begin(), p.unit.end(), [side](double u) { return u > 0.31 && u < 0.31 + side; });
    });
    for (named& each : samplers()) {
      CAPTURE(each.name);
      CAPTURE(side);
      const search_of_60 s(space, std::move(each.made), 1);
      CHECK(s.trials == 60);
      CHECK(s.admitted);
      CHECK(s.distinct.size() >= 55);
      // The first point of a share p takes some 1 / p: nothing says where it lies.
      CHECK(s.calls < 90'000 + static_cast<std::size_t>(4.0 / (side * side * side)));
    }
  }
}

TEST_CASE("admitted_point: each sampler searches where weights add up to one at most") {
  const domain space = reals(9).require([](const point& p) {
    double sum = 0.0;
    for (const double u : p.unit) sum += u;
    return sum <= 1.0;
  });
  for (named& each : samplers()) {
    CAPTURE(each.name);
    const search_of_60 s(space, std::move(each.made));
    CHECK(s.trials == 60);
    CHECK(s.admitted);
    CHECK(s.calls < 60'000);
    // The lowest value is 9 (0.3 - 1/9)^2 = 0.32.
    CHECK(s.best < 0.45);
  }
}

TEST_CASE("admitted_point: each sampler finds all of a few points in a million, and says when that was all") {
  const domain of = integers(2, 999);
  const domain space = of.require([of](const point& p) {
    const double code = 1000.0 * natural(of, p, 0) + natural(of, p, 1);
    return code == 17.0 || code == 333'044.0 || code == 501'003.0 || code == 900'901.0;
  });
  std::vector<named> all = samplers();
  all.push_back({"grid", grid{}});
  for (named& each : all) {
    CAPTURE(each.name);
    const search_of_60 s(space, std::move(each.made));
    CHECK(s.trials == 4);
    CHECK(s.distinct.size() == 4);
    CHECK(s.why.code == error_code::space_exhausted);
    CHECK(test::says(s.why.what, "all points that keep the constraints"));
  }
}

TEST_CASE("admitted_point: 200 of 2e8 integers are enough for 60 trials") {
  const domain of = domain::make({parameter::integer("a", {.low = 0, .high = 9999}).value(),
                                  parameter::integer("b", {.low = 0, .high = 19999}).value()})
                        .value();
  const domain space = of.require([of](const point& p) {
    return natural(of, p, 0) == natural(of, p, 1) && std::fmod(natural(of, p, 0), 50.0) == 0.0;
  });
  std::vector<named> all = samplers();
  all.push_back({"grid", grid{}});
  for (named& each : all) {
    CAPTURE(each.name);
    const search_of_60 s(space, std::move(each.made));
    CHECK(s.trials == 60);
    CHECK(s.admitted);
    // The grid passes over 16384 at each ask.
    CHECK(s.calls < 4'000'000);
    CHECK(s.distinct.size() >= 55);
  }
}

TEST_CASE("admitted_point: a search without a point says how many were tried, and what helps") {
  const domain none = reals(2).require([](const point&) { return false; });
  const search_of_60 s(none, random_search{});
  CHECK(s.trials == 0);
  CHECK(s.why.code == error_code::no_admitted_point);
  CHECK(test::says(s.why.what, std::to_string(s.calls - 1)));  // but for the proposal itself
  CHECK(test::says(s.why.what, "first guess"));
  const domain empty = integers(2, 9).require([](const point&) { return false; });
  const search_of_60 e(empty, random_search{});
  CHECK(e.why.code == error_code::no_admitted_point);
  CHECK(test::says(e.why.what, "all were tried"));
  struct config {
    double x = 0.0;
  };
  const space<config> one{real("x", &config::x, {})};
  const auto found = minimize(one.require([](const config&) { return false; }), [](const config& c) { return c.x; });
  CHECK(found.reason() == termination::no_admitted_point);
  CHECK(test::says(found.report(), " were tried; a first guess that keeps them shows where to look"));
}

TEST_CASE("admitted_point: a first guess shows where to look") {
  struct config {
    double x = 0.123456789;
    double y = 0.987654321;
  };
  const auto keeps = [](const config& c) {
    return std::abs(c.x - 0.123456789) < 1e-6 && std::abs(c.y - 0.987654321) < 1e-6;
  };
  const space<config> s{real("x", &config::x, {}), real("y", &config::y, {})};
  int broken = 0;
  const auto found = minimize(s.require(keeps),
                              [&](const config& c) {
                                broken += keeps(c) ? 0 : 1;
                                return c.x + c.y;
                              },
                              {.trials = 60, .first_guesses = {config{}}});
  CHECK(found.trials().size() == 60);
  CHECK(broken == 0);
}

TEST_CASE("admitted_point: after a refusal the next ask looks elsewhere") {
  // A share of 1e-4 and a bounded ask: some asks find nothing, but not one after another for ever.
  const domain space = reals(2).require(
      [](const point& p) { return p.unit[0] > 0.4 && p.unit[0] < 0.41 && p.unit[1] > 0.7 && p.unit[1] < 0.71; });
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    study_core study(std::make_shared<const domain>(space), automatic{{.seconds_per_ask = 1e-4}}, {.seed = seed});
    int asks = 0;
    while (!study.ask() && asks < 200) ++asks;
    CHECK(asks < 200);
  }
}

TEST_CASE("admitted_point: a bounded ask of automatic asks the constraints as often as that bears") {
  std::size_t calls = 0;
  const domain space = reals(2).require([&calls](const point& p) {
    ++calls;
    return p.unit[0] > 0.4 && p.unit[0] < 0.41 && p.unit[1] > 0.7 && p.unit[1] < 0.71;
  });
  study_core study(std::make_shared<const domain>(space), automatic{{.seconds_per_ask = 5e-4}}, {.seed = 1});
  int trials = 0;
  for (int i = 0; i < 300; ++i) {
    const std::size_t before = calls;
    const auto next = study.ask();
    CHECK(calls - before < 7000);  // 80 ns each
    if (!next) continue;
    ++trials;
    study.tell(next.value().number, next.value().where.unit[0]);
  }
  CHECK(trials > 280);
}
