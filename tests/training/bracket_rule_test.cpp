#include <knobless/training/bracket_rule.hpp>

#include <cstddef>
#include <utility>
#include <vector>

#include "../support.hpp"
#include "support.hpp"

using namespace knobless;

namespace {

using legs = std::vector<std::pair<std::size_t, std::size_t>>;

std::vector<detail::bracket> halving(std::size_t max_resource, std::size_t factor = 3) {
  auto all = detail::hyperband_brackets({.max_resource = max_resource, .factor = factor});
  all.resize(1);
  return all;
}

}  // namespace

TEST_CASE("bracket_rule: rung by rung, the best go on, the rest are let go before the next rung begins") {
  bracket_rule rule(halving(9), 1);
  // The later the trial the better at first; at 3 the other way round.
  test::play p(rule, 9, [](std::size_t trial, std::size_t resource) {
    return resource == 1 ? -static_cast<double>(trial) : static_cast<double>(trial);
  });
  for (std::size_t i = 0; i < 9; ++i) CHECK(p.step() == std::pair{i, std::size_t{1}});
  CHECK(p.out.empty());
  CHECK(p.begin() == std::pair<std::size_t, std::size_t>{8, 3});
  CHECK(p.out == std::vector<std::size_t>{5, 4, 3, 2, 1, 0});
  p.end(8);
  CHECK(p.step() == std::pair<std::size_t, std::size_t>{7, 3});
  CHECK(p.step() == std::pair<std::size_t, std::size_t>{6, 3});
  CHECK(p.step() == std::pair<std::size_t, std::size_t>{6, 9});
  CHECK(p.out == std::vector<std::size_t>{5, 4, 3, 2, 1, 0, 7, 8});
  CHECK_FALSE(p.step());
  CHECK(rule.finished() == 1);
}

TEST_CASE("bracket_rule: it waits for busy trials, and no longer") {
  bracket_rule rule(halving(3));
  test::play p(rule, 3, [](std::size_t trial, std::size_t) { return static_cast<double>(trial); });
  const auto a = p.begin();
  const auto b = p.begin();
  const auto c = p.begin();
  REQUIRE((a && b && c));
  CHECK_FALSE(p.begin());
  p.end(b->first);
  p.end(a->first);
  CHECK_FALSE(p.begin());
  p.end(c->first);
  CHECK(p.begin() == std::pair<std::size_t, std::size_t>{0, 3});
  CHECK_FALSE(p.begin());
}

TEST_CASE("bracket_rule: ties keep the earlier ones; failed trials make room; where all fail the next bracket begins") {
  bracket_rule rule(halving(3), 2);
  test::play p(rule, 3, [](std::size_t, std::size_t) { return 1.0; });
  for (std::size_t i = 0; i < 3; ++i) {
    REQUIRE(p.begin());
    p.end(i, i > 0);
  }
  CHECK(p.step() == std::pair<std::size_t, std::size_t>{1, 3});
  for (std::size_t i = 3; i < 6; ++i) {
    CHECK(p.begin() == std::pair{i, std::size_t{1}});
    p.end(i, false);
  }
  CHECK_FALSE(p.begin());
  CHECK(rule.finished() == 2);
}

TEST_CASE("bracket_rule: brackets follow each other; a space that ends cuts a bracket short") {
  bracket_rule rule(detail::hyperband_brackets({.max_resource = 3}));
  test::play p(rule, 3, [](std::size_t trial, std::size_t) { return static_cast<double>(trial); });
  legs seen;
  for (int i = 0; i < 10; ++i) seen.push_back(*p.step());
  CHECK(seen == legs{{0, 1}, {1, 1}, {2, 1}, {0, 3}, {3, 3}, {4, 3}, {5, 1}, {6, 1}, {7, 1}, {5, 3}});

  bracket_rule few(halving(9));
  test::play q(
      few, 9, [](std::size_t trial, std::size_t) { return static_cast<double>(trial); }, 2);
  seen.clear();
  while (const auto leg = q.step()) seen.push_back(*leg);
  CHECK(seen == legs{{0, 1}, {1, 1}, {0, 3}, {1, 3}, {0, 9}});
}
