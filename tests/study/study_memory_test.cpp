#include "../allocations.hpp"
#include "../support.hpp"

#include <knobless/minimize.hpp>
#include <knobless/sampler/cma_es.hpp>
#include <knobless/sampler/gp_ei.hpp>
#include <knobless/sampler/grid.hpp>
#include <knobless/sampler/latin_hypercube.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/sampler/sobol.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/scheduler/median.hpp>
#include <knobless/study.hpp>

#include <cstddef>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace knobless;

#if KNOBLESS_EXCEPTIONS
namespace {

struct config {
  double x = 0.3;
  double rate = 0.01;
  int k = 2;
};
space<config> some_space(double high = 1.0) {
  return space<config>{real("x", &config::x, {.low = 0.0, .high = high}),
                       real("rate", &config::rate, {.low = 1e-4, .high = 1.0, .scale = scaling::log}),
                       integer("k", &config::k, {.low = 0, .high = 5})};
}

// A study in the middle of a search, and two trials that it runs.
struct scene {
  study<config> search;
  std::vector<trial<config>> out;
};

template <class Sampler>
scene begun(std::size_t told, bool guessed) {
  scene s{study<config>(some_space(), Sampler{}, {.seed = 3, .scheduler = median_stopping{}}), {}};
  const auto loss = [](const config& c) { return c.x + c.rate + c.k; };
  for (std::size_t i = 0; i < told; ++i) {
    auto t = s.search.ask();
    t.report(1, 1.0 + loss(t.config()));
    const double value = loss(t.config());
    s.search.tell(std::move(t), value);
  }
  s.out.push_back(s.search.ask());
  s.out.push_back(s.search.ask());
  s.search.enqueue({});
  if (guessed) s.out.push_back(s.search.ask());
  return s;
}

// Whatever allocation fails in `act`: the study is as it was, and the same call then does what it should. What CMA-ES
// proposes follows from its asks, too: one that begins anew proposes something else.
template <class Sampler, class Act>
void check_every_allocation(const Act& act, std::size_t told, bool guessed = false) {
  constexpr bool function_of_history = !std::is_same_v<Sampler, cma_es> && !std::is_same_v<Sampler, automatic>;
  scene whole = begun<Sampler>(told, guessed);
  act(whole);
  const std::string expected = whole.search.log();
  for (std::size_t k = 1;; ++k) {
    scene s = begun<Sampler>(told, guessed);
    const std::string before = s.search.log();
    bool thrown = false;
    test::fail_allocation(k);
    try {
      act(s);
    } catch (const std::bad_alloc&) {
      thrown = true;
    }
    test::fail_allocation(0);
    if (!thrown) {
      CHECK(s.search.log() == expected);
      break;
    }
    REQUIRE(s.search.log() == before);
    act(s);
    if (function_of_history || !guessed)
      REQUIRE(s.search.log() == expected);
    else
      REQUIRE(s.search.core().happened().events().size() == whole.search.core().happened().events().size());
  }
}

template <class Sampler>
void check_asks() {
  const auto ask = [](scene& s) { (void)s.search.core().next(); };
  for (const std::size_t told : {std::size_t{0}, std::size_t{9}, std::size_t{30}}) {
    check_every_allocation<Sampler>(ask, told);  // the guess that waits
    check_every_allocation<Sampler>(ask, told, true);
  }
}

const std::string reason = "a reason that is too long for the room in a string itself";

}  // namespace

TEST_CASE("study: where memory runs out in a call, it changes nothing") {
  for (const std::size_t told : {std::size_t{9}, std::size_t{128}}) {
    check_every_allocation<random_search>([](scene& s) { s.search.enqueue({0.1, 0.1, 1}); }, told);
    check_every_allocation<random_search>([](scene& s) { s.search.add({0.1, 0.1, 1}, 3.0); }, told);
    check_every_allocation<random_search>([](scene& s) { s.search.add({0.1, 0.1, 1}, failed(reason)); }, told);
    check_every_allocation<random_search>([](scene& s) { s.search.change_space(some_space(0.7)); }, told);
    check_every_allocation<random_search>([](scene& s) { s.search.core().tell(s.out[0].number(), 1.0); }, told);
    check_every_allocation<random_search>([](scene& s) { s.search.core().tell(s.out[0].number(), failed(reason)); },
                                          told);
    check_every_allocation<random_search>(
        [](scene& s) {
          s.search.core().tell(s.out[0].number(), outcome{1.0}.limit(reason, -1.0).note(reason, reason).note("b", 1));
        },
        told);
    check_every_allocation<random_search>(
        [](scene& s) {
          s.search.add({0.1, 0.1, 1}, outcome{1.0}.broken("loud").note(reason, reason));
        },
        told);
  }
}

TEST_CASE(
    "study: where memory runs out as a trial goes out of scope, the search goes on, and the trial may be running") {
  for (std::size_t k = 1; k < 20; ++k) {
    scene s = begun<random_search>(9, true);
    const std::size_t running = s.search.trials().pending().size();
    test::fail_allocation(k);
    s.out.pop_back();
    test::fail_allocation(0);
    const std::size_t left = s.search.trials().pending().size();
    CHECK((left == running || left + 1 == running));
    if (k == 1) CHECK(left == running);
    CHECK(s.search.ask().number() > 0);
  }
}

TEST_CASE("study: a scheduler that throws as a trial goes out of scope ends nothing") {
  struct thrower {
    bool stops(const running_trial&) { return false; }
    void ended(const running_trial&, trial_state) { throw std::runtime_error("no"); }
  };
  study<config> search(some_space(), random_search{}, {.seed = 1, .scheduler = thrower{}});
  { const auto dropped = search.ask(); }
  CHECK(search.trials().pending().size() == 1);
  CHECK(search.ask().number() == 1);
}

TEST_CASE(
    "study: where memory runs out as a trial is asked for, the study is as it was, and the next ask proposes the "
    "same") {
  check_asks<random_search>();
  check_asks<sobol>();
  check_asks<grid>();
  check_asks<latin_hypercube>();
  check_asks<tpe>();
  check_asks<cma_es>();
  check_asks<gp_ei>();
  check_asks<automatic>();
}
#endif
