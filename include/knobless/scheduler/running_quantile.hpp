/// \file
/// A quantile of values that come one by one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <vector>

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// The k-th smallest of n values, k being n share, rounded down (but at least 1) or up: two heaps that meet there, since k
/// never falls while values only come. For 0 < share <= 1.
class running_quantile {
 public:
  enum class rounding : unsigned char { down, up };
  explicit running_quantile(double share, rounding to = rounding::down)
      // A little apart from whole numbers, which 0.1 * 10 and its like may miss.
      : share_(share), shift_(to == rounding::down ? apart : 1.0 - apart) {}

  [[nodiscard]] std::size_t size() const noexcept { return low_.size() + high_.size(); }

  /// O(log size).
  void insert(double value) {
    if (low_.empty() || value < low_.front()) {
      low_.push_back(value);
      std::push_heap(low_.begin(), low_.end());
    } else {
      high_.push_back(value);
      std::push_heap(high_.begin(), high_.end(), std::greater<>());
    }
    const std::size_t k = rank(size());
    if (low_.size() > k) {
      std::pop_heap(low_.begin(), low_.end());
      high_.push_back(low_.back());
      low_.pop_back();
      std::push_heap(high_.begin(), high_.end(), std::greater<>());
    } else if (low_.size() < k) {
      std::pop_heap(high_.begin(), high_.end(), std::greater<>());
      low_.push_back(high_.back());
      high_.pop_back();
      std::push_heap(low_.begin(), low_.end());
    }
  }

  /// Only with at least one value. O(1).
  [[nodiscard]] double value() const noexcept { return low_.front(); }

  /// What a further value may not exceed, to be among the k smallest as soon as it is inserted. O(1).
  [[nodiscard]] double bar() const noexcept {
    const std::size_t k = rank(size() + 1);
    if (k <= low_.size()) return low_.front();
    return high_.empty() ? (std::numeric_limits<double>::max)() : high_.front();
  }

 private:
  // k of n values.
  [[nodiscard]] std::size_t rank(std::size_t n) const noexcept {
    return (std::max)(static_cast<std::size_t>(share_ * static_cast<double>(n) + shift_), std::size_t{1});
  }

  static constexpr double apart = 1e-9;

  double share_;
  double shift_;
  std::vector<double> low_;   // the k smallest, the largest of them in front
  std::vector<double> high_;  // the rest, the smallest in front
};

}  // namespace knobless::detail
