#pragma once

#include "boxes.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "front.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

KNOBLESS_INLINE front_boxes::front_boxes(std::span<const double> points, std::span<const double> reference)
    : levels_(reference.size()) {
  const std::size_t m = reference.size();
  std::vector<std::size_t> front = front_of(points, m);
  std::erase_if(front, [&](std::size_t i) {
    for (std::size_t j = 0; j < m; ++j)
      if (!(points[i * m + j] < reference[j])) return true;
    return false;
  });
  for (std::size_t j = 0; j < m; ++j) {
    std::vector<double>& level = levels_[j];
    level.push_back(std::numeric_limits<double>::lowest());
    for (const std::size_t i : front) level.push_back(points[i * m + j]);
    level.push_back(reference[j]);
    std::sort(level.begin(), level.end());
    level.erase(std::unique(level.begin(), level.end()), level.end());
  }
  std::vector<corner> corners;
  for (const std::size_t i : front) {
    corner c{};
    for (std::size_t j = 0; j < m; ++j)
      c[j] = static_cast<std::uint32_t>(std::lower_bound(levels_[j].begin(), levels_[j].end(), points[i * m + j]) -
                                        levels_[j].begin());
    corners.push_back(c);
  }
  std::sort(corners.begin(), corners.end(),
            [&](const corner& a, const corner& b) { return a[m - 1] != b[m - 1] ? a[m - 1] < b[m - 1] : a < b; });
  box all;
  for (std::size_t j = 0; j < m; ++j) all.upper[j] = static_cast<std::uint32_t>(levels_[j].size() - 1);
  open_.push_back(all);
  for (const corner& c : corners) insert(c);
  closed_.insert(closed_.end(), open_.begin(), open_.end());
  open_.clear();
}

// The open boxes that p cuts end at its last value. What p does not dominate of them goes on.
KNOBLESS_INLINE void front_boxes::insert(const corner& p) {
  const std::size_t last = levels_.size() - 1;
  std::vector<box> pieces;
  std::erase_if(open_, [&](box& b) {
    for (std::size_t j = 0; j < last; ++j)
      if (b.upper[j] <= p[j]) return false;
    keep_pieces(b, p, pieces);
    b.upper[last] = p[last];
    if (b.lower[last] < b.upper[last]) closed_.push_back(b);
    return true;
  });
  merge(pieces, last);
  open_.insert(open_.end(), pieces.begin(), pieces.end());
}

// A piece for each value but the last: below p in that one, not below in those before it.
KNOBLESS_INLINE void front_boxes::keep_pieces(const box& cut, const corner& p, std::vector<box>& pieces) const {
  const std::size_t last = levels_.size() - 1;
  box rest = cut;
  rest.lower[last] = p[last];
  for (std::size_t j = 0; j < last; ++j) {
    if (rest.lower[j] < p[j]) {
      pieces.push_back(rest);
      pieces.back().upper[j] = p[j];
      rest.lower[j] = p[j];
    }
  }
}

// Two boxes that differ in one value, and meet there, become one.
KNOBLESS_INLINE void front_boxes::merge(std::vector<box>& pieces, std::size_t objectives) {
  const auto absorb = [&](box& a, const box& b) {
    std::size_t different = objectives;
    for (std::size_t j = 0; j < objectives; ++j) {
      if (a.lower[j] == b.lower[j] && a.upper[j] == b.upper[j]) continue;
      if (different < objectives) return false;
      different = j;
    }
    if (different == objectives) return false;
    const std::size_t j = different;
    if (a.upper[j] != b.lower[j] && b.upper[j] != a.lower[j]) return false;
    a.lower[j] = (std::min)(a.lower[j], b.lower[j]);
    a.upper[j] = (std::max)(a.upper[j], b.upper[j]);
    return true;
  };
  for (bool merged = true; merged;) {
    merged = false;
    for (std::size_t i = 0; i < pieces.size(); ++i)
      for (std::size_t k = pieces.size(); k-- > i + 1;)
        if (absorb(pieces[i], pieces[k])) {
          pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(k));
          merged = true;
        }
  }
}

}  // namespace knobless::detail
