#pragma once

#include "trade_off.hpp"

#include <algorithm>
#include <utility>

#include "../base/elementary.hpp"
#include "../base/error.hpp"
#include "../model/estimate.hpp"
#include "../pareto/front.hpp"
#include "../pareto/hypervolume.hpp"
#include "../space/parameter.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

[[nodiscard]] inline bool may_be_best(const observation& o) noexcept {
  return o.state == trial_state::complete && o.inside && o.feasible;
}

[[nodiscard]] inline std::vector<double> values_of(const observation& o) {
  return o.values.empty() ? std::vector<double>{o.value} : std::vector<double>(o.values.begin(), o.values.end());
}

// The rows that no other row is better than.
[[nodiscard]] inline std::vector<valued_row> front_among(std::vector<valued_row> rows, std::size_t objectives) {
  std::vector<double> flat;
  for (const valued_row& r : rows) flat.insert(flat.end(), r.values.begin(), r.values.end());
  std::vector<valued_row> front;
  for (const std::size_t i : front_of(flat, objectives)) front.push_back(std::move(rows[i]));
  return front;
}

KNOBLESS_INLINE std::vector<valued_row> observed_front(const history& seen) {
  std::vector<valued_row> rows;
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (const observation o = seen[i]; may_be_best(o)) rows.push_back({i, values_of(o)});
  return front_among(std::move(rows), seen.objectives());
}

KNOBLESS_INLINE std::vector<valued_row> estimated_front(const domain& space, const history& seen) {
  const std::size_t m = seen.objectives();
  const std::vector<std::size_t> taken = rows_near_the_best(space, seen);
  std::vector<valued_row> rows;
  for (const std::size_t i : taken)
    if (may_be_best(seen[i])) rows.push_back({i, values_of(seen[i])});
  for (std::size_t j = 0; j < m; ++j) {
    const std::vector<double> smoothed = smoothed_values(space, seen, taken, j);
    std::size_t at = 0;
    for (std::size_t i = 0; i < taken.size(); ++i)
      if (may_be_best(seen[taken[i]])) rows[at++].values[j] = smoothed[i];
  }
  return front_among(std::move(rows), m);
}

KNOBLESS_INLINE double front_volume(std::span<const valued_row> front, std::span<const double> reference) {
  std::vector<double> flat;
  for (const valued_row& r : front) {
    bool better = true;
    for (std::size_t j = 0; j < reference.size(); ++j) better = better && r.values[j] < reference[j];
    if (better) flat.insert(flat.end(), r.values.begin(), r.values.end());
  }
  return flat.empty() ? 0.0 : hypervolume(flat, reference);
}

// How far above the front's lowest value, in units of its range: from 0 to 1. Halves, so that no range overflows.
class front_scale {
 public:
  explicit front_scale(std::span<const valued_row> front) : low_(front.front().values), high_(low_) {
    for (const valued_row& r : front)
      for (std::size_t j = 0; j < low_.size(); ++j) {
        low_[j] = (std::min)(low_[j], r.values[j]);
        high_[j] = (std::max)(high_[j], r.values[j]);
      }
  }
  [[nodiscard]] double loss(const valued_row& r, std::size_t j) const {
    const double range = high_[j] / 2 - low_[j] / 2;
    return range > 0.0 ? (r.values[j] / 2 - low_[j] / 2) / range : 0.0;
  }

 private:
  std::vector<double> low_, high_;
};

// The first point of a front with the least loss.
template <class Loss>
[[nodiscard]] std::optional<std::size_t> least(std::span<const valued_row> front, const Loss& loss) {
  std::optional<std::size_t> best;
  double lowest = 0.0;
  for (std::size_t i = 0; i < front.size(); ++i)
    if (const double here = loss(front[i]); !best || here < lowest) {
      best = i;
      lowest = here;
    }
  return best;
}

KNOBLESS_INLINE std::optional<std::size_t> compromise_of(std::span<const valued_row> front,
                                                         std::span<const double> weights) {
  if (front.empty()) return std::nullopt;
  constexpr double share_of_the_sum = 0.05;
  const double heaviest = *std::max_element(weights.begin(), weights.end());
  const front_scale scale(front);
  return least(front, [&](const valued_row& r) {
    double largest = 0.0;
    double sum = 0.0;
    for (std::size_t j = 0; j < weights.size(); ++j) {
      const double loss = weights[j] / heaviest * scale.loss(r, j);
      largest = (std::max)(largest, loss);
      sum += loss;
    }
    return largest + share_of_the_sum * sum;
  });
}

KNOBLESS_INLINE std::optional<std::size_t> knee_of(std::span<const valued_row> front) {
  if (front.empty()) return std::nullopt;
  const front_scale scale(front);
  return least(front, [&](const valued_row& r) {
    double sum = 0.0;
    for (std::size_t j = 0; j < r.values.size(); ++j) sum += scale.loss(r, j);
    return sum;
  });
}

KNOBLESS_INLINE std::string weights_fault(std::span<const double> weights, std::size_t objectives) {
  if (weights.size() != objectives)
    return text(std::to_string(weights.size()), " weights given, but the search has ", std::to_string(objectives),
                " objectives");
  bool some = false;
  for (const double w : weights) {
    if (!elementary::is_finite(w) || w < 0.0)
      return text("a weight of ", number_text(w), " given, but weights must be finite and not below 0");
    some = some || w > 0.0;
  }
  return some ? "" : "all weights are 0, but one must be above";
}

KNOBLESS_INLINE std::string given_up_text(const record& happened, std::span<const valued_row> front,
                                          std::size_t chosen) {
  std::string out;
  for (std::size_t j = 0; j < front[chosen].values.size(); ++j) {
    const auto lower = [&](const valued_row& a, const valued_row& b) { return a.values[j] < b.values[j]; };
    const valued_row& best = *std::min_element(front.begin(), front.end(), lower);
    const double here = front[chosen].values[j];
    out += text(out.empty() ? "" : "; ", happened.objective_name(j), " ", short_number(happened.signed_value(here, j)));
    if (best.values[j] < here)
      out += text(", where the front reaches ", short_number(happened.signed_value(best.values[j], j)), " (trial ",
                  std::to_string(happened.seen()[best.row].number), ")");
    else
      out += ", the best of the front";
  }
  return out;
}

KNOBLESS_INLINE std::string no_best_text(const record& happened) {
  const history& seen = happened.seen();
  if (seen.complete() == 0)
    return text("no trial is complete",
                happened.first_failure().empty() ? "" : "; the first failure: ", happened.first_failure());
  // The fewest broken limits, and of these the least sum: amounts of several limits have no common unit.
  std::optional<std::size_t> closest;
  std::pair<std::size_t, double> fewest;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const observation o = seen[i];
    if (o.state != trial_state::complete || !o.inside || o.feasible) continue;
    std::pair<std::size_t, double> broken;
    for (const double l : o.limits)
      if (l > 0.0) {
        ++broken.first;
        broken.second += l;
      }
    if (!closest || broken < fewest) {
      closest = i;
      fewest = broken;
    }
  }
  if (!closest) return "no complete trial lies within the bounds and constraints of the space";
  return text("no trial keeps all limits; the closest is trial ", std::to_string(seen[*closest].number),
              ", which breaks ", happened.broken_text(*closest));
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
