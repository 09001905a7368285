#pragma once

#include "cma_es.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "../base/random_streams.hpp"
#include "admitted_point.hpp"
#include "cma/first_distribution.hpp"
#include "cma/margin.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {

namespace detail::cma {

// Beyond, d^2 / 2 covariances take more evaluations than there are, and variances alone are learnt.
inline constexpr std::size_t most_dimensions_with_covariances = 200;
// Generations made of known values alone, without one ask, after which known points are asked again.
inline constexpr std::size_t most_silent_generations = 60;

}  // namespace detail::cma

// One ask: take in what was told, update as often as a generation is complete, propose a member of the present one.
KNOBLESS_INLINE std::optional<point> cma_es::ask(const ask_context& context) {
  const history& seen = context.seen;
  if (seen.epoch() != epoch_ || axes_.dimensions != context.space.size() || told_ > seen.size()) clear(context);
  hear(context);
  plateau_.hear(seen);
  if (plateau_.flat()) return plateau_.ask(context);
  if (!begun_ && seen.size() == 0 && seen.pending().empty())
    if (point centre = first_point(context); context.space.admits(centre)) return centre;
  if (!begun_) begin(context);
  generation_.release_dropped(seen);
  while (complete()) {
    ++silent_;
    advance(context);
  }
  if (probe_.due(evaluations_, distribution_.population()) && seen.best()) return probe(context);
  return ask_member(context);
}

// ---- A run -----------------------------------------------------------------------------------------------------------

KNOBLESS_INLINE void cma_es::clear(const ask_context& context) {
  const bool economical = economical_;
  *this = cma_es{};
  economical_ = economical;
  epoch_ = context.seen.epoch();
  axes_ = detail::cma::coordinates(context.space);
  generation_ = detail::cma::generation(axes_);
  categories_ = detail::cma::categories(context.space, axes_);
  helper_ = detail::cma::quadratic_helper(axes_);
}

KNOBLESS_INLINE void cma_es::begin(const ask_context& context) {
  begun_ = true;
  const auto first = detail::cma::first_distribution_of(context.space, axes_, context.seen);
  begin_run(first.mean, detail::cma::first_deviation, smallest_population());
  for (std::size_t j = 0; j < axes_.normals; ++j)
    distribution_.set_scale(j, first.deviation[j] / detail::cma::first_deviation);
  for (std::size_t i = 0; i < context.seen.size() && helped(); ++i)
    if (const observation o = context.seen[i]; o.state == trial_state::complete && o.feasible) helper_.remember(o);
  fill(context);
}

KNOBLESS_INLINE void cma_es::begin_run(std::span<const double> mean, double sigma, std::size_t population) {
  using form = search_distribution::form;
  distribution_.reset(mean, sigma, population,
                      axes_.normals <= detail::cma::most_dimensions_with_covariances ? form::full : form::diagonal);
  generation_.clear();
  evaluations_ = 0;
  termination_.begin_run(axes_.normals, distribution_.population());
  helper_.begin_run(distribution_.population());
}

// A run of BIPOP, from a uniform mean.
KNOBLESS_INLINE void cma_es::restart(const ask_context& context) {
  random_stream rng = next_stream(context.seed);
  const detail::cma::run_plan plan = restarts_.next(evaluations_, probe_.factor() * smallest_population(), rng);
  std::vector<double> mean(axes_.normals);
  for (double& m : mean) m = rng.uniform();
  categories_.restart();
  helper_.forget();
  begin_run(mean, detail::cma::first_deviation * plan.sigma_factor, plan.population);
  if (plan.generations > 0) termination_.limit(plan.generations);
}

// lambda of the tutorial's table 1, categories counted as dimensions.
KNOBLESS_INLINE std::size_t cma_es::smallest_population() const noexcept {
  return search_distribution::default_population(axes_.normals + axes_.categories.size());
}

KNOBLESS_INLINE random_stream cma_es::next_stream(std::uint64_t seed) noexcept {
  return random_stream(seed, detail::streams::generation(drawn_++));
}

// ---- What was told ---------------------------------------------------------------------------------------------------

KNOBLESS_INLINE void cma_es::hear(const ask_context& context) {
  const history& seen = context.seen;
  const std::size_t known = told_;
  bool best_is_ours = false;
  for (; told_ < seen.size(); ++told_) {
    const observation o = seen[told_];
    probe_.hear(o);
    if (const std::size_t i = generation_.find(o.number); i < generation_.size()) {
      if (seen.best() == told_) best_is_ours = true;
      ++evaluations_;
      generation_.tell(i, o);
      if (context.space.constrained() || axes_.all_discrete()) generation_.follow(i, o);
    }
    if (o.state != trial_state::complete || !o.feasible) continue;
    if (begun_ && helped()) helper_.remember(o);
    if (axes_.all_discrete()) known_.note(o);
  }
  // Somebody's guess that is the best so far takes part.
  if (begun_ && seen.best() && *seen.best() >= known && !best_is_ours)
    generation_.adopt(seen[*seen.best()], distribution_);
}

// ---- A generation ----------------------------------------------------------------------------------------------------

// Equations (38) to (40) of the tutorial, and the helper's favourite.
KNOBLESS_INLINE void cma_es::fill(const ask_context& context) {
  const std::size_t lambda = distribution_.population();
  if (helped() && generation_.size() < lambda && helper_.known() > 0)
    if (const auto lowest = helper_.minimum()) generation_.inject(context.space, distribution_, *lowest);
  while (generation_.size() < lambda) draw(context);
  recall_known_values();
  generation_.begin();
  helper_.begin_generation(lambda);
}

KNOBLESS_INLINE void cma_es::draw(const ask_context& context) {
  random_stream rng = next_stream(context.seed);
  generation_.draw(context.space, distribution_, categories_, rng);
}

KNOBLESS_INLINE void cma_es::recall_known_values() {
  if (!axes_.all_discrete() || probe_.noisy() || silent_ > detail::cma::most_silent_generations) return;
  for (std::size_t i = 0; i < generation_.size(); ++i)
    if (generation_[i].state == detail::cma::generation::stage::waiting)
      if (const double* value = known_.find(generation_.unit(i), generation_.active(i))) generation_.recall(i, *value);
}

// Whether enough is known for an update: everything, or that the helper ranks as the objective does, which knows nothing of
// failures.
KNOBLESS_INLINE bool cma_es::complete() {
  const std::size_t lambda = distribution_.population();
  if (generation_.answered() >= lambda) return true;
  return helped() && generation_.lost() == 0 && helper_.agrees(generation_.answered(), lambda);
}

KNOBLESS_INLINE void cma_es::advance(const ask_context& context) {
  ranks_well_ = helper_.speaks();
  const auto told = rank();
  const auto& median = generation_[generation_.chosen()[distribution_.population() / 2]];
  const double median_value = median.state == detail::cma::generation::stage::told ? median.value : told.worst;
  update(context.space);
  if (told.best <= told.worst) termination_.note(told.best, told.worst, median_value, axes_.margin > 0.0);
  generation_.discard_chosen();
  if (termination_.ended(distribution_)) {
    restart(context);
  } else if (probe_.enlarges()) {
    const std::vector<double> mean(distribution_.mean().begin(), distribution_.mean().end());
    begin_run(mean, distribution_.sigma(), detail::cma::noise_probe::enlargement * distribution_.population());
  }
  fill(context);
}

KNOBLESS_INLINE detail::cma::generation::extremes cma_es::rank() {
  const auto told = generation_.select(distribution_.population(), helper_.speaks());
  if (helper_.speaks())
    for (const std::size_t i : generation_.chosen()) generation_.set_value(i, helper_.predicted(generation_.unit(i)));
  generation_.rank(helper_.speaks());
  return told;
}

// Equations (41) to (47), then what the space demands of the distribution.
KNOBLESS_INLINE void cma_es::update(const domain& space) {
  const auto ranked = generation_.ranked(distribution_);
  parents_.clear();
  for (std::size_t r = 0; r < distribution_.parents(); ++r) {
    if (axes_.margin > 0.0)
      detail::cma::centre_changed_integers(space, axes_, distribution_, generation_.ranked_gene(r));
    const std::size_t i = generation_.chosen()[r];
    parents_.push_back({distribution_.weight(r), generation_.unit(i).data(), generation_.active(i).data()});
  }
  distribution_.update(ranked);
  categories_.update(space, parents_);
  detail::cma::keep_inside(axes_, distribution_);
  detail::cma::keep_margin(space, axes_, distribution_);
}

// ---- Proposals -------------------------------------------------------------------------------------------------------

// The centre of the space, in random categories.
KNOBLESS_INLINE point cma_es::first_point(const ask_context& context) const {
  point p = context.blank();
  for (std::size_t k = 0; k < axes_.dimensions; ++k)
    p.unit[k] = context.space[k].numeric() ? 0.5 : context.rng.uniform();
  context.space.complete(p);
  return p;
}

// The best point once more: is there noise?
KNOBLESS_INLINE point cma_es::probe(const ask_context& context) {
  const observation best = context.seen[*context.seen.best()];
  probe_.ask(context.number, best.value);
  context.repeat();
  return best.where();
}

KNOBLESS_INLINE point cma_es::ask_member(const ask_context& context) {
  const std::size_t i = choose();
  if (i == generation_.size()) draw(context);
  silent_ = 0;
  generation_.ask(i, context.number);
  point p = context.blank();
  p.unit.assign(generation_.unit(i).begin(), generation_.unit(i).end());
  p.active.assign(generation_.active(i).begin(), generation_.active(i).end());
  // Where the constraints move it, the gene follows when it is told.
  return detail::admitted_beside(context, std::move(p));
}

// The next member to evaluate: the helper's favourite, else the first; size() if all are out.
KNOBLESS_INLINE std::size_t cma_es::choose() {
  if (helped() && helper_.known() > 1)
    if (const std::size_t i = helper_.favourite(generation_, distribution_.population()); i < generation_.size())
      return i;
  return generation_.first_waiting();
}

}  // namespace knobless

#include "../base/strict_end.inc"
