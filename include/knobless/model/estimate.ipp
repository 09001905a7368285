#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

#include "../base/elementary.hpp"
#include "../pareto/front.hpp"
#include "../space/parameter.hpp"
#include "estimate.hpp"
#include "strays.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {
namespace detail {

// A small Gaussian process over the best and latest observations: Matern-5/2 on the scaled distance, one lengthscale and one
// noise level for all dimensions, both by the highest marginal likelihood on a grid (Rasmussen and Williams, Gaussian
// Processes for Machine Learning, 2006, eq. 2.30 and algorithm 2.1). Coarse, but it only smooths what was observed.
class smoother {
 public:
  smoother(const domain& space, const history& seen, std::size_t objective = 0)
      : space_(space), seen_(seen), objective_(objective) {}

  [[nodiscard]] std::optional<estimate> best() {
    if (!seen_.best()) return std::nullopt;
    const observation lowest = seen_[*seen_.best()];
    select();
    if (rows_.size() < 4 || !standardise()) return estimate{*seen_.best(), lowest.value};
    distances();
    if (!noisy()) return estimate{*seen_.best(), lowest.value};
    // Under noise one value far from all others at its place is a reading that went wrong.
    select(true);
    if (!standardise()) return estimate{*seen_.best(), lowest.value};
    distances();
    const std::vector<double> mean = posterior();
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < mean.size(); ++i)
      if (seen_[rows_[i]].feasible && (!found || mean[i] < mean[*found])) found = i;
    if (!found) return estimate{*seen_.best(), lowest.value};
    // A smoothed value lies among those that it was smoothed from, whatever the model says and however huge they are.
    const double value = (std::max)(centre_ + spread_ * mean[*found], lowest.value);
    if (!elementary::is_finite(value)) return estimate{*seen_.best(), lowest.value};
    return estimate{rows_[*found], value};
  }

  // Of these rows, as observed where they show no noise.
  [[nodiscard]] std::vector<double> smoothed(const std::vector<std::size_t>& rows) {
    rows_ = rows;
    std::vector<double> values;
    for (const std::size_t i : rows_) values.push_back(value(i));
    if (rows_.size() < 4 || !standardise()) return values;
    distances();
    if (!noisy()) return values;
    const std::vector<double> mean = posterior();
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    std::vector<double> smooth = values;
    for (std::size_t i = 0; i < mean.size(); ++i)
      if (const double v = centre_ + spread_ * mean[i]; elementary::is_finite(v))
        smooth[i] = std::clamp(v, *low, *high);
    return smooth;
  }

  [[nodiscard]] std::vector<std::size_t> near_the_best() {
    std::vector<std::size_t> all = within_bounds();
    if (all.size() > limit) {
      const std::size_t m = seen_.objectives();
      std::vector<double> flat;
      for (const std::size_t i : all)
        for (std::size_t j = 0; j < m; ++j) flat.push_back(m == 1 ? seen_[i].value : seen_[i].values[j]);
      const std::vector<std::size_t> ranks = front_ranks(flat, m);
      std::vector<std::size_t> order(all.size());
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return ranks[a] < ranks[b]; });
      std::vector<std::size_t> best;
      for (std::size_t i = 0; i < limit / 4; ++i) best.push_back(all[order[i]]);
      all = nearest_to(best, all);
      std::sort(all.begin(), all.end());
    }
    return all;
  }

  [[nodiscard]] bool shows_noise() {
    if (!seen_.best()) return false;
    select();
    if (rows_.size() < 4 || !standardise()) return false;
    distances();
    return noisy();
  }

 private:
  static constexpr double no_noise = 1e-6;
  static constexpr double nothing = 0.0;
  // Of the rough function: ten waves in each parameter, as Rastrigin's function has (a Matern-5/2 kernel bends at 0 like a
  // cosine whose period is 2.4 lengthscales, and a distance of 2 is that of opposite corners).
  static constexpr double rough = 0.04;
  static constexpr std::array<double, 5> lengthscales{0.1, 0.2, 0.4, 0.8, 1.6};
  static constexpr std::array<double, 8> noises{no_noise, 1e-3, 1e-2, 0.05, 0.2, 0.6, 2.0, 6.0};

  // Points that were told twice decide; else likelihoods, which must differ by more than chance would have it: by 3, "strong"
  // evidence (Kass and Raftery, Bayes factors, JASA 90, 1995, section 3.2). What is not noise is a smooth function, or one that
  // has a rough one on top: where points are sparse, those look like noise, and only near neighbours tell them apart. A
  // function that can't be factorised without noise has points closer together than its values can tell, which is how a search
  // without noise ends.
  [[nodiscard]] bool noisy() {
    const std::size_t n = rows_.size();
    bool repeated = false;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < i; ++j) {
        if (distance_[i * n + j] > 0.0 || !(seen_[rows_[i]].where() == seen_[rows_[j]].where())) continue;
        repeated = true;
        if (value(rows_[i]) != value(rows_[j])) return true;
      }
    if (repeated) return false;
    constexpr double strong = 3.0;
    double without = -std::numeric_limits<double>::infinity();
    double with = without;
    for (const double lengthscale : lengthscales)
      for (const double share : noises) {
        double& best = share == no_noise ? without : with;
        best = (std::max)(best, fit(lengthscale, share, nothing));
        if (share != no_noise) without = (std::max)(without, fit(lengthscale, no_noise, share));
      }
    return elementary::is_finite(without) && with > without + strong;
  }

  static constexpr std::size_t limit = 200;

  [[nodiscard]] double value(std::size_t row) const noexcept {
    const observation o = seen_[row];
    return o.values.empty() ? o.value : o.values[objective_];
  }

  // The posterior mean at the rows, by the most likely model; empty where none can be factorised.
  [[nodiscard]] std::vector<double> posterior() {
    std::vector<double> mean;
    double most_likely = -std::numeric_limits<double>::infinity();
    for (const double lengthscale : lengthscales)
      for (const double noise : noises) {
        const double likelihood = fit(lengthscale, noise, nothing);
        if (likelihood <= most_likely) continue;
        most_likely = likelihood;
        // The posterior mean at the data is y - noise * K^-1 y.
        mean.resize(rows_.size());
        for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = y_[i] - noise * weights_[i];
      }
    return mean;
  }

  // Complete trials within the present bounds.
  [[nodiscard]] std::vector<std::size_t> within_bounds() const {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < seen_.size(); ++i)
      if (seen_[i].state == trial_state::complete) {
        const point where = seen_[i].where();
        if (space_.contains(where) && space_.admits(where)) all.push_back(i);
      }
    return all;
  }

  // Of all these rows so many, those that lie nearest to some of the best ones, the nearest first.
  [[nodiscard]] std::vector<std::size_t> nearest_to(const std::vector<std::size_t>& best,
                                                    const std::vector<std::size_t>& all) const {
    std::vector<std::pair<double, std::size_t>> near_best;
    for (const std::size_t i : all) {
      double nearest = std::numeric_limits<double>::infinity();
      for (const std::size_t j : best) nearest = (std::min)(nearest, squared_distance(seen_[i], seen_[j]));
      near_best.emplace_back(nearest, i);
    }
    std::sort(near_best.begin(), near_best.end());
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < limit; ++i) found.push_back(near_best[i].second);
    return found;
  }

  // Complete trials within the present bounds; of many, those nearest to the best ones, by place and not by value: where only
  // lucky trials of a neighbourhood were taken, it would look better than it is.
  void select(bool without_strays = false) {
    std::vector<std::size_t> all = within_bounds();
    if (without_strays) {
      const std::vector<std::size_t> out = strays(seen_, all, true);
      std::vector<std::size_t> rest;
      std::set_difference(all.begin(), all.end(), out.begin(), out.end(), std::back_inserter(rest));
      all = std::move(rest);
    }
    if (all.size() > limit) {
      std::vector<std::size_t> best = all;
      std::stable_sort(best.begin(), best.end(),
                       [&](std::size_t a, std::size_t b) { return seen_[a].value < seen_[b].value; });
      best.resize(limit / 4);
      all = nearest_to(best, all);
    }
    rows_ = std::move(all);
  }

  // Values relative to the median, in units of the good half's spread; false if that is nothing.
  bool standardise() {
    const std::size_t n = rows_.size();
    std::vector<double> sorted(n);
    for (std::size_t i = 0; i < n; ++i) sorted[i] = value(rows_[i]);
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
      const double v = 2.0 * ((value(rows_[i]) / 2 - centre_ / 2) / spread_);
      y_[i] = v > 0.0 ? 1.0 / (1.0 / v + 0.5) : v;
    }
    return true;
  }

  // Over the coordinates that are active in both.
  [[nodiscard]] double squared_distance(const observation& a, const observation& b) const {
    double sum = 0.0;
    for (std::size_t k = 0; k < space_.size(); ++k) {
      if (a.active[k] == 0 || b.active[k] == 0) continue;
      const double gap = a.unit[k] - b.unit[k];
      if (space_[k].kind() == parameter_kind::categorical)
        sum += gap == 0.0 ? 0.0 : 0.25;
      else
        sum += gap * gap;
    }
    return sum;
  }

  void distances() {
    const std::size_t n = rows_.size();
    distance_.assign(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < i; ++j)
        distance_[i * n + j] =
            std::sqrt(squared_distance(seen_[rows_[i]], seen_[rows_[j]]) / static_cast<double>(space_.size()) * 4.0);
  }

  [[nodiscard]] static double matern(double distance) {
    constexpr double root_5 = 2.23606797749978969641;
    const double r = root_5 * distance;
    return (1.0 + r + r * r / 3.0) * elementary::exp(-r);
  }

  // The kernel matrix is the square of `factor_`, which is triangular; half the logarithm of its determinant, or nothing where
  // rounding made it singular.
  [[nodiscard]] std::optional<double> factorise(double lengthscale, double noise, double roughness) {
    constexpr double jitter = 1e-9;  // of the diagonal, against rounding
    const std::size_t n = rows_.size();
    factor_.assign(n * n, 0.0);
    double log_det = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      double* row = &factor_[i * n];
      const auto reduced = [&](double sum, std::size_t j) {
        const double* other = &factor_[j * n];
        for (std::size_t k = 0; k < j; ++k) sum -= row[k] * other[k];
        return sum;
      };
      for (std::size_t j = 0; j < i; ++j) {
        double sum = matern(distance_[i * n + j] / lengthscale);
        if (roughness > 0.0) sum += roughness * matern(distance_[i * n + j] / rough);
        row[j] = reduced(sum, j) / factor_[j * n + j];
      }
      const double pivot = reduced(1.0 + roughness + noise + jitter, i);
      if (!(pivot > 0.0)) return std::nullopt;
      row[i] = std::sqrt(pivot);
      log_det += elementary::log(row[i]);
    }
    return log_det;
  }

  // Cholesky factorisation, K^-1 y and the log marginal likelihood with the signal variance profiled out.
  // `roughness` is the variance of the rough function.
  double fit(double lengthscale, double noise, double roughness) {
    const std::optional<double> log_det = factorise(lengthscale, noise, roughness);
    if (!log_det) return -std::numeric_limits<double>::infinity();
    const std::size_t n = rows_.size();
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
    constexpr double least_variance = 1e-12;  // of the signal, where all values are alike
    const auto count = static_cast<double>(n);
    return -0.5 * count * elementary::log(quadratic / count + least_variance) - *log_det;
  }

  const domain& space_;
  const history& seen_;
  std::size_t objective_;
  std::vector<std::size_t> rows_;
  std::vector<double> y_, distance_, factor_, weights_;
  double centre_ = 0.0;
  double spread_ = 1.0;
};

KNOBLESS_INLINE std::vector<std::size_t> rows_near_the_best(const domain& space, const history& seen) {
  return smoother(space, seen).near_the_best();
}

KNOBLESS_INLINE std::vector<double> smoothed_values(const domain& space, const history& seen,
                                                    const std::vector<std::size_t>& rows, std::size_t objective) {
  return smoother(space, seen, objective).smoothed(rows);
}

}  // namespace detail

KNOBLESS_INLINE std::optional<estimate> estimate_best(const domain& space, const history& seen) {
  return detail::smoother(space, seen).best();
}

KNOBLESS_INLINE bool shows_noise(const domain& space, const history& seen) {
  return detail::smoother(space, seen).shows_noise();
}

}  // namespace knobless

#include "../base/strict_end.inc"
