#include "../support.hpp"

#include <knobless/report/summary.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/study.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "searches.hpp"

using namespace knobless;

namespace {

struct config {
  double x = 0.5;
  double y = 0.5;
};
space<config> square() {
  return space<config>{real("x", &config::x, {.low = -1.0, .high = 1.0}),
                       real("y", &config::y, {.low = -1.0, .high = 1.0})};
}

// The lines of a table without quotes, field by field.
std::vector<std::vector<std::string>> fields_of(const std::string& csv) {
  std::vector<std::vector<std::string>> rows(1, {""});
  for (const char c : csv) {
    if (c == ',') rows.back().emplace_back();
    if (c == '\n') rows.push_back({""});
    if (c != ',' && c != '\n') rows.back().back() += c;
  }
  rows.pop_back();
  return rows;
}

const marginal_effect& effect(const search_summary& s, std::size_t parameter) {
  return *std::find_if(s.marginals.begin(), s.marginals.end(),
                       [&](const marginal_effect& m) { return m.parameter == parameter; });
}

double range(const marginal_effect& m) {
  double low = m.curve.front().mean;
  double high = low;
  for (const effect_point& p : m.curve) {
    low = std::min(low, p.mean);
    high = std::max(high, p.mean);
  }
  return high - low;
}

}  // namespace

TEST_CASE("a summary has the trials of the table, to the digit") {
  const auto found = searches::conditional();
  const search_summary s = summarize(found);
  const auto rows = fields_of(found.csv());
  REQUIRE(rows.size() == s.trials.size() + 1);
  for (std::size_t i = 0; i < s.trials.size(); ++i) {
    const trial_summary& t = s.trials[i];
    const std::vector<std::string>& row = rows[i + 1];
    CHECK(row[0] == std::to_string(t.number));
    CHECK(row[1] == to_string(t.state));
    CHECK(row[2] == detail::number_text(t.values.at(0)));
    CHECK(row[3] == detail::number_text(t.seconds));
    for (std::size_t k = 0; k < s.parameters.size(); ++k) {
      CHECK(row[4 + k] == t.texts[k]);
      CHECK(t.texts[k].empty() == elementary::is_nan(t.settings[k]));
    }
  }
}

TEST_CASE("the best so far improves from trial to trial, and ends at the best") {
  const auto found = searches::conditional();
  const search_summary s = summarize(found);
  for (std::size_t i = 1; i < s.best_so_far.size(); ++i) {
    CHECK(s.best_so_far[i] > s.best_so_far[i - 1]);
    CHECK(s.trials[s.best_so_far[i]].values[0] < s.trials[s.best_so_far[i - 1]].values[0]);
  }
  REQUIRE(s.best);
  CHECK(*s.best == s.best_so_far.back());
  CHECK(s.trials[*s.best].number == found.best().number);
  CHECK(s.trials[*s.best].values[0] == found.best().value);
  CHECK(s.sampler == "automatic");
  CHECK(s.ending == to_string(found.reason()));
}

TEST_CASE("of a search that maximises, the best is the largest") {
  const auto found = maximize(square(), random_search{}, [](const config& c) { return c.x; }, {.trials = 30});
  const search_summary s = summarize(found);
  CHECK(s.trials[*s.best].values[0] == found.best().value);
  CHECK(s.objectives[0].better == direction::maximize);
  CHECK(effect(s, 0).curve.back().mean > effect(s, 0).curve.front().mean);
}

TEST_CASE("every trial is counted in one state, and has an origin") {
  study<config> study(square(), random_search{});
  study.enqueue({});
  study.add({0.1, 0.2}, 3.0);
  for (int i = 0; i < 9; ++i) {
    auto t = study.ask();
    if (i % 3 == 0) study.tell(std::move(t), failed("no memory"));
    if (i % 3 == 1) study.tell(std::move(t), pruned);
    if (i % 3 == 2) study.tell(std::move(t), 1.0 + i);
  }
  const auto running = study.ask();
  const search_summary s = summarize(study.core().happened());
  std::size_t counted = 0;
  for (const state_count& c : s.states) counted += c.count;
  CHECK(counted == s.trials.size());
  CHECK(s.trials.size() == 11);
  CHECK(s.states.size() == 4);
  CHECK(s.trials.back().state == trial_state::running);
  CHECK(s.trials[0].origin == trial_origin::added);
  CHECK(s.trials[1].origin == trial_origin::queue);
  CHECK(s.trials[1].why == "no memory");
  CHECK(s.trials[2].origin == trial_origin::sampler);
  CHECK(s.failures == "failed: 3 no memory\n");
}

TEST_CASE("a parameter that does nothing has a flat effect, one that does has its shape") {
  const auto found = minimize(square(), random_search{}, [](const config& c) { return (c.x - 0.5) * (c.x - 0.5); },
                              {.trials = 60, .seed = 1});
  const search_summary s = summarize(found);
  REQUIRE(s.marginals.size() == 2);
  CHECK(range(effect(s, 0)) > 10.0 * range(effect(s, 1)));
  const auto lowest = std::min_element(effect(s, 0).curve.begin(), effect(s, 0).curve.end(),
                                       [](const effect_point& a, const effect_point& b) { return a.mean < b.mean; });
  CHECK(lowest->at == doctest::Approx(0.5).epsilon(0.2));
  for (const marginal_effect& m : s.marginals)
    for (const effect_point& p : m.curve) {
      CHECK(p.low <= p.mean);
      CHECK(p.mean <= p.high);
    }
  REQUIRE(s.surfaces.size() == 1);
  CHECK(s.surfaces[0].mean.size() == s.surfaces[0].first_at.size() * s.surfaces[0].second_at.size());
  CHECK(s.importance[0].overall == importance(found.study().core().space(), found.trials()));
}

TEST_CASE("a conditional parameter has an effect where it is active") {
  const search_summary s = summarize(searches::conditional());
  REQUIRE(s.marginals.size() == s.parameters.size());
  for (const marginal_effect& m : s.marginals) CHECK(m.curve.size() >= 2);
}

TEST_CASE("repeated points tell the noise, and without noise there is none") {
  double sign = 1.0;
  study<config> noisy(square(), random_search{});
  for (int i = 0; i < 40; ++i, sign = -sign) noisy.add({0.05 * (i / 2) - 0.5, 0.0}, 0.1 * (i / 2) + 0.01 * sign);
  const search_summary s = summarize(noisy.core().happened());
  CHECK(s.noise[0].shown);
  CHECK(s.noise[0].repeated == 20);
  CHECK(*s.noise[0].repeats == doctest::Approx(0.01 * std::sqrt(2.0)));
  CHECK(s.best_estimated.has_value());
  const search_summary exact = summarize(searches::conditional(30));
  CHECK_FALSE(exact.best_estimated.has_value());
}

TEST_CASE("no worker does two things at once, and all trials are somebody's work") {
  const auto check_work = [](const search_summary& s, std::size_t workers) {
    CHECK(s.when.workers.size() == workers);
    std::vector<double> free_at(workers, 0.0);
    for (const work_piece& w : s.when.work) {
      CHECK(w.begun >= free_at.at(w.worker));
      free_at[w.worker] = w.ended;
    }
  };
  study<config> one(square(), random_search{});
  for (int i = 0; i < 10; ++i) {
    auto t = one.ask();
    one.tell(std::move(t), 1.0, 0.5);
  }
  const search_summary alone = summarize(one.core().happened());
  check_work(alone, 1);
  CHECK(alone.seconds == doctest::Approx(5.0));
  study<config> three(square(), random_search{});
  for (int i = 0; i < 10; ++i) {
    auto a = three.ask();
    auto b = three.ask();
    auto c = three.ask();
    three.tell(std::move(b), 1.0, 0.25);
    three.tell(std::move(a), 1.0, 0.5);
    three.tell(std::move(c), 1.0, 1.0);
  }
  const search_summary together = summarize(three.core().happened());
  check_work(together, 3);
  CHECK(together.when.work.size() == 30);
  CHECK(together.seconds == doctest::Approx(10.0));
}

TEST_CASE("clocks that somebody measured come before what is guessed") {
  study<config> study(square(), random_search{});
  for (int i = 0; i < 2; ++i) {
    auto t = study.ask();
    study.tell(std::move(t), 1.0, 0.5);
  }
  const search_summary s =
      summarize(study.core().happened(), {.clocks = {{1, 2.0, 3.0, "b"}, {0, 1.0, 4.0, "a"}, {7, 0.0, 1.0, "gone"}}});
  CHECK(s.when.workers == std::vector<std::string>{"b", "a", "gone"});
  CHECK(s.trials[0].begun == 1.0);
  CHECK(s.trials[0].ended == 4.0);
  CHECK(s.seconds == 4.0);
}

TEST_CASE("rungs count every trial that was cut once") {
  const auto check_rungs = [](const search_summary& s) {
    std::size_t cut = 0;
    std::size_t pruned = 0;
    for (const rung_summary& r : s.rungs) cut += r.cut;
    for (const trial_summary& t : s.trials) pruned += t.state == trial_state::pruned ? 1U : 0U;
    CHECK(cut == pruned);
    CHECK(pruned > 0);
    for (std::size_t i = 1; i < s.rungs.size(); ++i) {
      CHECK(s.rungs[i].step > s.rungs[i - 1].step);
      CHECK(s.rungs[i].reached <= s.rungs[i - 1].reached);
    }
    for (const rung_summary& r : s.rungs) {
      CHECK(r.ahead <= r.cut);
      CHECK((r.ahead > 0) == (r.lead > 0.0));
    }
  };
  check_rungs(summarize(searches::reporting()));
  const auto found = searches::rungs();
  const search_summary s = summarize(found);
  check_rungs(s);
  REQUIRE(s.best);
  CHECK(s.trials[*s.best].values[0] == found.best().value);
}

TEST_CASE("the front is the study's, and its volume grows to what the study measures") {
  const auto found = searches::two_objectives();
  const search_summary s = summarize(found);
  const auto front = found.front();
  REQUIRE(s.front.trials.size() == front.size());
  for (std::size_t i = 0; i < front.size(); ++i) CHECK(s.trials[s.front.trials[i]].number == front[i].number);
  REQUIRE(s.front.knee);
  CHECK(s.trials[s.front.trials[*s.front.knee]].number == found.compromise(knee).number);
  REQUIRE_FALSE(s.front.volume.empty());
  for (std::size_t i = 1; i < s.front.volume.size(); ++i)
    CHECK(s.front.volume[i].volume > s.front.volume[i - 1].volume);
  CHECK(s.front.volume.back().volume == doctest::Approx(found.hypervolume(s.front.reference)));
  CHECK(s.importance.size() == 2);
  CHECK_FALSE(s.best);
}

TEST_CASE("limits are counted as trials met them") {
  const search_summary s = summarize(searches::two_objectives());
  REQUIRE(s.limits.size() == 2);
  for (std::size_t c = 0; c < 2; ++c) {
    CHECK(s.limits[c].kept + s.limits[c].broken + s.limits[c].unknown == s.trials.size());
    std::size_t broken = 0;
    for (const trial_summary& t : s.trials) broken += !elementary::is_nan(t.limits[c]) && t.limits[c] > 0.0 ? 1U : 0U;
    CHECK(broken == s.limits[c].broken);
  }
  CHECK(s.eligible == static_cast<std::size_t>(std::count_if(s.trials.begin(), s.trials.end(),
                                                             [](const trial_summary& t) { return t.eligible; })));
}

TEST_CASE("what the next trials may bring is what the stop rule says") {
  const auto found = searches::conditional();
  const search_summary s = summarize(found);
  const auto& core = found.study().core();
  const auto said = no_more_gain({core.space(), core.seen(), core.options().seed, 0});
  REQUIRE(s.gain.has_value() == said.has_value());
  if (said) CHECK(s.gain->expected == said->expected);
}

TEST_CASE("values of an earlier space stay as they were") {
  study<config> study(square(), random_search{});
  study.add({0.9, 0.5}, 1.0);
  study.change_space(space<config>{real("x", &config::x, {.low = -1.0, .high = 0.5})});
  const search_summary s = summarize(study.core().happened());
  REQUIRE(s.parameters.size() == 1);
  CHECK(s.trials[0].texts == std::vector<std::string>{"0.9"});
  CHECK(s.trials[0].settings[0] == 0.9);
  CHECK_FALSE(s.trials[0].eligible);
}

TEST_CASE("of nothing there is nothing to say") {
  study<config> study(square(), random_search{});
  const search_summary s = summarize(study.core().happened());
  CHECK(s.trials.empty());
  CHECK_FALSE(s.best);
  CHECK(s.marginals.empty());
  CHECK(s.objectives.size() == 1);
}
