/// \file
/// A cart learns to swing a pole up and to balance it: CMA-ES tunes the eight numbers of its policy on a simulation.
///   cartpole [picture.svg]     the picture is a replay, before and after
/// Returns 1 unless each tuned policy keeps the pole upright for at least five of ten seconds.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <knobless/minimize.hpp>
#include <knobless/random.hpp>
#include <knobless/sampler/cma_es.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/study.hpp>
#include <numbers>
#include <string>
#include <vector>

#include "../picture.hpp"

namespace {

// ---- The machine: a cart of 1 kg on 4.8 m of track, a pole of 0.1 kg and 1 m, at most 10 N --------------------------------

struct state {
  double x = 0.0;      // of the cart, m
  double speed = 0.0;  // m/s
  double angle = 0.0;  // of the pole, from upright, radians
  double spin = 0.0;   // rad/s

  [[nodiscard]] bool on_track() const { return std::abs(x) < 2.4; }
  [[nodiscard]] bool upright() const { return on_track() && std::cos(angle) > 0.95; }
};

constexpr double tick = 0.02;  // s
constexpr int ticks = 500;

// Barto, Sutton and Anderson 1983 without friction, after Florian's correction (2007).
void step(state& s, double force) {
  constexpr double mass = 1.1;
  constexpr double pole = 0.1 * 0.5;  // kg m, to its middle
  const double sine = std::sin(s.angle);
  const double cosine = std::cos(s.angle);
  const double pushed = (force + pole * s.spin * s.spin * sine) / mass;
  const double turned = (9.81 * sine - cosine * pushed) / (0.5 * (4.0 / 3.0 - 0.1 * cosine * cosine / mass));
  s.speed += tick * (pushed - pole * turned * cosine / mass);
  s.spin += tick * turned;
  s.x += tick * s.speed;
  s.angle += tick * s.spin;
}

// The pole anywhere, hanging as a rule; the cart near the middle, both moving a little.
state random_start(knobless::random_stream& rng) {
  return {rng.uniform() - 0.5, 0.2 * rng.normal(), std::numbers::pi + rng.normal(), 0.5 * rng.normal()};
}

// ---- The search ------------------------------------------------------------------------------------------------------

// [cartpole]
/// What pushes: near the top a sum of gains, elsewhere what pumps energy into the pole (Astrom and Furuta, 2000).
struct policy {
  double pump = 0.0;      // N s
  double catch_at = 0.5;  // radians from the top
  double swing_x = 0.0, swing_speed = 0.0;
  double hold_x = 0.0, hold_speed = 0.0, hold_angle = 0.0, hold_spin = 0.0;

  [[nodiscard]] double force(const state& s) const {
    const double angle = std::remainder(s.angle, 2.0 * std::numbers::pi);
    const double missing = 1.0 - std::cos(angle) - s.spin * s.spin / 29.4;  // energy, in units of the pole's weight
    const double sum = std::abs(angle) < catch_at
                           ? hold_x * s.x + hold_speed * s.speed + hold_angle * angle + hold_spin * s.spin
                           : -swing_x * s.x - swing_speed * s.speed - pump * missing * s.spin * std::cos(angle);
    return (std::min)((std::max)(sum, -10.0), 10.0);
  }
};

const knobless::space<policy> space{knobless::real("pump", &policy::pump, {.low = 0.0, .high = 20.0}),
                                    knobless::real("catch_at", &policy::catch_at, {.low = 0.1, .high = 1.5}),
                                    knobless::real("swing_x", &policy::swing_x, {.low = 0.0, .high = 10.0}),
                                    knobless::real("swing_speed", &policy::swing_speed, {.low = 0.0, .high = 10.0}),
                                    knobless::real("hold_x", &policy::hold_x, {.low = 0.0, .high = 10.0}),
                                    knobless::real("hold_speed", &policy::hold_speed, {.low = 0.0, .high = 10.0}),
                                    knobless::real("hold_angle", &policy::hold_angle, {.low = 0.0, .high = 100.0}),
                                    knobless::real("hold_spin", &policy::hold_spin, {.low = 0.0, .high = 30.0})};

// How far from upright and from the middle, on average; off the track counts as hanging.
double loss(const policy& p, state s) {
  double sum = 0.0;
  for (int t = 0; t < ticks; ++t) {
    if (s.on_track()) step(s, p.force(s));
    sum += s.on_track() ? 0.5 - 0.5 * std::cos(s.angle) + 0.02 * s.x * s.x : 1.2;
  }
  return sum / ticks;
}

policy tuned_policy(std::uint64_t seed) {
  knobless::random_stream rng(seed);
  std::array<state, 8> starts;
  for (state& s : starts) s = random_start(rng);
  const auto mean_loss = [&](const policy& p) {
    double sum = 0.0;
    for (const state& s : starts) sum += loss(p, s);
    return sum / static_cast<double>(starts.size());
  };
  return knobless::minimize(space, knobless::cma_es{}, mean_loss, {.trials = 300, .seed = seed}).best().config;
}
// [cartpole]

// ---- What became of it -----------------------------------------------------------------------------------------------

// Seconds upright of ten, on average over starts that no search has seen.
double seconds_upright(const policy& p) {
  knobless::random_stream rng(2024, 1);
  constexpr int starts = 200;
  int upright = 0;
  for (int i = 0; i < starts; ++i) {
    state s = random_start(rng);
    for (int t = 0; t < ticks && s.on_track(); ++t) {
      step(s, p.force(s));
      upright += s.upright() ? 1 : 0;
    }
  }
  return tick * upright / starts;
}

policy random_policy(std::uint64_t seed) {
  knobless::study chance{space, knobless::random_search{}, {.seed = seed}};
  return chance.ask().config();
}

// A comic strip of twelve frames a row, a quarter of a second apart: the cart on its track, the pole, green while it is upright,
// and the way that its tip takes until the next frame.
void draw(picture& on, double top, int frames, const policy& p, const std::string& title) {
  constexpr double side = 100.0;  // of a frame
  constexpr double metre = 20.0;  // in pixels
  constexpr double length = 36.0;
  on.text({30.0, top}, 17, "#333", title);
  state s{0.0, 0.0, std::numbers::pi - 0.3, 0.0};
  for (int frame = 0; frame < frames; ++frame) {
    const double left = 30.0 + side * (frame % 12);
    const double rail = top + 65.0 + 105.0 * (frame / 12);
    const auto cart = [&](const state& at) { return spot{left + side / 2.0 + metre * at.x, rail}; };
    const auto tip = [&](const state& at) {
      return spot{cart(at).x + length * std::sin(at.angle), rail - length * std::cos(at.angle)};
    };
    on.line({{left + 5.0, rail}, {left + side - 5.0, rail}}, "#ccc", 1.5);
    const state now = s;
    std::vector<spot> way{tip(s)};
    for (int t = 0; t < 13 - frame % 2 && s.on_track(); ++t) {
      step(s, p.force(s));
      way.push_back(tip(s));
    }
    const char* const colour = now.upright() ? "#2a9d5c" : "#e8743b";
    on.line(way, colour, 2.0, 0.35);
    on.line({{cart(now).x - 9.0, rail}, {cart(now).x + 9.0, rail}}, "#33475b", 10.0);
    on.line({cart(now), tip(now)}, colour, 4.0);
    on.dot(tip(now), 4.5, colour);
    char when[16];
    std::snprintf(when, sizeof when, "%.2f s", 0.25 * frame);
    on.text({left + 6.0, rail + 52.0}, 10, "#999", when);
  }
}

}  // namespace

int main(int argc, char** argv) {
  double by_chance = 0.0;
  for (std::uint64_t i = 0; i < 20; ++i) by_chance += seconds_upright(random_policy(i)) / 20.0;
  std::printf("Seconds upright of 10, mean of 200 fresh starts:\n");
  std::printf("  before: all gains 0 %.2f, random policies %.2f\n", seconds_upright(policy{}), by_chance);
  double worst = 10.0;
  policy shown;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const policy tuned = tuned_policy(seed);
    if (seed == 1) shown = tuned;
    const double score = seconds_upright(tuned);
    std::printf("  after a search with seed %d: %.2f\n", static_cast<int>(seed), score);
    worst = (std::min)(worst, score);
  }
  if (argc > 1) {
    picture strip(1260, 420);
    draw(strip, 30.0, 12, random_policy(0), "Before: a random policy");
    draw(strip, 190.0, 24, shown, "After 300 trials");
    if (!strip.save(argv[1])) return std::printf("%s can't be written\n", argv[1]), 1;
  }
  return worst >= 5.0 ? 0 : 1;
}
