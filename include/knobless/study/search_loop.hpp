/// \file
/// The untyped half of minimize(): trials are asked, evaluated (several at once) and told until there is a reason to end.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "../analysis/stopping.hpp"
#include "../base/config.hpp"
#include "../base/error.hpp"
#include "../executor/executor.hpp"
#include "../executor/threads.hpp"
#include "../record/outcome.hpp"
#include "../record/termination.hpp"
#include "../record/trial.hpp"
#include "../scheduler/scheduler.hpp"
#include "../space/parameter.hpp"
#include "study_core.hpp"

namespace knobless::inline KNOBLESS_ABI {

namespace detail {

/// How many trials a search makes at most; 0: no limit. With nothing given that would end it, 100.
[[nodiscard]] inline std::size_t trials_at_most(std::size_t trials, std::chrono::nanoseconds duration,
                                                const std::optional<double>& target) noexcept {
  return trials == 0 && duration == std::chrono::nanoseconds{0} && !target ? 100 : trials;
}

/// What run_options say of the loop.
struct search_rules {
  std::size_t trials = 0;
  std::chrono::nanoseconds duration{0};
  std::optional<double> target;
  const std::atomic<bool>* stop = nullptr;
  std::size_t parallel = 1;
  bool deterministic = false;
  std::chrono::nanoseconds trial_time_limit{0};
  bool batches = false;  ///< the objective takes as many trials at once as are out
  stop_rule stop_when = nullptr;
};

class search_loop;

/// A trial of the loop that is out: asked, not told.
class loop_trial final : public trial_host {
 public:
  loop_trial(search_loop& loop, study_core::asked asked) : asked_(std::move(asked)), loop_(loop) {}

  [[nodiscard]] std::size_t number() const noexcept { return asked_.number; }
  [[nodiscard]] const point& where() const noexcept { return asked_.where; }

  void report(const knobless::report& r) override;
  [[nodiscard]] bool should_stop() const override;

  // Where what others see of a trial must not depend on the clock: its reports until it is told (to be minimised), and what
  // the scheduler would say of them, as it was at the ask.
  std::vector<knobless::report> reports;
  any_scheduler judge;
  bool stopped = false;                     // by the scheduler
  mutable std::atomic<bool> warned{false};  // should_stop() said that the time is up
  outcome told = failed;
  std::chrono::steady_clock::time_point begun;
  double seconds = 0.0;
  enum class stage : unsigned char { waiting, running, ended } now = stage::waiting;

 private:
  study_core::asked asked_;
  search_loop& loop_;
};

/// The half of a search that knows the type of its configurations.
struct search_job {
  search_job() = default;
  search_job(const search_job&) = delete;
  search_job& operator=(const search_job&) = delete;
  virtual ~search_job() = default;

  /// Evaluates the trials, one unless there are batches, and writes their outcomes. From many threads at once; throws
  /// nothing.
  virtual void evaluate(std::span<loop_trial* const> trials) = 0;
  /// A trial was told. From one thread at a time. What it throws ends the search.
  virtual void told(const loop_trial& t, double seconds) = 0;

  /// By a callback, which may keep it for longer than the search lasts.
  std::shared_ptr<std::atomic<bool>> asked_to_stop = std::make_shared<std::atomic<bool>>(false);
};

struct search_end {
  termination reason;
  double seconds;
  std::optional<remaining_gain> gain;  ///< as the stop rule last said
};

/// Asks, evaluates and tells until there is a reason to end. Throws what job.told() or the sampler threw, after all trials
/// have ended. Raises an error for rules that make no sense.
[[nodiscard]] search_end run_search(study_core& core, search_job& job, search_rules rules, any_executor where);

}  // namespace detail
}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "search_loop.ipp"
#endif
