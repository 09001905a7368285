/// \file
/// The only macros of knobless. Each may be defined before the first include (or on the command line) to override it.
#pragma once

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
