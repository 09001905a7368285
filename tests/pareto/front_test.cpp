#include "support.hpp"

#include <cstddef>
#include <knobless/pareto/front.hpp>
#include <knobless/random.hpp>
#include <vector>

using namespace knobless;

namespace {

// n points of m values out of few, so that there are ties and equal points; all different if `levels` is 0.
std::vector<double> random_points(std::size_t n, std::size_t m, std::uint64_t levels, std::uint64_t seed) {
  random_stream rng(seed);
  std::vector<double> points(n * m);
  for (double& v : points) v = levels == 0 ? rng.uniform() : static_cast<double>(rng.below(levels));
  return points;
}

bool better(const std::vector<double>& points, std::size_t m, std::size_t a, std::size_t b) {
  bool strictly = false;
  for (std::size_t j = 0; j < m; ++j) {
    if (points[a * m + j] > points[b * m + j]) return false;
    strictly = strictly || points[a * m + j] < points[b * m + j];
  }
  return strictly;
}

// Peels off front after front.
std::vector<std::size_t> peeled(const std::vector<double>& points, std::size_t m) {
  const std::size_t n = points.size() / m;
  std::vector<std::size_t> rank(n, n);
  std::size_t left = n;
  for (std::size_t front = 0; left > 0; ++front) {
    std::vector<std::size_t> members;
    for (std::size_t i = 0; i < n; ++i) {
      bool dominated = rank[i] < n;
      for (std::size_t k = 0; k < n && !dominated; ++k) dominated = rank[k] == n && better(points, m, k, i);
      if (!dominated) members.push_back(i);
    }
    for (const std::size_t i : members) rank[i] = front;
    left -= members.size();
  }
  return rank;
}

}  // namespace

TEST_CASE("front: ranks are those of peeling, and the front is rank 0") {
  for (const std::size_t m : {1U, 2U, 3U, 4U, 6U})
    for (const std::uint64_t levels : {0U, 2U, 5U, 20U})
      for (const std::size_t n : {0U, 1U, 2U, 7U, 60U}) {
        const std::vector<double> points = random_points(n, m, levels, 10 * n + levels + m);
        const std::vector<std::size_t> expected = peeled(points, m);
        CAPTURE(m);
        CAPTURE(levels);
        CAPTURE(n);
        CHECK(detail::front_ranks(points, m) == expected);
        std::vector<std::size_t> first;
        for (std::size_t i = 0; i < n; ++i)
          if (expected[i] == 0) first.push_back(i);
        CHECK(detail::front_of(points, m) == first);
      }
}

TEST_CASE("front: dominance is strict somewhere") {
  const std::vector<double> a{1.0, 2.0};
  const std::vector<double> b{1.0, 3.0};
  CHECK(detail::dominates(a, b));
  CHECK_FALSE(detail::dominates(b, a));
  CHECK_FALSE(detail::dominates(a, a));
}

TEST_CASE("front: values of 1e300 beside 1e-300 are compared like others") {
  const std::vector<double> points{1e300, 1e-300, 1e-300, 1e300, 1e300, 1e300, 1e-300, 1e300};
  CHECK(detail::front_of(points, 2) == std::vector<std::size_t>{0, 1, 3});
  CHECK(detail::front_ranks(points, 2) == std::vector<std::size_t>{0, 0, 1, 0});
}
