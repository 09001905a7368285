#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "../base/elementary.hpp"
#include "../base/random.hpp"
#include "../base/random_streams.hpp"
#include "../model/features.hpp"
#include "../model/gaussian_process.hpp"
#include "../record/history.hpp"
#include "../sampler/admission.hpp"
#include "../sampler/admitted_point.hpp"
#include "../sampler/admitted_walk.hpp"
#include "../sampler/latin_hypercube.hpp"
#include "population_core.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {

namespace detail {

// The space, the time and the value before.
inline domain with_time_and_value(const domain& space) {
  std::vector<parameter> all(space.begin(), space.end());
  all.push_back(parameter::real("\1time", {}).value());
  all.push_back(parameter::real("\1value", {}).value());
  return domain::make(std::move(all)).value();
}

}  // namespace detail

// What an interval gained, by configuration, time and the value before.
struct population_core::model {
  struct row {
    point where;
    double time;
    double before;
    double gain;  // the fall of the value
  };
  // Older intervals say little of the present.
  static constexpr std::size_t most_rows = 200;
  static constexpr std::size_t least_rows = 4;

  explicit model(const domain& space) : wide(detail::with_time_and_value(space)), layout(wide), gains(layout) {}

  [[nodiscard]] detail::encoded encode(const std::vector<row>& of) const {
    const auto n = static_cast<Eigen::Index>(of.size());
    detail::encoded all = layout.room(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      const row& r = of[static_cast<std::size_t>(i)];
      point p = r.where;
      p.unit.push_back(last_time > 0.0 ? r.time / last_time : 0.0);
      p.unit.push_back((r.before - low) / (high - low));
      p.active.resize(p.unit.size(), 1);
      layout.encode(wide, p, all, i);
    }
    return all;
  }

  void learn() {
    if (rows.size() > most_rows) rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(most_rows));
    std::vector<double> sorted;
    low = high = rows.front().before;
    for (const row& r : rows) {
      low = (std::min)(low, r.before);
      high = (std::max)(high, r.before);
      sorted.push_back(r.gain);
    }
    if (!(high > low)) high = low + 1.0;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t n = sorted.size();
    const double median = sorted[n / 2];
    double spread = sorted[(3 * n) / 4] - sorted[n / 4];
    if (!(spread > 0.0)) spread = 1.0;
    targets.resize(static_cast<Eigen::Index>(n));
    // Collapses are bounded: how deep one was says nothing about the others.
    for (std::size_t i = 0; i < n; ++i)
      targets(static_cast<Eigen::Index>(i)) = -(std::min)((std::max)((rows[i].gain - median) / spread, -3.0), 3.0);
    const detail::encoded inputs = encode(rows);
    gains.learn(inputs, targets);
    gains.set(inputs);
    gains.condition(targets);
  }

  // What an interval gained. A failure is worse than any loss that was seen in it.
  void note(const std::vector<point>& points, double time, const std::vector<std::optional<double>>& before,
            const std::vector<std::optional<double>>& values) {
    constexpr double a_little = 1e-12;
    double worst_gain = 0.0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (!before[i] || !values[i]) continue;
      rows.push_back({points[i], time, *before[i], *before[i] - *values[i]});
      worst_gain = (std::min)(worst_gain, rows.back().gain);
    }
    for (std::size_t i = 0; i < points.size(); ++i)
      if (before[i] && !values[i]) rows.push_back({points[i], time, *before[i], 2.0 * worst_gain - a_little});
    last_time = time;
  }

  // The candidate of the lowest confidence bound; it is taken to bring what is expected, so that members spread.
  [[nodiscard]] std::size_t choose(const std::vector<point>& tried, double time, double from) {
    std::vector<row> all;
    all.reserve(tried.size());
    for (const point& p : tried) all.push_back({p, time, from, 0.0});
    Eigen::VectorXd mean;
    Eigen::VectorXd deviation;
    gains.predict(encode(all), mean, deviation);
    Eigen::Index least = 0;
    for (Eigen::Index c = 1; c < mean.size(); ++c)
      if (mean(c) - deviation(c) < mean(least) - deviation(least)) least = c;
    gains.append(encode({all[static_cast<std::size_t>(least)]}));
    targets.conservativeResize(targets.size() + 1);
    targets(targets.size() - 1) = mean(least);
    gains.condition(targets);
    return static_cast<std::size_t>(least);
  }

  std::vector<row> rows;
  double last_time = 0.0;
  double low = 0.0;
  double high = 1.0;
  domain wide;
  detail::features layout;
  detail::gaussian_process gains;
  Eigen::VectorXd targets;  // gains, in units of their spread; less is better
};

KNOBLESS_INLINE population_core::population_core(std::shared_ptr<const domain> space, std::size_t members,
                                                 std::uint64_t seed)
    : space_(std::move(space)), seed_(seed), before_(members), model_(std::make_unique<model>(*space_)) {
  latin_hypercube even((std::max)(members, std::size_t{1}));
  history begun(space_->size());
  for (std::size_t i = 0; i < members; ++i) {
    random_stream rng(seed_, detail::streams::trial(i));
    const ask_context asked{*space_, begun, rng, seed_, i};
    std::optional<point> p = even.ask(asked);
    if (!space_->admits(*p)) p = detail::admitted_points(asked).search(*p);
    // Few points may be admitted: then members begin alike.
    if (!p && i > 0) p = points_[detail::to_size(rng.below(i))];
    if (!p) raise({error_code::no_admitted_point, "no point was found that keeps the constraints", "evolve"});
    begun.begin({i, *p, {}});
    points_.push_back(std::move(*p));
  }
}

KNOBLESS_INLINE population_core::~population_core() = default;

// Half of the candidates from all over the space, half from around the parent.
KNOBLESS_INLINE std::vector<point> population_core::candidates(const point& parent, random_stream& rng) const {
  constexpr std::size_t count = 200;
  constexpr std::size_t least_count = 20;  // else constraints leave too little to choose from
  constexpr double step = 0.1;             // in units of the space
  std::vector<point> all;
  for (std::size_t c = 0; c < count; ++c) {
    point p = parent;
    for (std::size_t k = 0; k < p.size(); ++k) {
      const parameter& q = (*space_)[k];
      const bool everywhere = c % 2 == 0 || p.active[k] == 0 || !q.numeric();
      if (everywhere && (c % 2 == 0 || rng.below(4) == 0)) p.unit[k] = rng.uniform();
      if (!everywhere) p.unit[k] = (std::min)((std::max)(p.unit[k] + step * rng.normal(), 0.0), 1.0);
    }
    space_->complete(p);
    if (space_->admits(p)) all.push_back(std::move(p));
  }
  if (space_->constrained() && all.size() < least_count) {
    const history none(space_->size());
    const ask_context asked{*space_, none, rng, seed_};
    detail::admission constraints(asked);
    detail::admitted_walk walk(constraints);
    for (std::size_t c = all.size(); c < least_count; ++c)
      if (std::optional<point> p = walk.step(parent)) all.push_back(std::move(*p));
  }
  if (all.empty()) all.push_back(parent);
  return all;
}

KNOBLESS_INLINE std::vector<std::size_t> population_core::advance(double time,
                                                                  const std::vector<std::optional<double>>& values) {
  ++intervals_;
  const std::size_t n = points_.size();
  model& m = *model_;
  m.note(points_, time, before_, values);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::size_t> source = order;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (!values[a] || !values[b]) return values[a].has_value() && !values[b].has_value();
    return *values[a] < *values[b];
  });
  std::size_t alive = 0;
  for (const auto& v : values) alive += v ? 1U : 0U;
  before_ = values;
  if (alive == 0 || n < 2) return source;

  random_stream rng(seed_, detail::streams::interval(intervals_));
  const std::size_t quarter = (std::max)(n / 4, std::size_t{1});
  const std::size_t parents = (std::min)(quarter, alive);
  const bool modelled = m.rows.size() >= model::least_rows;
  if (modelled) m.learn();
  for (std::size_t place = 0; place < n; ++place) {
    const std::size_t i = order[place];
    const bool replaced = !values[i] || (place >= n - quarter && place >= parents);
    if (!replaced) continue;
    const std::size_t parent = order[detail::to_size(rng.below(parents))];
    source[i] = parent;
    before_[i] = values[parent];
    std::vector<point> tried = candidates(points_[parent], rng);
    points_[i] = std::move(tried[modelled ? m.choose(tried, time, *values[parent]) : tried.size() - 1]);
  }
  return source;
}

}  // namespace knobless

#include "../base/strict_end.inc"
