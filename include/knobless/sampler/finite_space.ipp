#pragma once

#include "finite_space.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "../base/elementary.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

KNOBLESS_INLINE finite_space::finite_space(const domain& space) {
  constexpr std::uint64_t most = 4096;
  std::uint64_t combinations = 1;
  for (const parameter& p : space) {
    if (p.continuous()) return;
    if (p.levels() > most / combinations) return;
    combinations *= p.levels();
  }
  for (std::uint64_t i = 0; i < combinations; ++i) {
    point p(space.size());
    std::uint64_t rest = i;
    for (std::size_t k = 0; k < space.size(); ++k) {
      p.unit[k] = space[k].unit_of_level(rest % space[k].levels());
      rest /= space[k].levels();
    }
    space.complete(p);
    if (space.admits(p)) points_.push_back({point_hash(p), std::move(p)});
  }
  const auto less = [](const place& a, const place& b) { return a.hash < b.hash; };
  const auto same = [](const place& a, const place& b) { return a.hash == b.hash; };
  std::sort(points_.begin(), points_.end(), less);
  points_.erase(std::unique(points_.begin(), points_.end(), same), points_.end());
}

// size() where it is none of them.
KNOBLESS_INLINE std::size_t finite_space::find(const point& p) const {
  const std::uint64_t hash = point_hash(p);
  const auto at = std::lower_bound(points_.begin(), points_.end(), hash,
                                   [](const place& a, std::uint64_t h) { return a.hash < h; });
  return at != points_.end() && at->hash == hash ? static_cast<std::size_t>(at - points_.begin()) : points_.size();
}

KNOBLESS_INLINE void finite_space::hear(const history& seen) {
  for (; heard_ < seen.size(); ++heard_) {
    const observation o = seen[heard_];
    if (o.state == trial_state::foreign) continue;
    const std::size_t index = find(o.where());
    if (index == points_.size()) continue;
    place& there = points_[index];
    if (o.state != trial_state::complete || !o.feasible) {
      there.failed = true;
      continue;
    }
    ++there.told;
    const double gap = o.value - there.mean;
    there.mean += gap / static_cast<double>(there.told);
    there.squares += gap * (o.value - there.mean);
  }
}

KNOBLESS_INLINE bool finite_space::fresh(const history& seen, const point& p) const {
  const std::size_t index = find(p);
  if (index < points_.size() && (points_[index].told > 0 || points_[index].failed)) return false;
  return std::none_of(seen.pending().begin(), seen.pending().end(),
                      [&](const pending_trial& running) { return running.where == p; });
}

KNOBLESS_INLINE std::optional<point> finite_space::any(const ask_context& context) const {
  const auto from = detail::to_size(context.rng.below(points_.size()));
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const place& there = points_[(from + i) % points_.size()];
    if (fresh(context.seen, there.where)) return there.where;
  }
  return std::nullopt;
}

KNOBLESS_INLINE bool finite_space::exhausted(const history& seen) const {
  return std::none_of(points_.begin(), points_.end(), [&](const place& p) { return fresh(seen, p.where); });
}

KNOBLESS_INLINE std::optional<point> finite_space::again(const history& seen) const {
  const place* best = nullptr;
  std::size_t repeated = 0;
  double squares = 0.0;
  for (const place& p : points_) {
    if (p.told == 0) continue;
    if (best == nullptr || p.mean < best->mean) best = &p;
    repeated += p.told - 1;
    squares += p.squares;
  }
  if (best == nullptr) return std::nullopt;
  if (repeated == 0) return seen.pending().empty() ? std::optional<point>(best->where) : std::nullopt;
  if (!(squares > 0.0)) return std::nullopt;
  // Auer, Cesa-Bianchi and Fischer, Machine Learning 47, 2002: lower confidence bounds, with one variance for all points.
  const double deviation = std::sqrt(squares / static_cast<double>(repeated));
  const double patience = 2.0 * elementary::log(static_cast<double>(seen.size() + 1));
  const auto bound = [&](const place& p) {
    std::size_t evaluations = p.told;
    for (const pending_trial& running : seen.pending())
      if (running.where == p.where) ++evaluations;
    return p.mean - deviation * std::sqrt(patience / static_cast<double>(evaluations));
  };
  double least = 0.0;
  const place* chosen = nullptr;
  for (const place& p : points_) {
    if (p.told == 0) continue;
    const double b = bound(p);
    if (chosen != nullptr && !(b < least)) continue;
    least = b;
    chosen = &p;
  }
  return chosen->where;
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
