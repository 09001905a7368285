#pragma once

#include "goal_order.hpp"

#include <algorithm>
#include <limits>

#include "../pareto/front.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

KNOBLESS_INLINE void goal_order::hear(const history& seen, std::size_t row) {
  scales_.resize(seen.limit_kinds().size());
  for (std::size_t c = 0; c < scales_.size(); ++c) {
    const double v = seen.limit(row, c);
    if (!breaks(v)) continue;
    scales_[c].sum = (std::min)(scales_[c].sum + v / 2, (std::numeric_limits<double>::max)());
    scales_[c].count += 1.0;
  }
}

// By how much limits are exceeded; more than that for pruned trials, and the most for failed ones that name no limit.
KNOBLESS_INLINE double goal_order::excess(const history& seen, std::size_t row) const {
  constexpr double most = 1e12;  // of one limit, in its unit
  double sum = 0.0;
  for (std::size_t c = 0; c < scales_.size(); ++c) {
    const double v = seen.limit(row, c);
    if (breaks(v)) sum += (std::min)(v / 2 / (scales_[c].sum / scales_[c].count), most);
  }
  constexpr double of_pruned = 1e300;  // worse than any sum, better than a failure
  const trial_state state = seen[row].state;
  if (state == trial_state::complete || sum > 0.0) return sum;
  return state == trial_state::failed ? (std::numeric_limits<double>::max)() : of_pruned;
}

KNOBLESS_INLINE const std::vector<goal_order::place>& goal_order::sort(const history& seen,
                                                                       std::span<const std::size_t> rows) {
  order_.clear();
  broken_.clear();
  for (const std::size_t r : rows) {
    const observation o = seen[r];
    if (o.state == trial_state::complete && o.feasible)
      order_.push_back({r, 0, 0.0});
    else
      broken_.push_back({excess(seen, r), r});
  }
  sort_kept(seen);
  std::stable_sort(broken_.begin(), broken_.end(),
                   [](const broken_place& a, const broken_place& b) { return a.excess < b.excess; });
  std::size_t front = order_.empty() ? 0 : order_.back().front + 1;
  for (const broken_place& b : broken_) order_.push_back({b.row, front++, 0.0});
  return order_;
}

KNOBLESS_INLINE void goal_order::sort_kept(const history& seen) {
  const std::size_t m = seen.objectives();
  values_.clear();
  for (const place& p : order_)
    for (std::size_t j = 0; j < m; ++j) values_.push_back(value_of(seen[p.row], j));
  const std::vector<std::size_t> rank = front_ranks(values_, m);
  // While values are looked up by position, `row` of a place is its position.
  std::vector<std::size_t> rows(order_.size());
  for (std::size_t i = 0; i < order_.size(); ++i) {
    rows[i] = order_[i].row;
    order_[i] = {i, rank[i], 0.0};
  }
  std::stable_sort(order_.begin(), order_.end(), [](const place& a, const place& b) { return a.front < b.front; });
  for (std::size_t first = 0, last = 0; first < order_.size(); first = last) {
    while (last < order_.size() && order_[last].front == order_[first].front) ++last;
    spread(std::span(order_).subspan(first, last - first), m);
  }
  for (place& p : order_) p.row = rows[p.row];
}

// Crowding distances (Deb et al. 2002, section III-B), largest first.
KNOBLESS_INLINE void goal_order::spread(std::span<place> front, std::size_t objectives) {
  constexpr double end = (std::numeric_limits<double>::max)();
  at_.resize(front.size());
  for (std::size_t j = 0; j < objectives; ++j) {
    const auto value = [&](std::size_t i) { return values_[front[i].row * objectives + j] / 2; };
    for (std::size_t i = 0; i < at_.size(); ++i) at_[i] = i;
    std::sort(at_.begin(), at_.end(),
              [&](std::size_t a, std::size_t b) { return value(a) != value(b) ? value(a) < value(b) : a < b; });
    const double range = value(at_.back()) - value(at_.front());
    if (!(range > 0.0)) continue;
    front[at_.front()].distance = front[at_.back()].distance = end;
    for (std::size_t i = 1; i + 1 < at_.size(); ++i) {
      double& distance = front[at_[i]].distance;
      if (distance < end) distance += (value(at_[i + 1]) - value(at_[i - 1])) / range;
    }
  }
  std::stable_sort(front.begin(), front.end(), [](const place& a, const place& b) { return a.distance > b.distance; });
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
