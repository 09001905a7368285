/// \file
/// Told trials as comma-separated rows, for plotting.
#pragma once

#include <cstddef>
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

/// The value of a parameter as text: the number, or the label.
[[nodiscard]] inline std::string value_text(const parameter& p, double unit) {
  if (p.kind() == parameter_kind::categorical || p.kind() == parameter_kind::ordinal) return p.labels()[p.level(unit)];
  return number_text(p.natural(unit));
}

/// A head, then a row a told trial, each with the values at which it was evaluated. `Core` is study_core. O(trials * d).
template <class Core>
[[nodiscard]] std::string csv(const Core& core) {
  const domain& space = core.space();
  const history& seen = core.seen();
  std::string out = "trial,state,value,seconds";
  for (const parameter& p : space) out += "," + csv_field(p.name());
  out += '\n';
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const observation o = seen[i];
    out += std::to_string(o.number);
    out += ',';
    out += to_string(o.state);
    out += ',';
    if (o.has_value) out += number_text(core.signed_value(o.value));
    out += ',';
    out += number_text(o.seconds);
    const auto from = core.original(i);
    const domain& then = core.space(from.space);
    for (std::size_t k = 0; k < space.size(); ++k) {
      const std::size_t j = &then == &space ? k : then.find(space[k].name());
      out += ',';
      if (j < then.size() && from.where.active[j] != 0) out += csv_field(value_text(then[j], from.where.unit[j]));
    }
    out += '\n';
  }
  return out;
}

}  // namespace knobless::detail
