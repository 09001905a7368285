#include "../support.hpp"

#include <knobless/analysis/no_more_gain.hpp>
#include <knobless/executor/threads.hpp>
#include <knobless/minimize.hpp>
#include <knobless/random.hpp>
#include <knobless/sampler/gp_ei.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/sampler/tpe.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

using namespace knobless;

namespace {

const auto plane = [] { return space{real("x", {.low = -1.0, .high = 1.0}), real("y", {.low = -1.0, .high = 1.0})}; };
double bowl(double x, double y) { return (x - 0.3) * (x - 0.3) + 2.0 * (y + 0.2) * (y + 0.2); }

std::vector<double> values(const history& seen) {
  std::vector<double> all;
  for (std::size_t i = 0; i < seen.size(); ++i) all.push_back(seen[i].value);
  return all;
}

}  // namespace

TEST_CASE("no_more_gain: a bowl is done long before its trials are, and what was left to gain was little") {
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const auto found = minimize(plane(), gp_ei{}, bowl, {.trials = 200, .seed = seed, .stop_when = no_more_gain});
    CHECK(found.reason() == termination::no_more_gain);
    CHECK(found.trials().size() < 100);
    CHECK(found.best().value < 1e-3);
    REQUIRE(found.expected_gain().has_value());
    CHECK(*found.expected_gain() < 1e-2);
    CHECK(test::says(found.report(), "no more gain is expected"));
    CHECK(test::says(found.report(), "worth going on: above"));
  }
}

TEST_CASE("no_more_gain: is off unless asked for, and does not change the trials until it ends them") {
  const auto all = minimize(plane(), gp_ei{}, bowl, {.trials = 60});
  CHECK(all.reason() == termination::trials_done);
  CHECK_FALSE(all.expected_gain().has_value());
  CHECK_FALSE(test::says(all.report(), "gain"));
  const auto fewer = minimize(plane(), gp_ei{}, bowl, {.trials = 60, .stop_when = no_more_gain});
  const std::vector<double> a = values(all.trials());
  const std::vector<double> b = values(fewer.trials());
  REQUIRE(b.size() <= a.size());
  for (std::size_t i = 0; i < b.size(); ++i) CHECK(a[i] == b[i]);
}

TEST_CASE("no_more_gain: the number of threads does not change where it ends") {
  const auto with = [](any_executor executor) {
    return minimize(plane(), gp_ei{}, bowl,
                    {.trials = 150,
                     .seed = 3,
                     .parallel = 3,
                     .stop_when = no_more_gain,
                     .deterministic = true,
                     .executor = std::move(executor)});
  };
  const auto three = with({});
  const auto one = with(threads(1));
  CHECK(three.reason() == termination::no_more_gain);
  CHECK(values(three.trials()) == values(one.trials()));
  CHECK(three.expected_gain() == one.expected_gain());
}

TEST_CASE("no_more_gain: goes on where there is something to gain") {
  // Random search of a hole in four dimensions: every look expects more.
  const space cube{real("a", {.low = 0.0, .high = 1.0}), real("b", {.low = 0.0, .high = 1.0}),
                   real("c", {.low = 0.0, .high = 1.0}), real("d", {.low = 0.0, .high = 1.0})};
  const auto found = minimize(
      cube, random_search{},
      [](double a, double b, double c, double d) {
        return std::sqrt((a - 0.7) * (a - 0.7) + (b - 0.1) * (b - 0.1) + (c - 0.5) * (c - 0.5) + (d - 0.9) * (d - 0.9));
      },
      {.trials = 60, .stop_when = no_more_gain});
  CHECK(found.reason() == termination::trials_done);
  REQUIRE(found.expected_gain().has_value());
}

TEST_CASE("no_more_gain: ends below the noise, of which it is told nothing") {
  knobless::random_stream noise(11);
  const auto found = minimize(plane(), gp_ei{}, [&](double x, double y) { return bowl(x, y) + 0.5 * noise.normal(); },
                              {.trials = 400, .stop_when = no_more_gain});
  CHECK(found.reason() == termination::no_more_gain);
  CHECK(found.trials().size() < 400);
}

TEST_CASE("no_more_gain: worth going on is what is above the noise, or a thousandth of what was gained") {
  // The first 20 values come from a corner, the next 40 from around the optimum.
  const auto worthwhile = [](double noise) {
    study s{plane(), random_search{}, {.seed = 2}};
    knobless::random_stream rng(3);
    std::vector<double> first;
    double best = 1e9;
    for (int n = 0; n < 60; ++n) {
      const double x = n < 20 ? -1.0 + 0.4 * rng.uniform() : 0.2 + 0.2 * rng.uniform();
      const double y = n < 20 ? 0.6 + 0.4 * rng.uniform() : -0.3 + 0.2 * rng.uniform();
      const double value = bowl(x, y) + noise * rng.normal();
      if (n < 20) first.push_back(value);
      best = (std::min)(best, value);
      s.add({x, y}, value);
    }
    std::sort(first.begin(), first.end());
    const remaining_gain left = no_more_gain({s.core().space(), s.trials(), 1, 100}).value();
    return std::pair(left.worthwhile, first[10] - best);
  };
  const auto [quiet, gained] = worthwhile(0.0);
  CHECK(quiet == doctest::Approx(1e-3 * gained).epsilon(1e-12));
  const auto [loud, gained_with_noise] = worthwhile(0.1);
  CHECK(loud > 0.03);
  CHECK(loud < 0.3);
  CHECK(loud > 2e-3 * gained_with_noise);
}

TEST_CASE("no_more_gain: says nothing too early, of failures and of equal values; the direction does not matter") {
  const auto space_of_plane = plane();
  study ups{space_of_plane, random_search{}, {.direction = direction::maximize}};
  study downs{space_of_plane, random_search{}, {}};
  study equal{space_of_plane, random_search{}, {}};
  study failing{space_of_plane, random_search{}, {}};
  for (std::size_t n = 0; n <= 40; ++n) {
    const auto of = [](const auto& s) { return no_more_gain({s.core().space(), s.trials(), 7, 100}); };
    CHECK(of(downs).has_value() == (n >= 20));
    CHECK_FALSE(of(equal).has_value());
    CHECK_FALSE(of(failing).has_value());
    if (n == 40) {
      const remaining_gain down = of(downs).value();
      const remaining_gain up = of(ups).value();
      CHECK(up.expected == down.expected);
      CHECK(up.worthwhile == down.worthwhile);
      CHECK(down.expected > 0.0);
      CHECK(down.worthwhile > 0.0);
    }
    auto a = downs.ask();
    const auto [x, y] = a.config();
    downs.tell(std::move(a), bowl(x, y));
    ups.tell(ups.ask(), -bowl(x, y));
    equal.tell(equal.ask(), 1.0);
    failing.tell(failing.ask(), failed);
  }
}

TEST_CASE("no_more_gain: nothing is expected once every point of a space was tried") {
  const space few{integer("k", {.low = 0, .high = 29})};
  study s{few, random_search{}, {}};
  for (int k = 0; k < 30; ++k) s.add({k}, (k - 4.0) * (k - 4.0));
  const auto left = no_more_gain({s.core().space(), s.trials(), 1, 10});
  REQUIRE(left.has_value());
  CHECK(left->expected == 0.0);
  CHECK(left->worthwhile > 0.0);
}
