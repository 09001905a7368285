/// \file
/// Reads text whose form is known, piece by piece.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace journal_format {

/// Goes through a text piece by piece. Each step says whether the piece was there.
class text_cursor {
 public:
  explicit text_cursor(std::string_view all) : rest_(all) {}

  [[nodiscard]] bool literal(std::string_view piece) {
    if (rest_.substr(0, piece.size()) != piece) return false;
    rest_.remove_prefix(piece.size());
    return true;
  }
  /// The rest of a JSON string and its quote. False where something in it is escaped or not ASCII.
  [[nodiscard]] bool plain(std::string_view& into) {
    std::size_t end = 0;
    for (; end < rest_.size() && rest_[end] != '"'; ++end)
      if (rest_[end] == '\\' || rest_[end] < ' ' || rest_[end] > '~') return false;
    if (end == rest_.size()) return false;
    into = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }
  [[nodiscard]] bool plain(std::string& into) {
    std::string_view found;
    if (!plain(found)) return false;
    into = found;
    return true;
  }
  [[nodiscard]] bool whole(std::uint64_t& into) {
    const std::size_t length = digits(0);
    if (length == 0 || (length > 1 && rest_.front() == '0')) return false;
    return taken(std::from_chars(rest_.data(), rest_.data() + length, into));
  }
  /// A number as JSON has them (RFC 8259).
  [[nodiscard]] bool number(double& into) {
    std::size_t at = next(0) == '-' ? 1 : 0;
    const std::size_t whole = digits(at);
    if (whole == 0 || (whole > 1 && rest_[at] == '0')) return false;
    at += whole;
    if (next(at) == '.') {
      const std::size_t places = digits(at + 1);
      if (places == 0) return false;
      at += 1 + places;
    }
    if (next(at) == 'e' || next(at) == 'E') {
      const std::size_t sign = next(at + 1) == '-' || next(at + 1) == '+' ? 1 : 0;
      const std::size_t power = digits(at + 1 + sign);
      if (power == 0) return false;
      at += 1 + sign + power;
    }
    return taken(std::from_chars(rest_.data(), rest_.data() + at, into));
  }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

 private:
  [[nodiscard]] char next(std::size_t at) const noexcept { return at < rest_.size() ? rest_[at] : '\0'; }
  [[nodiscard]] std::size_t digits(std::size_t at) const noexcept {
    std::size_t count = 0;
    while (next(at + count) >= '0' && next(at + count) <= '9') ++count;
    return count;
  }
  [[nodiscard]] bool taken(const std::from_chars_result& read) {
    if (read.ec != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(read.ptr - rest_.data()));
    return true;
  }

  std::string_view rest_;
};

}  // namespace journal_format
}  // namespace knobless::detail
