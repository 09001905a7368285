/// \file
/// The only macros of knobless. Each may be defined before the first include (or on the command line) to override it.
#pragma once

#include "version.hpp"

// The x87 unit of old computes with more digits than a double has, and drops them whenever it stores one: the same seed would
// not give the same trials, and two numbers that were equal a moment ago might differ.
#if (defined(__i386__) || defined(__x86_64__)) && !defined(__SSE2_MATH__)
#error "knobless: the same seed gives the same trials with SSE2 arithmetic only: compile with -msse2 -mfpmath=sse"
#endif

/// 1 where exceptions are enabled. Without them an error that would be thrown goes to KNOBLESS_FAIL.
#ifndef KNOBLESS_EXCEPTIONS
#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define KNOBLESS_EXCEPTIONS 1
#else
#define KNOBLESS_EXCEPTIONS 0
#endif
#endif

/// The inline namespace that everything is in: the version and whether there are exceptions. Files of one program that were
/// compiled in different ways have functions of different names, and the linker never takes one for the other: headers only,
/// they work side by side; a `knobless::compiled` of another way is not found. Not for users to override.
#define KNOBLESS_ABI_JOIN(major, minor, patch, mode) v##major##_##minor##_##patch##mode
/// The same, once the arguments are replaced by what they stand for.
#define KNOBLESS_ABI_OF(major, minor, patch, mode) KNOBLESS_ABI_JOIN(major, minor, patch, mode)
#if KNOBLESS_EXCEPTIONS
/// The inline namespace of this version and this mode.
#define KNOBLESS_ABI KNOBLESS_ABI_OF(KNOBLESS_VERSION_MAJOR, KNOBLESS_VERSION_MINOR, KNOBLESS_VERSION_PATCH, )
#else
#define KNOBLESS_ABI KNOBLESS_ABI_OF(KNOBLESS_VERSION_MAJOR, KNOBLESS_VERSION_MINOR, KNOBLESS_VERSION_PATCH, _noexcept)
#endif

/// What happens with an error that nobody takes as a value, in builds without exceptions: `sentence` is a C string.
/// Must not return.
#ifndef KNOBLESS_FAIL
#include <cstdio>
#include <cstdlib>
#define KNOBLESS_FAIL(sentence) (std::fprintf(stderr, "knobless: %s\n", sentence), std::abort())
#endif

/// Checks of our own invariants (a failure is a bug of knobless, never of its user). Off in release builds.
#ifndef KNOBLESS_ASSERT
#include <cassert>
#define KNOBLESS_ASSERT(condition) assert(condition)
#endif

/// `inline` where the library is headers only; empty where the program links `knobless::compiled`, which defines
/// KNOBLESS_COMPILED and holds the numeric code once.
#ifdef KNOBLESS_COMPILED
#define KNOBLESS_INLINE
#else
#define KNOBLESS_INLINE inline
#endif

/// For the few functions that a loop over vector registers is made of: GCC at -O2 would call some of them.
#if defined(__GNUC__)
#define KNOBLESS_ALWAYS_INLINE __attribute__((always_inline)) inline
#else
#define KNOBLESS_ALWAYS_INLINE inline
#endif

#include <cstddef>
#include <cstdint>

namespace knobless::inline KNOBLESS_ABI::detail {

/// A count as a size: where these are narrower, it is known to fit. A cast would be one too many where they are not. A template, so
/// that only one of the branches is looked at.
template <class Count>
[[nodiscard]] constexpr std::size_t to_size(Count count) noexcept {
  if constexpr (sizeof(Count) > sizeof(std::size_t))
    return static_cast<std::size_t>(count);
  else
    return count;
}

}  // namespace knobless::detail
