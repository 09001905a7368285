#pragma once

#include "search_loop.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "../base/elementary.hpp"
#include "../base/error.hpp"
#include "../executor/entered.hpp"
#include "../executor/threads.hpp"
#include "../space/parameter.hpp"
#include "ends.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// One search. Its workers are the bodies that an executor runs: each takes a trial, evaluates it, tells it and takes the
/// next one. A worker waits only for trials that other workers are evaluating, so any number of them, running at once or one
/// after the other, comes to the end.
class search_loop {
 public:
  using clock = std::chrono::steady_clock;

  search_loop(study_core& core, search_job& job, const search_rules& rules) : core_(core), job_(job), rules_(rules) {}

  search_end run(any_executor where);
  /// A worker.
  void operator()(std::size_t) noexcept;

  /// From the thread of the trial.
  void report(loop_trial& t, knobless::report r);

  /// From any thread: whether a trial that began then should stop.
  [[nodiscard]] bool should_stop(clock::time_point begun) const {
    return over_.load(std::memory_order_relaxed) || asked_to_stop() || time_is_up() ||
           (limited() && clock::now() - begun >= rules_.trial_time_limit);
  }

 private:
  using lock = std::unique_lock<std::mutex>;

  void work(lock& held);
  void work_in_batches(lock& held);
  [[nodiscard]] loop_trial* next(lock& held);
  void evaluate(std::span<loop_trial* const> trials, lock& held);
  void ended(loop_trial& t);
  void tell(loop_trial& t);
  void fill();
  bool ask();
  void check_objectives() const;
  [[nodiscard]] std::optional<termination> finished() const;
  [[nodiscard]] bool gain_is_over();
  void look_for_an_end() {
    if (!reason_) reason_ = finished();
    if (reason_) over_.store(true, std::memory_order_relaxed);
  }

  /// Whether reports are kept from the study until their trial is told.
  [[nodiscard]] bool reports_wait() const noexcept { return rules_.deterministic && rules_.parallel > 1; }
  [[nodiscard]] bool may_ask() const noexcept { return !reason_ && !refused_ && !core_.full(); }
  [[nodiscard]] bool asked_to_stop() const noexcept {
    return job_.asked_to_stop->load(std::memory_order_relaxed) || core_.stop_requested() ||
           (rules_.stop != nullptr && rules_.stop->load(std::memory_order_relaxed));
  }
  [[nodiscard]] bool time_is_up() const {
    return rules_.duration != std::chrono::nanoseconds{0} && clock::now() - start_ >= rules_.duration;
  }
  [[nodiscard]] bool limited() const noexcept { return rules_.trial_time_limit != std::chrono::nanoseconds{0}; }
  [[nodiscard]] double seconds() const { return std::chrono::duration<double>(clock::now() - start_).count(); }

  study_core& core_;
  search_job& job_;
  const search_rules rules_;
  const clock::time_point start_ = clock::now();
  std::atomic<bool> over_{false};  // reason_, for all threads

  std::mutex mutex_;  // of all below, of the study, and of job_.told()
  std::condition_variable changed_;
  std::vector<std::unique_ptr<loop_trial>> out_;  // in the order of asking
  std::optional<termination> reason_;
  std::optional<termination> refused_;  // why no more trials can be asked
  bool cut_ = false;                    // nothing more is told
  std::size_t next_look_ = 20;          // of the stop rule, in told trials
  int not_worthwhile_ = 0;              // how many looks in a row said so
  std::optional<remaining_gain> gain_;
#if KNOBLESS_EXCEPTIONS
  std::exception_ptr thrown_;
#endif
};

KNOBLESS_INLINE void loop_trial::report(const knobless::report& r) { loop_.report(*this, r); }
KNOBLESS_INLINE bool loop_trial::should_stop() const {
  if (!loop_.should_stop(begun)) return stopped;
  warned.store(true, std::memory_order_relaxed);
  return true;
}

KNOBLESS_INLINE void search_loop::report(loop_trial& t, knobless::report r) {
  if (!reports_wait()) {
    const lock held(mutex_);
    core_.keep_report(t.number(), r);
    t.stopped = core_.stopped(t.number());
    return;
  }
  r.value = core_.signed_value(r.value);
  t.reports.push_back(r);
  if (!t.stopped)
    t.stopped = !elementary::is_finite(r.value) || t.judge.stops({t.number(), t.reports, core_.options().direction});
}

KNOBLESS_INLINE search_end search_loop::run(any_executor where) {
  core_.begin_at_most(rules_.trials);
  if (!where && rules_.parallel > 1 && !rules_.batches) where = threads(rules_.parallel);
  if (where && !rules_.batches) {
    std::size_t workers = rules_.parallel;
    if (rules_.trials != 0) workers = (std::min)(workers, rules_.trials);
    where.run(workers, executor_body(*this));
  }
  // The whole search where there is no executor; else nothing, unless it has run no body.
  (*this)(0);
  for (const auto& t : out_) core_.drop(t->number());
  core_.begin_at_most(0);
#if KNOBLESS_EXCEPTIONS
  if (thrown_) std::rethrow_exception(thrown_);
#endif
  const history& seen = core_.seen();
  termination reason = reason_ ? *reason_ : refused_.value_or(termination::trials_done);
  if (seen.size() > 0 && seen.failures() == seen.size() && reason != termination::stop_requested)
    reason = termination::every_trial_failed;
  return {reason, seconds(), gain_};
}

KNOBLESS_INLINE void search_loop::operator()(std::size_t) noexcept {
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
    reason_ = termination::stop_requested;
    over_.store(true, std::memory_order_relaxed);
    cut_ = true;
    changed_.notify_all();
  }
#else
  work(held);
#endif
}

KNOBLESS_INLINE void search_loop::work(lock& held) {
  if (rules_.batches) return work_in_batches(held);
  while (loop_trial* t = next(held)) {
    evaluate({&t, 1}, held);
    ended(*t);
  }
}

// The next trial to evaluate; none when this worker has nothing to wait for.
KNOBLESS_INLINE loop_trial* search_loop::next(lock& held) {
  for (;;) {
    look_for_an_end();
    if (reason_) return nullptr;
    const auto waiting = [&]() -> loop_trial* {
      for (const auto& t : out_)
        if (t->now == loop_trial::stage::waiting) return t.get();
      return nullptr;
    };
    if (loop_trial* t = waiting()) return t;
    // At the beginning; or, where the order of telling is free, as late as can be, so that the ask knows all that is told.
    fill();
    if (loop_trial* t = waiting()) return t;
    if (!may_ask()) return nullptr;
    changed_.wait(held);
  }
}

// Deterministic: as many as may be out. Else one: each worker asks for its own.
KNOBLESS_INLINE void search_loop::fill() {
  while (out_.size() < rules_.parallel && !time_is_up() && ask() && rules_.deterministic) {
  }
}

KNOBLESS_INLINE bool search_loop::ask() {
  // A trial that another process has left unfinished may be there to be asked again.
  if (!may_ask()) core_.look_around();
  if (!may_ask()) return false;
  result<study_core::asked> asked = core_.ask();
  if (!asked && core_.full()) return false;  // others that share the study have begun the last ones
  if (!asked) {
    refused_ = asked.error().code == error_code::space_exhausted ? termination::space_exhausted
                                                                 : termination::no_admitted_point;
    return false;
  }
  out_.push_back(std::make_unique<loop_trial>(*this, std::move(asked).value()));
  if (reports_wait()) out_.back()->judge = core_.judge(out_.back()->number());
  return true;
}

KNOBLESS_INLINE void search_loop::evaluate(std::span<loop_trial* const> trials, lock& held) {
  for (loop_trial* t : trials) t->now = loop_trial::stage::running;
  held.unlock();
  const auto begun = clock::now();
  for (loop_trial* t : trials) t->begun = begun;
  job_.evaluate(trials);
  const auto took = clock::now() - begun;
  for (loop_trial* t : trials) {
    t->seconds = std::chrono::duration<double>(took).count() / static_cast<double>(trials.size());
    // What ended when should_stop() told it to keeps what it returned.
    if (t->warned.load(std::memory_order_relaxed)) continue;
    if (std::optional<failed_t> late = over_the_limit(took, rules_.trial_time_limit)) t->told = *std::move(late);
  }
  held.lock();
  for (loop_trial* t : trials) t->now = loop_trial::stage::ended;
}

KNOBLESS_INLINE void search_loop::ended(loop_trial& t) {
  if (rules_.deterministic) {
    // In the order of asking; each tell is followed by the ask that waited for it, so that every ask knows the same trials
    // whichever ended first.
    while (!cut_ && !out_.empty() && out_.front()->now == loop_trial::stage::ended) {
      tell(*out_.front());
      out_.erase(out_.begin());
      fill();
    }
  } else if (!cut_) {
    tell(t);
    std::erase_if(out_, [&](const auto& other) { return other.get() == &t; });
  }
  changed_.notify_all();
}

KNOBLESS_INLINE void search_loop::tell(loop_trial& t) {
  for (const knobless::report& r : t.reports) core_.keep_report(t.number(), {r.step, core_.signed_value(r.value)});
  core_.tell(t.number(), t.told, t.seconds);
  job_.told(t, seconds());
  if (reason_) return;
  look_for_an_end();
  if (!reason_ && gain_is_over()) {
    reason_ = termination::no_more_gain;
    look_for_an_end();
  }
  // Which trials have begun by now depends on the clock: where nothing may, they are not told. What the clock itself ends, or
  // another thread, is told as far as it came.
  const bool by_a_trial = reason_ == termination::target_reached || reason_ == termination::every_trial_failed ||
                          reason_ == termination::no_more_gain || job_.asked_to_stop->load(std::memory_order_relaxed);
  cut_ = rules_.deterministic && !rules_.batches && reason_ && by_a_trial;
}

KNOBLESS_INLINE void search_loop::work_in_batches(lock& held) {
  for (look_for_an_end(); !reason_ && !refused_; look_for_an_end()) {
    while (out_.size() < rules_.parallel && !time_is_up() && ask()) {
    }
    if (out_.empty()) return;
    std::vector<loop_trial*> batch;
    for (const auto& t : out_) batch.push_back(t.get());
    evaluate(batch, held);
    for (loop_trial* t : batch) tell(*t);
    out_.clear();
  }
}

// What makes no sense with several objectives. How many there are may be known by the first outcome only.
KNOBLESS_INLINE void search_loop::check_objectives() const {
  const std::size_t count = core_.seen().objectives();
  if (count == 1 || (!rules_.target && rules_.stop_when == nullptr)) return;
  raise({error_code::invalid_option,
         text(std::to_string(count), " objectives given, but ",
              rules_.target ? "a target is one value: a callback may look at the front, and end the search"
                            : "what is still to be gained is known of one only"),
         rules_.target ? "target" : "stop_when"});
}

KNOBLESS_INLINE std::optional<termination> search_loop::finished() const {
  check_objectives();
  const history& seen = core_.seen();
  if (seen.size() >= hopeless_failures && seen.failures() == seen.size()) return termination::every_trial_failed;
  if (asked_to_stop()) return termination::stop_requested;
  if (rules_.target && seen.best()) {
    const double best = seen[*seen.best()].value;
    if (best <= core_.signed_value(*rules_.target)) return termination::target_reached;
  }
  if (rules_.trials != 0 && seen.size() >= rules_.trials) return termination::trials_done;
  if (time_is_up()) return termination::time_up;
  return std::nullopt;
}

// Asks the stop rule from time to time: it costs as much as some asks. One look may err, so several in a row must agree.
KNOBLESS_INLINE bool search_loop::gain_is_over() {
  constexpr int enough = 3;
  const history& seen = core_.seen();
  if (rules_.stop_when == nullptr || seen.size() < next_look_) return false;
  next_look_ = seen.size() + seen.size() / 10;
  const std::size_t left = rules_.trials != 0 ? rules_.trials - seen.size() : 0;
  gain_ = rules_.stop_when({core_.space(), seen, core_.options().seed, left});
  not_worthwhile_ = gain_ && gain_->expected <= gain_->worthwhile ? not_worthwhile_ + 1 : 0;
  return not_worthwhile_ == enough;
}

KNOBLESS_INLINE search_end run_search(study_core& core, search_job& job, search_rules rules, any_executor where) {
  check_time(rules.duration, "duration");
  check_time(rules.trial_time_limit, "trial_time_limit");
  if (rules.trial_time_limit != std::chrono::nanoseconds{0} && rules.batches)
    raise({error_code::invalid_option,
           given_time(rules.trial_time_limit) + "trials that are evaluated in batches have no time of their own",
           "trial_time_limit"});
  check_target(rules.target);
  check_at_once(rules.parallel, "parallel");
  rules.trials = trials_at_most(rules.trials, rules.duration, rules.target);
  return search_loop(core, job, rules).run(std::move(where));
}

}  // namespace knobless::detail
