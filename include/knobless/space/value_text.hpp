/// \file
/// Values of parameters as text, and back.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "domain.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// A number of a parameter as text: whole numbers without a point or an exponent.
[[nodiscard]] inline std::string natural_text(const parameter& p, double natural) {
  const bool whole = p.kind() == parameter_kind::integer && natural > -0x1p60 && natural < 0x1p60;
  return whole ? std::to_string(static_cast<std::int64_t>(natural)) : number_text(natural);
}

/// The value of a parameter as text: the number, or the label.
[[nodiscard]] inline std::string value_text(const parameter& p, double natural) {
  return p.labels().empty() ? natural_text(p, natural) : p.labels()[static_cast<std::size_t>(natural)];
}

/// The whole text as a number, or nothing.
template <class Number>
[[nodiscard]] std::optional<Number> parsed(std::string_view from) {
  Number value{};
#if !defined(__cpp_lib_to_chars)
  if constexpr (std::is_floating_point_v<Number>) {  // libc++ has no std::from_chars for these
    const std::string copy(from);
    char* end = nullptr;
    value = std::strtod(copy.c_str(), &end);
    if (copy.empty() || end != copy.c_str() + copy.size()) return std::nullopt;
    return value;
  } else
#endif
  {
    const auto read = std::from_chars(from.data(), from.data() + from.size(), value);
    if (read.ec != std::errc{} || read.ptr != from.data() + from.size()) return std::nullopt;
    return value;
  }
}

/// The level whose value has this text: a label, or a number. Discrete parameters only. O(levels) for labels, else O(1).
[[nodiscard]] inline std::optional<std::uint64_t> level_of_text(const parameter& p, std::string_view value) {
  if (!p.labels().empty()) {
    const auto found = std::find(p.labels().begin(), p.labels().end(), value);
    if (found == p.labels().end()) return std::nullopt;
    return static_cast<std::uint64_t>(found - p.labels().begin());
  }
  const std::optional<double> number = parsed<double>(value);
  if (!number || !(*number >= p.low() && *number <= p.high())) return std::nullopt;
  const std::uint64_t level = p.level(p.unit(*number));
  if (p.natural(p.unit_of_level(level)) != *number) return std::nullopt;
  return level;
}

/// What values a discrete parameter has, for messages: its first labels, or its bounds.
[[nodiscard]] inline std::string values_text(const parameter& p) {
  if (p.labels().empty()) return text(natural_text(p, p.low()), " to ", natural_text(p, p.high()));
  constexpr std::size_t shown = 8;  // a line of them
  std::string out;
  for (std::size_t i = 0; i < p.labels().size() && i < shown; ++i)
    out += text(i > 0 ? ", " : "", "\"", p.labels()[i], "\"");
  return p.labels().size() > shown ? out + ", ..." : out;
}

/// The value of active parameter k at a complete point as text.
[[nodiscard]] inline std::string value_text(const domain& space, const point& p, std::size_t k) {
  return value_text(space[k], space.natural(p, k));
}

}  // namespace knobless::detail
