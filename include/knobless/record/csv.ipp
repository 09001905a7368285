#pragma once

#include <variant>
#include <vector>

#include "../base/elementary.hpp"
#include "../space/value_text.hpp"
#include "csv.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

// The values of a point in the columns of the present space.
[[nodiscard]] inline std::string csv_values(const record& happened, std::size_t space, const point& where) {
  const domain& now = happened.space();
  const domain& then = happened.space(space);
  std::string out;
  for (std::size_t k = 0; k < now.size(); ++k) {
    const std::size_t j = &then == &now ? k : then.find(now[k].name());
    out += ',';
    if (j < then.size() && where.active[j] != 0) out += csv_field(value_text(then, where, j));
  }
  return out;
}

// The values of a told trial, a field for each objective.
[[nodiscard]] inline std::string csv_objectives(const record& happened, std::size_t row) {
  std::string out;
  const std::vector<double> values = happened.values(row);
  for (std::size_t k = 0; k < happened.seen().objectives(); ++k)
    out += text(",", k < values.size() ? number_text(values[k]) : "");
  return out;
}

[[nodiscard]] inline std::string csv_limits(const history& seen, std::size_t row) {
  std::string out;
  for (std::size_t c = 0; c < seen.limit_kinds().size(); ++c) {
    const double l = seen.limit(row, c);
    out += ',';
    if (elementary::is_nan(l)) continue;
    out += seen.limit_kinds()[c].graded ? number_text(l) : std::string(l > 0.0 ? "broken" : "kept");
  }
  return out;
}

KNOBLESS_INLINE std::string note_text(const note& n) {
  if (const auto* const words = std::get_if<std::string>(&n.value)) return *words;
  if (const auto* const number = std::get_if<double>(&n.value)) return number_text(*number);
  return std::get<bool>(n.value) ? "true" : "false";
}

[[nodiscard]] inline std::string csv_notes(const record& happened, std::size_t row) {
  std::string out;
  for (const std::string& name : happened.note_names()) {
    out += ',';
    for (const note& n : happened.notes(row))
      if (n.name == name) out += csv_field(note_text(n));
  }
  return out;
}

[[nodiscard]] inline std::string csv_head(const record& happened) {
  std::string out = "trial,state";
  for (std::size_t k = 0; k < happened.seen().objectives(); ++k)
    out += text(",", csv_field(happened.objective_name(k)));
  out += ",seconds";
  for (const parameter& p : happened.space()) out += text(",", csv_field(p.name()));
  for (const limit_kind& kind : happened.seen().limit_kinds()) out += text(",", csv_field(kind.name));
  for (const std::string& name : happened.note_names()) out += text(",", csv_field(name));
  return out + ",why\n";
}

KNOBLESS_INLINE std::string csv_rows(const record& happened, csv_of which) {
  const history& seen = happened.seen();
  std::string out = csv_head(happened);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const observation o = seen[i];
    const record::placed from = happened.original(i);
    out += text(std::to_string(o.number), ",", to_string(o.state), csv_objectives(happened, i), ",",
                number_text(o.seconds), csv_values(happened, from.space, from.where), csv_limits(seen, i),
                csv_notes(happened, i), ",", csv_field(happened.why(i)), "\n");
  }
  if (which == csv_of::told_trials) return out;
  const std::string empty(seen.limit_kinds().size() + happened.note_names().size() + 1, ',');
  for (const pending_trial& p : seen.pending()) {
    const record::placed_view from = happened.original(p);
    out += text(std::to_string(p.number), ",running,",
                p.reports.empty() ? "" : number_text(happened.signed_value(p.reports.back().value)), ",",
                number_text(p.seconds), csv_values(happened, from.space, from.where), empty, "\n");
  }
  return out;
}

}  // namespace knobless::detail
