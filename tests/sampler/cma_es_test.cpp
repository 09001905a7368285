#include "allocations.hpp"
#include "support.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knobless/sampler/cma_es.hpp>
#include <knobless/space.hpp>
#include <knobless/study.hpp>
#include <knobless/study/study_core.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace knobless;

static_assert(sampler<cma_es>);

namespace {

std::shared_ptr<const domain> cube(std::size_t d) {
  std::vector<parameter> parameters;
  for (std::size_t k = 0; k < d; ++k)
    parameters.push_back(parameter::real(std::string("x").append(std::to_string(k)), {}).value());
  return std::make_shared<const domain>(domain::make(std::move(parameters)).value());
}

// The best value of `trials` asked one by one.
template <class F>
double best_of(const std::shared_ptr<const domain>& space, std::size_t trials, std::uint64_t seed, F&& f) {
  study_core study(space, cma_es{}, {.seed = seed});
  for (std::size_t i = 0; i < trials; ++i) {
    const study_core::asked a = study.ask().value();
    study.tell(a.number, f(a.where));
  }
  return study.seen()[*study.seen().best()].value;
}

double sphere(const point& p) {
  double sum = 0.0;
  for (const double u : p.unit) sum += (u - 0.3) * (u - 0.3);
  return sum;
}

double rosenbrock(const point& p) {
  double sum = 0.0;
  for (std::size_t k = 0; k + 1 < p.size(); ++k) {
    const double a = 4.0 * p.unit[k] - 2.0;
    const double b = 4.0 * p.unit[k + 1] - 2.0;
    sum += 100.0 * (a * a - b) * (a * a - b) + (a - 1.0) * (a - 1.0);
  }
  return sum;
}

// Many equal bowls, one of them deepest: needs restarts, and no quadratic function tells where.
double egg_box(const point& p) {
  double sum = 0.0;
  for (const double u : p.unit) {
    const double z = 10.0 * (u - 0.3);
    sum += z * z - 10.0 * std::cos(6.283185307179586 * z) + 10.0;
  }
  return sum;
}

}  // namespace

TEST_CASE("cma_es: smooth problems are solved to 1e-8, and quadratic ones in a few evaluations a coefficient") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    CHECK(best_of(cube(1), 40, seed, sphere) < 1e-8);
    CHECK(best_of(cube(2), 40, seed, sphere) < 1e-8);
    CHECK(best_of(cube(5), 100, seed, sphere) < 1e-8);
    CHECK(best_of(cube(4), 700, seed, rosenbrock) < 1e-8);
  }
}

TEST_CASE("cma_es: an optimum on bounds is found") {
  const auto slope = [](const point& p) {
    double sum = 0.0;
    for (std::size_t k = 0; k < p.size(); ++k)
      sum += (k % 2 == 0 ? p.unit[k] : 1.0 - p.unit[k]) * static_cast<double>(k + 1);
    return sum;
  };
  // Curved, with the minimum of the bowl outside.
  const auto bowl = [](const point& p) {
    double sum = -0.01 * static_cast<double>(p.size());
    for (const double u : p.unit) sum += (u + 0.1) * (u + 0.1);
    return sum;
  };
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    CHECK(best_of(cube(6), 300, seed, slope) == 0.0);
    CHECK(best_of(cube(6), 300, seed, bowl) < 1e-9);
  }
}

TEST_CASE("cma_es: restarts find the deepest of many basins") {
  int found = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) found += best_of(cube(2), 8000, seed, egg_box) < 1e-6;
  CHECK(found >= 4);
}

TEST_CASE("cma_es: integers and categories are found, under conditions too") {
  std::vector<parameter> parameters;
  parameters.push_back(parameter::real("x", {.low = -1.0, .high = 1.0}).value());
  parameters.push_back(parameter::integer("n", {.low = 1, .high = 50}).value());
  parameters.push_back(parameter::categorical("kind", {"a", "b", "c", "d"}).value());
  parameters.push_back(parameter::integer("depth", {.low = 1, .high = 9}).value().when(2, 0b0100));
  const auto space = std::make_shared<const domain>(domain::make(std::move(parameters)).value());
  const auto loss = [&](const point& p) {
    const double x = (*space)[0].natural(p.unit[0]) - 0.2;
    const double n = (*space)[1].natural(p.unit[1]) - 37.0;
    const double kind[] = {3.0, 1.5, 0.0, 2.0};
    const double depth = p.active[3] != 0 ? (*space)[3].natural(p.unit[3]) - 7.0 : 0.0;
    return x * x + n * n / 100.0 + kind[(*space)[2].level(p.unit[2])] + depth * depth / 4.0;
  };
  int solved = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) solved += best_of(space, 400, seed, loss) < 1e-3;
  CHECK(solved >= 4);
}

TEST_CASE("cma_es: spaces of categories alone, and of one level, have something to propose") {
  std::vector<parameter> parameters;
  parameters.push_back(parameter::categorical("a", {"x", "y", "z"}).value());
  parameters.push_back(parameter::categorical("b", {"only"}).value());
  const auto space = std::make_shared<const domain>(domain::make(std::move(parameters)).value());
  CHECK(best_of(space, 3, 1, [&](const point& p) { return (*space)[0].level(p.unit[0]) == 2 ? 0.0 : 1.0; }) == 0.0);
  std::vector<parameter> fixed;
  fixed.push_back(parameter::real("x", {.low = 2.0, .high = 2.0}).value());
  CHECK(best_of(std::make_shared<const domain>(domain::make(std::move(fixed)).value()), 1, 1,
                [](const point&) { return 5.0; }) == 5.0);
}

TEST_CASE("cma_es: the order of tells within a generation changes no bit, over restarts and with noise, too") {
  struct {
    std::size_t dimensions;
    int trials;
    double (*loss)(const point&);
    double noise;
  } const searches[] = {
      {5, 300, rosenbrock, 0.0}, {2, 3000, egg_box, 0.0}, {5, 600, sphere, 0.01}, {25, 600, sphere, 0.0}};
  for (const auto& [dimensions, trials, loss, noise] : searches)
    for (const std::size_t batch : {4U, 10U, 23U}) {
      const auto space = cube(dimensions);
      const auto value = [&, f = loss, sd = noise](const study_core::asked& a) {
        return f(a.where) + sd * knobless::random_stream(1, a.number).normal();
      };
      study_core forward(space, cma_es{}, {.seed = 4});
      study_core backward(space, cma_es{}, {.seed = 4});
      for (int round = 0; round < trials / static_cast<int>(batch); ++round) {
        std::vector<study_core::asked> a;
        std::vector<study_core::asked> b;
        for (std::size_t i = 0; i < batch; ++i) {
          a.push_back(forward.ask().value());
          b.push_back(backward.ask().value());
          REQUIRE(a.back().where == b.back().where);
        }
        for (std::size_t i = 0; i < batch; ++i) {
          forward.tell(a[i].number, value(a[i]));
          const auto& last = b[batch - 1 - i];
          backward.tell(last.number, value(last));
        }
      }
    }
}

TEST_CASE("cma_es: failed, pruned and dropped trials are survived, and failures are avoided") {
  // The half with x0 above 0.5 fails; the optimum is in the other.
  study_core study(cube(4), cma_es{}, {.seed = 2});
  std::size_t late_failures = 0;
  for (std::size_t i = 0; i < 600; ++i) {
    const study_core::asked a = study.ask().value();
    if (i % 17 == 3) {
      study.drop(a.number);
    } else if (i % 13 == 5) {
      study.tell(a.number, pruned);
    } else if (a.where.unit[0] > 0.5) {
      study.tell(a.number, failed);
      if (i >= 300) ++late_failures;
    } else {
      study.tell(a.number, sphere(a.where));
    }
  }
  CHECK(study.seen()[*study.seen().best()].value < 1e-6);
  CHECK(late_failures < 30);
}

TEST_CASE("cma_es: where everything fails it goes on") {
  study_core study(cube(3), cma_es{}, {.seed = 2});
  for (std::size_t i = 0; i < 300; ++i) study.tell(study.ask().value().number, failed);
  CHECK(study.seen().size() == 300);
}

TEST_CASE("cma_es: more trials at once than a generation has, told late and out of order") {
  study_core study(cube(5), cma_es{}, {.seed = 9});
  std::vector<study_core::asked> running;
  knobless::random_stream rng(1);
  for (std::size_t i = 0; i < 1500; ++i) {
    while (running.size() < 32) running.push_back(study.ask().value());
    const auto pick = static_cast<std::size_t>(rng.below(running.size()));
    study.tell(running[pick].number, sphere(running[pick].where));
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(pick));
  }
  CHECK(study.seen()[*study.seen().best()].value < 1e-6);
}

TEST_CASE("cma_es: starts at the centre, or at the best that was told") {
  const auto space = cube(3);
  study_core fresh(space, cma_es{}, {.seed = 1});
  const study_core::asked middle = fresh.ask().value();
  for (const double u : middle.where.unit) CHECK(u == 0.5);

  study_core guided(space, cma_es{}, {.seed = 1});
  point guess(3);
  guess.unit = {0.9, 0.1, 0.8};
  space->complete(guess);
  guided.enqueue(guess);
  const study_core::asked first = guided.ask().value();
  guided.tell(first.number, 1.0);
  double mean[3] = {0.0, 0.0, 0.0};
  for (int i = 0; i < 7; ++i) {
    const study_core::asked a = guided.ask().value();
    for (std::size_t k = 0; k < 3; ++k) mean[k] += a.where.unit[k] / 7.0;
  }
  // Deviations of 0.15, cut off at the bounds.
  for (std::size_t k = 0; k < 3; ++k) CHECK(std::abs(mean[k] - guess.unit[k]) < 0.25);
}

TEST_CASE("cma_es: a long history, told before the first ask, is where it starts") {
  const auto space = cube(30);
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    study_core study(space, cma_es{}, {.seed = seed});
    knobless::random_stream rng(seed, 1000);
    for (int i = 0; i < 60; ++i) {
      point p(30);
      for (double& u : p.unit) u = 0.3 + 0.1 * rng.normal();
      space->complete(p);
      study.add(p, sphere(p));
    }
    for (int i = 0; i < 60; ++i) {
      const study_core::asked a = study.ask().value();
      study.tell(a.number, sphere(a.where));
    }
    const double warm = study.seen()[*study.seen().best()].value;
    CHECK(warm < 0.3 * best_of(space, 60, seed, sphere));
  }
}

TEST_CASE("cma_es: a better point from elsewhere takes part") {
  const auto space = cube(30);
  study_core study(space, cma_es{}, {.seed = 6});
  const auto run = [&](int trials) {
    for (int i = 0; i < trials; ++i) {
      const study_core::asked a = study.ask().value();
      study.tell(a.number, sphere(a.where));
    }
    return study.seen()[*study.seen().best()].value;
  };
  CHECK(run(100) > 0.05);
  point p(30);
  for (double& u : p.unit) u = 0.31;
  space->complete(p);
  study.add(p, sphere(p));
  double drawn = 0.0;
  (void)run(400);
  for (std::size_t i = 300; i < 500; ++i) drawn += study.seen()[i].value / 200.0;
  study_core alone(space, cma_es{}, {.seed = 6});
  double without = 0.0;
  for (std::size_t i = 0; i < 500; ++i) {
    const study_core::asked a = alone.ask().value();
    alone.tell(a.number, sphere(a.where));
    if (i >= 300) without += sphere(a.where) / 200.0;
  }
  CHECK(drawn < without);
}

TEST_CASE("cma_es: one trial asks the best point again, and noise makes generations larger") {
  const auto repeated = [](double (*f)(const point&), double noise) {
    study_core study(cube(5), cma_es{}, {.seed = 8});
    knobless::random_stream rng(3);
    int same = 0;
    double late = 0.0;
    for (std::size_t i = 0; i < 800; ++i) {
      const study_core::asked a = study.ask().value();
      for (std::size_t j = 0; j < study.seen().size() && i < 25; ++j) same += study.seen()[j].where() == a.where;
      study.tell(a.number, f(a.where) + noise * rng.normal());
      if (i >= 600) late += std::sqrt(sphere(a.where)) / 200.0;
    }
    return std::pair(same, late);
  };
  CHECK(repeated(rosenbrock, 0.0).first == 1);
  const auto [same, late] = repeated(sphere, 0.01);
  CHECK(same == 1);
  // Noise of the size that the loss has at 0.1 from the optimum.
  CHECK(late < 0.3);
}

namespace {

// The trial at which a change of an earlier trial's value first shows in what is proposed: where the next generation begins. In
// 25 dimensions, without the quadratic helper.
template <class Value>
std::size_t next_generation(std::size_t changed, Value&& value) {
  study_core a(cube(25), cma_es{}, {.seed = 8});
  study_core b(cube(25), cma_es{}, {.seed = 8});
  for (std::size_t i = 0; i < 4000; ++i) {
    const study_core::asked x = a.ask().value();
    const study_core::asked y = b.ask().value();
    if (!(x.where == y.where)) return i;
    a.tell(x.number, value(x));
    b.tell(y.number, i == changed ? 0.5 : value(y));
  }
  return 0;  // never
}

// How many trials the generation after the one of trial `within` has.
template <class Value>
std::size_t generation_size(std::size_t within, Value&& value) {
  const std::size_t from = next_generation(within, value);
  return next_generation(from, value) - from;
}

}  // namespace

TEST_CASE("cma_es: generations have the tutorial's size, and twice that once there is noise") {
  REQUIRE(search_distribution::default_population(25) == 13);
  CHECK(generation_size(60, [](const study_core::asked& a) { return sphere(a.where); }) == 13);
  CHECK(generation_size(60, [](const study_core::asked& a) {
          return sphere(a.where) + 0.01 * knobless::random_stream(1, a.number).normal();
        }) == 26);
}

TEST_CASE("cma_es: restarts have a larger and a smaller population in turn, beside what noise has made of it") {
  // Best values that never change: a run lasts 10 + 30 n / lambda = 39 generations of 26.
  const auto stuck = [](const study_core::asked& a) {
    return a.number % 5 == 0 ? 0.0 : 1.0 + knobless::random_stream(1, a.number).uniform();
  };
  CHECK(generation_size(900, stuck) == 26);
  CHECK(generation_size(1150, stuck) == 52);
  // 24 generations of 52 later it is the turn of a small run: nothing above the first population is half of the large one's.
  CHECK(generation_size(2360, stuck) == 26);
}

TEST_CASE("cma_es: the same values, however they were transformed, where only ranks count") {
  // In 30 dimensions there is no quadratic helper, which looks at values.
  const auto space = cube(30);
  study_core a(space, cma_es{}, {.seed = 3});
  study_core b(space, cma_es{}, {.seed = 3});
  for (std::size_t i = 0; i < 400; ++i) {
    const study_core::asked x = a.ask().value();
    const study_core::asked y = b.ask().value();
    REQUIRE(x.where == y.where);
    a.tell(x.number, sphere(x.where));
    b.tell(y.number, std::cbrt(sphere(y.where)) - 7.0);
  }
}

TEST_CASE("cma_es: 200 dimensions") { CHECK(best_of(cube(200), 3000, 1, sphere) < 0.5 * sphere(point(200)) * 0.1); }

TEST_CASE("cma_es: constraints are kept") {
  const domain whole = *cube(4);
  const auto space =
      std::make_shared<const domain>(whole.require([](const point& p) { return p.unit[0] + p.unit[1] <= 0.8; }));
  study_core study(space, cma_es{}, {.seed = 5});
  const auto loss = [](const point& p) {
    return (p.unit[0] - 0.6) * (p.unit[0] - 0.6) + (p.unit[1] - 0.6) * (p.unit[1] - 0.6) + p.unit[2] + p.unit[3];
  };
  for (std::size_t i = 0; i < 500; ++i) {
    const study_core::asked a = study.ask().value();
    REQUIRE(space->admits(a.where));
    study.tell(a.number, loss(a.where));
  }
  // 0.4, 0.4, 0, 0.
  CHECK(study.seen()[*study.seen().best()].value < 0.08 + 0.01);
}

namespace {

template <std::size_t D>
struct coordinates {
  std::array<double, D> x{};
};

// In how many of `trials` trials after the first 500 a study of D dimensions allocated memory.
template <std::size_t D>
std::size_t allocating(std::size_t trials) {
  const space<coordinates<D>> whole{real("x", &coordinates<D>::x, {.low = 0.0, .high = 1.0})};
  study<coordinates<D>> search{whole, cma_es{}, {.seed = 1}};
  std::size_t count = 0;
  for (std::size_t i = 0; i < 500 + trials; ++i) {
    const std::size_t before = test::allocations();
    trial<coordinates<D>> t = search.ask();
    // Too rugged for the helper, and without an end.
    double loss = 0.0;
    for (const double u : t.config().x) loss += (u - 0.3) * (u - 0.3) + 0.1 * std::abs(std::sin(40.0 * u));
    search.tell(std::move(t), loss);
    if (i >= 500 && test::allocations() != before) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE(
    "cma_es: after the first generations an ask and a tell allocate nothing, but for a place for the next 128 trials") {
  // Besides those places, the lists of events and of the generations' values grow now and then.
  CHECK(allocating<30>(3200) < 3200 / 128 + 10);
  CHECK(allocating<10>(1280) < 1280 / 128 + 10);
}
