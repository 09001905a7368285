/// \file
/// Searches of every kind that a report has to show, each of them a matter of milliseconds.
#pragma once

#include <knobless/advance.hpp>
#include <knobless/branch.hpp>
#include <knobless/minimize.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/scheduler/median.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <variant>

namespace searches {

// ---- A conditional space: two boosters, each with settings of its own -------------------------------------------------

struct trees {
  int depth = 6;
  double eta = 0.3;
};
struct linear {
  double penalty = 1.0;
};
struct booster {
  std::variant<trees, linear> kind = trees{};
  double rows = 1.0;
};

inline knobless::space<booster> booster_space() {
  using knobless::scaling;
  return knobless::space<booster>{
      knobless::branch(
          "kind", &booster::kind,
          knobless::when<trees>("trees", knobless::integer("depth", &trees::depth, {.low = 1, .high = 12}),
                                knobless::real("eta", &trees::eta, {.low = 1e-3, .high = 1.0, .scale = scaling::log})),
          knobless::when<linear>("linear", knobless::real("penalty", &linear::penalty,
                                                          {.low = 1e-4, .high = 100.0, .scale = scaling::log}))),
      knobless::real("rows", &booster::rows, {.low = 0.2, .high = 1.0})};
}

inline double booster_loss(const booster& b) {
  const double rows = 0.3 * (b.rows - 0.8) * (b.rows - 0.8);
  if (const auto* const t = std::get_if<trees>(&b.kind))
    return 0.2 + 0.01 * (t->depth - 5) * (t->depth - 5) + 0.1 * std::abs(std::log10(t->eta) + 1.0) + rows;
  return 0.5 + 0.05 * std::abs(std::log10(std::get<linear>(b.kind).penalty)) + rows;
}

inline auto conditional(std::size_t trials = 60) {
  return knobless::minimize(booster_space(), booster_loss, {.trials = trials, .seed = 3});
}

// ---- Trials that report, and are stopped ------------------------------------------------------------------------------

struct rate {
  double value = 0.1;
};

inline knobless::space<rate> rate_space() {
  return knobless::space<rate>{
      knobless::real("rate", &rate::value, {.low = 1e-3, .high = 1.0, .scale = knobless::scaling::log})};
}

inline double loss_after(const rate& r, std::size_t epochs) {
  const double floor = 0.1 + 0.2 * std::abs(std::log10(r.value) + 1.5);
  return floor + std::exp(-r.value * 3.0 * static_cast<double>(epochs));
}

inline auto reporting(std::size_t trials = 60) {
  return knobless::minimize(rate_space(),
                            [](knobless::trial<rate>& t) -> knobless::outcome {
                              for (std::size_t epoch = 1; epoch <= 27; ++epoch) {
                                t.report(epoch, loss_after(t.config(), epoch));
                                if (t.should_stop()) return knobless::pruned;
                              }
                              return loss_after(t.config(), 27);
                            },
                            {.trials = trials, .seed = 5, .scheduler = knobless::median_stopping{}});
}

// ---- Models that are trained in pieces ---------------------------------------------------------------------------------

struct trainer {
  rate of;
  std::size_t epochs = 0;
};

inline auto rungs() {
  return knobless::asha(
      rate_space(), [](const rate& r) { return trainer{r}; },
      [](trainer& t, int more) {
        t.epochs += static_cast<std::size_t>(more);
        return loss_after(t.of, t.epochs);
      },
      {.max_resource = 27, .seed = 2});
}

// ---- Two objectives and limits -----------------------------------------------------------------------------------------

struct network {
  int width = 64;
  double rate = 1e-3;
};
struct scores {
  double error;
  double speed;
};

inline auto two_objectives(std::size_t trials = 60) {
  const knobless::space<network> space{
      knobless::integer("width", &network::width, {.low = 8, .high = 256, .scale = knobless::scaling::log}),
      knobless::real("rate", &network::rate, {.low = 1e-5, .high = 1e-1, .scale = knobless::scaling::log})};
  const knobless::objectives goals{knobless::minimized("error", &scores::error),
                                   knobless::maximized("speed", &scores::speed)};
  return knobless::minimize(
      space, goals,
      [&](const network& n) -> knobless::outcome {
        if (n.rate > 0.02) return knobless::broken("diverged");
        const scores s{1.0 / n.width + 0.1 * std::abs(std::log10(n.rate) + 3.0), 1000.0 / n.width};
        return goals(s).limit("memory", n.width - 150.0).note("commit", "1a2b");
      },
      {.trials = trials, .seed = 7});
}

}  // namespace searches
