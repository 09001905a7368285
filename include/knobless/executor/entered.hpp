/// \file
/// Which searches' workers a thread is in.
#pragma once

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Lives while this thread is a worker of a search. Training or an objective that waits within an executor may have its thread
/// lent to another worker of the same search, on top of the first one: which must not wait then for what lies below it.
class entered {
 public:
  explicit entered(const void* search) noexcept : search_(search), below_(innermost) { innermost = this; }
  entered(const entered&) = delete;
  entered& operator=(const entered&) = delete;
  ~entered() { innermost = below_; }

  /// Whether this thread is in a worker of that search. O(workers it is in).
  [[nodiscard]] static bool is(const void* search) noexcept {
    for (const entered* e = innermost; e != nullptr; e = e->below_)
      if (e->search_ == search) return true;
    return false;
  }

 private:
  static inline thread_local const entered* innermost = nullptr;
  const void* search_;
  const entered* below_;
};

}  // namespace knobless::detail
