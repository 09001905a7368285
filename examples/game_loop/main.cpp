/// \file
/// A guard learns to chase while the game runs: one study.step a frame, within a budget that is measured.
///   game_loop [frames]     5000 frames unless told otherwise, with TPE and with the automatic tuner
/// Needs neither exceptions nor RTTI. Returns 1 unless the guards get to half the distance from the player in play that they have
/// not seen, and unless each search is the same to the bit when it is repeated.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <knobless/random.hpp>
#include <knobless/sampler/automatic.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/study.hpp>
#include <string>
#include <utility>
#include <vector>

namespace {

// ---- The game: a player who runs and dodges, and a guard on skates who turns and accelerates but slowly -------------------

constexpr double frame = 1.0 / 60.0;  // s

struct vec {
  double x = 0.0, y = 0.0;
  friend vec operator+(vec a, vec b) { return {a.x + b.x, a.y + b.y}; }
  friend vec operator-(vec a, vec b) { return {a.x - b.x, a.y - b.y}; }
  friend vec operator*(double s, vec a) { return {s * a.x, s * a.y}; }
  [[nodiscard]] double length() const { return std::sqrt(x * x + y * y); }
};

struct body {
  vec at;        // m
  vec velocity;  // m/s
  void push(vec acceleration, double most, double friction) {
    const double length = acceleration.length();
    if (length > most) acceleration = (most / length) * acceleration;
    velocity = velocity + frame * (acceleration - friction * velocity);
    at = at + frame * velocity;
  }
};

// [game_loop]
/// What the guard's behaviour consists of.
struct chase {
  double lead = 0.0;       // s: runs to where the player will be
  double eagerness = 2.0;  // 1/s^2: pushes in proportion to the distance
  double matching = 0.0;   // 1/s: pushes towards the player's velocity
  double caution = 0.0;    // 1/s: brakes

  [[nodiscard]] vec push(const body& guard, const body& player) const {
    const vec goal = player.at + lead * player.velocity;
    return eagerness * (goal - guard.at) + matching * (player.velocity - guard.velocity) - caution * guard.velocity;
  }
};

const knobless::space<chase> space{
    knobless::real("lead", &chase::lead, {.low = 0.0, .high = 2.0}),
    knobless::real("eagerness", &chase::eagerness, {.low = 0.1, .high = 100.0, .scale = knobless::scaling::log}),
    knobless::real("matching", &chase::matching, {.low = 0.0, .high = 20.0}),
    knobless::real("caution", &chase::caution, {.low = 0.0, .high = 5.0})};
// [game_loop]

/// The player turns to another goal now and then.
struct game {
  explicit game(std::uint64_t seed) : dice(seed) {}

  void play(const chase& how) {
    if (dice.uniform() < 0.02) goal = {40.0 * dice.uniform() - 20.0, 40.0 * dice.uniform() - 20.0};
    player.push(8.0 * (goal - player.at), 30.0, 4.0);
    guard.push(how.push(guard, player), 20.0, 0.5);
  }
  [[nodiscard]] double distance() const { return (guard.at - player.at).length(); }

  knobless::random_stream dice;
  vec goal;
  body player, guard{{15.0, 0.0}, {}};
};

/// How far from the player the guard is on average, in some seconds of play.
double mean_distance(const chase& how, std::uint64_t seed, int frames) {
  game g(seed);
  double sum = 0.0;
  for (int i = 0; i < frames; ++i) {
    g.play(how);
    sum += g.distance();
  }
  return sum / frames;
}

// ---- The loop --------------------------------------------------------------------------------------------------------

/// A session: what each step took, what was learnt, and the log of the search.
struct session {
  std::vector<double> took;  // ms
  chase learnt;
  std::string log;
};

session play(knobless::any_sampler sampler, int frames) {
  session s;
  // [game_loop_step]
  knobless::study study{space, std::move(sampler), {.seed = 7}};
  study.enqueue(chase{});  // the guard as it was so far
  // In the guard's mind: four seconds with a player.
  const auto practice = [](const chase& how) { return mean_distance(how, 1, 240); };

  game live(2);
  for (int i = 0; i < frames; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    study.step(practice);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    s.took.push_back(took.count());
    live.play(study.best().config);  // the best so far is on the field at once
  }
  // [game_loop_step]
  s.learnt = study.best().config;
  s.log = study.log();
  return s;
}

// ---- What became of it -----------------------------------------------------------------------------------------------

/// What a share of the steps don't exceed.
double percentile(std::vector<double> took, double share) {
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(took.size() - 1));
  std::nth_element(took.begin(), took.begin() + at, took.end());
  return took[static_cast<std::size_t>(at)];
}

/// Metres from the player, in play that no search has seen.
double fresh_distance(const chase& how) {
  double sum = 0.0;
  for (std::uint64_t seed = 100; seed < 120; ++seed) sum += mean_distance(how, seed, 1200) / 20.0;
  return sum;
}

/// Plays three times. The trials must be the same to the bit; so are the steps' work, and the least of three times leaves out
/// most of what other programs took of the processor.
bool report(const char* name, const auto& play_once) {
  const session first = play_once();
  std::vector<double> least = first.took;
  bool same = true;
  for (int again = 0; again < 2; ++again) {
    const session next = play_once();
    same = same && next.log == first.log;
    for (std::size_t i = 0; i < least.size(); ++i) least[i] = (std::min)(least[i], next.took[i]);
  }
  const double before = fresh_distance(chase{});
  const double after = fresh_distance(first.learnt);
  std::printf("%s, a step a frame, %d frames:\n", name, static_cast<int>(least.size()));
  const auto print = [](const char* what, const std::vector<double>& took) {
    std::printf("  %-14s  worst %.3f ms, 99.9 %% below %.3f ms, half below %.3f ms\n", what, percentile(took, 1.0),
                percentile(took, 0.999), percentile(took, 0.5));
  };
  print("once", first.took);
  print("least of three", least);
  std::printf("  from the player %.2f m before, %.2f m after; played again: %s\n", before, after,
              same ? "the same to the bit" : "ANOTHER SEARCH");
  return same && after < 0.5 * before;
}

}  // namespace

int main(int argc, char** argv) {
  const int frames = argc > 1 ? std::atoi(argv[1]) : 5000;
  const bool tpe = report("TPE", [&] { return play(knobless::tpe{}, frames); });
  // [game_loop_budget]
  // No step is to take more than a millisecond: what would is left out, by counted work.
  const auto automatic = [&] { return play(knobless::automatic{{.seconds_per_ask = 1e-3}}, frames); };
  // [game_loop_budget]
  return report("Automatic, 1 ms", automatic) && tpe ? 0 : 1;
}
