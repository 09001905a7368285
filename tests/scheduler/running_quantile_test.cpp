#include <knobless/scheduler/running_quantile.hpp>

#include <algorithm>
#include <cstddef>
#include <knobless/random.hpp>
#include <vector>

#include "../support.hpp"

using namespace knobless;

TEST_CASE(
    "running_quantile: equals the k-th of the sorted values after each insertion, ties and order notwithstanding") {
  knobless::random_stream rng(3);
  for (const double share : {1.0 / 4.0, 1.0 / 3.0, 0.1, 0.5, 1.0})
    for (const std::uint64_t different : {3ULL, 1000000ULL}) {
      detail::running_quantile q(share);
      detail::running_quantile up(share, detail::running_quantile::rounding::up);
      std::vector<double> all;
      for (int i = 0; i < 300; ++i) {
        all.push_back(static_cast<double>(rng.below(different)) - static_cast<double>(different) / 2.0);
        const double added = all.back();
        const bool above = added > q.bar();
        q.insert(added);
        REQUIRE(above == (added > q.value()));
        up.insert(all.back());
        std::sort(all.begin(), all.end());
        std::size_t k = 0;
        while (static_cast<double>(k + 1) <= share * static_cast<double>(all.size()) + 1e-9) ++k;
        REQUIRE(q.size() == all.size());
        REQUIRE(q.value() == all[k == 0 ? 0 : k - 1]);
        const bool whole = static_cast<double>(k) >= share * static_cast<double>(all.size()) - 1e-9;
        REQUIRE(up.value() == all[whole ? k - 1 : k]);
      }
    }
}
