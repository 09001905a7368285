/// \file
/// JSON as text, read strictly: what the lines of a journal, and the attributes in them, are made of.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "../base/error.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace journal_format {

/// An attribute: any JSON.
struct attribute {
  std::string key;   ///< its name
  std::string json;  ///< its value as JSON text
};

/// The attribute's JSON text, or nullptr.
[[nodiscard]] const std::string* find(const std::vector<attribute>& among, std::string_view key) noexcept;

/// A string as JSON.
[[nodiscard]] std::string json_text(std::string_view text);
/// A number as JSON, which comes back to the bit, as Python reads it: with NaN, Infinity and -Infinity as Optuna writes them.
[[nodiscard]] std::string json_number(double value);
/// Appends the same.
void append_number(std::string& to, double value);

/// A note as JSON: a text, a number or a flag.
[[nodiscard]] std::string json_note(const std::variant<std::string, double, bool>& value);
/// The note that a user attribute is; one that is none of these is its JSON text.
[[nodiscard]] std::variant<std::string, double, bool> note_of(std::string_view json);

/// The string in JSON text, or nothing where it is none.
[[nodiscard]] std::optional<std::string> text_of(std::string_view json);
/// The finite number in JSON text, or nothing where it is none.
[[nodiscard]] std::optional<double> number_of(std::string_view json);
/// A member of an object in JSON text, as JSON text.
[[nodiscard]] std::optional<std::string> member_of(std::string_view json, std::string_view key);
/// The members of an object, the elements of an array, as JSON texts.
[[nodiscard]] std::vector<attribute> members_of(std::string_view json);

}  // namespace journal_format
}  // namespace knobless::detail

#include "json_text.ipp"
