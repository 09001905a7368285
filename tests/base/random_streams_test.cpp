#include <knobless/base/random_streams.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../support.hpp"

namespace streams = knobless::detail::streams;

TEST_CASE("random streams: no two parts draw from the same one, however long a search is") {
  constexpr std::uint64_t most = std::uint64_t{1} << 32U;  // trials, generations, cubes ...
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges{{streams::trial(0), streams::trial(most - 1)},
                                                              {streams::interval(0), streams::interval(most - 1)},
                                                              {streams::admitted(0), streams::admitted(most - 1, 255)},
                                                              {streams::sobol, streams::sobol},
                                                              {streams::generation(most - 1), streams::generation(0)},
                                                              {streams::stopping(most - 1), streams::stopping(0)},
                                                              {streams::hypercube(most - 1), streams::hypercube(0)},
                                                              {streams::own(0), streams::own(streams::room - 1)}};
  std::sort(ranges.begin(), ranges.end());
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    CHECK(ranges[i].first <= ranges[i].second);
    if (i > 0) CHECK(ranges[i - 1].second < ranges[i].first);
  }
}
