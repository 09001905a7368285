/// \file
/// Choosing one of several things by their weights with one random word.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../base/config.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// The table of Vose (A linear algorithm for generating random numbers with a given distribution, 1991): n cells of equal
/// size, each shared by a thing and one other. Whoever has less than a cell is filled up by one that has more.
template <std::size_t Most>
class alias_table {
 public:
  /// For the first n of these weights, which sum up to `sum`; overwrites them. n <= Most. O(n).
  void set(std::array<double, Most>& weight, std::size_t n, double sum) {
    cells_.resize(n);
    std::array<std::uint32_t, Most> order;  // those with less than a cell, up to `border`, and those with more
    constexpr double whole = 0x1p32;        // of cell::own
    std::size_t border = 0;
    std::size_t end = n;
    for (std::uint32_t i = 0; i < n; ++i) {
      cells_[i] = {~std::uint32_t{0}, i};
      weight[i] *= static_cast<double>(n) / sum;
      order[weight[i] < 1.0 ? border++ : --end] = i;
    }
    for (std::size_t i = 0; i < border && border < n; ++i) {
      const std::uint32_t less = order[i];
      const std::uint32_t more = order[border];
      cells_[less] = {static_cast<std::uint32_t>(weight[less] * whole), more};
      weight[more] -= 1.0 - weight[less];
      if (weight[more] < 1.0) ++border;
    }
  }

  /// The thing that a random word chooses. O(1).
  [[nodiscard]] std::size_t operator()(std::uint32_t word) const noexcept {
    const std::uint64_t place = std::uint64_t{word} * cells_.size();
    const auto at = detail::to_size(place >> 32U);
    return static_cast<std::uint32_t>(place) < cells_[at].own ? at : cells_[at].other;
  }

 private:
  struct cell {
    std::uint32_t own;  // of 2^32, the share of the thing whose cell it is
    std::uint32_t other;
  };
  std::vector<cell> cells_;
};

}  // namespace knobless::detail

#include "../base/strict_end.inc"
