#pragma once

#include "generation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "../../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail::cma {

// Draws for one member, until the space's constraints admit one; the study replaces what they do not admit.
inline constexpr int most_draws = 20;

KNOBLESS_INLINE void generation::clear() noexcept {
  members_.clear();
  running_ = 0;
  answered_ = 0;
  lost_ = 0;
  heard_ = 0;
}

// ---- Who takes part --------------------------------------------------------------------------------------------------

KNOBLESS_INLINE std::size_t generation::append() {
  const std::size_t i = members_.size();
  members_.emplace_back();
  genes_.resize((std::max)(genes_.size(), members_.size() * axes_.normals));
  units_.resize((std::max)(units_.size(), members_.size() * axes_.dimensions));
  active_.resize((std::max)(active_.size(), members_.size() * axes_.dimensions), 1);
  return i;
}

// What is evaluated where the distribution drew a member: the nearest point of the space.
KNOBLESS_INLINE void generation::project(const domain& space, std::size_t i) {
  double* unit = &units_[i * axes_.dimensions];
  for (std::size_t j = 0; j < axes_.numeric.size(); ++j)
    unit[axes_.numeric[j]] = space[axes_.numeric[j]].snap(genes_[i * axes_.normals + j]);
  if (!space.conditional()) return;
  trial_.unit.assign(unit, unit + axes_.dimensions);
  space.complete(trial_);
  for (std::size_t k = 0; k < axes_.dimensions; ++k) {
    unit[k] = trial_.unit[k];
    active_[i * axes_.dimensions + k] = trial_.active[k];
  }
}

KNOBLESS_INLINE void generation::draw(const domain& space, search_distribution& distribution, const categories& levels,
                                      random_stream& rng) {
  const std::size_t i = append();
  const int tries = draws_fail_ ? 1 : most_draws;
  for (int drawn = 0; drawn < tries; ++drawn) {
    members_[i].length = distribution.sample(rng, &genes_[i * axes_.normals]);
    levels.sample(space, rng, &units_[i * axes_.dimensions]);
    project(space, i);
    if (!space.constrained()) return;
    trial_.unit.assign(unit(i).begin(), unit(i).end());
    trial_.active.assign(active(i).begin(), active(i).end());
    draws_fail_ = !space.admits(trial_);
    if (!draws_fail_) return;
  }
}

KNOBLESS_INLINE void generation::inject(const domain& space, search_distribution& distribution,
                                        std::span<const double> at) {
  const std::size_t i = append();
  double* gene = &genes_[i * axes_.normals];
  for (std::size_t j = 0; j < axes_.normals; ++j) gene[j] = (std::min)((std::max)(at[j], 0.0), 1.0);
  const double length = std::sqrt(distribution.length(gene));
  const double limit = std::sqrt(static_cast<double>(axes_.normals));
  if (length > limit)
    for (std::size_t j = 0; j < axes_.normals; ++j)
      gene[j] = distribution.mean()[j] + (gene[j] - distribution.mean()[j]) * (limit / length);
  members_[i].length = -1.0;
  project(space, i);
}

KNOBLESS_INLINE void generation::adopt(const observation& o, const search_distribution& distribution) {
  const std::size_t i = append();
  members_[i] = {o.number, o.value, -1.0, stage::told};
  ++answered_;
  for (std::size_t k = 0; k < axes_.dimensions; ++k) {
    units_[i * axes_.dimensions + k] = o.unit[k];
    active_[i * axes_.dimensions + k] = o.active[k];
  }
  double* gene = &genes_[i * axes_.normals];
  for (std::size_t j = 0; j < axes_.normals; ++j) {
    const bool has_value = j < axes_.numeric.size() && o.active[axes_.numeric[j]] != 0;
    gene[j] = has_value ? o.unit[axes_.numeric[j]] : distribution.mean()[j];
  }
}

// ---- Trials ----------------------------------------------------------------------------------------------------------

KNOBLESS_INLINE std::size_t generation::first_waiting() noexcept {
  while (waiting_ < members_.size() && members_[waiting_].state != stage::waiting) ++waiting_;
  return waiting_;
}

KNOBLESS_INLINE void generation::ask(std::size_t i, std::size_t number) noexcept {
  members_[i].state = stage::asked;
  members_[i].number = number;
  ++running_;
}

KNOBLESS_INLINE std::size_t generation::find(std::size_t number) const noexcept {
  const std::size_t count = members_.size();
  for (std::size_t tried = 0; tried < count; ++tried) {
    const std::size_t at = heard_ + tried < count ? heard_ + tried : heard_ + tried - count;
    if (members_[at].state == stage::asked && members_[at].number == number) return at;
  }
  return count;
}

KNOBLESS_INLINE void generation::tell(std::size_t i, const observation& o) noexcept {
  const bool valued = o.state == trial_state::complete && o.feasible;  // who breaks a limit is no better than a failure
  heard_ = i + 1 < members_.size() ? i + 1 : 0;
  --running_;
  ++answered_;
  if (!valued) ++lost_;
  members_[i].state = valued ? stage::told : stage::lost;
  members_[i].value = o.value;
}

KNOBLESS_INLINE void generation::follow(std::size_t i, const observation& o) noexcept {
  for (std::size_t j = 0; j < axes_.numeric.size(); ++j) {
    const std::size_t k = axes_.numeric[j];
    if (o.active[k] == 0 || o.unit[k] == units_[i * axes_.dimensions + k]) continue;
    genes_[i * axes_.normals + j] = o.unit[k];
    members_[i].length = -1.0;
  }
}

KNOBLESS_INLINE void generation::recall(std::size_t i, double value) noexcept {
  members_[i].state = stage::told;
  members_[i].value = value;
  ++answered_;
}

KNOBLESS_INLINE void generation::release_dropped(const history& seen) noexcept {
  if (running_ <= seen.pending().size()) return;
  for (member& m : members_) {
    if (m.state != stage::asked) continue;
    bool running = false;
    for (const pending_trial& p : seen.pending()) running = running || p.number == m.number;
    if (running) continue;
    m.state = stage::waiting;
    waiting_ = 0;
    --running_;
  }
}

// ---- The update ------------------------------------------------------------------------------------------------------

KNOBLESS_INLINE generation::extremes generation::select(std::size_t population, bool by_model) {
  chosen_.clear();
  for (std::size_t i = 0; i < members_.size() && chosen_.size() < population; ++i)
    if (by_model || members_[i].state >= stage::told) chosen_.push_back(i);
  extremes values{(std::numeric_limits<double>::max)(), std::numeric_limits<double>::lowest()};
  for (const std::size_t i : chosen_)
    if (members_[i].state == stage::told) {
      values.best = (std::min)(values.best, members_[i].value);
      values.worst = (std::max)(values.worst, members_[i].value);
    }
  return values;
}

KNOBLESS_INLINE void generation::rank(bool by_model) {
  std::sort(chosen_.begin(), chosen_.end(), [&](std::size_t i, std::size_t j) {
    const member& a = members_[i];
    const member& b = members_[j];
    if (!by_model && a.state != b.state) return a.state < b.state;
    if ((by_model || a.state == stage::told) && a.value != b.value) return a.value < b.value;
    return i < j;
  });
}

KNOBLESS_INLINE std::span<const search_distribution::member> generation::ranked(search_distribution& distribution) {
  // Hansen, Injecting external solutions into CMA-ES, 2011 (arXiv 1110.4181), section 3: c_y.
  const auto n = static_cast<double>(axes_.normals);
  const double limit = std::sqrt(n) + 2.0 * n / (n + 2.0);
  ranked_.resize(chosen_.size());
  for (std::size_t r = 0; r < chosen_.size(); ++r) {
    double* x = ranked_gene(r);
    double& length = members_[chosen_[r]].length;
    if (length < 0.0) {
      length = distribution.length(x);
      if (length > limit * limit) {
        const double shrink = limit / std::sqrt(length);
        for (std::size_t j = 0; j < axes_.normals; ++j) {
          const double m = distribution.mean()[j];
          x[j] = m + shrink * (x[j] - m);
        }
        length = limit * limit;
      }
    }
    ranked_[r] = {x, length};
  }
  return ranked_;
}

KNOBLESS_INLINE void generation::discard_chosen() {
  for (const std::size_t i : chosen_) {
    if (members_[i].state == stage::asked) --running_;
    members_[i].state = stage::used;
  }
  answered_ = 0;
  lost_ = 0;
  heard_ = 0;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    // What waits was drawn from the distribution before the update.
    if (members_[i].state == stage::used || members_[i].state == stage::waiting) continue;
    if (members_[i].state >= stage::told) ++answered_;
    if (members_[i].state == stage::lost) ++lost_;
    move_member(i, kept++);
  }
  members_.resize(kept);
}

KNOBLESS_INLINE void generation::move_member(std::size_t from, std::size_t to) {
  const auto copy = [&](auto& values, std::size_t width) {
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(from * width), width,
                values.begin() + static_cast<std::ptrdiff_t>(to * width));
  };
  members_[to] = members_[from];
  members_[to].length = -1.0;
  copy(genes_, axes_.normals);
  copy(units_, axes_.dimensions);
  copy(active_, axes_.dimensions);
}

}  // namespace knobless::detail::cma

#include "../../base/strict_end.inc"
