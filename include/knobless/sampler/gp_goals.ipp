#pragma once

#include "gp_goals.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <utility>

#include "../acquisition/goal_gain.hpp"
#include "../acquisition/maximise.hpp"
#include "../base/elementary.hpp"
#include "../model/limit_transform.hpp"
#include "../model/output_transform.hpp"
#include "../pareto/boxes.hpp"
#include "../pareto/front.hpp"
#include "admitted_point.hpp"
#include "first_point.hpp"
#include "surroundings.hpp"
#include "told_nearby.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace goals {

// False where it is there already.
[[nodiscard]] inline bool insert(std::vector<std::uint64_t>& sorted, std::uint64_t hash) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), hash);
  if (at != sorted.end() && *at == hash) return false;
  sorted.insert(at, hash);
  return true;
}

[[nodiscard]] inline std::uint64_t answer_hash(const observation& o) {
  std::uint64_t h = point_hash(o.place()) ^ (static_cast<std::uint64_t>(o.state) + 1);
  // NOLINTBEGIN(readability-magic-numbers): as in point_hash
  const auto add = [&](double v) { h = (h ^ std::bit_cast<std::uint64_t>(v)) * 0xBF58476D1CE4E5B9U + (h >> 29U); };
  // NOLINTEND(readability-magic-numbers)
  add(o.value);
  for (const double v : o.values) add(v);
  for (const double v : o.limits) add(v);
  return h;
}

// Whether it says by one of its limits what was wrong.
[[nodiscard]] inline bool names_fault(const observation& o) {
  return std::any_of(o.limits.begin(), o.limits.end(), [](double v) { return breaks(v); });
}

[[nodiscard]] inline bool good(const observation& o) noexcept {
  return o.state == trial_state::complete && o.feasible && o.inside;
}

}  // namespace goals

KNOBLESS_INLINE gp_goals::gp_goals(const history& seen, const domain& space, const gp_ei_constants& constants)
    : dimensions_(space.size()), constants_(constants), layout_(space), heard_(seen) {}

// ---- What was told ---------------------------------------------------------------------------------------------------

KNOBLESS_INLINE void gp_goals::update(const history& seen) {
  for (; heard_.more(seen); heard_.advance()) {
    const observation o = seen[heard_.row()];
    (void)goals::insert(points_, point_hash(o.place()));
    // The same answer at the same point again says nothing new.
    if (!goals::insert(answers_, goals::answer_hash(o)) || !told_nearby(o)) continue;
    told_.push_back(heard_.row());
    order_.hear(seen, heard_.row());
  }
}

// At most `most_known`: half of them the best, half the latest of the rest; in the order of telling.
KNOBLESS_INLINE std::vector<std::size_t> gp_goals::select(const history& seen) {
  if (told_.size() <= most_known) return told_;
  std::vector<std::size_t> rows;
  for (const goal_order::place& p : order_.sort(seen, told_)) rows.push_back(p.row);
  const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(most_known / 2);
  std::nth_element(middle, rows.begin() + static_cast<std::ptrdiff_t>(most_known), rows.end(), std::greater<>());
  rows.resize(most_known);
  std::sort(rows.begin(), rows.end());
  return rows;
}

// The j-th goal without values.
KNOBLESS_INLINE gp_goals::goal& gp_goals::fresh(std::deque<goal>& goals, std::size_t j) {
  while (goals.size() <= j) goals.emplace_back(layout_, constants_.priors);
  goals[j].rows.clear();
  goals[j].values.clear();
  return goals[j];
}

KNOBLESS_INLINE void gp_goals::take_values(const ask_context& context) {
  const history& seen = context.seen;
  const std::vector<std::size_t> members = select(seen);
  feasible_.clear();
  std::size_t position = 0;
  for (const std::size_t r : members) {
    if (seen[r].state != trial_state::complete) continue;
    if (goals::good(seen[r])) feasible_.push_back(position);
    ++position;
  }
  if (seen.objectives() <= front_boxes::most_objectives)
    take_objectives(seen, members);
  else
    take_sum(context, members);
  take_limits(seen, members);
}

// Linear as far as the front's worst values, and, of several objectives, three times as far above the median as the best value
// is below: there, hypervolumes are what they are. What lies beyond is bent. 0 is the median.
KNOBLESS_INLINE void gp_goals::take_objectives(const history& seen, const std::vector<std::size_t>& members) {
  const std::size_t m = seen.objectives();
  for (std::size_t j = 0; j < m; ++j) {
    goal& g = fresh(objectives_, j);
    for (const std::size_t r : members)
      if (seen[r].state == trial_state::complete) {
        g.rows.push_back(r);
        g.values.push_back(value_of(seen[r], j));
      }
  }
  std::vector<double> kept;
  for (const std::size_t i : feasible_)
    for (std::size_t j = 0; j < m; ++j) kept.push_back(objectives_[j].values[i]);
  const std::vector<std::size_t> front = front_of(kept, m);
  for (std::size_t j = 0; j < m; ++j) {
    goal& g = objectives_[j];
    if (g.values.empty()) continue;
    std::vector<double> sorted = g.values;
    std::sort(sorted.begin(), sorted.end());
    const double median = sorted[(sorted.size() - 1) / 2];
    constexpr double three_quarters = 0.75;  // the knee is four times as far from the least as the median
    double knee = m == 1 ? median : (std::min)(sorted.back(), 4.0 * (median - three_quarters * sorted.front()));
    for (const std::size_t i : front) knee = (std::max)(knee, kept[i * m + j]);
    const output_transform transform(std::move(sorted), knee);
    const double centre = transform(median);
    for (double& v : g.values) v = transform(v) - centre;
  }
}

// One objective of many, by the ranges of their front: max w_j v_j + 0.05 sum w_j v_j (Knowles 2006, eq. 2).
KNOBLESS_INLINE void gp_goals::take_sum(const ask_context& context, const std::vector<std::size_t>& members) {
  const history& seen = context.seen;
  const std::size_t m = seen.objectives();
  goal& g = fresh(objectives_, 0);
  std::vector<double> all;
  for (const std::size_t r : members)
    if (seen[r].state == trial_state::complete) {
      g.rows.push_back(r);
      all.insert(all.end(), seen[r].values.begin(), seen[r].values.end());
    }
  std::vector<double> weight(m);
  double total = 0.0;
  for (double& w : weight) total += w = -elementary::log(context.rng.uniform_open());
  g.values.assign(g.rows.size(), 0.0);
  std::vector<double> largest(g.rows.size(), std::numeric_limits<double>::lowest());
  constexpr double share_of_sum =
      0.05;  // of the augmented Chebyshev sum (Knowles, ParEGO, IEEE TEC 10(1), 2006, eq. 2)
  const std::vector<std::size_t> front = front_of(all, m);
  for (std::size_t j = 0; j < m && !front.empty(); ++j) {
    double low = (std::numeric_limits<double>::max)();
    double high = std::numeric_limits<double>::lowest();
    for (const std::size_t i : front) {
      low = (std::min)(low, all[i * m + j] / 2);
      high = (std::max)(high, all[i * m + j] / 2);
    }
    const double range = high > low ? high - low : 1.0;
    for (std::size_t i = 0; i < g.rows.size(); ++i) {
      const double v = weight[j] / total * ((std::min)((all[i * m + j] / 2 - low) / range, 1e6));
      largest[i] = (std::max)(largest[i], v);
      g.values[i] += share_of_sum * v;
    }
  }
  for (std::size_t i = 0; i < g.rows.size(); ++i) g.values[i] += largest[i];
  if (g.values.empty()) return;
  const output_transform transform(g.values);
  for (double& v : g.values) v = transform(v);
}

KNOBLESS_INLINE void gp_goals::take_limits(const history& seen, const std::vector<std::size_t>& members) {
  limits_known_ = 0;
  for (std::size_t c = 0; c < seen.limit_kinds().size(); ++c) {
    goal& g = fresh(limits_, limits_known_);
    for (const std::size_t r : members) {
      const double v = seen.limit(r, c);
      if (!elementary::is_finite(v)) continue;
      g.rows.push_back(r);
      g.values.push_back(v);
    }
    if (g.rows.empty()) continue;
    ++limits_known_;
    const limit_transform transform(g.values);
    for (double& v : g.values) v = seen.limit_kinds()[c].graded ? transform(v) : (v <= 0.0 ? -1.0 : 1.0);
  }
  // Trials that fail, and do not say why.
  const auto fails = [&](std::size_t r) {
    return seen[r].state == trial_state::failed && !goals::names_fault(seen[r]);
  };
  if (std::none_of(members.begin(), members.end(), fails)) return;
  goal& g = fresh(limits_, limits_known_++);
  g.rows = members;
  for (const std::size_t r : members) g.values.push_back(fails(r) ? 1.0 : -1.0);
}

// ---- What is believed ------------------------------------------------------------------------------------------------

// Hyperparameters at each of the first asks, later at each second, then after each twenty-fifth part more.
KNOBLESS_INLINE void gp_goals::believe(goal& g, const ask_context& context, double log_stretch) {
  const std::size_t n = g.rows.size();
  encoded all = layout_.room(static_cast<Eigen::Index>(n));
  Eigen::VectorXd values(static_cast<Eigen::Index>(n));
  for (std::size_t i = 0; i < n; ++i) {
    const observation o = context.seen[g.rows[i]];
    layout_.encode(context.space, o.place(), all, static_cast<Eigen::Index>(i));
    values(static_cast<Eigen::Index>(i)) = g.values[i];
  }
  const std::size_t wait = g.lessons > 40 ? told_.size() / 25 : (told_.size() > 60 ? 1 : 0);
  if (g.lessons == 0 || told_.size() >= g.learnt_at + 1 + wait) {
    const auto few = static_cast<Eigen::Index>((std::min)(n, most_learnt));
    g.model.learn({all.numbers.bottomRows(few), all.levels.bottomRows(few)}, values.tail(few));
    g.learnt_at = told_.size();
    ++g.lessons;
  }
  g.model.set(all, log_stretch);
  g.model.condition(values);
}

// The posterior means of the trials that kept all limits: those that no other dominates.
KNOBLESS_INLINE void gp_goals::find_front() {
  front_.clear();
  front_rows_.clear();
  if (feasible_.empty()) return;
  const std::size_t m = objectives_.size();
  std::vector<double> means;
  std::vector<Eigen::VectorXd> fitted;
  for (const goal& g : objectives_) fitted.push_back(g.model.fitted());
  for (const std::size_t i : feasible_)
    for (std::size_t j = 0; j < m; ++j) means.push_back(fitted[j](static_cast<Eigen::Index>(i)));
  for (const std::size_t i : front_of(means, m)) {
    front_rows_.push_back(objectives_[0].rows[feasible_[i]]);
    for (std::size_t j = 0; j < m; ++j) front_.push_back(means[i * m + j]);
  }
}

// Running trials are taken to give what the models expect, as gp_ei takes them.
KNOBLESS_INLINE void gp_goals::assume(const ask_context& context) {
  const std::size_t m = objectives_.size();
  for (const pending_trial& running : context.seen.pending()) {
    if (running.where == point(dimensions_)) continue;
    const encoded one = layout_.encode(context.space, {running.where});
    const auto expect = [&](goal& g) {
      Eigen::VectorXd mean;
      Eigen::VectorXd deviation;
      g.model.predict(one, mean, deviation);
      g.values.push_back(mean(0));
      g.model.append(one);
      g.model.condition(Eigen::Map<const Eigen::VectorXd>(g.values.data(), static_cast<Eigen::Index>(g.values.size())));
      return mean(0);
    };
    bool kept = true;
    for (std::size_t c = 0; c < limits_known_; ++c) kept = expect(limits_[c]) <= 0.0 && kept;
    for (std::size_t j = 0; j < m && !objectives_[j].rows.empty(); ++j) {
      const double mean = expect(objectives_[j]);
      if (kept && !feasible_.empty()) front_.push_back(mean);
    }
  }
}

// On the front, up to a tenth of the values' range beyond the worst ones. Nothing while no trial keeps all limits.
KNOBLESS_INLINE std::optional<hypervolume_improvement> gp_goals::improvement() const {
  if (front_.empty()) return std::nullopt;
  constexpr double beyond = 0.1;
  const std::size_t m = objectives_.size();
  std::vector<double> reference(m);
  for (std::size_t j = 0; j < m; ++j) {
    const Eigen::VectorXd means = objectives_[j].model.fitted();
    double low = front_[j];
    double high = low;
    for (const double v : means) {
      low = (std::min)(low, v);
      high = (std::max)(high, v);
    }
    for (std::size_t i = j; i < front_.size(); i += m) high = (std::max)(high, front_[i]);
    // Without a range, in the unit of the transformed values.
    reference[j] = high + beyond * (high > low ? high - low : 1.0);
  }
  return hypervolume_improvement(front_boxes(front_, reference));
}

// Where to look around: some of the front's points, else where the limits are broken the least.
KNOBLESS_INLINE std::vector<point> gp_goals::promising(const ask_context& context) const {
  constexpr std::size_t most = 10;
  const history& seen = context.seen;
  std::vector<point> found;
  if (!front_rows_.empty()) {
    std::vector<std::size_t> rows = front_rows_;
    for (std::size_t i = 0; i < rows.size() && found.size() < most; ++i) {
      std::swap(rows[i], rows[i + to_size(context.rng.below(rows.size() - i))]);
      found.push_back(seen[rows[i]].where());
    }
    return found;
  }
  std::vector<double> broken(seen.size(), 0.0);
  std::vector<std::size_t> rows;
  for (std::size_t c = 0; c < limits_known_; ++c)
    for (std::size_t i = 0; i < limits_[c].rows.size(); ++i)
      broken[limits_[c].rows[i]] += (std::max)(limits_[c].values[i], 0.0);
  for (std::size_t c = 0; c < limits_known_; ++c)
    rows.insert(rows.end(), limits_[c].rows.begin(), limits_[c].rows.end());
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return broken[a] < broken[b]; });
  for (std::size_t i = 0; i < rows.size() && i < most / 2; ++i) found.push_back(seen[rows[i]].where());
  return found;
}

// ---- The next point --------------------------------------------------------------------------------------------------

KNOBLESS_INLINE bool gp_goals::unseen(const ask_context& context, const point& p) const {
  if (std::binary_search(points_.begin(), points_.end(), point_hash(p))) return false;
  return std::none_of(context.seen.pending().begin(), context.seen.pending().end(),
                      [&](const pending_trial& running) { return running.where == p; });
}

KNOBLESS_INLINE point gp_goals::start(const ask_context& context) const {
  point p = first_point(context, startup);
  for (int tries = 0; tries < 100 && !unseen(context, p); ++tries) {
    p = admitted_anywhere(context, uniform_point(context.space, context.rng));
    if (!context.space.admits(p)) break;  // the study looks further
  }
  return p;
}

KNOBLESS_INLINE point gp_goals::propose(const ask_context& context) {
  const domain& space = context.space;
  take_values(context);
  const double log_stretch = constants_.doubt * context.rng.normal();
  std::vector<const gaussian_process*> objectives;
  std::vector<const gaussian_process*> limits;
  for (goal& g : objectives_) {
    if (!g.rows.empty()) believe(g, context, log_stretch);
    objectives.push_back(&g.model);
  }
  for (std::size_t c = 0; c < limits_known_; ++c) {
    believe(limits_[c], context, log_stretch);
    limits.push_back(&limits_[c].model);
  }
  find_front();
  assume(context);

  const auto allowed = [&](const point& p) { return unseen(context, p) && space.admits(p); };
  std::vector<point> from = everywhere_and_around(context, promising(context));
  std::erase_if(from, [&](const point& p) { return !unseen(context, p); });
  std::optional<hypervolume_improvement> gain = improvement();
  if (from.empty() || (!gain && limits.empty())) return admitted_anywhere(context, uniform_point(space, context.rng));
  const goal_gain wanted(std::move(objectives), std::move(gain), std::move(limits));
  return acquisition_search(space, layout_, wanted).find(std::move(from), allowed);
}

KNOBLESS_INLINE point gp_goals::ask(const ask_context& context) {
  update(context.seen);
  return told_.size() + context.seen.pending().size() < startup ? start(context) : propose(context);
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
