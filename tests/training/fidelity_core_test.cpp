#include <knobless/training/fidelity_core.hpp>

#include <algorithm>
#include <cstddef>
#include <knobless/sampler/random_search.hpp>
#include <knobless/training/asha_rule.hpp>
#include <knobless/training/bracket_rule.hpp>
#include <knobless/training/multi_fidelity_rule.hpp>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "../support.hpp"
#include "support.hpp"

using namespace knobless;

namespace {

std::shared_ptr<const domain> line() { return std::make_shared<const domain>(test::unit_line()); }

// Shows what the sampler is shown.
struct spying {
  std::vector<std::vector<double>>* values;
  std::vector<std::size_t>* pending;
  std::vector<std::uint64_t>* epochs;
  std::optional<point> ask(const ask_context& c) {
    values->emplace_back();
    for (std::size_t i = 0; i < c.seen.size(); ++i) values->back().push_back(c.seen[i].value);
    pending->push_back(c.seen.pending().size());
    epochs->push_back(c.seen.epoch());
    point p(1);
    p.unit[0] = c.rng.uniform();
    p.active[0] = 1;
    return p;
  }
};

any_promotion_rule halving(std::size_t most, std::size_t top = 9) {
  auto all = detail::hyperband_brackets({.max_resource = top});
  all.resize(1);
  return bracket_rule(std::move(all), most);
}

}  // namespace

TEST_CASE("fidelity_core: the sampler sees the highest resource that enough trials have reached, as another history") {
  std::vector<std::vector<double>> values;
  std::vector<std::size_t> pending;
  std::vector<std::uint64_t> epochs;
  fidelity_core core(line(), halving(2), spying{&values, &pending, &epochs}, {.max_resource = 9});
  while (const auto piece = core.ask()) core.tell(piece->trial, static_cast<double>(100 * piece->to + piece->trial));
  REQUIRE(values.size() == 18);
  CHECK(values[0].empty());
  CHECK(values[8] == std::vector<double>{100, 101, 102, 103, 104, 105, 106, 107});
  // Three trials are enough in one dimension: those at 3.
  CHECK(values[9] == std::vector<double>{300, 301, 302});
  CHECK(values[17] == std::vector<double>{300, 301, 302});
  CHECK(epochs[8] == epochs[0]);
  CHECK(epochs[9] != epochs[8]);
  CHECK(epochs[17] == epochs[9]);
}

TEST_CASE("fidelity_core: budget, best and what is let go") {
  fidelity_core core(line(), halving(0), random_search{}, {.max_resource = 9, .budget = 40});
  std::vector<std::size_t> gone;
  std::size_t spent = 0;
  while (const auto piece = core.ask()) {
    for (const std::size_t i : core.released()) gone.push_back(i);
    spent += piece->to - piece->from;
    CHECK(core.busy() == 1);
    core.tell(piece->trial, static_cast<double>(piece->trial));
    for (const std::size_t i : core.released()) gone.push_back(i);
  }
  // A bracket takes 9 + 6 + 6; the second one's last leg would make 42.
  CHECK(spent == 36);
  CHECK(core.spent() == spent);
  CHECK_FALSE(core.ask());
  CHECK(core.best() == 0);
  CHECK(core.trials()[0].state == trial_state::complete);
  std::vector<bool> out(core.trials().size(), false);
  for (const std::size_t i : gone) {
    CHECK_FALSE(out[i]);
    out[i] = true;
  }
  CHECK_FALSE(out[0]);
  for (std::size_t i = 1; i < 9; ++i) CHECK(out[i]);
}

TEST_CASE("fidelity_core: the best is replaced by a better one at the same resource, and then let go if it is done") {
  fidelity_core core(line(), asha_rule(std::vector<std::size_t>{2}, 3), random_search{}, {.max_resource = 2});
  for (const double value : {5.0, 4.0, 6.0}) {
    const auto piece = core.ask();
    REQUIRE(piece);
    core.tell(piece->trial, value);
  }
  CHECK(core.best() == 1);
  CHECK(core.released() == std::vector<std::size_t>{0, 2});
  CHECK(core.released().empty());
}

TEST_CASE("fidelity_core: a failed leg fails its trial at that resource and above; the best is then another") {
  std::vector<std::vector<double>> values;
  std::vector<std::size_t> pending;
  std::vector<std::uint64_t> epochs;
  fidelity_core core(line(), halving(2, 3), spying{&values, &pending, &epochs}, {.max_resource = 3});
  for (std::size_t i = 0; i < 3; ++i) {
    (void)core.ask();
    core.tell(i, static_cast<double>(i));
  }
  const auto up = core.ask();
  REQUIRE(up->trial == 0);
  CHECK(up->from == 1);
  CHECK(up->to == 3);
  core.tell(0, failed("no more memory"));
  CHECK(core.trials()[0].state == trial_state::failed);
  CHECK(core.failures() == 1);
  CHECK(core.first_failure() == "no more memory");
  CHECK(core.best() == 1);
  const auto released = core.released();
  CHECK(std::find(released.begin(), released.end(), 0) != released.end());
  // NaN is a failure too.
  (void)core.ask();
  core.tell(3, test::nan);
  CHECK(core.trials()[3].state == trial_state::failed);
}

TEST_CASE("fidelity_core: who was released and is the best again, since the best failed, is not released twice") {
  fidelity_core core(line(), halving(2, 3), random_search{}, {.max_resource = 3});
  for (std::size_t i = 0; i < 3; ++i) {
    (void)core.ask();
    core.tell(i, static_cast<double>(i));
  }
  REQUIRE(core.ask()->trial == 0);
  CHECK(core.released() == std::vector<std::size_t>{1, 2});
  core.tell(0, failed("no more memory"));
  CHECK(core.released() == std::vector<std::size_t>{0});
  CHECK(core.best() == 1);
  // Two better ones.
  for (std::size_t i = 3; i < 5; ++i) {
    (void)core.ask();
    core.tell(i, -static_cast<double>(i));
  }
  CHECK(core.best() == 4);
  CHECK(core.released().empty());
}

TEST_CASE("fidelity_core: new trials that are still trained are pending to the sampler") {
  std::vector<std::vector<double>> values;
  std::vector<std::size_t> pending;
  std::vector<std::uint64_t> epochs;
  fidelity_core core(line(), halving(1), spying{&values, &pending, &epochs}, {.max_resource = 9});
  for (int i = 0; i < 4; ++i) REQUIRE(core.ask());
  core.tell(1, 1.0);
  REQUIRE(core.ask());
  CHECK(pending == std::vector<std::size_t>{0, 1, 2, 3, 3});
  CHECK(core.busy() == 4);
}

TEST_CASE("fidelity_core: trials keep constraints that leave a millionth, whoever proposes") {
  std::size_t calls = 0;
  const auto three = domain::make({parameter::real("x", {}).value(), parameter::real("y", {}).value(),
                                   parameter::real("z", {}).value()})
                         .value();
  const auto space = std::make_shared<const domain>(three.require([&calls](const point& p) {
    ++calls;
    return std::all_of(p.unit.begin(), p.unit.end(), [](double u) { return u < 0.01; });
  }));
  for (const bool model : {true, false}) {
    calls = 0;
    any_promotion_rule rule = halving(20);
    if (model) rule = multi_fidelity_rule(1, 9);
    fidelity_core core(space, std::move(rule), random_search{}, {.max_resource = 9, .budget = model ? 200U : 0U});
    std::size_t trials = 0;
    while (const auto piece = core.ask()) {
      trials = (std::max)(trials, piece->trial + 1);
      const point& p = core.trials()[piece->trial].where;
      CHECK(space->admits(p));
      core.tell(piece->trial, p.unit[0] + 1.0 / static_cast<double>(piece->to));
    }
    CHECK(trials >= 15);
    CHECK(calls < 3000 * trials);
  }
}
