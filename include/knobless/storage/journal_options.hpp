/// \file
/// Options of a journal.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// What becomes of trials whose process died while they were running.
enum class interrupted_trials : unsigned char {
  retry,  ///< they are the first to be asked again, with the same number and configuration
  fail    ///< they have failed
};

/// When what was told is where.
enum class durability : unsigned char {
  /// Writing and syncing take at most 2 % of the time each. What a killed process loses is less than fifty times what one write
  /// takes (some milliseconds of work), what a power cut loses less than fifty times what the disk takes to sync; where trials
  /// take longer than that, nothing.
  automatic,
  /// On the disk before tell() returns: neither loses anything.
  every_tell
};

/// What happens when the file can't be written: a full disk, say.
enum class write_failure : unsigned char {
  go_on,  ///< the search goes on in memory, and what is missing is written as soon as that works again
  stop    ///< the search is asked to stop
};

/// Options of a journal.
struct journal_options {
  /// Name of the study: a file may have several. By default the one that is there, or "knobless" in a new file.
  std::string study = {};
  /// Several processes search together, on one machine or many: each opens the file with this.
  bool shared = false;
  interrupted_trials interrupted = interrupted_trials::retry;  ///< see there
  durability durable = durability::automatic;                  ///< see there
  write_failure unwritable = write_failure::go_on;             ///< see there
  /// The space was changed on purpose: trials that the present one can express teach, the others are left out.
  bool space_changed = false;
  /// Called with each note: damage in the file, a disk that is full. By default they go to stderr.
  std::function<void(std::string_view)> on_note = {};
};

}  // namespace knobless
