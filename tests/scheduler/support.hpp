/// \file
/// Trials that report, without a study around them.
#pragma once

#include <cstddef>
#include <knobless/scheduler.hpp>
#include <utility>
#include <vector>

namespace test {

/// One running trial of a scheduler.
template <class Scheduler>
class reporting {
 public:
  reporting(Scheduler& by, std::size_t number, knobless::direction toward = knobless::direction::minimize)
      : by_(by), number_(number), toward_(toward) {}

  /// Whether it should stop after this report (of a value to be minimised).
  bool report(std::size_t step, double value) {
    curve_.push_back({step, value});
    return by_.stops({number_, curve_, toward_});
  }
  void end(knobless::trial_state state = knobless::trial_state::complete) {
    by_.ended({number_, curve_, toward_}, state);
  }

 private:
  Scheduler& by_;
  std::size_t number_;
  knobless::direction toward_;
  std::vector<knobless::report> curve_;
};

}  // namespace test
