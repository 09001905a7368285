#include "support.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knobless/base/elementary.hpp>
#include <knobless/branch.hpp>
#include <knobless/sampler/automatic.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/study.hpp>
#include <knobless/study/study_core.hpp>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

using namespace knobless;

static_assert(sampler<automatic>);
static_assert(estimating_sampler<automatic>);
static_assert(explaining_sampler<automatic>);
static_assert(!explaining_sampler<random_search>);

namespace {

struct square {
  double x = 0.0;
  double y = 0.0;
};
space<square> reals() {
  return space<square>{real("x", &square::x, {.low = -2.0, .high = 2.0}),
                       real("y", &square::y, {.low = -2.0, .high = 2.0})};
}
double rosenbrock(const square& c) {
  const double gap = c.y - c.x * c.x;
  return 100.0 * gap * gap + (1.0 - c.x) * (1.0 - c.x);
}

struct cell {
  int row = 0;
  int column = 0;
};
space<cell> table() {
  return space<cell>{integer("row", &cell::row, {.low = 0, .high = 3}),
                     integer("column", &cell::column, {.low = 0, .high = 2})};
}

struct left {
  double a = 0.0;
};
struct right {
  int k = 0;
};
struct mixed {
  double x = 0.0;
  bool flag = false;
  std::variant<left, right> side;
};
space<mixed> conditional() {
  return space<mixed>{real("x", &mixed::x, {.low = 1e-4, .high = 1.0, .scale = knobless::scaling::log}),
                      flag("flag", &mixed::flag),
                      branch("side", &mixed::side, when<left>("left", real("a", &left::a, {.low = 0.0, .high = 1.0})),
                             when<right>("right", integer("k", &right::k, {.low = 0, .high = 9})))};
}
double loss(const mixed& c) {
  double sum = std::abs(std::log10(c.x) + 2.0) + (c.flag ? 0.0 : 0.3);
  if (const auto* l = std::get_if<left>(&c.side)) return sum + 0.5 + l->a;
  return sum + 0.05 * std::abs(std::get<right>(c.side).k - 6);
}

template <class Config, class F>
std::vector<std::vector<double>> trials(const space<Config>& where, std::size_t n, const study_options& options, F&& f,
                                        double seconds = 0.0) {
  study<Config> s{where, automatic{}, options};
  std::vector<std::vector<double>> all;
  for (std::size_t i = 0; i < n; ++i) {
    auto t = s.ask();
    const double value = f(t.config());
    s.tell(std::move(t), value, seconds);
    const observation o = s.trials()[i];
    all.emplace_back(o.unit.begin(), o.unit.end());
  }
  return all;
}

}  // namespace

TEST_CASE("a curved valley is followed to its end") {
  for (std::uint64_t seed = 0; seed < (test::sanitized ? 1 : 5); ++seed) {
    study<square> s{reals(), automatic{}, {.seed = seed}};
    for (int i = 0; i < 80; ++i) {
      auto t = s.ask();
      const double value = rosenbrock(t.config());
      s.tell(std::move(t), value);
    }
    CHECK(s.best().value < 0.02);  // random search: 0.3 in the median
  }
}

TEST_CASE("the same seed gives the same trials, another seed others, beyond the first change of shares") {
  const auto a = trials(conditional(), 130, {.seed = 3}, loss);
  CHECK(a == trials(conditional(), 130, {.seed = 3}, loss));
  CHECK(a != trials(conditional(), 130, {.seed = 4}, loss));
}

TEST_CASE("time has a say through the seconds told alone, and none in a deterministic study") {
  const auto costly = trials(reals(), 60, {.seed = 1}, rosenbrock, 10.0);
  CHECK(costly == trials(reals(), 60, {.seed = 1}, rosenbrock, 11.0));
  // What takes long enough gets the same care as what nobody timed.
  CHECK(costly == trials(reals(), 60, {.seed = 1}, rosenbrock));
  const auto cheap = trials(reals(), 60, {.seed = 1}, rosenbrock, 1e-6);
  CHECK(cheap != costly);
  CHECK(cheap == trials(reals(), 60, {.seed = 1}, rosenbrock, 1.5e-6));
  CHECK(trials(reals(), 60, {.seed = 1, .deterministic = true}, rosenbrock, 1e-6) == costly);
}

TEST_CASE("cheap objectives are searched by cheap algorithms, and it says so") {
  study<square> s{reals(), automatic{}, {.seed = 1}};
  for (int i = 0; i < 300; ++i) {
    auto t = s.ask();
    const double value = rosenbrock(t.config());
    s.tell(std::move(t), value, 1e-6);
  }
  const std::string words = s.core().explain();
  CHECK(test::says(words, "CMA-ES: "));
  CHECK(test::says(words, "had to wait"));
  CHECK(s.best().value < 1e-3);
}

TEST_CASE("an ask may be bounded: then the Gaussian process is left out where it would take longer") {
  study<mixed> s{conditional(), automatic{{.seconds_per_ask = 1e-5}}, {.seed = 1}};
  for (int i = 0; i < 60; ++i) {
    auto t = s.ask();
    const double value = loss(t.config());
    s.tell(std::move(t), value);
  }
  CHECK(!test::says(s.core().explain(), "Gaussian"));
}

TEST_CASE("where the objective's time is not known, a space may be too wide for the Gaussian process") {
  // Its ask would take more than the 0.05 s that one may take then.
  std::vector<parameter> wide;
  for (int k = 0; k < 2000; ++k) wide.push_back(parameter::real("x" + std::to_string(k), {}).value());
  study_core s(std::make_shared<const domain>(domain::make(std::move(wide)).value()), automatic{}, {.seed = 1});
  for (int i = 0; i < 24; ++i) {
    const auto next = s.ask();
    REQUIRE(next);
    s.tell(next.value().number, next.value().where.unit[0]);
  }
  CHECK(!test::says(s.explain(), "Gaussian"));
}

TEST_CASE("many known results are taken in by and by where an ask is bounded, and then TPE takes part") {
  study<square> s{reals(), automatic{{.seconds_per_ask = 1e-3}}, {.seed = 1}};
  knobless::random_stream rng(1, 2);
  for (int i = 0; i < 2000; ++i) {
    const square c{4.0 * rng.uniform() - 2.0, 4.0 * rng.uniform() - 2.0};
    s.add(c, rosenbrock(c));
  }
  s.step(rosenbrock);
  CHECK(!test::says(s.core().explain(), "TPE"));
  for (int i = 0; i < 400; ++i) s.step(rosenbrock);
  CHECK(test::says(s.core().explain(), "TPE"));
}

TEST_CASE("a long study uses everything, and says who proposed how many and who the best") {
  study<mixed> s{conditional(), automatic{}, {.seed = 2}};
  CHECK(s.core().explain().empty());
  for (int i = 0; i < 150; ++i) {
    auto t = s.ask();
    const double value = loss(t.config());
    s.tell(std::move(t), value);
  }
  const std::string words = s.core().explain();
  for (const char* name : {"first points: 8", "Gaussian process: ", "TPE: 1", "CMA-ES: 25", "the best was proposed by"})
    CHECK_MESSAGE(test::says(words, name), words);
}

TEST_CASE("while a quadratic function ranks as the objective does, CMA-ES has nearly all trials; else half of them") {
  struct row {
    std::array<double, 3> x{};
  };
  const space<row> where{real("x", &row::x, {.low = -5.0, .high = 5.0})};
  const auto by_evolution = [&](auto&& f) {
    study<row> s{where, automatic{}, {.seed = 5}};
    for (int i = 0; i < 220; ++i) {
      auto t = s.ask();
      const double value = f(t.config().x);
      s.tell(std::move(t), value);
    }
    const std::string words = s.core().explain();
    const std::string name = "CMA-ES: ";
    return std::stoi(words.substr(words.find(name) + name.size()));
  };
  // An ellipsoid that the models of the first hundred trials leave far from its minimum, and what looks like noise.
  CHECK(by_evolution([](const auto& x) { return 1e6 * x[0] * x[0] + 1e3 * x[1] * x[1] + x[2] * x[2] + x[0] * x[1]; }) >
        85);
  CHECK(by_evolution([](const auto& x) { return std::sin(1e4 * (x[0] + 2.0 * x[1] + 3.0 * x[2])); }) < 65);
}

TEST_CASE("a small table is searched once through; then there is nothing left to do") {
  study<cell> s{table(), automatic{}, {.seed = 5}};
  std::set<int> met;
  for (int i = 0; i < 12; ++i) {
    auto t = s.ask();
    met.insert(t.config().row * 3 + t.config().column);
    s.tell(std::move(t), static_cast<double>(t.config().row - t.config().column));
  }
  CHECK(met.size() == 12);
  // One more look at the best.
  auto t = s.ask();
  CHECK(t.config().row - t.config().column == -2);
  s.tell(std::move(t), -2.0);
  CHECK(s.try_ask().error().code == error_code::space_exhausted);
}

TEST_CASE("a small noisy table goes on, at the points that may be the best") {
  study<cell> s{table(), automatic{}, {.seed = 5}};
  knobless::random_stream noise(1, 1);
  std::size_t best = 0;
  for (int i = 0; i < 212; ++i) {
    auto t = s.ask();
    const int gap = t.config().row + t.config().column;
    if (gap == 0 && i >= 12) ++best;
    s.tell(std::move(t), gap + 0.5 * noise.normal());
  }
  CHECK(best > 100);
  CHECK(test::says(s.core().explain(), "the values are noisy"));
}

TEST_CASE("running trials are no trouble: what is asked together differs") {
  study<square> s{reals(), automatic{}, {.seed = 9}};
  std::vector<trial<square>> running;
  for (int i = 0; i < 140; ++i) {
    running.push_back(s.ask());
    for (std::size_t j = 0; j + 1 < running.size(); ++j)
      CHECK((running[j].config().x != running.back().config().x || running[j].config().y != running.back().config().y));
    if (running.size() < 4) continue;
    const auto first = running.begin() + (i % 2);
    const double value = rosenbrock(first->config());
    if (i % 7 == 3)
      s.tell(std::move(*first), failed);
    else
      s.tell(std::move(*first), value);
    running.erase(first);
  }
  CHECK(s.has_best());
}

TEST_CASE("the space may change, and what was told elsewhere teaches") {
  study<square> s{reals(), automatic{}, {.seed = 4}};
  const auto go = [&](int n) {
    for (int i = 0; i < n; ++i) {
      auto t = s.ask();
      const double value = rosenbrock(t.config());
      s.tell(std::move(t), value);
    }
  };
  go(40);
  s.change_space(space<square>{real("x", &square::x, {.low = 0.5, .high = 1.5}),
                               real("y", &square::y, {.low = 0.5, .high = 1.5})});
  go(40);
  CHECK(s.best().value < 0.01);
}

TEST_CASE("every trial fails: it goes on, and nothing is proposed twice in a table") {
  study<cell> s{table(), automatic{}, {.seed = 5}};
  for (int i = 0; i < 12; ++i) s.tell(s.ask(), failed);
  CHECK(!s.try_ask());
  study<square> reals_only{reals(), automatic{}, {.seed = 5}};
  for (int i = 0; i < 120; ++i) reals_only.tell(reals_only.ask(), failed);
  CHECK(!reals_only.has_best());
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("seconds that make no sense are refused") {
  for (const double wrong : {-1.0, test::nan, test::infinity}) {
    try {
      const automatic a{{.seconds_per_ask = wrong}};
      FAIL("no error");
    } catch (const exception& e) {
      CHECK(test::says(e.what(), "seconds_per_ask"));
      CHECK(test::says(e.what(), "number of seconds"));
    }
  }
}
#endif
