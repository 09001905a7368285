// A search with failures on the way. No test library: it must build without exceptions.
#include <all_headers.hpp>
#include <bit>
#include <cmath>
#include <cstddef>
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

struct model {
  config built_from;
  int steps = 0;
};

// Models that are trained in pieces, a third of which fail at once and a third later.
template <class Train>
void train_live(const knobless::space<config>& space, const char* name, const Train& train) {
  const auto nan = std::bit_cast<double>(std::uint64_t{0x7ff8000000000000});
  const auto build = [](const config& c) { return model{c}; };
  const auto advance = [&](model& m, int more) -> knobless::outcome {
    m.steps += more;
    if (m.built_from.k < 3) return nan;
    if (m.built_from.k > 6 && m.steps >= 3) return knobless::failed("too large");
    return std::abs(m.built_from.x - 0.25) + std::abs(m.built_from.k - 4) + 1.0 / m.steps;
  };
  auto top =
      train(space, build, advance, knobless::training_options<config>{.max_resource = 9, .budget = 12.0, .seed = 1});
  std::printf("%s: %zu trials, %zu failed\n", name, top.taken().trials, top.taken().failed);
  expect(top.has_best() && top.best().resource == 9 && top.best().object.steps == 9, "one survives, trained in full");
  expect(top.best().config.k >= 3 && top.best().config.k <= 6, "no trial that failed is the best");
  std::size_t failed = 0;
  for (const knobless::training& t : top.trials()) {
    const int k = top.config(static_cast<std::size_t>(&t - top.trials().data())).k;
    const bool should = k < 3 || (k > 6 && t.resource() >= 3);
    expect(!should || t.state == knobless::trial_state::failed, "NaN and failed are failed trials");
    failed += t.state == knobless::trial_state::failed ? 1U : 0U;
  }
  expect(failed == top.taken().failed && failed > 0, "failures are counted");
}

// A trial whose reports are no numbers is to stop, as is one that falls behind.
void report(const knobless::space<config>& space) {
  const auto nan = std::bit_cast<double>(std::uint64_t{0x7ff8000000000000});
  knobless::study study{space, knobless::random_search{}, {.seed = 1, .scheduler = knobless::median_stopping{}}};
  for (int i = 0; i < 5; ++i) {
    auto good = study.ask();
    good.report(1, 1.0);
    expect(!good.should_stop(), "who is as good as all others goes on");
    study.tell(std::move(good), 1.0);
  }
  auto strange = study.ask();
  strange.report(1, nan);
  expect(strange.should_stop(), "who reports NaN is to stop");
  study.tell(std::move(strange), knobless::pruned);
  auto behind = study.ask();
  behind.report(1, 2.0);
  expect(behind.should_stop(), "who falls behind is to stop");
  study.tell(std::move(behind), knobless::pruned);
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
    knobless::study again{space, knobless::automatic{}, {.deterministic = deterministic}};
    again.replay(parallel.study().log());
    expect(again.log() == parallel.study().log(), "its log is replayed");
  }
  expect(found >= 15, "most searches come near the optimum");
  std::printf("%d of 20 searches come near the optimum\n", found);
  train_live(space, "multi_fidelity", [](auto&&... all) { return knobless::multi_fidelity(all...); });
  train_live(space, "hyperband", [](auto&&... all) { return knobless::hyperband(all...); });
  train_live(space, "asha", [](auto&&... all) { return knobless::asha(all...); });
  report(space);
  return faults;
}
