/// \file
/// What one parameter is, and how the unit interval maps onto its values. Data and arithmetic only.
#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../base/elementary.hpp"
#include "../base/error.hpp"
#include "../base/level_set.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// The kinds of parameter. A flag is a categorical of two levels.
enum class parameter_kind : unsigned char { real, integer, categorical, ordinal };

/// On which scale equal steps mean equal change.
enum class scaling : unsigned char { linear, log };

/// Options of a real parameter. low <= high, both finite; low > 0 on the log scale.
struct real_options {
  double low = 0.0;                 ///< the lower bound
  double high = 1.0;                ///< the upper bound
  scaling scale = scaling::linear;  ///< equal steps or equal ratios
  /// 0: continuous. Else only low, low + step, low + 2 step, ... up to high are proposed; linear scale only.
  double step = 0.0;
};

/// Options of an integer parameter. low <= high, both within +-2^53; low >= 1 on the log scale. A coordinate is a double: of
/// more than 2^52 values, and above 2^44 on a log scale, neighbours share one, and the highest of them is proposed.
struct integer_options {
  std::int64_t low = 0;             ///< the lower bound
  std::int64_t high = 1;            ///< the upper bound
  scaling scale = scaling::linear;  ///< equal steps or equal ratios
  /// Only low, low + step, ... up to high are proposed; above 1 on the linear scale only.
  std::int64_t step = 1;
};

/// One dimension of a search space, as samplers see it.
///
/// A discrete parameter (all but a real without step) has `levels()` levels; each owns a cell of [0, 1], and any
/// coordinate in the cell stands for it. Cells are as wide as the level's share of the scale: equal on the linear scale,
/// narrower for larger integers on the log scale, to the midpoints between neighbours for unequally spaced ordinals.
class parameter {
 public:
  /// No parent: active always.
  static constexpr std::size_t no_parent = (std::numeric_limits<std::size_t>::max)();

  /// A real parameter, or what is wrong with its options.
  [[nodiscard]] static result<parameter> real(std::string name, const real_options& options);
  /// An integer parameter, or what is wrong with its options.
  [[nodiscard]] static result<parameter> integer(std::string name, const integer_options& options);
  /// Unordered levels with a label each (at least one).
  [[nodiscard]] static result<parameter> categorical(std::string name, std::vector<std::string> labels);
  /// Ordered levels with a label each; `positions`, where given, are strictly increasing and say how far apart they lie.
  [[nodiscard]] static result<parameter> ordinal(std::string name, std::vector<std::string> labels,
                                                 std::vector<double> positions = {}, scaling scale = scaling::linear);

  /// As declared, with the names of what it lies in before it.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// What kind of parameter it is.
  [[nodiscard]] parameter_kind kind() const noexcept { return kind_; }
  /// On which scale its coordinate is.
  [[nodiscard]] scaling scale() const noexcept { return scale_; }
  /// The lower bound; 0 for levels.
  [[nodiscard]] double low() const noexcept { return low_; }
  /// The upper bound; the last level for levels.
  [[nodiscard]] double high() const noexcept { return high_; }
  /// The distance between numbers; 0 for a continuous parameter and for levels.
  [[nodiscard]] double step() const noexcept { return step_; }
  /// The levels' names; none for real and integer.
  [[nodiscard]] const std::vector<std::string>& labels() const noexcept { return labels_; }

  /// Number of levels; 0 for a continuous parameter.
  [[nodiscard]] std::uint64_t levels() const noexcept { return levels_; }
  /// Whether there are values between any two.
  [[nodiscard]] bool continuous() const noexcept { return levels_ == 0; }
  /// Whether its values have an order.
  [[nodiscard]] bool numeric() const noexcept { return kind_ != parameter_kind::categorical; }

  /// Whether this coordinate is that of its lowest or highest value, of three or more in an order.
  [[nodiscard]] bool at_a_bound(double unit) const {
    if (!numeric()) return false;
    // NOLINTNEXTLINE(readability-magic-numbers): but for rounding
    if (continuous()) return unit <= 1e-9 || unit >= 1.0 - 1e-9;
    return levels() > 2 && (level(unit) == 0 || level(unit) + 1 == levels());
  }

  /// Index of the earlier parameter that decides whether this one is active, or no_parent.
  [[nodiscard]] std::size_t parent() const noexcept { return parent_; }
  /// Active while the parent is active and at one of these levels.
  [[nodiscard]] const level_set& parent_levels() const noexcept { return parent_levels_; }

  /// The level whose cell holds `unit` (values outside [0, 1] belong to the nearest). Discrete only. O(1), O(log levels)
  /// for unequal ordinals.
  [[nodiscard]] std::uint64_t level(double unit) const noexcept;
  /// Lower bound of a level's cell, in [0, 1]; `level` may be levels(): then 1. Discrete only. O(1).
  [[nodiscard]] double cell_low(std::uint64_t level) const noexcept;
  /// The middle of a level's cell. Discrete only. O(1).
  [[nodiscard]] double unit_of_level(std::uint64_t level) const noexcept {
    const double low = cell_low(level);
    const double above = cell_low(level + 1);
    const double middle = 0.5 * (low + above);
    return middle < above ? middle : low;  // of two neighbouring doubles, the middle may round to the next cell's bound
  }

  /// The value at a coordinate: the number for real and integer, the level for categorical and ordinal. Coordinates
  /// outside [0, 1] are taken as the nearest bound. O(1).
  [[nodiscard]] double natural(double unit) const noexcept;
  /// The coordinate of a value (as natural() gives it): that of the nearest value of the parameter. Values outside the
  /// bounds get coordinates outside [0, 1], on the same scale, so that what was learned there is kept when bounds change;
  /// -infinity where the scale has no such value. O(1).
  [[nodiscard]] double unit(double natural) const noexcept;
  /// Whether this number is one of the parameter's values, to the bit. O(1).
  [[nodiscard]] bool holds(double natural) const noexcept {
    return natural >= low_ && natural <= high_ && nearest(natural) == natural;
  }
  /// The value nearest to a number within the bounds: that number itself for a continuous parameter. O(1).
  [[nodiscard]] double nearest(double natural) const noexcept;
  /// `unit` for a continuous parameter (clamped to [0, 1]), else the middle of its level's cell. O(1).
  [[nodiscard]] double snap(double unit) const noexcept {
    if (levels_ != 0) return unit_of_level(level(unit));
    return unit > 0.0 ? (unit < 1.0 ? unit : 1.0) : 0.0;
  }

  /// A copy under another name.
  [[nodiscard]] parameter renamed(std::string name) const {
    parameter copy = *this;
    copy.name_ = std::move(name);
    return copy;
  }
  /// A copy that is active only while an earlier parameter is at one of these levels.
  [[nodiscard]] parameter when(std::size_t parent, level_set levels) const {
    parameter copy = *this;
    copy.parent_ = parent;
    copy.parent_levels_ = std::move(levels);
    return copy;
  }

 private:
  // The number of a level.
  [[nodiscard]] double value_of(double level) const noexcept;

  std::string name_;
  parameter_kind kind_ = parameter_kind::real;
  scaling scale_ = scaling::linear;
  double low_ = 0.0;
  double high_ = 1.0;
  double step_ = 0.0;
  double decimal_ =
      0.0;  // values of a real with a step are whole numbers divided by this power of ten; 0: they are not
  // The level of a value within the bounds.
  [[nodiscard]] std::uint64_t level_of_value(double natural) const noexcept;

  // A log scale that is not so short that it is straight.
  bool curved_ = false;
  // The scale's value (log taken where it is curved) at coordinate 0, and its length.
  double origin_ = 0.0;
  double length_ = 1.0;
  std::uint64_t levels_ = 0;
  std::vector<std::string> labels_;
  std::vector<double> cells_;  // unequal ordinals: levels + 1 bounds
  std::size_t parent_ = no_parent;
  level_set parent_levels_;
};

namespace detail {

/// A number as a person would write it, shortest form that reads back to the same bits.
[[nodiscard]] inline std::string number_text(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

/// The same in three digits.
[[nodiscard]] inline std::string short_number(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, 3).ptr;
  return {buffer, end};
}

[[nodiscard]] inline error_info parameter_error(const std::string& name, std::string what) {
  return {error_code::invalid_space, std::move(what), text("parameter \"", name, "\"")};
}

}  // namespace detail
}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "parameter.ipp"
#endif
