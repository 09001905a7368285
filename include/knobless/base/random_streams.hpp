/// \file
/// Who draws from which random stream of a seed: the one list, so that no two draw from the same.
#pragma once

#include <cstdint>

#include "config.hpp"

namespace knobless::inline KNOBLESS_ABI::detail::streams {

// A seed has 2^64 streams. Trials have the numbers from 0 on; each of the others has 2^40 of its own, far above.
inline constexpr std::uint64_t room = std::uint64_t{1} << 40U;
inline constexpr std::uint64_t own_room = 0x0117;
inline constexpr std::uint64_t admitted_room = 0xAD31;
inline constexpr std::uint64_t generation_room = 0xC3A;  // from above

/// What is drawn for a trial, by its number.
[[nodiscard]] constexpr std::uint64_t trial(std::uint64_t number) noexcept { return number; }
/// The configurations after an interval of population-based training.
[[nodiscard]] constexpr std::uint64_t interval(std::uint64_t number) noexcept {
  return (std::uint64_t{1} << 32U) + number;
}
/// The search for a point that keeps the constraints, for the trial of that number after so many refusals (below 2^8).
[[nodiscard]] constexpr std::uint64_t admitted(std::uint64_t number, std::uint64_t refusals = 0) noexcept {
  return admitted_room * room + (refusals << 32U) + number;
}
/// The scrambling of Sobol's sequence.
inline constexpr std::uint64_t sobol = ~std::uint64_t{0} >> 1U;
/// The n-th draw of CMA-ES that belongs to no trial: its generations.
[[nodiscard]] constexpr std::uint64_t generation(std::uint64_t n) noexcept { return ~(generation_room * room) - n; }
/// What a stopping rule looks for after so many told trials.
[[nodiscard]] constexpr std::uint64_t stopping(std::uint64_t told) noexcept { return ~room - told; }
/// The order of a Latin hypercube's slices.
[[nodiscard]] constexpr std::uint64_t hypercube(std::uint64_t number) noexcept { return ~number; }

/// The n-th draw of a part from outside the library that belongs to no trial; n below 2^40.
[[nodiscard]] constexpr std::uint64_t own(std::uint64_t n) noexcept { return own_room * room + n; }

}  // namespace knobless::detail::streams
