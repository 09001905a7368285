#pragma once

#include "maximise.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "../base/elementary.hpp"
#include "../numeric/quasi_newton.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

KNOBLESS_INLINE std::vector<acquisition_search::scored> acquisition_search::rank(const Eigen::VectorXd& scores) {
  std::vector<scored> ranked;
  for (Eigen::Index i = 0; i < scores.size(); ++i) ranked.push_back({scores(i), static_cast<std::size_t>(i)});
  std::stable_sort(ranked.begin(), ranked.end(), [](const scored& a, const scored& b) { return a.score > b.score; });
  return ranked;
}

KNOBLESS_INLINE double acquisition_search::score(const point& p) {
  encoded one = layout_.room(1);
  layout_.encode(space_, p, one, 0);
  return wanted_.score(one, by_number_);
}

KNOBLESS_INLINE double acquisition_search::climb_continuous(point& p, double present, int iterations,
                                                            const predicate& eligible) {
  // Integers of many values move as if they were continuous.
  struct coordinate {
    std::size_t parameter;
    double length;
  };
  std::vector<coordinate> moving;
  for (const features::place& place : layout_.number_places())
    if (p.active[place.parameter] != 0 && (place.levels == 0 || place.levels > most_levels_tried))
      moving.push_back({place.parameter, wanted_.lengthscale(place.group)});
  if (moving.empty()) return present;
  const auto m = static_cast<Eigen::Index>(moving.size());
  Eigen::VectorXd x(m);
  Eigen::VectorXd upper(m);
  for (Eigen::Index j = 0; j < m; ++j) {
    const coordinate& c = moving[static_cast<std::size_t>(j)];
    x(j) = p.unit[c.parameter] / c.length;
    upper(j) = 1.0 / c.length;
  }
  point q = p;
  const auto place = [&](const Eigen::VectorXd& at) {
    for (Eigen::Index j = 0; j < m; ++j) {
      const coordinate& c = moving[static_cast<std::size_t>(j)];
      q.unit[c.parameter] = (std::min)((std::max)(at(j) * c.length, 0.0), 1.0);
    }
  };
  std::vector<double> slopes(space_.size());
  const auto descent = [&](const Eigen::VectorXd& at, Eigen::VectorXd& gradient) {
    place(at);
    const double value = score(q);
    layout_.chain(q.unit, q.active, by_number_, slopes);
    for (Eigen::Index j = 0; j < m; ++j) {
      const coordinate& c = moving[static_cast<std::size_t>(j)];
      gradient(j) = -slopes[c.parameter] * c.length;
    }
    return -value;
  };
  constexpr double steep = 1e-3;  // a score is a logarithm: less of a slope or a gain is no gain
  constexpr double gain = 1e-4;
  minimise_in_box(descent, x, Eigen::VectorXd::Zero(m), upper, {iterations, steep, gain});
  place(x);
  space_.complete(q);
  if (!eligible(q)) return present;
  const double found = score(q);
  if (found <= present) return present;
  p = q;
  return found;
}

// All levels but this one where they are few or have no order, else those that are 1, 2, 4 ... away.
KNOBLESS_INLINE std::vector<std::uint64_t> acquisition_search::other_levels(const parameter& of, std::uint64_t here) {
  const std::uint64_t levels = of.levels();
  std::vector<std::uint64_t> others;
  if (levels <= most_levels_tried || !of.numeric()) {
    for (std::uint64_t level = 0; level < levels; ++level)
      if (level != here) others.push_back(level);
    return others;
  }
  for (std::uint64_t step = 1; step <= levels / 2; step *= 2) {
    if (here >= step) others.push_back(here - step);
    if (here + step < levels) others.push_back(here + step);
  }
  return others;
}

KNOBLESS_INLINE point acquisition_search::with_level(point p, std::size_t k, std::uint64_t level) const {
  // What becomes active begins in the middle.
  for (std::size_t j = 0; j < p.size(); ++j)
    if (p.active[j] == 0) p.unit[j] = 0.5;
  p.unit[k] = space_[k].unit_of_level(level);
  space_.complete(p);
  return p;
}

KNOBLESS_INLINE double acquisition_search::climb_discrete(point& p, double present, const predicate& eligible) {
  for (std::size_t k = 0; k < space_.size(); ++k) {
    if (p.active[k] == 0 || space_[k].levels() < 2) continue;
    std::vector<point> others;
    for (const std::uint64_t level : other_levels(space_[k], space_[k].level(p.unit[k])))
      if (point q = with_level(p, k, level); eligible(q)) others.push_back(std::move(q));
    if (others.empty()) continue;
    Eigen::VectorXd scores;
    wanted_.scores(layout_.encode(space_, others), scores);
    const scored best = rank(scores).front();
    if (best.score <= present) continue;
    present = best.score;
    p = others[best.index];
  }
  return present;
}

KNOBLESS_INLINE point acquisition_search::find(std::vector<point> candidates, const predicate& eligible) {
  constexpr std::size_t exact = 100;
  constexpr std::size_t leaders = 5;
  constexpr int first_steps = 8;
  constexpr int last_steps = 50;
  constexpr double gain = 1e-3;  // less than that in a round is the end of a climb
  Eigen::VectorXd scores;
  wanted_.outline(layout_.encode(space_, candidates), scores);
  std::vector<point> promising;
  for (const scored& s : rank(scores)) {
    if (promising.size() == exact) break;
    promising.push_back(std::move(candidates[s.index]));
  }
  wanted_.scores(layout_.encode(space_, promising), scores);
  std::vector<scored> ranked = rank(scores);
  ranked.resize((std::min)(ranked.size(), leaders));

  const auto climb = [&](scored& s, int rounds, int iterations) {
    point& p = promising[s.index];
    for (int round = 0; round < rounds; ++round) {
      const double before = s.score;
      s.score = climb_continuous(p, s.score, iterations, eligible);
      s.score = climb_discrete(p, s.score, eligible);
      if (s.score - before < gain) break;
    }
  };
  for (scored& s : ranked) climb(s, 1, first_steps);
  scored& best = *std::max_element(ranked.begin(), ranked.end(),
                                   [](const scored& a, const scored& b) { return a.score < b.score; });
  climb(best, 4, last_steps);
  return promising[best.index];
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
