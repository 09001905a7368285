#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "../elementary.hpp"
#include "../history.hpp"
#include "../model/features.hpp"
#include "../model/gaussian_process.hpp"
#include "../random.hpp"
#include "../sampler/latin_hypercube.hpp"
#include "../sampler/random_search.hpp"
#include "population_core.hpp"

#include "../detail/strict_begin.inc"

namespace knobless {

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
      layout.encode(wide, p.unit, p.active, all, i);
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
  const history none(space_->size());
  for (std::size_t i = 0; i < members; ++i) {
    random rng(seed_, i);
    points_.push_back(*even.ask({*space_, none, rng, seed_, i}));
  }
}

KNOBLESS_INLINE population_core::~population_core() = default;

KNOBLESS_INLINE std::vector<std::size_t> population_core::advance(double time,
                                                                  const std::vector<std::optional<double>>& values) {
  ++intervals_;
  const std::size_t n = points_.size();
  model& m = *model_;
  double worst_gain = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    if (!before_[i] || !values[i]) continue;
    m.rows.push_back({points_[i], time, *before_[i], *before_[i] - *values[i]});
    worst_gain = (std::min)(worst_gain, m.rows.back().gain);
  }
  // A failure is worse than any loss that was seen.
  for (std::size_t i = 0; i < n; ++i)
    if (before_[i] && !values[i]) m.rows.push_back({points_[i], time, *before_[i], 2.0 * worst_gain - 1e-12});
  m.last_time = time;

  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (!values[a] || !values[b]) return values[a].has_value() && !values[b].has_value();
    return *values[a] < *values[b];
  });
  std::size_t alive = 0;
  for (const auto& v : values) alive += v ? 1U : 0U;
  std::vector<std::size_t> source(n);
  std::iota(source.begin(), source.end(), std::size_t{0});
  before_ = values;
  if (alive == 0 || n < 2) return source;

  random rng(seed_, (std::uint64_t{1} << 32U) + intervals_);
  const std::size_t quarter = (std::max)(n / 4, std::size_t{1});
  const std::size_t parents = (std::min)(quarter, alive);
  const bool modelled = m.rows.size() >= 4;
  if (modelled) m.learn();
  Eigen::VectorXd targets = m.targets;
  for (std::size_t place = 0; place < n; ++place) {
    const std::size_t i = order[place];
    const bool replaced = !values[i] || (place >= n - quarter && place >= parents);
    if (!replaced) continue;
    const std::size_t parent = order[static_cast<std::size_t>(rng.below(parents))];
    source[i] = parent;
    before_[i] = values[parent];
    // Half of the candidates from all over the space, half from around the parent.
    constexpr std::size_t candidates = 200;
    std::vector<model::row> tried;
    for (std::size_t c = 0; c < candidates; ++c) {
      point p = points_[parent];
      for (std::size_t k = 0; k < p.size(); ++k) {
        const parameter& q = (*space_)[k];
        const bool everywhere = c % 2 == 0 || p.active[k] == 0 || !q.numeric();
        if (everywhere && (c % 2 == 0 || rng.below(4) == 0)) p.unit[k] = rng.uniform();
        if (!everywhere) p.unit[k] = (std::min)((std::max)(p.unit[k] + 0.1 * rng.normal(), 0.0), 1.0);
      }
      space_->complete(p);
      if (space_->admits(p)) tried.push_back({std::move(p), time, *values[parent], 0.0});
    }
    if (tried.empty()) tried.push_back({points_[parent], time, *values[parent], 0.0});
    std::size_t best = tried.size() - 1;
    if (modelled) {
      // The lower confidence bound; who was chosen a moment ago is taken to bring what is expected, so that members spread.
      Eigen::VectorXd mean;
      Eigen::VectorXd deviation;
      m.gains.predict(m.encode(tried), mean, deviation);
      Eigen::Index least = 0;
      for (Eigen::Index c = 1; c < mean.size(); ++c)
        if (mean(c) - deviation(c) < mean(least) - deviation(least)) least = c;
      best = static_cast<std::size_t>(least);
      m.gains.append(m.encode({tried[best]}));
      targets.conservativeResize(targets.size() + 1);
      targets(targets.size() - 1) = mean(least);
      m.gains.condition(targets);
    }
    points_[i] = std::move(tried[best].where);
  }
  return source;
}

}  // namespace knobless

#include "../detail/strict_end.inc"
