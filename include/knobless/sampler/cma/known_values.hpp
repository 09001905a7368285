/// \file
/// The values of points that need no second trial.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "../../record/history.hpp"
#include "../../space/point.hpp"

namespace knobless::inline KNOBLESS_ABI::detail::cma {

/// Values by point, for spaces whose parameters are all discrete: a member of a generation whose point has a value takes it
/// over. The first value of a point counts.
class known_values {
 public:
  /// Takes in a complete trial. O(d + points).
  void note(const observation& o) {
    const std::uint64_t hash = point_hash(o.place());
    const auto at = place(hash);
    if (at == values_.end() || at->first != hash) values_.insert(at, {hash, o.value});
  }
  /// The value of a point, or nullptr. The pointer holds until the next note(). O(d + log points).
  [[nodiscard]] const double* find(std::span<const double> unit, std::span<const unsigned char> active) {
    const std::uint64_t hash = point_hash({unit, active});
    const auto at = place(hash);
    return at == values_.end() || at->first != hash ? nullptr : &at->second;
  }

 private:
  using entry = std::pair<std::uint64_t, double>;  // the hash of a point and its value

  [[nodiscard]] std::vector<entry>::iterator place(std::uint64_t hash) {
    return std::lower_bound(values_.begin(), values_.end(), hash,
                            [](const entry& e, std::uint64_t h) { return e.first < h; });
  }

  std::vector<entry> values_;  // sorted
};

}  // namespace knobless::detail::cma
