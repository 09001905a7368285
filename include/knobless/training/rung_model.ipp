#pragma once

#include "rung_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

#include "../acquisition/maximise.hpp"
#include "../base/elementary.hpp"
#include "../record/history.hpp"
#include "../sampler/admitted_point.hpp"
#include "../sampler/surroundings.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace rung {

// The standard deviation of the logarithm of the factor by which a look stretches all lengthscales, as that of gp_ei.
inline constexpr double doubt = gp_ei_constants{}.doubt;
// The cost of a leg is bounded: so many values teach the hyperparameters, and so many are known to the model.
inline constexpr std::size_t most_learnt = 100;
inline constexpr std::size_t most_known = 250;
// Hyperparameters are learnt anew after each eighth of the values more.
inline constexpr std::size_t lesson_share = 8;
// Points of the lowest expected values around which a new one is looked for.
inline constexpr std::size_t most_centres = 5;
// Rungs are neither taken to be unrelated nor the same.
inline constexpr double least_correlation = 0.1;
inline constexpr double most_correlation = 0.98;

// The space, and the rung as one more parameter.
inline domain with_rung(const domain& space, std::size_t rungs) {
  std::vector<parameter> all(space.begin(), space.end());
  all.push_back(parameter::integer("\1rung", {.low = 0, .high = static_cast<std::int64_t>(rungs) - 1}).value());
  return domain::make(std::move(all)).value();
}

inline point without_rung(point p) {
  p.unit.pop_back();
  p.active.pop_back();
  return p;
}

// About the mean largest of m standard normal numbers: within 5 % for m = 2 .. 27.
inline double largest_of(double m) {
  constexpr double fitted = 1.78;
  return elementary::normal_quantile(1.0 - 1.0 / (fitted * m));
}

}  // namespace rung

KNOBLESS_INLINE double distance_of(double correlation) {
  constexpr double root_5 = 2.23606797749978969641;
  constexpr int bisections = 40;  // to the last bits of a distance of 4
  double below = 0.0;
  double above = 4.0;
  for (int i = 0; i < bisections; ++i) {
    const double middle = 0.5 * (below + above);
    const double r = root_5 * middle;
    ((1.0 + r + r * r / 3.0) * elementary::exp(-r) > correlation ? below : above) = middle;
  }
  return below;
}

KNOBLESS_INLINE rung_model::rung_model(const domain& space, const std::vector<std::size_t>& resources)
    : rungs_(resources), wide_(rung::with_rung(space, resources.size())), layout_(wide_), model_(layout_) {
  place_rungs(rung_scale(rungs_.size()));
}

KNOBLESS_INLINE std::size_t rung_model::rung_of(std::size_t resource) const noexcept {
  std::size_t k = 0;
  while (rungs_[k] < resource) ++k;
  return k;
}

// The top lies where the parameter that stands for the rung has its last level, so that completing a point leaves it there.
KNOBLESS_INLINE void rung_model::place_rungs(const rung_scale& scale) {
  place_.assign(rungs_.size(), wide_[wide_.size() - 1].snap(1.0));
  for (std::size_t k = top(); k-- > 0;) {
    const double c = (std::max)(scale.correlation(k + 1), rung::least_correlation);
    place_[k] = place_[k + 1] - distance_of((std::min)(c, rung::most_correlation));
  }
}

KNOBLESS_INLINE point rung_model::at(const point& p, std::size_t rung) const {
  point q = p;
  q.unit.push_back(place_[rung]);
  q.active.push_back(1);
  return q;
}

// ---- What is known ---------------------------------------------------------------------------------------------------

// Half of them the lowest, the rest those of the highest rungs, the latest first.
KNOBLESS_INLINE std::vector<std::size_t> rung_model::select(std::span<const rung_value> rows,
                                                            const std::vector<double>& z, std::size_t count) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (order.size() <= count) return order;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return z[a] < z[b]; });
  std::stable_sort(
      order.begin() + static_cast<std::ptrdiff_t>(count / 2), order.end(),
      [&](std::size_t a, std::size_t b) { return rows[a].rung != rows[b].rung ? rows[a].rung > rows[b].rung : a > b; });
  order.resize(count);
  std::sort(order.begin(), order.end());
  return order;
}

// One more point, with a value that it does not have yet.
KNOBLESS_INLINE void rung_model::assume(gaussian_process& model, Eigen::VectorXd& values, const encoded& one,
                                        double value) {
  values.conservativeResize(values.size() + 1);
  values(values.size() - 1) = value;
  model.append(one);
  model.condition(values);
}

KNOBLESS_INLINE void rung_model::learn(const promotion_context& context, std::span<const rung_value> rows,
                                       const rung_scale& scale, std::span<const std::size_t> targets,
                                       random_stream& rng) {
  const std::vector<double>& z = scale.values();
  place_rungs(scale);
  const auto inputs = [&](const std::vector<std::size_t>& of) {
    std::vector<point> points;
    points.reserve(of.size());
    for (const std::size_t i : of) points.push_back(at(context.trials[rows[i].trial].where, rows[i].rung));
    return layout_.encode(wide_, points);
  };
  const auto values = [&](const std::vector<std::size_t>& of) {
    Eigen::VectorXd v(static_cast<Eigen::Index>(of.size()));
    for (std::size_t i = 0; i < of.size(); ++i) v(static_cast<Eigen::Index>(i)) = z[of[i]];
    return v;
  };
  if (learnt_at_ == 0 || rows.size() >= learnt_at_ + 1 + rows.size() / rung::lesson_share) {
    const std::vector<std::size_t> few = select(rows, z, rung::most_learnt);
    model_.learn(inputs(few), values(few));
    learnt_at_ = rows.size();
  }
  const std::vector<std::size_t> members = select(rows, z, rung::most_known);
  model_.set(inputs(members), rung::doubt * rng.normal());
  known_ = values(members);
  model_.condition(known_);

  Eigen::VectorXd deviation;
  for (std::size_t i = 0; i < context.trials.size(); ++i) {
    if (!context.trials[i].busy) continue;
    const encoded one = encode(context.trials[i].where, rung_of(targets[i]));
    model_.predict(one, mean_, deviation);
    assume(model_, known_, one, mean_(0));
  }
  std::vector<point> all;
  all.reserve(context.trials.size());
  for (const training& t : context.trials) all.push_back(at(t.where, top()));
  model_.predict(layout_.encode(wide_, all), mean_, deviation);
}

// ---- What is asked of it ---------------------------------------------------------------------------------------------

KNOBLESS_INLINE std::vector<point> rung_model::best(const promotion_context& context) const {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < context.trials.size(); ++i)
    if (context.trials[i].state != trial_state::failed) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return expected(a) < expected(b); });
  std::vector<point> few;
  for (std::size_t i = 0; i < order.size() && i < rung::most_centres; ++i)
    few.push_back(context.trials[order[i]].where);
  return few;
}

KNOBLESS_INLINE point rung_model::propose(const promotion_context& context, random_stream& rng) const {
  const auto eligible = [&](const point& q) {
    if (q.unit.back() != place_.back()) return false;
    const point p = rung::without_rung(q);
    if (!context.space.admits(p)) return false;
    return std::none_of(context.trials.begin(), context.trials.end(), [&](const training& t) { return t.where == p; });
  };
  std::vector<point> from;
  const history none(context.space.size());
  const ask_context asked{context.space, none, rng, context.seed, context.trials.size()};
  for (const point& p : everywhere_and_around(asked, best(context)))
    if (point q = at(p, top()); eligible(q)) from.push_back(std::move(q));
  if (from.empty()) return admitted_anywhere(asked, uniform_point(context.space, rng));
  // What is expected of the best counts, whether it is complete or not: it will be.
  const expected_gain wanted(model_, *std::min_element(mean_.begin(), mean_.end()));
  return rung::without_rung(acquisition_search(wide_, layout_, wanted).find(std::move(from), eligible));
}

// By how the variance at the top would shrink with a value on each rung.
KNOBLESS_INLINE std::size_t rung_model::first_rung(const point& p) const {
  const encoded full = encode(p, top());
  Eigen::VectorXd expected;
  Eigen::VectorXd before;
  Eigen::VectorXd after;
  model_.predict(full, expected, before);
  std::size_t best = top();
  double most = rung::largest_of(2.0);
  for (std::size_t k = 0; k < top(); ++k) {
    const encoded one = encode(p, k);
    model_.predict(one, expected, after);
    gaussian_process with = model_;
    Eigen::VectorXd values = known_;
    assume(with, values, one, expected(0));
    with.predict(full, expected, after);
    const double left = (after(0) * after(0) / with.scale()) / (before(0) * before(0) / model_.scale());
    const double worth = std::sqrt((std::max)(1.0 - left, 0.0)) *
                         rung::largest_of(static_cast<double>(rungs_.back()) / static_cast<double>(rungs_[k]));
    if (worth <= most) continue;
    most = worth;
    best = k;
  }
  return best;
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
