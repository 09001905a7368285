#include <knobless/training/promotion.hpp>

#include <cstddef>
#include <vector>

#include "../support.hpp"

using knobless::geometric_rungs;

TEST_CASE("geometric_rungs: from the top down by the factor, not below the least") {
  using rungs = std::vector<std::size_t>;
  CHECK(geometric_rungs(1, 81, 3) == rungs{1, 3, 9, 27, 81});
  CHECK(geometric_rungs(4, 81, 3) == rungs{9, 27, 81});
  CHECK(geometric_rungs(1, 52, 3) == rungs{1, 5, 17, 52});
  CHECK(geometric_rungs(1, 1, 3) == rungs{1});
  CHECK(geometric_rungs(5, 5, 2) == rungs{5});
  CHECK(geometric_rungs(1, 7, 100) == rungs{7});
  CHECK(geometric_rungs(1, ~std::size_t{0}, 2).size() == 64);
}
