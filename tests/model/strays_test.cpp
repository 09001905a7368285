#include <knobless/model/strays.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knobless/minimize.hpp>
#include <knobless/random.hpp>
#include <knobless/sampler/gp_ei.hpp>
#include <knobless/sampler/random_search.hpp>
#include <tuple>
#include <utility>
#include <vector>

#include "../support.hpp"

using namespace knobless;

namespace {

// A bowl at random points in two dimensions, with other values where `value` says so.
template <class Value>
history told(std::size_t n, std::uint64_t seed, const Value& value) {
  history h(2);
  random_stream rng(seed);
  const std::vector<unsigned char> active{1, 1};
  for (std::size_t i = 0; i < n; ++i) {
    const std::vector<double> unit{rng.uniform(), rng.uniform()};
    const double bowl = (unit[0] - 0.3) * (unit[0] - 0.3) + (unit[1] - 0.6) * (unit[1] - 0.6);
    h.append({i, trial_state::complete, true, value(i, unit, bowl), 0.0, unit, active});
  }
  return h;
}

const space<std::tuple<double, double>>& square() {
  static const space<std::tuple<double, double>> s{real("x", {.low = -5.0, .high = 5.0}),
                                                   real("y", {.low = -5.0, .high = 5.0})};
  return s;
}

}  // namespace

TEST_CASE("strays: values far beyond a gap that are scattered over the space are found, up and down") {
  std::size_t found = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (const double wild : {1e6, -1e6, 1.7e308, -1.7e308}) {
      const history h =
          told(40, seed, [&](std::size_t i, const auto&, double bowl) { return i % 10 == 3 ? wild : bowl; });
      found += detail::strays(h) == std::vector<std::size_t>{3, 13, 23, 33} ? 1U : 0U;
    }
  // Now and then two of them are neighbours by chance.
  CHECK(found >= 4 * 17);
}

TEST_CASE("strays: a smooth function has none, however steep or noisy, and neither has a search that converges") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    random_stream noise(seed, 1);
    CHECK(detail::strays(told(30, seed, [](std::size_t, const auto&, double bowl) { return bowl; })).empty());
    CHECK(detail::strays(told(30, seed, [](std::size_t, const auto&, double bowl) {
            return std::exp(10.0 * bowl);
          })).empty());
    CHECK(detail::strays(told(30, seed, [&](std::size_t, const auto&, double bowl) {
            return bowl + noise.normal();
          })).empty());
    CHECK(detail::strays(told(30, seed, [](std::size_t i, const auto&, double) { return std::pow(0.3, i); })).empty());
    CHECK(detail::strays(told(30, seed, [](std::size_t, const auto&, double) { return 1.0; })).empty());
  }
}

TEST_CASE("strays: a wall is none, since neighbours are alike") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const history h =
        told(60, seed, [](std::size_t, const auto& unit, double bowl) { return unit[0] > 0.82 ? 1e6 : bowl; });
    CHECK(detail::strays(h).empty());
  }
}

TEST_CASE("strays: a single value far below may be the optimum; a single one far above is one") {
  const auto one = [](double wild) {
    return told(20, 7, [=](std::size_t i, const auto&, double bowl) { return i == 11 ? wild : bowl; });
  };
  CHECK(detail::strays(one(-1e6)).empty());
  CHECK(detail::strays(one(-1e6), {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}, true) ==
        std::vector<std::size_t>{11});
  CHECK(detail::strays(one(1e6)) == std::vector<std::size_t>{11});
}

TEST_CASE("gp_ei, automatic: a tenth of wild values, up or down, costs the search little") {
  for (const double wild : {1e6, -1e6}) {
    double worst_gp = 0.0;
    double worst_automatic = 0.0;
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const auto search = [&](const auto& run) {
        double best = 1e300;
        random_stream rng(seed, 99);
        run([&](double x, double y) {
          if (rng.below(10) == 0) return wild;
          const double value = (x - 1.3) * (x - 1.3) + (y - 1.5) * (y - 1.5);
          best = (std::min)(best, value);
          return value;
        });
        return best;
      };
      worst_gp = (std::max)(
          worst_gp, search([&](const auto& f) { (void)minimize(square(), gp_ei{}, f, {.trials = 60, .seed = seed}); }));
      worst_automatic = (std::max)(
          worst_automatic, search([&](const auto& f) { (void)minimize(square(), f, {.trials = 60, .seed = seed}); }));
    }
    CHECK(worst_gp < 1e-4);
    CHECK(worst_automatic < 1e-4);
  }
}

TEST_CASE("best_estimated: one wild reading among noisy values changes neither its place nor its value by much") {
  random_stream rng(3);
  study s{square(), random_search{}, {.seed = 5}};
  for (int i = 0; i < 60; ++i) {
    auto t = s.ask();
    const auto [x, y] = t.config();
    const double value = 0.1 * (x * x + y * y) + 0.2 * rng.normal();
    s.tell(std::move(t), i == 30 ? -1e6 : value);
  }
  const auto best = s.best_estimated();
  const auto [x, y] = best.config;
  CHECK(x * x + y * y < 4.0);
  CHECK(std::abs(best.value) < 1.0);
}
