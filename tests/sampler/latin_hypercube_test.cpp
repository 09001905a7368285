#include "support.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <knobless/sampler/latin_hypercube.hpp>
#include <knobless/study.hpp>
#include <set>
#include <utility>

namespace {

struct cube {
  std::array<double, 5> x{};
};
const knobless::space<cube>& space() {
  static const knobless::space<cube> s{knobless::real("x", &cube::x, {.low = 0.0, .high = 1.0})};
  return s;
}

}  // namespace

TEST_SUITE("latin_hypercube") {
  TEST_CASE("each slice of each dimension holds one point, and so in the next hypercube") {
    constexpr std::size_t n = 17;
    knobless::study study{space(), knobless::latin_hypercube{n}, {.seed = 4}};
    std::array<std::array<int, n>, 2> order{};
    for (std::size_t cube_number = 0; cube_number < 2; ++cube_number) {
      std::array<std::set<int>, 5> slices;
      for (std::size_t i = 0; i < n; ++i) {
        auto t = study.ask();
        for (std::size_t k = 0; k < 5; ++k)
          slices[k].insert(static_cast<int>(t.config().x[k] * static_cast<double>(n)));
        order[cube_number][i] = static_cast<int>(t.config().x[0] * static_cast<double>(n));
        study.tell(std::move(t), 0.0);
      }
      for (const auto& s : slices) CHECK(s.size() == n);
    }
    CHECK(order[0] != order[1]);
  }

  TEST_CASE("dimensions are shuffled apart") {
    knobless::study study{space(), knobless::latin_hypercube{50}, {.seed = 4}};
    double product = 0.0;
    for (int i = 0; i < 50; ++i) {
      auto t = study.ask();
      product += (t.config().x[0] - 0.5) * (t.config().x[1] - 0.5);
      study.tell(std::move(t), 0.0);
    }
    // Correlation of 50 independent pairs: sd 1/7, so 4 sd.
    CHECK(std::abs(product / 50 * 12) < 4.0 / 7.0);
  }

  TEST_CASE("none asked for is one") {
    knobless::study study{space(), knobless::latin_hypercube{0}, {.seed = 4}};
    auto t = study.ask();
    CHECK(t.config().x[0] >= 0.0);
  }

  TEST_CASE("constraints are kept") {
    const auto constrained = space().require([](const cube& c) { return c.x[0] + c.x[1] < 1.0; });
    knobless::study study{constrained, knobless::latin_hypercube{20}, {.seed = 4}};
    for (int i = 0; i < 40; ++i) {
      auto t = study.ask();
      CHECK(t.config().x[0] + t.config().x[1] < 1.0);
      study.tell(std::move(t), 0.0);
    }
  }
}
