/// \file
/// A Parzen (kernel density) estimator over points of a search space: a weighted mixture of product kernels.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../base/elementary.hpp"
#include "../numeric/block_rows.hpp"
#include "../numeric/float4.hpp"
#include "../space/domain.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {

/// A normal kernel on one coordinate, cut off at the ends of [0, 1].
struct normal_kernel {
  double sigma = 0.0;    ///< 0: not set
  float inverse = 0.0F;  ///< 1 / sigma, times sqrt(log2(e) / 2): the density falls as 2^-z^2
  float norm = 0.0F;     ///< base-2 log of the density at the centre
  float below = 0.0F;    ///< what the normal, not cut off, has below 0 ...
  float inside = 0.0F;   ///< ... and in [0, 1]

  /// The kernel at centre x with this width. Two distribution functions and a logarithm.
  [[nodiscard]] static normal_kernel at(double x, double sigma) noexcept {
    const double inverse = 1.0 / sigma;
    // What lies beyond the ends; 6 sigma away it is nothing.
    constexpr double far_away = 6.0;
    constexpr double least_inside = 1e-12;
    const auto beyond = [](double z) { return z < far_away ? elementary::normal_cdf(-z) : 0.0; };
    const double below = beyond(x * inverse);
    const double inside = (std::max)(1.0 - below - beyond((1.0 - x) * inverse), least_inside);
    constexpr double log2_e = 1.44269504088896340736;
    constexpr double root_half_log2_e = 0.84932180028801904272;
    constexpr double log_root_two_pi = 0.91893853320467274178;
    return {sigma, static_cast<float>(inverse * root_half_log2_e),
            static_cast<float>((-elementary::log(sigma * inside) - log_root_two_pi) * log2_e),
            static_cast<float>(below), static_cast<float>(inside)};
  }
};

/// Up to 24 points as mixtures look at them, side by side in lanes: prepared once, compared with several.
class parzen_points {
 public:
  /// How many points there is room for.
  static constexpr std::size_t size = 24;

  /// Forgets all points: no coordinate is active. O(dimensions).
  void reset(std::size_t dimensions) {
    x_.assign(dimensions * size, 0.0F);
    active_.assign(dimensions * size, 0.0F);
  }
  /// Point i is active in dimension k: its coordinate, or its level of a categorical parameter.
  void set(std::size_t i, std::size_t k, double x) {
    x_[k * size + i] = static_cast<float>(x);
    active_[k * size + i] = 1.0F;
  }
  /// The same in dimension k of all points; 1 where active, else 0.
  [[nodiscard]] const float* x(std::size_t k) const noexcept { return &x_[k * size]; }
  /// 1 where the point is active in dimension k, else 0.
  [[nodiscard]] const float* active(std::size_t k) const noexcept { return &active_[k * size]; }

 private:
  std::vector<float> x_;
  std::vector<float> active_;
};

/// A mixture whose kernels are products over dimensions: a normal for a numeric parameter, a bonus for the same level of a
/// categorical one, flat where the kernel's own point has the parameter inactive. One more kernel, the prior, is flat
/// everywhere. Single precision and base-2 logarithms: densities are compared with each other, not integrated.
///
/// The density of a point is the product over the coordinates active *in that point*; branches are modelled jointly, since
/// the parameter that decides about a branch is one of the factors.
class parzen {
 public:
  /// Forgets all kernels.
  void reset(const domain& space) {
    *this = parzen{};
    dimensions_ = space.size();
    factors_ = detail::block_rows<factor>(dimensions_);
    for (std::size_t k = 0; k < dimensions_; ++k)
      if (!space[k].numeric())
        categorical_.push_back({k, static_cast<double>(space[k].levels())});
      else
        (space[k].parent() == parameter::no_parent ? always_ : conditional_).push_back(k);
  }

  /// Number of kernels, the prior not among them.
  [[nodiscard]] std::size_t size() const noexcept { return base_.size(); }

  /// Adds a kernel that is flat in all dimensions, of weight 1; it is number size() - 1. O(dimensions).
  void add() {
    factors_.push();
    for (const category& c : categorical_) factor_of(size(), c.dimension).centre = flat_level;
    log_weight_.push_back(0.0F);
    base_.push_back(0.0F);
    rise_.push_back(0.0F);
    stale_.push_back(1);
  }
  /// Removes kernel i; the last kernel takes its number. O(dimensions).
  void remove(std::size_t i) {
    const std::size_t last = size() - 1;
    std::copy_n(factors_[last], dimensions_, factors_[i]);
    factors_.pop();
    for (auto* floats : {&log_weight_, &base_, &rise_}) {
      (*floats)[i] = floats->back();
      floats->pop_back();
    }
    stale_[i] = stale_.back();
    stale_.pop_back();
  }

  /// Kernel i is a normal around `centre` in the numeric dimension k.
  void set_normal(std::size_t i, std::size_t k, double centre, const normal_kernel& kernel) {
    factor_of(i, k) = {kernel.inverse, static_cast<float>(centre) * kernel.inverse, kernel.norm};
    stale_[i] = 1;
  }
  /// Kernel i prefers a level of the categorical dimension k.
  void set_level(std::size_t i, std::size_t k, std::uint64_t level) {
    factor_of(i, k).centre = static_cast<float>(level);
  }
  /// Kernel i weighs 2^log_weight.
  void set_log_weight(std::size_t i, float log_weight) {
    log_weight_[i] = log_weight;
    stale_[i] = 1;
  }

  /// Share of a categorical kernel that stays on its own level; the rest is spread evenly, as one observation of the uniform
  /// distribution in the whole mixture would do.
  [[nodiscard]] double stay() const noexcept { return 1.0 / (1.0 + 1.0 / static_cast<double>(size() + 1)); }

  /// Logs of the (not normalised) densities at the points, into `out`; `log_prior` is the log weight of the flat kernel.
  /// O(size * dimensions), less for kernels from which all points are far.
  void log_densities(const parzen_points& points, float log_prior, std::span<float, parzen_points::size> out) {
    prepare(points, log_prior);
    // A few kernels at a time stay in the nearest cache.
    constexpr std::size_t chunk = 16;
    row ratios[chunk];
    std::size_t filled = 0;
    const factor* of = nullptr;
    for (std::size_t i = 0; i < size(); ++i) {
      of = i % detail::block_rows<factor>::block == 0 ? factors_[i] : of + dimensions_;
      if (stale_[i] != 0) settle(i);
      if (!log_ratios(i, of, points, ratios[filled]) || ++filled < chunk) continue;
      accumulate({ratios, filled});
      filled = 0;
    }
    accumulate({ratios, filled});
    for (std::size_t g = 0; g < groups; ++g) (flat_[g] + (top_[g] + float4::log2(sum_[g]))).store(&out[4 * g]);
  }

 private:
  using float4 = detail::float4;
  static constexpr std::size_t groups = parzen_points::size / 4;
  using row = float4[groups];
  static constexpr float flat_level = -1.0F;
  // What is below this share of the prior, as a log, counts as nothing: a million of such kernels are 0.001 of it.
  static constexpr float nothing = -30.0F;

  // Flat: no width.
  struct factor {
    float inverse = 0.0F;
    float centre = 0.0F;  // in units of the width; or a level
    float norm = 0.0F;
  };
  struct category {
    std::size_t dimension;
    double levels;
    float hit = 0.0F, miss = 0.0F, none = 0.0F;  // logs of a kernel's density at its level, at another, and flat
  };

  [[nodiscard]] factor& factor_of(std::size_t i, std::size_t k) noexcept { return factors_[i][k]; }

  // Sums in the order of the dimensions: they depend on the kernel alone, not on its past.
  void settle(std::size_t i) {
    base_[i] = log_weight_[i];
    rise_[i] = 0.0F;
    for (const std::size_t k : always_) base_[i] += factor_of(i, k).norm;
    for (const std::size_t k : conditional_) rise_[i] += (std::max)(factor_of(i, k).norm, 0.0F);
    stale_[i] = 0;
  }

  void prepare(const parzen_points& points, float log_prior) {
    const auto log2 = [](double x) { return float4::log2(float4::all(static_cast<float>(x))).get(0); };
    const double kept = stay();
    for (std::size_t g = 0; g < groups; ++g) {
      flat_[g] = float4::all(log_prior);
      top_[g] = float4::all(0.0F);
      sum_[g] = float4::all(1.0F);
    }
    for (category& c : categorical_) {
      const double spread = (1.0 - kept) / c.levels;
      c.hit = log2(kept + spread);
      c.miss = log2(spread);
      c.none = -log2(c.levels);
      for (std::size_t g = 0; g < groups; ++g)
        flat_[g] = flat_[g] + float4::all(c.none) * float4::load(points.active(c.dimension) + 4 * g);
    }
  }

  // Logs of kernel i, whose factors these are, over the prior at the points; false where it is nothing at all of them.
  bool log_ratios(std::size_t i, const factor* f, const parzen_points& points, row& out) const {
    row sum;
    for (std::size_t g = 0; g < groups; ++g) sum[g] = float4::all(base_[i]) - flat_[g];
    // All that comes only lowers the sum, but for the norms of conditional dimensions.
    const float4 least = float4::all(nothing - rise_[i]);
    for (std::size_t n = 0; n < always_.size(); ++n) {
      const std::size_t k = always_[n];
      const float4 inverse = float4::all(f[k].inverse);
      const float4 centre = float4::all(f[k].centre);
      for (std::size_t g = 0; g < groups; ++g) {
        const float4 z = float4::load(points.x(k) + 4 * g) * inverse - centre;
        sum[g] = sum[g] - z * z;
      }
      if (n % 2 == 0 && n + 1 < always_.size()) continue;
      float4 largest = sum[0];
      for (std::size_t g = 1; g < groups; ++g) largest = float4::larger(largest, sum[g]);
      if (!float4::any_above(largest, least)) return false;
    }
    for (const category& c : categorical_) {
      const float level = f[c.dimension].centre;
      const float miss = level == flat_level ? c.none : c.miss;
      for (std::size_t g = 0; g < groups; ++g)
        sum[g] = sum[g] + float4::choose(float4::load(points.x(c.dimension) + 4 * g), level, c.hit, miss) *
                              float4::load(points.active(c.dimension) + 4 * g);
    }
    for (const std::size_t k : conditional_) {
      if (f[k].inverse == 0.0F) continue;
      const float4 inverse = float4::all(f[k].inverse);
      const float4 centre = float4::all(f[k].centre);
      const float4 norm = float4::all(f[k].norm);
      for (std::size_t g = 0; g < groups; ++g) {
        const float4 z = float4::load(points.x(k) + 4 * g) * inverse - centre;
        sum[g] = sum[g] + (norm - z * z) * float4::load(points.active(k) + 4 * g);
      }
    }
    for (std::size_t g = 0; g < groups; ++g) out[g] = sum[g];
    return true;
  }

  // Adds exponentials to the running sums, which are relative to the largest exponent so far.
  void accumulate(std::span<const row> ratios) {
    for (std::size_t g = 0; g < groups; ++g) {
      float4 top = top_[g];
      for (const row& r : ratios) top = float4::larger(top, r[g]);
      float4 sum = sum_[g] * float4::exp2(top_[g] - top);
      for (const row& r : ratios) sum = sum + float4::exp2(r[g] - top);
      top_[g] = top;
      sum_[g] = sum;
    }
  }

  std::size_t dimensions_ = 0;
  std::vector<std::size_t> always_;       // numeric, active in every point
  std::vector<std::size_t> conditional_;  // numeric, active in some
  std::vector<category> categorical_;
  detail::block_rows<factor> factors_;  // of each kernel
  std::vector<float> log_weight_;
  std::vector<float> base_;  // and the norms of the dimensions that are always active
  std::vector<float> rise_;  // no more than the norms of the others
  std::vector<unsigned char> stale_;
  // Of the points that are being looked at: the log of the prior, and the sum of all kernels over it, 2^top sum.
  row flat_{};
  row top_{};
  row sum_{};
};

}  // namespace knobless

#include "../base/strict_end.inc"
