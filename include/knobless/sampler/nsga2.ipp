#pragma once

#include "nsga2.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "../base/elementary.hpp"
#include "../record/history_cursor.hpp"
#include "admitted_point.hpp"
#include "first_point.hpp"
#include "goal_order.hpp"
#include "told_nearby.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {

class nsga2::state {
 public:
  state(const history& seen, const domain& space) : heard_(seen), dimensions_(space.size()) {}

  [[nodiscard]] bool of(const history& seen, const domain& space) const noexcept {
    return heard_.follows(seen) && space.size() == dimensions_;
  }
  [[nodiscard]] point ask(const ask_context& context);

 private:
  static constexpr std::size_t least_population = 20;
  static constexpr std::size_t most_population = 100;
  static constexpr std::size_t share = 10;       // of the trials, one in so many is of the population
  static constexpr std::size_t generations = 5;  // in which as many are told as the population has
  // Distribution indices (Deb and Agrawal, Simulated binary crossover for continuous search space, 1995; Deb et al. 2002): lower ones
  // than usual, since the usual ones are for tens of thousands of trials.
  static constexpr double crossover_index = 2.0;
  static constexpr double mutation_index = 3.0;
  static constexpr double crossover_odds = 0.7;

  void hear(const history& seen);
  [[nodiscard]] const detail::goal_order::place& winner(random_stream& rng) const;
  [[nodiscard]] double crossed(const ask_context& context, std::size_t k, double a, double b) const;
  [[nodiscard]] double mutated(const ask_context& context, std::size_t k, double at) const;

  detail::history_cursor heard_;
  std::size_t dimensions_;
  std::size_t told_ = 0;
  std::size_t newcomers_ = 0;
  std::vector<std::size_t> rows_;  // of the population, and of the newcomers behind them
  detail::goal_order order_;
  std::vector<detail::goal_order::place> population_;
};

KNOBLESS_INLINE nsga2::nsga2() = default;
KNOBLESS_INLINE nsga2::nsga2(const nsga2&) : nsga2() {}
KNOBLESS_INLINE nsga2& nsga2::operator=(const nsga2& other) { return *this = nsga2(other); }
KNOBLESS_INLINE nsga2::nsga2(nsga2&&) noexcept = default;
KNOBLESS_INLINE nsga2& nsga2::operator=(nsga2&&) noexcept = default;
KNOBLESS_INLINE nsga2::~nsga2() = default;

// ---- The population --------------------------------------------------------------------------------------------------

KNOBLESS_INLINE void nsga2::state::hear(const history& seen) {
  for (; heard_.more(seen); heard_.advance()) {
    if (!detail::told_nearby(seen[heard_.row()])) continue;
    order_.hear(seen, heard_.row());
    rows_.push_back(heard_.row());
    ++told_;
    ++newcomers_;
    const std::size_t size = (std::min)((std::max)(told_ / share, least_population), most_population);
    if (population_.empty() ? told_ >= least_population : newcomers_ * generations >= size) {
      population_ = order_.sort(seen, rows_);
      population_.resize((std::min)(population_.size(), size));
      rows_.clear();
      for (const detail::goal_order::place& p : population_) rows_.push_back(p.row);
      newcomers_ = 0;
    }
  }
}

// Of two: the population is sorted by front and, within it, by distance.
KNOBLESS_INLINE const detail::goal_order::place& nsga2::state::winner(random_stream& rng) const {
  const auto a = detail::to_size(rng.below(population_.size()));
  const auto b = detail::to_size(rng.below(population_.size()));
  return population_[(std::min)(a, b)];
}

// ---- Children --------------------------------------------------------------------------------------------------------

// Between the parents or beyond one of them (Deb and Agrawal 1995).
KNOBLESS_INLINE double nsga2::state::crossed(const ask_context& context, std::size_t k, double a, double b) const {
  random_stream& rng = context.rng;
  if (rng.uniform() >= crossover_odds) return a;
  if (!context.space[k].numeric()) return b;
  const double u = rng.uniform_open();
  const double base = u <= 0.5 ? 2.0 * u : 0.5 / (1.0 - u);
  const double reach = elementary::exp(elementary::log(base) / (crossover_index + 1.0));
  const double child = 0.5 * ((1.0 + reach) * a + (1.0 - reach) * b);
  return (std::min)((std::max)(child, 0.0), 1.0);
}

// Mostly a short step (Deb et al. 2002); at least one level.
KNOBLESS_INLINE double nsga2::state::mutated(const ask_context& context, std::size_t k, double at) const {
  random_stream& rng = context.rng;
  const parameter& what = context.space[k];
  if (!what.numeric()) return rng.uniform();
  const double u = rng.uniform_open();
  const double base = u <= 0.5 ? 2.0 * u : 2.0 * (1.0 - u);
  const double reach = 1.0 - elementary::exp(elementary::log(base) / (mutation_index + 1.0));
  const double moved = (std::min)((std::max)(u <= 0.5 ? at - reach : at + reach, 0.0), 1.0);
  if (what.continuous() || what.levels() < 2 || what.level(moved) != what.level(at)) return moved;
  const std::uint64_t level = what.level(at);
  const bool up = level == 0 || (level + 1 < what.levels() && u > 0.5);
  return what.unit_of_level(up ? level + 1 : level - 1);
}

KNOBLESS_INLINE point nsga2::state::ask(const ask_context& context) {
  hear(context.seen);
  if (population_.empty()) return detail::first_point(context, least_population);
  const domain& space = context.space;
  random_stream& rng = context.rng;
  const observation a = context.seen[winner(rng).row];
  const observation b = context.seen[winner(rng).row];
  point p = context.blank();
  const double odds = 1.0 / static_cast<double>(dimensions_);
  for (std::size_t k = 0; k < dimensions_; ++k) {
    if (a.active[k] != 0)
      p.unit[k] = b.active[k] != 0 ? crossed(context, k, a.unit[k], b.unit[k]) : a.unit[k];
    else
      p.unit[k] = b.active[k] != 0 ? b.unit[k] : rng.uniform();
    if (rng.uniform() < odds) p.unit[k] = mutated(context, k, p.unit[k]);
  }
  space.complete(p);
  return detail::admitted_beside(context, std::move(p));
}

KNOBLESS_INLINE std::optional<point> nsga2::ask(const ask_context& context) {
  if (!state_ || !state_->of(context.seen, context.space))
    state_ = std::make_unique<state>(context.seen, context.space);
  return state_->ask(context);
}

}  // namespace knobless

#include "../base/strict_end.inc"
