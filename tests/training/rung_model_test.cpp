#include <knobless/training/rung_model.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <knobless/numeric/matern.hpp>
#include <knobless/random.hpp>
#include <vector>

#include "../support.hpp"

using namespace knobless;
using detail::rung_model;
using detail::rung_scale;
using detail::rung_value;

namespace {

// Trials at 0, 1/20, ..., whose value at rung 1 is that of `upper`; every second one has it.
struct fixture {
  domain space = domain::make({parameter::real("x", {}).value()}).value();
  std::vector<training> trials;
  std::vector<rung_value> rows;
  std::vector<std::size_t> targets;
  rung_scale scale{2};
  rung_model model{space, {1, 9}};
  random_stream rng{5, 6};

  template <class Lower, class Upper>
  fixture(const Lower& lower, const Upper& upper) {
    for (std::size_t i = 0; i <= 20; ++i) {
      point p(1);
      p.unit[0] = static_cast<double>(i) / 20.0;
      space.complete(p);
      training t;
      t.where = p;
      rows.push_back({i, 0, false, lower(p.unit[0])});
      t.curve.push_back({1, rows.back().value});
      if (i % 2 == 0) {
        rows.push_back({i, 1, false, upper(p.unit[0])});
        t.curve.push_back({9, rows.back().value});
        t.state = trial_state::complete;
      }
      trials.push_back(t);
      targets.push_back(t.resource());
    }
    scale.fit(rows, trials.size());
    model.learn(context(), rows, scale, targets, rng);
  }
  [[nodiscard]] promotion_context context() const { return {space, trials, 9, 0, false}; }
};

double bowl(double x) { return (x - 0.3) * (x - 0.3); }

}  // namespace

TEST_CASE("rung model: the kernel has the given correlation at the distance of two rungs") {
  for (const double correlation : {0.1, 0.5, 0.8, 0.98}) {
    double r2[4] = {};
    r2[0] = detail::distance_of(correlation) * detail::distance_of(correlation);
    detail::matern(r2, 0.0, 4);
    CHECK(r2[0] == doctest::Approx(correlation));
  }
}

TEST_CASE("rung model: a rung is the lowest one that costs as much") {
  const domain space = domain::make({parameter::real("x", {}).value()}).value();
  const rung_model model(space, {1, 3, 9});
  CHECK(model.top() == 2);
  CHECK(model.rung_of(1) == 0);
  CHECK(model.rung_of(2) == 1);
  CHECK(model.rung_of(9) == 2);
}

TEST_CASE("rung model: trials that stopped early are expected where their early values put them") {
  const fixture f(bowl, bowl);
  std::size_t best = 0;
  for (std::size_t i = 0; i <= 20; ++i)
    if (f.model.expected(i) < f.model.expected(best)) best = i;
  CHECK(best >= 5);
  CHECK(best <= 7);
  CHECK(f.model.expected(7) < f.model.expected(13));
  CHECK(f.model.expected(13) < f.model.expected(19));
}

TEST_CASE("rung model: a new point is near the optimum, and none that was tried") {
  fixture f(bowl, bowl);
  const point p = f.model.propose(f.context(), f.rng);
  CHECK(std::abs(p.unit[0] - 0.3) < 0.15);
  CHECK(std::none_of(f.trials.begin(), f.trials.end(), [&](const training& t) { return t.where == p; }));
}

TEST_CASE("rung model: where the lower rung says nothing of the top, a new trial goes straight there") {
  random_stream noise(7, 8);
  fixture f([&](double) { return noise.uniform(); }, bowl);
  point p(1);
  p.unit[0] = 0.62;
  f.space.complete(p);
  CHECK(f.model.first_rung(p) == f.model.top());
}
