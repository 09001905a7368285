/// \file
/// Random numbers that are the same everywhere: our own generator and our own transforms, since the distributions of the
/// standard library differ between implementations.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "elementary.hpp"

#include "strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {

/// A counter-based generator: Philox4x32-10 (Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011).
///
/// A stream is named by a seed and a number, such as that of a trial: trial 17 of a study draws the same numbers whatever
/// was drawn before it, on any thread. Meets std::uniform_random_bit_generator.
class random_stream {
 public:
  /// Of the generator.
  using result_type = std::uint64_t;

  /// The beginning of a stream.
  explicit random_stream(std::uint64_t seed = 0, std::uint64_t stream = 0) noexcept
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)},
        counter_{0, 0, static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32U)} {}

  /// The smallest number of operator().
  [[nodiscard]] static constexpr result_type(min)() noexcept { return 0; }
  /// The largest number of operator().
  [[nodiscard]] static constexpr result_type(max)() noexcept { return ~std::uint64_t{0}; }

  /// 64 random bits. O(1).
  result_type operator()() noexcept {
    if (left_ == 0) {
      block_ = next_block();
      left_ = 2;
    }
    --left_;
    const std::size_t at = left_ == 1 ? 0 : 2;
    return (static_cast<std::uint64_t>(block_[at + 1]) << 32U) | block_[at];
  }

  /// Random words, four from a block: twice as many as one by one. What is left of the last block is not used. O(size).
  void fill(std::span<std::uint32_t> words) noexcept {
    left_ = 0;
    for (std::size_t at = 0; at < words.size(); at += 4) {
      const auto block = next_block();
      for (std::size_t i = 0; i < 4 && at + i < words.size(); ++i) words[at + i] = block[i];
    }
  }

  /// Uniform in [0, 1): a multiple of 2^-53. O(1).
  [[nodiscard]] double uniform() noexcept {
    constexpr unsigned unused = 11;  // of 64 bits
    constexpr double step = 0x1p-53;
    return static_cast<double>((*this)() >> unused) * step;
  }

  /// Uniform in (0, 1): never 0 and never 1. O(1).
  [[nodiscard]] double uniform_open() noexcept { return opened((*this)()); }

  /// Standard normal, by the quantile of a uniform number: one draw, one value. O(1).
  [[nodiscard]] double normal() noexcept { return elementary::normal_quantile(uniform_open()); }

  /// The numbers that n calls of normal() would give, some three times as fast. O(n).
  void normals(double* to, std::size_t n) noexcept {
    std::size_t filled = 0;
    if (left_ == 1 && n > 0) to[filled++] = uniform_open();
    // Blocks do not depend on each other: four of them are computed side by side.
    for (; n - filled >= 8 && counter_[0] < last_counter; filled += 8) four_blocks(to + filled);
    for (; filled < n; ++filled) to[filled] = uniform_open();
    make_normal(to, n);
  }

  /// Uniform in 0 .. n-1, without bias, for n >= 1 (n = 0 counts as 1). O(1) expected.
  [[nodiscard]] std::uint64_t below(std::uint64_t n) noexcept {
    if (n <= 1) return 0;
    // The largest multiple of n that fits: what lies above would favour small remainders.
    const std::uint64_t limit = (max)() - (max)() % n;
    std::uint64_t drawn = (*this)();
    while (drawn >= limit) drawn = (*this)();
    return drawn % n;
  }

  /// One block of Philox4x32-10, as the paper defines it. O(1).
  [[nodiscard]] static constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                                                     std::array<std::uint32_t, 2> key) noexcept {
    for (int round = 0; round < philox_rounds; ++round) {
      const std::uint64_t a = first_multiplier * counter[0];
      const std::uint64_t b = second_multiplier * counter[2];
      counter = {static_cast<std::uint32_t>(b >> 32U) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
                 static_cast<std::uint32_t>(a >> 32U) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
      key[0] += first_weyl;
      key[1] += second_weyl;
    }
    return counter;
  }

 private:
  // Philox4x32-10: Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011, section 3.3 and table 2.
  static constexpr int philox_rounds = 10;
  static constexpr std::uint64_t first_multiplier = 0xD2511F53U;
  static constexpr std::uint64_t second_multiplier = 0xCD9E8D57U;
  static constexpr std::uint32_t first_weyl = 0x9E3779B9U;   // the golden ratio
  static constexpr std::uint32_t second_weyl = 0xBB67AE85U;  // the square root of three, less one

  std::array<std::uint32_t, 4> next_block() noexcept {
    const auto block = philox(counter_, key_);
    if (++counter_[0] == 0) ++counter_[1];
    return block;
  }

  [[nodiscard]] static double opened(std::uint64_t bits) noexcept {
    constexpr unsigned unused = 12;  // of 64 bits
    constexpr double step = 0x1p-52;
    return (static_cast<double>(bits >> unused) + 0.5) * step;
  }

  // Below it, four blocks take no carry.
  static constexpr std::uint32_t last_counter = 0xFFFFFFF0U;

  // Eight uniform numbers in (0, 1): what the next four blocks give.
  void four_blocks(double* to) noexcept {
    std::array<std::array<std::uint32_t, 4>, 4> words;
    for (std::uint32_t b = 0; b < 4; ++b)
      for (std::size_t w = 0; w < 4; ++w) words[w][b] = w == 0 ? counter_[0] + b : counter_[w];
    counter_[0] += 4;
    std::array<std::uint32_t, 2> key = key_;
    for (int round = 0; round < philox_rounds; ++round) {
      for (std::size_t b = 0; b < 4; ++b) {
        const std::uint64_t x = first_multiplier * words[0][b];
        const std::uint64_t y = second_multiplier * words[2][b];
        words[0][b] = static_cast<std::uint32_t>(y >> 32U) ^ words[1][b] ^ key[0];
        words[1][b] = static_cast<std::uint32_t>(y);
        words[2][b] = static_cast<std::uint32_t>(x >> 32U) ^ words[3][b] ^ key[1];
        words[3][b] = static_cast<std::uint32_t>(x);
      }
      key[0] += first_weyl;
      key[1] += second_weyl;
    }
    for (std::size_t b = 0; b < 4; ++b) {
      to[2 * b] = opened((static_cast<std::uint64_t>(words[1][b]) << 32U) | words[0][b]);
      to[2 * b + 1] = opened((static_cast<std::uint64_t>(words[3][b]) << 32U) | words[2][b]);
    }
  }

  // Replaces uniform numbers by the quantiles of a standard normal: the middle of the distribution in one go, then the tails.
  static void make_normal(double* values, std::size_t n) noexcept {
    constexpr std::size_t together = 16;
    double part[together];
    double middle[together];
    for (std::size_t from = 0; from < n; from += together) {
      const std::size_t count = n - from < together ? n - from : together;
      for (std::size_t i = 0; i < together; ++i) part[i] = i < count ? values[from + i] : 0.5;
      for (std::size_t i = 0; i < together; ++i) middle[i] = elementary::normal_quantile_middle(part[i] - 0.5);
      for (std::size_t i = 0; i < count; ++i) {
        const double q = part[i] - 0.5;
        const bool tail = q > elementary::middle_half || q < -elementary::middle_half;
        values[from + i] = tail ? elementary::normal_quantile(part[i]) : middle[i];
      }
    }
  }

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  unsigned left_ = 0;
};

}  // namespace knobless

#include "strict_end.inc"
