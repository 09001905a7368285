#include <knobless/training/rung_scale.hpp>

#include <cmath>
#include <cstddef>
#include <knobless/random.hpp>
#include <vector>

#include "../support.hpp"

using namespace knobless;
using detail::rung_scale;
using detail::rung_value;

namespace {

// `low` values on the lower rung; on the upper one, of each `share`-th trial by rank (the best ones), what `upper` gives.
template <class F>
std::vector<rung_value> two_rungs(std::size_t trials, std::size_t reach, const F& upper) {
  std::vector<rung_value> rows;
  for (std::size_t i = 0; i < trials; ++i) rows.push_back({i, 0, false, static_cast<double>(i)});
  for (std::size_t i = 0; i < reach; ++i) rows.push_back({i, 1, false, upper(static_cast<double>(i))});
  return rows;
}

}  // namespace

TEST_CASE("rung scale: where the upper rung only shifts and stretches values, a trial counts the same on both") {
  const auto rows = two_rungs(40, 20, [](double v) { return 100.0 + 3.0 * v; });
  rung_scale scale(2);
  scale.fit(rows, 40);
  CHECK(scale.correlation(1) > 0.9);
  // The best half alone went up, and still none of them counts as average there.
  for (std::size_t i = 0; i < 20; ++i) CHECK(std::abs(scale.values()[40 + i] - scale.values()[i]) < 0.25);
}

TEST_CASE("rung scale: an upper rung that has nothing to do with the lower one has a low correlation") {
  random_stream rng(1, 1);
  const auto rows = two_rungs(60, 60, [&](double) { return rng.uniform(); });
  rung_scale scale(2);
  scale.fit(rows, 60);
  CHECK(std::abs(scale.correlation(1)) < 0.4);
}

TEST_CASE("rung scale: without values the correlation is the one a priori") {
  rung_scale scale(3);
  scale.fit({}, 0);
  CHECK(scale.values().empty());
  CHECK(scale.correlation(1) == doctest::Approx(0.8));
}

TEST_CASE("rung scale: a failure counts as the worst value of its rung") {
  std::vector<rung_value> rows = two_rungs(9, 0, [](double v) { return v; });
  rows.push_back({9, 0, true, 0.0});
  rung_scale scale(2);
  scale.fit(rows, 10);
  CHECK(scale.values()[9] == scale.values()[8]);
  CHECK(scale.values()[9] > 0.0);
}
