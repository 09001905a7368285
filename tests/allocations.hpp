/// \file
/// How often the program has allocated memory.
#pragma once

#include <cstddef>

namespace test {

/// Calls of operator new so far, on any thread.
[[nodiscard]] std::size_t allocations() noexcept;

}  // namespace test
