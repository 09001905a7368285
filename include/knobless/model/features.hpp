/// \file
/// Points as a kernel compares them: numbers whose Euclidean distance counts, and levels that are equal or not.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../base/elementary.hpp"
#include "../space/domain.hpp"
#include "../space/point.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Numbers and levels of points, one a row: see features::room.
struct encoded {
  Eigen::MatrixXd numbers;
  Eigen::MatrixXi levels;
};

/// Which number or level of a point belongs to which parameter of a search space.
///
/// Each parameter that can vary is a group with a lengthscale of its own, and adds to the squared distance of two points,
/// relative to the square of its lengthscale:
/// - numeric, always active: the squared difference of the coordinates;
/// - categorical: 1 where the levels differ ("inactive" is a level more);
/// - numeric, active at times: active points lie on an arc of radius 1 and length 1, inactive ones at its centre. Two active
///   ones are compared much as above (4 sin^2(u/2) for a difference of u), two inactive ones are equal, and an inactive one
///   has the distance 1 to all active ones. A variant of the arc kernel (Swersky et al., Raiders of the lost architecture,
///   arXiv 1409.4011).
/// All of it is a Euclidean distance of vectors, so that every kernel that is positive definite in any number of dimensions
/// is so on mixed and conditional spaces.
class features {
 public:
  explicit features(const domain& space) {
    for (std::size_t k = 0; k < space.size(); ++k) {
      const parameter& p = space[k];
      const bool always = p.parent() == parameter::no_parent;
      if (p.levels() == 1 && always) continue;
      const auto group = static_cast<Eigen::Index>(groups_++);
      if (p.kind() == parameter_kind::categorical) {
        levels_.push_back({k, group, false, p.levels()});
      } else {
        numbers_.push_back({k, group, !always, p.levels()});
        number_group_.push_back(group);
        if (!always) number_group_.push_back(group);
      }
    }
  }

  /// A parameter's place.
  struct place {
    std::size_t parameter;
    Eigen::Index group;
    bool on_arc;
    std::uint64_t levels;
  };

  [[nodiscard]] Eigen::Index groups() const noexcept { return static_cast<Eigen::Index>(groups_); }
  /// Numbers of a point, and the group of each.
  [[nodiscard]] Eigen::Index numbers() const noexcept { return static_cast<Eigen::Index>(number_group_.size()); }
  [[nodiscard]] Eigen::Index group_of_number(Eigen::Index f) const {
    return number_group_[static_cast<std::size_t>(f)];
  }
  /// Levels of a point, each with a group of its own.
  [[nodiscard]] Eigen::Index levels() const noexcept { return static_cast<Eigen::Index>(levels_.size()); }
  [[nodiscard]] Eigen::Index group_of_level(Eigen::Index c) const { return levels_[static_cast<std::size_t>(c)].group; }

  [[nodiscard]] const std::vector<place>& number_places() const noexcept { return numbers_; }
  [[nodiscard]] const std::vector<place>& level_places() const noexcept { return levels_; }

  /// Room for n points. At least one column each, unused where there is nothing to hold: Eigen's views of a matrix without
  /// data count from a null pointer, which sanitizers report.
  [[nodiscard]] encoded room(Eigen::Index n) const {
    return {Eigen::MatrixXd::Zero(n, (std::max)(numbers(), Eigen::Index{1})),
            Eigen::MatrixXi::Zero(n, (std::max)(levels(), Eigen::Index{1}))};
  }

  /// Writes a point's numbers and levels into a row. O(d).
  void encode(const domain& space, point_view at, encoded& all, Eigen::Index row) const {
    Eigen::Index f = 0;
    for (const place& p : numbers_) {
      const double u = at.unit[p.parameter];
      if (!p.on_arc) {
        all.numbers(row, f++) = u;
      } else {
        const bool there = at.active[p.parameter] != 0;
        all.numbers(row, f++) = there ? elementary::cosine(u) : 0.0;
        all.numbers(row, f++) = there ? elementary::sine(u) : 0.0;
      }
    }
    for (std::size_t c = 0; c < levels_.size(); ++c) {
      const place& p = levels_[c];
      all.levels(row, static_cast<Eigen::Index>(c)) =
          at.active[p.parameter] != 0 ? static_cast<int>(space[p.parameter].level(at.unit[p.parameter])) : -1;
    }
  }

  /// The same of several points. O(n d).
  [[nodiscard]] encoded encode(const domain& space, const std::vector<point>& points) const {
    encoded all = room(static_cast<Eigen::Index>(points.size()));
    for (std::size_t i = 0; i < points.size(); ++i) encode(space, points[i], all, static_cast<Eigen::Index>(i));
    return all;
  }

  /// The gradient with respect to the coordinates (of d parameters), of that with respect to the numbers. O(d).
  void chain(std::span<const double> unit, std::span<const unsigned char> active, const Eigen::VectorXd& by_number,
             std::span<double> by_unit) const {
    for (double& s : by_unit) s = 0.0;
    Eigen::Index f = 0;
    for (const place& p : numbers_) {
      const double u = unit[p.parameter];
      if (!p.on_arc) {
        by_unit[p.parameter] = by_number(f++);
      } else {
        if (active[p.parameter] != 0)
          by_unit[p.parameter] = elementary::cosine(u) * by_number(f + 1) - elementary::sine(u) * by_number(f);
        f += 2;
      }
    }
  }

 private:
  std::size_t groups_ = 0;
  std::vector<place> numbers_;
  std::vector<Eigen::Index> number_group_;
  std::vector<place> levels_;
};

}  // namespace knobless::detail

#include "../base/strict_end.inc"
