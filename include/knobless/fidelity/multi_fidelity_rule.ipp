#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "../acquisition/maximise.hpp"
#include "../elementary.hpp"
#include "../history.hpp"
#include "../model/features.hpp"
#include "../model/gaussian_process.hpp"
#include "../model/output_transform.hpp"
#include "../random.hpp"
#include "../sampler/first_point.hpp"
#include "../sampler/random_search.hpp"
#include "../sampler/surroundings.hpp"
#include "multi_fidelity_rule.hpp"

#include "../detail/strict_begin.inc"

namespace knobless {

namespace detail {

// The space, and the rung as one more parameter.
inline domain with_rung(const domain& space, std::size_t rungs) {
  std::vector<parameter> all(space.begin(), space.end());
  all.push_back(parameter::integer("\1rung", {.low = 0, .high = static_cast<std::int64_t>(rungs) - 1}).value());
  return domain::make(std::move(all)).value();
}

// The distance at which the Matern kernel of lengthscale 1 has this correlation. It falls with it.
inline double distance_of(double correlation) {
  double below = 0.0;
  double above = 4.0;
  for (int i = 0; i < 40; ++i) {
    const double middle = 0.5 * (below + above);
    const double r = 2.23606797749978969641 * middle;
    ((1.0 + r + r * r / 3.0) * elementary::exp(-r) > correlation ? below : above) = middle;
  }
  return below;
}

// About the mean largest of m standard normal numbers.
inline double largest_of(double m) { return elementary::normal_quantile(1.0 - 1.0 / (1.78 * m)); }

}  // namespace detail

struct multi_fidelity_rule::state {
  state(const domain& space, const std::vector<std::size_t>& resources)
      : rungs(resources), wide(detail::with_rung(space, resources.size())), layout(wide), model(layout) {
    correlation.assign(rungs.size(), a_priori);
    place_rungs();
  }
  state(const state&) = delete;
  state& operator=(const state&) = delete;

  // A priori neighbouring rungs have this correlation, which counts as much as so many trials.
  static constexpr double a_priori = 0.8;
  static constexpr double prior_trials = 4.0;
  // Standard deviation of the logarithm of the factor by which a look stretches all lengthscales, as gp_ei does.
  static constexpr double doubt = 0.5;
  static constexpr std::size_t startup = 8;
  static constexpr std::size_t most_learnt = 100;
  static constexpr std::size_t most_known = 250;
  static constexpr std::size_t most_paused = 16;

  // A value, or the failure to reach one.
  struct row {
    std::size_t trial;
    std::size_t rung;
    bool failed;
    double value;
  };

  [[nodiscard]] std::size_t top() const noexcept { return rungs.size() - 1; }
  [[nodiscard]] std::size_t rung_of(std::size_t resource) const noexcept {
    std::size_t k = 0;
    while (rungs[k] < resource) ++k;
    return k;
  }
  [[nodiscard]] point at(const point& p, std::size_t rung) const {
    point q = p;
    q.unit.push_back(place[rung]);
    q.active.push_back(1);
    return q;
  }
  static point without_rung(point q) {
    q.unit.pop_back();
    q.active.pop_back();
    return q;
  }
  void place_rungs();
  void normalise();
  void learn(const promotion_context& context, random& rng);
  void expect(const promotion_context& context);
  [[nodiscard]] std::vector<point> best(const promotion_context& context) const;
  [[nodiscard]] point propose(const promotion_context& context, random& rng);
  [[nodiscard]] std::size_t first_rung(const point& p) const;
  void release(const promotion_context& context, std::vector<std::size_t>& out);

  std::vector<std::size_t> rungs;
  domain wide;
  detail::features layout;
  detail::gaussian_process model;
  std::vector<double> place;         // of a rung in the kernel
  std::vector<double> correlation;   // of a rung's values with those one below
  std::vector<row> rows;             // in the order of telling
  std::vector<double> z;             // of rows: on one scale for all rungs
  std::vector<std::size_t> members;  // rows that the model knows
  std::size_t learnt_at = 0;
  std::vector<std::size_t> target;  // of a trial: how far it is to be trained without another look
  double screened = 0.0;            // resource spent on first legs of trials
  double trained = 0.0;             // and on those that were let up
  Eigen::VectorXd mean;             // of all trials at the top
  Eigen::VectorXd known;            // values of what the model knows
};

// The top lies where the parameter that stands for the rung has its last level, so that completing a point leaves it there.
KNOBLESS_INLINE void multi_fidelity_rule::state::place_rungs() {
  place.assign(rungs.size(), wide[wide.size() - 1].snap(1.0));
  for (std::size_t k = top(); k-- > 0;)
    place[k] = place[k + 1] - detail::distance_of((std::min)((std::max)(correlation[k + 1], 0.1), 0.98));
}

KNOBLESS_INLINE void multi_fidelity_rule::state::normalise() {
  z.assign(rows.size(), 0.0);
  std::vector<double> below;  // z of a trial one rung further down, where it has one
  std::vector<bool> has;
  double unit = 1.0;  // the population's spread
  for (std::size_t k = 0; k < rungs.size(); ++k) {
    std::vector<double> values;
    for (const row& r : rows)
      if (r.rung == k && !r.failed) values.push_back(r.value);
    correlation[k] = a_priori;
    double shift = 0.0;
    double scale = 1.0;
    double worst = 2.0;
    detail::output_transform transform;
    if (!values.empty()) {
      transform = detail::output_transform(values);
      worst = transform(*std::max_element(values.begin(), values.end()));
    }
    if (k == 0) {
      double squares = 0.0;
      for (const double v : values) squares += transform(v) * transform(v);
      if (squares > 0.0) unit = std::sqrt(squares / static_cast<double>(values.size()));
    } else {
      double n = 0.0;
      double sz = 0.0;
      double sw = 0.0;
      double szz = 0.0;
      double sww = 0.0;
      double szw = 0.0;
      for (const row& r : rows) {
        if (r.rung != k || r.failed || r.trial >= has.size() || !has[r.trial]) continue;
        const double x = below[r.trial];
        const double w = transform(r.value);
        n += 1.0;
        sz += x;
        sw += w;
        szz += x * x;
        sww += w * w;
        szw += x * w;
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
      shift = mw - slope * mz;
      scale = spread / unit;
      correlation[k] = slope * unit / spread;
    }
    std::vector<double> here(target.size(), 0.0);
    std::vector<bool> reached(target.size(), false);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const row& r = rows[i];
      if (r.rung != k) continue;
      z[i] = ((r.failed ? worst : transform(r.value)) - shift) / scale;
      if (r.failed) continue;
      here[r.trial] = z[i];
      reached[r.trial] = true;
    }
    below = std::move(here);
    has = std::move(reached);
  }
  place_rungs();
}

KNOBLESS_INLINE void multi_fidelity_rule::state::learn(const promotion_context& context, random& rng) {
  // Half of them the lowest, the rest those of the highest rungs, the latest first.
  const auto select = [&](std::size_t count) {
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (order.size() <= count) return order;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return z[a] < z[b]; });
    std::stable_sort(order.begin() + static_cast<std::ptrdiff_t>(count / 2), order.end(),
                     [&](std::size_t a, std::size_t b) {
                       return rows[a].rung != rows[b].rung ? rows[a].rung > rows[b].rung : a > b;
                     });
    order.resize(count);
    std::sort(order.begin(), order.end());
    return order;
  };
  const auto inputs = [&](const std::vector<std::size_t>& of) {
    std::vector<point> points;
    points.reserve(of.size());
    for (const std::size_t i : of) points.push_back(at(context.trials[rows[i].trial].where, rows[i].rung));
    return layout.encode(wide, points);
  };
  const auto values = [&](const std::vector<std::size_t>& of) {
    Eigen::VectorXd v(static_cast<Eigen::Index>(of.size()));
    for (std::size_t i = 0; i < of.size(); ++i) v(static_cast<Eigen::Index>(i)) = z[of[i]];
    return v;
  };
  if (learnt_at == 0 || rows.size() >= learnt_at + 1 + rows.size() / 8) {
    const std::vector<std::size_t> few = select(most_learnt);
    model.learn(inputs(few), values(few));
    learnt_at = rows.size();
  }
  members = select(most_known);
  model.set(inputs(members), doubt * rng.normal());
  known = values(members);
  model.condition(known);
  // Busy trials are taken to reach their targets with what is expected of them, so that parallel legs spread.
  for (std::size_t i = 0; i < context.trials.size(); ++i) {
    if (!context.trials[i].busy) continue;
    const detail::encoded one = layout.encode(wide, {at(context.trials[i].where, rung_of(target[i]))});
    Eigen::VectorXd expected;
    Eigen::VectorXd deviation;
    model.predict(one, expected, deviation);
    known.conservativeResize(known.size() + 1);
    known(known.size() - 1) = expected(0);
    model.append(one);
    model.condition(known);
  }
}

KNOBLESS_INLINE void multi_fidelity_rule::state::expect(const promotion_context& context) {
  std::vector<point> all;
  all.reserve(context.trials.size());
  for (const training& t : context.trials) all.push_back(at(t.where, top()));
  Eigen::VectorXd deviation;
  model.predict(layout.encode(wide, all), mean, deviation);
}

KNOBLESS_INLINE std::vector<point> multi_fidelity_rule::state::best(const promotion_context& context) const {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < context.trials.size(); ++i)
    if (context.trials[i].state != trial_state::failed) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return mean(static_cast<Eigen::Index>(a)) < mean(static_cast<Eigen::Index>(b));
  });
  std::vector<point> few;
  for (std::size_t i = 0; i < order.size() && i < 5; ++i) few.push_back(context.trials[order[i]].where);
  return few;
}

KNOBLESS_INLINE point multi_fidelity_rule::state::propose(const promotion_context& context, random& rng) {
  const auto eligible = [&](const point& q) {
    if (q.unit.back() != place.back()) return false;
    const point p = without_rung(q);
    if (!context.space.admits(p)) return false;
    return std::none_of(context.trials.begin(), context.trials.end(), [&](const training& t) { return t.where == p; });
  };
  std::vector<point> from;
  for (const point& p : detail::everywhere_and_around(context.space, best(context), rng))
    if (point q = at(p, top()); eligible(q)) from.push_back(std::move(q));
  if (from.empty()) return detail::random_point(context.space, rng);
  // What is expected of the best counts, whether it is complete or not: it will be.
  return without_rung(detail::improvement_search(wide, layout, model, *std::min_element(mean.begin(), mean.end()))
                          .find(std::move(from), eligible));
}

// By how the variance at the top would shrink with a value on each rung.
KNOBLESS_INLINE std::size_t multi_fidelity_rule::state::first_rung(const point& p) const {
  const detail::encoded full = layout.encode(wide, {at(p, top())});
  Eigen::VectorXd expected;
  Eigen::VectorXd before;
  Eigen::VectorXd after;
  model.predict(full, expected, before);
  std::size_t best = top();
  double most = detail::largest_of(2.0);
  for (std::size_t k = 0; k < top(); ++k) {
    const detail::encoded one = layout.encode(wide, {at(p, k)});
    model.predict(one, expected, after);
    detail::gaussian_process with = model;
    with.append(one);
    Eigen::VectorXd values = known;
    values.conservativeResize(values.size() + 1);
    values(values.size() - 1) = expected(0);
    with.condition(values);
    with.predict(full, expected, after);
    const double left = (after(0) * after(0) / with.scale()) / (before(0) * before(0) / model.scale());
    const double worth = std::sqrt((std::max)(1.0 - left, 0.0)) *
                         detail::largest_of(static_cast<double>(rungs.back()) / static_cast<double>(rungs[k]));
    if (worth <= most) continue;
    most = worth;
    best = k;
  }
  return best;
}

KNOBLESS_INLINE void multi_fidelity_rule::state::release(const promotion_context& context,
                                                         std::vector<std::size_t>& out) {
  std::vector<std::size_t> paused;
  for (std::size_t i = 0; i < context.trials.size(); ++i) {
    const training& t = context.trials[i];
    if (t.state == trial_state::running && !t.busy && target[i] <= t.resource()) paused.push_back(i);
  }
  std::stable_sort(paused.begin(), paused.end(), [&](std::size_t a, std::size_t b) {
    return mean(static_cast<Eigen::Index>(a)) < mean(static_cast<Eigen::Index>(b));
  });
  if (paused.size() > most_paused)
    out.insert(out.end(), paused.begin() + static_cast<std::ptrdiff_t>(most_paused), paused.end());
}

KNOBLESS_INLINE multi_fidelity_rule::multi_fidelity_rule(std::size_t min_resource, std::size_t max_resource)
    : rungs_(geometric_rungs((std::max)(min_resource, max_resource / 27), max_resource, 3)) {}

KNOBLESS_INLINE multi_fidelity_rule::~multi_fidelity_rule() = default;

KNOBLESS_INLINE std::optional<leg> multi_fidelity_rule::next(const promotion_context& context,
                                                             std::vector<std::size_t>& out) {
  if (!state_) state_ = std::make_unique<state>(context.space, rungs_);
  state& s = *state_;
  const std::span<const training> trials = context.trials;
  random rng(context.seed, trials.size());
  // A trial that was let up is trained to its target, with a value from each rung on its way.
  const auto goes_on = [&]() -> std::optional<std::size_t> {
    for (std::size_t i = 0; i < trials.size(); ++i)
      if (trials[i].state == trial_state::running && !trials[i].busy && trials[i].resource() < s.target[i]) return i;
    return std::nullopt;
  };
  const auto further = [&](std::size_t i) {
    return leg{i, rungs_[trials[i].resource() == 0 ? 0 : s.rung_of(trials[i].resource()) + 1]};
  };
  const auto started = [&](point p, std::size_t rung) {
    s.target.push_back(rungs_[rung]);
    s.screened += static_cast<double>(rungs_[rung]);
    return leg{trials.size(), rungs_[0], std::move(p)};
  };
  if (const auto on = goes_on()) return further(*on);

  if (!context.exhausted && trials.size() < state::startup) {
    // On the rung that costs about a ninth.
    std::size_t rung = s.top();
    while (rung > 0 && rungs_[rung] * 9 > rungs_.back()) --rung;
    const history none(context.space.size());
    point p = detail::first_point({context.space, none, rng, context.seed, trials.size()}, state::startup);
    const auto taken = [&] {
      return !context.space.admits(p) ||
             std::any_of(trials.begin(), trials.end(), [&](const training& t) { return t.where == p; });
    };
    for (int tries = 0; tries < 100 && taken(); ++tries) p = detail::random_point(context.space, rng);
    return started(std::move(p), rung);
  }
  const bool somebody_busy = std::any_of(trials.begin(), trials.end(), [](const training& t) { return t.busy; });
  if (s.rows.empty() || (s.rows.size() < 4 && somebody_busy)) return std::nullopt;

  s.normalise();
  s.learn(context, rng);
  s.expect(context);
  s.release(context, out);
  std::optional<point> fresh;
  if (!context.exhausted) fresh = s.propose(context, rng);
  const std::size_t rung = fresh ? s.first_rung(*fresh) : 0;
  if (!fresh || (rung < s.top() && s.trained < s.screened)) {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      const training& t = trials[i];
      if (t.state != trial_state::running || t.busy || t.curve.empty()) continue;
      if (std::find(out.begin(), out.end(), i) != out.end()) continue;
      if (!best || s.mean(static_cast<Eigen::Index>(i)) < s.mean(static_cast<Eigen::Index>(*best))) best = i;
    }
    if (best) {
      s.trained += static_cast<double>(rungs_.back() - trials[*best].resource());
      s.target[*best] = rungs_.back();
      return further(*best);
    }
    if (!fresh) return std::nullopt;
  }
  return started(std::move(*fresh), rung);
}

KNOBLESS_INLINE void multi_fidelity_rule::told(const promotion_context& context, std::size_t trial) {
  state& s = *state_;
  const training& t = context.trials[trial];
  const bool bad = t.state == trial_state::failed;
  const std::size_t reached = t.curve.empty() ? 0 : s.rung_of(t.resource()) + (bad ? 1U : 0U);
  s.rows.push_back({trial, reached, bad, bad ? 0.0 : t.value()});
}

}  // namespace knobless

#include "../detail/strict_end.inc"
