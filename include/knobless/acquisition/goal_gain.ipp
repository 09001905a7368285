#pragma once

#include "goal_gain.hpp"

#include <array>
#include <span>
#include <utility>

#include "../base/elementary.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

KNOBLESS_INLINE goal_gain::goal_gain(std::vector<const gaussian_process*> objectives,
                                     std::optional<hypervolume_improvement> improvement,
                                     std::vector<const gaussian_process*> limits)
    : objectives_(std::move(objectives)), limits_(std::move(limits)), improvement_(std::move(improvement)) {
  if (!improvement_) objectives_.clear();
  beliefs_.resize(objectives_.size());
}

// What `predict` says of each model's means and deviations, put together.
template <class Predict>
void goal_gain::score_with(Eigen::VectorXd& score, Predict&& predict) const {
  const std::size_t m = objectives_.size();
  std::vector<Eigen::VectorXd> mean(m + 1);
  std::vector<Eigen::VectorXd> deviation(m + 1);
  for (std::size_t j = 0; j < m; ++j) predict(*objectives_[j], mean[j], deviation[j]);
  bool begun = m > 0;
  if (begun) {
    score.resize(mean[0].size());
    std::array<double, front_boxes::most_objectives> at{};
    std::array<double, front_boxes::most_objectives> spread{};
    for (Eigen::Index i = 0; i < score.size(); ++i) {
      for (std::size_t j = 0; j < m; ++j) {
        at[j] = mean[j](i);
        spread[j] = deviation[j](i);
      }
      score(i) = (*improvement_)(std::span(at).first(m), std::span(spread).first(m));
    }
  }
  for (const gaussian_process* limit : limits_) {
    predict(*limit, mean[m], deviation[m]);
    if (!begun) score.setZero(mean[m].size());
    begun = true;
    for (Eigen::Index i = 0; i < score.size(); ++i) score(i) += log_normal_cdf(-mean[m](i) / deviation[m](i)).value;
  }
}

KNOBLESS_INLINE void goal_gain::outline(const encoded& at, Eigen::VectorXd& score) const {
  score_with(score, [&](const gaussian_process& model, Eigen::VectorXd& mean, Eigen::VectorXd& deviation) {
    model.outline(at, mean, deviation);
  });
}

KNOBLESS_INLINE void goal_gain::scores(const encoded& at, Eigen::VectorXd& score) const {
  score_with(score, [&](const gaussian_process& model, Eigen::VectorXd& mean, Eigen::VectorXd& deviation) {
    model.predict(at, mean, deviation);
  });
}

KNOBLESS_INLINE double goal_gain::score(const encoded& one, Eigen::VectorXd& by_number) const {
  const std::size_t m = objectives_.size();
  std::array<double, front_boxes::most_objectives> at{};
  std::array<double, front_boxes::most_objectives> spread{};
  std::array<double, front_boxes::most_objectives> by_mean{};
  std::array<double, front_boxes::most_objectives> by_deviation{};
  by_number.setZero(one.numbers.cols());
  double value = 0.0;
  const auto add = [&](const gaussian_process::belief& belief, double mean_slope, double deviation_slope) {
    for (Eigen::Index f = 0; f < by_number.size(); ++f)
      by_number(f) += mean_slope * belief.mean_slope(f) + deviation_slope * belief.deviation_slope(f);
  };
  for (std::size_t j = 0; j < m; ++j) {
    objectives_[j]->predict(one, beliefs_[j]);
    at[j] = beliefs_[j].mean;
    spread[j] = beliefs_[j].deviation;
  }
  if (m > 0) {
    value = (*improvement_)(std::span(at).first(m), std::span(spread).first(m), std::span(by_mean).first(m),
                            std::span(by_deviation).first(m));
    for (std::size_t j = 0; j < m; ++j) add(beliefs_[j], by_mean[j], by_deviation[j]);
  }
  gaussian_process::belief belief;
  for (const gaussian_process* limit : limits_) {
    limit->predict(one, belief);
    const double z = -belief.mean / belief.deviation;
    const log_probability kept = log_normal_cdf(z);
    value += kept.value;
    add(belief, -kept.slope / belief.deviation, -kept.slope * z / belief.deviation);
  }
  return value;
}

KNOBLESS_INLINE double goal_gain::lengthscale(Eigen::Index group) const {
  double sum = 0.0;
  for (const gaussian_process* model : objectives_) sum += elementary::log(model->lengthscale(group));
  for (const gaussian_process* model : limits_) sum += elementary::log(model->lengthscale(group));
  return elementary::exp(sum / static_cast<double>(objectives_.size() + limits_.size()));
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
