// In a file of its own, so that no caller sees through it.
#include "allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <knobless/config.hpp>
#include <new>

namespace {
std::atomic<std::size_t> count{0};
}

std::size_t test::allocations() noexcept { return count; }

void* operator new(std::size_t size) {
  ++count;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
#if KNOBLESS_EXCEPTIONS
  throw std::bad_alloc();
#else
  std::abort();
#endif
}
// The standard library's own calls this one, a sanitizer's does not: memory would come from one and go to the other.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++count;
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
