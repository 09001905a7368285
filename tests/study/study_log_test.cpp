#include "../support.hpp"

#include <knobless/branch.hpp>
#include <knobless/minimize.hpp>
#include <knobless/sampler/cma_es.hpp>
#include <knobless/sampler/gp_ei.hpp>
#include <knobless/sampler/grid.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/sampler/sobol.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/scheduler/successive_halving.hpp>
#include <knobless/study.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace knobless;

namespace {

struct config {
  double x = 0.9;
  int k = 7;
  std::optional<double> rate;
};

space<config> some_space() {
  return space<config>{real("x", &config::x, {.low = -1.0, .high = 1.0}),
                       integer("k, \"quoted\"", &config::k, {.low = 0, .high = 9}),
                       branch("rate", &config::rate,
                              real("r", knobless::self, {.low = 1e-3, .high = 1.0, .scale = knobless::scaling::log}))};
}
double loss(const config& c) { return (c.x - 0.25) * (c.x - 0.25) + 0.1 * c.k + c.rate.value_or(0.3) / 3.0; }

// All that may happen, in an order that a seed says.
template <class Sampler>
study<config> eventful(Sampler sampler, std::uint64_t seed, direction toward, int steps = 80) {
  study s{some_space(), std::move(sampler), {.seed = seed, .direction = toward}};
  knobless::random_stream rng(seed + 100);
  std::vector<trial<config>> out;
  const double sign = toward == direction::minimize ? 1.0 : -1.0;
  for (int i = 0; i < steps; ++i) {
    const std::uint64_t what = rng.below(12);
    if (what < 5 || out.empty()) {
      out.push_back(s.ask());
      continue;
    }
    if (what == 5) {
      s.enqueue({rng.uniform(), static_cast<int>(rng.below(10)), std::nullopt});
      continue;
    }
    if (what == 6) {
      const config c{rng.uniform(), 3, 0.1};
      s.add(c, rng.below(3) == 0 ? outcome(failed("known")) : outcome(sign * loss(c)));
      continue;
    }
    const auto at = static_cast<std::ptrdiff_t>(rng.below(out.size()));
    trial<config> t = std::move(out[static_cast<std::size_t>(at)]);
    out.erase(out.begin() + at);
    if (what == 7) continue;  // dropped
    const double value = sign * loss(t.config());
    const double seconds = rng.uniform();
    if (what == 8)
      s.tell(std::move(t), failed("a reason, \"quoted\",\nin two lines"), seconds);
    else if (what == 9) {
      for (std::size_t step = 0; step < rng.below(4); ++step) t.report(step, rng.normal());
      if (rng.below(3) == 0) t.report(9, test::infinity);
      s.tell(std::move(t), pruned, seconds);
    } else {
      if (what == 10) t.report(1, value / 3.0);
      s.tell(std::move(t), value, seconds);
    }
  }
  // Two are still running, another one waits.
  while (out.size() < 2) out.push_back(s.ask());
  while (out.size() > 2) out.pop_back();
  s.enqueue({0.125, 2, 0.5});
  // Asked and never told, until the study goes.
  static std::vector<trial<config>> kept;
  for (auto& t : out) kept.push_back(std::move(t));
  return s;
}

void check_same(study<config>& a, study<config>& b) {
  CHECK(a.log() == b.log());
  CHECK(a.csv() == b.csv());
  CHECK(a.core().first_failure() == b.core().first_failure());
  CHECK(a.core().asked_count() == b.core().asked_count());
  CHECK(a.core().queued() == b.core().queued());
  REQUIRE(a.trials().size() == b.trials().size());
  CHECK(a.trials().best() == b.trials().best());
  for (std::size_t i = 0; i < a.trials().size(); ++i) {
    CHECK(a.trials()[i].where() == b.trials()[i].where());
    CHECK(a.trials()[i].value == b.trials()[i].value);
    CHECK(a.trials()[i].seconds == b.trials()[i].seconds);
    CHECK(a.trials().reports(i).size() == b.trials().reports(i).size());
  }
  REQUIRE(a.trials().pending().size() == b.trials().pending().size());
  for (std::size_t i = 0; i < a.trials().pending().size(); ++i) {
    CHECK(a.trials().pending()[i].where == b.trials().pending()[i].where);
    CHECK(a.trials().pending()[i].reports.size() == b.trials().pending()[i].reports.size());
  }
  // And they go on alike.
  for (int i = 0; i < 8; ++i) {
    auto t = a.ask();
    auto u = b.ask();
    CHECK(t.config().x == u.config().x);
    CHECK(t.config().k == u.config().k);
    CHECK(t.config().rate == u.config().rate);
    const double value = loss(t.config());
    a.tell(std::move(t), value);
    b.tell(std::move(u), value);
  }
}

template <class Sampler>
void check_replay(int steps = 80) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const direction toward = seed % 2 == 0 ? direction::minimize : direction::maximize;
    study<config> first = eventful(Sampler{}, seed, toward, steps);
    study again{some_space(), Sampler{}, {.seed = seed, .direction = toward}};
    again.replay(first.log());
    study restored{some_space(), Sampler{}, {.seed = seed, .direction = toward}};
    restored.restore(first.log());
    CHECK(restored.log() == again.log());
    check_same(first, again);
  }
}

#if KNOBLESS_EXCEPTIONS
std::string refusal(const std::string& log, std::uint64_t seed = 0) {
  study s{some_space(), random_search{}, {.seed = seed}};
  const std::string before = s.log();
  try {
    s.replay(log);
  } catch (const knobless::exception& e) {
    CHECK(s.log() == before);  // as new
    return e.what();
  }
  return "";
}
std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  CHECK(at != std::string::npos);
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}
#endif

}  // namespace

TEST_CASE("study log: the reason of each failed trial comes back") {
  const space<std::tuple<double>> s{real("x", {.low = 0.0, .high = 1.0})};
  study a{s, random_search{}, {.seed = 1}};
  a.tell(a.ask(), failed("first, with \"quotes\""));
  a.tell(a.ask(), 1.0);
  a.tell(a.ask(), failed("second"));
  study b{s, random_search{}, {.seed = 1}};
  b.replay(a.log());
  for (std::size_t i = 0; i < 3; ++i) CHECK(b.core().happened().why(i) == a.core().happened().why(i));
  CHECK(b.core().happened().why(2) == "second");
}

TEST_CASE("study log: a pruned trial keeps its last report that is a number") {
  const space<std::tuple<double>> s{real("x", {.low = 0.0, .high = 1.0})};
  study a{s, random_search{}, {.seed = 1}};
  auto t = a.ask();
  t.report(1, 0.5);
  t.report(2, test::nan);
  a.tell(std::move(t), pruned);
  CHECK(a.trials()[0].has_value);
  CHECK(a.trials()[0].value == 0.5);
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("study log: a constraint that throws in add() or tell() changes nothing") {
  struct holder {
    double x = 0.0;
  };
  bool broken = false;
  const auto s = space<holder>{real("x", &holder::x, {.low = 0.0, .high = 1.0})}.require([&](const holder&) {
    if (broken) throw std::runtime_error("the constraint");
    return true;
  });
  study<holder> a{s, random_search{}, {.seed = 1}};
  auto t = a.ask();
  broken = true;
  CHECK_THROWS_AS(a.add({0.5}, 1.0), std::runtime_error);
  CHECK_THROWS_AS(a.tell(std::move(t), 1.0), std::runtime_error);
  broken = false;
  CHECK(a.trials().size() == 0);
  CHECK(a.trials().pending().size() == 1);
  a.tell(std::move(t), 2.0);
  a.add({0.5}, 1.0);
  CHECK(a.trials().size() == 2);
  study<holder> b{s, random_search{}, {.seed = 1}};
  b.replay(a.log());
  CHECK(b.trials().size() == 2);
}
#endif

TEST_CASE("log: a study that replays it ends in the same state: random search, sobol") {
  check_replay<random_search>();
  check_replay<sobol>();
}
TEST_CASE("log: a study that replays it ends in the same state: tpe") { check_replay<tpe>(); }
TEST_CASE("log: a study that replays it ends in the same state: cma_es") { check_replay<cma_es>(); }
TEST_CASE("log: a study that replays it ends in the same state: gp_ei") {
  check_replay<gp_ei>(test::sanitized ? 30 : 60);
}

TEST_CASE("log: a search whose trials ended in any order is replayed by one thread") {
  const auto uneven = [](const config& c) {
    for (int i = 0; i < c.k; ++i) std::this_thread::yield();
    return loss(c);
  };
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    auto found =
        minimize(some_space(), tpe{}, uneven, {.trials = 60, .seed = seed, .parallel = 4, .deterministic = false});
    study again{some_space(), tpe{}, {.seed = seed}};
    again.replay(found.study().log());
    check_same(found.study(), again);
  }
}

TEST_CASE("log: an ask that found nothing is one of the things that happened") {
  const space<config> small{integer("k", &config::k, {.low = 0, .high = 2})};
  study s{small, grid{}, {}};
  for (int i = 0; i < 3; ++i) {
    auto t = s.ask();
    s.tell(std::move(t), 1.0);
  }
  CHECK_FALSE(s.try_ask());
  study again{small, grid{}, {}};
  again.replay(s.log());
  CHECK(again.log() == s.log());
  CHECK(test::says(s.log(), "refused,3,"));
}

TEST_CASE("log: of a study in which nothing happened") {
  study s{some_space(), tpe{}, {}};
  study again{some_space(), tpe{}, {}};
  again.replay(s.log());
  CHECK(again.trials().size() == 0);
  CHECK(test::says(s.log(),
                   "event,trial,state,value,seconds,inside,reports,limits,notes,why,x,\"k, "
                   "\"\"quoted\"\"\",rate,rate.r\nstudy,,minimize,0,,,tpe,"));
  CHECK(test::says(s.log(), ",real from -1 to 1,integer from 0 to 9 with 10 levels,"));
  CHECK(test::says(s.log(), "real from 0.001 to 1 on a log scale, active where rate is some\"\n"));
}

TEST_CASE("log: errors come as values, too, and leave the study as new") {
  const std::string log = eventful(random_search{}, 0, direction::minimize).log();
  study s{some_space(), random_search{}, {}};
  const result<std::size_t> cut = s.try_replay(log.substr(0, log.size() / 2));
  REQUIRE_FALSE(cut);
  CHECK(cut.error().code == error_code::invalid_log);
  CHECK_FALSE(s.try_restore("nothing of the kind"));
  CHECK(s.trials().size() == 0);
  const result<std::size_t> whole = s.try_replay(log);
  REQUIRE(whole);
  CHECK(whole.value() > 50);
  CHECK(s.log() == log);
  CHECK(s.try_restore(log).error().code == error_code::invalid_use);
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("log: another seed departs, and the error says at which trial") {
  const std::string log = eventful(random_search{}, 0, direction::minimize).log();
  CHECK(refusal(log).empty());
  CHECK(test::says(refusal(log, 1), "the seed is 0 there and 1 here"));
  const std::string disguised = replaced(log, "study,,minimize,0,", "study,,minimize,1,");
  CHECK(test::says(refusal(disguised, 1), "trial 0 departs from the log: coordinate \"x\" is "));
  CHECK(test::says(refusal(disguised, 1), "log, row 3"));
  CHECK(test::says(refusal(disguised, 1), "the log was cut or changed since it was written"));
  // A value that was told otherwise leads a sampler that learns elsewhere.
  study<config> first = eventful(tpe{}, 0, direction::minimize);
  const auto best = first.best();
  const std::string value = detail::number_text(best.value);
  study other{some_space(), tpe{}, {}};
  CHECK_THROWS_AS(other.replay(replaced(first.log(), "complete," + value, "complete,7")), knobless::exception);
}

TEST_CASE("log: what can't be read is refused, with its row") {
  const std::string log = eventful(random_search{}, 0, direction::minimize).log();
  CHECK(test::says(refusal(""), "row 0"));
  CHECK(test::says(refusal("ask,0\n"), "row 1"));
  CHECK(test::says(refusal(replaced(log, ",x,", ",y,")), "parameters"));
  CHECK(test::says(refusal(replaced(log, "ask,0,", "ask,first,")), "row 3: not a row"));
  CHECK(test::says(refusal(replaced(log, "ask,0,", "ask,3,")), "row 3: its trial is not the next one"));
  CHECK(test::says(refusal(replaced(log, "ask,0,", "refused,0,")), "there was no point"));
  CHECK(test::says(refusal(replaced(log, "ask,0,", "wish,0,")), "no such event"));
  CHECK(test::says(refusal(replaced(log, "\ntell,", "\ntell,9")), "not a running one"));
  CHECK(test::says(refusal(replaced(log, "\ndrop,", "\ndrop,9")), "not a running one"));
  CHECK(test::says(refusal(replaced(log, "\nadd,", "\nadd,9")), "not the next one"));
  CHECK(test::says(refusal(replaced(log, ",complete,", ",perfect,")), "not a row"));
  CHECK(test::says(refusal(replaced(log, "wait,,,,,,,,,,0.5625", "wait,,,,,,,,,,nan")), "not a row"));
  CHECK(test::says(refusal(replaced(log, "wait,,,,,,,,,,0.5625", "wait,,,,,,,,,,1.5")), "not one of this space"));
  CHECK(test::says(refusal(log + "tell"), "something behind its last row"));
  CHECK(test::says(refusal(replaced(log, "report,", "report,9")), "not a running one"));
}

TEST_CASE("log: another search refuses it, and names the first difference") {
  struct holder {
    std::string opt = "sgd";
    double x = 0.0;
    int k = 0;
    double m = 1.0;
  };
  struct spelled {
    std::vector<std::string> labels{"sgd", "adam", "lion"};
    double high = 10.0;
    scaling scale = scaling::linear;
    std::int64_t most = 9;
    std::vector<double> listed{1.0, 2.0, 4.0};
  };
  const auto made = [](const spelled& as) {
    return space<holder>{choice("opt", &holder::opt, as.labels),
                         real("x", &holder::x, {.low = 1.0, .high = as.high, .scale = as.scale}),
                         integer("k", &holder::k, {.low = 0, .high = as.most}), ordinal("m", &holder::m, as.listed)};
  };
  study<holder> first{made({}), random_search{}, {.seed = 3}};
  for (int i = 0; i < 5; ++i) first.tell(first.ask(), 0.5 + i);
  const auto refused = [&](const spelled& as, direction toward = direction::minimize) -> std::string {
    study<holder> other{made(as), random_search{}, {.seed = 3, .direction = toward}};
    try {
      other.replay(first.log());
    } catch (const knobless::exception& e) {
      CHECK(other.trials().size() == 0);
      return e.what();
    }
    return "";
  };
  CHECK(refused({}).empty());
  CHECK(test::says(refused({.labels = {"lion", "sgd", "adam"}}),
                   "parameter \"opt\" is categorical \"sgd\" \"adam\" \"lion\" there and"));
  CHECK(test::says(refused({.high = 20.0}), "parameter \"x\" is real from 1 to 10 there and real from 1 to 20 here"));
  CHECK(test::says(refused({.scale = scaling::log}), "on a log scale here"));
  CHECK(test::says(refused({.most = 19}), "parameter \"k\""));
  CHECK(test::says(refused({.listed = {1.0, 2.0, 8.0}}), "parameter \"m\""));
  CHECK(test::says(refused({}, direction::maximize), "the direction is minimize there and maximize here"));
}

TEST_CASE("log: only a new study replays") {
  study<config> s = eventful(random_search{}, 0, direction::minimize);
  CHECK_THROWS_AS(s.replay(s.log()), knobless::exception);
  CHECK_THROWS_AS(s.restore(s.log()), knobless::exception);
}

TEST_CASE("log: one that was cut anywhere is refused, and so is one with any bit changed") {
  const std::string log = eventful(random_search{}, 0, direction::minimize, 30).log();
  const auto taken = [](const std::string& damaged) {
    study s{some_space(), random_search{}, {}};
    try {
      s.restore(damaged);
    } catch (const knobless::exception&) {
      CHECK(s.trials().size() == 0);
      return false;
    }
    return true;
  };
  REQUIRE(taken(log));
  CHECK(taken(replaced(log, "\nask", "\r\nask")));  // line ends of either form
  std::size_t passed = 0;
  for (std::size_t i = 0; i + 1 < log.size(); ++i) passed += taken(log.substr(0, i)) ? 1U : 0U;
  for (std::size_t i = 0; i < log.size(); ++i) {
    std::string flipped = log;
    flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
    passed += taken(flipped) ? 1U : 0U;
  }
  // All but the line end behind the last row.
  CHECK(passed <= 1);
}

TEST_CASE("log: a constraint that judges otherwise is noticed at the first trial that it is about") {
  struct holder {
    double x = 0.0;
  };
  const auto below = [](double limit) {
    return space<holder>{real("x", &holder::x, {.low = 0.0, .high = 1.0})}.require(
        [limit](const holder& h) { return h.x < limit; });
  };
  study<holder> first{below(0.5), random_search{}, {}};
  first.tell(first.ask(), 1.0);
  first.add({0.75}, 0.0);
  study<holder> other{below(0.9), random_search{}, {}};
  CHECK(test::says(test::refusal([&] { other.restore(first.log()); }),
                   "the point of trial 1 breaks the constraints there and keeps them here"));
}

TEST_CASE("log: another sampler is refused by replay, and welcome to restore") {
  study<config> first = eventful(tpe{}, 1, direction::maximize);
  study other{some_space(), random_search{}, {.seed = 1, .direction = direction::maximize}};
  CHECK(
      test::says(test::refusal([&] { other.replay(first.log()); }), "the sampler is tpe there and random_search here"));
  study newer{some_space(), random_search{}, {.seed = 7, .direction = direction::maximize}};
  newer.restore(first.log());
  CHECK(newer.csv() == first.csv());
  CHECK(newer.best().value == first.best().value);
  newer.tell(newer.ask(), 1.0);
  CHECK(newer.trials().size() == first.trials().size() + 1);
}
#endif

TEST_CASE("log: reports of running and dropped trials come back, and the scheduler's verdicts with them") {
  struct holder {
    double x = 0.0;
  };
  const space<holder> s{real("x", &holder::x, {.low = 0.0, .high = 1.0})};
  study<holder> first{s, random_search{}, {.scheduler = halving_stopping{}}};
  std::vector<trial<holder>> running;
  const auto curve = [](const holder& h, std::size_t step) { return h.x + 1.0 / static_cast<double>(step); };
  for (int i = 0; i < 9; ++i) {
    auto t = first.ask();
    for (std::size_t step = 1; step <= 9; ++step) t.report(step, curve(t.config(), step));
    if (i % 3 == 0)
      running.push_back(std::move(t));
    else if (i % 3 == 1)
      first.tell(std::move(t), pruned);
  }
  study<holder> again{s, random_search{}, {.scheduler = halving_stopping{}}};
  again.replay(first.log());
  CHECK(again.log() == first.log());
  REQUIRE(again.trials().pending().size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(again.trials().pending()[i].reports.size() == 9);
    CHECK(again.trials().pending()[i].stopped == first.trials().pending()[i].stopped);
  }
  for (int i = 0; i < 20; ++i) {
    auto t = first.ask();
    auto u = again.ask();
    for (std::size_t step = 1; step <= 9; ++step) {
      t.report(step, curve(t.config(), step));
      u.report(step, curve(u.config(), step));
      CHECK(t.should_stop() == u.should_stop());
    }
    first.tell(std::move(t), pruned);
    again.tell(std::move(u), pruned);
  }
}

TEST_CASE("log: what was running can be listed, evaluated again, failed and dropped after a replay") {
  study s{some_space(), random_search{}, {}};
  std::vector<trial<config>> out;
  for (int i = 0; i < 4; ++i) out.push_back(s.ask());
  out[1].report(1, 0.5);
  CHECK(s.left_running().empty());  // somebody holds them
  study again{some_space(), random_search{}, {}};
  again.replay(s.log());
  CHECK(again.left_running() == std::vector<std::size_t>{0, 1, 2, 3});
  auto t = again.resume(1);
  CHECK(t.number() == 1);
  CHECK(t.config().x == out[1].config().x);
  CHECK(again.left_running() == std::vector<std::size_t>{0, 2, 3});
  again.tell(std::move(t), loss(out[1].config()));
  CHECK(again.trials().reports(0).size() == 1);
  again.tell(again.resume(0), failed("its process died"));
  { const auto dropped = again.resume(2); }
  CHECK(again.left_running() == std::vector<std::size_t>{3});
  CHECK(again.trials().complete() == 1);
  CHECK(again.trials().failures() == 1);
#if KNOBLESS_EXCEPTIONS
  CHECK(test::says(test::refusal([&] { (void)again.resume(2); }), "trial 2 given, but it is not one"));
  const auto held = again.resume(3);
  CHECK_THROWS_AS((void)again.resume(3), knobless::exception);
#endif
}

TEST_CASE("log: a search whose space was changed has one, and is replayed given the later spaces") {
  struct holder {
    double x = 0.0;
    std::string opt = "a";
  };
  const auto wide = [](double high, const std::vector<std::string>& labels) {
    return space<holder>{real("x", &holder::x, {.low = 0.1, .high = high, .scale = knobless::scaling::log}),
                         choice("opt", &holder::opt, labels)};
  };
  const std::vector<space<holder>> spaces{wide(1.0, {"a", "b"}), wide(2.0, {"b", "c"}), wide(1.5, {"a", "b", "c"})};
  study<holder> first{spaces[0], random_search{}, {.seed = 4}};
  std::vector<trial<holder>> crossing;
  first.enqueue({0.3, "a"});
  for (std::size_t k = 0; k < 3; ++k) {
    if (k > 0) first.change_space(spaces[k]);
    for (int i = 0; i < 5; ++i) {
      auto t = first.ask();
      const double value = t.config().x;
      t.report(1, value);
      first.tell(std::move(t), i == 3 ? outcome(failed("odd")) : outcome(value));
    }
    first.add({0.7, "b"}, 0.7);
    crossing.push_back(first.ask());
    if (k == 2) first.tell(std::move(crossing[0]), 0.5);
    if (k == 2) crossing.erase(crossing.begin());
  }
  first.enqueue({0.2, "c"});
  const std::string log = first.log();
  for (const bool asks : {true, false}) {
    study<holder> again{spaces[0], random_search{}, {.seed = 4}};
    asks ? again.replay(log, {spaces[1], spaces[2]}) : again.restore(log, {spaces[1], spaces[2]});
    CHECK(again.log() == log);
    CHECK(again.csv() == first.csv());
    CHECK(again.best().value == first.best().value);
    CHECK(again.left_running().size() == 2);
    const auto resumed = again.resume(again.left_running().front());
    CHECK(resumed.config().x == crossing[0].config().x);
    CHECK(resumed.config().opt == crossing[0].config().opt);
  }
#if KNOBLESS_EXCEPTIONS
  study<holder> again{spaces[0], random_search{}, {.seed = 4}};
  CHECK(test::says(test::refusal([&] { again.replay(log, {spaces[1]}); }), "give the later spaces"));
  CHECK(
      test::says(test::refusal([&] {
                   again.replay(log, {spaces[2], spaces[1]});
                 }),
                 "it has x: real from 0.1 to 2 on a log scale there and x: real from 0.1 to 1.5 on a log scale here"));
  CHECK(again.trials().size() == 0);
  again.replay(log, {spaces[1], spaces[2]});
#endif
}
