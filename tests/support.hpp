/// \file
/// What the tests share: doctest, values by their bits, and a few statistics.
#pragma once

#include <knobless/base/config.hpp>
#if !KNOBLESS_EXCEPTIONS
#define DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS
#endif
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <knobless/error.hpp>
#include <string>
#include <vector>

namespace test {

// -ffast-math reorders sums and flushes subnormal numbers: there accuracy is promised to fewer digits.
#ifdef __FAST_MATH__
inline constexpr bool fast_math = true;
#else
inline constexpr bool fast_math = false;
#endif

/// Compiled with a sanitizer: ten times slower, and statistics tell it nothing.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

// By their bits, so that no compiler mode can reason them away.
inline const double nan = std::bit_cast<double>(std::uint64_t{0x7ff8000000000000U});
inline const double infinity = std::bit_cast<double>(std::uint64_t{0x7ff0000000000000U});

/// Pearson's statistic of counts that should be equal, less its mean, in standard deviations: about standard normal for
/// many cells and expected counts above 5.
inline double chi_square_z(const std::vector<std::size_t>& counts) {
  double total = 0.0;
  for (const std::size_t c : counts) total += static_cast<double>(c);
  const double expected = total / static_cast<double>(counts.size());
  double sum = 0.0;
  for (const std::size_t c : counts) {
    const double gap = static_cast<double>(c) - expected;
    sum += gap * gap / expected;
  }
  const auto freedom = static_cast<double>(counts.size() - 1);
  return (sum - freedom) / std::sqrt(2.0 * freedom);
}

/// Whether `text` holds `words`.
inline bool says(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

#if KNOBLESS_EXCEPTIONS
/// What a call was refused for; "" where it was not.
template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const knobless::exception& e) {
    return e.what();
  }
  return {};
}
#endif

}  // namespace test
