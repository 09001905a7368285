/// \file
/// A curve in one line of text.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../base/config.hpp"
#include "../base/elementary.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Values as blocks of eight heights, a block each, from the lowest to the highest of them: U+2581 to U+2588, in UTF-8. Of more than
/// `width` values the last one of each of so many even parts. Values that are not finite are blanks. O(values).
// NOLINTNEXTLINE(readability-magic-numbers)
[[nodiscard]] inline std::string sparkline(std::span<const double> values, std::size_t width = 20) {
  std::vector<double> shown;
  const std::size_t columns = (std::min)(width, values.size());
  for (std::size_t i = 1; i <= columns; ++i) shown.push_back(values[i * values.size() / columns - 1]);
  double low = 0.0;
  double high = 0.0;
  bool any = false;
  for (const double v : shown) {
    if (!elementary::is_finite(v)) continue;
    low = any ? (std::min)(low, v) : v;
    high = any ? (std::max)(high, v) : v;
    any = true;
  }
  std::string out;
  for (const double v : shown) {
    if (!elementary::is_finite(v)) {
      out += ' ';
      continue;
    }
    // Halves, since differences of huge values would overflow.
    const double height = high > low ? (v / 2 - low / 2) / (high / 2 - low / 2) : 0.0;
    out += "\xE2\x96";
    // NOLINTNEXTLINE(readability-magic-numbers): eight blocks
    out += static_cast<char>(0x81 + static_cast<int>((std::min)(7.0, 8.0 * height)));
  }
  return out;
}

/// The best value after each of many, of which only so many are kept as a sparkline needs: always the latest, and the others evenly.
class best_curve {
 public:
  /// The best value so far, after one more.
  void add(double best) {
    // The last one stands for those since the one before.
    if (in_last_ == each_ || values_.empty()) {
      values_.push_back(best);
      in_last_ = 0;
    }
    values_.back() = best;
    ++in_last_;
    if (values_.size() < most || in_last_ < each_) return;
    for (std::size_t i = 0; i < most / 2; ++i) values_[i] = values_[2 * i + 1];
    values_.resize(most / 2);
    each_ *= 2;
    in_last_ = each_;
  }
  /// Forgets all of them.
  void clear() { *this = {}; }
  /// Those that are kept.
  [[nodiscard]] std::span<const double> values() const noexcept { return values_; }

 private:
  static constexpr std::size_t most = 64;
  std::vector<double> values_;
  std::size_t each_ = 1;     // values that one stands for
  std::size_t in_last_ = 0;  // that the last one stands for
};

/// Whether the locale of the environment says that terminals take UTF-8 (POSIX: LC_ALL, else LC_CTYPE, else LANG).
[[nodiscard]] inline bool locale_is_utf8() {
#ifdef _WIN32
  return false;
#else
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view locale = value;
    for (const char* const says : {"UTF-8", "utf-8", "UTF8", "utf8"})
      if (locale.find(says) != std::string_view::npos) return true;
    return false;
  }
  return false;
#endif
}

}  // namespace knobless::detail
