#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knobless/base/elementary.hpp>
#include <knobless/model/output_transform.hpp>
#include <knobless/random.hpp>
#include <limits>
#include <vector>

using knobless::detail::output_transform;

namespace {

// Values of many kinds: normal, heavy-tailed, huge and tiny, with ties, few or many.
std::vector<double> values_of(std::uint64_t seed) {
  knobless::random_stream rng(seed, 17);
  const std::size_t n = 1 + static_cast<std::size_t>(rng.below(40));
  const auto kind = rng.below(7);
  std::vector<double> v(n);
  for (double& x : v) {
    x = rng.normal();
    if (kind == 1) x = x * x * x / (1e-3 + rng.uniform());
    if (kind == 2) x *= 1e300;
    if (kind == 3) x = std::floor(2.0 * x);
    if (kind == 4) x = 1e6 + 1e-9 * x;
    if (kind == 5) x = rng.below(4) == 0 ? (x < 0.0 ? -1e300 : 1e300) : x;
    if (kind == 6) x *= 1e-300;
  }
  return v;
}

}  // namespace

TEST_CASE("output_transform: finite and monotone, at the values, between them and beyond") {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    std::vector<double> v = values_of(seed);
    const output_transform transform(v);
    std::sort(v.begin(), v.end());
    std::vector<double> at = v;
    for (std::size_t i = 0; i + 1 < v.size(); ++i) at.push_back(v[i] / 2 + v[i + 1] / 2);
    for (const double x : {1e-3, 1.0, 1e3, 1e300, (std::numeric_limits<double>::max)()})
      if (x > v.back()) at.push_back(x);
    std::sort(at.begin(), at.end());
    double last = transform(at.front());
    // There a formula may be rounded one way here and another way there.
    const double slack = test::fast_math ? 1e-13 : 0.0;
    CAPTURE(seed);
    for (const double x : at) {
      const double y = transform(x);
      CHECK(knobless::elementary::is_finite(y));
      CHECK(y >= last - slack);
      last = y;
    }
  }
}

TEST_CASE("output_transform: different good values stay different") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    knobless::random_stream rng(seed);
    std::vector<double> v(2 + static_cast<std::size_t>(rng.below(30)));
    for (double& x : v) x = rng.normal();
    const output_transform transform(v);
    std::sort(v.begin(), v.end());
    for (std::size_t i = 0; 2 * i + 2 < v.size(); ++i)
      if (v[i] < v[i + 1]) CHECK(transform(v[i]) < transform(v[i + 1]));
  }
}

TEST_CASE("output_transform: the good half has unit spread about the median, the bad half has a limit") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    knobless::random_stream rng(seed, 3);
    std::vector<double> v(11 + 2 * static_cast<std::size_t>(rng.below(20)));
    const double unit = std::pow(10.0, 20.0 * rng.uniform() - 10.0);
    for (double& x : v) x = unit * rng.normal();
    const output_transform transform(v);
    std::sort(v.begin(), v.end());
    CHECK(transform(v[v.size() / 2]) == 0.0);
    double sum = 0.0;
    for (std::size_t i = 0; i < v.size() / 2; ++i) sum += transform(v[i]) * transform(v[i]);
    CHECK(sum / static_cast<double>(v.size() / 2) == doctest::Approx(1.0).epsilon(1e-9));
    // However bad: not far beyond what an ordinary bad value gets.
    CHECK(transform(1e300) < 10.0);
    CHECK(transform((std::numeric_limits<double>::max)()) >= transform(v.back()));
  }
}

TEST_CASE("output_transform: one outlier among the bad values changes nothing for the others") {
  std::vector<double> v{0.0, 0.1, 0.4, 0.5, 0.7, 0.9, 1.0};
  const output_transform before(v);
  for (const double worst : {2.0, 1e6, 1e300}) {
    v.back() = worst;
    const output_transform after(v);
    for (const double x : {0.0, 0.1, 0.4, 0.5, 0.7, 0.9}) CHECK(after(x) == before(x));
  }
}

TEST_CASE("output_transform: a wall that half of the trials hit does not hide what the others say") {
  for (const double wall : {4.0, 1e6, 1e300}) {
    const output_transform transform(std::vector<double>{1.0, 2.0, 3.0, wall, wall, wall});
    CHECK(transform(1.0) < transform(2.0) - 0.1);
    CHECK(transform(2.0) < transform(3.0) - 0.1);
    CHECK(transform(3.0) < transform(wall) - 0.1);
  }
}

TEST_CASE("output_transform: the scale does not count either where most values are the least") {
  for (const double unit : {1e-12, 1.0, 1e12}) {
    const output_transform transform(std::vector<double>{0.0, 0.0, 0.0, unit, 2.0 * unit});
    CAPTURE(unit);
    CHECK(transform(unit) > transform(0.0) + 0.1);
    CHECK(transform(2.0 * unit) > transform(unit) + 0.05);
    CHECK(transform(unit) == doctest::Approx(output_transform({0.0, 0.0, 0.0, 1.0, 2.0})(1.0)));
  }
}

TEST_CASE("output_transform: the scale and the origin of the values do not count") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    knobless::random_stream rng(seed, 5);
    std::vector<double> v(3 + static_cast<std::size_t>(rng.below(30)));
    for (double& x : v) x = rng.normal();
    const output_transform plain(v);
    for (const double factor : {0x1p-40, 0x1p60, 1e-12, 1e12, 1e290})
      for (const double shift : {0.0, 3.0, -100.0}) {
        std::vector<double> moved = v;
        for (double& x : moved) x = factor * (x + shift);
        const output_transform other(moved);
        for (std::size_t i = 0; i < v.size(); ++i) CHECK(other(moved[i]) == doctest::Approx(plain(v[i])).epsilon(1e-9));
      }
  }
}

TEST_CASE("output_transform: differences in the last digits are told apart") {
  std::vector<double> v;
  for (int i = 0; i < 20; ++i) v.push_back(1.0 + 1e-12 * i);
  const output_transform transform(v);
  for (int i = 0; i < 10; ++i)
    CHECK(transform(v[static_cast<std::size_t>(i)]) < transform(v[static_cast<std::size_t>(i + 1)]) - 0.05);
}

TEST_CASE("output_transform: the inverse undoes it below the median, and above while it is far from the limit") {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    std::vector<double> v = values_of(seed);
    const output_transform transform(v);
    std::sort(v.begin(), v.end());
    const double middle = v[(v.size() - 1) / 2];
    const double size = (std::max)(std::abs(v.front()), std::abs(v[v.size() / 2]));
    CAPTURE(seed);
    for (const double x : v)
      if (x <= middle) CHECK(std::abs(transform.inverse(transform(x)) / 2 - x / 2) <= 1e-12 * size);
  }
  const output_transform transform(std::vector<double>{-2.0, -1.0, 0.0, 1.0, 2.0});
  for (double x = -9.0; x < 20.0; x += 0.1) CHECK(transform.inverse(transform(x)) == doctest::Approx(x).epsilon(1e-9));
  double last = -1e300;
  for (double y = -5.0; y < 5.0; y += 0.01) {
    CHECK(transform.inverse(y) >= last);
    last = transform.inverse(y);
  }
}

TEST_CASE("output_transform: one value, equal values, two values, and the largest numbers there are") {
  // -ffast-math may take a sum of quarters for a quarter of a sum, and knows no subnormal numbers.
  constexpr double huge = test::fast_math ? 1e300 : (std::numeric_limits<double>::max)();
  constexpr double tiny = test::fast_math ? 1e-300 : 5e-324;
  for (const double x : {0.0, 1.0, -1e300, 1e300, huge, -huge, tiny})
    for (const std::size_t n : {1U, 2U, 3U, 200U}) {
      const output_transform transform(std::vector<double>(n, x));
      CHECK(transform(x) == 0.0);
      CHECK(transform.inverse(0.0) == doctest::Approx(x).epsilon(1e-12));
      CHECK(knobless::elementary::is_finite(transform(huge)));
    }
  const output_transform two(std::vector<double>{3.0, 1.0});
  CHECK(two(1.0) < two(3.0));
  const output_transform ends(std::vector<double>{-huge, huge, 0.0, -huge, huge});
  CHECK(ends(-huge) < ends(0.0));
  CHECK(ends(0.0) < ends(huge));
  CHECK(knobless::elementary::is_finite(ends(huge)));
  CHECK(knobless::elementary::is_finite(ends(-huge)));
}

TEST_CASE("output_transform: linear up to a knee that is given") {
  const output_transform transform({0.0, 1.0, 2.0, 3.0, 100.0}, 3.0);
  CHECK(transform(3.0) == 0.0);
  CHECK(transform(2.0) - transform(1.0) == doctest::Approx(transform(1.0) - transform(0.0)));
  CHECK(transform(100.0) < 2.0);
  CHECK(transform.inverse(transform(1.0)) == doctest::Approx(1.0));
  // All of them equal, and all above.
  CHECK(output_transform({5.0, 5.0}, 5.0)(5.0) == 0.0);
  CHECK(output_transform({5.0, 7.0}, 5.0)(7.0) > 0.0);
}
