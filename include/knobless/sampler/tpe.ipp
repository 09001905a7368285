#pragma once

#include "tpe.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "../elementary.hpp"
#include "latin_hypercube.hpp"
#include "random_search.hpp"

#include "../detail/strict_begin.inc"

namespace knobless {
namespace detail {

[[nodiscard]] inline std::uint64_t point_hash(std::span<const double> unit, std::span<const unsigned char> active) {
  std::uint64_t h = 0x9E3779B97F4A7C15U;
  for (std::size_t k = 0; k < unit.size(); ++k) {
    h ^= std::bit_cast<std::uint64_t>(unit[k]) + active[k];
    h *= 0xBF58476D1CE4E5B9U;
    h ^= h >> 29U;
  }
  return h;
}

}  // namespace detail

// ---- What was told ---------------------------------------------------------------------------------------------------

KNOBLESS_INLINE void tpe::clear(const history& seen, const domain& space) {
  *this = tpe{};
  epoch_ = seen.epoch();
  dimensions_ = space.size();
  unit_.resize(dimensions_);
  active_.resize(dimensions_);
  sorted_.resize(dimensions_);
  bad_.reset(space);
}

KNOBLESS_INLINE void tpe::insert(const domain& space, std::span<const double> unit,
                                 std::span<const unsigned char> active) {
  const auto row = static_cast<std::uint32_t>(rows_++);
  for (std::size_t k = 0; k < dimensions_; ++k) {
    unit_[k].push_back(unit[k]);
    active_[k].push_back(active[k]);
    if (!space[k].numeric() || active[k] == 0) continue;
    // Equal coordinates lie in the order of their rows.
    auto& sorted = sorted_[k];
    sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), unit[k],
                                   [&](double u, std::uint32_t r) { return u < unit_[k][r]; }),
                  row);
  }
  side_.push_back(side::none);
  slot_.push_back(0);
  kernels_.resize(rows_ * dimensions_);
}

KNOBLESS_INLINE void tpe::erase_last(const domain& space) {
  const auto row = static_cast<std::uint32_t>(rows_ - 1);
  for (std::size_t k = 0; k < dimensions_; ++k) {
    if (space[k].numeric() && active_[k].back() != 0)
      sorted_[k].erase(sorted_[k].begin() + static_cast<std::ptrdiff_t>(position(k, row)));
    unit_[k].pop_back();
    active_[k].pop_back();
  }
  side_.pop_back();
  slot_.pop_back();
  --rows_;
  kernels_.resize(rows_ * dimensions_);
}

KNOBLESS_INLINE void tpe::update(const history& seen, const domain& space) {
  if (seen.epoch() != epoch_ || dimensions_ != space.size() || told_ > seen.size()) clear(seen, space);
  for (; told_ < seen.size(); ++told_) {
    const observation o = seen[told_];
    known_.insert(detail::point_hash(o.unit, o.active));
    // What was told far outside the present bounds says nothing about the inside.
    bool near = o.state != trial_state::foreign;
    for (std::size_t k = 0; k < dimensions_; ++k) near = near && o.unit[k] >= -0.25 && o.unit[k] <= 1.25;
    if (!near) continue;
    const auto row = static_cast<std::uint32_t>(rows_);
    insert(space, o.unit, o.active);
    tier_.push_back(o.state == trial_state::complete ? 0 : (o.has_value ? 1 : 2));
    value_.push_back(o.value);
    if (o.state == trial_state::complete) ++complete_;
    const auto better = [&](std::uint32_t a, std::uint32_t b) {
      return tier_[a] != tier_[b] ? tier_[a] < tier_[b] : value_[a] < value_[b];
    };
    ranking_.insert(std::upper_bound(ranking_.begin(), ranking_.end(), row, better), row);
    split(space);
  }
}

// Puts each row on its side after one more was told.
KNOBLESS_INLINE void tpe::split(const domain& space) {
  const double wanted = std::ceil(good_share * static_cast<double>(rows_));
  good_count_ = std::min({static_cast<std::size_t>(wanted), most_good, complete_});
  for (std::size_t i = 0; i < good_count_; ++i) {
    const std::uint32_t row = ranking_[i];
    if (side_[row] == side::bad) leave_bad(space, row);
    side_[row] = side::good;
  }
  // One trial more moves the border by one place, and the new one may lie anywhere.
  for (std::size_t i = good_count_; i < std::min(good_count_ + 2, ranking_.size()); ++i)
    if (side_[ranking_[i]] == side::good) enter_bad(space, ranking_[i]);
  const auto newest = static_cast<std::uint32_t>(rows_ - 1);
  if (side_[newest] == side::none) enter_bad(space, newest);
}

// ---- The bad side, kept up to date: a trial that comes or goes changes its neighbours' kernels only --------------------

KNOBLESS_INLINE std::size_t tpe::position(std::size_t k, std::uint32_t row) const {
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    return unit_[k][a] != unit_[k][b] ? unit_[k][a] < unit_[k][b] : a < b;
  };
  return static_cast<std::size_t>(std::lower_bound(sorted_[k].begin(), sorted_[k].end(), row, before) - sorted_[k].begin());
}

KNOBLESS_INLINE const normal_kernel& tpe::kernel(const domain& space, std::uint32_t row, std::size_t k, double gap) {
  const std::uint64_t levels = space[k].levels();
  const double half_a_level = levels == 0 ? 0.0 : 0.5 / static_cast<double>(levels);
  const double sigma = std::min(std::max({gap_share * gap, narrowest, half_a_level}), 1.0);
  normal_kernel& known = kernels_[row * dimensions_ + k];
  if (known.sigma != sigma) known = normal_kernel::at(unit_[k][row], sigma);
  return known;
}

KNOBLESS_INLINE void tpe::refresh_bad(const domain& space, std::size_t k, std::size_t at) {
  const auto& sorted = sorted_[k];
  const std::uint32_t row = sorted[at];
  const double x = unit_[k][row];
  std::size_t left = at;
  while (left > 0 && side_[sorted[left - 1]] != side::bad) --left;
  std::size_t right = at + 1;
  while (right < sorted.size() && side_[sorted[right]] != side::bad) ++right;
  const double below = left > 0 ? unit_[k][sorted[left - 1]] : 0.0;
  const double above = right < sorted.size() ? unit_[k][sorted[right]] : 1.0;
  bad_.set_normal(slot_[row], k, x, kernel(space, row, k, std::max(x - below, above - x)));
}

KNOBLESS_INLINE void tpe::refresh_neighbours(const domain& space, std::size_t k, std::size_t at) {
  const auto& sorted = sorted_[k];
  for (std::size_t left = at; left-- > 0;)
    if (side_[sorted[left]] == side::bad) {
      refresh_bad(space, k, left);
      break;
    }
  for (std::size_t right = at + 1; right < sorted.size(); ++right)
    if (side_[sorted[right]] == side::bad) {
      refresh_bad(space, k, right);
      break;
    }
}

KNOBLESS_INLINE void tpe::enter_bad(const domain& space, std::uint32_t row) {
  side_[row] = side::bad;
  slot_[row] = static_cast<std::uint32_t>(bad_.size());
  row_.push_back(row);
  bad_.add();
  for (std::size_t k = 0; k < dimensions_; ++k) {
    if (active_[k][row] == 0) continue;
    if (space[k].numeric()) {
      const std::size_t at = position(k, row);
      refresh_bad(space, k, at);
      refresh_neighbours(space, k, at);
    } else {
      bad_.set_level(slot_[row], k, space[k].level(unit_[k][row]));
    }
  }
}

KNOBLESS_INLINE void tpe::leave_bad(const domain& space, std::uint32_t row) {
  side_[row] = side::none;
  const std::uint32_t slot = slot_[row];
  bad_.remove(slot);
  row_[slot] = row_.back();
  slot_[row_[slot]] = slot;
  row_.pop_back();
  for (std::size_t k = 0; k < dimensions_; ++k)
    if (active_[k][row] != 0 && space[k].numeric()) refresh_neighbours(space, k, position(k, row));
}

// ---- The good side, built anew for each ask: it is small ---------------------------------------------------------------

KNOBLESS_INLINE void tpe::build_good(const domain& space) {
  good_.reset(space);
  good_weight_.assign(good_count_ + 1, 1.0);
  good_sigma_.assign(good_count_ * dimensions_, 0.0);
  // EI weights (Watanabe 2023): the improvement on the best of the rest.
  if (good_count_ < ranking_.size() && tier_[ranking_[good_count_]] == 0) {
    const double threshold = value_[ranking_[good_count_]] / 2;
    double largest = 0.0;
    for (std::size_t i = 0; i < good_count_; ++i) largest = std::max(largest, threshold - value_[ranking_[i]] / 2);
    double sum = 0.0;
    if (largest > 0.0) {
      for (std::size_t i = 0; i < good_count_; ++i)
        sum += good_weight_[i] = std::max((threshold - value_[ranking_[i]] / 2) / largest, 1e-12);
      good_weight_[good_count_] = sum / static_cast<double>(good_count_);
    }
  }
  good_total_ = 0.0;
  for (const double w : good_weight_) good_total_ += w;
  for (std::size_t i = 0; i < good_count_; ++i) {
    good_.add();
    good_.set_log_weight(i, elementary::log(good_weight_[i]));
  }
  for (std::size_t k = 0; k < dimensions_; ++k) {
    order_.clear();
    for (std::uint32_t i = 0; i < good_count_; ++i) {
      const std::uint32_t row = ranking_[i];
      if (active_[k][row] == 0) continue;
      if (!space[k].numeric()) {
        good_.set_level(i, k, space[k].level(unit_[k][row]));
        continue;
      }
      // Insertion sort: at most 25.
      order_.push_back(i);
      for (std::size_t j = order_.size() - 1; j > 0 && unit_[k][ranking_[order_[j]]] < unit_[k][ranking_[order_[j - 1]]]; --j)
        std::swap(order_[j], order_[j - 1]);
    }
    for (std::size_t j = 0; j < order_.size(); ++j) {
      const std::uint32_t row = ranking_[order_[j]];
      const double x = unit_[k][row];
      const double below = j > 0 ? unit_[k][ranking_[order_[j - 1]]] : 0.0;
      const double above = j + 1 < order_.size() ? unit_[k][ranking_[order_[j + 1]]] : 1.0;
      const normal_kernel& found = kernel(space, row, k, std::max(x - below, above - x));
      good_.set_normal(order_[j], k, x, found);
      good_sigma_[order_[j] * dimensions_ + k] = found.sigma;
    }
  }
}

// ---- Candidates ------------------------------------------------------------------------------------------------------

// A good kernel by its weight; good_count_ is the prior.
KNOBLESS_INLINE std::size_t tpe::pick(random& rng) const {
  double u = rng.uniform() * good_total_;
  std::size_t i = 0;
  while (i < good_count_ && u >= good_weight_[i]) u -= good_weight_[i++];
  return i;
}

KNOBLESS_INLINE void tpe::draw(const domain& space, random& rng, point& p) const {
  const std::size_t parent = pick(rng);
  p.unit.assign(dimensions_, 0.0);
  p.active.assign(dimensions_, 0);
  std::uint64_t coins = 0;
  for (std::size_t k = 0; k < dimensions_; ++k) {
    if (k % 64 == 0) coins = rng();
    const bool crossed = ((coins >> (k % 64)) & 1U) != 0;
    if (!space.active(k, p)) continue;
    p.active[k] = 1;
    const std::size_t i = crossed ? pick(rng) : parent;
    if (i == good_count_ || active_[k][ranking_[i]] == 0) {
      p.unit[k] = space[k].snap(rng.uniform());
      continue;
    }
    const double x = unit_[k][ranking_[i]];
    if (!space[k].numeric()) {
      p.unit[k] = rng.uniform() < good_.stay() ? x : space[k].snap(rng.uniform());
      continue;
    }
    // A normal cut off at the ends, by rejection: its centre lies inside, so that a few tries do.
    const double sigma = good_sigma_[i * dimensions_ + k];
    double u = -1.0;
    for (int tries = 0; tries < 64 && !(u >= 0.0 && u <= 1.0); ++tries) u = x + sigma * rng.normal();
    p.unit[k] = space[k].snap(u);
  }
}

KNOBLESS_INLINE double tpe::ratio(const domain& space, const point& p) {
  query_.set(space, p);
  return good_.log_density(query_, elementary::log(good_weight_[good_count_])) - bad_.log_density(query_, 0.0);
}

KNOBLESS_INLINE bool tpe::known(const domain& space, const point& p) const {
  for (std::size_t k = 0; k < dimensions_; ++k)
    if (p.active[k] != 0 && space[k].continuous()) return false;
  return known_.contains(detail::point_hash(p.unit, p.active));
}

KNOBLESS_INLINE std::optional<point> tpe::start(const ask_context& context) {
  const domain& space = context.space;
  if (context.proposed == 0) {
    point centre(space.size());
    for (std::size_t k = 0; k < space.size(); ++k) centre.unit[k] = space[k].numeric() ? 0.5 : context.rng.uniform();
    space.complete(centre);
    if (space.admits(centre)) return centre;
  }
  std::optional<point> p = latin_hypercube(startup).ask(context);
  return space.admits(*p) ? p : detail::random_point(space, context.rng);
}

KNOBLESS_INLINE std::optional<point> tpe::ask(const ask_context& context) {
  const domain& space = context.space;
  update(context.seen, space);
  const auto pending = context.seen.pending();
  if (rows_ + pending.size() < startup || complete_ < 2) return start(context);

  // Running trials count as bad for this ask.
  const std::size_t told_rows = rows_;
  for (const pending_trial& p : pending) {
    insert(space, p.where.unit, p.where.active);
    enter_bad(space, static_cast<std::uint32_t>(rows_ - 1));
  }
  build_good(space);

  std::optional<point> best;
  double best_ratio = 0.0;
  std::size_t admitted = 0;
  for (std::size_t tries = 0; admitted < candidates && tries < 10 * candidates; ++tries) {
    draw(space, context.rng, candidate_);
    if (space.constrained() && !space.admits(candidate_)) continue;
    if (known(space, candidate_)) continue;
    ++admitted;
    const double found = ratio(space, candidate_);
    if (best && !(found > best_ratio)) continue;
    best_ratio = found;
    best = candidate_;
  }

  while (rows_ > told_rows) {
    leave_bad(space, static_cast<std::uint32_t>(rows_ - 1));
    erase_last(space);
  }
  for (std::size_t tries = 0; !best && tries < 1000; ++tries) {
    point p = detail::random_point(space, context.rng);
    if (tries == 999 || !known(space, p)) best = std::move(p);
  }
  return best;
}

}  // namespace knobless

#include "../detail/strict_end.inc"
