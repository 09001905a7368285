/// \file
/// Rows of equal width that are never moved: one more costs the same however many there are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// A growing table for loops that must not stumble. A `std::vector` that outgrows its room moves all that it holds into new
/// memory, which is a millisecond where there are megabytes; here a block is added for each 128 rows.
template <class T>
class block_rows {
 public:
  /// So many rows at a time lie one behind the other, from row 0 on.
  static constexpr std::size_t block = 128;

  explicit block_rows(std::size_t width = 0) : width_(width) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// The `width` elements of row i < size(). They stay where they are until the row is popped.
  [[nodiscard]] T* operator[](std::size_t i) noexcept { return blocks_[i / block].data() + i % block * width_; }
  [[nodiscard]] const T* operator[](std::size_t i) const noexcept {
    return blocks_[i / block].data() + i % block * width_;
  }

  /// Adds a row of T{}, and returns it. O(width), but for each 128th.
  T* push() {
    if (size_ == blocks_.size() * block) blocks_.emplace_back(block * width_);
    return std::fill_n((*this)[size_++], width_, T{}) - width_;
  }
  /// Removes the last row, and keeps its room.
  void pop() noexcept { --size_; }

 private:
  std::size_t width_;
  std::size_t size_ = 0;
  std::vector<std::vector<T>> blocks_;
};

}  // namespace knobless::detail
