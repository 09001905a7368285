/// \file
/// Runners: they drive a search_machine, and evaluate its trials one after the other, several at once, or in batches.
#pragma once

#include <cstddef>
#include <mutex>
#include <span>

#include "../base/config.hpp"
#include "../record/outcome.hpp"
#include "../record/trial.hpp"
#include "../space/point.hpp"
#include "../study/search_machine.hpp"
#include "../study/study_core.hpp"
#include "executor.hpp"
#include "threads.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// A trial at work. It reports to the machine, from any thread, under the lock that guards the machine.
class evaluation final : public trial_host {
 public:
  /// All that it is given must outlive it.
  evaluation(search_machine& machine, outstanding_trial& of, std::mutex& guard)
      : machine_(machine), trial_(of), guard_(guard) {}

  /// The trial's number.
  [[nodiscard]] std::size_t number() const noexcept { return trial_.number(); }
  /// What to evaluate.
  [[nodiscard]] const point& where() const noexcept { return trial_.where(); }
  /// The trial.
  [[nodiscard]] outstanding_trial& trial() const noexcept { return trial_; }

  void report(const knobless::report& r) override {
    const std::lock_guard<std::mutex> held(guard_);
    machine_.report(trial_, r);
  }
  [[nodiscard]] bool should_stop() const override { return machine_.should_stop(trial_); }

  outcome told = failed;  ///< what came of it

 private:
  search_machine& machine_;
  outstanding_trial& trial_;
  std::mutex& guard_;
};

/// The half of a search that knows the type of its configurations.
struct search_job : search_listener {
  /// Evaluates the trial, and writes its outcome. From many threads at once; throws nothing.
  virtual void evaluate(evaluation& one) = 0;
  /// The same of a batch of trials.
  virtual void evaluate(std::span<evaluation* const> batch) = 0;
};

/// Runs a search to its end: in batches where the rules say so, on the executor where there is one, on threads where several
/// trials may be out, else in this thread. Throws what job.told() or the sampler threw, after all trials have ended. Raises an
/// error for rules that make no sense.
[[nodiscard]] search_end run_search(study_core& core, search_job& job, const search_rules& rules, any_executor where);

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "runners.ipp"
#endif
