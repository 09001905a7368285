#pragma once

#include "cma_es.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "../elementary.hpp"

#include "../detail/strict_begin.inc"

namespace knobless {

// ---- The space and the start -----------------------------------------------------------------------------------------

KNOBLESS_INLINE void cma_es::clear(const ask_context& context) {
  const bool economical = economical_;
  *this = cma_es{};
  economical_ = economical;
  const domain& space = context.space;
  epoch_ = context.seen.epoch();
  dimensions_ = space.size();
  plain_ = !space.conditional();
  std::size_t discrete = 0;
  for (std::size_t k = 0; k < dimensions_; ++k) {
    (space[k].numeric() ? numeric_ : categories_).push_back(k);
    if (!space[k].continuous()) ++discrete;
  }
  plain_ = plain_ && categories_.empty();
  discrete_ = discrete == dimensions_;
  n_ = (std::max)(numeric_.size(), std::size_t{1});
  features_ = numeric_.size();
  for (const std::size_t k : categories_) features_ += static_cast<std::size_t>(space[k].levels()) - 1;
  // With this margin all discrete coordinates together stay where they are with probability 0.73 (Hamano et al. 2022).
  margin_ = discrete == 0 ? 0.0 : 1.0 - elementary::exp(elementary::log(0.73) / static_cast<double>(discrete));
  for (const std::size_t k : categories_) {
    const auto levels = static_cast<std::size_t>(space[k].levels());
    first_.push_back(q_.size());
    q_.insert(q_.end(), levels, 1.0 / static_cast<double>(levels));
  }
  signal_.assign(q_.size(), 0.0);
  gradient_.assign(q_.size(), 0.0);
  root_.assign(q_.size(), 0.0);
  scratch_.assign(n_ + features_, 0.0);
}

// The first mean and deviations. A long history says both: those of its best tenth, widened (WS-CMA-ES: Nomura et al., AAAI
// 2021, but for the covariances, which a dozen points do not know).
KNOBLESS_INLINE void cma_es::begin(const ask_context& context) {
  begun_ = true;
  const history& seen = context.seen;
  std::vector<double> mean(n_, 0.5);
  std::vector<double> deviation(n_, first_deviation);
  const auto take = [&](std::span<const double> unit, std::span<const unsigned char> active) {
    for (std::size_t j = 0; j < numeric_.size(); ++j)
      if (active[numeric_[j]] != 0) mean[j] = (std::min)((std::max)(unit[numeric_[j]], 0.0), 1.0);
  };
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (const observation o = seen[i]; o.state == trial_state::complete && context.space.contains(o.where()))
      rows.push_back(i);
  if (seen.best()) {
    take(seen[*seen.best()].unit, seen[*seen.best()].active);
  } else if (!seen.pending().empty()) {
    const point& p = seen.pending().front().where;
    take(p.unit, p.active);
  }
  if (rows.size() >= long_history) {
    std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
      return seen[a].value != seen[b].value ? seen[a].value < seen[b].value : seen[a].number < seen[b].number;
    });
    rows.resize(rows.size() / 10);
    for (std::size_t j = 0; j < numeric_.size(); ++j) {
      double sum = 0.0;
      double squares = 0.0;
      double count = 0.0;
      for (const std::size_t i : rows)
        if (const observation o = seen[i]; o.active[numeric_[j]] != 0) {
          const double gap = o.unit[numeric_[j]] - mean[j];
          sum += gap;
          squares += gap * gap;
          count += 1.0;
        }
      if (count < 2.0) continue;
      mean[j] += sum / count;
      const double variance = (std::max)(0.0, squares / count - sum / count * (sum / count));
      deviation[j] = (std::min)(first_deviation, std::sqrt(widening * widening + variance));
    }
  }
  start_run(mean, first_deviation, search_distribution::default_population(n_ + categories_.size()));
  for (std::size_t j = 0; j < n_; ++j) distribution_.set_scale(j, deviation[j] / first_deviation);
  if (model_wanted())
    for (std::size_t i = 0; i < seen.size(); ++i)
      if (const observation o = seen[i]; o.state == trial_state::complete) remember(context.space, o);
  fill(context);
}

KNOBLESS_INLINE void cma_es::start_run(std::span<const double> mean, double sigma, std::size_t population) {
  distribution_.reset(mean, sigma, population,
                      n_ <= 200 ? search_distribution::form::full : search_distribution::form::diagonal);
  const std::size_t lambda = distribution_.population();
  members_.clear();
  asked_ = 0;
  answered_ = 0;
  failed_ = 0;
  heard_ = 0;
  evaluations_ = 0;
  best_values_.clear();
  median_values_.clear();
  const auto n = static_cast<double>(n_);
  allowance_ = 100 + static_cast<std::size_t>(50.0 * (n + 3.0) * (n + 3.0) / std::sqrt(static_cast<double>(lambda)));
  capacity_ = (std::max)(2 * quadratic::coefficients(quadratic::form::full, features_), lambda);
  stale_ = true;
}

// BIPOP (Hansen, GECCO 2009 workshop): runs with a population that doubles, and in between as many evaluations in runs with
// small ones and small steps.
KNOBLESS_INLINE void cma_es::restart(const ask_context& context) {
  if (run_ > 0) spent_[large_ ? 0 : 1] += evaluations_;
  ++run_;
  large_ = spent_[0] <= spent_[1];
  random rng(context.seed, ~(std::uint64_t{0xC3A} << 40U) - drawn_++);
  const auto smallest =
      static_cast<double>((noisy_ ? crowd : 1) * search_distribution::default_population(n_ + categories_.size()));
  double lambda = smallest;
  double sigma = first_deviation;
  if (large_) {
    ++doublings_;
    lambda *= static_cast<double>(std::uint64_t{1} << (std::min)(doublings_, std::size_t{20}));
  } else {
    const double half = 0.5 * static_cast<double>(std::uint64_t{1} << (std::min)(doublings_, std::size_t{20}));
    const double u = rng.uniform();
    lambda *= elementary::exp(u * u * elementary::log(half));
    sigma *= elementary::exp(-2.0 * rng.uniform() * elementary::log(10.0));
  }
  std::vector<double> mean(n_);
  for (double& m : mean) m = rng.uniform();
  std::size_t first = 0;
  for (const std::size_t k : categories_) {
    const auto levels = static_cast<std::size_t>(context.space[k].levels());
    for (std::size_t l = 0; l < levels; ++l) q_[first + l] = 1.0 / static_cast<double>(levels);
    first += levels;
  }
  trust_ = 1.0;
  signal_mass_ = 0.0;
  std::fill(signal_.begin(), signal_.end(), 0.0);
  // What was told elsewhere says little about where this run begins.
  archive_.clear();
  model_ready_ = false;
  form_ = quadratic::form::linear;
  const std::size_t last = spent_[0];
  start_run(mean, sigma, static_cast<std::size_t>(lambda));
  if (!large_) allowance_ = (std::min)(allowance_, last / 2 / distribution_.population() + 1);
}

// ---- What was told ---------------------------------------------------------------------------------------------------

// A point as the model sees it: numbers as they are, a category as one indicator for each level but the first. What is inactive
// is constant.
KNOBLESS_INLINE void cma_es::features(const domain& space, std::span<const double> unit,
                                      std::span<const unsigned char> active, double* to) const {
  for (const std::size_t k : numeric_) *to++ = active[k] != 0 ? unit[k] : 0.5;
  for (const std::size_t k : categories_) {
    const std::uint64_t level = active[k] != 0 ? space[k].level(unit[k]) : 0;
    for (std::uint64_t l = 1; l < space[k].levels(); ++l) *to++ = l == level ? 1.0 : 0.0;
  }
}

KNOBLESS_INLINE void cma_es::remember(const domain& space, const observation& o) {
  std::size_t slot = archive_.size();
  if (archive_.size() == capacity_) {
    if (o.number < archive_.front().number) return;
    slot = archive_.front().slot;
    archive_.erase(archive_.begin());
  }
  archive_points_.resize((std::max)(archive_points_.size(), (slot + 1) * features_));
  features(space, o.unit, o.active, &archive_points_[slot * features_]);
  auto place = archive_.end();
  while (place != archive_.begin() && (place - 1)->number > o.number) --place;
  archive_.insert(place, {o.number, o.value, slot});
  stale_ = true;
}

KNOBLESS_INLINE void cma_es::absorb(const ask_context& context) {
  const history& seen = context.seen;
  const std::size_t known = told_;
  bool best_is_ours = false;
  for (; told_ < seen.size(); ++told_) {
    const observation o = seen[told_];
    // Mostly the one after the last.
    const std::size_t count = members_.size();
    std::size_t i = count;
    for (std::size_t tried = 0; tried < count && i == count; ++tried) {
      const std::size_t at = heard_ + tried < count ? heard_ + tried : heard_ + tried - count;
      if (members_[at].state == stage::asked && members_[at].number == o.number) i = at;
    }
    const bool valued = o.state == trial_state::complete;
    if (probing_ && o.number == probe_) {
      probing_ = false;
      if (valued && o.value != probe_value_) noisy_ = true;
    }
    if (i < members_.size()) {
      heard_ = i + 1 < count ? i + 1 : 0;
      if (seen.best() == told_) best_is_ours = true;
      --asked_;
      ++answered_;
      if (!valued) ++failed_;
      ++evaluations_;
      members_[i].state = valued ? stage::told : stage::failed;
      members_[i].value = o.value;
      if (context.space.constrained())
        // The study may have asked another point instead.
        for (std::size_t j = 0; j < numeric_.size(); ++j)
          if (o.active[numeric_[j]] != 0 && o.unit[numeric_[j]] != units_[i * dimensions_ + numeric_[j]]) {
            genes_[i * n_ + j] = o.unit[numeric_[j]];
            members_[i].length = -1.0;
          }
    }
    if (!valued) continue;
    if (begun_ && model_wanted()) remember(context.space, o);
    if (discrete_) note_value(o);
  }
  // Somebody's guess that is the best so far takes part.
  if (!begun_ || !seen.best() || *seen.best() < known || best_is_ours) return;
  const observation o = seen[*seen.best()];
  const std::size_t i = append();
  members_[i] = {o.number, o.value, -1.0, stage::told};
  ++answered_;
  for (std::size_t k = 0; k < dimensions_; ++k) {
    units_[i * dimensions_ + k] = o.unit[k];
    active_[i * dimensions_ + k] = o.active[k];
  }
  for (std::size_t j = 0; j < numeric_.size(); ++j)
    genes_[i * n_ + j] = o.active[numeric_[j]] != 0 ? o.unit[numeric_[j]] : distribution_.mean()[j];
  if (numeric_.empty()) genes_[i * n_] = distribution_.mean()[0];
}

KNOBLESS_INLINE void cma_es::release_dropped(const history& seen) {
  if (asked_ <= seen.pending().size()) return;
  for (member& m : members_) {
    if (m.state != stage::asked) continue;
    bool running = false;
    for (const pending_trial& p : seen.pending()) running = running || p.number == m.number;
    if (running) continue;
    m.state = stage::waiting;
    waiting_ = 0;
    --asked_;
  }
}

// Where all parameters are discrete, a point has one value: known ones need no trial.
KNOBLESS_INLINE void cma_es::note_value(const observation& o) {
  const std::uint64_t h = detail::point_hash(o.unit, o.active);
  const auto place =
      std::lower_bound(known_.begin(), known_.end(), h, [](const auto& k, std::uint64_t x) { return k.first < x; });
  if (place == known_.end() || place->first != h) known_.insert(place, {h, o.value});
}

KNOBLESS_INLINE void cma_es::recall(std::size_t i) {
  if (!discrete_ || noisy_ || silent_ > most_silent) return;
  const std::uint64_t h =
      detail::point_hash({&units_[i * dimensions_], dimensions_}, {&active_[i * dimensions_], dimensions_});
  const auto place =
      std::lower_bound(known_.begin(), known_.end(), h, [](const auto& k, std::uint64_t x) { return k.first < x; });
  if (place == known_.end() || place->first != h) return;
  members_[i].state = stage::told;
  members_[i].value = place->second;
  ++answered_;
}

// ---- A generation ----------------------------------------------------------------------------------------------------

// What is evaluated where the distribution drew a member: the nearest point of the space.
KNOBLESS_INLINE void cma_es::place(const domain& space, std::size_t i) {
  double* unit = &units_[i * dimensions_];
  for (std::size_t j = 0; j < numeric_.size(); ++j) unit[numeric_[j]] = space[numeric_[j]].snap(genes_[i * n_ + j]);
  if (!space.conditional()) return;
  trial_.unit.assign(unit, unit + dimensions_);
  space.complete(trial_);
  for (std::size_t k = 0; k < dimensions_; ++k) {
    unit[k] = trial_.unit[k];
    active_[i * dimensions_ + k] = trial_.active[k];
  }
}

// Room for one more.
KNOBLESS_INLINE std::size_t cma_es::append() {
  const std::size_t i = members_.size();
  members_.emplace_back();
  genes_.resize((std::max)(genes_.size(), members_.size() * n_));
  units_.resize((std::max)(units_.size(), members_.size() * dimensions_));
  active_.resize((std::max)(active_.size(), members_.size() * dimensions_), 1);
  return i;
}

KNOBLESS_INLINE void cma_es::add_member(const ask_context& context) {
  const domain& space = context.space;
  const std::size_t i = append();
  random rng(context.seed, ~(std::uint64_t{0xC3A} << 40U) - drawn_++);
  for (int tries = 0; tries < 20; ++tries) {
    members_[i].length = distribution_.sample(rng, &genes_[i * n_]);
    for (std::size_t c = 0; c < categories_.size(); ++c) {
      const std::size_t k = categories_[c];
      const auto levels = static_cast<std::size_t>(space[k].levels());
      double u = rng.uniform();
      std::size_t level = 0;
      while (level + 1 < levels && u >= q_[first_[c] + level]) u -= q_[first_[c] + level++];
      units_[i * dimensions_ + k] = space[k].unit_of_level(level);
    }
    place(space, i);
    if (!space.constrained()) return;
    trial_.unit.assign(&units_[i * dimensions_], &units_[i * dimensions_] + dimensions_);
    trial_.active.assign(&active_[i * dimensions_], &active_[i * dimensions_] + dimensions_);
    if (space.admits(trial_)) return;
  }
}

// The model's optimum takes part, no further from the mean than the distribution's own points.
KNOBLESS_INLINE void cma_es::inject(const domain& space) {
  if (stale_) fit_model();
  const std::span<double> found(scratch_.data(), n_);
  if (!model_ready_ || !model_.minimum(trust_radius, found)) return;
  const std::size_t i = append();
  double* gene = &genes_[i * n_];
  for (std::size_t j = 0; j < n_; ++j) gene[j] = (std::min)((std::max)(found[j], 0.0), 1.0);
  const double length = std::sqrt(distribution_.length(gene));
  const double limit = std::sqrt(static_cast<double>(n_));
  if (length > limit)
    for (std::size_t j = 0; j < n_; ++j)
      gene[j] = distribution_.mean()[j] + (gene[j] - distribution_.mean()[j]) * (limit / length);
  members_[i].length = -1.0;
  place(space, i);
}

KNOBLESS_INLINE void cma_es::fill(const ask_context& context) {
  const std::size_t lambda = distribution_.population();
  if (plain_ && model_wanted() && members_.size() < lambda && !archive_.empty()) inject(context.space);
  while (members_.size() < lambda) add_member(context);
  for (std::size_t i = 0; i < members_.size(); ++i)
    if (members_[i].state == stage::waiting) recall(i);
  const auto count = static_cast<double>(archive_.size());
  wanted_ = static_cast<std::size_t>(1.0 + (std::max)(0.02 * static_cast<double>(lambda), 4.0 - count));
  by_model_ = false;
  predictions_.clear();
  waiting_ = 0;
}

// Whether enough is known for an update: everything, or what the model needed to show that it ranks as the objective does
// (lq-CMA-ES: Hansen, A global surrogate assisted CMA-ES, GECCO 2019).
KNOBLESS_INLINE bool cma_es::complete() {
  const std::size_t lambda = distribution_.population();
  if (answered_ >= lambda) return true;
  // Of failures the model knows nothing.
  if (!model_wanted() || failed_ > 0) return false;
  while (answered_ >= wanted_) {
    fit_model();
    predictions_.clear();
    const auto recent = (std::min)(1.2 * static_cast<double>(answered_), 0.75 * static_cast<double>(lambda));
    by_model_ = model_ready_ && agreement(static_cast<std::size_t>((std::max)(15.0, recent))) >= enough_agreement;
    if (by_model_) return true;
    wanted_ += (wanted_ + 1) / 2;
  }
  return false;
}

KNOBLESS_INLINE void cma_es::advance(const ask_context& context) {
  const std::size_t lambda = distribution_.population();
  // Who takes part: those told first, or, where the model speaks for those untold, the first of the members.
  order_.clear();
  for (std::size_t i = 0; i < members_.size() && order_.size() < lambda; ++i)
    if (by_model_ || members_[i].state >= stage::told) order_.push_back(i);
  double best = (std::numeric_limits<double>::max)();
  double worst = std::numeric_limits<double>::lowest();
  for (const std::size_t i : order_)
    if (members_[i].state == stage::told) {
      best = (std::min)(best, members_[i].value);
      worst = (std::max)(worst, members_[i].value);
    }
  if (by_model_) {
    for (const std::size_t i : order_) members_[i].value = predicted(context.space, i);
    std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return members_[a].value != members_[b].value ? members_[a].value < members_[b].value : a < b;
    });
  } else {
    std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      if (members_[a].state != members_[b].state) return members_[a].state < members_[b].state;
      if (members_[a].state == stage::told && members_[a].value != members_[b].value)
        return members_[a].value < members_[b].value;
      return a < b;
    });
  }
  const double median = members_[order_[lambda / 2]].state == stage::told ? members_[order_[lambda / 2]].value : worst;
  ranked_.resize(lambda);
  const auto n = static_cast<double>(n_);
  const double limit = std::sqrt(n) + 2.0 * n / (n + 2.0);
  for (std::size_t r = 0; r < lambda; ++r) {
    const std::size_t i = order_[r];
    double* x = &genes_[i * n_];
    double& length = members_[i].length;
    if (length < 0.0) {
      // Not drawn from the present distribution: no further than its own points go (Hansen, Injecting external solutions
      // into CMA-ES, 2011).
      length = distribution_.length(x);
      if (length > limit * limit) {
        const double shrink = limit / std::sqrt(length);
        for (std::size_t j = 0; j < n_; ++j) {
          const double m = distribution_.mean()[j];
          x[j] = m + shrink * (x[j] - m);
        }
        length = limit * limit;
      }
    }
    ranked_[r] = {x, length};
  }
  // An integer that changed counts as the middle of its cell: else steps within a cell are mistaken for progress (Marty et
  // al., LION 2024).
  if (margin_ > 0.0)
    for (std::size_t r = 0; r < distribution_.parents(); ++r)
      for (std::size_t j = 0; j < numeric_.size(); ++j) {
        const parameter& p = context.space[numeric_[j]];
        if (p.continuous()) continue;
        double& x = genes_[order_[r] * n_ + j];
        const double inside = x;
        if (p.level(inside) != p.level(distribution_.mean()[j])) x = p.snap(inside);
      }
  distribution_.update(ranked_);
  update_categories(context.space);
  bound(context.space);
  if (best <= worst) {
    // Among integers and categories there are many local optima: a run ends when it improves by little.
    if (best_values_.empty()) tolerance_ = margin_ > 0.0 ? little * (worst - best) : 0.0;
    best_values_.push_back(best);
    median_values_.push_back(median);
  }

  // The others stay for the next generation; waiting ones were drawn for this.
  for (const std::size_t i : order_) {
    if (members_[i].state == stage::asked) --asked_;
    members_[i].state = stage::used;
  }
  std::size_t kept = 0;
  answered_ = 0;
  failed_ = 0;
  heard_ = 0;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].state == stage::used || members_[i].state == stage::waiting) continue;
    if (members_[i].state >= stage::told) ++answered_;
    if (members_[i].state == stage::failed) ++failed_;
    members_[kept] = members_[i];
    members_[kept].length = -1.0;
    std::copy_n(genes_.begin() + static_cast<std::ptrdiff_t>(i * n_), n_,
                genes_.begin() + static_cast<std::ptrdiff_t>(kept * n_));
    std::copy_n(units_.begin() + static_cast<std::ptrdiff_t>(i * dimensions_), dimensions_,
                units_.begin() + static_cast<std::ptrdiff_t>(kept * dimensions_));
    std::copy_n(active_.begin() + static_cast<std::ptrdiff_t>(i * dimensions_), dimensions_,
                active_.begin() + static_cast<std::ptrdiff_t>(kept * dimensions_));
    ++kept;
  }
  members_.resize(kept);
  if (exhausted()) {
    restart(context);
  } else if (noisy_ && !crowded_) {
    // A larger generation averages noise out.
    crowded_ = true;
    const std::vector<double> mean(distribution_.mean().begin(), distribution_.mean().end());
    start_run(mean, distribution_.sigma(), crowd * lambda);
  }
  fill(context);
}

// Keeps the mean inside, the deviations below a third of the space, and those of discrete coordinates wide enough to leave the
// mean's cell now and then (CMA-ES with margin: Hamano et al., GECCO 2022).
KNOBLESS_INLINE void cma_es::bound(const domain& space) {
  double widest = 0.0;
  for (std::size_t j = 0; j < numeric_.size(); ++j) {
    const double m = distribution_.mean()[j];
    if (m < 0.0 || m > 1.0) distribution_.move_mean(j, m < 0.0 ? 0.0 : 1.0);
    widest = (std::max)(widest, distribution_.deviation(j));
  }
  if (widest > 1.0 / 3.0) distribution_.scale_sigma(1.0 / 3.0 / widest);
  if (!(margin_ > 0.0)) return;
  const double quantile = -elementary::normal_quantile(0.5 * margin_);
  for (std::size_t j = 0; j < numeric_.size(); ++j) {
    const parameter& p = space[numeric_[j]];
    if (p.continuous() || p.levels() < 2) continue;
    const std::uint64_t level = p.level(distribution_.mean()[j]);
    const double half = 0.5 * (p.cell_low(level + 1) - p.cell_low(level));
    const double needed = half / quantile;
    const double deviation = distribution_.deviation(j);
    if (deviation < needed) distribution_.set_scale(j, distribution_.scale(j) * (needed / deviation));
  }
}

KNOBLESS_INLINE bool cma_es::exhausted() {
  if (distribution_.degenerate() || !(distribution_.condition() < 1e14)) return true;
  const std::size_t g = distribution_.generation();
  if (g >= allowance_) return true;
  const auto n = static_cast<double>(n_);
  const auto lambda = static_cast<double>(distribution_.population());
  // All of it smaller than what doubles tell apart in the unit cube.
  bool tiny = true;
  for (std::size_t k = 0; k < n_ && tiny; ++k)
    tiny = distribution_.deviation(k) < 1e-12 && std::abs(distribution_.path(k)) < 1e-12;
  if (tiny || distribution_.without_effect()) return true;
  // Values that differ by rounding alone.
  const auto recent = static_cast<std::size_t>(10.0 + std::ceil(30.0 * n / lambda));
  const std::size_t count = best_values_.size();
  if (count >= recent) {
    double low = best_values_.back();
    double high = low;
    for (std::size_t i = count - recent; i < count; ++i) {
      low = (std::min)(low, best_values_[i]);
      high = (std::max)(high, best_values_[i]);
    }
    if (high - low <= (std::max)(1e-12 * std::abs(low), tolerance_)) return true;
  }
  // Stagnation: no progress of the medians and the best values over a long while.
  const auto window = static_cast<std::size_t>(120.0 + 30.0 * n / lambda);
  if (count >= window + count / 5) {
    const std::size_t length = (std::max)(window, count / 5);
    const auto median_of = [&](const std::vector<double>& values, std::size_t from, std::size_t to) {
      fit_values_.assign(values.begin() + static_cast<std::ptrdiff_t>(from),
                         values.begin() + static_cast<std::ptrdiff_t>(to));
      std::nth_element(fit_values_.begin(), fit_values_.begin() + static_cast<std::ptrdiff_t>((to - from) / 2),
                       fit_values_.end());
      return fit_values_[(to - from) / 2];
    };
    const std::size_t part = length * 3 / 10;
    if (median_of(best_values_, count - part, count) >=
            median_of(best_values_, count - length, count - length + part) &&
        median_of(median_values_, count - part, count) >=
            median_of(median_values_, count - length, count - length + part))
      return true;
  }
  return false;
}

// ---- Categories ------------------------------------------------------------------------------------------------------

// CatCMA with margin (Hamano et al., GECCO 2025): the parents' natural gradient on each category's probabilities, with a step
// that adapts to its signal-to-noise ratio (ASNG: Akimoto et al., ICML 2019), and a least probability.
KNOBLESS_INLINE void cma_es::update_categories(const domain& space) {
  if (categories_.empty()) return;
  std::fill(gradient_.begin(), gradient_.end(), 0.0);
  for (std::size_t c = 0; c < categories_.size(); ++c) {
    const std::size_t k = categories_[c];
    const auto levels = static_cast<std::size_t>(space[k].levels());
    double* g = &gradient_[first_[c]];
    double weight = 0.0;
    for (std::size_t r = 0; r < distribution_.parents(); ++r) {
      const std::size_t i = order_[r];
      if (active_[i * dimensions_ + k] == 0) continue;
      g[space[k].level(units_[i * dimensions_ + k])] += distribution_.weight(r);
      weight += distribution_.weight(r);
    }
    for (std::size_t l = 0; l < levels; ++l) g[l] -= weight * q_[first_[c] + l];
  }
  // The gradient in coordinates in which the Fisher information is the identity (appendix B of ASNG).
  double squared = 0.0;
  double freedom = 0.0;
  for (std::size_t c = 0; c < categories_.size(); ++c) {
    const auto last = static_cast<std::size_t>(space[categories_[c]].levels() - 1);
    const double* g = &gradient_[first_[c]];
    const double* q = &q_[first_[c]];
    double* root = &root_[first_[c]];
    double sum = 0.0;
    for (std::size_t l = 0; l < last; ++l) sum += g[l];
    for (std::size_t l = 0; l < last; ++l) {
      root[l] = g[l] / std::sqrt(q[l]) + std::sqrt(q[l]) * sum / (q[last] + std::sqrt(q[last]));
      squared += root[l] * root[l];
    }
    freedom += static_cast<double>(last);
  }
  if (!(squared > 0.0)) return;
  const double norm = std::sqrt(squared);
  const double step = 1.0 / trust_;
  for (std::size_t l = 0; l < q_.size(); ++l) q_[l] += step / norm * gradient_[l];
  const double beta = step / std::sqrt(freedom);
  double signal = 0.0;
  for (std::size_t l = 0; l < signal_.size(); ++l) {
    signal_[l] = (1.0 - beta) * signal_[l] + std::sqrt(beta * (2.0 - beta)) * root_[l] / norm;
    signal += signal_[l] * signal_[l];
  }
  signal_mass_ = (1.0 - beta) * (1.0 - beta) * signal_mass_ + beta * (2.0 - beta);
  trust_ *= elementary::exp(beta * (signal_mass_ - signal / 1.5));
  for (std::size_t c = 0; c < categories_.size(); ++c) {
    const auto levels = static_cast<std::size_t>(space[categories_[c]].levels());
    if (levels < 2) continue;
    double* q = &q_[first_[c]];
    const double least = margin_ / static_cast<double>(levels - 1);
    double sum = 0.0;
    for (std::size_t l = 0; l < levels; ++l) sum += q[l] = (std::max)(q[l], least);
    const double beyond = sum - least * static_cast<double>(levels);
    const double excess = sum - 1.0;
    for (std::size_t l = 0; l < levels && beyond > 0.0; ++l) q[l] -= excess * (q[l] - least) / beyond;
  }
}

// ---- The quadratic helper --------------------------------------------------------------------------------------------

KNOBLESS_INLINE bool cma_es::model_wanted() const { return plain_ && !economical_ && n_ <= 20 && told_ < 1000 * n_; }

KNOBLESS_INLINE void cma_es::fit_model() {
  const std::size_t size = archive_.size();
  stale_ = false;
  model_ready_ = false;
  if (size < 2) return;
  const auto have = 0.75 * static_cast<double>(size);
  for (const quadratic::form f : {quadratic::form::diagonal, quadratic::form::full})
    if (f > form_ && have >= 0.85 * static_cast<double>(quadratic::coefficients(f, features_))) form_ = f;
  const std::size_t used = (std::min)(size, (std::max)(quadratic::coefficients(form_, features_) + 2,
                                                       static_cast<std::size_t>(0.75 * static_cast<double>(size + 1))));
  order_.resize(size);
  for (std::size_t i = 0; i < size; ++i) order_[i] = i;
  std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
    return archive_[a].value != archive_[b].value ? archive_[a].value < archive_[b].value : a > b;
  });
  fit_points_.resize(used * features_);
  fit_values_.resize(used);
  fit_weights_.resize(used);
  fit_numbers_.resize(used);
  for (std::size_t r = 0; r < used; ++r) {
    const record& from = archive_[order_[r]];
    std::copy_n(archive_points_.begin() + static_cast<std::ptrdiff_t>(from.slot * features_), features_,
                fit_points_.begin() + static_cast<std::ptrdiff_t>(r * features_));
    fit_numbers_[r] = from.number;
    fit_values_[r] = from.value - archive_[order_.front()].value;
    // From about 20 to 1 in six steps: so few weights change from fit to fit, and the model can follow.
    const std::size_t step = 6 * r / used;
    fit_weights_[r] = 20.0 - 19.0 * (static_cast<double>(step) + 0.5) / 6.0;
  }
  model_.fit(form_, features_, fit_points_, fit_values_, fit_weights_, fit_numbers_);
  model_ready_ = true;
}

KNOBLESS_INLINE double cma_es::predicted(const domain& space, std::size_t i) {
  features(space, {&units_[i * dimensions_], dimensions_}, {&active_[i * dimensions_], dimensions_}, scratch_.data());
  return model_({scratch_.data(), features_});
}

// Kendall's tau-b between what was observed and what the model says, over the latest points.
KNOBLESS_INLINE double cma_es::agreement(std::size_t latest) {
  const std::size_t count = (std::min)(latest, archive_.size());
  if (count < 3) return 0.0;
  fit_values_.resize(count);
  const record* from = &archive_[archive_.size() - count];
  for (std::size_t i = 0; i < count; ++i)
    fit_values_[i] = model_({&archive_points_[from[i].slot * features_], features_});
  double sum = 0.0;
  double pairs_a = 0.0;
  double pairs_b = 0.0;
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const double a = from[i].value - from[j].value;
      const double b = fit_values_[i] - fit_values_[j];
      const double sign_a = a > 0.0 ? 1.0 : (a < 0.0 ? -1.0 : 0.0);
      const double sign_b = b > 0.0 ? 1.0 : (b < 0.0 ? -1.0 : 0.0);
      sum += sign_a * sign_b;
      pairs_a += sign_a * sign_a;
      pairs_b += sign_b * sign_b;
    }
  return pairs_a > 0.0 && pairs_b > 0.0 ? sum / std::sqrt(pairs_a * pairs_b) : 0.0;
}

// The next member to evaluate: the model's favourite, else the first; members_.size() if all are out.
KNOBLESS_INLINE std::size_t cma_es::choose(const domain& space) {
  const std::size_t count = (std::min)(members_.size(), distribution_.population());
  std::size_t found = members_.size();
  if (model_wanted() && archive_.size() > 1) {
    if (predictions_.empty()) {
      if (stale_) fit_model();
      predictions_.resize(count);
      for (std::size_t i = 0; i < count; ++i) predictions_[i] = predicted(space, i);
    }
    for (std::size_t i = 0; i < count; ++i)
      if (members_[i].state == stage::waiting && (found == members_.size() || predictions_[i] < predictions_[found]))
        found = i;
    if (found < members_.size()) return found;
  }
  while (waiting_ < members_.size() && members_[waiting_].state != stage::waiting) ++waiting_;
  return waiting_;
}

KNOBLESS_INLINE std::optional<point> cma_es::ask(const ask_context& context) {
  const history& seen = context.seen;
  if (seen.epoch() != epoch_ || dimensions_ != context.space.size() || told_ > seen.size()) clear(context);
  absorb(context);
  point p = context.blank();
  if (!begun_ && seen.size() == 0 && seen.pending().empty()) {
    for (std::size_t k = 0; k < dimensions_; ++k) p.unit[k] = context.space[k].numeric() ? 0.5 : context.rng.uniform();
    context.space.complete(p);
    if (context.space.admits(p)) return p;
  }
  if (!begun_) begin(context);
  release_dropped(seen);
  while (complete()) {
    ++silent_;
    advance(context);
  }
  if (!probed_ && evaluations_ >= 2 * distribution_.population() && seen.best()) {
    // The same point once more: is there noise?
    probed_ = true;
    probing_ = true;
    probe_ = context.number;
    probe_value_ = seen[*seen.best()].value;
    return seen[*seen.best()].where();
  }
  std::size_t i = choose(context.space);
  if (i == members_.size()) add_member(context);
  silent_ = 0;
  members_[i].state = stage::asked;
  members_[i].number = context.number;
  ++asked_;
  p.unit.assign(&units_[i * dimensions_], &units_[i * dimensions_] + dimensions_);
  p.active.assign(&active_[i * dimensions_], &active_[i * dimensions_] + dimensions_);
  return p;
}

}  // namespace knobless

#include "../detail/strict_end.inc"
