#include <knobless/sampler/known_points.hpp>

#include <cstddef>
#include <cstdint>
#include <knobless/knobless.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "../support.hpp"

using namespace knobless;

namespace {

struct cell {
  int i = 0;
  int j = 0;
  bool operator<(const cell& other) const { return std::pair(i, j) < std::pair(other.i, other.j); }
};

space<cell> table(int rows, int columns) {
  return space<cell>{integer("i", &cell::i, {.low = 1, .high = rows}),
                     integer("j", &cell::j, {.low = 1, .high = columns})};
}

// With each sampler of the library.
template <class Check>
void with_all(Check&& check) {
  check("random search", [] { return any_sampler(random_search{}); });
  check("Sobol", [] { return any_sampler(sobol{}); });
  check("Latin hypercube", [] { return any_sampler(latin_hypercube{}); });
  check("grid", [] { return any_sampler(grid{}); });
  check("TPE", [] { return any_sampler(tpe{}); });
  check("CMA-ES", [] { return any_sampler(cma_es{}); });
  check("Gaussian process", [] { return any_sampler(gp_ei{}); });
  check("automatic", [] { return any_sampler(automatic{}); });
}

}  // namespace

TEST_CASE("known points: step() ends when all points were proposed, with every sampler") {
  with_all([](const std::string& name, auto make) {
    CAPTURE(name);
    study<cell> s{table(2, 4), make(), {.seed = 1}};
    std::set<cell> seen;
    int steps = 0;
    while (steps < 100 && s.step([&](const cell& c) {
      seen.insert(c);
      return c.i + 0.1 * c.j;
    }))
      ++steps;
    CHECK(seen.size() == 8);
    // automatic looks once whether the values are noisy.
    CHECK(steps <= 9);
  });
}

TEST_CASE(
    "known points: minimize ends a small space without using up its budget, also in parallel and with a constraint") {
  for (const std::size_t parallel : {1U, 4U}) {
    const auto found = minimize(table(4, 4).require([](const cell& c) { return c.i <= c.j; }), tpe{},
                                [](const cell& c) { return 1.0 * c.i - c.j; }, {.trials = 200, .parallel = parallel});
    CHECK(found.reason() == termination::space_exhausted);
    CHECK(found.trials().size() == 10);
  }
}

TEST_CASE("known points: no sampler proposes what is told, running or queued while there is something else") {
  with_all([](const std::string& name, auto make) {
    CAPTURE(name);
    study<cell> s{table(10, 10), make(), {.seed = 4}};
    std::set<cell> seen;
    for (int n = 0; n < 30; ++n) {
      auto t = s.ask();
      CHECK(seen.insert(t.config()).second);
      s.tell(std::move(t), t.config().i * 0.1 + t.config().j);
    }
    const cell waiting{10, 10};
    if (seen.insert(waiting).second) s.enqueue(waiting);
    std::vector<trial<cell>> running;
    for (int n = 0; n < 20; ++n) {
      running.push_back(s.ask());
      const cell c = running.back().config();
      if (n > 0 || c.i != 10 || c.j != 10) CHECK(seen.insert(c).second);
    }
  });
}

TEST_CASE("known points: automatic repeats no point of a space of more than 4096") {
  study<cell> s{table(70, 70), automatic{}, {.seed = 2, .deterministic = true}};
  std::set<cell> seen;
  for (int n = 0; n < 400; ++n) {
    auto t = s.ask();
    CHECK(seen.insert(t.config()).second);
    const double x = t.config().i - 31.0;
    const double y = t.config().j - 12.0;
    s.tell(std::move(t), x * x + y * y);
  }
}

TEST_CASE("known points: Sobol's sequence and the grid pass over what was added") {
  const auto again = [](auto sampler, int points) {
    study<cell> first{table(40, 40), sampler, {.seed = 5}};
    study<cell> second{table(40, 40), sampler, {.seed = 5}};
    std::set<cell> seen;
    for (int n = 0; n < points; ++n) {
      auto t = first.ask();
      second.add(t.config(), 1.0);
      seen.insert(t.config());
      first.tell(std::move(t), 1.0);
    }
    int known = 0;
    for (int n = 0; n < points; ++n) {
      auto t = second.ask();
      known += seen.count(t.config()) > 0 ? 1 : 0;
      second.tell(std::move(t), 1.0);
    }
    return known;
  };
  CHECK(again(sobol{}, 30) == 0);
  CHECK(again(grid{}, 30) == 0);
}

TEST_CASE("known points: a point that was told in an earlier space is known in the present one") {
  study<cell> s{table(3, 1), random_search{}, {.seed = 1}};
  for (int i = 1; i <= 3; ++i) s.add({i, 1}, 1.0);
  s.change_space(table(4, 1));
  CHECK(s.ask().config().i == 4);
}
