/// \file
/// What a note in a journal says.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

#include "../base/config.hpp"
#include "json_text.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// What a note says: text, a number or a flag.
class note_value {
 public:
  /// A text.
  note_value(std::string_view text) : json_(detail::journal_format::json_text(text)) {}
  /// A text.
  note_value(const char* text) : note_value(std::string_view(text)) {}
  /// A text.
  note_value(const std::string& text) : note_value(std::string_view(text)) {}
  /// A flag.
  note_value(std::same_as<bool> auto flag) : json_(flag ? "true" : "false") {}
  /// A number.
  template <class Number>
  requires(std::is_arithmetic_v<Number> && !std::same_as<Number, bool>) note_value(Number number)
      : json_(std::is_integral_v<Number> ? std::to_string(number)
                                         : detail::journal_format::json_number(static_cast<double>(number))) {}
  /// As JSON.
  [[nodiscard]] const std::string& json() const noexcept { return json_; }

 private:
  std::string json_;
};

}  // namespace knobless
