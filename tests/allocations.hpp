/// \file
/// How often the program has allocated memory.
#pragma once

#include <cstddef>

namespace test {

/// Calls of operator new so far, on any thread.
[[nodiscard]] std::size_t allocations() noexcept;

/// The n-th allocation from now on fails, once; 0: none does.
void fail_allocation(std::size_t n) noexcept;

}  // namespace test
