#include "../support.hpp"

#include <knobless/random.hpp>
#include <knobless/space/parameter.hpp>

#include <algorithm>
#include <limits>
#include <utility>

using namespace knobless;

namespace {

constexpr std::int64_t two_to_53 = std::int64_t{1} << 53U;

parameter real_of(const real_options& o) { return parameter::real("x", o).value(); }
parameter integer_of(const integer_options& o) { return parameter::integer("k", o).value(); }
parameter ordinal_of(std::vector<double> positions, scaling scale) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < positions.size(); ++i) labels.push_back("v" + std::to_string(i));
  return parameter::ordinal("o", std::move(labels), std::move(positions), scale).value();
}
parameter categorical_of(std::size_t n) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < n; ++i) labels.push_back("c" + std::to_string(i));
  return parameter::categorical("c", std::move(labels)).value();
}

// Plain, odd and extreme ones.
std::vector<parameter> continuous() {
  return {real_of({.low = 0.0, .high = 1.0}),
          real_of({.low = -3.5, .high = 7.25}),
          real_of({.low = 1e-5, .high = 1.0, .scale = knobless::scaling::log}),
          real_of({.low = 1e-300, .high = 1e300, .scale = knobless::scaling::log}),
          real_of({.low = 0.9, .high = 0.9000001, .scale = knobless::scaling::log}),
          real_of({.low = 1e300, .high = std::nextafter(1e300, 1e301), .scale = knobless::scaling::log}),
          real_of({.low = -1e300, .high = 1e300}),
          real_of({.low = -8e307, .high = 8e307}),
          real_of({.low = 1e6, .high = 1e6 + 1e-3}),
          real_of({.low = -1e-300, .high = 1e-300})};
}
std::vector<parameter> discrete() {
  return {real_of({.low = 0.0, .high = 1.0, .step = 0.1}),
          real_of({.low = -1.0, .high = 1.0, .step = 0.3}),
          real_of({.low = 0.0, .high = 1.0, .step = 5.0}),
          real_of({.low = 2.5, .high = 2.5}),
          real_of({.low = 2.5, .high = 2.5, .scale = knobless::scaling::log}),
          real_of({.low = -1e9, .high = 1e9, .step = 1e-3}),
          integer_of({.low = 0, .high = 1}),
          integer_of({.low = 7, .high = 7}),
          integer_of({.low = 7, .high = 7, .scale = knobless::scaling::log}),
          integer_of({.low = -5, .high = 12}),
          integer_of({.low = -5, .high = 12, .step = 4}),
          integer_of({.low = 1, .high = 2, .scale = knobless::scaling::log}),
          integer_of({.low = 2, .high = 128, .scale = knobless::scaling::log}),
          integer_of({.low = 1, .high = 1000000, .scale = knobless::scaling::log}),
          integer_of({.low = 0, .high = 1000000007}),
          integer_of({.low = -two_to_53 / 4, .high = two_to_53 / 4}),
          categorical_of(1),
          categorical_of(2),
          categorical_of(7),
          categorical_of(1000),
          ordinal_of({1.0}, scaling::linear),
          ordinal_of({1.0, 100.0}, scaling::linear),
          ordinal_of({1.0, 2.0, 10.0}, scaling::linear),
          ordinal_of({1e-4, 1e-3, 3e-3, 1.0}, knobless::scaling::log),
          ordinal_of({-1e6, 0.0, 1e-9, 5.0}, scaling::linear),
          parameter::ordinal("o", {"low", "middle", "high"}).value()};
}

// All levels where they are few; else the ends and some between.
std::vector<std::uint64_t> some_levels(const parameter& p) {
  std::vector<std::uint64_t> levels;
  const std::uint64_t n = p.levels();
  knobless::random_stream rng(1);
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(n, 300); ++i) {
    levels.push_back(i);
    levels.push_back(n - 1 - i);
    if (n > 300) levels.push_back(rng.below(n));
  }
  return levels;
}

// Coordinates inside, at the ends, next to the ends.
std::vector<double> some_units() {
  std::vector<double> units{0.0, 1.0, 0.5, 0x1p-53, 1.0 - 0x1p-53, 1e-300};
  knobless::random_stream rng(2);
  for (int i = 0; i < 300; ++i) units.push_back(rng.uniform());
  return units;
}

}  // namespace

TEST_CASE("parameter: every coordinate stands for a value within the bounds") {
  std::vector<parameter> all = continuous();
  for (parameter& p : discrete()) all.push_back(std::move(p));
  std::vector<double> units = some_units();
  for (const double outside : {-1.0, 2.0, -1e300, 1e300, test::infinity, -test::infinity}) units.push_back(outside);
  // Under -ffast-math a NaN compares as it likes: it may go to the one bound here and to the other there.
  if (!test::fast_math) units.push_back(test::nan);
  for (const parameter& p : all) {
    CAPTURE(p.low());
    CAPTURE(p.high());
    for (const double u : units) {
      const double value = p.natural(u);
      CHECK(value >= p.low());
      CHECK(value <= p.high());
      const double snapped = p.snap(u);
      CHECK(snapped >= 0.0);
      CHECK(snapped <= 1.0);
      CHECK(p.snap(snapped) == snapped);
      CHECK(p.natural(snapped) == value);
    }
  }
}

TEST_CASE("parameter: coordinates outside the unit interval are taken as the nearest bound, NaN as 0") {
  std::vector<parameter> all = continuous();
  for (parameter& p : discrete()) all.push_back(std::move(p));
  for (const parameter& p : all) {
    for (const double below : {-1e-9, -5.0, -1e300, -test::infinity, test::nan}) {
      if (test::fast_math && elementary::is_nan(below)) continue;  // it compares as it likes
      CHECK(p.natural(below) == p.natural(0.0));
      CHECK(p.snap(below) == p.snap(0.0));
    }
    for (const double above : {1.0 + 1e-9, 5.0, 1e300, test::infinity}) {
      CHECK(p.natural(above) == p.natural(1.0));
      CHECK(p.snap(above) == p.snap(1.0));
    }
  }
}

TEST_CASE("parameter: values grow with the coordinate") {
  std::vector<double> units = some_units();
  std::sort(units.begin(), units.end());
  std::vector<parameter> all = continuous();
  for (parameter& p : discrete()) all.push_back(std::move(p));
  for (const parameter& p : all)
    for (std::size_t i = 1; i < units.size(); ++i) {
      CHECK(p.natural(units[i - 1]) <= p.natural(units[i]));
      CHECK(p.snap(units[i - 1]) <= p.snap(units[i]));
    }
}

TEST_CASE("parameter: a continuous parameter reaches its bounds exactly") {
  for (const parameter& p : continuous()) {
    CHECK(p.continuous());
    CHECK(p.levels() == 0);
    CHECK(p.natural(0.0) == p.low());
    CHECK(p.natural(1.0) == p.high());
    CHECK(p.unit(p.low()) == 0.0);
    CHECK(p.unit(p.high()) == 1.0);
  }
}

TEST_CASE("parameter: the coordinate of a continuous parameter's value is where it came from") {
  for (const parameter& p : continuous()) {
    CAPTURE(p.low());
    CAPTURE(p.high());
    // What rounding a value (or its logarithm) can move the coordinate.
    const bool is_log = p.scale() == scaling::log;
    const double length = is_log ? std::log(p.high() / p.low()) : p.high() - p.low();
    const double largest = is_log ? std::max(std::abs(std::log(p.low())), std::abs(std::log(p.high()))) + 1.0
                                  : std::max(std::abs(p.low()), std::abs(p.high()));
    const double allowed = 8.0 * 0x1p-53 * (1.0 + (elementary::is_finite(length) ? largest / length : 1.0));
    for (const double u : some_units()) CHECK(std::abs(p.unit(p.natural(u)) - u) <= allowed);
  }
}

TEST_CASE("parameter: the scale says which steps are equal") {
  const parameter line = real_of({.low = -2.0, .high = 6.0});
  CHECK(line.natural(0.25) == 0.0);
  CHECK(line.natural(0.5) == 2.0);
  CHECK(line.unit(4.0) == 0.75);
  const parameter curve = real_of({.low = 1e-4, .high = 1.0, .scale = knobless::scaling::log});
  CHECK(curve.natural(0.25) == doctest::Approx(1e-3).epsilon(1e-12));
  CHECK(curve.natural(0.5) == doctest::Approx(1e-2).epsilon(1e-12));
  CHECK(curve.unit(0.1) == doctest::Approx(0.75).epsilon(1e-12));
}

TEST_CASE("parameter: the cells of a discrete parameter's levels fill the unit interval in order") {
  for (const parameter& p : discrete()) {
    CAPTURE(p.name());
    CAPTURE(p.low());
    CAPTURE(p.high());
    CHECK_FALSE(p.continuous());
    REQUIRE(p.levels() >= 1);
    CHECK(p.cell_low(0) == 0.0);
    CHECK(p.cell_low(p.levels()) == 1.0);
    for (const std::uint64_t k : some_levels(p)) {
      CHECK(p.cell_low(k) < p.cell_low(k + 1));
      if (test::fast_math) continue;  // an edge may move by its last bit
      CHECK(p.level(p.cell_low(k)) == k);
      CHECK(p.level(std::nextafter(p.cell_low(k + 1), 0.0)) == k);
      CHECK(p.unit_of_level(k) > p.cell_low(k));
      CHECK(p.unit_of_level(k) < p.cell_low(k + 1));
      CHECK(p.level(p.unit_of_level(k)) == k);
    }
  }
}

TEST_CASE("parameter: values of a discrete parameter keep their levels") {
  for (const parameter& p : discrete()) {
    CAPTURE(p.name());
    CAPTURE(p.low());
    CAPTURE(p.high());
    for (const std::uint64_t k : some_levels(p)) {
      const double middle = p.unit_of_level(k);
      const double value = p.natural(middle);
      CHECK(p.unit(value) == middle);
      CHECK(p.snap(middle) == middle);
      if (k > 0) CHECK(p.natural(p.unit_of_level(k - 1)) < value);
    }
  }
}

TEST_CASE("parameter: integers up to 2^53 stay integers within the bounds") {
  if (test::fast_math) return;  // accuracy is promised to fewer digits
  // There are more of them than coordinates, so not each can be reached; but none lies outside, and values come back.
  for (const parameter& p :
       {integer_of({.low = -two_to_53, .high = two_to_53}), integer_of({.low = 1, .high = two_to_53}),
        integer_of({.low = 1, .high = two_to_53, .scale = knobless::scaling::log}),
        integer_of({.low = -two_to_53, .high = two_to_53 - 1, .step = 3}),
        integer_of({.low = two_to_53 - 3, .high = two_to_53}), integer_of({.low = 0, .high = two_to_53}),
        integer_of({.low = 1, .high = two_to_53 / 4, .scale = knobless::scaling::log}),
        integer_of({.low = 1000, .high = two_to_53 / 32, .scale = knobless::scaling::log}),
        integer_of({.low = two_to_53 / 2, .high = two_to_53, .scale = knobless::scaling::log}),
        integer_of({.low = two_to_53 - 1000000000, .high = two_to_53 - 1, .scale = knobless::scaling::log}),
        integer_of({.low = two_to_53 - 3, .high = two_to_53, .scale = knobless::scaling::log})}) {
    CAPTURE(p.low());
    CHECK(p.natural(0.0) == p.low());
    CHECK(p.natural(1.0) == p.high());
    for (const double u : some_units()) {
      const double value = p.natural(u);
      CHECK(value >= p.low());
      CHECK(value <= p.high());
      CHECK(std::floor(value) == value);
      CHECK(p.natural(p.snap(u)) == value);
      CHECK(p.natural(p.unit(value)) == value);
      CHECK(p.snap(p.snap(u)) == p.snap(u));
      CHECK(p.unit(value) == p.snap(u));
    }
  }
}

TEST_CASE("parameter: each integer comes back from its coordinate while coordinates can tell neighbours apart") {
  knobless::random_stream rng(4);
  for (const parameter& p :
       {integer_of({.low = 0, .high = two_to_53 / 2 - 1}),
        integer_of({.low = -two_to_53 / 4, .high = two_to_53 / 4 - 1}),
        integer_of({.low = 1, .high = two_to_53 / 512, .scale = knobless::scaling::log}),
        integer_of({.low = two_to_53 / 1024, .high = two_to_53 / 512, .scale = knobless::scaling::log}),
        integer_of({.low = two_to_53 - 3, .high = two_to_53}),
        integer_of({.low = two_to_53 - 3, .high = two_to_53, .scale = knobless::scaling::log}),
        integer_of({.low = two_to_53 - 1000000, .high = two_to_53, .scale = knobless::scaling::log}),
        integer_of({.low = (std::int64_t{1} << 47U) + 1,
        .high = (std::int64_t{1} << 47U) + 9,
        .scale = knobless::scaling::log})}) {
    CAPTURE(p.low());
    CAPTURE(p.high());
    for (int i = 0; i < 2000; ++i) {
      const std::uint64_t level = i < 4 ? p.levels() - 1 - static_cast<std::uint64_t>(i) : rng.below(p.levels());
      const double value = p.low() + static_cast<double>(level);
      CHECK(p.natural(p.unit(value)) == value);
      CHECK(p.level(p.unit_of_level(level)) == level);
    }
  }
}

TEST_CASE("parameter: ordinals of huge and of neighbouring values have a cell each") {
  if (test::fast_math) return;  // accuracy is promised to fewer digits
  const double huge = 1.7e308;
  const double next = std::nextafter(1.0, 2.0);
  for (const parameter& p :
       {ordinal_of({-huge, 0.0, huge}, scaling::linear), ordinal_of({-huge, 1.6e308, huge}, scaling::linear),
        ordinal_of({1.5e308, 1.6e308, huge}, scaling::linear), ordinal_of({1e-320, 1.0, huge}, knobless::scaling::log),
        ordinal_of({1.0, next, 2.0}, scaling::linear),
        ordinal_of({1.0, next, std::nextafter(next, 2.0)}, scaling::linear),
        ordinal_of({1.0, next, 2.0}, knobless::scaling::log), ordinal_of({0.0, 5e-324, 1.0}, scaling::linear),
        ordinal_of({-1.0, -5e-324, 0.0, 5e-324, huge}, scaling::linear),
        ordinal_of({1e15, 1e15 + 0.125, 1e15 + 1.0}, knobless::scaling::log)}) {
    CAPTURE(p.unit_of_level(1));
    double before = 0.0;
    for (std::uint64_t level = 0; level < p.levels(); ++level) {
      CAPTURE(level);
      CHECK(p.cell_low(level + 1) - p.cell_low(level) >= 1e-7);
      CHECK(p.level(p.unit_of_level(level)) == level);
      CHECK(p.unit_of_level(level) > before);
      before = p.unit_of_level(level);
    }
    CHECK(p.cell_low(0) == 0.0);
    CHECK(p.cell_low(p.levels()) == 1.0);
  }
  // Where nothing overflows and nothing is too close, the shares are those of the scale.
  const parameter wide = ordinal_of({-huge, 0.0, huge}, scaling::linear);
  CHECK(wide.cell_low(1) == doctest::Approx(1.0 / 3));
}

TEST_CASE("parameter: the value nearest to a number is one of the parameter's") {
  const parameter p = real_of({.low = 0.5, .high = 5.5, .step = 1.0});
  CHECK(p.nearest(1.5) == 1.5);
  CHECK(p.nearest(1.9) == 1.5);
  CHECK(p.nearest(2.1) == 2.5);
}

TEST_CASE("parameter: steps and how many values they make") {
  const parameter tenths = real_of({.low = 0.0, .high = 1.0, .step = 0.1});
  CHECK(tenths.levels() == 11);
  CHECK(tenths.natural(1.0) == 1.0);
  CHECK(tenths.natural(tenths.unit_of_level(3)) == doctest::Approx(0.3).epsilon(1e-15));
  CHECK(real_of({.low = 0.0, .high = 0.3, .step = 0.1}).levels() == 4);
  CHECK(real_of({.low = 0.0, .high = 0.3, .step = 0.1}).natural(1.0) == 0.3);
  CHECK(real_of({.low = -1.0, .high = 1.0, .step = 0.3}).levels() == 7);
  CHECK(real_of({.low = -1.0, .high = 1.0, .step = 0.3}).natural(1.0) == doctest::Approx(0.8).epsilon(1e-15));
  CHECK(integer_of({.low = -5, .high = 12, .step = 4}).levels() == 5);
  CHECK(integer_of({.low = -5, .high = 12, .step = 4}).natural(1.0) == 11.0);
  CHECK(integer_of({.low = -5, .high = 12}).levels() == 18);
  // What a step does not reach is given to its nearest value.
  const parameter fours = integer_of({.low = 0, .high = 9, .step = 4});
  CHECK(fours.natural(fours.unit(1.0)) == 0.0);
  CHECK(fours.natural(fours.unit(3.0)) == 4.0);
  CHECK(fours.natural(fours.unit(9.0)) == 8.0);
}

TEST_CASE("parameter: a step that divides the range in decimals reaches the upper bound") {
  // None of these numbers is exact in binary.
  for (const double unit : {0.1, 0.01, 0.001, 0.3, 1e-7})
    for (int from = -30; from <= 30; from += 3)
      for (int count = 1; count <= 40; ++count) {
        const parameter p = real_of({.low = from * unit, .high = (from + count) * unit, .step = unit});
        CHECK(p.levels() == static_cast<std::uint64_t>(count) + 1);
        CHECK(p.natural(1.0) == doctest::Approx((from + count) * unit));
      }
}

TEST_CASE("parameter: cells are as wide as a level's share of the scale") {
  const auto width = [](const parameter& p, std::uint64_t k) { return p.cell_low(k + 1) - p.cell_low(k); };
  const parameter five = categorical_of(5);
  for (std::uint64_t k = 0; k < 5; ++k) CHECK(width(five, k) == doctest::Approx(0.2).epsilon(1e-14));
  // On the log scale a value owns what rounds to it.
  const parameter widths = integer_of({.low = 2, .high = 128, .scale = knobless::scaling::log});
  for (std::uint64_t k = 0; k < 127; ++k) {
    const double value = 2.0 + static_cast<double>(k);
    CHECK(width(widths, k) ==
          doctest::Approx(std::log((value + 0.5) / (value - 0.5)) / std::log(128.5 / 1.5)).epsilon(1e-9));
  }
  // Between unequal neighbours the bound is halfway.
  const parameter uneven = ordinal_of({1.0, 2.0, 10.0}, scaling::linear);
  CHECK(width(uneven, 0) == doctest::Approx(1.0 / 13.5));
  CHECK(width(uneven, 1) == doctest::Approx(4.5 / 13.5));
  CHECK(width(uneven, 2) == doctest::Approx(8.0 / 13.5));
  const parameter decades = ordinal_of({0.001, 0.01, 0.1, 1.0}, knobless::scaling::log);
  for (std::uint64_t k = 0; k < 4; ++k) CHECK(width(decades, k) == doctest::Approx(0.25).epsilon(1e-12));
  // Without positions neighbours are equally far apart.
  const parameter even = parameter::ordinal("o", {"a", "b", "c"}).value();
  for (std::uint64_t k = 0; k < 3; ++k) CHECK(width(even, k) == doctest::Approx(1.0 / 3.0));
}

TEST_CASE("parameter: values beyond the bounds get coordinates beyond the unit interval, on the same scale") {
  const parameter line = real_of({.low = 1.0, .high = 3.0});
  CHECK(line.unit(0.0) == -0.5);
  CHECK(line.unit(5.0) == 2.0);
  const parameter curve = real_of({.low = 0.01, .high = 1.0, .scale = knobless::scaling::log});
  CHECK(curve.unit(1e-4) == doctest::Approx(-1.0).epsilon(1e-12));
  CHECK(curve.unit(100.0) == doctest::Approx(2.0).epsilon(1e-12));
  CHECK_FALSE(elementary::is_finite(curve.unit(0.0)));
  CHECK_FALSE(elementary::is_finite(curve.unit(-1.0)));

  const parameter whole = integer_of({.low = 2, .high = 5});
  CHECK(whole.unit(1.0) == doctest::Approx(-0.125));
  CHECK(whole.unit(6.0) == doctest::Approx(1.125));
  const parameter widths = integer_of({.low = 4, .high = 64, .scale = knobless::scaling::log});
  double last = -1e300;
  for (int k = 1; k < 300; ++k) {
    const double u = widths.unit(k);
    CHECK(u > last);
    CHECK((u < 0.0) == (k < 4));
    CHECK((u > 1.0) == (k > 64));
    last = u;
  }
  CHECK_FALSE(elementary::is_finite(widths.unit(0.0)));
  CHECK_FALSE(elementary::is_finite(categorical_of(3).unit(3.0)));
  CHECK_FALSE(elementary::is_finite(categorical_of(3).unit(-1.0)));
}

TEST_CASE("parameter: what lies outside the bounds gets a coordinate outside, however near it lies") {
  // Told trials are within a space exactly when their coordinates are.
  std::vector<parameter> all = continuous();
  for (parameter& p : discrete())
    if (p.kind() == parameter_kind::real || p.kind() == parameter_kind::integer) all.push_back(std::move(p));
  all.push_back(integer_of({.low = 0, .high = 8, .step = 4}));
  all.push_back(real_of({.low = 4.0, .high = 6.0, .step = 1e300}));
  for (const parameter& p : all) {
    CAPTURE(p.low());
    CAPTURE(p.high());
    double below = p.low();
    double above = p.high();
    for (int i = 0; i < 60; ++i) {
      below = i == 0 ? std::nextafter(below, -1e308) : below - std::ldexp(std::abs(p.low()) + 1e-300, i - 50);
      above = i == 0 ? std::nextafter(above, 1e308) : above + std::ldexp(std::abs(p.high()) + 1e-300, i - 50);
      if (below < p.low()) CHECK(p.unit(below) < 0.0);
      if (above > p.high() && p.low() < p.high()) CHECK(p.unit(above) > 1.0);
    }
  }
}

TEST_CASE("parameter: what kind it is") {
  CHECK(real_of({}).kind() == parameter_kind::real);
  CHECK(integer_of({}).kind() == parameter_kind::integer);
  CHECK(categorical_of(2).kind() == parameter_kind::categorical);
  CHECK(ordinal_of({1.0, 2.0}, scaling::linear).kind() == parameter_kind::ordinal);
  CHECK(real_of({}).numeric());
  CHECK(integer_of({}).numeric());
  CHECK_FALSE(categorical_of(2).numeric());
  CHECK(ordinal_of({1.0, 2.0}, scaling::linear).numeric());
  CHECK(categorical_of(2).labels() == std::vector<std::string>{"c0", "c1"});
  CHECK(categorical_of(4).natural(0.6) == 2.0);
}

TEST_CASE("parameter: copies under another name and condition leave the original alone") {
  const parameter p = real_of({.low = 1.0, .high = 2.0});
  CHECK(p.parent() == parameter::no_parent);
  const parameter q = p.renamed("sub.x").when(3, 0b101U);
  CHECK(p.name() == "x");
  CHECK(p.parent() == parameter::no_parent);
  CHECK(q.name() == "sub.x");
  CHECK(q.parent() == 3);
  CHECK(q.parent_levels() == 0b101U);
  CHECK(q.natural(0.5) == 1.5);
}

TEST_CASE("parameter: what can't be searched is refused in a sentence with what was given and what is allowed") {
  const auto refused = [](const result<parameter>& made, const std::string& given, const std::string& allowed) {
    REQUIRE_FALSE(made);
    CHECK(made.error().code == error_code::invalid_space);
    CAPTURE(made.error().message());
    CHECK(test::says(made.error().where, "\"p\""));
    CHECK(test::says(made.error().what, given));
    CHECK(test::says(made.error().what, allowed));
  };
  const double huge = std::numeric_limits<double>::max();
  refused(parameter::real("p", {.low = 2.0, .high = 1.0}), "low = 2, high = 1", "low must not be above high");
  refused(parameter::real("p", {.low = test::nan, .high = 1.0}), "nan", "finite");
  refused(parameter::real("p", {.low = 0.0, .high = test::nan}), "nan", "finite");
  refused(parameter::real("p", {.low = 0.0, .high = test::infinity}), "inf", "finite");
  refused(parameter::real("p", {.low = -huge, .high = huge}), "1.7976931348623157e+308", "distance must be finite");
  refused(parameter::real("p", {.low = 0.0, .high = 1.0, .scale = knobless::scaling::log}), "low = 0",
          "above 0 on the log scale");
  refused(parameter::real("p", {.low = -1.0, .high = 1.0, .scale = knobless::scaling::log}), "low = -1",
          "above 0 on the log scale");
  refused(parameter::real("p", {.step = -0.1}), "step = -0.1", "0 (continuous) or above");
  refused(parameter::real("p", {.step = test::nan}), "step = nan", "0 (continuous) or above");
  refused(parameter::real("p", {.step = test::infinity}), "step = inf", "0 (continuous) or above");
  refused(parameter::real("p", {.low = 0.1, .high = 1.0, .scale = knobless::scaling::log, .step = 0.1}), "step = 0.1",
          "linear scale");
  refused(parameter::real("p", {.low = 0.0, .high = 1e9, .step = 1e-9}), "2^53", "too small");
  refused(parameter::integer("p", {.low = 5, .high = 4}), "low = 5, high = 4", "low must not be above high");
  refused(parameter::integer("p", {.low = 0, .high = two_to_53 + 1}), "high = 9007199254740993", "2^53");
  refused(parameter::integer("p", {.low = std::numeric_limits<std::int64_t>::min(), .high = 0}),
          "low = -9223372036854775808", "2^53");
  refused(parameter::integer("p", {.low = 0, .high = 4, .scale = knobless::scaling::log}), "low = 0",
          "at least 1 on the log scale");
  refused(parameter::integer("p", {.low = 0, .high = 4, .step = 0}), "step = 0", "at least 1");
  refused(parameter::integer("p", {.low = 0, .high = 4, .step = -2}), "step = -2", "at least 1");
  refused(parameter::integer("p", {.low = 1, .high = 4, .scale = knobless::scaling::log, .step = 2}), "step = 2",
          "linear scale");
  refused(parameter::categorical("p", {}), "no values", "at least one");
  refused(parameter::ordinal("p", {}), "no values", "at least one");
  refused(parameter::ordinal("p", {"a", "b"}, {1.0}), "1 positions", "2 values");
  refused(parameter::ordinal("p", {"a", "b"}, {2.0, 1.0}), "", "strictly increasing");
  refused(parameter::ordinal("p", {"a", "b"}, {1.0, 1.0}), "", "strictly increasing");
  refused(parameter::ordinal("p", {"a", "b"}, {1.0, test::nan}), "", "finite");
  refused(parameter::ordinal("p", {"a", "b"}, {1.0, test::infinity}), "", "finite");
  refused(parameter::ordinal("p", {"a", "b"}, {0.0, 1.0}, knobless::scaling::log), "value 0",
          "above 0 on the log scale");
}

TEST_CASE("parameter: two values with one label can't be told apart, so they are refused") {
  CHECK_FALSE(parameter::categorical("p", {"a", "b", "a"}));
  CHECK_FALSE(parameter::ordinal("p", {"a", "a"}));
}
