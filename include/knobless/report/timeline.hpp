/// \file
/// Who was busy with which trial, and when.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "../base/config.hpp"
#include "../record/record.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// When a trial ran, and who ran it.
struct trial_clock {
  std::size_t number = 0;  ///< of the trial
  double begun = 0.0;      ///< in seconds from the beginning of the search
  double ended = 0.0;      ///< the same; of a running trial the latest time that is known
  std::string worker;      ///< who ran it
};

/// A time during which a worker was busy with a trial.
struct work_piece {
  std::size_t number = 0;  ///< of the trial
  std::size_t worker = 0;  ///< index into timeline::workers
  double begun = 0.0;      ///< in seconds from the beginning of the search
  double ended = 0.0;      ///< the same
};

/// The workers of a search and what each of them did.
struct timeline {
  std::vector<std::string> workers;  ///< names; numbers from 1 on where nobody has a name
  std::vector<work_piece> work;      ///< in the order of its end
};

namespace detail {

/// As somebody has measured it. O(trials log trials).
[[nodiscard]] timeline timeline_of(std::span<const trial_clock> clocks);

/// From the order of asks, legs and tells and from the seconds that each took: what begins does so when the latest of those that had
/// ended before it was asked ends, on the first worker that is free. O(events workers).
[[nodiscard]] timeline timeline_of(const record& happened);

}  // namespace detail
}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "timeline.ipp"
#endif
