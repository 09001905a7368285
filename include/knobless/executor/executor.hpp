/// \file
/// Where bodies run: the concept `executor`, and `any_executor` that holds one.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// What an executor is given to run: call it with 0 to n - 1, each once, from any thread. Copies are the same work, which
/// lives until run() returns. Throws nothing.
class executor_body {
 public:
  /// Refers to `work`, which takes a number.
  template <class Work>
  explicit executor_body(Work& work) noexcept
      : work_(std::addressof(work)), call_([](const void* of, std::size_t i) {
          // As it was given: constant work is called as such.
          (*static_cast<Work*>(const_cast<void*>(of)))(i);
        }) {}

  /// Runs the i-th piece of the work.
  void operator()(std::size_t i) const { call_(work_, i); }

 private:
  const void* work_;
  void (*call_)(const void*, std::size_t);
};

/// Runs work: a game's job system, a pool of threads, or a loop. run(n, body) calls body(0) to body(n - 1), each once, in any
/// order and at once as it likes, and returns when all have returned. One after the other is fine.
template <class E>
concept executor = requires(E& e, std::size_t n, const executor_body& body) {
  e.run(n, body);
};

/// Holds an executor that it is given as a temporary, refers to one with a name (which must then live on), or has none.
/// Copies share it.
class any_executor {
 public:
  any_executor() = default;
  // The check for itself comes first: else the concept asks for the conversion that it is part of.
  /// Holds, or refers to, what it is given.
  template <class E>
  requires(!std::same_as<std::remove_cvref_t<E>, any_executor> && executor<std::remove_reference_t<E>>)
      any_executor(E&& held)
      : held_(std::make_shared<model<E>>(std::forward<E>(held))) {}

  /// Whether there is one.
  [[nodiscard]] explicit operator bool() const noexcept { return held_ != nullptr; }
  /// Only where there is one.
  void run(std::size_t n, const executor_body& body) const {
    KNOBLESS_ASSERT(held_ != nullptr);
    held_->run(n, body);
  }

 private:
  struct erased {
    erased() = default;
    erased(const erased&) = delete;
    erased& operator=(const erased&) = delete;
    virtual ~erased() = default;
    virtual void run(std::size_t n, const executor_body& body) = 0;
  };
  template <class E>  // a reference, or the type itself
  struct model final : erased {
    explicit model(E&& from) : held(std::forward<E>(from)) {}
    void run(std::size_t n, const executor_body& body) override { held.run(n, body); }
    E held;
  };
  std::shared_ptr<erased> held_;
};

}  // namespace knobless
