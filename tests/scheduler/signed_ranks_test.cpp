#include <knobless/scheduler/signed_ranks.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knobless/random.hpp>
#include <vector>

#include "../support.hpp"
#include "plain.hpp"

using namespace knobless;

namespace {

double p_of(const std::vector<double>& differences) {
  detail::signed_ranks all;
  for (const double d : differences) all.insert(d);
  return all.p();
}

// All 2^n choices of signs: the definition.
double p_by_enumeration(const std::vector<double>& differences) {
  const std::size_t n = differences.size();
  std::vector<double> rank(n);
  for (std::size_t i = 0; i < n; ++i) {
    double below = 0.0;
    double equal = 0.0;
    const double a = std::abs(differences[i]);
    for (const double other : differences) {
      if (std::abs(other) < a) below += 1.0;
      if (std::abs(other) == a) equal += 1.0;
    }
    rank[i] = below + 0.5 * (equal + 1.0);
  }
  double observed = 0.0;
  double zeros = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    if (differences[i] > 0.0) observed += rank[i];
    if (differences[i] == 0.0) zeros += 0.5 * rank[i];
  }
  double extreme = 0.0;
  double ways = 0.0;
  for (std::size_t signs = 0; signs < (std::size_t{1} << n); ++signs) {
    double sum = zeros;
    for (std::size_t i = 0; i < n; ++i)
      if (differences[i] != 0.0 && (signs >> i & 1U) != 0) sum += rank[i];
    ways += 1.0;
    if (sum >= observed + zeros - 1e-9) extreme += 1.0;
  }
  return extreme / ways;
}

}  // namespace

TEST_CASE("signed_ranks: equals the count over all choices of signs, with ties and zeros") {
  CHECK(p_of({1.0, 2.0, 3.0, 4.0}) == doctest::Approx(1.0 / 16.0));
  CHECK(p_of({-1.0, -2.0}) == doctest::Approx(1.0));
  CHECK(p_of({}) == 1.0);
  CHECK(p_of({0.0, 0.0}) == 1.0);
  knobless::random_stream rng(2);
  for (int repeat = 0; repeat < 100; ++repeat) {
    std::vector<double> d(1 + rng.below(12));
    const bool tied = rng.below(2) == 0;
    for (double& x : d) x = tied ? static_cast<double>(rng.below(7)) - 3.0 : rng.normal();
    CHECK(p_of(d) == doctest::Approx(p_by_enumeration(d)).epsilon(1e-9));
  }
}

TEST_CASE("signed_ranks: beyond 12 differences a normal distribution that is nearly exact") {
  knobless::random_stream rng(4);
  for (int repeat = 0; repeat < 20; ++repeat) {
    std::vector<double> d(15);
    for (double& x : d) x = rng.normal() + 0.3;
    CHECK(p_of(d) == doctest::Approx(p_by_enumeration(d)).epsilon(0.1));
  }
}

TEST_CASE("signed_ranks: beyond 12 differences it is neither above nor below the exact one on average") {
  // Without the correction for continuity it is 3 % below.
  knobless::random_stream rng(5);
  double sum = 0.0;
  for (int repeat = 0; repeat < 40; ++repeat) {
    std::vector<double> d(13);
    for (double& x : d) x = rng.normal() + 0.2;
    sum += std::log(p_of(d) / p_by_enumeration(d)) / 40.0;
  }
  CHECK(std::abs(sum) < 0.01);
}

TEST_CASE("signed_ranks: equals the plain test after each difference, to the bit") {
  knobless::random_stream rng(11);
  for (int repeat = 0; repeat < 60; ++repeat) {
    detail::signed_ranks all;
    std::vector<double> d;
    const std::uint64_t kinds = repeat % 3 == 0 ? 4 : repeat % 3 == 1 ? 40 : 1000000;
    for (int i = 0; i < 60; ++i) {
      d.push_back(static_cast<double>(rng.below(kinds)) - static_cast<double>(kinds / 3));
      all.insert(d.back());
      if (i >= 12 || i < 8) REQUIRE(all.p() == test::plain_signed_rank_p(d));
    }
  }
}

TEST_CASE("sorted_sizes: counts what is less, equal and greater, in any order") {
  knobless::random_stream rng(12);
  for (int order = 0; order < 3; ++order) {
    detail::sorted_sizes sizes;
    std::vector<double> known;
    std::vector<bool> positive;
    for (int i = 0; i < 300; ++i) {
      const double size = order == 0 ? i : order == 1 ? 300 - i : static_cast<double>(rng.below(50));
      const bool up = rng.below(2) == 0;
      const auto found = sizes.insert(size, up);
      std::size_t less = 0;
      std::size_t equal = 0;
      std::size_t greater_up = 0;
      for (std::size_t k = 0; k < known.size(); ++k) {
        if (known[k] < size) ++less;
        if (known[k] == size) ++equal;
        if (known[k] > size && positive[k]) ++greater_up;
      }
      REQUIRE(found.less.all == less);
      REQUIRE(found.equal.all == equal);
      REQUIRE(found.greater.positive == greater_up);
      REQUIRE(found.greater.all == known.size() - less - equal);
      known.push_back(size);
      positive.push_back(up);
    }
  }
}
