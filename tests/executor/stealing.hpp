/// \file
/// An executor for the tests of parallel searches.
#pragma once

#include <cstddef>
#include <functional>
#include <knobless/executor/executor.hpp>
#include <vector>

namespace test {

/// An executor of one thread that is lent to other bodies while a body waits, as in work stealing.
struct stealing {
  std::vector<std::size_t> left;
  std::function<void(std::size_t)> work;
  void run(std::size_t n, const knobless::executor_body& body) {
    for (std::size_t i = 0; i < n; ++i) left.push_back(i);
    work = body;
    while (help()) {
    }
  }
  bool help() {
    if (left.empty()) return false;
    const std::size_t i = left.back();
    left.pop_back();
    work(i);
    return true;
  }
};

}  // namespace test
