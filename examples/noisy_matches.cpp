// Game AIs that are tuned by matches: a result is a win or a loss, mostly luck, so a candidate plays the same opponents with
// the same seeds as the best one did, and goes home when it is behind.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <knobless/minimize.hpp>
#include <knobless/random.hpp>
#include <knobless/scheduler/wilcoxon.hpp>

namespace {

struct bot {
  double aggression = 0.5;
  double caution = 0.5;
};

int matches = 0;

double strength(const bot& b) {
  const double a = b.aggression - 0.7;
  const double c = b.caution - 0.2;
  return 1.5 - 8.0 * (a * a + c * c);
}

// Stands for a match: the margin, positive where `b` won. The seed is all of its luck: the map, the draw, the opponent.
double play(const bot& b, std::uint64_t seed) {
  ++matches;
  knobless::random_stream luck(seed);
  const double opponent = luck.normal();
  return strength(b) - opponent + 0.3 * luck.normal();
}

}  // namespace

int main() {
  const knobless::space<bot> space{knobless::real("aggression", &bot::aggression, {.low = 0.0, .high = 1.0}),
                                   knobless::real("caution", &bot::caution, {.low = 0.0, .high = 1.0})};
  // [matches]
  const auto margin = [](knobless::trial<bot>& t) -> knobless::outcome {
    double sum = 0.0;
    for (std::size_t match = 0; match < 40; ++match) {
      const double result = play(t.config(), match);  // the step is the seed: the same luck for every trial
      sum += result;
      t.report(match, result);
      if (t.should_stop()) return knobless::pruned;  // beaten, pair by pair, by the best bot so far
    }
    return sum / 40.0;
  };
  const auto tuned = knobless::maximize(
      space, margin, {.trials = 60, .seed = 7, .first_guesses = {bot{}}, .scheduler = knobless::wilcoxon_stopping{}});
  const bot champion = tuned.best_estimated().config;  // not the luckiest, but the one whose neighbours are good, too
  // [matches]
  std::printf("aggression %.2f, caution %.2f: strength %.2f of 1.5, after %d matches instead of %d\n",
              champion.aggression, champion.caution, strength(champion), matches, 60 * 40);
  return strength(champion) > 1.2 && matches < 60 * 40 ? 0 : 1;
}
