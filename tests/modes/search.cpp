// A search with failures on the way. No test library: it must build without exceptions.
#include <all_headers.hpp>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace {

struct config {
  double x = 0.0;
  int k = 0;
};

int faults = 0;
void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("not so: %s\n", what);
  ++faults;
}

}  // namespace

int main() {
  const knobless::space<config> space{knobless::real("x", &config::x, {.low = -1.0, .high = 1.0}),
                                      knobless::integer("k", &config::k, {.low = 0, .high = 9})};
  // By their bits, so that no compiler mode can reason them away.
  const auto nan = std::bit_cast<double>(std::uint64_t{0x7ff8000000000000});
  const auto infinity = std::bit_cast<double>(std::uint64_t{0x7ff0000000000000});

  int found = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    knobless::study study{space, knobless::tpe{}, {.seed = seed}};
    std::size_t failures = 0;
    for (int i = 0; i < 80; ++i) {
      auto trial = study.ask();
      const config c = trial.config();
      expect(c.x >= -1.0 && c.x <= 1.0 && c.k >= 0 && c.k <= 9, "the configuration lies within the bounds");
      failures += c.x < -0.6 || c.k == 0 || c.k == 9 ? 1 : 0;
      if (c.x < -0.6)
        study.tell(std::move(trial), nan);
      else if (c.k == 0)
        study.tell(std::move(trial), -infinity);
      else if (c.k == 9)
        study.tell(std::move(trial), knobless::failed);
      else
        study.tell(std::move(trial), std::abs(c.x - 0.25) + std::abs(c.k - 4));
    }
    expect(study.trials().size() == 80, "every told trial is kept");
    expect(study.trials().failures() == failures, "NaN, infinity and failed are failed trials");
    expect(failures > 0 && failures < 20, "failures are avoided: four in ten random points fail");
    found += study.best().config.k == 4 && study.best().value < 0.1 ? 1 : 0;
  }

  // Several at once, on threads, in order and as they end.
  for (const bool deterministic : {true, false}) {
    const auto parallel = knobless::minimize(space, [&](const config& c) { return c.k == 0 ? nan : c.x * c.x + c.k; },
                                             {.trials = 60, .parallel = 4, .deterministic = deterministic});
    expect(parallel.trials().size() == 60, "every trial of a parallel search is told");
    expect(parallel.best().value < 2.0, "its best is near the optimum");
    knobless::study again{space, knobless::tpe{}, {}};
    again.replay(parallel.study().log());
    expect(again.log() == parallel.study().log(), "its log is replayed");
  }
  expect(found >= 15, "most searches come near the optimum");
  std::printf("%d of 20 searches come near the optimum\n", found);
  return faults;
}
