#include "proposals.hpp"
#include "support.hpp"

#include <cstddef>
#include <cstdint>
#include <knobless/random.hpp>
#include <knobless/record/history.hpp>
#include <knobless/sampler/trust_region.hpp>
#include <knobless/space/domain.hpp>
#include <knobless/space/parameter.hpp>
#include <optional>
#include <utility>
#include <vector>

using namespace knobless;

using test::at;

namespace {

domain reals(std::size_t d) {
  std::vector<parameter> parameters;
  for (std::size_t k = 0; k < d; ++k)
    parameters.push_back(parameter::real(detail::text("x", std::to_string(k)), {}).value());
  return domain::make(std::move(parameters)).value();
}

// A study without a study: asks, and tells what a function says.
struct bench {
  domain space;
  history seen{space.size()};
  std::uint64_t number = 0;

  explicit bench(domain of) : space(std::move(of)) {}

  void tell(const point& p, double value, trial_state state = trial_state::complete) {
    observation o;
    o.number = number++;
    o.state = state;
    o.has_value = state == trial_state::complete;
    o.value = value;
    o.unit = p.unit;
    o.active = p.active;
    seen.append(o);
  }
  std::optional<point> ask(detail::trust_region& steps) {
    knobless::random_stream rng(7, number);
    return steps.ask({space, seen, rng, 7, number, number});
  }
  template <class F>
  void chance(std::size_t n, std::uint64_t seed, F&& f) {
    knobless::random_stream rng(seed, 99);
    for (std::size_t i = 0; i < n; ++i) {
      point p(space.size());
      for (double& u : p.unit) u = rng.uniform();
      space.complete(p);
      tell(p, f(p));
    }
  }
};

double bowl(const point& p) {
  double sum = 0.0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    const double gap = p.unit[k] - 0.3 - 0.05 * static_cast<double>(k);
    sum += (1.0 + static_cast<double>(k)) * gap * gap;
  }
  return sum + (p.unit[0] - 0.3) * (p.unit[1] - 0.35);
}

}  // namespace

TEST_CASE("on a quadratic function it is at the minimum in a few steps") {
  bench b(reals(4));
  b.chance(20, 3, bowl);
  detail::trust_region steps;
  for (int i = 0; i < 12; ++i) {
    const std::optional<point> p = b.ask(steps);
    if (!p) break;
    b.tell(*p, bowl(*p));
  }
  CHECK(b.seen[*b.seen.best()].value < 1e-5);
}

TEST_CASE("optima on the bound are found") {
  bench b(reals(3));
  const auto slope = [](const point& p) { return p.unit[0] - p.unit[1] + (p.unit[2] - 0.5) * (p.unit[2] - 0.5); };
  b.chance(12, 4, slope);
  detail::trust_region steps;
  for (int i = 0; i < 15; ++i) {
    const std::optional<point> p = b.ask(steps);
    if (!p) break;
    b.tell(*p, slope(*p));
  }
  const observation best = b.seen[*b.seen.best()];
  CHECK(best.unit[0] == 0.0);
  CHECK(best.unit[1] == 1.0);
}

TEST_CASE("says nothing without enough points, without differences, or while its step is running") {
  bench b(reals(3));
  detail::trust_region steps;
  CHECK(!b.ask(steps));
  b.chance(7, 1, bowl);
  CHECK(!b.ask(steps));

  bench flat(reals(3));
  flat.chance(20, 1, [](const point&) { return 1.0; });
  detail::trust_region none;
  CHECK(!flat.ask(none));

  b.chance(3, 2, bowl);
  const std::optional<point> p = b.ask(steps);
  REQUIRE(p);
  b.seen.begin({b.number, *p, {}});
  CHECK(steps.running());
  CHECK(!b.ask(steps));
  // Dropped: the next one may come.
  b.seen.forget(b.number);
  ++b.number;
  CHECK(b.ask(steps));
}

TEST_CASE("failures are counted until a promise is kept") {
  bench b(reals(2));
  b.chance(10, 1, bowl);
  detail::trust_region steps;
  for (std::size_t i = 1; i <= 3; ++i) {
    const std::optional<point> p = b.ask(steps);
    REQUIRE(p);
    if (i == 2)
      b.tell(*p, 0.0, trial_state::failed);
    else
      b.tell(*p, 10.0);
    steps.hear(b.seen);
    CHECK(steps.failures() == i);
  }
  const std::optional<point> p = b.ask(steps);
  REQUIRE(p);
  b.tell(*p, -10.0);
  steps.hear(b.seen);
  CHECK(steps.failures() == 0);
}

TEST_CASE("discrete parameters stay, and only points that agree with them teach") {
  std::vector<parameter> parameters;
  parameters.push_back(parameter::real("x", {}).value());
  parameters.push_back(parameter::real("y", {}).value());
  parameters.push_back(parameter::categorical("c", {"a", "b"}).value());
  bench b(domain::make(std::move(parameters)).value());
  const auto loss = [](const point& p) {
    const bool second = p.unit[2] > 0.5;
    const double x = p.unit[0] - (second ? 0.7 : 0.2);
    return x * x + (p.unit[1] - 0.4) * (p.unit[1] - 0.4) + (second ? 0.0 : 1.0);
  };
  b.chance(40, 5, loss);
  detail::trust_region steps;
  for (int i = 0; i < 8; ++i) {
    const std::optional<point> p = b.ask(steps);
    if (!p) break;
    CHECK(p->unit[2] == b.seen[*b.seen.best()].unit[2]);
    b.tell(*p, loss(*p));
  }
  CHECK(b.seen[*b.seen.best()].value < 1e-6);
}

TEST_CASE("no point is proposed that was told or is running, and none that breaks a constraint") {
  std::vector<parameter> parameters;
  parameters.push_back(parameter::integer("i", {.low = 0, .high = 30}).value());
  parameters.push_back(parameter::integer("j", {.low = 0, .high = 30}).value());
  bench b(domain::make(std::move(parameters)).value().require([](const point& p) { return p.unit[0] <= p.unit[1]; }));
  const auto loss = [](const point& p) {
    return (p.unit[0] - 0.6) * (p.unit[0] - 0.6) + (p.unit[1] - 0.5) * (p.unit[1] - 0.5);
  };
  knobless::random_stream rng(1, 1);
  while (b.seen.size() < 15) {
    point p = at(b.space, {rng.uniform(), rng.uniform()});
    if (b.space.admits(p)) b.tell(p, loss(p));
  }
  detail::trust_region steps;
  for (int i = 0; i < 20; ++i) {
    const std::optional<point> p = b.ask(steps);
    if (!p) break;
    CHECK(b.space.admits(*p));
    for (std::size_t j = 0; j < b.seen.size(); ++j) CHECK(!(b.seen[j].where() == *p));
    b.tell(*p, loss(*p));
  }
}

TEST_CASE("huge values and failures are no trouble") {
  bench b(reals(3));
  b.chance(15, 1, [](const point& p) { return p.unit[0] > 0.5 ? 1e300 : bowl(p); });
  for (int i = 0; i < 5; ++i) b.tell(at(b.space, {0.1, 0.2, 0.1 * i}), 0.0, trial_state::failed);
  detail::trust_region steps;
  for (int i = 0; i < 10; ++i) {
    const std::optional<point> p = b.ask(steps);
    if (!p) break;
    for (const double u : p->unit) CHECK((u >= 0.0 && u <= 1.0));
    b.tell(*p, bowl(*p));
  }
}
