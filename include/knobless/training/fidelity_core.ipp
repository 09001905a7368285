#pragma once

#include <algorithm>

#include "../base/random.hpp"
#include "../base/random_streams.hpp"
#include "../sampler/admitted_point.hpp"
#include "fidelity_core.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {

namespace detail {

inline void add_row(history& seen, std::size_t number, const point& where, const outcome& out) {
  observation o;
  o.number = number;
  o.state = out.state();
  o.has_value = o.state == trial_state::complete;
  o.value = out.value();
  o.unit = where.unit;
  o.active = where.active;
  seen.append(o);
}

}  // namespace detail

KNOBLESS_INLINE fidelity_core::fidelity_core(std::shared_ptr<const domain> space, any_promotion_rule rule,
                                             any_sampler sampler, const options& chosen)
    : space_(std::move(space)),
      rule_(std::move(rule)),
      sampler_(std::move(sampler)),
      options_(chosen),
      record_(space_, chosen.direction) {}

KNOBLESS_INLINE history& fidelity_core::at_level(std::size_t resource) {
  auto at = std::find_if(levels_.begin(), levels_.end(), [&](const level& l) { return l.resource >= resource; });
  if (at == levels_.end() || at->resource != resource) at = levels_.insert(at, {resource, history(space_->size())});
  return at->seen;
}

KNOBLESS_INLINE std::optional<point> fidelity_core::propose() {
  // A model needs a few points more than there are parameters.
  const std::size_t enough = space_->size() + 2;
  history nothing(space_->size());
  history* seen = levels_.empty() ? &nothing : &levels_.front().seen;
  std::size_t shown = levels_.empty() ? 0 : levels_.front().resource;
  for (level& l : levels_)
    if (l.seen.complete() >= enough) {
      seen = &l.seen;
      shown = l.resource;
    }
  if (shown != shown_) {
    // Other values for the same points: what the sampler keeps of the earlier ones is void.
    for (level& l : levels_)
      if (l.resource == shown_) seen->supersede(l.seen);
    shown_ = shown;
  }
  // New trials that have not come as far, and are still trained.
  for (std::size_t i = 0; i < trials_.size(); ++i)
    if (trials_[i].busy && trials_[i].curve.empty()) seen->begin({i, trials_[i].where, {}});
  random_stream rng(options_.seed, detail::streams::trial(trials_.size()));
  std::optional<point> p = sampler_.ask({*space_, *seen, rng, options_.seed, proposed_});
  while (!seen->pending().empty()) seen->forget(seen->pending().back().number);
  if (!p) {
    no_point_ = termination::space_exhausted;
    return std::nullopt;
  }
  ++proposed_;
  return p;
}

// The point, or another one where it breaks the constraints.
KNOBLESS_INLINE std::optional<point> fidelity_core::admitted(point p) {
  if (space_->admits(p)) return p;
  constexpr std::size_t shown = 64;
  history latest(space_->size());
  for (std::size_t i = trials_.size() - (std::min)(trials_.size(), shown); i < trials_.size(); ++i)
    latest.begin({i, trials_[i].where, {}});
  random_stream rng(options_.seed, detail::streams::admitted(trials_.size()));
  const ask_context context{*space_, latest, rng, options_.seed};
  detail::admitted_points search(context);
  std::optional<point> found = search.search(p);
  if (!found)
    no_point_ = search.tried_all() && !trials_.empty() ? termination::space_exhausted : termination::no_admitted_point;
  return found;
}

KNOBLESS_INLINE void fidelity_core::release(std::size_t trial) {
  gone_.resize(trials_.size(), false);
  if (best_ == trial || gone_[trial]) return;
  gone_[trial] = true;
  released_.push_back(trial);
}

KNOBLESS_INLINE std::vector<std::size_t> fidelity_core::released() { return std::exchange(released_, {}); }

// Rules come from elsewhere, too.
KNOBLESS_INLINE void fidelity_core::refuse_impossible(const leg& wanted) const {
  const auto refuse = [&](const std::string& sentence) {
    raise({error_code::invalid_use, detail::text("the rule wants trial ", std::to_string(wanted.trial), sentence),
           "promotion_rule.next"});
  };
  if (wanted.trial > trials_.size())
    refuse(detail::text(" trained, but the next new trial is ", std::to_string(trials_.size())));
  const bool fresh = wanted.trial == trials_.size();
  if (!fresh && trials_[wanted.trial].busy) refuse(" trained, but it is being trained");
  if (!fresh && trials_[wanted.trial].state != trial_state::running) refuse(" trained, but it has ended");
  const std::size_t from = fresh ? 0 : trials_[wanted.trial].resource();
  if (wanted.to <= from || wanted.to > options_.max_resource)
    refuse(detail::text(" trained up to ", std::to_string(wanted.to), ", but that must be from ",
                        std::to_string(from + 1), " to ", std::to_string(options_.max_resource)));
  if (wanted.where && wanted.where->size() != space_->size())
    refuse(detail::text(" at a point of ", std::to_string(wanted.where->size()), " coordinates, but the space has ",
                        std::to_string(space_->size())));
}

KNOBLESS_INLINE void fidelity_core::check_released(std::span<const std::size_t> out) const {
  for (std::size_t k = 0; k < out.size(); ++k) {
    const std::size_t i = out[k];
    const bool again = std::find(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(k), i) !=
                       out.begin() + static_cast<std::ptrdiff_t>(k);
    if (i >= trials_.size() || again || trials_[i].busy || trials_[i].state != trial_state::running)
      raise({error_code::invalid_use,
             detail::text("the rule lets trial ", std::to_string(i), " go, but only one that waits can go, and once"),
             "promotion_rule.next"});
  }
}

KNOBLESS_INLINE std::optional<fidelity_core::piece> fidelity_core::ask() {
  if (over_) return std::nullopt;
  std::vector<std::size_t> out;
  std::optional<leg> next;
  bool queued = false;
  for (;;) {
    next = rule_.next(context(), out);
    if (next) refuse_impossible(*next);
    if (!next || next->trial < trials_.size()) break;
    queued = queued_ < queue_.size();
    if (queued) next->where = std::move(queue_[queued_++]);
    if (!next->where) next->where = propose();
    if (next->where) next->where = admitted(*std::move(next->where));
    if (next->where) break;
    next.reset();
    if (exhausted_) break;
    exhausted_ = true;
  }
  check_released(out);
  for (const std::size_t i : out) {
    end(i, trial_state::pruned, pruned);
    release(i);
  }
  if (!next) return std::nullopt;
  const std::size_t from = next->trial == trials_.size() ? 0 : trials_[next->trial].resource();
  if (options_.budget != 0 && spent_ + (next->to - from) > options_.budget) {
    over_ = true;
    return std::nullopt;
  }
  if (next->trial == trials_.size()) {
    record_.begin(queued ? record::event::kind::queued : record::event::kind::asked, *next->where);
    trials_.push_back({std::move(*next->where), {}, trial_state::running, false});
    asked_to_.push_back(0);
  }
  record_.train(*record_.running(next->trial), next->to);
  trials_[next->trial].busy = true;
  asked_to_[next->trial] = next->to;
  ++busy_;
  spent_ += next->to - from;
  return piece{next->trial, from, next->to};
}

KNOBLESS_INLINE void fidelity_core::end(std::size_t trial, trial_state state, const outcome& told) {
  trials_[trial].state = state;
  pending_trial& running = *record_.running(trial);
  (void)record_.make_room(running, told);
  record_.tell(running, running.seconds, true);
}

KNOBLESS_INLINE void fidelity_core::close() {
  for (std::size_t i = 0; i < trials_.size(); ++i)
    if (trials_[i].state == trial_state::running) end(i, trial_state::pruned, pruned);
}

KNOBLESS_INLINE std::vector<fidelity_core::piece> fidelity_core::busy_pieces() const {
  std::vector<piece> all;
  for (std::size_t i = 0; i < trials_.size(); ++i)
    if (trials_[i].busy) all.push_back({i, trials_[i].resource(), asked_to_[i]});
  return all;
}

KNOBLESS_INLINE const history* fidelity_core::level_with(std::size_t enough) const noexcept {
  const history* found = nullptr;
  for (const level& l : levels_)
    if (l.seen.complete() >= enough) found = &l.seen;
  return found;
}

KNOBLESS_INLINE void fidelity_core::tell(std::size_t trial, const outcome& told, double seconds) {
  const outcome out =
      told.state() == trial_state::complete ? outcome(record_.signed_value(told.value())) : told;  // to be minimised
  training& t = trials_[trial];
  KNOBLESS_ASSERT(t.busy);
  t.busy = false;
  --busy_;
  const std::size_t to = asked_to_[trial];
  detail::add_row(at_level(to), trial, trials_[trial].where, out);
  if (out.state() != trial_state::complete) {
    fail(trial, out, seconds);
  } else {
    t.curve.push_back({to, out.value()});
    record_.report(*record_.running(trial), t.curve.back(), seconds);
    if (to >= options_.max_resource) end(trial, trial_state::complete, told);
    compare(trial);
  }
  rule_.told(context(), trial);
}

// A failure counts at all resources that the trial will not reach.
KNOBLESS_INLINE void fidelity_core::fail(std::size_t trial, const outcome& out, double seconds) {
  record_.running(trial)->seconds += seconds;
  end(trial, trial_state::failed, out.state() == trial_state::pruned ? outcome(failed("told as pruned")) : out);
  for (level& l : levels_)
    if (l.resource > asked_to_[trial]) detail::add_row(l.seen, trial, trials_[trial].where, out);
  if (best_ == trial) {
    best_.reset();
    for (std::size_t i = 0; i < trials_.size(); ++i)
      if (trials_[i].state != trial_state::failed && !trials_[i].curve.empty() && better(i)) best_ = i;
  }
  release(trial);
}

// A trial has a new value: it may be the best now, and where it is not and can't become it, it is of no more use.
KNOBLESS_INLINE void fidelity_core::compare(std::size_t trial) {
  if (best_ == trial) return;
  if (better(trial)) {
    const std::optional<std::size_t> former = std::exchange(best_, trial);
    if (former && trials_[*former].state != trial_state::running) release(*former);
  } else if (trials_[trial].state == trial_state::complete) {
    release(trial);
  }
}

KNOBLESS_INLINE bool fidelity_core::better(std::size_t trial) const noexcept {
  if (!best_) return true;
  const training& a = trials_[trial];
  const training& b = trials_[*best_];
  return a.resource() != b.resource() ? a.resource() > b.resource() : a.value() < b.value();
}

KNOBLESS_INLINE std::optional<estimate> estimate_best(const domain& space, std::span<const training> trials) {
  std::size_t furthest = 0;
  for (const training& t : trials)
    if (t.state != trial_state::failed) furthest = (std::max)(furthest, t.resource());
  history seen(space.size());
  for (std::size_t i = 0; i < trials.size() && furthest > 0; ++i) {
    const training& t = trials[i];
    if (t.state != trial_state::failed && t.resource() == furthest) detail::add_row(seen, i, t.where, t.value());
  }
  std::optional<estimate> found = estimate_best(space, seen);
  if (found) found->index = seen[found->index].number;
  return found;
}

}  // namespace knobless

#include "../base/strict_end.inc"
