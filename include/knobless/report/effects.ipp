#pragma once

#include "effects.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "../base/elementary.hpp"
#include "../base/random.hpp"
#include "../base/random_streams.hpp"
#include "../model/features.hpp"
#include "../model/gaussian_process.hpp"
#include "../sampler/admitted_point.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

// A model of one objective, of which marginal effects are read.
class effect_model {
 public:
  effect_model(const record& happened, std::size_t objective)
      : happened_(happened), space_(happened.space()), objective_(objective), layout_(space_), model_(layout_) {}

  // False where nothing can be said.
  [[nodiscard]] bool fit() {
    if (layout_.groups() == 0) return false;
    const std::vector<std::size_t> rows = chosen_rows();
    if (rows.size() < least) return false;
    std::vector<double> values;
    values.reserve(rows.size());
    for (const std::size_t r : rows) values.push_back(value(r));
    if (!standardise(values)) return false;
    encoded inputs = layout_.room(static_cast<Eigen::Index>(rows.size()));
    Eigen::VectorXd targets(static_cast<Eigen::Index>(rows.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const observation o = happened_.seen()[rows[i]];
      layout_.encode(space_, o.place(), inputs, static_cast<Eigen::Index>(i));
      targets(static_cast<Eigen::Index>(i)) = (values[i] - centre_) / spread_;
    }
    model_.learn(inputs, targets);
    model_.set(inputs);
    model_.condition(targets);
    draw_background();
    return true;
  }

  [[nodiscard]] marginal_effect marginal(std::size_t k) const {
    marginal_effect out{objective_, k, {}};
    for (const double u : places(k, most_places)) {
      const std::optional<belief> b = average({{k, u}}, background_);
      if (!b) continue;
      const double deviation = std::sqrt(b->variance);
      const double below = user_value(b->mean - deviation);
      const double above = user_value(b->mean + deviation);
      out.curve.push_back(
          {space_[k].natural(u), user_value(b->mean), (std::min)(below, above), (std::max)(below, above)});
    }
    return out;
  }

  // Nothing where they are never active together.
  [[nodiscard]] std::optional<pair_surface> surface(std::size_t first, std::size_t second) const {
    pair_surface out{objective_, first, second, {}, {}, {}};
    const std::vector<double> us = places(first, side);
    const std::vector<double> vs = places(second, side);
    for (const double u : us) out.first_at.push_back(space_[first].natural(u));
    for (const double v : vs) out.second_at.push_back(space_[second].natural(v));
    const std::span<const point> few = std::span(background_).first(background_.size() / 2);
    for (const double u : us)
      for (const double v : vs) {
        const std::optional<belief> b = average({{first, u}, {second, v}}, few);
        out.mean.push_back(b ? user_value(b->mean) : std::numeric_limits<double>::quiet_NaN());
      }
    if (std::all_of(out.mean.begin(), out.mean.end(), [](double m) { return elementary::is_nan(m); }))
      return std::nullopt;
    return out;
  }

  [[nodiscard]] double noise() const { return spread_ * std::sqrt(model_.noise() * model_.scale()); }

 private:
  static constexpr std::size_t least = 10;
  static constexpr std::size_t most = 128;
  static constexpr std::size_t most_places = 25;
  static constexpr std::size_t side = 12;
  static constexpr std::size_t draws = 32;

  struct belief {
    double mean = 0.0;
    double variance = 0.0;
  };
  struct fixed {
    std::size_t parameter;
    double unit;
  };

  [[nodiscard]] double value(std::size_t row) const {
    const observation o = happened_.seen()[row];
    return o.values.empty() ? o.value : o.values[objective_];
  }
  [[nodiscard]] double user_value(double standardised) const {
    return happened_.signed_value(centre_ + spread_ * standardised, objective_);
  }

  // Values in units of their spread. The worst tenth counts as the best of it: how bad a bad trial is says little of the others.
  // False where all values are alike.
  [[nodiscard]] bool standardise(std::vector<double>& values) {
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const double worst = sorted[sorted.size() * 9 / 10];
    const auto n = static_cast<double>(values.size());
    for (double& v : values) v = (std::min)(v, worst);
    centre_ = 0.0;
    for (const double v : values) centre_ += v / n;
    double squares = 0.0;
    for (const double v : values) squares += (v - centre_) * (v - centre_) / n;
    spread_ = std::sqrt(squares);
    return spread_ > 0.0 && elementary::is_finite(spread_);
  }

  // The better half of what the model takes, and the others evenly.
  [[nodiscard]] std::vector<std::size_t> chosen_rows() const {
    std::vector<std::size_t> rows;
    const history& seen = happened_.seen();
    for (std::size_t i = 0; i < seen.size(); ++i)
      if (seen[i].state == trial_state::complete && space_.contains(seen[i].where())) rows.push_back(i);
    if (rows.size() <= most) return rows;
    std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return value(a) < value(b); });
    std::vector<std::size_t> few(rows.begin(), rows.begin() + most / 2);
    const std::size_t rest = rows.size() - most / 2;
    for (std::size_t i = 0; i < most / 2; ++i) few.push_back(rows[most / 2 + i * rest / (most / 2)]);
    return few;
  }

  // The same points in each report of the same search: the seed is any.
  void draw_background() {
    random_stream rng(0, streams::trial(0));
    for (std::size_t i = 0; i < draws; ++i) background_.push_back(uniform_point(space_, rng));
  }

  // Coordinates of a parameter, evenly on its scale; of levels all, or the first ones.
  [[nodiscard]] std::vector<double> places(std::size_t k, std::size_t count) const {
    const parameter& p = space_[k];
    std::vector<double> units;
    if (!p.continuous() && (p.levels() <= count || !p.numeric())) {
      const std::uint64_t shown = (std::min)(p.levels(), std::uint64_t{2 * most_places});
      for (std::uint64_t l = 0; l < shown; ++l) units.push_back(p.unit_of_level(l));
      return units;
    }
    for (std::size_t i = 0; i < count; ++i) {
      const double u = p.snap(static_cast<double>(i) / static_cast<double>(count - 1));
      if (units.empty() || units.back() < u) units.push_back(u);
    }
    return units;
  }

  // Parents of a parameter get the first level at which it is active.
  void activate(std::size_t k, point& p) const {
    for (std::size_t parent = space_[k].parent(); parent != parameter::no_parent;
         k = parent, parent = space_[k].parent()) {
      if (space_[k].parent_levels().contains(space_[parent].level(p.unit[parent]))) continue;
      std::uint64_t l = 0;
      while (!space_[k].parent_levels().contains(l)) ++l;
      p.unit[parent] = space_[parent].unit_of_level(l);
    }
  }

  // Over the others; nothing where these parameters are never active together.
  [[nodiscard]] std::optional<belief> average(const std::vector<fixed>& at, std::span<const point> over) const {
    std::vector<point> points;
    for (point p : over) {
      for (const fixed& f : at) activate(f.parameter, p);
      for (const fixed& f : at) p.unit[f.parameter] = f.unit;
      space_.complete(p);
      if (std::all_of(at.begin(), at.end(), [&](const fixed& f) {
            return p.active[f.parameter] != 0 && p.unit[f.parameter] == space_[f.parameter].snap(f.unit);
          }))
        points.push_back(std::move(p));
    }
    if (points.empty()) return std::nullopt;
    Eigen::VectorXd mean;
    Eigen::VectorXd deviation;
    model_.predict(layout_.encode(space_, points), mean, deviation);
    belief b;
    const auto n = static_cast<double>(points.size());
    for (Eigen::Index i = 0; i < mean.size(); ++i) {
      b.mean += mean(i) / n;
      b.variance += deviation(i) * deviation(i) / n;
    }
    return b;
  }

  const record& happened_;
  const domain& space_;
  std::size_t objective_;
  features layout_;
  gaussian_process model_;
  double centre_ = 0.0;
  double spread_ = 1.0;
  std::vector<point> background_;
};

KNOBLESS_INLINE std::optional<model_effects> effects_on(const record& happened, std::size_t objective,
                                                        std::span<const std::pair<std::size_t, std::size_t>> pairs) {
  effect_model model(happened, objective);
  if (!model.fit()) return std::nullopt;
  model_effects out;
  for (std::size_t k = 0; k < happened.space().size(); ++k)
    if (happened.space()[k].levels() != 1) out.marginals.push_back(model.marginal(k));
  for (const auto& [first, second] : pairs)
    if (auto surface = model.surface(first, second)) out.surfaces.push_back(std::move(*surface));
  out.noise = model.noise();
  return out;
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
