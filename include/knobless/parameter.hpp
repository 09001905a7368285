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

#include "elementary.hpp"
#include "error.hpp"

namespace knobless {

/// The kinds of parameter. A flag is a categorical of two levels.
enum class parameter_kind : unsigned char { real, integer, categorical, ordinal };

/// On which scale equal steps mean equal change.
enum class scaling : unsigned char { linear, log };
inline constexpr scaling linear = scaling::linear;
inline constexpr scaling log = scaling::log;

/// Options of a real parameter. low <= high, both finite; low > 0 on the log scale.
struct real_options {
  double low = 0.0;
  double high = 1.0;
  scaling scale = scaling::linear;
  /// 0: continuous. Else only low, low + step, low + 2 step, ... up to high are proposed; linear scale only.
  double step = 0.0;
};

/// Options of an integer parameter. low <= high, both within +-2^53; low >= 1 on the log scale.
struct integer_options {
  std::int64_t low = 0;
  std::int64_t high = 1;
  scaling scale = scaling::linear;
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
  static constexpr std::size_t no_parent = std::numeric_limits<std::size_t>::max();

  [[nodiscard]] static result<parameter> real(std::string name, const real_options& options);
  [[nodiscard]] static result<parameter> integer(std::string name, const integer_options& options);
  /// Unordered levels with a label each (at least one).
  [[nodiscard]] static result<parameter> categorical(std::string name, std::vector<std::string> labels);
  /// Ordered levels with a label each; `positions`, where given, are strictly increasing and say how far apart they lie.
  [[nodiscard]] static result<parameter> ordinal(std::string name, std::vector<std::string> labels,
                                                 std::vector<double> positions = {}, scaling scale = scaling::linear);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] parameter_kind kind() const noexcept { return kind_; }
  [[nodiscard]] scaling scale() const noexcept { return scale_; }
  [[nodiscard]] double low() const noexcept { return low_; }
  [[nodiscard]] double high() const noexcept { return high_; }
  [[nodiscard]] const std::vector<std::string>& labels() const noexcept { return labels_; }

  /// Number of levels; 0 for a continuous parameter.
  [[nodiscard]] std::uint64_t levels() const noexcept { return levels_; }
  [[nodiscard]] bool continuous() const noexcept { return levels_ == 0; }
  [[nodiscard]] bool numeric() const noexcept { return kind_ != parameter_kind::categorical; }

  /// Index of the earlier parameter that decides whether this one is active, or no_parent.
  [[nodiscard]] std::size_t parent() const noexcept { return parent_; }
  /// Bit k: active while the parent is active and at level k.
  [[nodiscard]] std::uint64_t parent_levels() const noexcept { return parent_levels_; }

  /// The level whose cell holds `unit` (values outside [0, 1] belong to the nearest). Discrete only. O(1), O(log levels)
  /// for unequal ordinals.
  [[nodiscard]] std::uint64_t level(double unit) const noexcept;
  /// Lower bound of a level's cell, in [0, 1]; `level` may be levels(): then 1. Discrete only. O(1).
  [[nodiscard]] double cell_low(std::uint64_t level) const noexcept;
  /// The middle of a level's cell. Discrete only. O(1).
  [[nodiscard]] double unit_of_level(std::uint64_t level) const noexcept {
    return 0.5 * (cell_low(level) + cell_low(level + 1));
  }

  /// The value at a coordinate: the number for real and integer, the level for categorical and ordinal. Coordinates
  /// outside [0, 1] are taken as the nearest bound. O(1).
  [[nodiscard]] double natural(double unit) const noexcept;
  /// The coordinate of a value (as natural() gives it): that of the nearest value of the parameter. Values outside the
  /// bounds get coordinates outside [0, 1], on the same scale, so that what was learned there is kept when bounds change;
  /// -infinity where the scale has no such value. O(1).
  [[nodiscard]] double unit(double natural) const noexcept;
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
  /// A copy that is active only while an earlier parameter is at one of the levels whose bits are set.
  [[nodiscard]] parameter when(std::size_t parent, std::uint64_t levels) const {
    parameter copy = *this;
    copy.parent_ = parent;
    copy.parent_levels_ = levels;
    return copy;
  }

 private:
  std::string name_;
  parameter_kind kind_ = parameter_kind::real;
  scaling scale_ = scaling::linear;
  double low_ = 0.0;
  double high_ = 1.0;
  double step_ = 0.0;
  // The scale's value (log taken where it is logarithmic) at coordinate 0, and its length.
  double origin_ = 0.0;
  double length_ = 1.0;
  std::uint64_t levels_ = 0;
  std::vector<std::string> labels_;
  std::vector<double> cells_;  // unequal ordinals: levels + 1 bounds
  std::size_t parent_ = no_parent;
  std::uint64_t parent_levels_ = 0;
};

namespace detail {

/// A number as a person would write it, shortest form that reads back to the same bits.
[[nodiscard]] inline std::string number_text(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

[[nodiscard]] inline error_info parameter_error(const std::string& name, std::string what) {
  return {error_code::invalid_space, std::move(what), "parameter \"" + name + "\""};
}

}  // namespace detail
}  // namespace knobless

#include "detail/strict_begin.inc"

namespace knobless {

inline result<parameter> parameter::real(std::string name, const real_options& options) {
  using detail::number_text;
  using detail::parameter_error;
  const double low = options.low;
  const double high = options.high;
  const double step = options.step;
  const std::string given = "low = " + number_text(low) + ", high = " + number_text(high);
  if (!elementary::is_finite(low) || !elementary::is_finite(high) || !elementary::is_finite(high - low))
    return parameter_error(name, given + " given, but both bounds and their distance must be finite");
  if (low > high) return parameter_error(name, given + " given, but low must not be above high");
  if (options.scale == scaling::log && !(low > 0.0))
    return parameter_error(name, given + " given, but low must be above 0 on the log scale");
  if (!(step >= 0.0) || !elementary::is_finite(step))
    return parameter_error(name, "step = " + number_text(step) + " given, but a step must be 0 (continuous) or above");
  if (step > 0.0 && options.scale == scaling::log)
    return parameter_error(
        name, "step = " + number_text(step) + " given on the log scale, but a step needs the linear scale");
  parameter p;
  p.name_ = std::move(name);
  p.kind_ = parameter_kind::real;
  p.scale_ = options.scale;
  p.low_ = low;
  p.high_ = high;
  p.step_ = step;
  const bool is_log = options.scale == scaling::log;
  p.origin_ = is_log ? elementary::log(low) : low;
  p.length_ = (is_log ? elementary::log(high) : high) - p.origin_;
  if (low == high) {
    p.levels_ = 1;
  } else if (step > 0.0) {
    // A step that divides the range up to rounding reaches high: 0 .. 1 by 0.1 has 11 values.
    const double count = std::floor((high - low) / step * (1.0 + 4e-16) + 1e-9);
    if (count >= 0x1p53) return parameter_error(p.name_, "the step is too small for the range: over 2^53 values");
    p.levels_ = static_cast<std::uint64_t>(count) + 1;
  }
  return p;
}

inline result<parameter> parameter::integer(std::string name, const integer_options& options) {
  using detail::parameter_error;
  const std::int64_t low = options.low;
  const std::int64_t high = options.high;
  const std::int64_t step = options.step;
  constexpr std::int64_t limit = std::int64_t{1} << 53U;
  const std::string given = "low = " + std::to_string(low) + ", high = " + std::to_string(high);
  if (low < -limit || high > limit) return parameter_error(name, given + " given, but bounds must lie within +-2^53");
  if (low > high) return parameter_error(name, given + " given, but low must not be above high");
  if (options.scale == scaling::log && low < 1)
    return parameter_error(name, given + " given, but low must be at least 1 on the log scale");
  if (step < 1)
    return parameter_error(name, "step = " + std::to_string(step) + " given, but a step must be at least 1");
  if (step > 1 && options.scale == scaling::log)
    return parameter_error(
        name, "step = " + std::to_string(step) + " given on the log scale, but a step needs the linear scale");
  parameter p;
  p.name_ = std::move(name);
  p.kind_ = parameter_kind::integer;
  p.scale_ = options.scale;
  p.low_ = static_cast<double>(low);
  p.high_ = static_cast<double>(high);
  p.step_ = static_cast<double>(step);
  p.levels_ = static_cast<std::uint64_t>((high - low) / step) + 1;
  if (options.scale == scaling::log) {
    // A value owns what rounds to it.
    p.origin_ = elementary::log(p.low_ - 0.5);
    p.length_ = elementary::log(p.high_ + 0.5) - p.origin_;
  }
  return p;
}

inline result<parameter> parameter::categorical(std::string name, std::vector<std::string> labels) {
  if (labels.empty()) return detail::parameter_error(name, "no values given, but at least one is needed");
  for (std::size_t i = 0; i < labels.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (labels[i] == labels[j])
        return detail::parameter_error(name, "\"" + labels[i] + "\" is given twice, but values must differ");
  parameter p;
  p.name_ = std::move(name);
  p.kind_ = parameter_kind::categorical;
  p.levels_ = labels.size();
  p.low_ = 0.0;
  p.high_ = static_cast<double>(labels.size() - 1);
  p.labels_ = std::move(labels);
  return p;
}

inline result<parameter> parameter::ordinal(std::string name, std::vector<std::string> labels,
                                            std::vector<double> positions, scaling scale) {
  using detail::parameter_error;
  result<parameter> made = categorical(name, std::move(labels));
  if (!made) return made;
  parameter p = std::move(made).value();
  p.kind_ = parameter_kind::ordinal;
  if (positions.empty()) return p;
  if (positions.size() != p.levels_)
    return parameter_error(
        name, std::to_string(positions.size()) + " positions given for " + std::to_string(p.levels_) + " values");
  p.scale_ = scale;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (!elementary::is_finite(positions[i]) || (i > 0 && !(positions[i] > positions[i - 1])))
      return parameter_error(name, "the values given must be finite and strictly increasing");
    if (scale == scaling::log && !(positions[i] > 0.0))
      return parameter_error(
          name, "value " + detail::number_text(positions[i]) + " given, but values must be above 0 on the log scale");
  }
  if (p.levels_ < 3) return p;
  if (scale == scaling::log)
    for (double& v : positions) v = elementary::log(v);
  // Bounds halfway between neighbours; the end cells reach as far outside as inside.
  std::vector<double>& cells = p.cells_;
  cells.resize(positions.size() + 1);
  for (std::size_t i = 1; i < positions.size(); ++i) cells[i] = 0.5 * (positions[i - 1] + positions[i]);
  const std::size_t last = positions.size() - 1;
  const double first_bound = positions[0] - (cells[1] - positions[0]);
  const double last_bound = positions[last] + (positions[last] - cells[last]);
  for (std::size_t i = 1; i <= last; ++i) cells[i] = (cells[i] - first_bound) / (last_bound - first_bound);
  cells.front() = 0.0;
  cells.back() = 1.0;
  return p;
}

inline double parameter::cell_low(std::uint64_t level) const noexcept {
  if (level == 0) return 0.0;
  if (level >= levels_) return 1.0;
  if (!cells_.empty()) return cells_[level];
  if (scale_ == scaling::log && kind_ == parameter_kind::integer)
    return (elementary::log(low_ + static_cast<double>(level) - 0.5) - origin_) / length_;
  return static_cast<double>(level) / static_cast<double>(levels_);
}

inline std::uint64_t parameter::level(double unit) const noexcept {
  KNOBLESS_ASSERT(levels_ != 0);
  if (!(unit > 0.0)) return 0;
  if (unit >= 1.0) return levels_ - 1;
  if (!cells_.empty()) {
    std::uint64_t below = 0;
    for (std::uint64_t above = levels_; above - below > 1;) {
      const std::uint64_t middle = below + (above - below) / 2;
      (cells_[middle] <= unit ? below : above) = middle;
    }
    return below;
  }
  double guess = unit * static_cast<double>(levels_);
  if (scale_ == scaling::log && kind_ == parameter_kind::integer)
    guess = elementary::exp(origin_ + unit * length_) + 0.5 - low_;
  auto found = guess > 0.0 ? static_cast<std::uint64_t>(guess) : 0U;
  if (found >= levels_) found = levels_ - 1;
  // Rounding may miss by one: the cells decide.
  while (found > 0 && unit < cell_low(found)) --found;
  while (found + 1 < levels_ && unit >= cell_low(found + 1)) ++found;
  return found;
}

inline double parameter::natural(double unit) const noexcept {
  if (levels_ == 0) {
    if (!(unit > 0.0)) return low_;
    if (unit >= 1.0) return high_;
    const double value = scale_ == scaling::log ? elementary::exp(origin_ + unit * length_) : low_ + unit * length_;
    return value > low_ ? (value < high_ ? value : high_) : low_;
  }
  const auto k = static_cast<double>(level(unit));
  if (kind_ == parameter_kind::categorical || kind_ == parameter_kind::ordinal) return k;
  const double value = low_ + k * step_;
  return value < high_ ? value : high_;
}

inline double parameter::unit(double natural) const noexcept {
  constexpr double nowhere = -std::numeric_limits<double>::infinity();
  if (levels_ == 0) {
    if (scale_ == scaling::linear) return (natural - origin_) / length_;
    return natural > 0.0 ? (elementary::log(natural) - origin_) / length_ : nowhere;
  }
  if (kind_ == parameter_kind::categorical || kind_ == parameter_kind::ordinal)
    return natural >= 0.0 && natural <= high_ ? unit_of_level(static_cast<std::uint64_t>(natural)) : nowhere;
  const bool inside = natural >= low_ && natural <= high_;
  if (inside) {
    const double k = step_ > 0.0 ? std::floor((natural - low_) / step_ + 0.5) : 0.0;
    const auto found = static_cast<std::uint64_t>(k);
    return unit_of_level(found < levels_ ? found : levels_ - 1);
  }
  if (low_ == high_) return nowhere;
  if (scale_ == scaling::log) return natural > 0.5 ? (elementary::log(natural) - origin_) / length_ : nowhere;
  return ((natural - low_) / step_ + 0.5) / static_cast<double>(levels_);
}

}  // namespace knobless

#include "detail/strict_end.inc"
