#include "../support.hpp"

#include <knobless/analysis/importance.hpp>
#include <knobless/minimize.hpp>
#include <knobless/random.hpp>
#include <knobless/runtime_space.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/study/study_core.hpp>

#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

using namespace knobless;

namespace {

std::shared_ptr<const domain> cube(std::size_t numbers, std::size_t levels = 0) {
  std::vector<parameter> all;
  for (std::size_t i = 0; i < numbers; ++i)
    all.push_back(parameter::real("x" + std::to_string(i), {.low = 0.0, .high = 1.0}).value());
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < levels; ++i) labels.push_back(std::to_string(i));
  if (levels > 0) all.push_back(parameter::categorical("c", labels).value());
  return std::make_shared<const domain>(domain::make(all).value());
}

using objective = std::function<outcome(const point&, knobless::random_stream&)>;

// Told trials of a search.
history search(const std::shared_ptr<const domain>& space, any_sampler sampler, std::size_t trials, std::uint64_t seed,
               const objective& f, direction toward = direction::minimize) {
  study_core study(space, std::move(sampler), {.seed = seed, .direction = toward});
  knobless::random_stream noise(seed, 1234567);
  for (std::size_t i = 0; i < trials; ++i) {
    const study_core::asked next = study.ask().value();
    study.tell(next.number, f(next.where, noise));
  }
  return study.seen();
}

double square(double x) { return (x - 0.4) * (x - 0.4); }

double sum(const std::vector<double>& all) { return std::accumulate(all.begin(), all.end(), 0.0); }

}  // namespace

TEST_CASE("importance: what alone matters has nearly all of it") {
  const auto space = cube(7, 4);
  for (std::size_t key = 0; key < 8; key += 3) {
    double share = 0.0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const history seen = search(space, random_search{}, 100, seed, [&](const point& p, knobless::random_stream&) {
        return space->size() - 1 == key ? double(p.unit[key] > 0.5) : square(p.unit[key]);
      });
      const std::vector<double> found = importance(*space, seen);
      REQUIRE(found.size() == space->size());
      CHECK(sum(found) == doctest::Approx(1.0));
      share += found[key] / 10.0;
    }
    CHECK(share > 0.95);
  }
}

TEST_CASE("importance: a category that decides has nearly all of it") {
  const auto space = cube(3, 5);
  double share = 0.0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const history seen = search(space, random_search{}, 100, seed, [](const point& p, knobless::random_stream& noise) {
      return (p.unit[3] < 0.4 ? 0.0 : 1.0) + 0.1 * noise.uniform();
    });
    share += importance(*space, seen).at(3) / 10.0;
  }
  CHECK(share > 0.95);
}

TEST_CASE(
    "importance: the order of the weights is the order of the shares, for a search as well as for random trials") {
  const auto space = cube(6);
  const objective f = [](const point& p, knobless::random_stream&) {
    return 16.0 * square(p.unit[1]) + 4.0 * square(p.unit[4]) + square(p.unit[2]);
  };
  for (const bool searching : {false, true}) {
    std::vector<double> mean(6);
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const history seen = search(space, searching ? any_sampler(tpe{}) : any_sampler(random_search{}), 200, seed, f);
      const std::vector<double> found = importance(*space, seen);
      REQUIRE(found.size() == 6);
      for (std::size_t k = 0; k < 6; ++k) mean[k] += found[k] / 10.0;
    }
    CHECK(mean[1] > mean[4]);
    CHECK(mean[4] > mean[2]);
    for (const std::size_t idle : {0U, 3U, 5U}) CHECK(mean[idle] < 0.05);
    if (!searching) CHECK(mean[2] > mean[0]);
  }
}

TEST_CASE("importance: of noise alone, nothing is said in most cases") {
  const auto space = cube(5, 3);
  int said = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed)
    said += importance(*space, search(space, random_search{}, 20 + static_cast<std::size_t>(seed), seed,
                                      [](const point&, knobless::random_stream& noise) { return noise.normal(); }))
                    .empty()
                ? 0
                : 1;
  CHECK(said <= 10);
}

TEST_CASE("importance: depends on the order of the values alone") {
  const auto space = cube(4, 3);
  const auto plain = [](const point& p) { return 3.0 * square(p.unit[0]) + square(p.unit[2]) - p.unit[4]; };
  const auto shares = [&](const std::function<double(double)>& map, direction toward) {
    return importance(*space, search(
                                  space, random_search{}, 80, 5,
                                  [&](const point& p, knobless::random_stream&) { return map(plain(p)); }, toward));
  };
  const std::vector<double> found = shares([](double v) { return v; }, direction::minimize);
  REQUIRE(found.size() == 5);
  CHECK(found == shares([](double v) { return std::exp(5.0 * v) - 1e6; }, direction::minimize));
  CHECK(found == shares([](double v) { return v * 1e300; }, direction::minimize));
  CHECK(found == shares([](double v) { return -v * v * v; }, direction::maximize));
}

TEST_CASE("importance: says nothing of few trials, of equal values and of failures alone") {
  const auto space = cube(3);
  const objective f = [](const point& p, knobless::random_stream&) { return square(p.unit[0]); };
  for (const std::size_t n : {0U, 1U, 2U, 3U, 19U})
    CHECK(importance(*space, search(space, random_search{}, n, 1, f)).empty());
  CHECK_FALSE(importance(*space, search(space, random_search{}, 20, 1, f)).empty());
  CHECK(importance(*space, search(space, random_search{}, 200, 1, [](const point&, knobless::random_stream&) {
          return 7.0;
        })).empty());
  CHECK(importance(*space, search(space, random_search{}, 200, 1, [](const point&, knobless::random_stream&) {
          return failed;
        })).empty());
  CHECK(importance(*space, history(3)).empty());
}

TEST_CASE("importance: of a plateau and a hole in it, the hole is what is good") {
  const auto space = cube(3);
  for (const double share : {0.1, 0.7}) {
    const history seen = search(space, random_search{}, 200, 3, [&](const point& p, knobless::random_stream&) {
      return p.unit[1] < share ? 0.0 : 1.0;
    });
    const std::vector<double> found = importance(*space, seen);
    REQUIRE(found.size() == 3);
    CHECK(found[1] > 0.95);
  }
}

TEST_CASE("importance: what makes trials fail matters") {
  const auto space = cube(4);
  const history seen =
      search(space, random_search{}, 150, 2, [](const point& p, knobless::random_stream& noise) -> outcome {
        if (p.unit[3] > 0.3) return failed;
        return noise.uniform();
      });
  CHECK(importance(*space, seen).at(3) > 0.9);
}

TEST_CASE("importance: a conditional parameter counts where it is active, and its activity is its parent's merit") {
  const auto made = [](const char* first) {
    std::vector<parameter> all;
    all.push_back(parameter::categorical("kind", {"a", "b"}).value());
    all.push_back(parameter::real(first, {.low = 0.0, .high = 1.0}).value().when(0, 1));
    all.push_back(parameter::real("other", {.low = 0.0, .high = 1.0}).value().when(0, 2));
    return std::make_shared<const domain>(domain::make(all).value());
  };
  const auto space = made("inner");
  double kind = 0.0;
  double inner = 0.0;
  double other = 0.0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    // The kind decides, and nothing else.
    const std::vector<double> decides = importance(
        *space, search(space, random_search{}, 120, seed, [](const point& p, knobless::random_stream& noise) {
          return (p.unit[0] < 0.5 ? 0.0 : 1.0) + 0.1 * noise.uniform();
        }));
    REQUIRE(decides.size() == 3);
    kind += decides[0] / 10.0;
    // Both kinds are as good, but in one of them its parameter matters.
    const std::vector<double> within = importance(
        *space, search(space, random_search{}, 120, seed, [](const point& p, knobless::random_stream& noise) {
          return p.active[1] != 0 ? 4.0 * square(p.unit[1]) : noise.uniform();
        }));
    REQUIRE(within.size() == 3);
    inner += within[1] / 10.0;
    other += within[2] / 10.0;
  }
  CHECK(kind > 0.95);
  CHECK(inner > 0.7);
  CHECK(other < 0.05);
}

TEST_CASE("importance: trials outside the present bounds, and parameters of one value, do not count") {
  std::vector<parameter> all;
  all.push_back(parameter::real("x", {.low = 0.0, .high = 1.0}).value());
  all.push_back(parameter::categorical("only", {"one"}).value());
  const domain space = domain::make(all).value();
  history seen(2);
  knobless::random_stream rng(1);
  const std::vector<unsigned char> active{1, 1};
  for (std::size_t i = 0; i < 60; ++i) {
    const double x = i < 30 ? 1.5 : rng.uniform();
    const std::vector<double> unit{x, 0.5};
    seen.append({i, trial_state::complete, true, i < 30 ? -1.0 : square(x), 0.0, unit, active, {}, i >= 30});
  }
  const std::vector<double> found = importance(space, seen);
  REQUIRE(found.size() == 2);
  CHECK(found[0] == 1.0);
  CHECK(found[1] == 0.0);
}

TEST_CASE("importance: by name in the study, in the result and in its report") {
  const knobless::space plane{knobless::real("idle", {.low = 0.0, .high = 1.0}),
                              real("busy", {.low = 0.0, .high = 1.0})};
  const auto found =
      maximize(plane, random_search{}, [](double, double busy) { return -square(busy); }, {.trials = 60});
  const auto ranked = found.importance();
  REQUIRE(ranked.size() == 2);
  CHECK(ranked[0].name == "busy");
  CHECK(ranked[0].share >= 0.9);
  CHECK(ranked[0].share >= ranked[1].share);
  CHECK(ranked[0].share + ranked[1].share == doctest::Approx(1.0));
  CHECK(found.study().importance()[0].share == ranked[0].share);
  CHECK(test::says(found.report(), "mattered: busy "));
  const auto few = maximize(plane, random_search{}, [](double, double busy) { return -square(busy); }, {.trials = 10});
  CHECK(few.importance().empty());
  CHECK_FALSE(test::says(few.report(), "mattered"));
}
