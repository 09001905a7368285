/// \file
/// Which points a search has seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../base/config.hpp"
#include "../record/history.hpp"
#include "../record/history_cursor.hpp"
#include "../space/domain.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// The told points of a history, by their hashes.
class known_points {
 public:
  /// Takes in what was told. O(d) a trial.
  void hear(const history& seen);
  /// Whether a told trial was at this point. O(d).
  [[nodiscard]] bool told(const point& p) const noexcept;

 private:
  void insert(std::uint64_t hash);

  history_cursor heard_;
  std::size_t count_ = 0;
  bool zero_ = false;                 // the hash 0, which marks free places in the table
  std::vector<std::uint64_t> table_;  // open addressing, at most half full
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "known_points.ipp"
#endif
