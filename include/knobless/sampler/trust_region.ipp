#pragma once

#include "trust_region.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "../base/elementary.hpp"
#include "../model/local_quadratic.hpp"
#include "../model/strays.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

namespace steps {

// Of what the model promised, a gain that makes the box smaller if it is less, and one that makes it larger if it is more, as
// in BOBYQA.
inline constexpr double poor_gain = 0.1;
inline constexpr double good_gain = 0.7;
inline constexpr double growth = 2.0;
// A step ends at the border of the box where a coordinate is so far out, the border being 1.
inline constexpr double border = 0.9;
// A best point that is so many radii away from the last one comes from elsewhere.
inline constexpr double elsewhere = 2.0;

}  // namespace steps

KNOBLESS_INLINE void trust_region::hear(const history& seen) {
  for (; heard_ < seen.size(); ++heard_) {
    const observation o = seen[heard_];
    if (!running_ || o.number != number_) continue;
    running_ = false;
    // What a stray value says of the step is nothing.
    const std::vector<std::size_t> out = strays(seen);
    if (std::binary_search(out.begin(), out.end(), heard_)) continue;
    const double gain = o.state == trial_state::complete ? (before_ - o.value) / promised_ : -1.0;
    if (gain > steps::poor_gain) {
      failures_ = 0;
      if (gain > steps::good_gain && to_border_) radius_ = (std::min)(largest_radius, steps::growth * radius_);
    } else {
      ++failures_;
      radius_ *= constants_.shrinking;
    }
  }
}

// Whether the last step still runs, now that all is heard.
KNOBLESS_INLINE bool trust_region::waits(const history& seen) {
  if (!running_) return false;
  const auto all = seen.pending();
  running_ = std::any_of(all.begin(), all.end(), [&](const pending_trial& p) { return p.number == number_; });
  return running_;  // or it was dropped
}

// The coordinates that a step changes.
KNOBLESS_INLINE std::vector<std::size_t> trust_region::moving(const domain& space, const observation& best) {
  std::vector<std::size_t> moving;
  for (std::size_t k = 0; k < space.size(); ++k)
    if (best.active[k] != 0 && space[k].numeric() && (space[k].continuous() || space[k].levels() > few_levels))
      moving.push_back(k);
  return moving;
}

// The best trial that is no stray.
KNOBLESS_INLINE std::optional<std::size_t> trust_region::best_of(const history& seen,
                                                                 const std::vector<std::size_t>& strays) {
  if (!seen.best() || !std::binary_search(strays.begin(), strays.end(), *seen.best())) return seen.best();
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const observation o = seen[i];
    if (o.state != trial_state::complete || !o.inside || std::binary_search(strays.begin(), strays.end(), i)) continue;
    if (!best || o.value < seen[*best].value) best = i;
  }
  return best;
}

// The complete trials that agree with the best one but for the moving coordinates, the nearest first; of all of them that
// differ, so many as a quadratic model of them needs twice.
KNOBLESS_INLINE std::vector<std::size_t> trust_region::neighbours(const history& seen, const observation& best,
                                                                  const std::vector<std::size_t>& moving,
                                                                  const std::vector<std::size_t>& strays) {
  struct neighbour {
    double distance;
    std::size_t row;
  };
  const std::size_t d = moving.size();
  std::vector<neighbour> all;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const observation o = seen[i];
    if (o.state != trial_state::complete || std::binary_search(strays.begin(), strays.end(), i)) continue;
    double distance = 0.0;
    bool alike = true;
    for (std::size_t k = 0, m = 0; k < best.unit.size() && alike; ++k) {
      if (m < d && moving[m] == k) {
        const double gap = o.unit[k] - best.unit[k];
        distance += gap * gap;
        alike = o.active[k] != 0;
        ++m;
      } else {
        alike = o.active[k] == best.active[k] && o.unit[k] == best.unit[k];
      }
    }
    if (alike && distance > 0.0) all.push_back({distance, i});
  }
  std::sort(all.begin(), all.end(), [](const neighbour& a, const neighbour& b) {
    return a.distance != b.distance ? a.distance < b.distance : a.row < b.row;
  });
  all.resize((std::min)({all.size(), (d + 1) * (d + 2), most_points}));
  std::vector<std::size_t> rows;
  rows.reserve(all.size());
  for (const neighbour& n : all) rows.push_back(n.row);
  return rows;
}

KNOBLESS_INLINE double trust_region::median(const history& seen) {
  std::vector<double> values;
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (seen[i].state == trial_state::complete) values.push_back(seen[i].value);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The box is where the best point is. If that comes from elsewhere, how far the model holds there is not known yet.
KNOBLESS_INLINE void trust_region::move_box(const observation& best, const std::vector<std::size_t>& moving) {
  if (centre_.size() == best.unit.size()) {
    double moved = 0.0;
    for (const std::size_t k : moving) moved = (std::max)(moved, std::abs(centre_.unit[k] - best.unit[k]));
    if (moved > steps::elsewhere * radius_) {
      radius_ = (std::min)(constants_.first_radius, moved);
      failures_ = 0;
    }
  }
  centre_ = best.where();
}

// Where the model of these rows has its minimum in the box, in radii from the centre, and what it promises there; nothing (no
// z, and 0) where all values are alike or differ too much for a model.
KNOBLESS_INLINE double trust_region::minimum(const history& seen, const observation& best,
                                             const std::vector<std::size_t>& moving,
                                             const std::vector<std::size_t>& rows, Eigen::VectorXd& z) const {
  const auto d = static_cast<Eigen::Index>(moving.size());
  Eigen::MatrixXd points(d, static_cast<Eigen::Index>(rows.size()));
  Eigen::VectorXd changes(points.cols());
  for (Eigen::Index j = 0; j < points.cols(); ++j) {
    const observation o = seen[rows[static_cast<std::size_t>(j)]];
    for (Eigen::Index i = 0; i < d; ++i) {
      const std::size_t k = moving[static_cast<std::size_t>(i)];
      points(i, j) = (o.unit[k] - best.unit[k]) / radius_;
    }
    changes(j) = o.value - best.value;
  }
  const double unit = *std::max_element(changes.begin(), changes.end());
  if (!(unit > 0.0) || !elementary::is_finite(unit)) return 0.0;
  local_quadratic model;
  for (double& change : changes) change /= unit;
  model.fit(points, changes);
  Eigen::VectorXd lower(d);
  Eigen::VectorXd upper(d);
  for (Eigen::Index i = 0; i < d; ++i) {
    const double u = best.unit[moving[static_cast<std::size_t>(i)]];
    lower(i) = (std::max)(-1.0, -u / radius_);
    upper(i) = (std::min)(1.0, (1.0 - u) / radius_);
  }
  return -unit * model.minimum(lower, upper, z);
}

KNOBLESS_INLINE std::optional<point> trust_region::ask(const ask_context& context) {
  const domain& space = context.space;
  const history& seen = context.seen;
  if (seen.size() < heard_) *this = trust_region(constants_);  // another study
  hear(seen);
  if (waits(seen)) return std::nullopt;
  const std::vector<std::size_t> out = strays(seen);
  const std::optional<std::size_t> lowest = best_of(seen, out);
  if (!lowest) return std::nullopt;
  const observation best = seen[*lowest];
  const std::vector<std::size_t> moves = moving(space, best);
  const std::size_t d = moves.size();
  if (d == 0 || seen.complete() < 2 * d + 2) return std::nullopt;
  const std::vector<std::size_t> rows = neighbours(seen, best, moves, out);
  if (rows.size() < 2 * d + 1) return std::nullopt;
  move_box(best, moves);
  Eigen::VectorXd z;
  const double promised = minimum(seen, best, moves, rows, z);
  if (!elementary::is_finite(promised) || !(promised > least_promise * (median(seen) - best.value)) || z.size() == 0)
    return std::nullopt;

  point p = centre_;
  for (std::size_t i = 0; i < d; ++i) {
    const double u = best.unit[moves[i]] + radius_ * z(static_cast<Eigen::Index>(i));
    p.unit[moves[i]] = (std::min)(1.0, (std::max)(0.0, u));
  }
  space.complete(p);
  const auto pending = seen.pending();
  if (p == centre_ || !space.admits(p) ||
      std::any_of(rows.begin(), rows.end(), [&](std::size_t row) { return seen[row].where() == p; }) ||
      std::any_of(pending.begin(), pending.end(), [&](const pending_trial& other) { return other.where == p; }))
    return std::nullopt;
  running_ = true;
  number_ = context.number;
  before_ = best.value;
  promised_ = promised;
  to_border_ = std::any_of(z.begin(), z.end(), [](double x) { return std::abs(x) > steps::border; });
  return p;
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
