// The same search by each of the samplers that have a name.
#include <cstdio>
#include <knobless/minimize.hpp>
#include <knobless/sampler/automatic.hpp>
#include <knobless/sampler/cma_es.hpp>
#include <knobless/sampler/gp_ei.hpp>
#include <knobless/sampler/grid.hpp>
#include <knobless/sampler/latin_hypercube.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/sampler/sobol.hpp>
#include <knobless/sampler/tpe.hpp>
#include <optional>
#include <utility>

namespace {

struct controller {
  double gain = 1.0;
  int delay = 4;
};

double overshoot(const controller& c) { return (c.gain - 3.0) * (c.gain - 3.0) + 0.1 * c.delay; }

// [own_sampler]
// Any type with this function is a sampler. It sees the space, the history and the random stream of the trial.
struct best_so_far_or_chance {
  [[nodiscard]] std::optional<knobless::point> ask(const knobless::ask_context& context) {
    knobless::point p(context.space.size());
    for (double& u : p.unit) u = context.rng.uniform();
    if (const auto best = context.seen.best(); best && context.rng.uniform() < 0.5) {
      p = context.seen[*best].where();
      p.unit[context.rng.below(p.size())] = context.rng.uniform();
    }
    context.space.complete(p);  // snaps coordinates to values, and says which parameters are active
    return p;
  }
};
// [own_sampler]

}  // namespace

int main() {
  const knobless::space<controller> space{knobless::real("gain", &controller::gain, {.low = 0.0, .high = 10.0}),
                                          knobless::integer("delay", &controller::delay, {.low = 0, .high = 50})};

  // [designs]
  const auto random = knobless::minimize(space, knobless::random_search{}, overshoot, {.trials = 64, .seed = 7});
  const auto even = knobless::minimize(space, knobless::sobol{}, overshoot, {.trials = 64, .seed = 7});
  const auto cube = knobless::minimize(space, knobless::latin_hypercube{64}, overshoot, {.trials = 64, .seed = 7});
  const auto all = knobless::minimize(space, knobless::grid{100}, overshoot, {.trials = 1000});  // ends after the grid
  // [designs]

  // [tpe]
  const auto by_tpe = knobless::minimize(space, knobless::tpe{}, overshoot, {.trials = 100, .seed = 7});
  // [tpe]

  // [cma_es]
  const auto by_cma = knobless::minimize(space, knobless::cma_es{}, overshoot, {.trials = 500, .seed = 7});
  // [cma_es]

  // [gp_ei]
  const auto by_model = knobless::minimize(space, knobless::gp_ei{}, overshoot, {.trials = 30, .seed = 7});
  // [gp_ei]

  // [automatic]
  const auto tuned = knobless::minimize(space, overshoot, {.trials = 60, .seed = 7});
  std::printf("%s", tuned.report().c_str());  // which algorithm proposed what is among its lines
  // [automatic]

  // [frames]
  // A program that must not miss a frame: no ask takes much more than half a millisecond, by counted work.
  knobless::study study{space, knobless::automatic{{.seconds_per_ask = 5e-4}}, {.seed = 7}};
  for (int frame = 0; frame < 200; ++frame) {
    auto trial = study.ask();
    const double value = overshoot(trial.config());
    study.tell(std::move(trial), value);
  }
  // [frames]

  const auto own = knobless::minimize(space, best_so_far_or_chance{}, overshoot, {.trials = 100, .seed = 7});
  const bool good = tuned.best().value < 0.01 && by_model.best().value < 0.1 && by_cma.best().value < 0.01 &&
                    by_tpe.best().value < 1.0 && own.best().value < 5.0 && study.best().value < 0.1;
  const bool even_ones = random.has_best() && even.has_best() && cube.has_best() &&
                         all.reason() == knobless::termination::space_exhausted && all.trials().size() <= 100;
  return good && even_ones ? 0 : 1;
}
