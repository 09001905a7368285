#pragma once

#include "hypervolume.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "front.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace pareto {

// The front of those points that are better than the reference in all values, by rising last value.
[[nodiscard]] KNOBLESS_INLINE std::vector<double> swept_front(std::span<const double> points,
                                                              std::span<const double> reference) {
  const std::size_t m = reference.size();
  std::vector<double> inside;
  for (std::size_t i = 0; i < points.size(); i += m) {
    const auto p = points.subspan(i, m);
    if (std::equal(p.begin(), p.end(), reference.begin(), [](double a, double r) { return a < r; }))
      inside.insert(inside.end(), p.begin(), p.end());
  }
  std::vector<std::size_t> front = front_of(inside, m);
  std::stable_sort(front.begin(), front.end(),
                   [&](std::size_t a, std::size_t b) { return inside[a * m + m - 1] < inside[b * m + m - 1]; });
  std::vector<double> sorted;
  sorted.reserve(front.size() * m);
  for (const std::size_t i : front) {
    const auto p = inside.begin() + static_cast<std::ptrdiff_t>(i * m);
    sorted.insert(sorted.end(), p, p + static_cast<std::ptrdiff_t>(m));
  }
  return sorted;
}

// The area above a staircase, as points come.
class staircase {
 public:
  staircase(double x, double y) : steps_{{lowest, y}, {x, lowest}} {}

  [[nodiscard]] double area() const noexcept { return area_; }

  void add(double x, double y) {
    auto after = std::upper_bound(steps_.begin(), steps_.end(), x, [](double at, const step& s) { return at < s.x; });
    auto from = std::prev(after);
    if (from->y <= y) return;
    // What lies between the new point and the old steps, from left to right, is added; the steps there go.
    const auto first = after;
    for (double left = x;; from = after++) {
      area_ += (after->x - left) * (from->y - y);
      left = after->x;
      if (after->y <= y) break;
    }
    steps_.insert(steps_.erase(first, after), {x, y});
  }

 private:
  static constexpr double lowest = std::numeric_limits<double>::lowest();
  struct step {
    double x;
    double y;
  };
  std::vector<step> steps_;
  double area_ = 0.0;
};

[[nodiscard]] KNOBLESS_INLINE double swept_volume(std::span<const double> sorted, std::span<const double> reference);

// Box of the point at `i` less what points before it, which are lower in the last value, leave of it: times its height.
[[nodiscard]] KNOBLESS_INLINE double added_volume(std::span<const double> sorted, std::size_t i,
                                                  std::span<const double> reference) {
  const std::size_t m = reference.size();
  const double* p = sorted.data() + i * m;
  double box = 1.0;
  for (std::size_t j = 0; j + 1 < m; ++j) box *= reference[j] - p[j];
  std::vector<double> limited(i * (m - 1));
  for (std::size_t k = 0; k < i; ++k)
    for (std::size_t j = 0; j + 1 < m; ++j) limited[k * (m - 1) + j] = (std::max)(sorted[k * m + j], p[j]);
  return (box - hypervolume(limited, reference.first(m - 1))) * (reference[m - 1] - p[m - 1]);
}

KNOBLESS_INLINE double swept_volume(std::span<const double> sorted, std::span<const double> reference) {
  const std::size_t m = reference.size();
  const std::size_t n = sorted.size() / m;
  double sum = 0.0;
  if (m == 1) return n > 0 ? reference[0] - sorted[0] : 0.0;
  if (m == 2) {
    // By rising second value the first falls.
    for (std::size_t i = 0; i < n; ++i)
      sum += (reference[0] - sorted[2 * i]) * ((i + 1 < n ? sorted[2 * i + 3] : reference[1]) - sorted[2 * i + 1]);
    return sum;
  }
  if (m == 3) {
    staircase below(reference[0], reference[1]);
    for (std::size_t i = 0; i < n; ++i) {
      below.add(sorted[3 * i], sorted[3 * i + 1]);
      sum += below.area() * ((i + 1 < n ? sorted[3 * i + 5] : reference[2]) - sorted[3 * i + 2]);
    }
    return sum;
  }
  for (std::size_t i = 0; i < n; ++i) sum += added_volume(sorted, i, reference);
  return sum;
}

}  // namespace pareto

KNOBLESS_INLINE double hypervolume(std::span<const double> points, std::span<const double> reference) {
  return pareto::swept_volume(pareto::swept_front(points, reference), reference);
}

KNOBLESS_INLINE std::vector<double> hypervolume_contributions(std::span<const double> points,
                                                              std::span<const double> reference) {
  const std::size_t m = reference.size();
  const std::size_t n = points.size() / m;
  std::vector<double> lost(n, 0.0);
  std::vector<double> limited;
  for (const std::size_t i : front_of(points, m)) {
    const auto p = points.subspan(i * m, m);
    double box = 1.0;
    bool inside = true;
    for (std::size_t j = 0; j < m; ++j) {
      inside = inside && p[j] < reference[j];
      box *= reference[j] - p[j];
    }
    if (!inside) continue;
    limited.clear();
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t j = 0; j < m && k != i; ++j) limited.push_back((std::max)(points[k * m + j], p[j]));
    lost[i] = (std::max)(box - hypervolume(limited, reference), 0.0);
  }
  return lost;
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
