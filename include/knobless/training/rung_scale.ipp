#pragma once

#include "rung_scale.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

KNOBLESS_INLINE void rung_scale::fit(std::span<const rung_value> rows, std::size_t trials) {
  z_.assign(rows.size(), 0.0);
  by_trial below(trials);  // z of a trial one rung further down, where it has one
  double unit = 1.0;       // the population's spread
  for (std::size_t k = 0; k < correlation_.size(); ++k) {
    std::vector<double> values;
    for (const rung_value& r : rows)
      if (r.rung == k && !r.failed) values.push_back(r.value);
    output_transform transform;
    double worst = worst_without_values;
    if (!values.empty()) {
      transform = output_transform(values);
      worst = transform(*std::max_element(values.begin(), values.end()));
    }
    line onto;
    if (k == 0)
      unit = spread(values, transform);
    else
      onto = regress(rows, k, below, transform, unit);
    correlation_[k] = onto.correlation;
    by_trial here(trials);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const rung_value& r = rows[i];
      if (r.rung != k) continue;
      z_[i] = ((r.failed ? worst : transform(r.value)) - onto.shift) / onto.scale;
      if (!r.failed) here[r.trial] = z_[i];
    }
    below = std::move(here);
  }
}

// About the transform's zero, the median; 1 where there is none.
KNOBLESS_INLINE double rung_scale::spread(const std::vector<double>& values, const output_transform& transform) {
  double squares = 0.0;
  for (const double v : values) squares += transform(v) * transform(v);
  return squares > 0.0 ? std::sqrt(squares / static_cast<double>(values.size())) : 1.0;
}

// Of a rung's values w on those below, z: the slope and the residual variance with their priors, then what a population of
// the spread `unit` below would have here.
KNOBLESS_INLINE rung_scale::line rung_scale::regress(std::span<const rung_value> rows, std::size_t rung,
                                                     const by_trial& below, const output_transform& transform,
                                                     double unit) {
  double n = 0.0;
  double sz = 0.0;
  double sw = 0.0;
  double szz = 0.0;
  double sww = 0.0;
  double szw = 0.0;
  for (const rung_value& r : rows) {
    if (r.rung != rung || r.failed || !below[r.trial]) continue;
    const double z = *below[r.trial];
    const double w = transform(r.value);
    n += 1.0;
    sz += z;
    sw += w;
    szz += z * z;
    sww += w * w;
    szw += z * w;
  }
  const double mz = n > 0.0 ? sz / n : 0.0;
  const double mw = n > 0.0 ? sw / n : 0.0;
  const double vz = szz - n * mz * mz;
  const double vw = sww - n * mw * mw;
  const double c = szw - n * mz * mw;
  const double slope = (c + prior_trials * a_priori * unit) / (vz + prior_trials * unit * unit);
  const double residue = (std::max)(vw - 2.0 * slope * c + slope * slope * vz, 0.0);
  const double variance = (residue + prior_trials * (1.0 - a_priori * a_priori)) / (n + prior_trials);
  const double spread = std::sqrt(slope * slope * unit * unit + variance);
  return {mw - slope * mz, spread / unit, slope * unit / spread};
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
