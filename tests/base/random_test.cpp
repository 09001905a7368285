#include "../support.hpp"

#include <knobless/random.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <set>

// POSIX has a function of that name.
using generator = knobless::random_stream;

static_assert(std::uniform_random_bit_generator<knobless::random_stream>);

TEST_CASE("random: Philox4x32-10 gives the known answers of the paper's authors") {
  // kat_vectors of Random123: zeros, ones, digits of pi.
  using block = std::array<std::uint32_t, 4>;
  CHECK(generator::philox({0, 0, 0, 0}, {0, 0}) == block{0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U});
  CHECK(generator::philox({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}) ==
        block{0x408f276dU, 0x41c83b0eU, 0xa20bc7c6U, 0x6d5451fdU});
  CHECK(generator::philox({0x243f6a88U, 0x85a308d3U, 0x13198a2eU, 0x03707344U}, {0xa4093822U, 0x299f31d0U}) ==
        block{0xd16cfe09U, 0x94fdcceb, 0x5001e420U, 0x24126ea1U});
}

TEST_CASE("random: a stream is the blocks of its seed and number, one after another") {
  const std::uint64_t seed = 0x123456789abcdef0U;
  const std::uint64_t stream = 0x0fedcba987654321U;
  generator rng(seed, stream);
  for (std::uint32_t i = 0; i < 5; ++i) {
    const auto block = generator::philox({i, 0, 0x87654321U, 0x0fedcba9U}, {0x9abcdef0U, 0x12345678U});
    CHECK(rng() == ((std::uint64_t{block[1]} << 32U) | block[0]));
    CHECK(rng() == ((std::uint64_t{block[3]} << 32U) | block[2]));
  }
}

TEST_CASE("random: words that fill a room are the blocks of the stream, each time from a new one") {
  generator rng(1, 2);
  (void)rng();
  std::array<std::uint32_t, 6> six{};
  rng.fill(six);
  for (std::uint32_t i = 0; i < 6; ++i) CHECK(six[i] == generator::philox({1 + i / 4, 0, 2, 0}, {1, 0})[i % 4]);
  const auto next = generator::philox({3, 0, 2, 0}, {1, 0});
  CHECK(rng() == ((std::uint64_t{next[1]} << 32U) | next[0]));
}

TEST_CASE("random: the same seed and number give the same stream, others give others") {
  std::set<std::uint64_t> first;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (std::uint64_t stream = 0; stream < 20; ++stream) {
      generator a(seed, stream);
      generator b(seed, stream);
      const std::uint64_t drawn = a();
      CHECK(drawn == b());
      first.insert(drawn);
    }
  CHECK(first.size() == 400);
  // A copy goes on where the original was.
  generator a(3, 4);
  a();
  generator b = a;
  for (int i = 0; i < 7; ++i) CHECK(a() == b());
}

// The statistics below are standard normal for a sound generator. Bounds of 4.5 would reject it once in 150 000 tests;
// the seeds are fixed, so they never do. What the tests would find is said with each.

TEST_CASE("random: uniform numbers are uniform") {
  // A shift of the mean by 0.0052, of the variance by 0.0021, or an excess of a quarter in one of 256 cells, is found.
  constexpr int n = 100000;
  generator rng(11);
  std::vector<std::size_t> cells(256);
  double sum = 0.0;
  double squares = 0.0;
  double serial = 0.0;
  double last = 0.5;
  for (int i = 0; i < n; ++i) {
    const double u = rng.uniform();
    REQUIRE(u >= 0.0);
    REQUIRE(u < 1.0);
    REQUIRE(std::floor(u * 0x1p53) == u * 0x1p53);
    ++cells[static_cast<std::size_t>(u * 256.0)];
    sum += u - 0.5;
    squares += (u - 0.5) * (u - 0.5);
    serial += (u - 0.5) * (last - 0.5);
    last = u;
  }
  const double root = std::sqrt(static_cast<double>(n));
  CHECK(std::abs(sum / root) * std::sqrt(12.0) < 4.5);
  CHECK(std::abs(squares / n - 1.0 / 12.0) * root * std::sqrt(180.0) < 4.5);
  CHECK(std::abs(serial / root) * 12.0 < 4.5);
  CHECK(std::abs(test::chi_square_z(cells)) < 4.5);
}

TEST_CASE("random: all 64 bits are fair") {
  // A bit set in 51 % of the draws is found.
  constexpr int n = 200000;
  generator rng(12);
  std::array<int, 64> set{};
  for (int i = 0; i < n; ++i) {
    const std::uint64_t drawn = rng();
    for (unsigned bit = 0; bit < 64; ++bit) set[bit] += static_cast<int>((drawn >> bit) & 1U);
  }
  for (const int s : set) CHECK(std::abs(s - n / 2) < 4.5 * 0.5 * std::sqrt(static_cast<double>(n)));
}

TEST_CASE("random: neighbouring streams and seeds are independent") {
  // Each trial draws from the stream of its number: the first draws of neighbours must not follow each other. A
  // correlation of 0.02 is found.
  constexpr int n = 50000;
  for (const bool by_seed : {false, true}) {
    std::vector<std::size_t> cells(256);
    double serial = 0.0;
    double last = 0.5;
    for (std::uint64_t i = 0; i < n; ++i) {
      generator rng(by_seed ? i : 5, by_seed ? 5 : i);
      const double u = rng.uniform();
      ++cells[static_cast<std::size_t>(u * 256.0)];
      serial += (u - 0.5) * (last - 0.5);
      last = u;
    }
    CHECK(std::abs(serial) * 12.0 / std::sqrt(static_cast<double>(n)) < 4.5);
    CHECK(std::abs(test::chi_square_z(cells)) < 4.5);
  }
}

TEST_CASE("random: open uniform numbers are never 0 or 1") {
  generator rng(13);
  double lowest = 1.0;
  double highest = 0.0;
  double sum = 0.0;
  for (int i = 0; i < 100000; ++i) {
    const double u = rng.uniform_open();
    lowest = std::min(lowest, u);
    highest = std::max(highest, u);
    sum += u;
  }
  CHECK(lowest > 0.0);
  CHECK(highest < 1.0);
  CHECK(std::abs(sum / 1e5 - 0.5) < 0.0042);
}

TEST_CASE("random: normal numbers are normal") {
  // Mean, variance and skewness to 4.5 standard errors, and the Kolmogorov distance: a shift of 0.02 is found.
  constexpr int n = 50000;
  generator rng(14);
  std::vector<double> drawn(n);
  for (double& x : drawn) x = rng.normal();
  double sum = 0.0;
  double squares = 0.0;
  double cubes = 0.0;
  for (const double x : drawn) {
    sum += x;
    squares += x * x;
    cubes += x * x * x;
  }
  const double root = std::sqrt(static_cast<double>(n));
  CHECK(std::abs(sum) / root < 4.5);
  CHECK(std::abs(squares / n - 1.0) * root / std::sqrt(2.0) < 4.5);
  CHECK(std::abs(cubes) / root / std::sqrt(15.0) < 4.5);
  std::sort(drawn.begin(), drawn.end());
  double distance = 0.0;
  for (int i = 0; i < n; ++i)
    distance = std::max(distance,
                        std::abs(knobless::elementary::normal_cdf(drawn[static_cast<std::size_t>(i)]) - (i + 0.5) / n));
  CHECK(distance * root < 2.2);  // the 99.99 % quantile of Kolmogorov's distribution
}

TEST_CASE("random: below is in range and without bias") {
  generator rng(15);
  CHECK(rng.below(0) == 0);
  CHECK(rng.below(1) == 0);
  for (const std::uint64_t n : {2U, 3U, 7U, 10U, 64U, 100U}) {
    std::vector<std::size_t> counts(n);
    for (int i = 0; i < 20000; ++i) {
      const std::uint64_t drawn = rng.below(n);
      REQUIRE(drawn < n);
      ++counts[drawn];
    }
    CHECK(test::chi_square_z(counts) < 4.5);
  }
  // Of three quarters of all 64-bit numbers a plain remainder would give the first third half of the time.
  const std::uint64_t n = std::uint64_t{3} << 62U;
  int low = 0;
  for (int i = 0; i < 30000; ++i) low += rng.below(n) < (std::uint64_t{1} << 62U) ? 1 : 0;
  CHECK(std::abs(low - 10000) < 4.5 * std::sqrt(30000.0 * 2.0 / 9.0));
  for (int i = 0; i < 100; ++i) CHECK(rng.below(~std::uint64_t{0}) != ~std::uint64_t{0});
}
