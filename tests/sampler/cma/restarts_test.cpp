#include <knobless/sampler/cma/restarts.hpp>

#include "support.hpp"

using namespace knobless;
namespace cma = detail::cma;

TEST_CASE("cma restarts: the populations of large runs double") {
  cma::restarts plan;
  knobless::random_stream rng(1);
  std::size_t expected = 20;
  // Large runs that cost nothing: there is never a turn for a small one.
  for (int i = 0; i < 5; ++i, expected *= 2) {
    const cma::run_plan run = plan.next(0, 10, rng);
    CHECK(run.population == expected);
    CHECK(run.sigma_factor == 1.0);
    CHECK(run.generations == 0);
  }
}

TEST_CASE("cma restarts: small runs come until they have had as many evaluations as the large ones") {
  cma::restarts plan;
  knobless::random_stream rng(1);
  CHECK(plan.next(5000, 10, rng).population == 20);  // the evaluations of the first run count for neither kind
  CHECK(plan.next(1000, 10, rng).generations > 0);   // small: the large ones have had 1000, the small ones none
  CHECK(plan.next(400, 10, rng).generations > 0);    // 400
  CHECK(plan.next(599, 10, rng).generations > 0);    // 999
  const cma::run_plan large = plan.next(1, 10, rng);
  CHECK(large.generations == 0);
  CHECK(large.population == 40);
}

TEST_CASE(
    "cma restarts: small runs have populations and steps of many sizes, and half of the large ones' evaluations") {
  std::size_t least = 1000000;
  std::size_t most = 0;
  double shortest = 1.0;
  double longest = 0.0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    cma::restarts plan;
    knobless::random_stream rng(seed);
    for (int i = 0; i < 6; ++i) (void)plan.next(0, 10, rng);  // the population doubled up to 640
    const cma::run_plan run = plan.next(50000, 10, rng);
    least = (std::min)(least, run.population);
    most = (std::max)(most, run.population);
    shortest = (std::min)(shortest, run.sigma_factor);
    longest = (std::max)(longest, run.sigma_factor);
    CHECK(run.generations == 25000 / run.population + 1);
  }
  // From the smallest to half of the large population, with steps of a hundredth to one.
  CHECK(least >= 10);
  CHECK(least <= 11);
  CHECK(most <= 320);
  CHECK(most > 250);
  CHECK(shortest >= 0.01);
  CHECK(shortest < 0.012);
  CHECK(longest <= 1.0);
  CHECK(longest > 0.9);
}
