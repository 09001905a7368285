/// \file
/// A Parzen (kernel density) estimator over points of a search space: a weighted mixture of product kernels.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../domain.hpp"
#include "../elementary.hpp"
#include "../numeric/float4.hpp"
#include "../point.hpp"

#include "../detail/strict_begin.inc"

namespace knobless {

/// A normal kernel on one coordinate, cut off at the ends of [0, 1].
struct normal_kernel {
  double sigma = 0.0;    ///< 0: not set
  float inverse = 0.0F;  ///< 1 / (sigma sqrt 2)
  float norm = 0.0F;     ///< log of the density at the centre

  /// The kernel at centre x with this width. Two distribution functions and a logarithm.
  [[nodiscard]] static normal_kernel at(double x, double sigma) noexcept {
    const double inverse = 1.0 / sigma;
    // What lies beyond the ends; 6 sigma away it is nothing.
    const auto beyond = [](double z) { return z < 6.0 ? elementary::normal_cdf(-z) : 0.0; };
    const double mass = (std::max)(1.0 - beyond(x * inverse) - beyond((1.0 - x) * inverse), 1e-12);
    return {sigma, static_cast<float>(inverse * 0.70710678118654752440),
            static_cast<float>(-elementary::log(sigma * mass) - 0.91893853320467274178)};
  }
};

/// A point as mixtures look at it: prepared once, compared with several.
struct parzen_query {
  /// A coordinate, or the level of a categorical parameter.
  struct factor {
    std::uint32_t dimension;
    float x;
  };
  std::vector<factor> always;       ///< numeric, active in every point
  std::vector<factor> conditional;  ///< numeric, active in this one
  std::vector<factor> categorical;

  /// Takes the active coordinates of a complete point. O(dimensions).
  void set(const domain& space, const point& p) {
    always.clear();
    conditional.clear();
    categorical.clear();
    for (std::uint32_t k = 0; k < space.size(); ++k) {
      if (p.active[k] == 0) continue;
      const parameter& what = space[k];
      if (!what.numeric())
        categorical.push_back({k, static_cast<float>(what.level(p.unit[k]))});
      else
        (what.parent() == parameter::no_parent ? always : conditional).push_back({k, static_cast<float>(p.unit[k])});
    }
  }
};

/// A mixture whose kernels are products over dimensions: a normal for a numeric parameter, a bonus for the same level of a
/// categorical one, flat where the kernel's own point has the parameter inactive. One more kernel, the prior, is flat
/// everywhere. Single precision: densities are compared with each other, not integrated.
///
/// The density of a point is the product over the coordinates active *in that point*; branches are modelled jointly, since
/// the parameter that decides about a branch is one of the factors.
class parzen {
 public:
  /// Forgets all kernels.
  void reset(const domain& space) {
    dimensions_ = space.size();
    count_ = 0;
    blocks_.clear();
    norms_.clear();
    log_weight_.clear();
    stale_.clear();
    levels_.resize(dimensions_);
    log_levels_.resize(dimensions_);
    always_.resize(dimensions_);
    for (std::size_t k = 0; k < dimensions_; ++k) {
      levels_[k] = space[k].numeric() ? 0.0 : static_cast<double>(space[k].levels());
      log_levels_[k] = levels_[k] > 0.0 ? elementary::log(levels_[k]) : 0.0;
      always_[k] = space[k].parent() == parameter::no_parent ? 1 : 0;
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return count_; }

  /// Adds a kernel that is flat in all dimensions, of weight 1; it is number size() - 1. O(dimensions).
  void add() {
    if (count_ % width == 0) {
      blocks_.resize((count_ / width + 1) * block_size(), float4::all(0.0F));
      norms_.resize((count_ / width + 1) * dimensions_ * 2, float4::all(0.0F));
      for (std::size_t half = 0; half < 2; ++half) base(count_ + 4 * half) = float4::all(nothing);
    }
    const std::size_t i = count_++;
    log_weight_.push_back(0.0F);
    stale_.push_back(0);
    for (std::size_t k = 0; k < dimensions_; ++k) set_flat(i, k);
  }
  /// Removes kernel i; the last kernel takes its number. O(dimensions).
  void remove(std::size_t i) {
    const std::size_t last = count_ - 1;
    for (std::size_t k = 0; k < dimensions_; ++k) {
      for (std::size_t part = 0; part < parts; ++part) entry(i, k, part).set(i % 4, entry(last, k, part).get(last % 4));
      norm(i, k).set(i % 4, norm(last, k).get(last % 4));
    }
    log_weight_[i] = log_weight_[last];
    touch(i);
    base(last).set(last % 4, nothing);
    log_weight_.pop_back();
    stale_.pop_back();
    --count_;
  }

  /// Kernel i says nothing about dimension k.
  void set_flat(std::size_t i, std::size_t k) {
    entry(i, k, 0).set(i % 4, 0.0F);
    entry(i, k, 1).set(i % 4, levels_[k] == 0.0 ? 0.0F : -1.0F);
    norm(i, k).set(i % 4, 0.0F);
    touch(i);
  }
  /// Kernel i is a normal around `centre` in the numeric dimension k.
  void set_normal(std::size_t i, std::size_t k, double centre, const normal_kernel& kernel) {
    entry(i, k, 0).set(i % 4, kernel.inverse);
    entry(i, k, 1).set(i % 4, static_cast<float>(centre) * kernel.inverse);
    norm(i, k).set(i % 4, kernel.norm);
    touch(i);
  }
  /// Kernel i prefers a level of the categorical dimension k.
  void set_level(std::size_t i, std::size_t k, std::uint64_t level) {
    entry(i, k, 1).set(i % 4, static_cast<float>(level));
  }
  void set_log_weight(std::size_t i, double log_weight) {
    log_weight_[i] = static_cast<float>(log_weight);
    touch(i);
  }

  /// Share of a categorical kernel that stays on its own level; the rest is spread evenly, as one observation of the uniform
  /// distribution in the whole mixture would do.
  [[nodiscard]] double stay() const noexcept { return 1.0 / (1.0 + 1.0 / static_cast<double>(count_ + 1)); }

  /// Logs of the (not normalised) densities at several points, into `out`; `log_prior` is the log weight of the flat kernel.
  /// O(points * size * active dimensions).
  void log_densities(std::span<const parzen_query> points, double log_prior, std::span<double> out) {
    settle();
    prepare(points, log_prior);
    const std::size_t blocks = (count_ + width - 1) / width;
    // A few blocks at a time stay in the nearest cache while all points pass over them.
    constexpr std::size_t chunk = 16;
    float4 sums[2 * chunk];
    for (std::size_t first = 0; first < blocks; first += chunk) {
      const std::size_t last = (std::min)(first + chunk, blocks);
      for (std::size_t i = 0; i < points.size(); ++i) {
        std::size_t filled = 0;
        for (std::size_t b = first; b < last; ++b, filled += 2)
          add_block(points[i], i, b, sums[filled], sums[filled + 1]);
        accumulate(sums, filled, totals_[i]);
      }
    }
    for (std::size_t i = 0; i < points.size(); ++i) {
      const total& t = totals_[i];
      const float sum = (t.part.get(0) + t.part.get(1)) + (t.part.get(2) + t.part.get(3));
      out[i] = static_cast<double>(t.top) + elementary::log(static_cast<double>(sum));
    }
  }

 private:
  using float4 = detail::float4;
  // Kernels lie in blocks of eight. A block begins with eight base values (log weight and the norms of the dimensions that
  // are always active); then for each dimension eight inverse widths, eight centres in units of the width (or levels, -1 for
  // flat), eight norms.
  static constexpr std::size_t width = 8;
  static constexpr std::size_t parts = 2;
  static constexpr float nothing = -1e30F;
  struct bonus {
    std::uint32_t dimension;
    float level, hit, miss, none;
  };

  // A running sum of exponentials, relative to the largest exponent so far.
  struct total {
    float top;
    float4 part;
  };

  void prepare(std::span<const parzen_query> points, double log_prior) {
    const double kept = stay();
    bonuses_.clear();
    first_bonus_.clear();
    totals_.clear();
    for (const parzen_query& q : points) {
      first_bonus_.push_back(bonuses_.size());
      double flat = log_prior;
      for (const auto& [k, level] : q.categorical) {
        flat -= log_levels_[k];
        const double spread = (1.0 - kept) / levels_[k];
        bonuses_.push_back({k, level, static_cast<float>(elementary::log(kept + spread)),
                            static_cast<float>(elementary::log(spread)), static_cast<float>(-log_levels_[k])});
      }
      float4 prior = float4::all(0.0F);
      prior.set(0, 1.0F);
      totals_.push_back({static_cast<float>(flat), prior});
    }
    first_bonus_.push_back(bonuses_.size());
  }

  // The logs of the eight products of block b at a point.
  void add_block(const parzen_query& at, std::size_t i, std::size_t b, float4& low_out, float4& high_out) const {
    const float4* block = &blocks_[b * block_size()];
    float4 low = block[0];
    float4 high = block[1];
    const float4* lanes = block + 2;
    for (const auto& [k, x] : at.always) {
      const float4* l = lanes + k * (2 * parts);
      const float4 x4 = float4::all(x);
      const float4 z_low = x4 * l[0] - l[2];
      const float4 z_high = x4 * l[1] - l[3];
      low = low - z_low * z_low;
      high = high - z_high * z_high;
    }
    for (const auto& [k, x] : at.conditional) {
      const float4* l = lanes + k * (2 * parts);
      const float4* norm = &norms_[(b * dimensions_ + k) * 2];
      const float4 x4 = float4::all(x);
      const float4 z_low = x4 * l[0] - l[2];
      const float4 z_high = x4 * l[1] - l[3];
      low = low + (norm[0] - z_low * z_low);
      high = high + (norm[1] - z_high * z_high);
    }
    for (std::size_t c = first_bonus_[i]; c < first_bonus_[i + 1]; ++c) {
      const bonus& f = bonuses_[c];
      const float4* levels = lanes + f.dimension * (2 * parts) + 2;
      low = low + float4::choose(levels[0], f.level, f.hit, f.miss, f.none);
      high = high + float4::choose(levels[1], f.level, f.hit, f.miss, f.none);
    }
    low_out = low;
    high_out = high;
  }

  static void accumulate(const float4* sums, std::size_t count, total& t) {
    float4 largest = sums[0];
    for (std::size_t j = 1; j < count; ++j) largest = float4::larger(largest, sums[j]);
    const float top = (std::max)({largest.get(0), largest.get(1), largest.get(2), largest.get(3)});
    if (top > t.top) {
      t.part = t.part * float4::all(elementary::exp_single(t.top - top));
      t.top = top;
    }
    const float4 top4 = float4::all(t.top);
    for (std::size_t j = 0; j < count; ++j) t.part = t.part + float4::exp(sums[j] - top4);
  }

  [[nodiscard]] std::size_t block_size() const noexcept { return 2 + dimensions_ * 2 * parts; }
  [[nodiscard]] float4& base(std::size_t i) noexcept { return blocks_[i / width * block_size() + i % width / 4]; }
  [[nodiscard]] float4& entry(std::size_t i, std::size_t k, std::size_t part) noexcept {
    return blocks_[i / width * block_size() + 2 + k * (2 * parts) + 2 * part + i % width / 4];
  }

  [[nodiscard]] float4& norm(std::size_t i, std::size_t k) noexcept {
    return norms_[(i / width * dimensions_ + k) * 2 + i % width / 4];
  }

  void touch(std::size_t i) {
    if (stale_[i] != 0) return;
    stale_[i] = 1;
    touched_.push_back(i);
  }
  // Base values are summed anew, in the order of the dimensions: they depend on the kernel alone, not on its past.
  void settle() {
    for (const std::size_t i : touched_) {
      if (i >= count_) continue;
      float sum = log_weight_[i];
      for (std::size_t k = 0; k < dimensions_; ++k)
        if (always_[k] != 0) sum += norm(i, k).get(i % 4);
      base(i).set(i % 4, sum);
      stale_[i] = 0;
    }
    touched_.clear();
  }

  std::size_t dimensions_ = 0;
  std::size_t count_ = 0;
  std::vector<float4> blocks_;
  std::vector<float4> norms_;
  std::vector<float> log_weight_;
  std::vector<double> levels_;  // 0 for numeric dimensions
  std::vector<double> log_levels_;
  std::vector<unsigned char> always_;
  std::vector<unsigned char> stale_;
  std::vector<std::size_t> touched_;
  // Room that is used again.
  std::vector<bonus> bonuses_;
  std::vector<std::size_t> first_bonus_;  // of each point, and the end
  std::vector<total> totals_;
};

}  // namespace knobless

#include "../detail/strict_end.inc"
