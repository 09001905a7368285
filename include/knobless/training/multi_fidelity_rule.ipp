#pragma once

#include "multi_fidelity_rule.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "../base/random.hpp"
#include "../base/random_streams.hpp"
#include "../record/history.hpp"
#include "../sampler/admitted_point.hpp"
#include "../sampler/first_point.hpp"
#include "rung_model.hpp"
#include "rung_scale.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {

struct multi_fidelity_rule::state {
  state(const promotion_context& context, const std::vector<std::size_t>& resources)
      : rungs(resources), scale(resources.size()), model(context.space, resources) {}

  // The first points, of a Latin hypercube, go to the rung that costs about a ninth of a full training.
  static constexpr std::size_t startup = 8;
  static constexpr std::size_t startup_cost = 9;
  // While legs are running, the model waits for so many values.
  static constexpr std::size_t least_values = 4;
  // What the user's memory has to hold.
  static constexpr std::size_t most_paused = 16;

  [[nodiscard]] bool paused(const training& t, std::size_t i) const {
    return t.state == trial_state::running && !t.busy && target[i] <= t.resource();
  }
  [[nodiscard]] std::optional<std::size_t> on_its_way(std::span<const training> trials) const;
  [[nodiscard]] leg further(std::span<const training> trials, std::size_t trial) const;
  [[nodiscard]] leg begin(std::size_t trial, point p, std::size_t rung);
  [[nodiscard]] leg start(const promotion_context& context, random_stream& rng);
  void release(std::span<const training> trials, std::vector<std::size_t>& out) const;
  [[nodiscard]] std::optional<std::size_t> most_promising(std::span<const training> trials,
                                                          const std::vector<std::size_t>& out) const;
  [[nodiscard]] leg let_up(std::span<const training> trials, std::size_t trial);

  std::vector<std::size_t> rungs;
  detail::rung_scale scale;
  detail::rung_model model;
  std::vector<detail::rung_value> rows;  // in the order of telling
  std::vector<std::size_t> target;       // of a trial: how far it is to be trained without another look
  double screened = 0.0;                 // resource spent on first legs of trials
  double trained = 0.0;                  // and on those that were let up
};

// A trial that was let up is trained to its target, with a value from each rung on its way.
KNOBLESS_INLINE std::optional<std::size_t> multi_fidelity_rule::state::on_its_way(
    std::span<const training> trials) const {
  for (std::size_t i = 0; i < trials.size(); ++i)
    if (trials[i].state == trial_state::running && !trials[i].busy && trials[i].resource() < target[i]) return i;
  return std::nullopt;
}

KNOBLESS_INLINE leg multi_fidelity_rule::state::further(std::span<const training> trials, std::size_t trial) const {
  const std::size_t reached = trials[trial].resource();
  return {trial, rungs[reached == 0 ? 0 : model.rung_of(reached) + 1]};
}

KNOBLESS_INLINE leg multi_fidelity_rule::state::begin(std::size_t trial, point p, std::size_t rung) {
  target.push_back(rungs[rung]);
  screened += static_cast<double>(rungs[rung]);
  return {trial, rungs[0], std::move(p)};
}

KNOBLESS_INLINE leg multi_fidelity_rule::state::start(const promotion_context& context, random_stream& rng) {
  const std::span<const training> trials = context.trials;
  std::size_t rung = model.top();
  while (rung > 0 && rungs[rung] * startup_cost > rungs.back()) --rung;
  const history none(context.space.size());
  const ask_context asked{context.space, none, rng, context.seed, trials.size()};
  point p = detail::first_point(asked, startup);
  const auto taken = [&] {
    return std::any_of(trials.begin(), trials.end(), [&](const training& t) { return t.where == p; });
  };
  for (int tries = 0; tries < 100 && taken(); ++tries)
    p = detail::admitted_anywhere(asked, detail::uniform_point(context.space, rng));
  return begin(trials.size(), std::move(p), rung);
}

KNOBLESS_INLINE void multi_fidelity_rule::state::release(std::span<const training> trials,
                                                         std::vector<std::size_t>& out) const {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < trials.size(); ++i)
    if (paused(trials[i], i)) all.push_back(i);
  std::stable_sort(all.begin(), all.end(),
                   [&](std::size_t a, std::size_t b) { return model.expected(a) < model.expected(b); });
  if (all.size() > most_paused)
    out.insert(out.end(), all.begin() + static_cast<std::ptrdiff_t>(most_paused), all.end());
}

KNOBLESS_INLINE std::optional<std::size_t> multi_fidelity_rule::state::most_promising(
    std::span<const training> trials, const std::vector<std::size_t>& out) const {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const training& t = trials[i];
    if (t.state != trial_state::running || t.busy || t.curve.empty()) continue;
    if (std::find(out.begin(), out.end(), i) != out.end()) continue;
    if (!best || model.expected(i) < model.expected(*best)) best = i;
  }
  return best;
}

KNOBLESS_INLINE leg multi_fidelity_rule::state::let_up(std::span<const training> trials, std::size_t trial) {
  trained += static_cast<double>(rungs.back() - trials[trial].resource());
  target[trial] = rungs.back();
  return further(trials, trial);
}

KNOBLESS_INLINE multi_fidelity_rule::multi_fidelity_rule(std::size_t min_resource, std::size_t max_resource)
    : rungs_(geometric_rungs((std::max)(min_resource, max_resource / lowest_share), max_resource, 3)) {}

KNOBLESS_INLINE multi_fidelity_rule::multi_fidelity_rule(multi_fidelity_rule&&) noexcept = default;
KNOBLESS_INLINE multi_fidelity_rule& multi_fidelity_rule::operator=(multi_fidelity_rule&&) noexcept = default;
KNOBLESS_INLINE multi_fidelity_rule::~multi_fidelity_rule() = default;

KNOBLESS_INLINE std::optional<leg> multi_fidelity_rule::next(const promotion_context& context,
                                                             std::vector<std::size_t>& out) {
  if (!state_) state_ = std::make_unique<state>(context, rungs_);
  state& s = *state_;
  const std::span<const training> trials = context.trials;
  random_stream rng(context.seed, detail::streams::trial(trials.size()));
  if (const auto on = s.on_its_way(trials)) return s.further(trials, *on);
  if (!context.exhausted && trials.size() < state::startup) return s.start(context, rng);
  const bool somebody_busy = std::any_of(trials.begin(), trials.end(), [](const training& t) { return t.busy; });
  if (s.rows.empty() || (s.rows.size() < state::least_values && somebody_busy)) return std::nullopt;

  s.scale.fit(s.rows, s.target.size());
  s.model.learn(context, s.rows, s.scale, s.target, rng);
  s.release(trials, out);
  std::optional<point> fresh;
  if (!context.exhausted) fresh = s.model.propose(context, rng);
  const std::size_t rung = fresh ? s.model.first_rung(*fresh) : 0;
  if (!fresh || (rung < s.model.top() && s.trained < s.screened)) {
    if (const auto best = s.most_promising(trials, out)) return s.let_up(trials, *best);
    if (!fresh) return std::nullopt;
  }
  return s.begin(trials.size(), std::move(*fresh), rung);
}

KNOBLESS_INLINE void multi_fidelity_rule::told(const promotion_context& context, std::size_t trial) {
  state& s = *state_;
  const training& t = context.trials[trial];
  const bool bad = t.state == trial_state::failed;
  const std::size_t reached = t.curve.empty() ? 0 : s.model.rung_of(t.resource()) + (bad ? 1U : 0U);
  s.rows.push_back({trial, reached, bad, bad ? 0.0 : t.value()});
}

}  // namespace knobless

#include "../base/strict_end.inc"
