#pragma once

#include <algorithm>
#include <string_view>

#include "../base/random.hpp"
#include "../base/random_streams.hpp"
#include "../sampler/admitted_point.hpp"
#include "../sampler/fresh_point.hpp"
#include "study_core.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {

KNOBLESS_INLINE study_core::study_core(std::shared_ptr<const domain> space, any_sampler sampler, study_options options)
    : sampler_(std::move(sampler)),
      unused_(sampler_.copy()),
      options_(std::move(options)),
      record_(space, options_.direction, options_.objectives),
      discrete_(detail::all_discrete(*space)) {
  if (!options_.objectives.empty()) options_.direction = options_.objectives.front().better;
  if (options_.objectives.size() > 1) check_objectives(options_.objectives.size());
}

KNOBLESS_INLINE void study_core::check_objectives(std::size_t count) const {
  if (!sampler_.several_objectives())
    raise({error_code::invalid_option,
           detail::text(std::to_string(count), " objectives given, but the sampler", sampler_name().empty() ? "" : " ",
                        sampler_name(), " takes one"),
           "objectives"});
  if (options_.scheduler)
    raise(
        {error_code::invalid_option,
         detail::text(std::to_string(count), " objectives given, but a scheduler judges trials by one reported value"),
         "scheduler"});
}

KNOBLESS_INLINE void study_core::check_objectives(const outcome& out) const {
  if (keeper_ && out.values().size() > 1 && options_.objectives.empty())
    raise({error_code::invalid_use,
           "several values given, but a study that a journal keeps must declare its objectives", "study.tell"});
  if (out.values().size() > 1 && seen().complete() == 0) check_objectives(out.values().size());
}

KNOBLESS_INLINE study_core::~study_core() = default;

KNOBLESS_INLINE std::shared_ptr<study_core> study_core::anew() const {
  std::optional<any_sampler> sampler = unused_ ? unused_->copy() : std::nullopt;
  if (!sampler) return nullptr;
  return std::make_shared<study_core>(record_.shared_space(), *std::move(sampler), options_);
}

KNOBLESS_INLINE result<study_core::asked> study_core::ask() {
  const result<const pending_trial*> begun = next();
  if (!begun) return begun.error();
  return asked{begun.value()->number, begun.value()->where};
}

KNOBLESS_INLINE void study_core::keep_with(std::shared_ptr<record_keeper> keeper) {
  if (keeper_ || !record_.events().empty() || queued() > 0)
    raise({error_code::invalid_use, "only a new study can have its record kept", "study.keep_with"});
  keeper->begin(*this);
  keeper_ = std::move(keeper);
}

KNOBLESS_INLINE result<const pending_trial*> study_core::next() {
  for (;;)
    if (std::optional<result<const pending_trial*>> found = try_next()) return *std::move(found);
}

KNOBLESS_INLINE const pending_trial& study_core::begin(record::event::kind how, point where) {
  const pending_trial& begun = record_.begin(how, std::move(where));
  if (how == record::event::kind::asked) ++proposed_;
  happened_now();
  return begun;
}

KNOBLESS_INLINE std::optional<result<const pending_trial*>> study_core::try_next() {
  using kind = record::event::kind;
  using answer = result<const pending_trial*>;
  look_around();
  while (!again_.empty()) {
    pending_trial* left = record_.running(again_.front());
    again_.erase(again_.begin());
    if (left == nullptr) continue;
    left->stopped = false;
    return answer(left);
  }
  if (full()) return answer(error_info{error_code::invalid_use, "as many trials have begun as may", {}});
  const auto may_begin = [&](const point& p) { return !keeper_ || keeper_->may_begin(*this, p); };
  if (queued_ < queue_.size()) {
    if (!may_begin(queue_[queued_])) return std::nullopt;
    const pending_trial& begun = begin(kind::queued, queue_[queued_]);
    ++queued_;
    return answer(&begun);
  }
  random_stream rng(options_.seed, detail::streams::trial(asked_count()));
  detail::constraint_budget constraints;
  bool repeated = false;
  std::optional<point> proposed = propose(rng, repeated, constraints);
  if (!proposed)
    return answer(refuse({error_code::space_exhausted,
                          space().constrained() ? "all points that keep the constraints were proposed"
                                                : "all points of the search space were proposed",
                          {}}));
  const bool bad =
      space().constrained() &&
      (!space().admits(*proposed) || (discrete_ && !repeated && context(rng, repeated, constraints).known(*proposed)));
  if (bad) {
    result<point> found = replace(*proposed, constraints);
    if (!found) {
      error_info why = refuse(found.error());
      ++proposed_;
      ++refusals_;
      return answer(why);
    }
    proposed = std::move(found).value();
  }
  if (!may_begin(*proposed)) return std::nullopt;
  refusals_ = 0;
  return answer(&begin(kind::asked, *std::move(proposed)));
}

KNOBLESS_INLINE void study_core::forget_queued(const point& p) {
  const auto first = queue_.begin() + static_cast<std::ptrdiff_t>(queued_);
  if (const auto at = std::find(first, queue_.end(), p); at != queue_.end()) queue_.erase(at);
}

KNOBLESS_INLINE bool study_core::knows(const point& p) const {
  for (std::size_t i = 0; i < seen().size(); ++i) {
    const observation o = seen()[i];
    if (std::equal(o.unit.begin(), o.unit.end(), p.unit.begin(), p.unit.end()) &&
        std::equal(o.active.begin(), o.active.end(), p.active.begin(), p.active.end()))
      return true;
  }
  for (const pending_trial& running : seen().pending())
    if (running.where == p) return true;
  for (const point& waiting : queue())
    if (waiting == p) return true;
  return false;
}

KNOBLESS_INLINE std::optional<point> study_core::propose(random_stream& rng, bool& repeated,
                                                         detail::constraint_budget& constraints) {
#if KNOBLESS_EXCEPTIONS
  try {
#endif
    std::optional<point> proposed = sampler_.ask(context(rng, repeated, constraints));
    if (proposed && discrete_ && !repeated && context(rng, repeated, constraints).known(*proposed)) {
      detail::fresh_point fresh = detail::find_fresh(context(rng, repeated, constraints), *proposed);
      if (fresh.found || fresh.exhausted) proposed = std::move(fresh.found);
    }
    return proposed;
#if KNOBLESS_EXCEPTIONS
  } catch (...) {
    known_ = {};
    spare_ = {};
    if (unused_)
      if (std::optional<any_sampler> anew = unused_->copy()) sampler_ = *std::move(anew);
    throw;
  }
#endif
}

KNOBLESS_INLINE void study_core::propose_again() {
  random_stream rng(options_.seed, detail::streams::trial(asked_count()));
  detail::constraint_budget constraints;
  bool repeated = false;
  (void)propose(rng, repeated, constraints);
}

KNOBLESS_INLINE void study_core::begin_again(record::event::kind how, point where) {
  (void)begin(how, std::move(where));
}

// Instead of a proposal that breaks the constraints or is known. After a refusal the next search draws other points.
KNOBLESS_INLINE result<point> study_core::replace(const point& proposed, detail::constraint_budget& constraints) {
  random_stream rng(options_.seed, detail::streams::admitted(asked_count(), refusals_));
  bool repeated = false;
  const ask_context now = context(rng, repeated, constraints);
  detail::admitted_points search(now);
  if (std::optional<point> found = search.search(proposed)) return *std::move(found);
  const bool none = seen().size() == 0 && seen().pending().empty();
  if (search.tried_all() && !none)
    return error_info{error_code::space_exhausted, "all points that keep the constraints were proposed", {}};
  const std::string tried = std::to_string(constraints.made);
  return error_info{error_code::no_admitted_point,
                    search.tried_all() ? "no point of the search space keeps the constraints: all were tried"
                                       : detail::text(none ? "no point was found" : "no further point was found",
                                                      " that keeps the constraints: ", tried,
                                                      " were tried; a first guess that keeps them shows where to look"),
                    {}};
}

KNOBLESS_INLINE error_info study_core::refuse(error_info why) {
  refusal_ = why.what;
  record_.refuse();
  return why;
}

KNOBLESS_INLINE bool study_core::keep_report(std::size_t number, report r) {
  pending_trial* p = record_.running(number);
  if (p == nullptr) return false;
  r.value = signed_value(r.value);
  record_.report(*p, r);
  if (!p->stopped)
    p->stopped = !elementary::is_finite(r.value) || options_.scheduler.stops({number, p->reports, options_.direction});
  happened_now();
  return true;
}

KNOBLESS_INLINE bool study_core::stopped(std::size_t number) const noexcept {
  const pending_trial* p = seen().find_pending(number);
  return p != nullptr && p->stopped;
}

KNOBLESS_INLINE bool study_core::tell(std::size_t number, const outcome& out, double seconds) {
  pending_trial* p = record_.running(number);
  if (p == nullptr) return false;
  check_objectives(out);
  const bool inside = eligible(p->where);
  const trial_state state = record_.make_room(*p, out);
  options_.scheduler.ended({number, p->reports, options_.direction}, state);
  spare_ = record_.tell(*p, seconds, inside);
  happened_now();
  return true;
}

KNOBLESS_INLINE void study_core::add(point where, const outcome& out) {
  check_objectives(out);
  const bool inside = eligible(where);
  record_.add(std::move(where), out, inside);
  happened_now();
}

KNOBLESS_INLINE bool study_core::drop(std::size_t number) {
  pending_trial* p = record_.running(number);
  if (p == nullptr) return false;
  (void)record_.make_room(*p, failed);
  options_.scheduler.ended({number, p->reports, options_.direction}, trial_state::failed);
  record_.drop(*p);
  happened_now();
  return true;
}

KNOBLESS_INLINE void study_core::let_go(std::size_t number) noexcept {
#if KNOBLESS_EXCEPTIONS
  try {
#endif
    drop(number);
#if KNOBLESS_EXCEPTIONS
  } catch (...) {  // NOLINT(bugprone-empty-catch)
  }
#endif
}

KNOBLESS_INLINE void study_core::replace_space(std::shared_ptr<const domain> space,
                                               const record::translation& translate) {
  std::vector<point> waiting;
  for (const point& p : queue())
    if (std::optional<point> moved = translate.apply({record_.spaces() - 1, p});
        moved && space->contains(*moved) && space->admits(*moved))
      waiting.push_back(std::move(*moved));
  const bool discrete = detail::all_discrete(*space);
  record_.change_space(std::move(space), translate);
  queue_ = std::move(waiting);
  queued_ = 0;
  discrete_ = discrete;
  happened_now();
}

}  // namespace knobless

#include "../base/strict_end.inc"
