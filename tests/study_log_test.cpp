#include "support.hpp"

#include <knobless/branch.hpp>
#include <knobless/minimize.hpp>
#include <knobless/sampler/cma_es.hpp>
#include <knobless/sampler/gp_ei.hpp>
#include <knobless/sampler/grid.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/sampler/sobol.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/study.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
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
  return space<config>{
      real("x", &config::x, {.low = -1.0, .high = 1.0}), integer("k, \"quoted\"", &config::k, {.low = 0, .high = 9}),
      branch("rate", &config::rate, real("r", knobless::self, {.low = 1e-3, .high = 1.0, .scale = knobless::log}))};
}
double loss(const config& c) { return (c.x - 0.25) * (c.x - 0.25) + 0.1 * c.k + c.rate.value_or(0.3) / 3.0; }

// All that may happen, in an order that a seed says.
template <class Sampler>
study<config> eventful(Sampler sampler, std::uint64_t seed, direction toward, int steps = 80) {
  study s{some_space(), std::move(sampler), {.seed = seed, .direction = toward}};
  knobless::random rng(seed + 100);
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
  for (std::size_t i = 0; i < a.trials().pending().size(); ++i)
    CHECK(a.trials().pending()[i].where == b.trials().pending()[i].where);
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
    check_same(first, again);
  }
}

#if KNOBLESS_EXCEPTIONS
std::string refusal(const std::string& log, std::uint64_t seed = 0) {
  study s{some_space(), random_search{}, {.seed = seed}};
  try {
    s.replay(log);
  } catch (const knobless::exception& e) {
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
  CHECK(s.log() == "event,trial,state,value,seconds,reports,why,x,\"k, \"\"quoted\"\"\",rate,rate.r\n");
}

TEST_CASE("log: a part of it, up to a row, is a log as well") {
  const std::string all = eventful(random_search{}, 0, direction::minimize).log();
  std::string some;
  bool quoted = false;
  std::size_t rows = 0;
  for (const char c : all) {
    some += c;
    quoted = quoted != (c == '"');
    if (quoted || c != '\n' || ++rows % 10 != 0) continue;
    study s{some_space(), random_search{}, {}};
    s.replay(some);
    CHECK(s.log() == some);
  }
  CHECK(rows > 70);
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("log: another seed departs, and the error says at which trial") {
  const std::string log = eventful(random_search{}, 0, direction::minimize).log();
  CHECK(refusal(log).empty());
  CHECK(test::says(refusal(log, 1), "trial 0 departs from the log: coordinate \"x\" is "));
  CHECK(test::says(refusal(log, 1), "log, row 2"));
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
  CHECK(test::says(refusal(replaced(log, "ask,0,", "ask,first,")), "row 2: not a row"));
  CHECK(test::says(refusal(replaced(log, "ask,0,", "ask,3,")), "row 2: its trial is not the next one"));
  CHECK(test::says(refusal(replaced(log, "ask,0,", "refused,0,")), "there was no point"));
  CHECK(test::says(refusal(replaced(log, "ask,0,", "wish,0,")), "no such event"));
  CHECK(test::says(refusal(replaced(log, "\ntell,", "\ntell,9")), "not a running one"));
  CHECK(test::says(refusal(replaced(log, "\ndrop,", "\ndrop,9")), "not a running one"));
  CHECK(test::says(refusal(replaced(log, "\nadd,", "\nadd,9")), "not the next one"));
  CHECK(test::says(refusal(replaced(log, ",complete,", ",perfect,")), "not a row"));
  CHECK(test::says(refusal(replaced(log, "wait,,,,,,,0.5625", "wait,,,,,,,nan")), "not a row"));
  CHECK(test::says(refusal(replaced(log, "wait,,,,,,,0.5625", "wait,,,,,,,1.5")), "not one of this space"));
  CHECK(test::says(refusal(log + "tell"), "not a row"));
}

TEST_CASE("log: only a new study replays; one whose space was changed has none") {
  study<config> s = eventful(random_search{}, 0, direction::minimize);
  CHECK_THROWS_AS(s.replay(s.log()), knobless::exception);
  s.change_space(some_space());
  CHECK_THROWS_AS((void)s.log(), knobless::exception);
}
#endif
