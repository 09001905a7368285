/// \file
/// A robot's arm tunes its controller in 30 runs: noisy ones, some of which end at a safety limit.
///   robot
/// The first run is with the gains that are known to be safe. Needs neither exceptions nor RTTI. Returns 1 unless the tuned gains
/// follow better than the safe ones in fresh runs, and are as safe.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <knobless/random.hpp>
#include <knobless/sampler/automatic.hpp>
#include <knobless/study.hpp>
#include <numbers>

namespace {

// ---- The machine: a geared direct-current motor that lifts an arm against gravity ----------------------------------------
// In its place stands, in your program, the call that runs the robot.

/// What the motor gets, in volts: a PID controller whose derivative is that of the measured angle.
struct gains {
  double proportional = 10.0;  // V / rad
  double integral = 5.0;       // V / (rad s)
  double derivative = 1.0;     // V s / rad
};

constexpr double tick = 0.002;  // s
constexpr int ticks = 3000;

/// What became of a run.
struct run {
  double error = 0.0;           // rad, mean
  double strain = 0.0;          // how near it came to a safety limit; 1: there
  const char* fault = nullptr;  // which safety limit was exceeded
};

/// Six seconds: the arm is to be lifted, lowered and lifted again. What it carries, the friction and the battery differ from run
/// to run, and the encoder has steps.
run follow(const gains& g, knobless::random_stream& rng) {
  const double load = 0.3 + 0.1 * rng.uniform();      // kg, at the end of 0.3 m
  const double friction = 0.1 + 0.1 * rng.uniform();  // N m
  const double battery = 22.0 + 3.0 * rng.uniform();  // V
  constexpr double ohms = 2.0;
  constexpr double torque = 0.5;  // N m / A, behind the gear; also V s / rad
  constexpr double encoder = 2.0 * std::numbers::pi / 2048.0;
  const double inertia = 0.02 + load * 0.09;

  double angle = 0.0;  // from hanging, rad
  double speed = 0.0;  // rad / s
  double before = 0.0;
  double sum = 0.0;
  double slope = 0.0;
  double heat = 0.0;
  run out;
  for (int t = 0; t < ticks; ++t) {
    const double wanted = t < ticks / 3 ? 1.2 : (t < 2 * ticks / 3 ? 0.4 : 1.4);
    const double measured = encoder * std::round(angle / encoder);
    const double error = wanted - measured;
    slope += 0.1 * ((measured - before) / tick - slope);
    before = measured;
    const double unlimited = g.proportional * error + g.integral * sum - g.derivative * slope;
    const double volts = (std::min)((std::max)(unlimited, -battery), battery);
    if (volts == unlimited) sum += tick * error;  // no wind-up

    const double ampere = (volts - torque * speed) / ohms;
    const double drive = torque * ampere - 9.81 * 0.3 * load * std::sin(angle) + 0.2 * rng.normal();
    const double drag = speed == 0.0 ? 0.0 : std::copysign(friction, speed);
    speed += tick * (drive - drag) / inertia;
    angle += tick * speed;
    heat += tick * (ohms * ampere * ampere - heat);  // W, over the last second
    out.error += std::abs(wanted - angle) / ticks;

    const double overshoot = (angle - 1.4) / 0.3;  // 1: at the stop
    out.strain = (std::max)({out.strain, overshoot, heat / 60.0});
    if (overshoot > 1.0) out.fault = "the arm hit its stop";
    if (heat > 60.0) out.fault = "the motor got too hot";
    if (out.fault != nullptr) return out;  // the power is cut
  }
  return out;
}

// ---- Fresh runs ------------------------------------------------------------------------------------------------------

/// Prints how gains do in runs that no search has seen; returns the mean error, of those that ended well.
double judge(const char* name, const gains& g, int& faults) {
  knobless::random_stream rng(2024, 1);
  constexpr int runs = 300;
  double error = 0.0;
  faults = 0;
  for (int i = 0; i < runs; ++i) {
    const run r = follow(g, rng);
    if (r.fault != nullptr)
      ++faults;
    else
      error += r.error;
  }
  error /= (std::max)(1, runs - faults);
  std::printf("  %-15s  P %5.1f  I %5.1f  D %5.2f: %.4f rad, %d of %d at a limit\n", name, g.proportional, g.integral,
              g.derivative, error, faults, runs);
  return error;
}

}  // namespace

int main() {
  // [robot]
  const knobless::space<gains> space{
      knobless::real("P", &gains::proportional, {.low = 1.0, .high = 1000.0, .scale = knobless::scaling::log}),
      knobless::real("I", &gains::integral, {.low = 0.1, .high = 300.0, .scale = knobless::scaling::log}),
      knobless::real("D", &gains::derivative, {.low = 0.01, .high = 100.0, .scale = knobless::scaling::log})};

  knobless::study study{space, knobless::automatic{}, {.seed = 1}};
  study.enqueue(gains{});  // what is safe goes first

  knobless::random_stream world(42);
  for (int trial = 0; trial < 30; ++trial)
    study.step([&](const gains& g) -> knobless::outcome {
      const run r = follow(g, world);
      if (r.fault != nullptr) return knobless::failed(r.fault);  // a lesson as well
      // A limit that is exceeded once in fifty runs is hardly met in thirty: what comes near it costs, too.
      return r.error + 0.1 * (std::max)(0.0, r.strain - 0.5);
    });

  const auto observed = study.best();             // the luckiest run
  const auto estimated = study.best_estimated();  // what to use: the noise is taken out
  // [robot]

  std::printf("%d trials, %d of them at a safety limit (the first: %s)\n", static_cast<int>(study.trials().size()),
              static_cast<int>(study.trials().failures()), study.core().first_failure().c_str());
  std::printf("  best observed:  loss %.4f in trial %d\n", observed.value, static_cast<int>(observed.number));
  std::printf("  best estimated: loss %.4f in trial %d\n", estimated.value, static_cast<int>(estimated.number));
  std::printf("Fresh runs, mean error:\n");
  int faults_before = 0;
  int faults_after = 0;
  int faults_observed = 0;
  const double before = judge("safe defaults", gains{}, faults_before);
  judge("best observed", observed.config, faults_observed);
  const double after = judge("best estimated", estimated.config, faults_after);
  return after < 0.7 * before && faults_after <= faults_before ? 0 : 1;
}
