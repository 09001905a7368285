/// \file
/// The untyped half of minimize() as a state machine: it says which trial is to be evaluated next, takes the outcomes, and knows
/// when the search is over. It starts no thread, takes no lock and waits for nothing: runners do (executor/runners.hpp).
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "../analysis/stopping.hpp"
#include "../base/config.hpp"
#include "../record/outcome.hpp"
#include "../record/termination.hpp"
#include "../record/trial.hpp"
#include "../scheduler/scheduler.hpp"
#include "../space/point.hpp"
#include "search_clock.hpp"
#include "study_core.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// How many trials a search makes at most; 0: no limit. With nothing given that would end it, 100.
[[nodiscard]] inline std::size_t trials_at_most(std::size_t trials, std::chrono::nanoseconds duration,
                                                const std::optional<double>& target) noexcept {
  return trials == 0 && duration == std::chrono::nanoseconds{0} && !target ? 100 : trials;
}

/// What run_options say of the search.
struct search_rules {
  std::size_t trials = 0;                        ///< at most; 0: see trials_at_most()
  std::chrono::nanoseconds duration{0};          ///< no trial is asked after it; 0: no limit
  std::size_t parallel = 1;                      ///< how many trials are out at most
  std::optional<double> target = std::nullopt;   ///< a value as good as that ends the search
  const std::atomic<bool>* stop = nullptr;       ///< where given, and true: the search ends
  stop_rule stop_when = nullptr;                 ///< where given: ends the search when going on is not worth it
  bool deterministic = false;                    ///< tell in the order of asking
  std::chrono::nanoseconds trial_time_limit{0};  ///< a trial that takes longer has failed; 0: no limit
  bool batches = false;                          ///< all trials that are out are told before the next one is asked
};

/// A trial of a search that is out: asked, not told. The machine owns it; it lives until it is told.
class outstanding_trial {
 public:
  /// Made by search_machine.
  explicit outstanding_trial(study_core::asked asked) : asked_(std::move(asked)) {}
  outstanding_trial(const outstanding_trial&) = delete;
  outstanding_trial& operator=(const outstanding_trial&) = delete;

  /// Its number, in the order of asking.
  [[nodiscard]] std::size_t number() const noexcept { return asked_.number; }
  /// What to evaluate.
  [[nodiscard]] const point& where() const noexcept { return asked_.where; }

 private:
  friend class search_machine;

  study_core::asked asked_;
  std::chrono::nanoseconds begun_{0};
  bool stopped_ = false;             // by the scheduler
  std::atomic<bool> warned_{false};  // should_stop() said that the search is over, or the trial's time is up
  // Where what others see of a trial must not depend on the clock: its reports until it is told (to be minimised), and what
  // the scheduler would say of them, as it was at the ask.
  std::vector<report> reports_;
  any_scheduler judge_;
  // Where it has ended, and waits for those that were asked before it.
  std::optional<outcome> ended_;
  double seconds_ = 0.0;
};

/// Hears of each trial that is told, and may ask for the end.
struct search_listener {
  search_listener() = default;
  search_listener(const search_listener&) = delete;
  search_listener& operator=(const search_listener&) = delete;
  virtual ~search_listener() = default;

  /// The trial was told. What it throws comes out of search_machine::told().
  virtual void told(std::size_t number, const outcome& out, const search_clock& clock) = 0;

  /// Set to true to end the search, from any thread. A callback may keep it for longer than the search lasts.
  std::shared_ptr<std::atomic<bool>> asked_to_stop = std::make_shared<std::atomic<bool>>(false);
};

/// Why a search ended, after how long, and what the stop rule last said.
struct search_end {
  termination reason;                  ///< why
  double seconds;                      ///< since it began
  std::optional<remaining_gain> gain;  ///< as the stop rule last said
};

/// What a runner does next.
struct next_step {
  /// evaluate: `trial`. wait: until another trial is told. end: no more trials will come; those that are out can be told.
  enum class kind : unsigned char { evaluate, wait, end };
  kind what;                           ///< of these
  outstanding_trial* trial = nullptr;  ///< what to evaluate
};

/// One search. Call next() until it gives no trial, evaluate the trials wherever and in whichever order, and tell their
/// outcomes; begin anew until it says that the search is over. One thread at a time, but for should_stop().
class search_machine {
 public:
  /// All that it is given must outlive it. Raises an error for rules that make no sense.
  search_machine(study_core& core, search_listener& listener, const search_rules& rules, const search_clock& clock);
  search_machine(const search_machine&) = delete;
  search_machine& operator=(const search_machine&) = delete;

  /// What to do next. Throws what the sampler throws. Cost: the sampler's.
  [[nodiscard]] next_step next();

  /// A report of a trial that is out.
  void report(outstanding_trial& t, knobless::report r);

  /// Whether a trial that is out should stop: the scheduler says so, the search is over, or its time is up. From any thread, as
  /// long as the trial is out and not reporting.
  [[nodiscard]] bool should_stop(outstanding_trial& t) const;

  /// What came of a trial that is out, and how long it took. In a deterministic search it may have to wait for the trials that were
  /// asked before it, which are told first. Throws what the listener or the sampler throws. Cost: the study's, and O(trials
  /// that are out).
  void told(outstanding_trial& t, outcome&& out, std::chrono::nanoseconds took);

  /// Something has gone wrong: the search is over, and what is told from now on is dropped.
  void abandon() noexcept;

  /// No trial will come back: drops those that are out, and says why the search ended. Once, at the end.
  [[nodiscard]] search_end finish();

  /// A trial that is out; nothing where there is none of that number. O(trials that are out).
  [[nodiscard]] outstanding_trial* find(std::size_t number) noexcept;
  /// How many trials are out.
  [[nodiscard]] std::size_t outstanding() const noexcept { return out_.size(); }
  /// As they were given.
  [[nodiscard]] const search_rules& rules() const noexcept { return rules_; }
  /// The clock.
  [[nodiscard]] const search_clock& clock() const noexcept { return clock_; }

 private:
  void fill();
  bool ask();
  void tell(outstanding_trial& t, const outcome& out);
  void look_for_an_end();
  void look_for_an_end_after_a_trial();
  void end_for(termination reason) noexcept;
  void check_objectives() const;
  [[nodiscard]] std::optional<termination> finished() const;
  [[nodiscard]] bool gain_is_over();
  [[nodiscard]] bool ended_by_a_trial() const noexcept;

  // Whether trials are told in the order in which they were asked. Batches are by themselves.
  [[nodiscard]] bool in_order() const noexcept { return rules_.deterministic && !rules_.batches; }
  // Whether reports are kept from the study until their trial is told.
  [[nodiscard]] bool reports_wait() const noexcept { return rules_.deterministic && rules_.parallel > 1; }
  [[nodiscard]] bool may_ask() const noexcept { return !reason_ && !refused_ && !core_.full(); }
  [[nodiscard]] bool asked_to_stop() const noexcept;
  [[nodiscard]] bool time_is_up() const;
  [[nodiscard]] bool over_its_time(const outstanding_trial& t) const;

  study_core& core_;
  search_listener& listener_;
  const search_rules rules_;
  const search_clock& clock_;
  std::atomic<bool> over_{false};                                // reason_, for all threads
  std::list<outstanding_trial> out_;                             // in the order of asking
  std::list<outstanding_trial>::iterator waiting_ = out_.end();  // the first that was given to no one
  std::optional<termination> reason_;
  std::optional<termination> refused_;  // why no more trials can be asked
  bool cut_ = false;                    // nothing more is told
  // NOLINTNEXTLINE(readability-magic-numbers): as many as no_more_gain needs
  std::size_t next_look_ = 20;  // of the stop rule, in told trials
  int not_worthwhile_ = 0;      // how many looks in a row said so
  std::optional<remaining_gain> gain_;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "search_machine.ipp"
#endif
