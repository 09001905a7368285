#pragma once

#include "log_items.hpp"

#include <optional>
#include <span>
#include <vector>

#include "../base/elementary.hpp"
#include "../space/parameter.hpp"
#include "../space/value_text.hpp"
#include "csv.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

[[nodiscard]] inline std::string escaped(std::string_view of) {
  std::string out;
  for (const char c : of) {
    if (c == '\\' || c == ':' || c == ';') out += '\\';
    out += c;
  }
  return out;
}

[[nodiscard]] inline std::string unescaped(std::string_view of) {
  std::string out;
  for (std::size_t i = 0; i < of.size(); ++i) {
    if (of[i] == '\\' && i + 1 < of.size()) ++i;
    out += of[i];
  }
  return out;
}

// The parts between separators, with their escapes.
[[nodiscard]] inline std::vector<std::string> parts_of(std::string_view of, char separator) {
  if (of.empty()) return {};
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < of.size(); ++i) {
    if (of[i] == separator) {
      parts.emplace_back();
      continue;
    }
    parts.back() += of[i];
    if (of[i] == '\\' && i + 1 < of.size()) parts.back() += of[++i];
  }
  return parts;
}

KNOBLESS_INLINE std::string limit_items(const history& seen, std::size_t row) {
  std::string out;
  const std::span<const double> limits = seen[row].limits;
  for (std::size_t c = 0; c < limits.size(); ++c) {
    const limit_kind& kind = seen.limit_kinds()[c];
    if (elementary::is_nan(limits[c]) || (!kind.graded && limits[c] < 0.0)) continue;
    out += text(out.empty() ? "" : ";", escaped(kind.name), ":", kind.graded ? number_text(limits[c]) : "broken");
  }
  return out;
}

KNOBLESS_INLINE std::string note_items(const record& happened, std::size_t row) {
  std::string out;
  for (const note& n : happened.notes(row)) {
    constexpr const char* kinds[] = {":text:", ":number:", ":flag:"};
    out += text(out.empty() ? "" : ";", escaped(n.name), kinds[n.value.index()], escaped(note_text(n)));
  }
  return out;
}

KNOBLESS_INLINE bool read_limits(outcome& out, std::string_view items) {
  for (const std::string& item : parts_of(items, ';')) {
    const std::vector<std::string> parts = parts_of(item, ':');
    if (parts.size() != 2) return false;
    if (parts[1] == "broken") {
      out.broken(unescaped(parts[0]));
      continue;
    }
    const auto amount = parsed<double>(parts[1]);
    if (!amount) return false;
    out.limit(unescaped(parts[0]), *amount);
  }
  return true;
}

KNOBLESS_INLINE bool read_notes(outcome& out, std::string_view items) {
  for (const std::string& item : parts_of(items, ';')) {
    const std::vector<std::string> parts = parts_of(item, ':');
    if (parts.size() != 3 || parts[0].empty()) return false;
    const std::string name = unescaped(parts[0]);
    if (parts[1] == "text") {
      out.note(name, unescaped(parts[2]));
    } else if (parts[1] == "flag" && (parts[2] == "true" || parts[2] == "false")) {
      out.note(name, parts[2] == "true");
    } else {
      const auto number = parsed<double>(parts[2]);
      if (parts[1] != "number" || !number) return false;
      out.note(name, *number);
    }
  }
  return true;
}

}  // namespace knobless::detail
