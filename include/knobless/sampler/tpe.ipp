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
  // A point without an active continuous parameter needs that each such parameter is conditional.
  discrete_ = true;
  for (const parameter& p : space) discrete_ = discrete_ && (!p.continuous() || p.parent() != parameter::no_parent);
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
    if (discrete_) {
      const std::uint64_t h = detail::point_hash(o.unit, o.active);
      known_.insert(std::upper_bound(known_.begin(), known_.end(), h), h);
    }
    // What was told far outside the present bounds says nothing about the inside.
    bool inside = o.state != trial_state::foreign;
    for (std::size_t k = 0; k < dimensions_; ++k) inside = inside && o.unit[k] >= -0.25 && o.unit[k] <= 1.25;
    if (!inside) continue;
    const auto row = static_cast<std::uint32_t>(rows_);
    insert(space, o.unit, o.active);
    tier_.push_back(o.state == trial_state::complete ? 0 : (o.has_value ? 1 : 2));
    value_.push_back(o.value);
    if (o.state == trial_state::complete) ++complete_;
    const auto better = [&](std::uint32_t a, std::uint32_t b) {
      return tier_[a] != tier_[b] ? tier_[a] < tier_[b] : value_[a] < value_[b];
    };
    const auto place = std::upper_bound(ranking_.begin(), ranking_.end(), row, better);
    // Behind the best of the rest, whose value weighs the good ones, a trial changes nothing on the good side.
    if (static_cast<std::size_t>(place - ranking_.begin()) <= good_count_) good_stale_ = true;
    ranking_.insert(place, row);
    split(space);
  }
}

// Puts each row on its side after one more was told.
KNOBLESS_INLINE void tpe::split(const domain& space) {
  const double wanted = std::ceil(good_share * static_cast<double>(rows_));
  const std::size_t count = (std::min)({static_cast<std::size_t>(wanted), most_good, complete_});
  if (count != good_count_) good_stale_ = true;
  good_count_ = count;
  for (std::size_t i = 0; i < good_count_; ++i) {
    const std::uint32_t row = ranking_[i];
    if (side_[row] == side::bad) leave_bad(space, row);
    side_[row] = side::good;
  }
  // One trial more moves the border by one place, and the new one may lie anywhere.
  for (std::size_t i = good_count_; i < (std::min)(good_count_ + 2, ranking_.size()); ++i)
    if (side_[ranking_[i]] == side::good) enter_bad(space, ranking_[i]);
  const auto newest = static_cast<std::uint32_t>(rows_ - 1);
  if (side_[newest] == side::none) enter_bad(space, newest);
}

// ---- The bad side, kept up to date: a trial that comes or goes changes its neighbours' kernels only --------------------

KNOBLESS_INLINE std::size_t tpe::position(std::size_t k, std::uint32_t row) const {
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    return unit_[k][a] != unit_[k][b] ? unit_[k][a] < unit_[k][b] : a < b;
  };
  return static_cast<std::size_t>(std::lower_bound(sorted_[k].begin(), sorted_[k].end(), row, before) -
                                  sorted_[k].begin());
}

KNOBLESS_INLINE const normal_kernel& tpe::kernel(const domain& space, std::uint32_t row, std::size_t k, double gap) {
  const std::uint64_t levels = space[k].levels();
  const double half_a_level = levels == 0 ? 0.0 : 0.5 / static_cast<double>(levels);
  const double sigma = (std::min)((std::max)({gap_share * gap, narrowest, half_a_level}), 1.0);
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
  bad_.set_normal(slot_[row], k, x, kernel(space, row, k, (std::max)(x - below, above - x)));
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

// ---- The good side, built anew when it changed: it is small ---------------------------------------------------------------

KNOBLESS_INLINE void tpe::build_good(const domain& space) {
  good_.reset(space);
  good_weight_.assign(good_count_ + 1, 1.0);
  good_sigma_.assign(good_count_ * dimensions_, 0.0);
  // EI weights (Watanabe 2023): the improvement on the best of the rest.
  if (good_count_ < ranking_.size() && tier_[ranking_[good_count_]] == 0) {
    const double threshold = value_[ranking_[good_count_]] / 2;
    double largest = 0.0;
    for (std::size_t i = 0; i < good_count_; ++i) largest = (std::max)(largest, threshold - value_[ranking_[i]] / 2);
    double sum = 0.0;
    if (largest > 0.0) {
      for (std::size_t i = 0; i < good_count_; ++i)
        sum += good_weight_[i] = (std::max)((threshold - value_[ranking_[i]] / 2) / largest, 1e-12);
      good_weight_[good_count_] = sum / static_cast<double>(good_count_);
    }
  }
  good_weight_sum_.resize(good_count_ + 1);
  double so_far = 0.0;
  for (std::size_t i = 0; i <= good_count_; ++i) good_weight_sum_[i] = so_far += good_weight_[i];
  for (std::size_t i = 0; i < good_count_; ++i) {
    good_.add();
    good_.set_log_weight(i, elementary::log(good_weight_[i]));
  }
  struct placed {
    double x;
    std::uint32_t kernel;
  };
  placed order[most_good];
  for (std::size_t k = 0; k < dimensions_; ++k) {
    std::size_t count = 0;
    for (std::uint32_t i = 0; i < good_count_; ++i) {
      const std::uint32_t row = ranking_[i];
      if (active_[k][row] == 0) continue;
      const double x = unit_[k][row];
      if (!space[k].numeric()) {
        good_.set_level(i, k, space[k].level(x));
        continue;
      }
      // Insertion sort: there are at most 25.
      std::size_t j = count++;
      for (; j > 0 && x < order[j - 1].x; --j) order[j] = order[j - 1];
      order[j] = {x, i};
    }
    for (std::size_t j = 0; j < count; ++j) {
      const auto [x, i] = order[j];
      const double below = j > 0 ? order[j - 1].x : 0.0;
      const double above = j + 1 < count ? order[j + 1].x : 1.0;
      const normal_kernel& found = kernel(space, ranking_[i], k, (std::max)(x - below, above - x));
      good_.set_normal(i, k, x, found);
      good_sigma_[i * dimensions_ + k] = found.sigma;
    }
  }
}

// ---- Candidates ------------------------------------------------------------------------------------------------------

// A good kernel by its weight; good_count_ is the prior. Counts instead of searching: nothing to predict.
KNOBLESS_INLINE std::size_t tpe::pick(random& rng) const {
  const double u = rng.uniform() * good_weight_sum_[good_count_];
  std::size_t i = 0;
  for (std::size_t j = 0; j < good_count_; ++j) i += good_weight_sum_[j] <= u ? 1 : 0;
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
    const bool flat = i == good_count_ || active_[k][ranking_[i]] == 0;
    if (flat) {
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

KNOBLESS_INLINE bool tpe::known(const domain& space, const point& p) const {
  if (!discrete_) return false;
  for (std::size_t k = 0; k < dimensions_; ++k)
    if (p.active[k] != 0 && space[k].continuous()) return false;
  return std::binary_search(known_.begin(), known_.end(), detail::point_hash(p.unit, p.active));
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
  if (good_stale_) build_good(space);
  good_stale_ = false;

  std::size_t count = 0;
  candidates_.resize(candidates);
  queries_.resize(candidates);
  for (std::size_t tries = 0; count < candidates && tries < 10 * candidates; ++tries) {
    point& p = candidates_[count];
    draw(space, context.rng, p);
    if ((space.constrained() && !space.admits(p)) || known(space, p)) continue;
    queries_[count++].set(space, p);
  }
  double good[candidates];
  double bad[candidates];
  const std::span<const parzen_query> queries(queries_.data(), count);
  good_.log_densities(queries, elementary::log(good_weight_[good_count_]), {good, count});
  bad_.log_densities(queries, 0.0, {bad, count});
  std::optional<point> best;
  std::size_t found = 0;
  for (std::size_t i = 1; i < count; ++i)
    if (good[i] - bad[i] > good[found] - bad[found]) found = i;
  if (count > 0) best = candidates_[found];

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
