#include "../support.hpp"

#include <knobless/executor/threads.hpp>
#include <knobless/minimize.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/scheduler/median.hpp>
#include <knobless/study.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace knobless;

namespace {

struct config {
  double x = 0.5;
  double y = 0.5;
  int k = 3;
};
space<config> some_space(double high = 1.0) {
  return space<config>{real("x", &config::x, {.low = 0.0, .high = high}),
                       real("y", &config::y, {.low = 0.0, .high = 1.0}),
                       integer("k", &config::k, {.low = 0, .high = 9})};
}

struct scores {
  double loss;
  float speed;
};
const objectives goals{minimized("loss", &scores::loss), maximized("speed", &scores::speed)};

scores score(const config& c) { return {(c.x - 0.3) * (c.x - 0.3) + 0.1 * c.y, static_cast<float>(c.x + 0.5 * c.y)}; }

// Anything that an objective may answer, as a function of the configuration; `count` values. Few different values, so that
// there are ties.
outcome anything(const config& c, std::size_t count, bool limited) {
  knobless::random_stream rng(std::bit_cast<std::uint64_t>(c.x), std::bit_cast<std::uint64_t>(c.y));
  if (rng.below(12) == 0) return limited && rng.below(2) == 0 ? broken("diverged") : outcome(failed("no memory"));
  std::vector<double> values;
  for (std::size_t k = 0; k < count; ++k) values.push_back(static_cast<double>(rng.below(40)) - 20.0);
  outcome out = values;
  if (limited && rng.below(4) != 0) out.limit("memory", rng.uniform() - 0.5);
  if (limited && rng.below(5) == 0) out.broken("a; b: \\c, \"d\"");
  if (rng.below(3) == 0) out.note("commit; : \\ \"x\"", "1,a\n\\2;b:").note("epochs", rng.uniform() * 1e-7);
  if (rng.below(3) == 0) out.note("warm", rng.below(2) == 0);
  return out;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) {
    return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
  });
}

// Whether `a` is better than `b`, in these directions.
bool better(const std::vector<double>& a, const std::vector<double>& b, const record& of) {
  bool somewhere = false;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const bool less = of.better(k) == direction::minimize;
    if (less ? a[k] > b[k] : a[k] < b[k]) return false;
    somewhere = somewhere || a[k] != b[k];
  }
  return somewhere;
}

std::vector<std::size_t> front_by_brute_force(const record& happened) {
  std::vector<std::size_t> front;
  const history& seen = happened.seen();
  const auto counts = [&](std::size_t i) {
    bool kept = true;
    for (const double l : seen[i].limits) kept = kept && !detail::breaks(l);
    return seen[i].state == trial_state::complete && kept;
  };
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!counts(i)) continue;
    bool beaten = false;
    for (std::size_t j = 0; j < seen.size(); ++j)
      beaten = beaten || (counts(j) && better(happened.values(j), happened.values(i), happened));
    if (!beaten) front.push_back(seen[i].number);
  }
  return front;
}

template <class Config>
std::vector<std::size_t> numbers(const std::vector<scored<Config>>& front) {
  std::vector<std::size_t> all;
  for (const auto& f : front) all.push_back(f.number);
  return all;
}

}  // namespace

TEST_CASE(
    "several objectives: the front is that of brute force, for any number of objectives, with and without limits") {
  std::size_t points = 0;
  for (std::size_t count = 2; count <= 5; ++count)
    for (const bool limited : {false, true})
      for (const bool up : {false, true}) {
        const auto f = [&](const config& c) { return anything(c, count, limited); };
        const run_options<config> options{.trials = 150, .seed = count};
        const auto found = up ? maximize(some_space(), random_search{}, f, options)
                              : minimize(some_space(), random_search{}, f, options);
        const record& happened = found.study().core().happened();
        CHECK(found.trials().objectives() == count);
        const auto front = found.front();
        points += front.size();
        CHECK(numbers(front) == front_by_brute_force(happened));
        for (const auto& each : front) {
          CHECK(each.values.size() == count);
          const outcome again = anything(each.config, count, limited);
          CHECK(same_bits(each.values, {again.values().begin(), again.values().end()}));
          CHECK(again.feasible());
        }
        CHECK_FALSE(found.has_best());
      }
  CHECK(points > 100);
}

TEST_CASE("several objectives: a log is read back to the bit, by replay and by restore") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const study_options options{.seed = seed,
                                .objectives = {{"a, b", direction::minimize}, {"c", direction::maximize}}};
    study<config> s(some_space(), random_search{}, options);
    for (int i = 0; i < 60; ++i) {
      trial<config> t = s.ask();
      const outcome out = anything(t.config(), 2, true);
      s.tell(std::move(t), out, 0.25 * i);
    }
    s.add({0.1, 0.2, 3}, outcome{1.0 / 3.0, 2.0}.limit("memory", -1.0 / 7.0).note("source", "earlier"));
    for (const bool asks : {true, false}) {
      study<config> again(some_space(), random_search{}, options);
      asks ? again.replay(s.log()) : again.restore(s.log());
      CHECK(again.log() == s.log());
      CHECK(again.csv() == s.csv());
      const record& a = s.core().happened();
      const record& b = again.core().happened();
      REQUIRE(a.seen().size() == b.seen().size());
      for (std::size_t i = 0; i < a.seen().size(); ++i) {
        const auto limits_of = [i](const record& r) {
          return std::vector<double>(r.seen()[i].limits.begin(), r.seen()[i].limits.end());
        };
        CHECK(same_bits(a.values(i), b.values(i)));
        CHECK(limits_of(a).size() == limits_of(b).size());
        CHECK(a.seen()[i].feasible == b.seen()[i].feasible);
        REQUIRE(a.notes(i).size() == b.notes(i).size());
        for (std::size_t n = 0; n < a.notes(i).size(); ++n) {
          CHECK(a.notes(i)[n].name == b.notes(i)[n].name);
          CHECK(a.notes(i)[n].value == b.notes(i)[n].value);
        }
      }
    }
    // Of another search.
    study<config> other(some_space(), random_search{}, {.seed = seed});
    CHECK(test::says(other.try_restore(s.log()).error().what, "the direction is a, b minimize; c maximize there"));
  }
}

TEST_CASE("several objectives: the same search on any number of threads") {
  const auto search = [](std::size_t threads) {
    return minimize(
        some_space(), random_search{}, [](const config& c) { return anything(c, 3, true); },
        {.trials = 120, .seed = 5, .parallel = 8, .deterministic = true, .executor = knobless::threads{threads}});
  };
  const auto one = search(1);
  CHECK(one.study().log().find("memory:") != std::string::npos);
  for (const std::size_t threads : {2U, 8U}) {
    const auto other = search(threads);
    CHECK(numbers(other.front()) == numbers(one.front()));
    CHECK(other.csv().size() > 0);
    for (std::size_t i = 0; i < one.trials().size(); ++i)
      CHECK(same_bits(one.study().core().happened().values(i), other.study().core().happened().values(i)));
  }
}

TEST_CASE("several objectives: the compiler counts arrays, tuples, pairs and named members") {
  const auto counted = [](const auto& found) { return found.study().core().happened().declared().size(); };
  const run_options<config> few{.trials = 5};
  CHECK(counted(minimize(
            some_space(), random_search{},
            [](const config& c) {
              return std::array{c.x, c.y, 1.0};
            },
            few)) == 3);
  CHECK(counted(minimize(
            some_space(), random_search{}, [](const config& c) { return std::tuple(c.x, c.k); }, few)) == 2);
  CHECK(counted(minimize(
            some_space(), random_search{}, [](trial<config>& t) { return std::pair(t.number(), 1.0); }, few)) == 2);
  CHECK(counted(minimize(
            some_space(), random_search{}, [](const config& c) { return c.x; }, few)) == 0);
  CHECK(counted(minimize(some_space(), goals, random_search{}, score, few)) == 2);
  const auto batch = [](std::span<const config> all) {
    std::vector<std::array<double, 2>> values;
    for (const config& c : all) values.push_back({c.x, c.y});
    return values;
  };
  CHECK(counted(minimize(some_space(), random_search{}, batch, {.trials = 6, .parallel = 3})) == 2);
}

TEST_CASE("several objectives: each has its direction, and its values come back as they were returned") {
  const auto found = minimize(some_space(), goals, random_search{}, score, {.trials = 100, .seed = 2});
  const record& happened = found.study().core().happened();
  const auto front = found.front();
  CHECK(numbers(front) == front_by_brute_force(happened));
  for (const auto& each : front) {
    const scores s = score(each.config);
    CHECK(same_bits(each.values, {s.loss, static_cast<double>(s.speed)}));
  }
  // The lowest loss and the highest speed are on it.
  double fastest = 0.0;
  for (std::size_t i = 0; i < found.trials().size(); ++i) fastest = std::max(fastest, happened.values(i)[1]);
  CHECK(std::any_of(front.begin(), front.end(), [&](const auto& f) { return f.values[1] == fastest; }));
  CHECK(test::says(found.csv(), "trial,state,loss,speed,seconds,x,y,k,why\n"));
  CHECK(test::says(found.report(), "speed"));
  // By their place.
  const objectives named{minimized("loss"), maximized("speed")};
  const auto same =
      minimize(some_space(), named, random_search{},
               [](const config& c) { return std::pair(score(c).loss, static_cast<double>(score(c).speed)); },
               {.trials = 100, .seed = 2});
  CHECK(numbers(same.front()) == numbers(front));
}

TEST_CASE("several objectives: ask and tell, with the first outcome saying how many there are") {
  study<config> s(some_space(), random_search{}, {.objectives = goals});
  for (int i = 0; i < 40; ++i) {
    trial<config> t = s.ask();
    const scores got = score(t.config());
    if (i % 2 == 0)
      s.tell(std::move(t), goals(got).note("i", i));
    else
      s.tell(std::move(t), std::pair(got.loss, got.speed));
  }
  CHECK(s.step([](const config& c) { return goals(score(c)); }));
  CHECK(s.trials().failures() == 0);
  CHECK(numbers(s.front()) == front_by_brute_force(s.core().happened()));
  study<config> unsaid(some_space(), random_search{}, {});
  CHECK(unsaid.trials().objectives() == 1);
  unsaid.tell(unsaid.ask(), failed);
  unsaid.tell(unsaid.ask(), std::array{1.0, 2.0, 3.0});
  CHECK(unsaid.trials().objectives() == 3);
  CHECK(unsaid.front().size() == 1);
}

TEST_CASE("several objectives: NaN in one value, or another number of values, costs the trial") {
  study<config> s(some_space(), random_search{}, {.objectives = goals});
  s.tell(s.ask(), outcome{1.0, test::nan});
  s.tell(s.ask(), outcome{1.0, 2.0, 3.0});
  s.tell(s.ask(), 1.0);
  s.tell(s.ask(), outcome{1.0, 2.0});
  CHECK(s.trials().failures() == 3);
  const record& happened = s.core().happened();
  CHECK(test::says(happened.why(0), "value 2 of 2 is NaN"));
  CHECK(test::says(happened.why(1), "3 values given, but the search has 2 objectives"));
  CHECK(test::says(happened.why(2), "1 value given, but the search has 2 objectives"));
  CHECK(happened.values(0).empty());
  CHECK(s.front().size() == 1);
  study<config> one(some_space(), random_search{}, {});
  one.tell(one.ask(), 1.0);
  one.tell(one.ask(), outcome{1.0, 2.0});
  CHECK(test::says(one.core().happened().why(1), "2 values given, but the search has 1 objective"));
  one.tell(one.ask(), outcome{1.0}.limit("memory", 1.0));
  one.tell(one.ask(), outcome{1.0}.broken("memory"));
  CHECK(
      test::says(one.core().happened().why(3), "\"memory\" has a number in some trials, and is only broken in others"));
}

TEST_CASE("several objectives: hypervolume in the user's directions") {
  study<config> s(some_space(), random_search{}, {.objectives = goals});
  CHECK(s.hypervolume({4.0, 0.0}) == 0.0);
  s.tell(s.ask(), outcome{1.0, 1.0});
  s.tell(s.ask(), outcome{3.0, 3.0});
  s.tell(s.ask(), outcome{5.0, 9.0});                       // beyond the reference
  s.tell(s.ask(), outcome{0.0, 9.0}.limit("memory", 1.0));  // does not count
  CHECK(s.hypervolume({4.0, 0.0}) == 3.0 * 1.0 + 1.0 * 2.0);
#if KNOBLESS_EXCEPTIONS
  CHECK(test::says(test::refusal([&] { (void)s.hypervolume({1.0}); }), "1 values given, but the search has 2"));
  CHECK(test::says(test::refusal([&] { (void)s.hypervolume({1.0, test::infinity}); }), "finite"));
#endif
}

TEST_CASE("several objectives: a compromise by weights or at the knee, and what it gives up") {
  study<config> s(some_space(), random_search{}, {.objectives = goals});
  // Loss from 0 to 10, speed from 0 to 100: the knee is plain to see.
  for (const auto& [loss, speed] : {std::pair(0.0, 0.0), {1.0, 40.0}, {2.0, 80.0}, {6.0, 90.0}, {10.0, 100.0}})
    s.tell(s.ask(), outcome{loss, speed});
  const auto knee = s.compromise(knobless::knee);
  CHECK(knee.number == 2);
  CHECK(knee.values == std::vector<double>{2.0, 80.0});
  CHECK(knee.given_up ==
        "loss 2, where the front reaches 0 (trial 0); speed 80, where the front reaches 100 (trial 4)");
  CHECK(s.compromise({1.0, 0.0}).number == 0);
  CHECK(s.compromise({0.0, 1.0}).number == 4);
  CHECK(s.compromise({0.0, 1.0}).given_up ==
        "loss 10, where the front reaches 0 (trial 0); speed 100, the best of the front");
  CHECK(s.compromise({1.0, 1.0}).number == 2);
  CHECK(s.compromise({1e300, 1e300}).number == 2);
  CHECK(s.compromise({10.0, 1.0}).number < 2);
#if KNOBLESS_EXCEPTIONS
  CHECK(test::says(test::refusal([&] { (void)s.compromise({1.0}); }), "1 weights given, but the search has 2"));
  CHECK(test::says(test::refusal([&] { (void)s.compromise({1.0, -1.0}); }), "not below 0"));
  CHECK(test::says(test::refusal([&] { (void)s.compromise({0.0, 0.0}); }), "all weights are 0"));
  CHECK(test::says(test::refusal([&] { (void)s.best(); }), "the search has 2 objectives, so no trial is best"));
  study<config> none(some_space(), random_search{}, {.objectives = goals});
  CHECK(test::says(test::refusal([&] { (void)none.compromise(knobless::knee); }), "no trial is complete"));
#endif
}

TEST_CASE("several objectives: fronts of one point, of equal points, of huge and tiny values") {
  study<config> s(some_space(), random_search{}, {});
  s.tell(s.ask(), outcome{1e300, -1e-300});
  CHECK(s.compromise(knobless::knee).number == 0);
  s.tell(s.ask(), outcome{1e300, -1e-300});
  CHECK(s.front().size() == 2);
  s.tell(s.ask(), outcome{-1e300, 1e-300});
  s.tell(s.ask(), outcome{0.0, 0.0});
  CHECK(s.front().size() == 4);
  CHECK(s.compromise({1.0, 1.0}).values.size() == 2);
  CHECK(s.front_estimated().size() >= 1);
  CHECK(s.compromise({0.0, 1.0}).number == 0);
}

TEST_CASE("limits: the best keeps them, and a search with nothing that does says so") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const auto f = [](const config& c) {
      outcome out = outcome{c.x}.limit("memory", 0.5 - c.x);
      if (c.k < 5) out.broken("loud");
      return out;
    };
    const auto found = minimize(some_space(), random_search{}, f, {.trials = 80, .seed = seed});
    const auto best = found.best();
    CHECK(best.config.x >= 0.5);
    CHECK(best.config.k >= 5);
    for (std::size_t i = 0; i < found.trials().size(); ++i)
      if (const config c = found.study().config(i); c.x >= 0.5 && c.k >= 5) CHECK(c.x >= best.value);
    CHECK(found.best_estimated().config.k >= 5);
    CHECK(found.best_estimated().config.x >= 0.5);
    CHECK(test::says(found.report(), "trials keep all limits; broken: memory by "));
    CHECK(test::says(found.csv(), ",memory,loud,why\n"));
    CHECK(found.front().size() == 1);
    CHECK(found.front()[0].number == best.number);
  }
  const auto none = minimize(some_space(), random_search{},
                             [](const config& c) { return outcome{c.x}.limit("memory", 1.0 + c.x); }, {.trials = 20});
  CHECK_FALSE(none.has_best());
  CHECK(none.front().empty());
  CHECK(test::says(none.report(), "no trial keeps all limits; the closest is trial "));
  CHECK(test::says(none.report(), "which breaks memory by 1."));
#if KNOBLESS_EXCEPTIONS
  CHECK(test::says(test::refusal([&] { (void)none.best(); }), "no trial keeps all limits"));
  CHECK(test::says(test::refusal([&] { (void)none.best_estimated(); }), "no trial keeps all limits"));
#endif
}

TEST_CASE("several objectives: in a changed space values, limits and notes stay") {
  study<config> s(some_space(), random_search{}, {.objectives = goals});
  for (int i = 0; i < 30; ++i) {
    trial<config> t = s.ask();
    const outcome out = anything(t.config(), 2, true);
    s.tell(std::move(t), out);
  }
  trial<config> out = s.ask();
  const std::string before = s.csv();
  s.change_space(some_space(0.5));
  s.tell(std::move(out), outcome{0.5, 0.25}.limit("memory", -1.0));
  CHECK(s.core().happened().values(30) == std::vector<double>{0.5, 0.25});
  for (const auto& each : s.front()) CHECK(each.config.x <= 0.5);
  study<config> again(some_space(), random_search{}, {.objectives = goals});
  again.restore(s.log(), {some_space(0.5)});
  CHECK(again.log() == s.log());
  CHECK(again.csv() == s.csv());
  CHECK(before != s.csv());
}

TEST_CASE("several objectives: the estimated front is the observed one without noise, and not the luckiest under it") {
  const auto exact = minimize(some_space(), random_search{},
                              [](const config& c) {
                                return std::array{c.x, 1.0 - c.x};
                              },
                              {.trials = 60, .seed = 3});
  CHECK(numbers(exact.front_estimated()) == numbers(exact.front()));
  const auto noisy = [](const config& c) {
    knobless::random_stream rng(std::bit_cast<std::uint64_t>(c.x));
    return std::array{c.x * c.x + 0.5 * rng.normal(), (1.0 - c.x) * (1.0 - c.x) + 0.5 * rng.normal()};
  };
  double observed_error = 0.0;
  double estimated_error = 0.0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto found = minimize(some_space(), random_search{}, noisy, {.trials = 250, .seed = seed});
    const auto error = [](const auto& front) {
      double sum = 0.0;
      for (const auto& f : front) sum += std::abs(f.values[0] - f.config.x * f.config.x);
      return sum / static_cast<double>(front.size());
    };
    observed_error += error(found.front());
    estimated_error += error(found.front_estimated());
  }
  CHECK(estimated_error < 0.75 * observed_error);
}

TEST_CASE("several objectives: what mattered is said for each") {
  const auto found = minimize(some_space(), random_search{},
                              [](const config& c) {
                                return std::array{c.x, c.y};
                              },
                              {.trials = 200, .seed = 1});
  CHECK(found.importance(0).front().name == "x");
  CHECK(found.importance(1).front().name == "y");
  CHECK(test::says(found.report(), "value 1: mattered: x"));
  CHECK(test::says(found.report(), "value 2: mattered: y"));
  CHECK(test::says(found.report(), "the knee is trial "));
}

TEST_CASE("notes: are in table and report, and not seen by the sampler") {
  const auto plain = minimize(some_space(), [](const config& c) { return c.x; }, {.trials = 30, .seed = 4});
  const auto noted =
      minimize(some_space(), [](const config& c) { return outcome{c.x}.note("commit", "1a2b").note("k", c.k); },
               {.trials = 30, .seed = 4});
  CHECK(plain.best().value == noted.best().value);
  CHECK(test::says(noted.csv(), ",commit,k,why\n"));
  CHECK(test::says(noted.csv(), ",1a2b,"));
  CHECK(test::says(noted.report(), "note commit: 1a2b\n"));
}

#if KNOBLESS_EXCEPTIONS
namespace {
struct of_one {
  std::optional<point> ask(const ask_context& context) { return held.ask(context); }
  static constexpr std::string_view name = "of_one";
  random_search held;
};
}  // namespace

TEST_CASE("several objectives: what takes one is refused where the number is known") {
  CHECK(test::says(test::refusal([] { study<config>(some_space(), of_one{}, {.objectives = goals}); }),
                   "2 objectives given, but the sampler of_one takes one"));
  study<config> late(some_space(), of_one{}, {});
  const trial<config> kept = late.ask();
  const std::string before = late.log();
  CHECK(test::says(test::refusal([&] { late.core().tell(0, outcome{1.0, 2.0}); }), "sampler of_one takes one"));
  CHECK(late.log() == before);
  CHECK(test::says(test::refusal([] {
                     study<config>(some_space(), random_search{},
                                   {.objectives = goals, .scheduler = median_stopping{}});
                   }),
                   "a scheduler judges trials by one reported value"));
  const auto f = [](const config& c) -> outcome { return {c.x, c.y}; };
  CHECK(test::says(test::refusal([&] { (void)minimize(some_space(), random_search{}, f, {.target = 1.0}); }),
                   "2 objectives given, but a target is one value"));
  CHECK(test::says(test::refusal([&] {
                     (void)minimize(some_space(), random_search{}, f, {.trials = 50, .stop_when = no_more_gain});
                   }),
                   "2 objectives given, but what is still to be gained"));
  CHECK(test::says(test::refusal([] {
                     (void)objectives{minimized("a"), minimized("a")};
                   }),
                   "two objectives are named"));
  CHECK(test::says(test::refusal([] { (void)objectives{minimized("a"), minimized("")}; }), "has no name"));
}
#endif
