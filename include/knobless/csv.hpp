/// \file
/// Told trials as comma-separated rows, for plotting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "domain.hpp"
#include "history.hpp"

namespace knobless::detail {

/// A field of a CSV file: in quotes where it has to be (RFC 4180).
[[nodiscard]] inline std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted += '"';
}

/// A number of a parameter as text: whole numbers without a point or an exponent.
[[nodiscard]] inline std::string natural_text(const parameter& p, double natural) {
  const bool whole = p.kind() == parameter_kind::integer && natural > -0x1p60 && natural < 0x1p60;
  return whole ? std::to_string(static_cast<std::int64_t>(natural)) : number_text(natural);
}

/// The value of a parameter as text: the number, or the label.
[[nodiscard]] inline std::string value_text(const parameter& p, double unit) {
  if (p.kind() == parameter_kind::categorical || p.kind() == parameter_kind::ordinal)
    return p.labels()[static_cast<std::size_t>(p.level(unit))];
  return natural_text(p, p.natural(unit));
}

}  // namespace knobless::detail
