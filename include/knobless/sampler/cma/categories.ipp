#pragma once

#include "categories.hpp"

#include <algorithm>
#include <cmath>

#include "../../base/elementary.hpp"

#include "../../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail::cma {

// ASNG's alpha: how much longer than a random walk the path of the gradients may be before the step grows (Akimoto et al. 2019,
// section 4).
inline constexpr double signal_to_noise = 1.5;

KNOBLESS_INLINE categories::categories(const domain& space, const coordinates& axes)
    : category_(axes.categories), margin_(axes.margin) {
  std::size_t size = 0;
  for (const std::size_t k : category_) {
    first_.push_back(size);
    size += detail::to_size(space[k].levels());
    freedom_ += static_cast<double>(space[k].levels() - 1);
  }
  first_.push_back(size);
  probability_.resize(size);
  gradient_.assign(size, 0.0);
  white_.assign(size, 0.0);
  signal_.assign(size, 0.0);
  restart();
}

KNOBLESS_INLINE void categories::restart() {
  for (std::size_t c = 0; c < category_.size(); ++c)
    for (std::size_t l = first_[c]; l < first_[c + 1]; ++l) probability_[l] = 1.0 / static_cast<double>(levels(c));
  std::fill(signal_.begin(), signal_.end(), 0.0);
  signal_mass_ = 0.0;
  caution_ = 1.0;
}

KNOBLESS_INLINE void categories::sample(const domain& space, random_stream& rng, double* unit) const {
  for (std::size_t c = 0; c < category_.size(); ++c) {
    const double* q = &probability_[first_[c]];
    double u = rng.uniform();
    std::size_t level = 0;
    while (level + 1 < levels(c) && u >= q[level]) u -= q[level++];
    unit[category_[c]] = space[category_[c]].unit_of_level(level);
  }
}

KNOBLESS_INLINE void categories::update(const domain& space, std::span<const parent> parents) {
  if (category_.empty()) return;
  find_gradient(space, parents);
  const double squared = whiten_gradient();
  if (!(squared > 0.0)) return;
  const double norm = std::sqrt(squared);
  const double step = 1.0 / caution_;
  for (std::size_t l = 0; l < probability_.size(); ++l) probability_[l] += step / norm * gradient_[l];
  adapt_step(norm, step);
  keep_least();
}

// The natural gradient of the parents' log-likelihood: how often a level was drawn, less how likely it was.
KNOBLESS_INLINE void categories::find_gradient(const domain& space, std::span<const parent> parents) {
  std::fill(gradient_.begin(), gradient_.end(), 0.0);
  for (std::size_t c = 0; c < category_.size(); ++c) {
    const std::size_t k = category_[c];
    double* g = &gradient_[first_[c]];
    double weight = 0.0;
    for (const parent& p : parents) {
      if (p.active[k] == 0) continue;
      g[space[k].level(p.unit[k])] += p.weight;
      weight += p.weight;
    }
    for (std::size_t l = 0; l < levels(c); ++l) g[l] -= weight * probability_[first_[c] + l];
  }
}

// The gradient in coordinates in which the Fisher information is the identity (ASNG, appendix B), and its squared length.
KNOBLESS_INLINE double categories::whiten_gradient() {
  double squared = 0.0;
  for (std::size_t c = 0; c < category_.size(); ++c) {
    const std::size_t last = levels(c) - 1;
    const double* g = &gradient_[first_[c]];
    const double* q = &probability_[first_[c]];
    double* white = &white_[first_[c]];
    double sum = 0.0;
    for (std::size_t l = 0; l < last; ++l) sum += g[l];
    for (std::size_t l = 0; l < last; ++l) {
      white[l] = g[l] / std::sqrt(q[l]) + std::sqrt(q[l]) * sum / (q[last] + std::sqrt(q[last]));
      squared += white[l] * white[l];
    }
  }
  return squared;
}

// The step shrinks where the path of the gradients is no longer than that of a random walk, and grows where it is.
KNOBLESS_INLINE void categories::adapt_step(double norm, double step) {
  const double beta = step / std::sqrt(freedom_);
  double signal = 0.0;
  for (std::size_t l = 0; l < signal_.size(); ++l) {
    signal_[l] = (1.0 - beta) * signal_[l] + std::sqrt(beta * (2.0 - beta)) * white_[l] / norm;
    signal += signal_[l] * signal_[l];
  }
  signal_mass_ = (1.0 - beta) * (1.0 - beta) * signal_mass_ + beta * (2.0 - beta);
  caution_ *= elementary::exp(beta * (signal_mass_ - signal / signal_to_noise));
}

// No level below the margin's share; what was added is taken from the others in proportion to what they have above it.
KNOBLESS_INLINE void categories::keep_least() {
  for (std::size_t c = 0; c < category_.size(); ++c) {
    const std::size_t count = levels(c);
    if (count < 2) continue;
    double* q = &probability_[first_[c]];
    const double least = margin_ / static_cast<double>(count - 1);
    double sum = 0.0;
    for (std::size_t l = 0; l < count; ++l) sum += q[l] = (std::max)(q[l], least);
    const double beyond = sum - least * static_cast<double>(count);
    const double excess = sum - 1.0;
    for (std::size_t l = 0; l < count && beyond > 0.0; ++l) q[l] -= excess * (q[l] - least) / beyond;
  }
}

}  // namespace knobless::detail::cma

#include "../../base/strict_end.inc"
