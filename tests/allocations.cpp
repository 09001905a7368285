// In a file of its own, so that no caller sees through it.
#include "allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <knobless/base/config.hpp>
#include <new>

namespace {
std::atomic<std::size_t> count{0};
std::atomic<std::size_t> fails_at{0};  // 0: none does

// Whether this allocation is the one that should fail.
bool fails() {
  const std::size_t number = ++count;
  std::size_t expected = number;
  return fails_at.compare_exchange_strong(expected, 0);
}
}  // namespace

std::size_t test::allocations() noexcept { return count; }

void test::fail_allocation(std::size_t n) noexcept { fails_at = n == 0 ? 0 : count + n; }

void* operator new(std::size_t size) {
  if (!fails())
    if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
#if KNOBLESS_EXCEPTIONS
  throw std::bad_alloc();
#else
  std::abort();
#endif
}
// The standard library's own calls this one, a sanitizer's does not: memory would come from one and go to the other.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
