#include <knobless/training/multi_fidelity_rule.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <knobless/sampler/random_search.hpp>
#include <knobless/training/fidelity_core.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "../support.hpp"
#include "support.hpp"

using namespace knobless;

namespace {

std::shared_ptr<const domain> cube(std::size_t d) {
  std::vector<parameter> all;
  for (std::size_t k = 0; k < d; ++k) all.push_back(parameter::real("x" + std::to_string(k), {}).value());
  return std::make_shared<const domain>(domain::make(std::move(all)).value());
}

struct search {
  std::vector<training> trials;
  std::size_t spent = 0;
  double best = 1e300;
};

// Values of a point at a resource; `legs` at once.
template <class F>
search run(const F& value, std::size_t top, double budget, std::uint64_t seed, std::size_t legs = 1,
           std::size_t low = 1) {
  fidelity_core core(
      cube(3), multi_fidelity_rule(low, top), random_search{},
      {.max_resource = top, .budget = static_cast<std::size_t>(budget * static_cast<double>(top)), .seed = seed});
  std::vector<fidelity_core::piece> running;
  for (;;) {
    while (running.size() < legs) {
      const auto piece = core.ask();
      if (!piece) break;
      running.push_back(*piece);
    }
    if (running.empty()) break;
    const fidelity_core::piece done = running.front();
    running.erase(running.begin());
    core.tell(done.trial, value(core.trials()[done.trial].where, done.to));
  }
  search s;
  s.trials.assign(core.trials().begin(), core.trials().end());
  s.spent = core.spent();
  for (const training& t : s.trials)
    if (t.state == trial_state::complete) s.best = (std::min)(s.best, t.value());
  return s;
}

double bowl(const point& p) {
  double sum = 0.0;
  for (const double u : p.unit) sum += (u - 0.3) * (u - 0.3);
  return sum;
}

double share_of_complete(const search& s) {
  std::size_t complete = 0;
  for (const training& t : s.trials) complete += t.state == trial_state::complete ? 1U : 0U;
  return static_cast<double>(complete) / static_cast<double>(s.trials.size());
}

}  // namespace

TEST_CASE("multi_fidelity_rule: rungs are a third apart, from a 27th up, and no less than the least") {
  using rungs = std::vector<std::size_t>;
  CHECK(multi_fidelity_rule(1, 81).rungs() == rungs{3, 9, 27, 81});
  CHECK(multi_fidelity_rule(1, 27).rungs() == rungs{1, 3, 9, 27});
  CHECK(multi_fidelity_rule(10, 81).rungs() == rungs{27, 81});
  CHECK(multi_fidelity_rule(1, 2).rungs() == rungs{2});
  CHECK(multi_fidelity_rule(7, 7).rungs() == rungs{7});
}

TEST_CASE("multi_fidelity_rule: each trial climbs the rungs one by one, and all of the budget is used") {
  const search s =
      run([](const point& p, std::size_t r) { return bowl(p) + 1.0 / static_cast<double>(r); }, 27, 8.0, 1);
  std::size_t sum = 0;
  for (const training& t : s.trials) {
    const std::vector<std::size_t> rungs{1, 3, 9, 27};
    for (std::size_t i = 0; i < t.curve.size(); ++i) CHECK(t.curve[i].step == rungs[i]);
    sum += t.resource();
  }
  CHECK(sum == s.spent);
  CHECK(s.spent <= 8 * 27);
  CHECK(s.spent > 8 * 27 - 27);
}

TEST_CASE(
    "multi_fidelity_rule: where early values tell all, many are tried; where they mislead, most are trained in full") {
  // So rugged that a point says nothing of its neighbours.
  const auto rugged = [](const point& p, double shift) {
    return bowl(p) + 0.3 * std::sin(300.0 * (p.unit[0] + 2.0 * p.unit[1] + 3.0 * p.unit[2]) + shift);
  };
  const auto honest = [&](const point& p, std::size_t r) { return rugged(p, 0.0) + 1.0 / static_cast<double>(r); };
  const auto misleading = [&](const point& p, std::size_t r) { return rugged(p, static_cast<double>(81 - r)); };
  double tried_honest = 0.0;
  double tried_misleading = 0.0;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const search a = run(honest, 81, 12.0, seed);
    const search b = run(misleading, 81, 12.0, seed);
    tried_honest += static_cast<double>(a.trials.size());
    tried_misleading += static_cast<double>(b.trials.size());
    CHECK(share_of_complete(a) < share_of_complete(b));
  }
  CHECK(tried_honest > 1.5 * tried_misleading);
}

TEST_CASE("multi_fidelity_rule: paused trials are few, and those that are let go don't come back") {
  fidelity_core core(cube(2), multi_fidelity_rule(1, 27), random_search{}, {.max_resource = 27, .budget = 270});
  std::vector<bool> gone;
  while (const auto piece = core.ask()) {
    gone.resize(core.trials().size());
    for (const std::size_t i : core.released()) gone[i] = true;
    CHECK_FALSE(gone[piece->trial]);
    std::size_t paused = 0;
    for (const training& t : core.trials())
      if (t.state == trial_state::running && !t.busy) ++paused;
    CHECK(paused <= 16);
    const point& p = core.trials()[piece->trial].where;
    core.tell(piece->trial, std::sin(300.0 * (p.unit[0] + 2.0 * p.unit[1])) + 1.0 / static_cast<double>(piece->to));
  }
  CHECK(core.trials().size() > 25);
}

TEST_CASE("multi_fidelity_rule: legs side by side differ, and the search is as good") {
  const auto value = [](const point& p, std::size_t r) { return bowl(p) + 1.0 / static_cast<double>(r); };
  const search s = run(value, 27, 10.0, 3, 6);
  for (std::size_t i = 0; i < s.trials.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) CHECK_FALSE(s.trials[i].where == s.trials[j].where);
  CHECK(s.best - 1.0 / 27.0 < 0.03);
}

TEST_CASE("multi_fidelity_rule: failures on the way, equal values, huge values and one rung") {
  const auto failing = [](const point& p, std::size_t r) { return p.unit[0] > 0.5 && r > 1 ? test::nan : bowl(p); };
  // Ten searches: one says little.
  double mean = 0.0;
  std::size_t failures = 0;
  std::size_t trials = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const search a = run(failing, 9, 8.0, seed);
    mean += 0.1 * a.best;
    trials += a.trials.size();
    for (const training& t : a.trials) failures += t.state == trial_state::failed ? 1U : 0U;
  }
  CHECK(mean < 0.05);
  CHECK(failures > 0);
  CHECK(failures < trials / 2);
  CHECK(run([](const point&, std::size_t) { return 1.0; }, 9, 6.0, 1).best == 1.0);
  CHECK(run([](const point& p, std::size_t) { return bowl(p) * 1e300; }, 9, 6.0, 1).best < 1e300);
  CHECK(run([](const point& p, std::size_t) { return bowl(p); }, 1, 20.0, 1).best < 0.01);
  CHECK(run([](const point& p, std::size_t) { return bowl(p); }, 5, 20.0, 1, 1, 5).best < 0.01);
  CHECK(run([](const point&, std::size_t) { return test::nan; }, 9, 3.0, 1).best == 1e300);
}
