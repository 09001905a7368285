#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "elementary.hpp"
#include "estimate.hpp"
#include "parameter.hpp"

#include "detail/strict_begin.inc"

namespace knobless {
namespace detail {

// A small Gaussian process over the best and latest observations: Matern-5/2 on the scaled distance, one lengthscale and one
// noise level for all dimensions, both by the highest marginal likelihood on a grid (Rasmussen and Williams, Gaussian
// Processes for Machine Learning, 2006, eq. 2.30 and algorithm 2.1). Coarse, but it only smooths what was observed.
class smoother {
 public:
  smoother(const domain& space, const history& seen) : space_(space), seen_(seen) {}

  [[nodiscard]] std::optional<estimate> best() {
    if (!seen_.best()) return std::nullopt;
    const observation lowest = seen_[*seen_.best()];
    select();
    const std::size_t n = rows_.size();
    if (n < 4 || !standardise()) return estimate{*seen_.best(), lowest.value};
    distances();
    std::vector<double> mean;
    double most_likely = -std::numeric_limits<double>::infinity();
    for (const double lengthscale : {0.1, 0.2, 0.4, 0.8, 1.6})
      for (const double noise : {1e-6, 1e-3, 1e-2, 0.05, 0.2, 0.6}) {
        const double likelihood = fit(lengthscale, noise);
        if (likelihood <= most_likely) continue;
        most_likely = likelihood;
        // The posterior mean at the data is y - noise * K^-1 y.
        mean.resize(n);
        for (std::size_t i = 0; i < n; ++i) mean[i] = y_[i] - noise * weights_[i];
      }
    if (mean.empty()) return estimate{*seen_.best(), lowest.value};
    const auto found = static_cast<std::size_t>(std::min_element(mean.begin(), mean.end()) - mean.begin());
    return estimate{rows_[found], centre_ + spread_ * mean[found]};
  }

 private:
  static constexpr std::size_t limit = 200;

  // The best half of the limit and the latest; complete, and within the present bounds.
  void select() {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < seen_.size(); ++i)
      if (seen_[i].state == trial_state::complete) {
        const point where = seen_[i].where();
        if (space_.contains(where) && space_.admits(where)) all.push_back(i);
      }
    std::stable_sort(all.begin(), all.end(),
                     [&](std::size_t a, std::size_t b) { return seen_[a].value < seen_[b].value; });
    if (all.size() > limit) {
      std::vector<std::size_t> rest(all.begin() + limit / 2, all.end());
      std::sort(rest.begin(), rest.end(), [](std::size_t a, std::size_t b) { return a > b; });
      all.resize(limit / 2);
      all.insert(all.end(), rest.begin(), rest.begin() + limit / 2);
    }
    rows_ = std::move(all);
  }

  // Values relative to the median, in units of the good half's spread; false if that is nothing.
  bool standardise() {
    const std::size_t n = rows_.size();
    std::vector<double> sorted(n);
    for (std::size_t i = 0; i < n; ++i) sorted[i] = seen_[rows_[i]].value;
    std::sort(sorted.begin(), sorted.end());
    centre_ = sorted[n / 2];
    double sum = 0.0;
    std::size_t good = 0;
    for (std::size_t i = 0; i < n / 2; ++i, ++good) {
      const double gap = sorted[i] / 2 - centre_ / 2;
      sum += 4.0 * gap * gap;
    }
    spread_ = std::sqrt(sum / static_cast<double>(std::max<std::size_t>(good, 1)));
    if (!(spread_ > 0.0) || !elementary::is_finite(spread_)) return false;
    y_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      // Bad values are bent towards a limit, so that a few huge ones do not count.
      const double v = 2.0 * ((seen_[rows_[i]].value / 2 - centre_ / 2) / spread_);
      y_[i] = v > 0.0 ? 1.0 / (1.0 / v + 0.5) : v;
    }
    return true;
  }

  void distances() {
    const std::size_t n = rows_.size();
    const std::size_t d = space_.size();
    distance_.assign(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < i; ++j) {
        const observation a = seen_[rows_[i]];
        const observation b = seen_[rows_[j]];
        double sum = 0.0;
        for (std::size_t k = 0; k < d; ++k) {
          if (a.active[k] == 0 || b.active[k] == 0) continue;
          const double gap = a.unit[k] - b.unit[k];
          if (space_[k].kind() == parameter_kind::categorical)
            sum += gap == 0.0 ? 0.0 : 0.25;
          else
            sum += gap * gap;
        }
        distance_[i * n + j] = std::sqrt(sum / static_cast<double>(d) * 4.0);
      }
  }

  // Cholesky factorisation, K^-1 y and the log marginal likelihood with the signal variance profiled out.
  double fit(double lengthscale, double noise) {
    const std::size_t n = rows_.size();
    factor_.assign(n * n, 0.0);
    double log_det = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      double* row = &factor_[i * n];
      for (std::size_t j = 0; j <= i; ++j) {
        const double r = 2.23606797749978969641 * distance_[i * n + j] / lengthscale;
        double sum = i == j ? 1.0 + noise + 1e-9 : (1.0 + r + r * r / 3.0) * elementary::exp(-r);
        const double* other = &factor_[j * n];
        for (std::size_t k = 0; k < j; ++k) sum -= row[k] * other[k];
        if (i == j) {
          if (!(sum > 0.0)) return -std::numeric_limits<double>::infinity();
          row[i] = std::sqrt(sum);
          log_det += elementary::log(row[i]);
        } else {
          row[j] = sum / other[j];
        }
      }
    }
    weights_ = y_;
    double quadratic = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < i; ++k) weights_[i] -= factor_[i * n + k] * weights_[k];
      weights_[i] /= factor_[i * n + i];
      quadratic += weights_[i] * weights_[i];
    }
    for (std::size_t i = n; i-- > 0;) {
      for (std::size_t k = i + 1; k < n; ++k) weights_[i] -= factor_[k * n + i] * weights_[k];
      weights_[i] /= factor_[i * n + i];
    }
    const auto count = static_cast<double>(n);
    return -0.5 * count * elementary::log(quadratic / count + 1e-12) - log_det;
  }

  const domain& space_;
  const history& seen_;
  std::vector<std::size_t> rows_;
  std::vector<double> y_, distance_, factor_, weights_;
  double centre_ = 0.0;
  double spread_ = 1.0;
};

}  // namespace detail

KNOBLESS_INLINE std::optional<estimate> estimate_best(const domain& space, const history& seen) {
  return detail::smoother(space, seen).best();
}

}  // namespace knobless

#include "detail/strict_end.inc"
