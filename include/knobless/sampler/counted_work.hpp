/// \file
/// What proposals cost, by counted work: in seconds, as measured on one core of a server of 2021.
#pragma once

#include <algorithm>
#include <cstddef>

#include "../base/config.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

// Fits to what bench/overhead measured, in nanoseconds or microseconds.
// NOLINTBEGIN(readability-magic-numbers)

[[nodiscard]] inline double gp_seconds(std::size_t told, std::size_t dimensions) noexcept {
  const auto n = static_cast<double>((std::min)(told, std::size_t{400}));
  const auto d = static_cast<double>(dimensions);
  // It learns at each of the first asks.
  const double learning = told <= 48 ? 10.0 + 0.6 * d : 0.0;
  return 1e-6 * n * (10.0 + 0.45 * d + 0.05 * n + learning);
}

// The longest of its asks that does not learn: 600 candidates, and climbs.
[[nodiscard]] inline double gp_longest_seconds(std::size_t told, std::size_t dimensions) noexcept {
  const auto n = static_cast<double>((std::min)(told, std::size_t{400}));
  const auto d = static_cast<double>(dimensions);
  return 1e-6 * (300.0 + 28.0 * d + n * (10.0 + 0.45 * d + 0.05 * n));
}

// What learning from n points adds.
[[nodiscard]] inline double gp_learning_seconds(double n, std::size_t dimensions) noexcept {
  return 1e-9 * n * n * (50.0 + 12.0 * static_cast<double>(dimensions));
}

// A call of the constraints, with the point that it is about.
[[nodiscard]] inline double constraint_seconds(std::size_t dimensions) noexcept {
  return 1e-9 * (70.0 + 5.0 * static_cast<double>(dimensions));
}

[[nodiscard]] inline double quadratic_seconds(std::size_t told, std::size_t dimensions) noexcept {
  const auto n = static_cast<double>(told);
  const auto d = static_cast<double>(dimensions);
  const double m = (std::min)({n, (d + 1.0) * (d + 2.0), 300.0});
  return 1e-9 * (5000.0 + n * (50.0 + 3.0 * d) + m * m * (0.05 * m + 0.3 * d) + 100.0 * d * d);
}

[[nodiscard]] inline double parzen_seconds(std::size_t told, std::size_t dimensions) noexcept {
  return 1e-9 * (15000.0 + 3.3 * static_cast<double>(told) * static_cast<double>(dimensions));
}

// To take in a told trial.
[[nodiscard]] inline double hearing_seconds(std::size_t dimensions) noexcept {
  return 1e-6 * (3.0 + 0.6 * static_cast<double>(dimensions));
}

// Of CMA-ES's quadratic helper, on average; the longest of its asks take some 15 times that.
[[nodiscard]] inline double helper_seconds(std::size_t dimensions) noexcept {
  const auto d = static_cast<double>(dimensions);
  return 1e-6 * (5.0 + 0.7 * d * d);
}

// NOLINTEND(readability-magic-numbers)

}  // namespace knobless::detail

#include "../base/strict_end.inc"
