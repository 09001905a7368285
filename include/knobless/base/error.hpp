/// \file
/// How knobless says no: an error with a sentence, as a value (`result`) or, where nobody takes the value, as an exception.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config.hpp"

namespace knobless::inline KNOBLESS_ABI {

namespace detail {

/// The pieces one after the other. (A chain of `+` makes g++ 12 warn in users' builds of what is not there.)
template <class... Pieces>
[[nodiscard]] std::string text(const Pieces&... pieces) {
  std::string out;
  (out.append(std::string_view(pieces)), ...);
  return out;
}

}  // namespace detail

/// What kind of thing went wrong.
enum class error_code : unsigned char {
  invalid_space,      ///< a search space, or a parameter of it, that can't be searched
  invalid_option,     ///< an option outside its range
  invalid_config,     ///< a configuration that is not a point of the space
  invalid_use,        ///< a call that makes no sense in this state, such as telling a trial twice
  space_exhausted,    ///< every point of the space was proposed
  no_admitted_point,  ///< no point was found that keeps the constraints
  invalid_log         ///< a log that can't be read, or that another study has written
};

/// An error: its kind, a sentence that says what was given and what is allowed, and the name of the parameter or option.
struct error_info {
  error_code code = error_code::invalid_use;  ///< what kind of thing
  std::string what;                           ///< the sentence
  std::string where;                          ///< the parameter, option or function; may be ""

  /// `where: what`, or `what` alone.
  [[nodiscard]] std::string message() const { return where.empty() ? what : where + ": " + what; }
};

/// What is thrown where exceptions are enabled.
class exception : public std::exception {
 public:
  /// What raise() throws.
  explicit exception(error_info info) : info_(std::move(info)), message_("knobless: " + info_.message()) {}
  /// "knobless: " and the message.
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
  /// The error itself.
  [[nodiscard]] const error_info& info() const noexcept { return info_; }

 private:
  error_info info_;
  std::string message_;
};

/// Throws `exception`; without exceptions hands the sentence to KNOBLESS_FAIL.
[[noreturn]] inline void raise(error_info info) {
#if KNOBLESS_EXCEPTIONS
  throw exception(std::move(info));
#else
  KNOBLESS_FAIL(info.message().c_str());
  for (;;) {
  }
#endif
}

/// A value or an error. One type in every build mode, since `std::expected` is not in C++20.
template <class T>
class [[nodiscard]] result {
 public:
  /// A value.
  result(T value) : value_(std::move(value)) {}
  /// An error.
  result(error_info error) : error_(std::move(error)) {}

  /// Whether there is a value.
  [[nodiscard]] explicit operator bool() const noexcept { return value_.has_value(); }

  /// The value; raises the error where there is none.
  [[nodiscard]] T& value() & {
    if (!value_) raise(error_);
    return *value_;
  }
  /// The same of a constant result.
  [[nodiscard]] const T& value() const& { return const_cast<result&>(*this).value(); }
  /// The same of a temporary.
  [[nodiscard]] T&& value() && { return std::move(value()); }

  /// The error. Only where there is no value.
  [[nodiscard]] const error_info& error() const noexcept {
    KNOBLESS_ASSERT(!value_);
    return error_;
  }

 private:
  std::optional<T> value_;
  error_info error_;
};

}  // namespace knobless
