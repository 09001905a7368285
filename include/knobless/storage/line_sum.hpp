/// \file
/// The checksum that ends our own lines of a journal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace journal_format {

inline constexpr std::string_view sum_key = ",\"knobless:sum\":\"";
inline constexpr std::size_t sum_digits = 16;
/// What a checksum, the last brace and the end take of a line, and what an id takes at most.
inline constexpr std::size_t seal_size = sum_key.size() + sum_digits + 3;
inline constexpr std::size_t id_digits = 20;

/// The checksum of a line's beginning, in hexadecimal: FNV-1a (Fowler, Noll, Vo; RFC 9923) with words of 8 bytes, the first one the
/// lowest, instead of bytes, from its offset basis and the length; the upper half of each product is mixed into the lower
/// one. Each step can be undone, so that no change within one word goes unnoticed. O(line / 8).
[[nodiscard]] inline std::array<char, sum_digits> line_sum(std::string_view of) noexcept {
  constexpr std::size_t word = 8;
  constexpr std::uint64_t prime = 0x100000001B3U;
  std::uint64_t h = 0xCBF29CE484222325U ^ of.size();
  const auto take = [&](std::string_view bytes) {
    std::uint64_t next = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      next |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8U * i);
    h = (h ^ next) * prime;
    h ^= h >> 32U;
  };
  std::size_t at = 0;
  for (; at + word <= of.size(); at += word) {
    const char* const b = of.data() + at;
    const auto byte = [b](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(b[i])} << (8U * i); };
    h = (h ^ (byte(0) | byte(1) | byte(2) | byte(3) | byte(4) | byte(5) | byte(6) | byte(7))) * prime;
    h ^= h >> 32U;
  }
  take(of.substr(at));
  std::array<char, sum_digits> out{};
  for (std::size_t i = sum_digits; i-- > 0; h >>= 4U) out[i] = "0123456789abcdef"[h & 15U];
  return out;
}

/// Whether a line has a checksum behind its last comma, and the right one.
enum class seal_state : unsigned char { none, whole, broken };
/// Which of these. O(line / 8).
[[nodiscard]] inline seal_state seal_of(std::string_view line) noexcept {
  const std::size_t tail = sum_key.size() + sum_digits + 2;
  const bool in_place = line.size() >= tail && line.substr(line.size() - tail, sum_key.size()) == sum_key;
  if (!in_place) return line.rfind(sum_key) == std::string_view::npos ? seal_state::none : seal_state::broken;
  const std::string_view given = line.substr(line.size() - sum_digits - 2);
  const std::array<char, sum_digits> sum = line_sum(line.substr(0, line.size() - tail));
  const bool same = given.substr(0, sum_digits) == std::string_view(sum.data(), sum.size());
  return same && given.substr(sum_digits) == "\"}" ? seal_state::whole : seal_state::broken;
}

}  // namespace journal_format
}  // namespace knobless::detail
