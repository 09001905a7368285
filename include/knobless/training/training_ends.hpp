/// \file
/// What ends a search with live models, and what ends a leg of it.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "../base/config.hpp"
#include "../record/outcome.hpp"
#include "../record/record.hpp"
#include "../record/termination.hpp"
#include "../record/trial.hpp"
#include "../study/ends.hpp"
#include "../study/objective.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Raises an error for options that end nothing: a time below 0, a target that is no number.
template <class Options>
void check_ends(const Options& options) {
  check_time(options.duration, "duration");
  check_time(options.leg_time_limit, "leg_time_limit");
  check_target(options.target);
}

/// A leg's outcome as searches with live models take it: they compare models by one value, and one that breaks a limit has failed.
[[nodiscard]] inline outcome judged_leg(outcome told) {
  if (told.state() != trial_state::complete) return told;
  if (const std::size_t values = told.values().size(); values > 1)
    return std::move(told).as_failure(
        text(std::to_string(values), " values given, but live models are compared by one"));
  for (const measured_limit& l : told.limits())
    if (l.amount > 0.0) return std::move(told).as_failure(text("it breaks the limit \"", std::string(l.name), "\""));
  return told;
}

/// Raises a compile-time error for an objective whose type says that it has several values.
template <class Answer>
constexpr void check_one_value() {
  static_assert(values_in<std::remove_cvref_t<Answer>> <= 1,
                "knobless: live models are compared by one value, but advance returns several");
}

/// Looks at the clock, the target and at who asked for the end, from now on. Refers to the options.
template <class Options>
class training_ends {
 public:
  explicit training_ends(const Options& options) : options_(options) {}

  /// Since the search began.
  [[nodiscard]] double seconds() const { return std::chrono::duration<double>(clock::now() - start_).count(); }

  /// Asks for the end; for a callback, which may keep it for longer than the search lasts.
  [[nodiscard]] std::function<void()> stopper() const {
    return [stop = asked_to_stop_] { stop->store(true); };
  }

  /// Why the search is over, where it is: nothing has ever worked (`hopeless`), or the best value, to be minimised, is as good as
  /// asked for.
  [[nodiscard]] std::optional<termination> finished(bool hopeless, const record& happened,
                                                    const std::optional<double>& best) const {
    if (asked_to_stop_->load(std::memory_order_relaxed) ||
        (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed)))
      return termination::stop_requested;
    if (hopeless) return termination::every_trial_failed;
    if (options_.target && best && *best <= happened.signed_value(*options_.target)) return termination::target_reached;
    if (options_.duration > std::chrono::nanoseconds{0} && clock::now() - start_ >= options_.duration)
      return termination::time_up;
    return std::nullopt;
  }

  /// The outcome of a leg, and how long it took; a failure where that is too long.
  template <class Leg>
  [[nodiscard]] outcome timed(const Leg& leg, double& seconds) const {
    const auto begun = clock::now();
    outcome told = judged_leg(leg());
    const auto took = clock::now() - begun;
    seconds = std::chrono::duration<double>(took).count();
    if (std::optional<failed_t> late = over_the_limit(took, options_.leg_time_limit)) return *std::move(late);
    return told;
  }

 private:
  using clock = std::chrono::steady_clock;

  const Options& options_;
  const clock::time_point start_ = clock::now();
  std::shared_ptr<std::atomic<bool>> asked_to_stop_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace knobless::detail
