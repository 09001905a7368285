#pragma once

#include "trust_region.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "../elementary.hpp"
#include "../model/local_quadratic.hpp"

#include "../detail/strict_begin.inc"

namespace knobless::detail {

KNOBLESS_INLINE void trust_region::hear(const history& seen) {
  for (; heard_ < seen.size(); ++heard_) {
    const observation o = seen[heard_];
    if (!running_ || o.number != number_) continue;
    running_ = false;
    const double gain = o.state == trial_state::complete ? (before_ - o.value) / promised_ : -1.0;
    if (gain > 0.1) {
      failures_ = 0;
      if (gain > 0.7 && to_border_) radius_ = (std::min)(largest_radius, 2.0 * radius_);
    } else {
      ++failures_;
      radius_ *= constants_.shrinking;
    }
  }
}

KNOBLESS_INLINE std::optional<point> trust_region::ask(const ask_context& context) {
  const domain& space = context.space;
  const history& seen = context.seen;
  if (seen.size() < heard_) *this = trust_region(constants_);  // another study
  hear(seen);
  if (running_) {
    const auto all = seen.pending();
    if (std::any_of(all.begin(), all.end(), [&](const pending_trial& p) { return p.number == number_; }))
      return std::nullopt;
    running_ = false;  // it was dropped
  }
  if (!seen.best()) return std::nullopt;
  const observation best = seen[*seen.best()];
  std::vector<std::size_t> moving;
  for (std::size_t k = 0; k < space.size(); ++k)
    if (best.active[k] != 0 && space[k].numeric() && (space[k].continuous() || space[k].levels() > few_levels))
      moving.push_back(k);
  const std::size_t d = moving.size();
  if (d == 0 || seen.complete() < 2 * d + 2) return std::nullopt;

  // The nearest points, and how far the values reach.
  struct neighbour {
    double distance;
    std::size_t row;
  };
  std::vector<neighbour> near_by;
  std::vector<double> values;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const observation o = seen[i];
    if (o.state != trial_state::complete) continue;
    values.push_back(o.value);
    double distance = 0.0;
    bool alike = true;
    for (std::size_t k = 0, m = 0; k < space.size() && alike; ++k) {
      if (m < d && moving[m] == k) {
        const double gap = o.unit[k] - best.unit[k];
        distance += gap * gap;
        alike = o.active[k] != 0;
        ++m;
      } else {
        alike = o.active[k] == best.active[k] && o.unit[k] == best.unit[k];
      }
    }
    if (alike && distance > 0.0) near_by.push_back({distance, i});
  }
  if (near_by.size() < 2 * d + 1) return std::nullopt;
  std::sort(near_by.begin(), near_by.end(), [](const neighbour& a, const neighbour& b) {
    return a.distance != b.distance ? a.distance < b.distance : a.row < b.row;
  });
  near_by.resize((std::min)({near_by.size(), (d + 1) * (d + 2), most_points}));
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());

  // A best point from elsewhere: how far the model holds there is not known yet.
  if (centre_.size() == space.size()) {
    double moved = 0.0;
    for (const std::size_t k : moving) moved = (std::max)(moved, std::abs(centre_.unit[k] - best.unit[k]));
    if (moved > 2.0 * radius_) {
      radius_ = (std::min)(constants_.first_radius, moved);
      failures_ = 0;
    }
  }
  centre_ = best.where();

  const auto rows = static_cast<Eigen::Index>(d);
  Eigen::MatrixXd points(rows, static_cast<Eigen::Index>(near_by.size()));
  Eigen::VectorXd changes(points.cols());
  for (Eigen::Index j = 0; j < points.cols(); ++j) {
    const observation o = seen[near_by[static_cast<std::size_t>(j)].row];
    for (Eigen::Index i = 0; i < rows; ++i) {
      const std::size_t k = moving[static_cast<std::size_t>(i)];
      points(i, j) = (o.unit[k] - best.unit[k]) / radius_;
    }
    changes(j) = o.value - best.value;
  }
  const double unit = *std::max_element(changes.begin(), changes.end());
  if (!(unit > 0.0) || !elementary::is_finite(unit)) return std::nullopt;
  local_quadratic model;
  for (double& change : changes) change /= unit;
  model.fit(points, changes);
  Eigen::VectorXd lower(rows);
  Eigen::VectorXd upper(rows);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const double u = best.unit[moving[static_cast<std::size_t>(i)]];
    lower(i) = (std::max)(-1.0, -u / radius_);
    upper(i) = (std::min)(1.0, (1.0 - u) / radius_);
  }
  Eigen::VectorXd z;
  const double promised = -unit * model.minimum(lower, upper, z);
  if (!elementary::is_finite(promised) || !(promised > least_promise * (*middle - best.value))) return std::nullopt;

  point p = centre_;
  for (Eigen::Index i = 0; i < rows; ++i) {
    const std::size_t k = moving[static_cast<std::size_t>(i)];
    p.unit[k] = (std::min)(1.0, (std::max)(0.0, best.unit[k] + radius_ * z(i)));
  }
  space.complete(p);
  const auto known = [&](const point& there) { return there == p; };
  if (known(centre_) || !space.admits(p) ||
      std::any_of(near_by.begin(), near_by.end(), [&](const neighbour& n) { return known(seen[n.row].where()); }) ||
      std::any_of(seen.pending().begin(), seen.pending().end(),
                  [&](const pending_trial& other) { return known(other.where); }))
    return std::nullopt;
  running_ = true;
  number_ = context.number;
  before_ = best.value;
  promised_ = promised;
  to_border_ = std::any_of(z.begin(), z.end(), [](double x) { return std::abs(x) > 0.9; });
  return p;
}

}  // namespace knobless::detail

#include "../detail/strict_end.inc"
