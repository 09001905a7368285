#pragma once

#include "json_text.hpp"

#include <charconv>
#include <iterator>
#include <limits>

#include <nlohmann/json.hpp>

#include "../base/elementary.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace journal_format {

using json = nlohmann::json;

inline constexpr std::size_t deepest = 64;  // of JSON within JSON

// Python writes these where JSON has no number; JSON text that is read has strings instead, which no other text becomes.
inline constexpr std::string_view no_numbers[] = {"NaN", "-Infinity", "Infinity"};
inline constexpr std::string_view no_number_strings[] = {"\"\\u0000NaN\"", "\"\\u0000-Infinity\"",
                                                         "\"\\u0000Infinity\""};

/// JSON text, looked over before it is read: how deep it goes, how many members it has, and words that are no numbers.
struct looked_over {
  bool well = true;
  std::size_t members = 0;
  std::string replaced;  // where there are such words: the text with strings for them
};

[[nodiscard]] inline looked_over look_over(std::string_view text) {
  looked_over found;
  bool quoted = false;
  std::size_t depth = 0;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else
        quoted = c != '"';
      continue;
    }
    if (c == '"') quoted = true;
    if (c == ':') ++found.members;
    if (c == '[' || c == '{') found.well = found.well && ++depth <= deepest;
    if (c == ']' || c == '}') depth -= depth > 0 ? 1 : 0;
    if (c != 'N' && c != 'I' && c != '-') continue;
    for (std::size_t w = 0; w < std::size(no_numbers); ++w) {
      if (text.substr(i, no_numbers[w].size()) != no_numbers[w]) continue;
      found.replaced.append(text, copied, i - copied);
      found.replaced += no_number_strings[w];
      i += no_numbers[w].size() - 1;
      copied = i + 1;
      break;
    }
  }
  if (copied > 0) found.replaced.append(text, copied);
  return found;
}

[[nodiscard]] inline std::size_t count_members(const json& j) {
  std::size_t count = 0;
  if (j.is_object()) count = j.size();
  if (j.is_structured())
    for (const json& part : j) count += count_members(part);
  return count;
}

/// The value, or a discarded one: where it is no JSON, is too deep, or has a key twice.
[[nodiscard]] inline json parsed_json(std::string_view text) {
  const looked_over found = look_over(text);
  if (!found.well) return json(json::value_t::discarded);
  json j = found.replaced.empty() ? json::parse(text.begin(), text.end(), nullptr, false)
                                  : json::parse(found.replaced, nullptr, false);
  if (!j.is_discarded() && count_members(j) != found.members) return json(json::value_t::discarded);
  return j;
}

[[nodiscard]] inline std::string dumped(const json& j) {
  std::string out = j.dump(-1, ' ', true, json::error_handler_t::replace);
  for (std::size_t w = 0; w < std::size(no_numbers); ++w)
    for (std::size_t at = 0; (at = out.find(no_number_strings[w], at)) != std::string::npos;)
      out.replace(at, no_number_strings[w].size(), no_numbers[w]);
  return out;
}

/// A number of any kind: also those that are none to JSON.
[[nodiscard]] inline std::optional<double> any_number(const json& j) {
  if (j.is_number()) return j.get<double>();
  if (!j.is_string()) return std::nullopt;
  const std::string& s = j.get_ref<const std::string&>();
  if (s.size() < 2 || s[0] != '\0') return std::nullopt;
  const double values[] = {std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity(),
                           std::numeric_limits<double>::infinity()};
  for (std::size_t w = 0; w < std::size(no_numbers); ++w)
    if (s.compare(1, std::string::npos, no_numbers[w]) == 0) return values[w];
  return std::nullopt;
}

[[nodiscard]] inline std::optional<double> finite_number(const json& j) {
  return j.is_number() ? std::optional<double>(j.get<double>()) : std::nullopt;
}

inline std::string json_text(std::string_view text) {
  return json(text).dump(-1, ' ', true, json::error_handler_t::replace);
}

inline void append_number(std::string& to, double value) {
  if (!elementary::is_finite(value)) {
    to += elementary::is_nan(value) ? "NaN" : value > 0.0 ? "Infinity" : "-Infinity";
    return;
  }
  char digits[32];
  const std::to_chars_result end = std::to_chars(std::begin(digits), std::end(digits), value);
  const std::string_view written(digits, static_cast<std::size_t>(end.ptr - digits));
  to += written;
  if (written.find_first_of(".e") == std::string_view::npos) to += ".0";
}

inline std::string json_number(double value) {
  std::string out;
  append_number(out, value);
  return out;
}

inline std::string json_note(const std::variant<std::string, double, bool>& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const double* number = std::get_if<double>(&value)) return json_number(*number);
  return json_text(*std::get_if<std::string>(&value));
}

inline std::variant<std::string, double, bool> note_of(std::string_view written) {
  if (written == "true" || written == "false") return written == "true";
  if (const std::optional<double> number = number_of(written)) return *number;
  return text_of(written).value_or(std::string(written));
}

inline std::optional<std::string> text_of(std::string_view text) {
  const json j = parsed_json(text);
  return j.is_string() ? std::optional<std::string>(j.get<std::string>()) : std::nullopt;
}
inline std::optional<double> number_of(std::string_view text) {
  const json j = parsed_json(text);
  return finite_number(j);
}
inline std::optional<std::string> member_of(std::string_view text, std::string_view key) {
  const json j = parsed_json(text);
  if (!j.is_object()) return std::nullopt;
  const auto at = j.find(std::string(key));
  return at == j.end() ? std::nullopt : std::optional<std::string>(dumped(*at));
}
inline std::vector<attribute> members_of(std::string_view text) {
  std::vector<attribute> all;
  const json j = parsed_json(text);
  if (j.is_object())
    for (const auto& [key, value] : j.items()) all.push_back({key, dumped(value)});
  if (j.is_array())
    for (const json& value : j) all.push_back({"", dumped(value)});
  return all;
}

inline const std::string* find(const std::vector<attribute>& among, std::string_view key) noexcept {
  for (const attribute& a : among)
    if (a.key == key) return &a.json;
  return nullptr;
}

}  // namespace journal_format
}  // namespace knobless::detail
