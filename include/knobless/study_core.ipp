#pragma once

#include "csv.hpp"
#include "random.hpp"
#include "sampler/random_search.hpp"
#include "study_core.hpp"

#include "detail/strict_begin.inc"

namespace knobless {

KNOBLESS_INLINE study_core::study_core(std::shared_ptr<const domain> space, any_sampler sampler, study_options options)
    : space_(std::move(space)), sampler_(std::move(sampler)), options_(std::move(options)), seen_(space_->size()) {}

KNOBLESS_INLINE study_core::~study_core() = default;

KNOBLESS_INLINE result<study_core::asked> study_core::ask() {
  const result<const pending_trial*> begun = next();
  if (!begun) return begun.error();
  return asked{begun.value()->number, begun.value()->where};
}

KNOBLESS_INLINE result<const pending_trial*> study_core::next() {
  point where;
  event::kind what = event::kind::asked;
  if (queued_ < queue_.size()) {
    where = std::move(queue_[queued_++]);
    what = event::kind::queued;
  } else {
    random rng(options_.seed, next_number_);
    std::optional<point> proposed =
        sampler_.ask({*space_, seen_, rng, options_.seed, proposed_, next_number_, options_.deterministic, &spare_});
    if (!proposed) {
      events_.push_back({event::kind::refused, next_number_});
      return error_info{error_code::space_exhausted, "all points of the search space were proposed", {}};
    }
    ++proposed_;
    if (!space_->admits(*proposed) && !repair(*proposed, rng)) {
      events_.push_back({event::kind::refused, next_number_});
      return error_info{error_code::no_admitted_point,
                        "no point was found that keeps the constraints, neither at random nor beside known ones",
                        {}};
    }
    where = std::move(*proposed);
  }
  events_.push_back({what, next_number_});
  seen_.begin({next_number_, std::move(where), {}});
  ++next_number_;
  return &seen_.pending().back();
}

KNOBLESS_INLINE bool study_core::keep_report(std::size_t number, report r) {
  pending_trial* p = seen_.find_pending(number);
  if (p == nullptr) return false;
  r.value = signed_value(r.value);
  p->reports.push_back(r);
  if (options_.scheduler && !p->stopped)
    p->stopped = !elementary::is_finite(r.value) || options_.scheduler.stops({number, p->reports, options_.direction});
  return true;
}

KNOBLESS_INLINE bool study_core::stopped(std::size_t number) const noexcept {
  for (const pending_trial& p : seen_.pending())
    if (p.number == number) return p.stopped;
  return false;
}

KNOBLESS_INLINE bool study_core::tell(std::size_t number, const outcome& out, double seconds) {
  pending_trial* p = seen_.find_pending(number);
  if (p == nullptr) return false;
  observation o;
  o.number = number;
  o.state = out.state();
  o.seconds = seconds;
  if (o.state == trial_state::complete) {
    o.has_value = true;
    o.value = signed_value(out.value());
  } else if (o.state == trial_state::pruned && !p->reports.empty() && elementary::is_finite(p->reports.back().value)) {
    o.has_value = true;
    o.value = p->reports.back().value;
  }
  options_.scheduler.ended({number, p->reports, options_.direction}, o.state);
  if (o.state == trial_state::failed && first_failure_.empty()) first_failure_ = out.why();
  for (std::size_t c = 0; c < crossings_.size(); ++c) {
    if (crossings_[c].number != number) continue;
    // Asked in an earlier space: it was evaluated there.
    exceptions_.push_back({seen_.size(), std::move(crossings_[c].asked), o.state});
    if (!crossings_[c].expressible) o.state = trial_state::foreign;
    crossings_.erase(crossings_.begin() + static_cast<std::ptrdiff_t>(c));
    break;
  }
  events_.push_back({event::kind::told, number});
  record(o, p->where, std::move(p->reports));
  spare_ = std::move(p->where);
  seen_.forget(number);
  return true;
}

KNOBLESS_INLINE void study_core::add(point where, const outcome& out) {
  observation o;
  o.number = next_number_++;
  o.state = out.state();
  o.has_value = o.state == trial_state::complete;
  o.value = o.has_value ? signed_value(out.value()) : 0.0;
  events_.push_back({event::kind::added, o.number});
  record(o, where, {});
}

KNOBLESS_INLINE bool study_core::drop(std::size_t number) {
  pending_trial* p = seen_.find_pending(number);
  if (p == nullptr) return false;
  options_.scheduler.ended({number, p->reports, options_.direction}, trial_state::failed);
  events_.push_back({event::kind::dropped, number});
  dropped_.push_back(std::move(p->where));
  seen_.forget(number);
  std::erase_if(crossings_, [&](const crossing& c) { return c.number == number; });
  return true;
}

KNOBLESS_INLINE study_core::placed study_core::original(std::size_t i) const {
  for (const exception_row& e : exceptions_)
    if (e.row == i) return e.asked;
  const std::size_t n = native_space(i);
  return {n, (n < earlier_.size() ? earlier_[n].seen : seen_)[i].where()};
}

KNOBLESS_INLINE std::size_t study_core::native_space(std::size_t i) const noexcept {
  std::size_t n = 0;
  while (n < earlier_.size() && i >= earlier_[n].seen.size()) ++n;
  return n;
}

KNOBLESS_INLINE trial_state study_core::original_state(std::size_t i) const noexcept {
  for (const exception_row& e : exceptions_)
    if (e.row == i) return e.state;
  const std::size_t n = native_space(i);
  return (n < earlier_.size() ? earlier_[n].seen : seen_)[i].state;
}

KNOBLESS_INLINE void study_core::record(observation& o, const point& where, std::vector<report> reports) {
  o.unit = where.unit;
  o.active = where.active;
  seen_.append(o, std::move(reports), space_->contains(where) && space_->admits(where));
}

KNOBLESS_INLINE bool study_core::repair(point& p, random& rng) {
  p = detail::random_point(*space_, rng, 10000);
  if (space_->admits(p)) return true;
  for (std::size_t tries = 0; tries < 10000 && seen_.size() > 0; ++tries) {
    p = seen_[static_cast<std::size_t>(rng.below(seen_.size()))].where();
    const std::size_t changes = 1 + static_cast<std::size_t>(rng.below(2));
    for (std::size_t c = 0; c < changes; ++c) {
      const auto k = static_cast<std::size_t>(rng.below(p.size()));
      p.unit[k] = rng.below(2) == 0 ? rng.uniform() : p.unit[k] + 0.1 * rng.normal();
    }
    space_->complete(p);
    if (space_->admits(p)) return true;
  }
  return false;
}

KNOBLESS_INLINE void study_core::replace_space(std::shared_ptr<const domain> space, const translation& translate) {
  const std::size_t leaving = earlier_.size();
  history rewritten(space->size());
  rewritten.supersede(seen_);
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    const placed from = original(i);
    std::optional<point> moved = translate.apply(from);
    observation o = seen_[i];
    o.state = moved ? original_state(i) : trial_state::foreign;
    if (!moved) moved = point(space->size());
    o.unit = moved->unit;
    o.active = moved->active;
    const auto reports = seen_.reports(i);
    rewritten.append(o, {reports.begin(), reports.end()}, space->contains(*moved) && space->admits(*moved));
  }
  for (const pending_trial& p : seen_.pending()) {
    crossing* c = nullptr;
    for (crossing& known : crossings_)
      if (known.number == p.number) c = &known;
    if (c == nullptr) c = &crossings_.emplace_back(crossing{p.number, {leaving, p.where}, true});
    std::optional<point> moved = translate.apply(c->asked);
    c->expressible = moved.has_value();
    rewritten.begin({p.number, moved ? std::move(*moved) : point(space->size()), p.reports, p.stopped});
  }
  std::vector<point> waiting;
  for (std::size_t i = queued_; i < queue_.size(); ++i)
    if (std::optional<point> moved = translate.apply({leaving, queue_[i]});
        moved && space->contains(*moved) && space->admits(*moved))
      waiting.push_back(std::move(*moved));
  queue_ = std::move(waiting);
  queued_ = 0;
  earlier_.push_back({std::move(space_), std::move(seen_)});
  seen_ = std::move(rewritten);
  space_ = std::move(space);
}

KNOBLESS_INLINE std::string study_core::csv() const {
  using detail::csv_field;
  std::string out = "trial,state,value,seconds";
  for (const parameter& p : *space_) out += detail::text(",", csv_field(p.name()));
  out += '\n';
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    const observation o = seen_[i];
    out += std::to_string(o.number);
    out += ',';
    out += to_string(o.state);
    out += ',';
    if (o.has_value) out += detail::number_text(signed_value(o.value));
    out += ',';
    out += detail::number_text(o.seconds);
    const placed from = original(i);
    const domain& then = space(from.space);
    for (std::size_t k = 0; k < space_->size(); ++k) {
      const std::size_t j = &then == space_.get() ? k : then.find((*space_)[k].name());
      out += ',';
      if (j < then.size() && from.where.active[j] != 0)
        out += csv_field(detail::value_text(then[j], from.where.unit[j]));
    }
    out += '\n';
  }
  return out;
}

}  // namespace knobless

#include "detail/strict_end.inc"
