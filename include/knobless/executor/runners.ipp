#pragma once

#include "runners.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

#include "entered.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

// One trial after the other, in this thread.
KNOBLESS_INLINE void run_one_by_one(search_machine& machine, search_job& job) {
  std::mutex guard;  // an objective may report from threads of its own
  for (next_step step = machine.next(); step.what == next_step::kind::evaluate; step = machine.next()) {
    evaluation one(machine, *step.trial, guard);
    const auto begun = machine.clock().elapsed();
    job.evaluate(one);
    machine.told(*step.trial, std::move(one.told), machine.clock().elapsed() - begun);
  }
}

// All trials that may be out at once, then the next ones; in this thread.
KNOBLESS_INLINE void run_in_batches(search_machine& machine, search_job& job) {
  std::mutex guard;
  for (;;) {
    std::deque<evaluation> all;
    std::vector<evaluation*> batch;
    for (next_step step = machine.next(); step.what == next_step::kind::evaluate; step = machine.next())
      batch.push_back(&all.emplace_back(machine, *step.trial, guard));
    if (batch.empty()) return;
    const auto begun = machine.clock().elapsed();
    job.evaluate(batch);
    const auto share = (machine.clock().elapsed() - begun) / static_cast<std::chrono::nanoseconds::rep>(batch.size());
    for (evaluation* e : batch) machine.told(e->trial(), std::move(e->told), share);
  }
}

/// Several trials at once. Its workers are the bodies that an executor runs: each takes a trial, evaluates it, tells it and
/// takes the next one. A worker waits only for trials that other workers are evaluating, so any number of them, running at once
/// or one after the other, comes to the end.
class runner_at_once {
 public:
  runner_at_once(search_machine& machine, search_job& job) : machine_(machine), job_(job) {}

  void run(const any_executor& where) {
    std::size_t workers = machine_.rules().parallel;
    if (machine_.rules().trials != 0) workers = (std::min)(workers, machine_.rules().trials);
    where.run(workers, executor_body(*this));
    (*this)(0);  // nothing, unless the executor has run no body
#if KNOBLESS_EXCEPTIONS
    if (thrown_) std::rethrow_exception(thrown_);
#endif
  }

  /// A worker.
  void operator()(std::size_t) noexcept {
    if (entered::is(this)) return;
    const entered here(this);
    lock held(mutex_);
#if KNOBLESS_EXCEPTIONS
    try {
      work(held);
    } catch (...) {
      // The lock is still held where a callback or a sampler threw: no other worker tells a trial in between.
      if (!held.owns_lock()) held.lock();
      if (!thrown_) thrown_ = std::current_exception();
      machine_.abandon();
      changed_.notify_all();
    }
#else
    work(held);
#endif
  }

 private:
  using lock = std::unique_lock<std::mutex>;

  void work(lock& held) {
    for (;;) {
      const next_step step = machine_.next();
      if (step.what == next_step::kind::end) return;
      if (step.what == next_step::kind::wait)
        changed_.wait(held);
      else
        evaluate(*step.trial, held);
    }
  }

  void evaluate(outstanding_trial& t, lock& held) {
    evaluation one(machine_, t, mutex_);
    held.unlock();
    const auto begun = machine_.clock().elapsed();
    job_.evaluate(one);
    const auto took = machine_.clock().elapsed() - begun;
    held.lock();
    machine_.told(t, std::move(one.told), took);
    changed_.notify_all();
  }

  search_machine& machine_;
  search_job& job_;
  std::mutex mutex_;  // of the machine, the study, and job_.told()
  std::condition_variable changed_;
#if KNOBLESS_EXCEPTIONS
  std::exception_ptr thrown_;
#endif
};

// Picks the runner.
KNOBLESS_INLINE void drive(search_machine& machine, search_job& job, any_executor where) {
  if (machine.rules().batches) return run_in_batches(machine, job);
  if (!where && machine.rules().parallel > 1) where = threads(machine.rules().parallel);
  if (!where) return run_one_by_one(machine, job);
  runner_at_once(machine, job).run(where);
}

KNOBLESS_INLINE search_end run_search(study_core& core, search_job& job, const search_rules& rules,
                                      any_executor where) {
  const stopwatch clock;
  search_machine machine(core, job, rules, clock);
#if KNOBLESS_EXCEPTIONS
  try {
    drive(machine, job, std::move(where));
  } catch (...) {
    (void)machine.finish();
    throw;
  }
#else
  drive(machine, job, std::move(where));
#endif
  return machine.finish();
}

}  // namespace knobless::detail
