#pragma once

#include "gp_ei.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

#include "../acquisition/maximise.hpp"
#include "../base/elementary.hpp"
#include "../model/features.hpp"
#include "../model/gaussian_process.hpp"
#include "../model/output_transform.hpp"
#include "../model/strays.hpp"
#include "../record/history_cursor.hpp"
#include "admitted_point.hpp"
#include "first_point.hpp"
#include "gp_goals.hpp"
#include "plateau.hpp"
#include "surroundings.hpp"
#include "told_nearby.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {

struct gp_ei::state {
  state(const history& seen, const domain& space, const detail::gp_ei_constants& constants)
      : heard(seen), dimensions(space.size()), doubt(constants.doubt), layout(space), model(layout, constants.priors) {}
  state(const state&) = delete;
  state& operator=(const state&) = delete;

  void update(const history& seen);
  static bool insert(std::vector<std::uint64_t>& sorted, std::uint64_t hash);
  void learn(const history& seen, const domain& space);
  void know(const history& seen, const domain& space, double log_stretch);
  [[nodiscard]] point start(const ask_context& context) const;
  [[nodiscard]] point propose(const ask_context& context);
  double lowest_mean(const history& seen, std::vector<point>& best) const;
  [[nodiscard]] bool unseen(const ask_context& context, const point& p) const;
  [[nodiscard]] detail::encoded encode(const domain& space, const history& seen,
                                       const std::vector<std::size_t>& of) const;
  [[nodiscard]] Eigen::VectorXd transformed(const history& seen, const std::vector<std::size_t>& of,
                                            detail::output_transform* used = nullptr) const;
  [[nodiscard]] std::vector<std::size_t> select(const history& seen, std::size_t count) const;

  static constexpr std::size_t startup = 8;
  // The hyperparameters are learnt from so many points at most, and predictions are made from so many: the cost of an ask is
  // bounded.
  static constexpr std::size_t most_learnt = 200;
  static constexpr std::size_t most_known = 400;

  detail::plateau plateau;
  detail::history_cursor heard;
  std::size_t dimensions;
  double doubt;
  detail::features layout;
  detail::gaussian_process model;
  std::size_t most_learnt_now = most_learnt;
  std::size_t complete = 0;
  std::vector<std::size_t> told;     // rows of the history that say something about the space
  std::size_t judged = 0;            // how many of these were looked at for strays
  std::vector<std::size_t> rows;     // those that are no strays
  std::vector<std::size_t> members;  // of these, those that the model knows
  std::size_t learnt_at = 0;         // how many were told when the hyperparameters were learnt
  std::size_t lessons = 0;           // how often that was
  // Hashes of all told points, and of these with their values, sorted.
  std::vector<std::uint64_t> points;
  std::vector<std::uint64_t> answers;
};

KNOBLESS_INLINE gp_ei::gp_ei() = default;
KNOBLESS_INLINE gp_ei::gp_ei(const detail::gp_ei_constants& constants) : constants_(constants) {}
KNOBLESS_INLINE gp_ei::gp_ei(const gp_ei& other) : gp_ei(other.constants_) {}
KNOBLESS_INLINE gp_ei& gp_ei::operator=(const gp_ei& other) { return *this = gp_ei(other); }
KNOBLESS_INLINE gp_ei::gp_ei(gp_ei&&) noexcept = default;
KNOBLESS_INLINE gp_ei& gp_ei::operator=(gp_ei&&) noexcept = default;
KNOBLESS_INLINE gp_ei::~gp_ei() = default;

// False where it is there already. O(log n) and a move.
KNOBLESS_INLINE bool gp_ei::state::insert(std::vector<std::uint64_t>& sorted, std::uint64_t hash) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), hash);
  if (at != sorted.end() && *at == hash) return false;
  sorted.insert(at, hash);
  return true;
}

KNOBLESS_INLINE void gp_ei::state::update(const history& seen) {
  for (; heard.more(seen); heard.advance()) {
    const observation o = seen[heard.row()];
    const std::uint64_t where = detail::point_hash(o.place());
    insert(points, where);
    // The same answer at the same point again says nothing new. Counted, hundreds of repetitions would convince the model
    // that all values are alike.
    const bool news = insert(answers, where ^ (std::bit_cast<std::uint64_t>(o.value) * 2 + (o.has_value ? 1 : 0)));
    if (!news || !detail::told_nearby(o)) continue;
    told.push_back(heard.row());
    if (o.state == trial_state::complete) ++complete;
  }
  if (told.size() == judged) return;
  judged = told.size();
  const std::vector<std::size_t> out = detail::strays(seen, told);
  rows.clear();
  std::set_difference(told.begin(), told.end(), out.begin(), out.end(), std::back_inserter(rows));
}

KNOBLESS_INLINE detail::encoded gp_ei::state::encode(const domain& space, const history& seen,
                                                     const std::vector<std::size_t>& of) const {
  const auto n = static_cast<Eigen::Index>(of.size());
  detail::encoded all = layout.room(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const observation o = seen[of[static_cast<std::size_t>(i)]];
    layout.encode(space, o.place(), all, i);
  }
  return all;
}

KNOBLESS_INLINE Eigen::VectorXd gp_ei::state::transformed(const history& seen, const std::vector<std::size_t>& of,
                                                          detail::output_transform* used) const {
  std::vector<double> complete_values;
  double worst = std::numeric_limits<double>::lowest();
  for (const std::size_t r : rows)
    if (seen[r].state == trial_state::complete) {
      complete_values.push_back(seen[r].value);
      worst = (std::max)(worst, seen[r].value);
    }
  const detail::output_transform transform(std::move(complete_values));
  Eigen::VectorXd values(static_cast<Eigen::Index>(of.size()));
  for (std::size_t i = 0; i < of.size(); ++i) {
    const observation o = seen[of[i]];
    // Failed trials are as bad as the worst; a pruned one is no better than the median, whatever its last report was.
    double v = transform(o.has_value ? o.value : worst);
    if (o.state != trial_state::complete) v = (std::max)(v, 0.0);
    values(static_cast<Eigen::Index>(i)) = v;
  }
  if (used != nullptr) *used = transform;
  return values;
}

// Half of them the best, half the latest of the rest; in the order of telling.
KNOBLESS_INLINE std::vector<std::size_t> gp_ei::state::select(const history& seen, std::size_t count) const {
  if (rows.size() <= count) return rows;
  std::vector<std::size_t> order = rows;
  const auto badness = [&](std::size_t r) {
    return seen[r].state == trial_state::complete ? seen[r].value : (std::numeric_limits<double>::max)();
  };
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(count / 2);
  std::nth_element(order.begin(), middle, order.end(), [&](std::size_t a, std::size_t b) {
    const double x = badness(a);
    const double y = badness(b);
    return x != y ? x < y : a < b;
  });
  std::nth_element(middle, order.begin() + static_cast<std::ptrdiff_t>(count), order.end(), std::greater<>());
  order.resize(count);
  std::sort(order.begin(), order.end());
  return order;
}

KNOBLESS_INLINE void gp_ei::state::learn(const history& seen, const domain& space) {
  // At each ask at first, or at each second one where many trials were told before: those that the model itself proposed
  // teach it the most.
  const std::size_t wait = lessons > 40 ? told.size() / 25 : (told.size() > 60 ? 1 : 0);
  if (lessons > 0 && told.size() < learnt_at + 1 + wait) return;
  const std::vector<std::size_t> few = select(seen, (std::min)(most_learnt, most_learnt_now));
  model.learn(encode(space, seen, few), transformed(seen, few));
  learnt_at = told.size();
  ++lessons;
}

KNOBLESS_INLINE void gp_ei::state::know(const history& seen, const domain& space, double log_stretch) {
  members = select(seen, most_known);
  model.set(encode(space, seen, members), log_stretch);
}

// Neither told nor running.
KNOBLESS_INLINE bool gp_ei::state::unseen(const ask_context& context, const point& p) const {
  if (std::binary_search(points.begin(), points.end(), detail::point_hash(p))) return false;
  for (const pending_trial& running : context.seen.pending())
    if (running.where == p) return false;
  return true;
}

// Nobody needs to see a point of a discrete space twice.
KNOBLESS_INLINE point gp_ei::state::start(const ask_context& context) const {
  point p = detail::first_point(context, startup);
  for (int tries = 0; tries < 100 && !unseen(context, p); ++tries) {
    p = detail::admitted_anywhere(context, detail::uniform_point(context.space, context.rng));
    if (!context.space.admits(p)) break;  // the study looks further
  }
  return p;
}

// The lowest posterior mean of the complete trials, and where the five lowest are.
KNOBLESS_INLINE double gp_ei::state::lowest_mean(const history& seen, std::vector<point>& best) const {
  const Eigen::VectorXd fitted = model.fitted();
  double lowest = (std::numeric_limits<double>::max)();
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (seen[members[i]].state != trial_state::complete) continue;
    order.push_back(i);
    lowest = (std::min)(lowest, fitted(static_cast<Eigen::Index>(i)));
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return fitted(static_cast<Eigen::Index>(a)) < fitted(static_cast<Eigen::Index>(b));
  });
  for (std::size_t i = 0; i < order.size() && best.size() < 5; ++i) best.push_back(seen[members[order[i]]].where());
  return lowest;
}

KNOBLESS_INLINE point gp_ei::state::propose(const ask_context& context) {
  const domain& space = context.space;
  const history& seen = context.seen;
  learn(seen, space);
  // The most probable lengthscales are too sure of themselves where the objective is not as smooth everywhere: a search that
  // always believes in them gets stuck. Each ask looks with other ones.
  know(seen, space, doubt * context.rng.normal());
  Eigen::VectorXd values = transformed(seen, members);
  model.condition(values);
  std::vector<point> best;
  double threshold = lowest_mean(seen, best);

  // Running trials are taken to give what the model expects, so that parallel asks spread; what they are expected to improve
  // is theirs already, else the next ask would go right beside them.
  for (const pending_trial& p : seen.pending()) {
    // One from an earlier space that has no place in this one.
    if (p.where == point(space.size())) continue;
    const detail::encoded one = layout.encode(space, {p.where});
    Eigen::VectorXd mean;
    Eigen::VectorXd deviation;
    model.predict(one, mean, deviation);
    values.conservativeResize(values.size() + 1);
    values(values.size() - 1) = mean(0);
    threshold = (std::min)(threshold, mean(0));
    model.append(one);
    model.condition(values);
  }

  const auto allowed = [&](const point& p) { return unseen(context, p) && space.admits(p); };
  std::vector<point> from = detail::everywhere_and_around(context, best);
  std::erase_if(from, [&](const point& p) { return !unseen(context, p); });
  if (from.empty()) return detail::admitted_anywhere(context, detail::uniform_point(space, context.rng));
  const detail::expected_gain wanted(model, threshold);
  return detail::acquisition_search(space, layout, wanted).find(std::move(from), allowed);
}

KNOBLESS_INLINE std::optional<estimate> gp_ei::estimate_best(const domain& space, const history& seen) const {
  if (!seen.best()) return std::nullopt;
  estimate found{*seen.best(), seen[*seen.best()].value};
  if (!shows_noise(space, seen)) return found;
  // Afresh, so that the answer depends on the history alone.
  state s(seen, space, constants_);
  s.update(seen);
  if (s.complete < 4) return found;
  s.learn(seen, space);
  s.know(seen, space, 0.0);
  detail::output_transform transform;
  s.model.condition(s.transformed(seen, s.members, &transform));
  const Eigen::VectorXd means = s.model.fitted();
  double least = (std::numeric_limits<double>::max)();
  for (std::size_t i = 0; i < s.members.size(); ++i) {
    const observation o = seen[s.members[i]];
    const double mean = means(static_cast<Eigen::Index>(i));
    if (o.state != trial_state::complete || !o.feasible || mean >= least) continue;
    const point where = o.where();
    if (!space.contains(where) || !space.admits(where)) continue;
    least = mean;
    found = {s.members[i], transform.inverse(mean)};
  }
  // A smoothed value lies among those that it was smoothed from, whatever the model says and however huge they are.
  constexpr double huge = (std::numeric_limits<double>::max)();
  found.value = (std::min)((std::max)(found.value, seen[*seen.best()].value), huge);
  return found;
}

KNOBLESS_INLINE std::optional<gp_ei::outlook> gp_ei::expect(const ask_context& context) const {
  const domain& space = context.space;
  const history& seen = context.seen;
  // Afresh, so that the answer depends on the history alone.
  state s(seen, space, constants_);
  s.update(seen);
  if (s.complete < state::startup) return std::nullopt;
  s.learn(seen, space);
  s.know(seen, space, -s.doubt);
  detail::output_transform transform;
  s.model.condition(s.transformed(seen, s.members, &transform));
  std::vector<point> best;
  const double threshold = s.lowest_mean(seen, best);
  // Below the median, the transform is linear.
  const double unit = transform.inverse(0.0) - transform.inverse(-1.0);
  const double noise = unit * std::sqrt(s.model.noise() * s.model.scale());
  const auto allowed = [&](const point& p) { return s.unseen(context, p) && space.admits(p); };
  std::vector<point> from = detail::everywhere_and_around(context, best);
  std::erase_if(from, [&](const point& p) { return !s.unseen(context, p); });
  if (from.empty()) return outlook{0.0, 0.0, noise};
  const detail::expected_gain wanted(s.model, threshold);
  const point where = detail::acquisition_search(space, s.layout, wanted).find(std::move(from), allowed);
  Eigen::VectorXd mean;
  Eigen::VectorXd deviation;
  s.model.predict(s.layout.encode(space, {where}), mean, deviation);
  return outlook{unit * (threshold - mean(0)), unit * deviation(0), noise};
}

KNOBLESS_INLINE std::optional<point> gp_ei::ask(const ask_context& context) {
  const history& seen = context.seen;
  if (seen.objectives() > 1 || !seen.limit_kinds().empty()) {
    if (!goals_ || !goals_->of(seen, context.space))
      goals_ = std::make_unique<detail::gp_goals>(seen, context.space, constants_);
    return goals_->ask(context);
  }
  if (!state_ || !state_->heard.follows(seen) || context.space.size() != state_->dimensions)
    state_ = std::make_unique<state>(seen, context.space, constants_);
  state_->most_learnt_now = most_learnt_;
  state_->update(seen);
  state_->plateau.hear(seen);
  if (state_->plateau.flat()) return state_->plateau.ask(context);
  if (state_->told.size() + seen.pending().size() < state::startup || state_->complete < 2)
    return state_->start(context);
  return state_->propose(context);
}

}  // namespace knobless

#include "../base/strict_end.inc"
