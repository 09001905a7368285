#include "support.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <knobless/pareto/hypervolume.hpp>
#include <knobless/random.hpp>
#include <vector>

using namespace knobless;

namespace {

std::vector<double> random_points(std::size_t n, std::size_t m, std::uint64_t levels, std::uint64_t seed) {
  random_stream rng(seed);
  std::vector<double> points(n * m);
  for (double& v : points)
    v = levels == 0 ? 1.2 * rng.uniform() : static_cast<double>(rng.below(levels)) / static_cast<double>(levels);
  return points;
}

// By inclusion and exclusion: the volumes of all intersections of boxes.
double by_inclusion(const std::vector<double>& points, const std::vector<double>& reference) {
  const std::size_t m = reference.size();
  const std::size_t n = points.size() / m;
  double sum = 0.0;
  for (std::size_t some = 1; some < std::size_t{1} << n; ++some) {
    double volume = 1.0;
    for (std::size_t j = 0; j < m; ++j) {
      double worst = -1e300;
      for (std::size_t i = 0; i < n; ++i)
        if ((some >> i & 1U) != 0) worst = std::max(worst, points[i * m + j]);
      volume *= std::max(0.0, reference[j] - worst);
    }
    sum += std::popcount(some) % 2 == 1 ? volume : -volume;
  }
  return sum;
}

}  // namespace

TEST_CASE("hypervolume: that of inclusion and exclusion, for 1 to 8 objectives") {
  for (std::size_t m = 1; m <= 8; ++m)
    for (const std::uint64_t levels : {0U, 3U})
      for (const std::size_t n : {0U, 1U, 3U, 9U}) {
        const std::vector<double> points = random_points(n, m, levels, 100 * m + n + levels);
        const std::vector<double> reference(m, 1.0);
        CAPTURE(m);
        CAPTURE(n);
        CHECK(detail::hypervolume(points, reference) ==
              doctest::Approx(by_inclusion(points, reference)).epsilon(1e-10).scale(1.0));
      }
}

TEST_CASE("hypervolume: of a simplex' grid, in closed form") {
  // All points of a grid whose coordinates sum to k: what they dominate is counted cell by cell.
  for (const std::size_t m : {2U, 3U, 4U, 5U}) {
    const int k = 6;
    std::vector<double> points;
    std::vector<int> at(m, 0);
    double cells = 0.0;
    for (;;) {
      int sum = 0;
      for (const int a : at) sum += a;
      if (sum == k)
        for (const int a : at) points.push_back(a);
      cells += sum >= k ? 1.0 : 0.0;
      std::size_t j = 0;
      while (j < m && ++at[j] > k) at[j++] = 0;
      if (j == m) break;
    }
    CHECK(detail::hypervolume(points, std::vector<double>(m, k + 1.0)) == doctest::Approx(cells));
  }
}

TEST_CASE("hypervolume: order, duplicates and dominated points have no say") {
  for (const std::size_t m : {2U, 3U, 4U, 6U}) {
    std::vector<double> points = random_points(20, m, 0, m);
    const std::vector<double> reference(m, 1.0);
    const double volume = detail::hypervolume(points, reference);
    std::vector<double> more;
    for (std::size_t i = 20; i-- > 0;)
      for (int twice = 0; twice < 2; ++twice)
        for (std::size_t j = 0; j < m; ++j) more.push_back(points[i * m + j] + 0.05 * twice);
    more.insert(more.end(), points.begin(), points.end());
    CHECK(detail::hypervolume(more, reference) == doctest::Approx(volume).epsilon(1e-12));
  }
}

TEST_CASE("hypervolume: what a point contributes is what is lost without it") {
  for (const std::size_t m : {1U, 2U, 3U, 4U, 5U})
    for (const std::uint64_t levels : {0U, 4U}) {
      const std::vector<double> points = random_points(15, m, levels, m + levels);
      const std::vector<double> reference(m, 1.0);
      const std::vector<double> lost = detail::hypervolume_contributions(points, reference);
      for (std::size_t i = 0; i < 15; ++i) {
        std::vector<double> others = points;
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(i * m),
                     others.begin() + static_cast<std::ptrdiff_t>((i + 1) * m));
        const double without = detail::hypervolume(points, reference) - detail::hypervolume(others, reference);
        CHECK(lost[i] == doctest::Approx(without).epsilon(1e-10).scale(1.0));
      }
    }
}

TEST_CASE("hypervolume: a point beyond the reference in one value adds nothing, huge ones do not hide small ones") {
  const std::vector<double> reference{1.0, 1.0};
  CHECK(detail::hypervolume(std::vector<double>{0.0, 1.0, 2.0, -5.0}, reference) == 0.0);
  CHECK(detail::hypervolume(std::vector<double>{0.5, 0.5, -1e300, 1e300}, reference) == 0.25);
  CHECK(detail::hypervolume(std::vector<double>{-1e300, 0.0}, std::vector<double>{0.0, 1e-300}) ==
        doctest::Approx(1.0));
}
