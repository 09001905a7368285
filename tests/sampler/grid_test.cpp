#include "support.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <knobless/branch.hpp>
#include <knobless/minimize.hpp>
#include <knobless/sampler/grid.hpp>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace {

struct plain {};
struct tuned {
  int depth = 0;
};
struct config {
  int k = 0;
  bool flag = false;
  std::variant<plain, tuned> part;
};

knobless::space<config> discrete() {
  using namespace knobless;
  return space<config>{integer("k", &config::k, {.low = 0, .high = 2}), flag("flag", &config::flag),
                       branch("part", &config::part, when<plain>("plain"),
                              when<tuned>("tuned", integer("depth", &tuned::depth, {.low = 1, .high = 4})))};
}

using key = std::tuple<int, bool, int>;
key key_of(const config& c) {
  const auto* t = std::get_if<tuned>(&c.part);
  return {c.k, c.flag, t != nullptr ? t->depth : 0};
}

}  // namespace

TEST_SUITE("grid") {
  TEST_CASE("every point of a discrete conditional space comes exactly once, then the search ends") {
    std::vector<key> seen;
    const auto r = knobless::minimize(discrete(), knobless::grid{},
                                      [&](const config& c) {
                                        seen.push_back(key_of(c));
                                        return 0.0;
                                      },
                                      {.trials = 1000});
    CHECK(r.reason() == knobless::termination::space_exhausted);
    CHECK(seen.size() == 3 * 2 * (1 + 4));
    CHECK(std::set<key>(seen.begin(), seen.end()).size() == seen.size());
  }

  TEST_CASE("a constraint thins the grid out and nothing else") {
    const auto space = discrete().require([](const config& c) { return !c.flag || c.k == 1; });
    std::set<key> seen;
    const auto r = knobless::minimize(space, knobless::grid{},
                                      [&](const config& c) {
                                        CHECK((!c.flag || c.k == 1));
                                        seen.insert(key_of(c));
                                        return 0.0;
                                      },
                                      {.trials = 1000});
    CHECK(r.reason() == knobless::termination::space_exhausted);
    CHECK(seen.size() == (3 + 1) * 5);
    CHECK(r.trials().size() == seen.size());
  }

  TEST_CASE("a grid of at most so many points is as fine as it can be") {
    using namespace knobless;
    const knobless::space s{real("x", {.low = 0.0, .high = 1.0}), real("y", {.low = 0.0, .high = 1.0}),
                            integer("k", {.low = 0, .high = 99})};
    for (const std::size_t most : {1U, 5U, 8U, 17U, 27U, 60U, 64U, 100U}) {
      const auto sizes = grid{most}.resolution(s.domain());
      std::uint64_t product = 1;
      std::uint64_t least = sizes[0];
      std::uint64_t largest = sizes[0];
      for (const std::uint64_t n : sizes) {
        product *= n;
        least = std::min(least, n);
        largest = std::max(largest, n);
      }
      CHECK(product <= most);
      CHECK(largest - least <= 1);
      // One value more for the coarsest parameter would be too many.
      CHECK(product / least * (least + 1) > most);
      std::size_t count = 0;
      (void)minimize(s, grid{most}, [&](double, double, int) { return static_cast<double>(++count); },
                     {.trials = 1000});
      CHECK(count == product);
    }
  }

  TEST_CASE("a resumed grid goes on where it was") {
    using namespace knobless;
    const auto space = discrete();
    const auto all = [&](std::size_t break_at) {
      std::vector<point> seen;
      history none(space.domain().size());
      knobless::random_stream rng(0);
      grid sampler;
      for (std::size_t i = 0;; ++i) {
        if (i == break_at) sampler = grid{};
        const auto p = sampler.ask({space.domain(), none, rng, 0, i});
        if (!p) return seen;
        seen.push_back(*p);
      }
    };
    CHECK(all(1000) == all(13));
    CHECK(all(1000) == all(29));
  }

  TEST_CASE("in another space the grid begins anew, without the points that were told before") {
    using namespace knobless;
    const knobless::space wide{integer("k", {.low = 0, .high = 9})};
    const knobless::space narrow{integer("k", {.low = 0, .high = 2})};
    study s{wide, grid{}, {}};
    for (int i = 0; i < 2; ++i) {
      auto t = s.ask();
      s.tell(std::move(t), 1.0);
    }
    s.change_space(narrow);
    std::set<int> seen;
    while (auto next = s.try_ask()) {
      seen.insert(std::get<0>(next.value().config()));
      s.tell(std::move(next).value(), 1.0);
    }
    CHECK(seen == std::set<int>{2});
  }
}
