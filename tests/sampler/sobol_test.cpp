#include "support.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knobless/random.hpp>
#include <knobless/sampler/sobol.hpp>
#include <knobless/study.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

template <std::size_t D>
struct cube {
  std::array<double, D> x{};
};

template <std::size_t D>
knobless::space<cube<D>> space_of() {
  return knobless::space<cube<D>>{knobless::real("x", &cube<D>::x, {.low = 0.0, .high = 1.0})};
}

template <std::size_t D>
std::vector<std::array<double, D>> points(std::size_t n, std::uint64_t seed) {
  knobless::study study{space_of<D>(), knobless::sobol{}, {.seed = seed}};
  std::vector<std::array<double, D>> all;
  for (std::size_t i = 0; i < n; ++i) {
    auto t = study.ask();
    all.push_back(t.config().x);
    study.tell(std::move(t), 0.0);
  }
  return all;
}

}  // namespace

TEST_SUITE("sobol") {
  TEST_CASE("the first 2^m points are a (0, m, 2)-net: each elementary box of the plane holds one") {
    for (const std::uint64_t seed : {0U, 1U, 99U}) {
      constexpr int m = 8;
      const auto all = points<2>(1U << m, seed);
      for (int across = 0; across <= m; ++across) {
        std::set<std::pair<int, int>> boxes;
        for (const auto& p : all)
          boxes.insert({static_cast<int>(p[0] * (1 << across)), static_cast<int>(p[1] * (1 << (m - across)))});
        CHECK(boxes.size() == all.size());
      }
    }
  }

  TEST_CASE("each coordinate of 2^m points falls once into each of 2^m slices, in every dimension") {
    constexpr std::size_t d = 40;
    const auto all = points<d>(256, 7);
    for (std::size_t k = 0; k < d; ++k) {
      std::set<int> slices;
      for (const auto& p : all) slices.insert(static_cast<int>(p[k] * 256));
      CHECK(slices.size() == 256);
    }
  }

  TEST_CASE("the scrambling follows from the seed") {
    CHECK(points<3>(20, 5) == points<3>(20, 5));
    CHECK(points<3>(20, 5) != points<3>(20, 6));
  }

  TEST_CASE("a scrambled point is uniform: the mean over seeds of a point's coordinate is one half") {
    // 400 seeds: the mean of uniform numbers has sd 0.0144, so 5 sd are 0.072.
    for (const std::size_t which : {std::size_t{0}, std::size_t{5}}) {
      double sum = 0.0;
      for (std::uint64_t seed = 0; seed < 400; ++seed) sum += points<2>(which + 1, seed)[which][1];
      CHECK(sum / 400 == doctest::Approx(0.5).epsilon(0.072 / 0.5));
    }
  }

  TEST_CASE("integrates a smooth function far better than random points do") {
    const auto error = [](const std::vector<std::array<double, 4>>& all) {
      double sum = 0.0;
      for (const auto& p : all) {
        double product = 1.0;
        for (const double x : p) product *= 0.5 + x;
        sum += product;
      }
      return std::abs(sum / static_cast<double>(all.size()) - 1.0);
    };
    double sobol = 0.0;
    double chance = 0.0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      sobol += error(points<4>(512, seed));
      knobless::random_stream rng(seed);
      std::vector<std::array<double, 4>> drawn(512);
      for (auto& p : drawn)
        for (double& x : p) x = rng.uniform();
      chance += error(drawn);
    }
    CHECK(sobol < 0.2 * chance);
  }

  TEST_CASE("a sampler that joins late goes on where the sequence was") {
    const auto all = points<3>(40, 11);
    knobless::history seen(3);
    const auto space = space_of<3>();
    knobless::sobol late;
    knobless::random_stream rng(11, 25);
    const auto p = late.ask({space.domain(), seen, rng, 11, 25});
    REQUIRE(p.has_value());
    for (std::size_t k = 0; k < 3; ++k) CHECK(p->unit[k] == all[25][k]);
  }

  TEST_CASE("points that break a constraint are left out") {
    const auto space = space_of<2>().require([](const cube<2>& c) { return c.x[0] < c.x[1]; });
    knobless::study study{space, knobless::sobol{}, {.seed = 1}};
    for (int i = 0; i < 100; ++i) {
      auto t = study.ask();
      CHECK(t.config().x[0] < t.config().x[1]);
      study.tell(std::move(t), 0.0);
    }
  }

  TEST_CASE("more dimensions than there are direction numbers") {
    std::vector<knobless::parameter> many;
    for (int i = 0; i < 3700; ++i)
      many.push_back(knobless::parameter::real("x" + std::to_string(i), {.low = 0.0, .high = 1.0}).value());
    const knobless::domain space = knobless::domain::make(std::move(many)).value();
    knobless::history seen(space.size());
    knobless::sobol sampler;
    knobless::random_stream rng(1, 0);
    const auto p = sampler.ask({space, seen, rng, 1, 0});
    REQUIRE(p.has_value());
    CHECK(space.contains(*p));
    CHECK(p->unit[3690] != p->unit[3695]);
  }
}
