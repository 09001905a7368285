#pragma once

#include "importance.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "../base/elementary.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {
namespace detail {

// Where trials lie on one parameter: how many of all that are looked at, and of the good ones, are in each cell.
struct importance_cells {
  std::vector<double> all;
  std::vector<double> good;
};

// The divergence of the good trials' density from that of all, and what it would be by chance.
struct importance_divergence {
  double found = 0.0;
  double mean = 0.0;
  double variance = 0.0;

  [[nodiscard]] double beyond_chance() const noexcept {
    constexpr double deviations = 3.5;  // beyond which chance is left aside
    const double excess = found - mean;
    return excess > deviations * std::sqrt(variance) ? excess : 0.0;
  }
};

// If any m of n trials were as likely to be the good ones, the mean of their densities less that of all trials would have the
// covariance of a sample without replacement, (n - m) / (m (n - 1)) that of one trial.
[[nodiscard]] inline double importance_sampling(double n, double m) noexcept { return (n - m) / (m * (n - 1.0)); }

// Densities are frequencies. Each of the L levels adds 1 / p (1 - p) p to the trace: the covariance has L - 1 eigenvalues 1.
[[nodiscard]] KNOBLESS_INLINE importance_divergence level_divergence(const importance_cells& cells, double n,
                                                                     double m) {
  importance_divergence d;
  double occupied = 0.0;
  for (std::size_t c = 0; c < cells.all.size(); ++c) {
    if (!(cells.all[c] > 0.0)) continue;
    const double p = cells.all[c] / n;
    const double gap = cells.good[c] / m - p;
    d.found += gap * gap / p;
    occupied += 1.0;
  }
  const double sampling = importance_sampling(n, m);
  d.mean = sampling * (occupied - 1.0);
  d.variance = 2.0 * sampling * sampling * (occupied - 1.0);
  return d;
}

// Of a numeric parameter.
inline constexpr std::size_t importance_cell_count = 32;
using importance_row = std::array<double, importance_cell_count>;

// Scott's rule, in cells: 1.06 times the standard deviation times m^(-1/5) (Multivariate Density Estimation, 1992, section 6.5).
// Not below the half of one, which is all that is known of a place.
[[nodiscard]] inline double importance_width(const importance_cells& cells, double m) {
  constexpr double scott = 1.06;
  constexpr double power = -0.2;
  double centre = 0.0;
  for (std::size_t c = 0; c < importance_cell_count; ++c) centre += static_cast<double>(c) * cells.good[c] / m;
  double spread = 0.0;
  for (std::size_t c = 0; c < importance_cell_count; ++c)
    spread += (static_cast<double>(c) - centre) * (static_cast<double>(c) - centre) * cells.good[c] / (m - 1.0);
  return (std::max)(0.5, scott * std::sqrt(spread) * elementary::exp(power * elementary::log(m)));
}

// A normal kernel around the middle of a cell, cut off at the bounds.
[[nodiscard]] inline importance_row importance_kernel(std::size_t cell, double width) {
  importance_row kernel{};
  double sum = 0.0;
  for (std::size_t g = 0; g < kernel.size(); ++g) {
    const double z = (static_cast<double>(g) - static_cast<double>(cell)) / width;
    kernel[g] = elementary::exp(-0.5 * z * z);
    sum += kernel[g];
  }
  for (double& k : kernel) k /= sum;
  return kernel;
}

// Densities are sums of normal kernels, cut off at the bounds, of Scott's width for the good trials; the same for all trials.
[[nodiscard]] KNOBLESS_INLINE importance_divergence number_divergence(const importance_cells& cells, double n,
                                                                      double m) {
  constexpr std::size_t count = importance_cell_count;
  constexpr double least_density = 1e-12;
  KNOBLESS_ASSERT(cells.all.size() == count);
  const double width = importance_width(cells, m);
  using row = importance_row;
  std::vector<row> kernels;  // of the cells that hold trials
  std::vector<double> share;
  row density{};
  row good{};
  for (std::size_t c = 0; c < count; ++c) {
    if (!(cells.all[c] > 0.0)) continue;
    const row kernel = importance_kernel(c, width);
    for (std::size_t g = 0; g < count; ++g) {
      density[g] += kernel[g] * cells.all[c] / n;
      good[g] += kernel[g] * cells.good[c] / m;
    }
    kernels.push_back(kernel);
    share.push_back(cells.all[c] / n);
  }
  importance_divergence d;
  for (std::size_t g = 0; g < count; ++g) {
    // No kernel that counts reaches it.
    const double scale = density[g] > least_density ? 1.0 / std::sqrt(density[g]) : 0.0;
    const double gap = (good[g] - density[g]) * scale;
    d.found += gap * gap;
    for (row& kernel : kernels) kernel[g] = (kernel[g] - density[g]) * scale;
  }
  // The divergence is a squared length: its mean by chance is the trace of the covariance, its variance, as if the sum were
  // normal, twice that of the covariance squared.
  const double sampling = importance_sampling(n, m);
  for (std::size_t a = 0; a < kernels.size(); ++a)
    for (std::size_t b = 0; b <= a; ++b) {
      double product = 0.0;
      for (std::size_t g = 0; g < count; ++g) product += kernels[a][g] * kernels[b][g];
      if (a == b) d.mean += sampling * share[a] * product;
      d.variance += (a == b ? 2.0 : 4.0) * sampling * sampling * share[a] * share[b] * product * product;
    }
  return d;
}

// Of the rows where parameter k is active: how many, how many of them are good, and both in each cell.
struct importance_counts {
  importance_cells cells;
  double all = 0.0;
  double good = 0.0;
};

[[nodiscard]] inline importance_counts count_cells(const parameter& p, std::size_t k, const history& seen,
                                                   const std::vector<std::size_t>& rows,
                                                   const std::vector<unsigned char>& good) {
  constexpr std::size_t cells_of_a_number = 32;
  const std::size_t count = p.numeric() ? cells_of_a_number : detail::to_size(p.levels());
  importance_counts counts{{std::vector<double>(count), std::vector<double>(count)}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const observation o = seen[rows[i]];
    if (o.active[k] == 0) continue;
    const std::size_t cell =
        p.numeric() ? (std::min)(count - 1, static_cast<std::size_t>(o.unit[k] * static_cast<double>(count)))
                    : detail::to_size(p.level(o.unit[k]));
    counts.cells.all[cell] += 1.0;
    counts.all += 1.0;
    counts.cells.good[cell] += good[i];
    counts.good += good[i];
  }
  return counts;
}

// The trials that importance looks at, and which of them are good.
class importance_judge {
 public:
  importance_judge(const domain& space, const history& seen, std::size_t objective)
      : space_(space), seen_(seen), objective_(objective) {
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const observation o = seen[i];
      if (o.state == trial_state::foreign) continue;
      const point where = o.where();
      if (!space.contains(where) || !space.admits(where)) continue;
      rows_.push_back(i);
      if (may_be_good(o)) values_.push_back(value_of(o));
    }
    std::sort(values_.begin(), values_.end());
  }

  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
  [[nodiscard]] std::size_t complete() const noexcept { return values_.size(); }

  // Those that are as good as the last good one are good, unless these are all: then those that are better.
  [[nodiscard]] std::vector<unsigned char> good(std::size_t rank) const {
    const double limit = values_[rank - 1];
    const bool or_as_good = values_.back() > limit || values_.size() < rows_.size();
    std::vector<unsigned char> found;
    for (const std::size_t r : rows_) {
      const observation o = seen_[r];
      const bool within = value_of(o) < limit || (or_as_good && value_of(o) == limit);
      found.push_back(may_be_good(o) && within ? 1 : 0);
    }
    return found;
  }

  // The variance of "is it good", over all trials, that parameter k explains where it is active.
  [[nodiscard]] double explained(std::size_t k, const std::vector<unsigned char>& good) const {
    const parameter& p = space_[k];
    const importance_counts counts = count_cells(p, k, seen_, rows_, good);
    const double n = counts.all;
    const double m = counts.good;
    // Of two, no more can be said than that they differ.
    if (m < 2.0 || m >= n) return 0.0;
    const auto d = p.numeric() ? number_divergence(counts.cells, n, m) : level_divergence(counts.cells, n, m);
    return m * m / (n * static_cast<double>(rows_.size())) * d.beyond_chance();
  }

 private:
  [[nodiscard]] static bool may_be_good(const observation& o) { return o.state == trial_state::complete && o.feasible; }
  [[nodiscard]] double value_of(const observation& o) const {
    return objective_ < o.values.size() ? o.values[objective_] : o.value;
  }

  const domain& space_;
  const history& seen_;
  std::size_t objective_;
  std::vector<std::size_t> rows_;
  std::vector<double> values_;  // of those that may be good, sorted
};

}  // namespace detail

// Good are the better quarter, half, three quarters and nine tenths in turn: the published tenth alone says little, since most
// trials of a search are good, and the best of them differ from the rest by luck. Where the search learnt what matters most
// is at the other end, among its first and worst trials.
KNOBLESS_INLINE std::vector<double> importance(const domain& space, const history& seen, std::size_t objective) {
  constexpr std::size_t least = 20;
  constexpr std::size_t least_good = 5;
  constexpr double parts[] = {0.25, 0.5, 0.75, 0.9};
  const detail::importance_judge judge(space, seen, objective);
  if (judge.size() < least || judge.complete() < least_good) return {};
  std::vector<double> shares(space.size(), 0.0);
  double total = 0.0;
  std::size_t rank = 0;
  for (const double part : parts) {
    const std::size_t before = rank;
    rank = (std::min)(judge.complete(), static_cast<std::size_t>(part * static_cast<double>(judge.size())));
    if (rank == before) break;
    const std::vector<unsigned char> good = judge.good(rank);
    for (std::size_t k = 0; k < space.size(); ++k) {
      const double explained = judge.explained(k, good);
      shares[k] += explained;
      total += explained;
    }
  }
  if (!(total > 0.0)) return {};
  for (double& s : shares) s /= total;
  return shares;
}

KNOBLESS_INLINE std::vector<importance_share> importance_by_name(const domain& space, const history& seen,
                                                                 std::size_t objective) {
  const std::vector<double> shares = importance(space, seen, objective);
  std::vector<importance_share> named;
  for (std::size_t k = 0; k < shares.size(); ++k) named.push_back({space[k].name(), shares[k]});
  std::stable_sort(named.begin(), named.end(),
                   [](const importance_share& a, const importance_share& b) { return a.share > b.share; });
  return named;
}

}  // namespace knobless

#include "../base/strict_end.inc"
