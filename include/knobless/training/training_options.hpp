/// \file
/// Options of a search with live objects, and what it says on the way.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../record/outcome.hpp"
#include "../record/record.hpp"
#include "../record/record_keeper.hpp"
#include "../record/trial.hpp"
#include "training_log.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// What a callback sees after every leg.
template <class Config>
struct training_progress {
  const record& happened;              ///< the search so far, with this leg
  std::size_t number;                  ///< of the trial that was trained
  const Config& config;                ///< of the trial
  int resource;                        ///< what it has been trained now
  const outcome& told;                 ///< what the leg gave
  double seconds;                      ///< since the search began
  std::function<void()> request_stop;  ///< ends the search after the running legs; may be kept for longer than that
  double spent;                        ///< full trainings so far, those of running legs included
  double budget;                       ///< full trainings at most; 0: as many as the rule makes
  double duration;                     ///< how many seconds the search lasts at most; 0: no limit
  std::optional<double> best;          ///< the best value so far
  const detail::log_subject& subject;  ///< for log()

  /// What happened as text, for training_options::continue_from: write it to a file beside the old one, and rename it. O(legs d).
  [[nodiscard]] std::string log() const { return detail::write_log(subject); }
};

/// Options of a search with live objects. Resources are counted in the unit of `advance`: epochs, rounds, games.
template <class Config>
struct training_options {
  /// How much a model is trained in full; at least 1.
  // NOLINTBEGIN(readability-magic-numbers)
  int max_resource = 81;
  // NOLINTEND(readability-magic-numbers)
  /// No value below this is looked at; from 1 to max_resource.
  int min_resource = 1;
  /// At each rung of successive_halving, hyperband and asha the best 1/factor go on; at least 2.
  int factor = 3;
  /// How much is trained in all, in full trainings. 0: one bracket of successive_halving, one round of hyperband, and 20 full
  /// trainings of asha and multi_fidelity. What a memory cap makes the search train again is not part of it.
  double budget = 0.0;
  /// How many models may exist at once; 0: no limit. Beyond it the least promising model is destroyed, and built and
  /// trained again should it go on.
  std::size_t max_live = 0;
  /// The same seed gives the same search.
  std::uint64_t seed = 0;
  /// Which values are better.
  knobless::direction direction = knobless::direction::minimize;
  /// Begun first, in this order.
  std::vector<Config> first_guesses = {};
  /// Where given: set it to true from any thread, and the search ends after the running leg.
  const std::atomic<bool>* stop = nullptr;
  /// No leg is begun after this time; 0: no limit. Running ones are not interrupted.
  std::chrono::nanoseconds duration{0};
  /// Ends as soon as the value of a best model is at least as good.
  std::optional<double> target = std::nullopt;
  /// Called after every leg, one at a time. What it throws ends the search.
  std::function<void(const training_progress<Config>&)> on_leg = {};
  /// A leg that takes longer has failed, and its trial with it; 0: no limit. It is not interrupted.
  std::chrono::nanoseconds leg_time_limit{0};
  /// What training_progress::log() or training_result::log() of an earlier search of the same space, function, seed and options
  /// (but budget, duration and target) said: its legs are not trained again, and count as spent. Models that go on are built
  /// and trained again, as far as they were.
  std::string continue_from = {};
  /// Where the search is kept, so that it outlives this program: knobless::journal("study.log") of storage/journal.hpp. Legs that
  /// are there are not trained again, as with continue_from.
  std::shared_ptr<record_keeper> journal = nullptr;
};

}  // namespace knobless
