#include "support.hpp"

#include <algorithm>
#include <cstddef>
#include <knobless/numeric/block_rows.hpp>
#include <knobless/random.hpp>
#include <vector>

using namespace knobless;

TEST_CASE("block_rows: holds what a vector of vectors holds, through pushes and pops, and never moves a row") {
  for (const std::size_t width : {0U, 1U, 3U, 40U}) {
    knobless::random_stream rng(width, 1);
    detail::block_rows<double> rows(width);
    std::vector<std::vector<double>> expected;
    std::vector<const double*> places;
    for (int i = 0; i < 3000; ++i) {
      if (!expected.empty() && rng.below(4) == 0) {
        rows.pop();
        expected.pop_back();
        places.pop_back();
      } else {
        double* row = rows.push();
        CHECK(std::all_of(row, row + width, [](double x) { return x == 0.0; }));
        expected.emplace_back();
        for (std::size_t k = 0; k < width; ++k) expected.back().push_back(row[k] = rng.uniform());
        places.push_back(row);
      }
      REQUIRE(rows.size() == expected.size());
    }
    bool same = true;
    for (std::size_t i = 0; i < rows.size(); ++i)
      same = same && rows[i] == places[i] && std::equal(rows[i], rows[i] + width, expected[i].begin());
    CHECK(same);
  }
}
