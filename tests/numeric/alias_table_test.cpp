#include <knobless/numeric/alias_table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include "../support.hpp"

using knobless::detail::alias_table;

TEST_CASE("alias table: words spread evenly choose each thing as often as it weighs") {
  const std::array<double, 5> weight{0.5, 3.0, 1.0, 0.25, 5.25};
  std::array<double, 5> room = weight;
  alias_table<5> table;
  table.set(room, 5, 10.0);
  std::array<int, 5> count{};
  constexpr std::uint32_t words = 1U << 16U;
  for (std::uint32_t w = 0; w < words; ++w) ++count[table(w << 16U)];
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(static_cast<double>(count[i]) / words == doctest::Approx(weight[i] / 10.0).epsilon(1e-3));
}

TEST_CASE("alias table: of one thing it is always that") {
  std::array<double, 3> weight{2.0, 0.0, 0.0};
  alias_table<3> table;
  table.set(weight, 1, 2.0);
  CHECK(table(0) == 0);
  CHECK(table(~std::uint32_t{0}) == 0);
}
