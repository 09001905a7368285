#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "parameter.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {
namespace detail {

// Whether a logarithmic scale between the bounds differs from a line. Over a shorter one it deviates by less than 1e-7 of its
// length, while differences of logarithms lose their digits.
[[nodiscard]] inline bool curved(scaling scale, double low, double high) noexcept {
  // NOLINTNEXTLINE(readability-magic-numbers): a millionth of the lower bound
  return scale == scaling::log && high - low >= 0x1p-20 * low;
}

// The smallest power of ten that makes both numbers whole, as they are written in their shortest form; 0 where a double
// does not have it exactly (10^22 is the largest that it has).
[[nodiscard]] inline double common_power_of_ten(double a, double b) {
  int digits = 0;
  for (const double value : {a, b}) {
    char buffer[32];
    const char* const end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
    const std::string_view written(buffer, static_cast<std::size_t>(end - buffer));
    const std::size_t exponent = written.find('e');
    const std::size_t point = written.find('.');
    const int fraction = point < exponent ? static_cast<int>(exponent - point) - 1 : 0;
    int power = 0;
    for (const char c : written.substr(exponent + 2)) power = 10 * power + (c - '0');
    if (written[exponent + 1] == '-') power = -power;
    digits = (std::max)(digits, fraction - power);
  }
  // NOLINTNEXTLINE(readability-magic-numbers): 10^22 is the largest exact power of ten
  if (digits > 22) return 0.0;
  double power = 1.0;
  for (int i = 0; i < digits; ++i) power *= 10.0;
  return power;
}

}  // namespace detail

KNOBLESS_INLINE result<parameter> parameter::real(std::string name, const real_options& options) {
  using detail::number_text;
  using detail::parameter_error;
  const double low = options.low;
  const double high = options.high;
  const double step = options.step;
  const std::string given = detail::text("low = ", number_text(low), ", high = ", number_text(high));
  if (!elementary::is_finite(low) || !elementary::is_finite(high) || !elementary::is_finite(high - low))
    return parameter_error(name, given + " given, but both bounds and their distance must be finite");
  if (low > high) return parameter_error(name, given + " given, but low must not be above high");
  if (options.scale == scaling::log && !(low > 0.0))
    return parameter_error(name, given + " given, but low must be above 0 on the log scale");
  if (!(step >= 0.0) || !elementary::is_finite(step))
    return parameter_error(
        name, detail::text("step = ", number_text(step), " given, but a step must be 0 (continuous) or above"));
  if (step > 0.0 && options.scale == scaling::log)
    return parameter_error(
        name, detail::text("step = ", number_text(step), " given on the log scale, but a step needs the linear scale"));
  parameter p;
  p.name_ = std::move(name);
  p.kind_ = parameter_kind::real;
  p.scale_ = options.scale;
  p.low_ = low;
  p.high_ = high;
  p.step_ = step;
  p.curved_ = detail::curved(options.scale, low, high);
  p.origin_ = p.curved_ ? elementary::log(low) : low;
  p.length_ = (p.curved_ ? elementary::log(high) : high) - p.origin_;
  if (low == high) {
    p.levels_ = 1;
  } else if (step > 0.0) {
    // A step that divides the range up to rounding reaches high: 0 .. 1 by 0.1 has 11 values.
    const double count = std::floor((high - low) / step * (1.0 + 4e-16) + 1e-9);
    // NOLINTNEXTLINE(readability-magic-numbers)
    if (count >= 0x1p53) return parameter_error(p.name_, "the step is too small for the range: over 2^53 values");
    p.levels_ = static_cast<std::uint64_t>(count) + 1;
    p.decimal_ = detail::common_power_of_ten(low, step);
  }
  return p;
}

KNOBLESS_INLINE result<parameter> parameter::integer(std::string name, const integer_options& options) {
  using detail::parameter_error;
  const std::int64_t low = options.low;
  const std::int64_t high = options.high;
  const std::int64_t step = options.step;
  constexpr std::int64_t limit = std::int64_t{1} << 53U;
  const std::string given = detail::text("low = ", std::to_string(low), ", high = ", std::to_string(high));
  if (low < -limit || high > limit) return parameter_error(name, given + " given, but bounds must lie within +-2^53");
  if (low > high) return parameter_error(name, given + " given, but low must not be above high");
  if (options.scale == scaling::log && low < 1)
    return parameter_error(name, given + " given, but low must be at least 1 on the log scale");
  if (step < 1)
    return parameter_error(name,
                           detail::text("step = ", std::to_string(step), " given, but a step must be at least 1"));
  if (step > 1 && options.scale == scaling::log)
    return parameter_error(name, detail::text("step = ", std::to_string(step),
                                              " given on the log scale, but a step needs the linear scale"));
  parameter p;
  p.name_ = std::move(name);
  p.kind_ = parameter_kind::integer;
  p.scale_ = options.scale;
  p.low_ = static_cast<double>(low);
  p.high_ = static_cast<double>(high);
  p.step_ = static_cast<double>(step);
  p.levels_ = static_cast<std::uint64_t>((high - low) / step) + 1;
  p.curved_ = detail::curved(options.scale, p.low_, p.high_);
  if (p.curved_) {
    // A value owns what rounds to it.
    p.origin_ = elementary::log(p.low_ - 0.5);
    p.length_ = elementary::log(p.high_ + 0.5) - p.origin_;
  }
  return p;
}

KNOBLESS_INLINE result<parameter> parameter::categorical(std::string name, std::vector<std::string> labels) {
  if (labels.empty()) return detail::parameter_error(name, "no values given, but at least one is needed");
  std::vector<std::string> sorted = labels;
  std::sort(sorted.begin(), sorted.end());
  if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
    return detail::parameter_error(name, detail::text("\"", *twice, "\" is given twice, but values must differ"));
  parameter p;
  p.name_ = std::move(name);
  p.kind_ = parameter_kind::categorical;
  p.levels_ = labels.size();
  p.low_ = 0.0;
  p.high_ = static_cast<double>(labels.size() - 1);
  p.labels_ = std::move(labels);
  return p;
}

KNOBLESS_INLINE result<parameter> parameter::ordinal(std::string name, std::vector<std::string> labels,
                                                     std::vector<double> positions, scaling scale) {
  using detail::parameter_error;
  result<parameter> made = categorical(name, std::move(labels));
  if (!made) return made;
  parameter p = std::move(made).value();
  p.kind_ = parameter_kind::ordinal;
  if (positions.empty()) return p;
  if (positions.size() != p.levels_)
    return parameter_error(name, detail::text(std::to_string(positions.size()), " positions given for ",
                                              std::to_string(p.levels_), " values"));
  p.scale_ = scale;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (!elementary::is_finite(positions[i]) || (i > 0 && !(positions[i] > positions[i - 1])))
      return parameter_error(name, "the values given must be finite and strictly increasing");
    if (scale == scaling::log && !(positions[i] > 0.0))
      return parameter_error(name, detail::text("value ", detail::number_text(positions[i]),
                                                " given, but values must be above 0 on the log scale"));
  }
  if (p.levels_ < 3) return p;
  if (detail::curved(scale, positions.front(), positions.back()))
    for (double& v : positions) v = elementary::log(v);
  // The sum of two huge values, or their distance, would overflow.
  constexpr double huge = 0x1p1000;
  if (positions.front() < -huge || positions.back() > huge)
    // NOLINTNEXTLINE(readability-magic-numbers): room for sums
    for (double& v : positions) v *= 0x1p-4;
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
  // Values so close to each other that coordinates could not tell them apart get a millionth each.
  constexpr double least_width = 0x1p-20;
  std::vector<double> widths(positions.size());
  for (std::size_t i = 0; i <= last; ++i) widths[i] = cells[i + 1] - cells[i];
  if (*std::min_element(widths.begin(), widths.end()) >= least_width) return p;
  double sum = 0.0;
  for (double& w : widths) sum += w = (std::max)(w, least_width);
  for (std::size_t i = 0; i < last; ++i) cells[i + 1] = cells[i] + widths[i] / sum;
  return p;
}

KNOBLESS_INLINE double parameter::cell_low(std::uint64_t level) const noexcept {
  if (level == 0) return 0.0;
  if (level >= levels_) return 1.0;
  if (!cells_.empty()) return cells_[detail::to_size(level)];
  if (curved_) {
    const double share = (elementary::log(low_ + static_cast<double>(level) - 0.5) - origin_) / length_;
    return share < 1.0 ? share : 1.0;
  }
  return static_cast<double>(level) / static_cast<double>(levels_);
}

KNOBLESS_INLINE std::uint64_t parameter::level(double unit) const noexcept {
  KNOBLESS_ASSERT(levels_ != 0);
  if (!(unit > 0.0)) return 0;
  if (unit >= 1.0) return levels_ - 1;
  if (!cells_.empty()) {
    std::size_t below = 0;
    for (std::size_t above = cells_.size() - 1; above - below > 1;) {
      const std::size_t middle = below + (above - below) / 2;
      (cells_[middle] <= unit ? below : above) = middle;
    }
    return below;
  }
  double guess = unit * static_cast<double>(levels_);
  if (curved_) guess = elementary::exp(origin_ + unit * length_) + 0.5 - low_;
  auto found = guess > 0.0 ? static_cast<std::uint64_t>(guess) : 0U;
  if (found >= levels_) found = levels_ - 1;
  // Rounding may miss by one: the cells decide.
  while (found > 0 && unit < cell_low(found)) --found;
  while (found + 1 < levels_ && unit >= cell_low(found + 1)) ++found;
  return found;
}

KNOBLESS_INLINE double parameter::natural(double unit) const noexcept {
  if (levels_ == 0) {
    if (!(unit > 0.0)) return low_;
    if (unit >= 1.0) return high_;
    const double value = curved_ ? elementary::exp(origin_ + unit * length_) : low_ + unit * length_;
    return value > low_ ? (value < high_ ? value : high_) : low_;
  }
  const std::uint64_t k = level(unit);
  if (kind_ == parameter_kind::integer)  // exact, where k itself may need 54 bits
    return static_cast<double>(static_cast<std::int64_t>(low_) +
                               static_cast<std::int64_t>(k) * static_cast<std::int64_t>(step_));
  return value_of(static_cast<double>(k));
}

KNOBLESS_INLINE double parameter::value_of(double level) const noexcept {
  if (!labels_.empty()) return level;
  double value = low_ + level * step_;
  // 0.1 + 2 * 0.1 is the number nearest to 0.3, and not what the sum is rounded to.
  // NOLINTNEXTLINE(readability-magic-numbers): 2^53
  if (const double whole = std::floor(value * decimal_ + 0.5); decimal_ > 0.0 && whole < 0x1p53 && whole > -0x1p53)
    value = whole / decimal_;
  return value < high_ ? value : high_;
}

KNOBLESS_INLINE std::uint64_t parameter::level_of_value(double natural) const noexcept {
  std::uint64_t found = 0;
  if (kind_ == parameter_kind::integer) {
    // Whole numbers throughout: differences of doubles and halves are rounded above 2^52.
    const auto below = static_cast<std::int64_t>(std::floor(natural));
    const auto nearest = natural - std::floor(natural) >= 0.5 ? below + 1 : below;
    const auto step = static_cast<std::uint64_t>(step_);
    found = (static_cast<std::uint64_t>(nearest - static_cast<std::int64_t>(low_)) + step / 2) / step;
  } else if (step_ > 0.0) {
    found = static_cast<std::uint64_t>(std::floor((natural - low_) / step_ + 0.5));
  }
  return found < levels_ ? found : levels_ - 1;
}

KNOBLESS_INLINE double parameter::nearest(double natural) const noexcept {
  if (levels_ == 0) return natural;
  if (!labels_.empty() || (kind_ == parameter_kind::integer && step_ == 1.0))
    return natural == std::floor(natural) ? natural : std::floor(natural + 0.5);
  if (!(step_ > 0.0)) return low_;
  const double level = std::floor((natural - low_) / step_ + 0.5);
  const auto last = static_cast<double>(levels_ - 1);
  return value_of(level < last ? level : last);
}

KNOBLESS_INLINE double parameter::unit(double natural) const noexcept {
  constexpr double nowhere = -std::numeric_limits<double>::infinity();
  if (kind_ == parameter_kind::categorical || kind_ == parameter_kind::ordinal)
    return natural >= 0.0 && natural <= high_ ? unit_of_level(static_cast<std::uint64_t>(natural)) : nowhere;
  if (levels_ != 0 && natural >= low_ && natural <= high_) return unit_of_level(level_of_value(natural));
  if (levels_ != 0 && low_ == high_) return nowhere;
  double u = 0.0;
  if (scale_ == scaling::log && !(natural > (levels_ == 0 ? 0.0 : 0.5))) return nowhere;
  if (curved_) {
    u = (elementary::log(natural) - origin_) / length_;
  } else if (levels_ == 0) {
    u = (natural - origin_) / length_;
  } else {
    u = ((natural - low_) / step_ + 0.5) / static_cast<double>(levels_);
  }
  // What lies outside stays outside, whatever was rounded.
  // NOLINTNEXTLINE(readability-magic-numbers): the last bit
  if (natural < low_ && !(u < 0.0)) return -0x1p-53;
  // NOLINTNEXTLINE(readability-magic-numbers): the last bit
  if (natural > high_ && !(u > 1.0)) return 1.0 + 0x1p-52;
  return u;
}

}  // namespace knobless

#include "../base/strict_end.inc"
