#pragma once

#include "search_machine.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "../base/elementary.hpp"
#include "../base/error.hpp"
#include "ends.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

KNOBLESS_INLINE search_rules checked_rules(search_rules rules) {
  check_time(rules.duration, "duration");
  check_time(rules.trial_time_limit, "trial_time_limit");
  if (rules.trial_time_limit != std::chrono::nanoseconds{0} && rules.batches)
    raise({error_code::invalid_option,
           given_time(rules.trial_time_limit) + "trials that are evaluated in batches have no time of their own",
           "trial_time_limit"});
  check_target(rules.target);
  check_at_once(rules.parallel, "parallel");
  rules.trials = trials_at_most(rules.trials, rules.duration, rules.target);
  return rules;
}

KNOBLESS_INLINE search_machine::search_machine(study_core& core, search_listener& listener, const search_rules& rules,
                                               const search_clock& clock)
    : core_(core), listener_(listener), rules_(checked_rules(rules)), clock_(clock) {
  core_.begin_at_most(rules_.trials);
}

// ---- next

KNOBLESS_INLINE next_step search_machine::next() {
  using kind = next_step::kind;
  look_for_an_end();
  if (reason_) return {kind::end};
  // At the beginning; or, where the order of telling is free, as late as can be, so that the ask knows all that is told.
  if (waiting_ == out_.end()) fill();
  if (waiting_ == out_.end()) {
    look_for_an_end();  // the time may have run out since
    return {may_ask() ? kind::wait : kind::end};
  }
  outstanding_trial& t = *waiting_++;
  if (rules_.trial_time_limit != std::chrono::nanoseconds{0}) t.begun_ = clock_.elapsed();
  return {kind::evaluate, &t};
}

// In the order of asking: as many as may be out. Else one.
KNOBLESS_INLINE void search_machine::fill() {
  while (out_.size() < rules_.parallel && !time_is_up() && ask() && in_order()) {
  }
}

KNOBLESS_INLINE bool search_machine::ask() {
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
  outstanding_trial& t = out_.emplace_back(std::move(asked).value());
  if (waiting_ == out_.end()) --waiting_;
  if (reports_wait()) t.judge_ = core_.judge(t.number());
  return true;
}

// ---- while a trial is out

KNOBLESS_INLINE void search_machine::report(outstanding_trial& t, knobless::report r) {
  if (!reports_wait()) {
    core_.keep_report(t.number(), r);
    t.stopped_ = core_.stopped(t.number());
    return;
  }
  r.value = core_.signed_value(r.value);
  t.reports_.push_back(r);
  if (!t.stopped_)
    t.stopped_ = !elementary::is_finite(r.value) || t.judge_.stops({t.number(), t.reports_, core_.options().direction});
}

KNOBLESS_INLINE bool search_machine::should_stop(outstanding_trial& t) const {
  if (!over_.load(std::memory_order_relaxed) && !asked_to_stop() && !time_is_up() && !over_its_time(t))
    return t.stopped_;
  t.warned_.store(true, std::memory_order_relaxed);
  return true;
}

KNOBLESS_INLINE outstanding_trial* search_machine::find(std::size_t number) noexcept {
  const auto at = std::find_if(out_.begin(), out_.end(), [&](const auto& t) { return t.number() == number; });
  return at == out_.end() ? nullptr : &*at;
}

// ---- told

KNOBLESS_INLINE void search_machine::told(outstanding_trial& t, outcome&& out, std::chrono::nanoseconds took) {
  if (cut_) return;
  t.seconds_ = std::chrono::duration<double>(took).count();
  // What ended when should_stop() told it to keeps what it returned.
  if (!t.warned_.load(std::memory_order_relaxed))
    if (std::optional<failed_t> late = over_the_limit(took, rules_.trial_time_limit)) out = *std::move(late);
  if (in_order() && &t != &out_.front()) {
    t.ended_ = std::move(out);
    return;
  }
  tell(t, out);
  while (in_order() && !cut_ && !out_.empty() && out_.front().ended_) tell(out_.front(), *out_.front().ended_);
}

// Tells the study. In the order of asking each tell is followed by the ask that waited for it, so that every ask knows the same
// trials whichever ended first.
KNOBLESS_INLINE void search_machine::tell(outstanding_trial& t, const outcome& out) {
  for (const knobless::report& r : t.reports_) core_.keep_report(t.number(), {r.step, core_.signed_value(r.value)});
  core_.tell(t.number(), out, t.seconds_);
  listener_.told(t.number(), out, clock_);
  look_for_an_end_after_a_trial();
  out_.erase(std::find_if(out_.begin(), out_.end(), [&](const auto& other) { return &other == &t; }));
  if (in_order()) fill();
}

// ---- the end

KNOBLESS_INLINE void search_machine::end_for(termination reason) noexcept {
  reason_ = reason;
  over_.store(true, std::memory_order_relaxed);
}

KNOBLESS_INLINE void search_machine::abandon() noexcept {
  end_for(termination::stop_requested);
  cut_ = true;
}

KNOBLESS_INLINE search_end search_machine::finish() {
  for (const outstanding_trial& t : out_) core_.drop(t.number());
  out_.clear();
  waiting_ = out_.end();
  core_.begin_at_most(0);
  const history& seen = core_.seen();
  termination reason = reason_ ? *reason_ : refused_.value_or(termination::trials_done);
  if (seen.size() > 0 && seen.failures() == seen.size() && reason != termination::stop_requested)
    reason = termination::every_trial_failed;
  return {reason, std::chrono::duration<double>(clock_.elapsed()).count(), gain_};
}

KNOBLESS_INLINE void search_machine::look_for_an_end() {
  if (reason_) return;
  if (const std::optional<termination> found = finished()) end_for(*found);
}

KNOBLESS_INLINE void search_machine::look_for_an_end_after_a_trial() {
  if (reason_) return;
  look_for_an_end();
  if (!reason_ && gain_is_over()) end_for(termination::no_more_gain);
  // Which trials have begun by now depends on the clock: where nothing may, they are not told. What the clock itself ends, or
  // another thread, is told as far as it came.
  cut_ = in_order() && reason_ && ended_by_a_trial();
}

KNOBLESS_INLINE std::optional<termination> search_machine::finished() const {
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

// What makes no sense with several objectives. How many there are may be known by the first outcome only.
KNOBLESS_INLINE void search_machine::check_objectives() const {
  const std::size_t count = core_.seen().objectives();
  if (count == 1 || (!rules_.target && rules_.stop_when == nullptr)) return;
  raise({error_code::invalid_option,
         text(std::to_string(count), " objectives given, but ",
              rules_.target ? "a target is one value: a callback may look at the front, and end the search"
                            : "what is still to be gained is known of one only"),
         rules_.target ? "target" : "stop_when"});
}

// Asks the stop rule from time to time: it costs as much as some asks. One look may err, so several in a row must agree.
KNOBLESS_INLINE bool search_machine::gain_is_over() {
  constexpr int enough = 3;
  const history& seen = core_.seen();
  if (rules_.stop_when == nullptr || seen.size() < next_look_) return false;
  next_look_ = seen.size() + seen.size() / 10;
  const std::size_t left = rules_.trials != 0 ? rules_.trials - seen.size() : 0;
  gain_ = rules_.stop_when({core_.space(), seen, core_.options().seed, left});
  not_worthwhile_ = gain_ && gain_->expected <= gain_->worthwhile ? not_worthwhile_ + 1 : 0;
  return not_worthwhile_ == enough;
}

KNOBLESS_INLINE bool search_machine::ended_by_a_trial() const noexcept {
  return reason_ == termination::target_reached || reason_ == termination::every_trial_failed ||
         reason_ == termination::no_more_gain || listener_.asked_to_stop->load(std::memory_order_relaxed);
}

KNOBLESS_INLINE bool search_machine::asked_to_stop() const noexcept {
  return listener_.asked_to_stop->load(std::memory_order_relaxed) || core_.stop_requested() ||
         (rules_.stop != nullptr && rules_.stop->load(std::memory_order_relaxed));
}

KNOBLESS_INLINE bool search_machine::time_is_up() const {
  return rules_.duration != std::chrono::nanoseconds{0} && clock_.elapsed() >= rules_.duration;
}

KNOBLESS_INLINE bool search_machine::over_its_time(const outstanding_trial& t) const {
  return rules_.trial_time_limit != std::chrono::nanoseconds{0} &&
         clock_.elapsed() - t.begun_ >= rules_.trial_time_limit;
}

}  // namespace knobless::detail
