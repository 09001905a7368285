#include "../support.hpp"

#include <knobless/branch.hpp>
#include <knobless/minimize.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/study.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

using namespace knobless;

namespace {

enum class colour { red, green, blue };

struct config {
  double x = 0.5;
  double rate = 0.1;
  int k = 3;
  colour c = colour::green;
  std::optional<double> extra;
  std::vector<int> sizes{4};
};

// What the spaces below may differ in.
struct shape {
  double low = 0.0;
  double high = 1.0;
  double rate_low = 1e-4;
  double rate_high = 1.0;
  std::int64_t k_low = 0;
  std::int64_t k_high = 9;
  std::vector<colour> colours{colour::red, colour::green, colour::blue};
  std::size_t count_low = 1;
  std::size_t count_high = 3;
};

space<config> space_of(const shape& s = {}) {
  return space<config>{
      real("x", &config::x, {.low = s.low, .high = s.high}),
      real("rate", &config::rate, {.low = s.rate_low, .high = s.rate_high, .scale = knobless::scaling::log}),
      integer("k", &config::k, {.low = s.k_low, .high = s.k_high}),
      choice("c", &config::c, s.colours),
      branch("extra", &config::extra, real("value", self, {.low = 0.0, .high = 1.0})),
      repeated("sizes", &config::sizes, {s.count_low, s.count_high}, integer("size", self, {.low = 1, .high = 8}))};
}

// Whether a configuration lies within a shape's space.
bool inside(const shape& s, const config& c) {
  return c.x >= s.low && c.x <= s.high && c.rate >= s.rate_low && c.rate <= s.rate_high && c.k >= s.k_low &&
         c.k <= s.k_high && std::find(s.colours.begin(), s.colours.end(), c.c) != s.colours.end() &&
         c.sizes.size() >= s.count_low && c.sizes.size() <= s.count_high;
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * (1.0 + std::abs(b)); }
bool near(const config& a, const config& b) {
  return near(a.x, b.x) && near(a.rate, b.rate) && a.k == b.k && a.c == b.c &&
         a.extra.has_value() == b.extra.has_value() && (!a.extra || near(*a.extra, *b.extra)) && a.sizes == b.sizes;
}

double loss(const config& c) {
  return (c.x - 0.3) * (c.x - 0.3) + std::abs(std::log10(c.rate) + 2.0) + 0.1 * std::abs(c.k - 4) +
         (c.c == colour::blue ? 0.0 : 0.5) + (c.extra ? *c.extra : 0.2) + 0.01 * static_cast<double>(c.sizes.size());
}

// Proposes the points it was given, then nothing.
struct scripted {
  std::vector<point> points;
  std::size_t next = 0;
  std::optional<point> ask(const ask_context&) {
    if (next == points.size()) return std::nullopt;
    return points[next++];
  }
};

struct one {
  double x = 0.0;
};
space<one> line(double low = 0.0, double high = 1.0) {
  return space<one>{real("x", &one::x, {.low = low, .high = high})};
}
scripted points_at(const std::vector<double>& units) {
  scripted s;
  for (const double u : units) {
    point p(1);
    p.unit[0] = u;
    p.active[0] = 1;
    s.points.push_back(std::move(p));
  }
  return s;
}

}  // namespace

TEST_CASE("study: trials are numbered from 0 in the order of asking, and are pending until told") {
  study s{space_of(), random_search{}};
  auto a = s.ask();
  auto b = s.ask();
  auto c = s.ask();
  CHECK(a.number() == 0);
  CHECK(b.number() == 1);
  CHECK(c.number() == 2);
  CHECK(s.trials().pending().size() == 3);
  CHECK(s.trials().size() == 0);
  s.tell(std::move(c), 3.0);
  s.tell(std::move(a), 1.0);
  CHECK(s.trials().pending().size() == 1);
  CHECK(s.trials().pending()[0].number == 1);
  // Told trials are in the order of telling.
  CHECK(s.trials()[0].number == 2);
  CHECK(s.trials()[1].number == 0);
  CHECK(s.best().number == 0);
}

TEST_CASE("study: what is told is the configuration that was asked, and the best is the lowest") {
  study s{space_of(), random_search{}, {.seed = 3}};
  std::vector<config> configs;
  std::size_t best = 0;
  for (std::size_t i = 0; i < 300; ++i) {
    auto t = s.ask();
    configs.push_back(t.config());
    if (loss(configs.back()) < loss(configs[best])) best = i;
    s.tell(std::move(t), loss(configs.back()), 0.25);
    CHECK(s.best().number == best);
  }
  CHECK(s.best().value == loss(configs[best]));
  CHECK(near(s.best().config, configs[best]));
  for (std::size_t i = 0; i < configs.size(); ++i) {
    CHECK(near(s.config(i), configs[i]));
    CHECK(s.trials()[i].value == loss(configs[i]));
    CHECK(s.trials()[i].seconds == 0.25);
  }
}

TEST_CASE("study: a step is an ask, the objective and a tell") {
  study by_hand{space_of(), random_search{}, {.seed = 3}};
  study by_step{space_of(), random_search{}, {.seed = 3}};
  for (int i = 0; i < 50; ++i) {
    auto t = by_hand.ask();
    const double value = loss(t.config());
    by_hand.tell(std::move(t), value);
    REQUIRE(by_step.step(loss));
  }
  CHECK(by_step.log() == by_hand.log());
}

TEST_CASE("study: a step calls its objective in each of its forms, and keeps what it answers") {
  study s{line(), points_at({0.1, 0.2, 0.3, 0.4})};
  CHECK(s.step(&one::x));
  CHECK(s.best().value == doctest::Approx(0.1));
  CHECK(s.step([](trial<one>& t) -> outcome {
    t.report(1, 7.0);
    return pruned;
  }));
  CHECK(s.trials()[1].state == trial_state::pruned);
  CHECK(s.trials()[1].value == 7.0);
  CHECK(s.step([](const one&) { return test::nan; }));
  CHECK(s.step([](const one&) -> outcome { return failed("fell over"); }));
  CHECK(s.trials().failures() == 2);
  // When there are no points left, nothing is called.
  CHECK_FALSE(s.step([](const one&) {
    FAIL("called");
    return 0.0;
  }));
  CHECK(s.trials().size() == 4);
  CHECK(s.trials().pending().empty());

  study plain{space{real("x", {.low = 0.0, .high = 1.0}), integer("k", {.low = 2, .high = 4})}, random_search{}};
  CHECK(plain.step([](double x, int k) { return x + k; }));
  CHECK(plain.best().value >= 2.0);
}

TEST_CASE("study: to maximise, the best is the highest, and values come back with the sign they were told with") {
  study s{space_of(), random_search{}, {.seed = 3, .direction = direction::maximize}};
  double highest = -1e300;
  for (int i = 0; i < 50; ++i) {
    auto t = s.ask();
    const double value = -loss(t.config());
    highest = std::max(highest, value);
    s.tell(std::move(t), value);
    CHECK(s.best().value == highest);
  }
  CHECK(s.best_estimated().value < 0.0);
  CHECK(test::says(s.csv(), ",complete,-"));
}

TEST_CASE("study: failed, NaN and infinite trials are kept as failures, and the study goes on") {
  study s{line(), points_at({0.1, 0.2, 0.3, 0.4, 0.5, 0.6})};
  const std::vector<outcome> outcomes{failed, test::nan, test::infinity, -test::infinity, failed("diverged"), 2.0};
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    CHECK_FALSE(s.has_best());
    s.tell(s.ask(), outcomes[i]);
    CHECK(s.trials()[i].has_value == (i == 5));
  }
  CHECK(s.trials().size() == 6);
  CHECK(s.trials().failures() == 5);
  CHECK(s.trials().complete() == 1);
  CHECK(s.best().value == 2.0);
  // Where they failed is not forgotten.
  CHECK(s.config(1).x == doctest::Approx(0.2));
}

TEST_CASE("study: reports are kept, and the last is the value of a pruned trial") {
  study s{line(), points_at({0.1, 0.2, 0.3, 0.4})};
  auto a = s.ask();
  auto b = s.ask();
  a.report(1, 5.0);
  b.report(10, 7.0);
  a.report(2, 4.0);
  REQUIRE(s.trials().pending().size() == 2);
  CHECK(s.trials().pending()[0].reports.size() == 2);
  CHECK(s.trials().pending()[1].reports.size() == 1);
  s.tell(std::move(a), pruned);
  CHECK(s.trials()[0].state == trial_state::pruned);
  CHECK(s.trials()[0].has_value);
  CHECK(s.trials()[0].value == 4.0);
  REQUIRE(s.trials().reports(0).size() == 2);
  CHECK(s.trials().reports(0)[1].step == 2);
  CHECK(s.trials().reports(0)[1].value == 4.0);
  // A pruned trial is never the best.
  CHECK_FALSE(s.has_best());
  s.tell(std::move(b), 9.0);
  CHECK(s.best().value == 9.0);
  CHECK(s.trials().reports(1)[0].value == 7.0);
  // Without a report, or with one that is no number, it has no value.
  s.tell(s.ask(), pruned);
  CHECK_FALSE(s.trials()[2].has_value);
  auto d = s.ask();
  d.report(1, test::nan);
  s.tell(std::move(d), pruned);
  CHECK_FALSE(s.trials()[3].has_value);
  CHECK(s.trials().reports(3).size() == 1);
}

TEST_CASE("study: the value of a pruned trial is signed as all others are") {
  study s{line(), points_at({0.1}), {.direction = direction::maximize}};
  auto t = s.ask();
  t.report(1, 5.0);
  s.tell(std::move(t), pruned);
  CHECK(s.trials()[0].value == -5.0);
  CHECK(test::says(s.csv(), "0,pruned,5,"));
}

TEST_CASE("study: a trial that is dropped is forgotten, and its number not used again") {
  study s{line(), random_search{}};
  { const auto t = s.ask(); }
  CHECK(s.trials().pending().empty());
  CHECK(s.trials().size() == 0);
  auto t = s.ask();
  CHECK(t.number() == 1);
  s.tell(std::move(t), 1.0);
  CHECK(s.trials().size() == 1);
}

TEST_CASE("study: a trial moves, and assigning over one drops what it was") {
  static_assert(!std::is_copy_constructible_v<trial<config>>);
  static_assert(!std::is_copy_assignable_v<trial<config>>);
  static_assert(std::is_nothrow_move_constructible_v<trial<config>>);
  study s{space_of(), random_search{}};
  auto a = s.ask();
  auto b = std::move(a);
  CHECK(s.trials().pending().size() == 1);
  CHECK(b.number() == 0);
  b = s.ask();
  CHECK(b.number() == 1);
  REQUIRE(s.trials().pending().size() == 1);
  CHECK(s.trials().pending()[0].number == 1);
  std::vector<trial<config>> several;
  several.push_back(std::move(b));
  for (int i = 0; i < 20; ++i) several.push_back(s.ask());
  CHECK(s.trials().pending().size() == 21);
  std::swap(several[0], several[20]);
  CHECK(s.trials().pending().size() == 21);
  for (auto& t : several) s.tell(std::move(t), 1.0);
  CHECK(s.trials().size() == 21);
}

TEST_CASE("study: a trial that outlives its study does no harm") {
  std::optional<trial<one>> left;
  {
    study s{line(), random_search{}};
    left.emplace(s.ask());
  }
  left->report(1, 0.5);
  CHECK_FALSE(left->should_stop());
  CHECK(left->config().x <= 1.0);
}

TEST_CASE("study: it moves, with its trials running") {
  study s{line(), random_search{}};
  auto t = s.ask();
  study moved = std::move(s);
  moved.tell(std::move(t), 0.5);
  CHECK(moved.best().value == 0.5);
}

TEST_CASE("study: the outcome may be computed from the trial in the very call that ends it") {
  // Nothing moves before the call, whichever argument the compiler evaluates first.
  study s{space_of({.count_low = 2, .count_high = 3}), random_search{}};
  for (int i = 0; i < 20; ++i) {
    auto t = s.ask();
    s.tell(std::move(t), static_cast<double>(t.config().sizes.size()));
    CHECK(s.trials()[static_cast<std::size_t>(i)].value >= 2.0);
  }
}

TEST_CASE("study: the same seed gives the same trials, another seed others, whatever the order of telling") {
  const auto asked = [](std::uint64_t seed, bool backwards) {
    study s{space_of(), random_search{}, {.seed = seed}};
    std::vector<trial<config>> running;
    std::vector<config> configs;
    for (int round = 0; round < 5; ++round) {
      for (int i = 0; i < 4; ++i) {
        running.push_back(s.ask());
        configs.push_back(running.back().config());
      }
      if (backwards) std::reverse(running.begin(), running.end());
      for (auto& t : running) {
        const double value = loss(t.config());
        s.tell(std::move(t), value);
      }
      running.clear();
    }
    return configs;
  };
  const auto first = asked(7, false);
  const auto second = asked(7, true);
  const auto other = asked(8, false);
  int equal = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK((first[i].x == second[i].x && first[i].rate == second[i].rate && first[i].sizes == second[i].sizes));
    equal += first[i].x == other[i].x ? 1 : 0;
  }
  CHECK(equal == 0);
}

TEST_CASE("study: enqueued configurations are asked first, in order, before the sampler") {
  study s{space_of(), random_search{}, {.seed = 5}};
  study plain{space_of(), random_search{}, {.seed = 5}};
  config guess;
  guess.k = 7;
  s.enqueue(config{});
  s.enqueue(guess);
  CHECK(s.core().queued() == 2);
  auto a = s.ask();
  CHECK(near(a.config(), config{}));
  auto b = s.ask();
  CHECK(near(b.config(), guess));
  CHECK(s.core().queued() == 0);
  auto c = s.ask();
  (void)plain.ask();
  (void)plain.ask();
  // A trial draws from the stream of its number, so the guesses don't shift the others.
  CHECK(near(c.config(), plain.ask().config()));
}

TEST_CASE("study: the user's defaults are evaluated and kept exactly, in floats and on the log scale") {
  struct defaults {
    double rate = 1e-3;
    float share = 0.3F;
    double momentum = 0.9;
  };
  study s{space<defaults>{real("rate", &defaults::rate, {.low = 1e-5, .high = 1.0, .scale = knobless::scaling::log}),
                          real("share", &defaults::share, {.low = 0.0, .high = 0.7}),
                          real("momentum", &defaults::momentum, {.low = 0.05, .high = 0.97})},
          random_search{}};
  s.enqueue({});
  auto t = s.ask();
  CHECK(t.config().rate == doctest::Approx(1e-3).epsilon(1e-14));
  CHECK(t.config().share == 0.3F);
  CHECK(t.config().momentum == doctest::Approx(0.9).epsilon(1e-15));
}

TEST_CASE("study: known results are added, and count as told") {
  study s{space_of(), random_search{}};
  config known;
  s.add(known, 0.75);
  known.k = 5;
  s.add(known, failed("known to crash"));
  s.add(known, test::nan);
  CHECK(s.trials().size() == 3);
  CHECK(s.trials().failures() == 2);
  CHECK(s.best().value == 0.75);
  CHECK(near(s.best().config, config{}));
  CHECK(s.ask().number() == 3);
}

TEST_CASE("study: a known result outside the constraints teaches, but is never the best") {
  study s{space_of().require([](const config& c) { return c.k < 5; }), random_search{}};
  config outside;
  outside.k = 8;
  s.add(outside, -100.0);
  CHECK(s.trials().size() == 1);
  CHECK_FALSE(s.has_best());
  for (int i = 0; i < 10; ++i) s.tell(s.ask(), 1.0 + i);
  CHECK(s.best().value == 1.0);
  CHECK(s.best_estimated().config.k < 5);
}

TEST_CASE("study: no suggested trial ever breaks a constraint") {
  // About one in a thousand points keeps this one.
  const auto keeps = [](const config& c) {
    return c.k == 4 && c.c == colour::blue && !c.extra && c.sizes.size() == 3 && c.sizes[0] >= c.sizes[1] &&
           c.sizes[1] >= c.sizes[2] && c.x < 0.3;
  };
  study s{space_of().require(keeps), random_search{}, {.seed = 2}};
  for (int i = 0; i < 40; ++i) {
    auto t = s.ask();
    CHECK(keeps(t.config()));
    s.tell(std::move(t), 1.0);
  }
}

TEST_CASE("study: where the sampler proposes what is not admitted, something admitted near by is taken") {
  // Too rare to be found at random, but a known result shows where.
  const auto keeps = [](const config& c) { return c.x > 0.5 && c.x < 0.5001 && c.rate > 0.09 && c.rate < 0.0901; };
  config known;
  known.x = 0.50005;
  known.rate = 0.09005;
  study s{space_of().require(keeps), random_search{}};
  {
    const auto nothing = s.try_ask();
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error().code == error_code::no_admitted_point);
    CHECK(s.trials().pending().empty());
  }
  s.add(known, 1.0);
  for (int i = 0; i < 3; ++i) {
    auto t = s.try_ask();
    REQUIRE(t);
    CHECK(keeps(t.value().config()));
  }
}

TEST_CASE("study: an exhausted sampler is an error, after which known results still count") {
  study s{line(), points_at({0.5})};
  s.tell(s.ask(), 1.0);
  const auto next = s.try_ask();
  REQUIRE_FALSE(next);
  CHECK(next.error().code == error_code::space_exhausted);
  CHECK(test::says(next.error().message(), "all points"));
  s.enqueue({0.25});
  CHECK(s.ask().config().x == 0.25);
  s.add({0.75}, 0.5);
  CHECK(s.best().value == 0.5);
}

TEST_CASE("study: a stop request reaches the trials") {
  study s{line(), random_search{}};
  const auto t = s.ask();
  CHECK_FALSE(t.should_stop());
  CHECK_FALSE(s.stop_requested());
  std::thread([&] { s.request_stop(); }).join();
  CHECK(s.stop_requested());
  CHECK(t.should_stop());
}

TEST_CASE("study: a snapshot stays as it was") {
  study s{line(), random_search{}};
  for (int i = 0; i < 10; ++i) s.tell(s.ask(), 10.0 - i);
  const history snapshot = s.trials();
  for (int i = 0; i < 300; ++i) s.tell(s.ask(), -1.0);
  CHECK(snapshot.size() == 10);
  CHECK(snapshot[*snapshot.best()].value == 1.0);
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("study: what makes no sense is refused in a sentence") {
  study s{space_of().require([](const config& c) { return c.k != 9; }), random_search{}};
  study other{space_of(), random_search{}};
  auto t = s.ask();
  s.tell(std::move(t), 1.0);
  CHECK_THROWS_WITH_AS(s.tell(std::move(t), 2.0),
                       "knobless: study.tell: the trial told is not a running trial of this study", exception);
  CHECK_THROWS_AS(s.tell(other.ask(), 2.0), exception);
  CHECK(s.trials().size() == 1);
  CHECK(s.best().value == 1.0);

  config bad;
  bad.x = 2.0;
  CHECK_THROWS_WITH_AS(s.enqueue(bad), "knobless: parameter \"x\": 2 given, but the value must lie in [0, 1]",
                       exception);
  CHECK_THROWS_AS(s.add(bad, 1.0), exception);
  bad = config{};
  bad.k = 9;
  CHECK_THROWS_WITH_AS(s.enqueue(bad),
                       "knobless: first guess: the configuration given breaks a constraint of the space", exception);
  CHECK(s.core().queued() == 0);
  CHECK(s.trials().size() == 1);

  CHECK_THROWS_AS((void)other.best(), exception);
  CHECK_THROWS_AS((void)other.best_estimated(), exception);
  other.tell(other.ask(), failed("out of memory"));
  CHECK_THROWS_WITH_AS((void)other.best(),
                       "knobless: study.best: no trial is complete; the first failure: out of memory", exception);
}

TEST_CASE("study: what is thrown in a step costs its trial; that no point keeps the constraints is an error") {
  study s{line(), random_search{}};
  CHECK(s.step([](const one&) -> double { throw std::runtime_error("diverged"); }));
  CHECK(s.step([](const one&) -> double { throw 1; }));
  CHECK(s.trials().failures() == 2);
  CHECK(s.trials().pending().empty());
  CHECK(s.core().first_failure() == "diverged");
  study none{line().require([](const one&) { return false; }), random_search{}};
  CHECK_THROWS_AS(none.step(&one::x), exception);
}

TEST_CASE("study: a trial told to the wrong study is still running in its own") {
  study mine{line(), random_search{}};
  study other{line(), random_search{}};
  auto t = mine.ask();
  CHECK_THROWS_AS(other.tell(std::move(t), 1.0), exception);
  CHECK(mine.trials().pending().size() == 1);
  mine.tell(std::move(t), 1.0);
  CHECK(mine.trials().size() == 1);
}

TEST_CASE("study: a constraint that throws leaves the study as it was") {
  bool broken = false;
  study s{line().require([&broken](const one&) {
            if (broken) throw std::runtime_error("the user's own");
            return true;
          }),
          random_search{},
          {.seed = 4}};
  study twin{line(), random_search{}, {.seed = 4}};
  s.tell(s.ask(), 1.0);
  twin.tell(twin.ask(), 1.0);
  broken = true;
  CHECK_THROWS_AS((void)s.ask(), std::runtime_error);
  broken = false;
  CHECK(s.trials().pending().empty());
  CHECK(s.trials().size() == 1);
  auto t = s.ask();
  CHECK(t.number() == 1);
  CHECK(t.config().x == twin.ask().config().x);
}
#endif

// ---- Another space between trials ----------------------------------------------------------------------------------------

TEST_CASE("study: narrower bounds keep what was told, and the best is the best within them") {
  study s{line(), points_at({0.1, 0.4, 0.9, 0.5})};
  for (const double value : {1.0, 3.0, 2.0}) s.tell(s.ask(), value);
  CHECK(s.best().value == 1.0);
  s.change_space(line(0.3, 1.0));
  CHECK(s.trials().size() == 3);
  CHECK(s.trials().complete() == 3);
  CHECK(s.best().value == 2.0);
  CHECK(s.best().config.x == doctest::Approx(0.9));
  CHECK(s.best_estimated().config.x >= 0.3);
  CHECK(s.config(0).x == doctest::Approx(0.1));
  s.change_space(line(0.3, 0.35));
  CHECK_FALSE(s.has_best());
  CHECK(s.trials().complete() == 3);
  s.change_space(line(0.0, 2.0));
  CHECK(s.best().value == 1.0);
  CHECK(s.best().number == 0);
  CHECK(s.best().config.x == doctest::Approx(0.1));
  CHECK(s.ask().config().x == doctest::Approx(1.0));  // the next scripted coordinate, in the present space
}

TEST_CASE("study: a best at a bound is the best again when the bounds come back") {
  for (const auto scale : {scaling::linear, scaling::log})
    for (const double low : {1e-5, 0.1, 0.3, 1e-3})
      for (const double high : {0.7, 1.0, 3.3}) {
        const auto rate = [&](double from, double to) {
          return space<one>{real("x", &one::x, {.low = from, .high = to, .scale = scale})};
        };
        study s{rate(low, high), points_at({0.0, 1.0, 0.5})};
        s.tell(s.ask(), 1.0);
        s.tell(s.ask(), 2.0);
        s.tell(s.ask(), 3.0);
        const double x = s.best().config.x;
        CHECK(x == low);
        s.change_space(rate(0.4, 0.45));
        s.change_space(rate(0.33, 2.0));
        s.change_space(rate(low, high));
        REQUIRE(s.has_best());
        CHECK(s.best().number == 0);
        CHECK(s.best().config.x == low);
        CHECK(s.config(1).x == high);
      }
}

TEST_CASE("study: a choice that is removed and comes back brings back what was told") {
  study s{space_of(), random_search{}, {.seed = 6}};
  for (int i = 0; i < 60; ++i) {
    auto t = s.ask();
    const double value = loss(t.config());
    s.tell(std::move(t), value);
  }
  const auto before = s.best();
  const colour removed = before.config.c;
  std::vector<colour> left{colour::blue, colour::green, colour::red};
  left.erase(std::find(left.begin(), left.end(), removed));
  s.change_space(space_of({.colours = left}));
  CHECK(s.trials().size() == 60);
  REQUIRE(s.has_best());
  CHECK(s.best().config.c != removed);
  CHECK(s.best().value >= before.value);
  s.change_space(space_of());
  CHECK(s.best().number == before.number);
  CHECK(s.best().value == before.value);
  CHECK(near(s.best().config, before.config));
  for (std::size_t i = 0; i < 60; ++i) CHECK(s.trials()[i].state == trial_state::complete);
}

TEST_CASE("study: the order of choices may change") {
  study s{space_of(), random_search{}, {.seed = 6}};
  std::vector<config> told;
  for (int i = 0; i < 30; ++i) {
    auto t = s.ask();
    told.push_back(t.config());
    s.tell(std::move(t), loss(told.back()));
  }
  s.change_space(space_of({.colours = {colour::blue, colour::red, colour::green}}));
  for (std::size_t i = 0; i < told.size(); ++i) CHECK(near(s.config(i), told[i]));
}

TEST_CASE("study: another step or another constraint does not change what was told") {
  const auto stepped = [](double step) {
    return space<one>{real("x", &one::x, {.low = 0.0, .high = 1.0, .step = step})};
  };
  study s{stepped(0.1), points_at({0.25, 0.35, 0.95})};
  std::vector<double> told;
  for (int i = 0; i < 3; ++i) {
    auto t = s.ask();
    told.push_back(t.config().x);
    s.tell(std::move(t), 3.0 - i);
  }
  for (const double step : {0.25, 0.0, 0.4, 0.1}) {
    s.change_space(stepped(step));
    CAPTURE(step);
    for (std::size_t i = 0; i < 3; ++i) CHECK(s.config(i).x == doctest::Approx(told[i]));
    // The best was evaluated, and with that value.
    CHECK(s.best().config.x == doctest::Approx(told[s.best().number]));
  }
  s.change_space(line().require([](const one& c) { return c.x < 0.5; }));
  CHECK(s.best().config.x < 0.5);
  CHECK(s.best_estimated().config.x < 0.5);
  s.change_space(line());
  CHECK(s.best().number == 2);
}

TEST_CASE("study: a trial that is running while the space changes is told as what it was") {
  study s{space_of(), random_search{}, {.seed = 8}};
  std::vector<trial<config>> running;
  std::vector<config> configs;
  for (int i = 0; i < 30; ++i) {
    running.push_back(s.ask());
    configs.push_back(running.back().config());
    running.back().report(1, 100.0 + i);
  }
  const shape narrow{.low = 0.5, .k_high = 5, .colours = {colour::red, colour::green}};
  s.change_space(space_of(narrow));
  CHECK(s.trials().pending().size() == 30);
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < running.size(); ++i) {
    s.tell(std::move(running[i]), -1.0 * static_cast<double>(i));
    if (inside(narrow, configs[i])) best = i;
    // One that the present space can't express is never the best.
    REQUIRE(s.has_best() == best.has_value());
    if (best) CHECK(s.best().number == *best);
    if (best) CHECK(near(s.best().config, configs[*best]));
    CHECK(s.trials().reports(i).size() == 1);
  }
  CHECK(s.trials().size() == 30);
  s.change_space(space_of());
  CHECK(s.best().number == 29);
  CHECK(near(s.best().config, configs[29]));
}

TEST_CASE("study: enqueued guesses wait on in the new space where they are points of it") {
  study s{line(), random_search{}};
  for (const double x : {0.1, 0.6, 0.8}) s.enqueue({x});
  CHECK(s.ask().config().x == doctest::Approx(0.1));
  s.change_space(line(0.7, 3.0));
  CHECK(s.core().queued() == 1);
  CHECK(s.ask().config().x == doctest::Approx(0.8));
}

TEST_CASE("study: nothing that was told is lost through any sequence of spaces") {
  // After each change every told trial is either foreign or what was told, and the best is the best of those within the
  // present space; back in the first space all is as if nothing had happened.
  const std::vector<std::vector<colour>> palettes{{colour::red, colour::green, colour::blue},
                                                  {colour::blue, colour::red},
                                                  {colour::green},
                                                  {colour::green, colour::blue}};
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    knobless::random_stream rng(seed, 1);
    const shape widest{.low = -1.0,
                       .high = 2.0,
                       .rate_low = 1e-6,
                       .rate_high = 10.0,
                       .k_low = -9,
                       .k_high = 20,
                       .colours = palettes[0],
                       .count_low = 0,
                       .count_high = 5};
    study s{space_of(), random_search{}, {.seed = seed}};
    struct told {
      config c;
      outcome out;
    };
    std::vector<told> all;
    shape now;
    const auto check = [&] {
      REQUIRE(s.trials().size() == all.size());
      std::optional<std::size_t> best;
      std::size_t counts[5] = {};
      for (std::size_t i = 0; i < all.size(); ++i) {
        const observation o = s.trials()[i];
        ++counts[static_cast<std::size_t>(o.state)];
        CHECK(o.number == i);
        if (all[i].out.state() == trial_state::complete) {
          CHECK(o.has_value);
          CHECK(o.value == all[i].out.value());
        }
        if (o.state == trial_state::foreign) {
          CHECK_FALSE(inside(now, all[i].c));
          continue;
        }
        CHECK(o.state == all[i].out.state());
        CHECK(near(s.config(i), all[i].c));
        if (o.state == trial_state::complete && inside(now, all[i].c) && (!best || o.value < all[*best].out.value()))
          best = i;
      }
      CHECK(counts[static_cast<std::size_t>(trial_state::complete)] == s.trials().complete());
      CHECK(counts[static_cast<std::size_t>(trial_state::failed)] == s.trials().failures());
      REQUIRE(s.has_best() == best.has_value());
      if (best) {
        CHECK(s.best().number == *best);
        CHECK(near(s.best().config, all[*best].c));
      }
    };
    for (int round = 0; round < 8; ++round) {
      for (int i = 0; i < 8; ++i) {
        auto t = s.ask();
        all.push_back({t.config(), rng.below(5) == 0 ? outcome(failed) : outcome(loss(t.config()))});
        s.tell(std::move(t), all.back().out);
      }
      check();
      const double a = 0.1 * static_cast<double>(rng.below(10));
      const auto low = static_cast<std::int64_t>(rng.below(6));
      const std::size_t count = rng.below(3);
      now = {.low = a,
             .high = a + 0.1 * static_cast<double>(1 + rng.below(9)),
             .rate_low = elementary::exp(-12.0 + 6.0 * rng.uniform()),
             .rate_high = elementary::exp(-2.0 + 3.0 * rng.uniform()),
             .k_low = low,
             .k_high = low + static_cast<std::int64_t>(rng.below(8)),
             .colours = palettes[rng.below(palettes.size())],
             .count_low = count,
             .count_high = count + rng.below(3)};
      s.change_space(space_of(now));
      check();
    }
    now = widest;
    s.change_space(space_of(now));
    check();
    CHECK(s.trials().failures() == static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const told& t) {
            return t.out.state() == trial_state::failed;
          })));
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(s.trials()[i].state != trial_state::foreign);
  }
}

TEST_CASE("study: it moves and is not copied, and so do results") {
  static_assert(!std::is_copy_constructible_v<study<config>> && !std::is_copy_assignable_v<study<config>>);
  static_assert(std::is_nothrow_move_constructible_v<study<config>> &&
                std::is_nothrow_move_assignable_v<study<config>>);
  static_assert(!std::is_copy_constructible_v<search_result<config>>);
  static_assert(std::is_move_constructible_v<search_result<config>>);
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("study: one that was moved from says so, whatever it is asked") {
  study s{space_of(), random_search{}};
  study taken = std::move(s);
  const auto refused = [](const auto& call) { return test::says(test::refusal(call), "the study was moved from"); };
  CHECK(refused([&] { (void)s.ask(); }));
  CHECK(refused([&] { (void)s.try_ask(); }));
  CHECK(refused([&] { (void)s.best(); }));
  CHECK(refused([&] { (void)s.best_estimated(); }));
  CHECK(refused([&] { (void)s.has_best(); }));
  CHECK(refused([&] { (void)s.trials(); }));
  CHECK(refused([&] { (void)s.csv(); }));
  CHECK(refused([&] { (void)s.log(); }));
  CHECK(refused([&] { (void)s.config(0); }));
  CHECK(refused([&] { (void)s.importance(); }));
  CHECK(refused([&] { (void)s.left_running(); }));
  CHECK(refused([&] { (void)s.resume(0); }));
  CHECK(refused([&] { s.change_space(space_of()); }));
  CHECK(refused([&] { s.replay(""); }));
  CHECK(refused([&] { s.request_stop(); }));
  auto t = taken.ask();
  CHECK(!test::refusal([&] { s.tell(std::move(t), 1.0); }).empty());
  taken.tell(std::move(t), 1.0);
  CHECK(taken.trials().size() == 1);
}

TEST_CASE("study: a change of the space that throws changes nothing, and a running trial is told as what it was") {
  struct holder {
    double x = 0.0;
  };
  int calls_left = 0;
  const space<holder> plain{real("x", &holder::x, {.low = 0.0, .high = 1.0})};
  const auto touchy = space<holder>{real("x", &holder::x, {.low = 0.0, .high = 2.0})}.require([&](const holder&) {
    if (calls_left-- == 0) throw std::runtime_error("the constraint");
    return true;
  });
  for (int after = 0; after < 6; ++after) {
    study<holder> s{plain, random_search{}};
    for (int i = 0; i < 4; ++i) s.tell(s.ask(), 1.0 + i);
    auto t = s.ask();
    s.enqueue({0.5});
    const std::string before = s.log();
    calls_left = after;
    std::optional<std::string> thrown;
    try {
      s.change_space(touchy);
    } catch (const std::runtime_error& e) {
      thrown = e.what();
    }
    calls_left = 1000000;
    CHECK(thrown.has_value() == (after < 5));
    if (thrown) CHECK(s.log() == before);
    s.tell(std::move(t), 0.5);
    CHECK(s.trials()[4].state == trial_state::complete);
    CHECK(s.best().value == 0.5);
  }
}
#endif
