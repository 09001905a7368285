#pragma once

#include "maximise.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "../elementary.hpp"
#include "../numeric/quasi_newton.hpp"
#include "expected_improvement.hpp"

#include "../detail/strict_begin.inc"

namespace knobless::detail {

KNOBLESS_INLINE std::vector<improvement_search::scored> improvement_search::rank(
    const Eigen::VectorXd& mean, const Eigen::VectorXd& deviation) const {
  std::vector<scored> ranked;
  for (Eigen::Index i = 0; i < mean.size(); ++i) {
    const double z = (threshold_ - mean(i)) / deviation(i);
    ranked.push_back({log_expected_improvement(z).value + elementary::log(deviation(i)), static_cast<std::size_t>(i)});
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const scored& a, const scored& b) { return a.score > b.score; });
  return ranked;
}

KNOBLESS_INLINE double improvement_search::score(const point& p) {
  model_.predict(layout_.encode(space_, {p}), belief_);
  const double z = (threshold_ - belief_.mean) / belief_.deviation;
  return log_expected_improvement(z).value + elementary::log(belief_.deviation);
}

KNOBLESS_INLINE double improvement_search::climb_continuous(point& p, double present, int iterations,
                                                            const predicate& eligible) {
  // Integers of many values move as if they were continuous.
  struct coordinate {
    std::size_t parameter;
    double length;
  };
  std::vector<coordinate> moving;
  for (const features::place& place : layout_.number_places())
    if (p.active[place.parameter] != 0 && (place.levels == 0 || place.levels > most_levels_tried))
      moving.push_back({place.parameter, model_.lengthscale(place.group)});
  if (moving.empty()) return present;
  const auto m = static_cast<Eigen::Index>(moving.size());
  Eigen::VectorXd x(m);
  Eigen::VectorXd upper(m);
  for (Eigen::Index j = 0; j < m; ++j) {
    const coordinate& c = moving[static_cast<std::size_t>(j)];
    x(j) = p.unit[c.parameter] / c.length;
    upper(j) = 1.0 / c.length;
  }
  std::vector<point> probe{p};
  point& q = probe.front();
  const auto place = [&](const Eigen::VectorXd& at) {
    for (Eigen::Index j = 0; j < m; ++j) {
      const coordinate& c = moving[static_cast<std::size_t>(j)];
      q.unit[c.parameter] = (std::min)((std::max)(at(j) * c.length, 0.0), 1.0);
    }
  };
  std::vector<double> slopes(space_.size());
  Eigen::VectorXd by_number(layout_.numbers());
  const auto descent = [&](const Eigen::VectorXd& at, Eigen::VectorXd& gradient) {
    place(at);
    model_.predict(layout_.encode(space_, probe), belief_);
    const double z = (threshold_ - belief_.mean) / belief_.deviation;
    const log_improvement h = log_expected_improvement(z);
    // d log(sigma h(z)) = ((1 - z h'/h) d sigma - h'/h d mean) / sigma.
    for (Eigen::Index f = 0; f < by_number.size(); ++f)
      by_number(f) =
          ((1.0 - h.slope * z) * belief_.deviation_slope(f) - h.slope * belief_.mean_slope(f)) / belief_.deviation;
    layout_.chain(q.unit, q.active, by_number, slopes);
    for (Eigen::Index j = 0; j < m; ++j) {
      const coordinate& c = moving[static_cast<std::size_t>(j)];
      gradient(j) = -slopes[c.parameter] * c.length;
    }
    return -(h.value + elementary::log(belief_.deviation));
  };
  minimise_in_box(descent, x, Eigen::VectorXd::Zero(m), upper, {iterations, 1e-3, 1e-4});
  place(x);
  space_.complete(q);
  if (!eligible(q)) return present;
  const double found = score(q);
  if (found <= present) return present;
  p = q;
  return found;
}

KNOBLESS_INLINE double improvement_search::climb_discrete(point& p, double present, const predicate& eligible) {
  for (std::size_t k = 0; k < space_.size(); ++k) {
    const std::uint64_t levels = space_[k].levels();
    if (p.active[k] == 0 || levels < 2) continue;
    std::vector<point> others;
    const auto consider = [&](std::uint64_t level) {
      point q = p;
      // What becomes active begins in the middle.
      for (std::size_t j = 0; j < q.size(); ++j)
        if (q.active[j] == 0) q.unit[j] = 0.5;
      q.unit[k] = space_[k].unit_of_level(level);
      space_.complete(q);
      if (eligible(q)) others.push_back(std::move(q));
    };
    const std::uint64_t here = space_[k].level(p.unit[k]);
    if (levels <= most_levels_tried || !space_[k].numeric()) {
      for (std::uint64_t level = 0; level < levels; ++level)
        if (level != here) consider(level);
    } else {
      for (std::uint64_t step = 1; step <= levels / 2; step *= 2) {
        if (here >= step) consider(here - step);
        if (here + step < levels) consider(here + step);
      }
    }
    if (others.empty()) continue;
    Eigen::VectorXd mean;
    Eigen::VectorXd deviation;
    model_.predict(layout_.encode(space_, others), mean, deviation);
    const scored best = rank(mean, deviation).front();
    if (best.score <= present) continue;
    present = best.score;
    p = others[best.index];
  }
  return present;
}

KNOBLESS_INLINE point improvement_search::find(std::vector<point> candidates, const predicate& eligible) {
  constexpr std::size_t exact = 100;
  constexpr std::size_t leaders = 5;
  constexpr int first_steps = 8;
  constexpr int last_steps = 50;
  Eigen::VectorXd mean;
  Eigen::VectorXd deviation;
  model_.outline(layout_.encode(space_, candidates), mean, deviation);
  std::vector<point> promising;
  for (const scored& s : rank(mean, deviation)) {
    if (promising.size() == exact) break;
    promising.push_back(std::move(candidates[s.index]));
  }
  model_.predict(layout_.encode(space_, promising), mean, deviation);
  std::vector<scored> ranked = rank(mean, deviation);
  ranked.resize((std::min)(ranked.size(), leaders));

  const auto climb = [&](scored& s, int rounds, int iterations) {
    point& p = promising[s.index];
    for (int round = 0; round < rounds; ++round) {
      const double before = s.score;
      s.score = climb_continuous(p, s.score, iterations, eligible);
      s.score = climb_discrete(p, s.score, eligible);
      if (s.score - before < 1e-3) break;
    }
  };
  for (scored& s : ranked) climb(s, 1, first_steps);
  scored& best = *std::max_element(ranked.begin(), ranked.end(),
                                   [](const scored& a, const scored& b) { return a.score < b.score; });
  climb(best, 4, last_steps);
  return promising[best.index];
}

}  // namespace knobless::detail

#include "../detail/strict_end.inc"
