// A search that goes into a paper: what to note, what to keep, and how somebody else gets the same.
#include <cstdint>
#include <cstdio>
#include <knobless/minimize.hpp>
#include <knobless/random.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/version.hpp>
#include <string>
#include <vector>

namespace {

struct setting {
  double rate = 0.1;
  double decay = 0.5;
};

double validation_loss(const setting& s, std::uint64_t seed) {
  knobless::random_stream rng(seed);
  const double a = s.rate - 0.2;
  const double b = s.decay - 0.6;
  return a * a + b * b + 0.01 * rng.normal();
}

}  // namespace

int main() {
  const knobless::space<setting> space{
      knobless::real("rate", &setting::rate, {.low = 1e-3, .high = 1.0, .scale = knobless::scaling::log}),
      knobless::real("decay", &setting::decay, {.low = 0.0, .high = 1.0})};

  // [search]
  std::vector<double> tests;
  std::string log;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {  // the search itself is repeated: one search is an anecdote
    const auto found =
        knobless::minimize(space, knobless::tpe{}, [&](const setting& s) { return validation_loss(s, seed); },
                           {.trials = 40, .seed = seed, .parallel = 2, .deterministic = true});
    const setting chosen = found.best_estimated().config;
    double test = 0.0;  // on seeds that chose nothing
    for (std::uint64_t fresh = 1000; fresh < 1010; ++fresh) test += validation_loss(chosen, fresh) / 10.0;
    tests.push_back(test);
    log = found.study().log();  // beside the data of the paper, with found.csv()
  }
  std::printf("knobless %d.%d.%d, tpe, 40 trials, seeds 0 to 9\n", KNOBLESS_VERSION_MAJOR, KNOBLESS_VERSION_MINOR,
              KNOBLESS_VERSION_PATCH);
  // [search]

  // [again]
  // Somebody else, later: the same space, sampler and seed. Where the log differs from what is asked, an error names the trial.
  knobless::study study{space, knobless::tpe{}, {.seed = 9, .deterministic = true}};
  study.replay(log);
  // [again]
  double mean = 0.0;
  for (const double t : tests) mean += t / static_cast<double>(tests.size());
  std::printf("test loss %.4f\n", mean);
  return mean < 0.05 && study.trials().size() == 40 ? 0 : 1;
}
