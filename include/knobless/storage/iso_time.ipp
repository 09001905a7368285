#pragma once

#include "iso_time.hpp"

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace knobless::inline KNOBLESS_ABI::detail {
namespace journal_format {

/// The day and the time of day, down to microseconds. The part up to the second is kept from one call to the next.
inline std::string time_text() {
  using namespace std::chrono;
  const auto now = floor<microseconds>(system_clock::now());
  const auto second = floor<seconds>(now);
  struct written {
    sys_seconds second{};
    std::string text;
  };
  static thread_local written last;
  const auto padded = [](auto value, std::size_t digits) {
    std::string out = std::to_string(value);
    return std::string(out.size() < digits ? digits - out.size() : 0, '0') + out;
  };
  if (last.text.empty() || last.second != second) {
    const auto day = floor<days>(second);
    const year_month_day date(day);
    const hh_mm_ss time(second - day);
    last.text = text(padded(int(date.year()), 4), "-", padded(unsigned(date.month()), 2), "-",
                     padded(unsigned(date.day()), 2), "T", padded(time.hours().count(), 2), ":",
                     padded(time.minutes().count(), 2), ":", padded(time.seconds().count(), 2));
    last.second = second;
  }
  std::string out = last.text;
  out += ".000000+00:00";
  auto rest = static_cast<std::uint64_t>((now - second).count());
  for (std::size_t at = last.text.size() + 6; rest > 0; --at, rest /= 10) out[at] = static_cast<char>('0' + rest % 10);
  return out;
}

inline std::optional<double> seconds_of(std::string_view time) {
  const auto digits = [&](std::size_t at, std::size_t count) -> std::optional<int> {
    if (at + count > time.size()) return std::nullopt;
    int value = 0;
    const auto read = std::from_chars(time.data() + at, time.data() + at + count, value);
    return read.ptr == time.data() + at + count ? std::optional<int>(value) : std::nullopt;
  };
  const auto year = digits(0, 4), month = digits(5, 2), day = digits(8, 2);
  const auto hour = digits(11, 2), minute = digits(14, 2), second = digits(17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  double seconds = 86400.0 * static_cast<double>(sys_days(date).time_since_epoch().count()) + 3600.0 * *hour +
                   60.0 * *minute + *second;
  std::size_t at = 19;
  double unit = 0.1;
  if (at < time.size() && time[at] == '.')
    for (++at; at < time.size() && time[at] >= '0' && time[at] <= '9'; ++at, unit *= 0.1)
      seconds += unit * (time[at] - '0');
  if (at < time.size() && (time[at] == '+' || time[at] == '-')) {
    const auto hours = digits(at + 1, 2), minutes = digits(at + 4, 2);
    if (!hours || !minutes) return std::nullopt;
    seconds -= (time[at] == '+' ? 1.0 : -1.0) * (3600.0 * *hours + 60.0 * *minutes);
  }
  return seconds;
}

}  // namespace journal_format
}  // namespace knobless::detail
