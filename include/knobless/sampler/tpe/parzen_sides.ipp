#pragma once

#include "parzen_sides.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "../../base/elementary.hpp"

#include "../../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

KNOBLESS_INLINE parzen_sides::parzen_sides(const domain& space, const tpe_constants& constants)
    : constants_(constants),
      dimensions_(space.size()),
      unit_(dimensions_),
      active_(dimensions_),
      kernels_(dimensions_) {
  for (half* h : {&bad_, &good_}) {
    h->mixture.reset(space);
    h->sorted.resize(dimensions_);
  }
}

// ---- Which side ------------------------------------------------------------------------------------------------------

KNOBLESS_INLINE void parzen_sides::insert(std::span<const double> unit, std::span<const unsigned char> active) {
  std::copy(unit.begin(), unit.end(), unit_.push());
  std::copy(active.begin(), active.end(), active_.push());
  side_.push_back(side::none);
  slot_.push_back(0);
  kernels_.push();
  ++rows_;
}

KNOBLESS_INLINE void parzen_sides::tell(const domain& space, const observation& o) {
  const auto row = static_cast<std::uint32_t>(rows_);
  insert(o.unit, o.active);
  tier_.push_back(o.state == trial_state::complete ? 0 : (o.has_value ? 1 : 2));
  value_.push_back(o.value);
  if (o.state == trial_state::complete) ++complete_;
  const auto better = [&](std::uint32_t a, std::uint32_t b) {
    return tier_[a] != tier_[b] ? tier_[a] < tier_[b] : value_[a] < value_[b];
  };
  const auto place = std::upper_bound(ranking_.begin(), ranking_.end(), row, better);
  // Behind the best of the rest, whose value weighs the good ones, a trial changes no weight.
  if (static_cast<std::size_t>(place - ranking_.begin()) <= good_count_) weights_stale_ = true;
  ranking_.insert(place, row);
  split(space);
}

KNOBLESS_INLINE void parzen_sides::tell_unsettled(const domain& space, const observation& o) {
  unsettled_ = true;
  tell(space, o);
}

KNOBLESS_INLINE void parzen_sides::assume_bad(const domain& space, const point& where) {
  insert(where.unit, where.active);
  enter(space, static_cast<std::uint32_t>(rows_ - 1), side::bad);
}

KNOBLESS_INLINE void parzen_sides::forget_last(const domain& space) {
  leave(space, static_cast<std::uint32_t>(rows_ - 1));
  unit_.pop();
  active_.pop();
  side_.pop_back();
  slot_.pop_back();
  kernels_.pop();
  --rows_;
}

// Puts each row on its side after one more was told.
KNOBLESS_INLINE void parzen_sides::split(const domain& space) {
  const double wanted = std::ceil(constants_.good_share * static_cast<double>(rows_));
  const std::size_t count = (std::min)({static_cast<std::size_t>(wanted), most_good, complete_});
  if (count != good_count_) weights_stale_ = true;
  good_count_ = count;
  const auto move = [&](std::uint32_t row, side to) {
    if (side_[row] == to) return;
    if (side_[row] != side::none) leave(space, row);
    enter(space, row, to);
  };
  for (std::size_t i = 0; i < good_count_; ++i) move(ranking_[i], side::good);
  // One trial more moves the border by one place, and the new one may lie anywhere.
  for (std::size_t i = good_count_; i < (std::min)(good_count_ + 2, ranking_.size()); ++i) move(ranking_[i], side::bad);
  const auto newest = static_cast<std::uint32_t>(rows_ - 1);
  if (side_[newest] == side::none) enter(space, newest, side::bad);
}

KNOBLESS_INLINE void parzen_sides::tell_unranked(const observation& o) {
  insert(o.unit, o.active);
  tier_.push_back(o.state == trial_state::complete ? 0 : 2);
  value_.push_back(0.0);  // of all: the weights are equal then
  if (o.state == trial_state::complete) ++complete_;
}

// Anew, so that it does not matter which orders there were before.
KNOBLESS_INLINE void parzen_sides::regroup(const domain& space, std::span<const std::uint32_t> order) {
  for (half* h : {&bad_, &good_}) {
    h->mixture.reset(space);
    h->rows.clear();
    for (auto& sorted : h->sorted) sorted.clear();
  }
  ranking_.assign(order.begin(), order.end());
  const double wanted = std::ceil(constants_.good_share * static_cast<double>(rows_));
  good_count_ = (std::min)({static_cast<std::size_t>(wanted), most_good, complete_});
  weights_stale_ = true;
  unsettled_ = true;
  for (std::size_t i = 0; i < ranking_.size(); ++i) enter(space, ranking_[i], i < good_count_ ? side::good : side::bad);
  settle(space);
}

// ---- A trial that comes or goes changes its neighbours' kernels only --------------------------------------------------

// Of two rows of a half with the same coordinate.
KNOBLESS_INLINE bool parzen_sides::before_at_same(const half& in, std::uint32_t a, std::uint32_t b) const {
  return &in == &good_ && value_[a] != value_[b] ? value_[a] < value_[b] : a < b;
}

KNOBLESS_INLINE std::size_t parzen_sides::position(const half& in, std::size_t k, std::uint32_t row) const {
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    const double at_a = unit_[a][k];
    const double at_b = unit_[b][k];
    return at_a != at_b ? at_a < at_b : before_at_same(in, a, b);
  };
  const auto& sorted = in.sorted[k];
  return static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), row, before) - sorted.begin());
}

KNOBLESS_INLINE void parzen_sides::refresh(const domain& space, half& in, std::size_t k, std::size_t at) {
  const auto& sorted = in.sorted[k];
  const std::uint32_t row = sorted[at];
  const double x = unit_[row][k];
  const double below = at > 0 ? unit_[sorted[at - 1]][k] : 0.0;
  const double above = at + 1 < sorted.size() ? unit_[sorted[at + 1]][k] : 1.0;
  const std::uint64_t levels = space[k].levels();
  const double half_a_level = levels == 0 ? 0.0 : 0.5 / static_cast<double>(levels);
  const double gap = (std::max)(x - below, above - x);
  const double sigma = (std::min)((std::max)({constants_.gap_share * gap, constants_.narrowest, half_a_level}), 1.0);
  normal_kernel& kernel = kernels_[row][k];
  if (kernel.sigma != sigma) kernel = normal_kernel::at(x, sigma);
  in.mixture.set_normal(slot_[row], k, x, kernel);
}

KNOBLESS_INLINE void parzen_sides::enter(const domain& space, std::uint32_t row, side to) {
  side_[row] = to;
  half& in = half_of(row);
  slot_[row] = static_cast<std::uint32_t>(in.rows.size());
  in.rows.push_back(row);
  in.mixture.add();
  if (!unsettled_) place(space, row);
}

// Its kernel, and those of its neighbours.
KNOBLESS_INLINE void parzen_sides::place(const domain& space, std::uint32_t row) {
  half& in = half_of(row);
  for (std::size_t k = 0; k < dimensions_; ++k) {
    if (active_[row][k] == 0) continue;
    if (!space[k].numeric()) {
      in.mixture.set_level(slot_[row], k, space[k].level(unit_[row][k]));
      continue;
    }
    const std::size_t at = position(in, k, row);
    in.sorted[k].insert(in.sorted[k].begin() + static_cast<std::ptrdiff_t>(at), row);
    refresh(space, in, k, at);
    if (at > 0) refresh(space, in, k, at - 1);
    if (at + 1 < in.sorted[k].size()) refresh(space, in, k, at + 1);
  }
}

KNOBLESS_INLINE void parzen_sides::leave(const domain& space, std::uint32_t row) {
  half& in = half_of(row);
  side_[row] = side::none;
  const std::uint32_t slot = slot_[row];
  in.mixture.remove(slot);
  in.rows[slot] = in.rows.back();
  slot_[in.rows[slot]] = slot;
  in.rows.pop_back();
  for (std::size_t k = 0; k < dimensions_ && !unsettled_; ++k) {
    if (active_[row][k] == 0 || !space[k].numeric()) continue;
    const std::size_t at = position(in, k, row);
    in.sorted[k].erase(in.sorted[k].begin() + static_cast<std::ptrdiff_t>(at));
    if (at > 0) refresh(space, in, k, at - 1);
    if (at < in.sorted[k].size()) refresh(space, in, k, at);
  }
}

KNOBLESS_INLINE void parzen_sides::sort(half& in, std::size_t k) {
  // The coordinates lie beside the rows, so that comparing two need not look them up.
  std::vector<std::pair<double, std::uint32_t>> keyed;
  for (const std::uint32_t row : in.rows)
    if (active_[row][k] != 0) keyed.emplace_back(unit_[row][k], row);
  std::sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : before_at_same(in, a.second, b.second);
  });
  in.sorted[k].clear();
  for (const auto& [at, row] : keyed) in.sorted[k].push_back(row);
}

KNOBLESS_INLINE void parzen_sides::settle(const domain& space) {
  unsettled_ = false;
  for (half* in : {&bad_, &good_})
    for (std::size_t k = 0; k < dimensions_; ++k) {
      if (space[k].numeric()) {
        sort(*in, k);
        for (std::size_t at = 0; at < in->sorted[k].size(); ++at) refresh(space, *in, k, at);
        continue;
      }
      for (const std::uint32_t row : in->rows)
        if (active_[row][k] != 0) in->mixture.set_level(slot_[row], k, space[k].level(unit_[row][k]));
    }
}

// ---- What it is worth ------------------------------------------------------------------------------------------------

// EI weights (Watanabe 2023): the improvement on the best of the rest.
KNOBLESS_INLINE void parzen_sides::weigh() {
  if (!weights_stale_) return;
  weights_stale_ = false;
  constexpr double least_weight = 1e-12;  // so that it has a logarithm
  constexpr double log2_e = 1.44269504088896340736;
  std::array<double, most_good + 1> weight;
  weight.fill(1.0);
  auto sum = static_cast<double>(good_count_);
  if (good_count_ < ranking_.size() && tier_[ranking_[good_count_]] == 0) {
    const double threshold = value_[ranking_[good_count_]] / 2;
    const double largest = threshold - value_[ranking_[0]] / 2;
    if (largest > 0.0) {
      sum = 0.0;
      for (std::size_t i = 0; i < good_count_; ++i)
        sum += weight[i] = (std::max)((threshold - value_[good_.rows[i]] / 2) / largest, least_weight);
      weight[good_count_] = sum / static_cast<double>(good_count_);
    }
  }
  const auto log2 = [](double w) { return static_cast<float>(elementary::log(w) * log2_e); };
  for (std::size_t i = 0; i < good_count_; ++i) good_.mixture.set_log_weight(i, log2(weight[i]));
  log_prior_ = log2(weight[good_count_]);
  sum += weight[good_count_];
  shares_.set(weight, good_count_ + 1, sum);
}

KNOBLESS_INLINE void parzen_sides::log_densities(const parzen_points& points,
                                                 std::span<float, parzen_points::size> good,
                                                 std::span<float, parzen_points::size> bad) {
  good_.mixture.log_densities(points, log_prior_, good);
  bad_.mixture.log_densities(points, 0.0F, bad);
}

}  // namespace knobless::detail

#include "../../base/strict_end.inc"
