#include "../support.hpp"

#include <knobless/base/elementary.hpp>

#include <algorithm>
#include <limits>

using namespace knobless;

namespace {

constexpr double promised = test::fast_math ? 1e-13 : 1e-15;

double relative(double got, long double wanted) {
  return static_cast<double>(std::abs((static_cast<long double>(got) - wanted) / wanted));
}

}  // namespace

TEST_CASE("elementary: finite, infinite and NaN are told apart by their bits") {
  using limits = std::numeric_limits<double>;
  for (const double x : {0.0, -0.0, 1.0, -1.0, limits::max(), limits::lowest(), limits::min(), limits::denorm_min()}) {
    CHECK(elementary::is_finite(x));
    CHECK_FALSE(elementary::is_nan(x));
  }
  for (const std::uint64_t sign : {std::uint64_t{0}, std::uint64_t{1} << 63U}) {
    const auto infinite = std::bit_cast<double>(sign | 0x7ff0000000000000U);
    CHECK_FALSE(elementary::is_finite(infinite));
    CHECK_FALSE(elementary::is_nan(infinite));
    for (const std::uint64_t payload :
         {std::uint64_t{1}, std::uint64_t{0x8000000000000U}, std::uint64_t{0xfffffffffffffU}}) {
      const auto nan = std::bit_cast<double>(sign | 0x7ff0000000000000U | payload);
      CHECK_FALSE(elementary::is_finite(nan));
      CHECK(elementary::is_nan(nan));
    }
  }
}

TEST_CASE("elementary: exp keeps its promised accuracy over the whole range") {
  double worst = 0.0;
  for (int i = 0; i <= 40000; ++i) {
    const double x = std::min(-708.0 + 1417.0 * i / 40000.0, 709.0);
    worst = std::max(worst, relative(elementary::exp(x), std::exp(static_cast<long double>(x))));
  }
  for (int i = -20000; i <= 20000; ++i) {
    const double x = i * 1e-4;
    worst = std::max(worst, relative(elementary::exp(x), std::exp(static_cast<long double>(x))));
  }
  CHECK(worst < promised);
}

TEST_CASE("elementary: exp at its ends") {
  CHECK(elementary::exp(0.0) == 1.0);
  CHECK(elementary::exp(-0.0) == 1.0);
  CHECK(elementary::exp(-708.0) > 0.0);
  CHECK(elementary::exp(-708.0000001) == 0.0);
  CHECK(elementary::exp(-1e300) == 0.0);
  CHECK(elementary::exp(709.0) < std::numeric_limits<double>::max());
  CHECK(elementary::exp(709.0000001) == std::numeric_limits<double>::max());
  CHECK(elementary::exp(1e300) == std::numeric_limits<double>::max());
}

TEST_CASE("elementary: log keeps its promised accuracy over all normal numbers, subnormal ones, and near 1") {
  double worst = 0.0;
  const auto look = [&](double x) {
    worst = std::max(worst, relative(elementary::log(x), std::log(static_cast<long double>(x))));
  };
  for (int e = test::fast_math ? -1022 : -1074; e <= 1023; ++e)
    for (int i = 0; i < 16; ++i) look(std::ldexp(1.0 + (i + 0.37) / 16.0, e));
  for (int k = 1; k <= 52; ++k) {
    look(1.0 + std::ldexp(1.0, -k));
    look(1.0 - std::ldexp(1.0, -k));
  }
  // Where the reduction changes sides.
  double x = 1.41421356237309504880;
  for (int i = 0; i < 20; ++i) x = std::nextafter(x, 0.0);
  for (int i = 0; i < 40; ++i, x = std::nextafter(x, 2.0)) look(x);
  CHECK(worst < promised);
  CHECK(elementary::log(1.0) == 0.0);
}

TEST_CASE("elementary: log of what has none is the lowest number") {
  for (const double x : {0.0, -0.0, -1.0, -1e300}) CHECK(elementary::log(x) == std::numeric_limits<double>::lowest());
}

TEST_CASE("elementary: log and exp are increasing and undo each other") {
  double last_log = std::numeric_limits<double>::lowest();
  double worst = 0.0;
  for (int i = 0; i < 30000; ++i) {
    const double x = std::ldexp(1.0 + (i % 30) / 30.0, i / 30 - 500);
    const double l = elementary::log(x);
    CHECK(l > last_log);
    last_log = l;
    // One rounding of the logarithm is worth |log x| roundings of x.
    worst = std::max(worst, relative(elementary::exp(l), x) / (1.0 + std::abs(l)));
  }
  CHECK(worst < promised);
}

TEST_CASE("elementary: the normal distribution function") {
  double worst = 0.0;
  double worst_tail = 0.0;
  double last = -1.0;
  for (int i = 0; i <= 40000; ++i) {
    // At -37.6 the value is subnormal.
    const double x = (-37.6 + 75.2 * i / 40000.0) * (test::fast_math ? 0.99 : 1.0);
    const double p = elementary::normal_cdf(x);
    const long double wanted = 0.5L * std::erfc(-static_cast<long double>(x) / std::sqrt(2.0L));
    worst = std::max(worst, static_cast<double>(std::abs(static_cast<long double>(p) - wanted)));
    if (x < 0.0) worst_tail = std::max(worst_tail, relative(p, wanted));
    CHECK(p >= last);
    last = p;
  }
  CHECK(worst < 1e-14);
  CHECK(worst_tail < 1e-10);
  CHECK(elementary::normal_cdf(0.0) == doctest::Approx(0.5).epsilon(1e-15));
  CHECK(elementary::normal_cdf(-40.0) == 0.0);
  CHECK(elementary::normal_cdf(40.0) == 1.0);
}

TEST_CASE("elementary: the normal quantile has known values") {
  // Tabled to 16 digits, one in each branch of the approximation and on both sides.
  const auto near = [](double p, double x) {
    return std::abs(elementary::normal_quantile(p) - x) <= 1e-15 * (1.0 + std::abs(x));
  };
  CHECK(elementary::normal_quantile(0.5) == 0.0);
  CHECK(near(0.75, 0.6744897501960817));
  CHECK(near(0.975, 1.9599639845400545));
  CHECK(near(0.025, -1.9599639845400545));
  CHECK(near(1e-20, -9.262340089798408));
  CHECK(near(1e-10, -6.361340902404056));
}

TEST_CASE("elementary: the normal quantile is increasing and undoes the distribution function") {
  double last = -std::numeric_limits<double>::max();
  double worst = 0.0;
  for (int i = 0; i <= 8000; ++i) {
    const double x = -37.0 + 42.0 * i / 8000.0;
    const double p = elementary::normal_cdf(x);
    const double back = elementary::normal_quantile(p);
    CHECK(back >= last);
    last = back;
    // Above 0 the rounding of p limits what can come back: an error of one rounding over the density.
    const double density = std::exp(-0.5 * x * x) / 2.5066282746310002;
    const double lost = x > 0.0 ? 1.2e-16 / density : 0.0;
    worst = std::max(worst, (std::abs(back - x) - 2.0 * lost) / (1.0 + std::abs(x)));
  }
  CHECK(worst < 1e-11);
}

TEST_CASE("elementary: the normal quantile takes what lies outside (0, 1) as the nearest inside") {
  for (const double p : {0.0, -1.0, 1e-320})
    CHECK(elementary::normal_quantile(p) == elementary::normal_quantile(1e-300));
  for (const double p : {1.0, 2.0}) {
    CHECK(elementary::is_finite(elementary::normal_quantile(p)));
    CHECK(elementary::normal_quantile(p) > 8.0);
  }
  for (int i = 1; i < 1000; ++i) {
    const double p = i / 2048.0;  // 1 - p is exact
    CHECK(elementary::normal_quantile(p) == -elementary::normal_quantile(1.0 - p));
  }
}

TEST_CASE("sine and cosine of what is within 2") {
  for (double x = -2.0; x <= 2.0; x += 0.001) {
    CHECK(std::abs(elementary::sine(x) - std::sin(x)) < 1e-15);
    CHECK(std::abs(elementary::cosine(x) - std::cos(x)) < 1e-15);
  }
  CHECK(elementary::sine(0.0) == 0.0);
  CHECK(elementary::cosine(0.0) == 1.0);
}
