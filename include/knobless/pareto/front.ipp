#pragma once

#include "front.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace knobless::inline KNOBLESS_ABI::detail {
namespace pareto {

// Indices of the points in lexicographic order: a point is dominated by earlier ones only.
[[nodiscard]] KNOBLESS_INLINE std::vector<std::size_t> in_order(std::span<const double> points, std::size_t m) {
  std::vector<std::size_t> order(points.size() / m);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const double* p = points.data() + a * m;
    const double* q = points.data() + b * m;
    for (std::size_t j = 0; j < m; ++j)
      if (p[j] != q[j]) return p[j] < q[j];
    return a < b;
  });
  return order;
}

// Whether one of the points that were added, all of them earlier in the order, dominates a later one that equals none of them.
// The first value then has no say. Two values are left of three: those that matter form a staircase, x ascending and y
// descending. With two objectives, one value is left: its least.
class front_members {
 public:
  explicit front_members(std::size_t m) : m_(m) {}

  [[nodiscard]] bool dominate(std::span<const double> p) const {
    if (m_ == 1) return !steps_.empty();
    if (m_ == 2) return !steps_.empty() && steps_.back().y <= p[1];
    if (m_ > 3)
      return std::any_of(rows_.rbegin(), rows_.rend(), [&](std::span<const double> q) { return dominates(q, p); });
    const auto after = beyond(p[1]);
    return after != steps_.begin() && std::prev(after)->y <= p[2];
  }

  void add(std::span<const double> p) {
    if (m_ > 3) {
      rows_.push_back(p);
    } else if (m_ < 3) {
      steps_.assign(1, {0.0, p[m_ - 1]});
    } else {
      const auto first =
          std::lower_bound(steps_.begin(), steps_.end(), p[1], [](const step& s, double x) { return s.x < x; });
      auto last = first;
      while (last != steps_.end() && last->y >= p[2]) ++last;
      steps_.insert(steps_.erase(first, last), {p[1], p[2]});
    }
  }

 private:
  struct step {
    double x;
    double y;
  };
  [[nodiscard]] std::vector<step>::const_iterator beyond(double x) const {
    return std::upper_bound(steps_.begin(), steps_.end(), x, [](double at, const step& s) { return at < s.x; });
  }

  std::size_t m_;
  std::vector<step> steps_;
  std::vector<std::span<const double>> rows_;
};

}  // namespace pareto

KNOBLESS_INLINE std::vector<std::size_t> front_ranks(std::span<const double> points, std::size_t m) {
  const std::vector<std::size_t> order = pareto::in_order(points, m);
  std::vector<std::size_t> rank(order.size());
  std::vector<pareto::front_members> fronts;
  std::span<const double> before;
  std::size_t place = 0;
  for (const std::size_t i : order) {
    const auto p = points.subspan(i * m, m);
    if (before.empty() || !std::equal(p.begin(), p.end(), before.begin())) {
      // A front that dominates p is dominated by the one before it, which so dominates p, too.
      const auto found = std::partition_point(fronts.begin(), fronts.end(),
                                              [&](const pareto::front_members& f) { return f.dominate(p); });
      place = static_cast<std::size_t>(found - fronts.begin());
      if (found == fronts.end()) fronts.emplace_back(m);
      fronts[place].add(p);
    }
    before = p;
    rank[i] = place;
  }
  return rank;
}

KNOBLESS_INLINE std::vector<std::size_t> front_of(std::span<const double> points, std::size_t m) {
  std::vector<std::size_t> found;
  pareto::front_members front(m);
  std::span<const double> before;
  bool in_front = false;
  for (const std::size_t i : pareto::in_order(points, m)) {
    const auto p = points.subspan(i * m, m);
    if (before.empty() || !std::equal(p.begin(), p.end(), before.begin())) {
      in_front = !front.dominate(p);
      if (in_front) front.add(p);
    }
    before = p;
    if (in_front) found.push_back(i);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace knobless::detail
