#pragma once

#include <algorithm>
#include <limits>
#include <string_view>

#include "../space/parameter.hpp"
#include "record.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {

namespace detail {

// The next push_back will not fail.
template <class T>
void room_for_one(std::vector<T>& in) {
  if (in.size() == in.capacity()) in.reserve((std::max)(std::size_t{8}, 2 * in.size()));
}

}  // namespace detail

KNOBLESS_INLINE record::record(std::shared_ptr<const domain> space, direction better,
                               std::vector<objective_info> objectives)
    : space_(std::move(space)), better_(better), objectives_(std::move(objectives)), seen_(space_->size()) {
  if (!objectives_.empty()) seen_.expect_objectives(objectives_.size());
}

KNOBLESS_INLINE const pending_trial& record::begin(event::kind how, point where) {
  detail::room_for_one(events_);
  seen_.begin({next_number_, std::move(where), {}});
  events_.push_back({how, next_number_++});
  return seen_.pending().back();
}

KNOBLESS_INLINE void record::refuse() { events_.push_back({event::kind::refused, next_number_}); }

KNOBLESS_INLINE void record::train(const pending_trial& of, std::size_t resource) {
  events_.push_back({event::kind::leg, of.number, static_cast<double>(resource)});
}

KNOBLESS_INLINE void record::report(pending_trial& of, const knobless::report& r, double seconds) {
  detail::room_for_one(events_);
  of.reports.push_back(r);
  of.seconds += seconds;
  events_.push_back({event::kind::reported, of.number, seconds});
}

// Why an outcome can't be kept beside those that were told; "" where it can.
KNOBLESS_INLINE std::string record::misfit(const outcome& out) const {
  const std::size_t values = out.values().size();
  const bool known = seen_.complete() > 0 || !objectives_.empty();
  if (known && values != 0 && values != seen_.objectives())
    return detail::text(std::to_string(values), values == 1 ? " value" : " values", " given, but the search has ",
                        std::to_string(seen_.objectives()), seen_.objectives() == 1 ? " objective" : " objectives");
  for (const measured_limit& l : out.limits())
    for (const limit_kind& kind : seen_.limit_kinds())
      if (kind.name == l.name && kind.graded != l.graded)
        return detail::text("the limit \"", l.name, "\" has a number in some trials, and is only broken in others");
  return {};
}

KNOBLESS_INLINE trial_state record::make_room(const pending_trial& of, const outcome& out) {
  make_room(out, !of.where.given.empty());
  return next_.state;
}

KNOBLESS_INLINE void record::make_room(const outcome& out, bool given) {
  next_.state = out.state();
  next_.value = next_.state == trial_state::complete ? signed_value(out.value()) : 0.0;
  next_.feasible = true;
  // Most outcomes are one value of one objective, and no more.
  if (!out.plain() || seen_.objectives() > 1 || !seen_.limit_kinds().empty() || next_.prepared) prepare(out);
  detail::room_for_one(events_);
  detail::room_for_one(dropped_);
  if (!next_.why.empty()) detail::room_for_one(why_);
  if (!crossings_.empty()) detail::room_for_one(exceptions_);
  seen_.make_room(given || !next_.more.empty());
}

KNOBLESS_INLINE void record::prepare(const outcome& out) {
  next_.prepared = true;
  next_.why = out.why();
  next_.more = {};
  next_.kinds.reset();
  next_.notes.clear();
  if (!out.notes().empty()) prepare_notes(out);
  if (std::string why = misfit(out); !why.empty()) {
    next_.state = trial_state::failed;
    next_.value = 0.0;
    next_.why = std::move(why);
    return;
  }
  next_.feasible = out.feasible();
  prepare_limits(out);
  const auto values = out.values();
  if (values.size() <= 1) return;
  next_.more.values.assign(values.begin(), values.end());
  for (std::size_t k = 0; k < values.size(); ++k) next_.more.values[k] = signed_value(values[k], k);
}

KNOBLESS_INLINE void record::prepare_limits(const outcome& out) {
  const bool complete = out.state() == trial_state::complete;
  if (!complete && out.limits().empty()) return;
  const auto known = seen_.limit_kinds();
  std::vector<limit_kind> kinds(known.begin(), known.end());
  std::vector<double>& row = next_.more.limits;
  for (const limit_kind& kind : kinds)
    row.push_back(complete && !kind.graded ? -1.0 : std::numeric_limits<double>::quiet_NaN());
  for (const measured_limit& l : out.limits()) {
    std::size_t c = 0;
    while (c < kinds.size() && kinds[c].name != l.name) ++c;
    if (c == kinds.size()) {
      kinds.push_back({l.name, l.graded});
      row.push_back(0.0);
    }
    row[c] = l.amount;
  }
  if (kinds.size() > known.size()) next_.kinds = std::make_shared<const std::vector<limit_kind>>(std::move(kinds));
}

KNOBLESS_INLINE void record::prepare_notes(const outcome& out) {
  next_.notes.assign(out.notes().begin(), out.notes().end());
  detail::room_for_one(notes_);
  // Without what a tell() that never came has left behind it.
  note_names_.resize(next_.note_names);
  for (const note& n : next_.notes)
    if (std::find(note_names_.begin(), note_names_.end(), n.name) == note_names_.end()) note_names_.push_back(n.name);
}

// After make_room(). Takes what `reports` and `given` hold.
KNOBLESS_INLINE void record::append(observation& o, std::vector<knobless::report>& reports,
                                    std::vector<double>& given) noexcept {
  o.feasible = next_.feasible;
  if (next_.prepared) {
    if (next_.kinds) seen_.name_limits(std::move(next_.kinds));
    if (!next_.why.empty()) why_.push_back({seen_.size(), std::exchange(next_.why, {})});
    if (!next_.notes.empty()) notes_.push_back({seen_.size(), std::exchange(next_.notes, {})});
    next_.note_names = note_names_.size();
    next_.prepared = false;
  }
  next_.more.given.swap(given);
  seen_.append(o, reports, next_.more);
}

KNOBLESS_INLINE std::optional<record::crossing> record::take_crossing(std::size_t number) noexcept {
  for (std::size_t c = 0; c < crossings_.size(); ++c) {
    if (crossings_[c].number != number) continue;
    crossing found = std::move(crossings_[c]);
    crossings_.erase(crossings_.begin() + static_cast<std::ptrdiff_t>(c));
    return found;
  }
  return std::nullopt;
}

KNOBLESS_INLINE point record::tell(pending_trial& of, double seconds, bool inside) noexcept {
  observation o;
  o.number = of.number;
  o.state = next_.state;
  o.seconds = seconds;
  o.inside = inside;
  if (o.state == trial_state::complete) {
    o.has_value = true;
    o.value = next_.value;
  } else if (o.state == trial_state::pruned) {
    // The last report that is a number.
    for (std::size_t r = of.reports.size(); r-- > 0 && !o.has_value;) {
      o.has_value = elementary::is_finite(of.reports[r].value);
      if (o.has_value) o.value = of.reports[r].value;
    }
  }
  if (std::optional<crossing> c = take_crossing(of.number)) {
    // Asked in an earlier space: it was evaluated there.
    exceptions_.push_back({seen_.size(), std::move(c->asked), o.state});
    if (!c->expressible) o.state = trial_state::foreign;
  }
  events_.push_back({event::kind::told, of.number});
  point where = std::move(of.where);
  o.unit = where.unit;
  o.active = where.active;
  append(o, of.reports, where.given);
  seen_.forget(o.number);
  return where;
}

KNOBLESS_INLINE void record::drop(pending_trial& of) noexcept {
  std::optional<crossing> c = take_crossing(of.number);
  events_.push_back({event::kind::dropped, of.number});
  dropped_.push_back(
      {of.number, c ? std::move(c->asked) : placed{earlier_.size(), std::move(of.where)}, std::move(of.reports)});
  seen_.forget(of.number);
}

KNOBLESS_INLINE void record::add(point where, const outcome& out, bool inside) {
  make_room(out, !where.given.empty());
  observation o;
  o.number = next_number_;
  o.state = next_.state;
  o.has_value = o.state == trial_state::complete;
  o.value = next_.value;
  o.inside = inside;
  o.unit = where.unit;
  o.active = where.active;
  events_.push_back({event::kind::added, next_number_++});
  std::vector<knobless::report> none;
  append(o, none, where.given);
}

KNOBLESS_INLINE history record::translated(const domain& into, const translation& translate,
                                           std::vector<crossing>& crossings) const {
  history rewritten(into.size());
  rewritten.supersede(seen_);
  rewritten.expect_objectives(seen_.objectives());
  rewritten.name_limits(seen_.shared_limit_kinds());
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    const placed from = original(i);
    std::optional<point> moved = translate.apply(from);
    observation o = seen_[i];
    o.state = moved ? original_state(i) : trial_state::foreign;
    if (!moved) moved = point(into.size());
    o.unit = moved->unit;
    o.active = moved->active;
    o.inside = into.contains(*moved) && into.admits(*moved);
    std::vector<knobless::report> reports(seen_.reports(i).begin(), seen_.reports(i).end());
    history::extras more{
        std::move(moved->given), {o.values.begin(), o.values.end()}, {o.limits.begin(), o.limits.end()}};
    rewritten.append(o, reports, more);
  }
  for (const pending_trial& p : seen_.pending()) {
    crossing* c = nullptr;
    for (crossing& known : crossings)
      if (known.number == p.number) c = &known;
    if (c == nullptr) c = &crossings.emplace_back(crossing{p.number, {earlier_.size(), p.where}, true});
    std::optional<point> moved = translate.apply(c->asked);
    c->expressible = moved.has_value();
    rewritten.begin(
        {p.number, moved ? std::move(*moved) : point(into.size()), p.reports, p.stopped, p.held, p.seconds});
  }
  return rewritten;
}

KNOBLESS_INLINE void record::change_space(std::shared_ptr<const domain> space, const translation& translate) {
  std::vector<crossing> crossings = crossings_;
  history rewritten = translated(*space, translate, crossings);
  detail::room_for_one(events_);
  detail::room_for_one(earlier_);
  // From here on nothing fails.
  events_.push_back({event::kind::changed, spaces()});
  earlier_.push_back({std::move(space_), std::move(seen_)});
  crossings_ = std::move(crossings);
  seen_ = std::move(rewritten);
  space_ = std::move(space);
}

KNOBLESS_INLINE record::placed record::original(std::size_t i) const {
  for (const exception_row& e : exceptions_)
    if (e.row == i) return e.asked;
  return {native_space(i), native(i)[i].where()};
}

KNOBLESS_INLINE record::placed_view record::original(const pending_trial& of) const noexcept {
  for (const crossing& c : crossings_)
    if (c.number == of.number) return {c.asked.space, c.asked.where};
  return {earlier_.size(), of.where};
}

KNOBLESS_INLINE std::size_t record::native_space(std::size_t i) const noexcept {
  std::size_t n = 0;
  while (n < earlier_.size() && i >= earlier_[n].seen.size()) ++n;
  return n;
}

KNOBLESS_INLINE trial_state record::original_state(std::size_t i) const noexcept {
  for (const exception_row& e : exceptions_)
    if (e.row == i) return e.state;
  return native(i)[i].state;
}

KNOBLESS_INLINE bool record::was_inside(std::size_t i) const noexcept { return native(i)[i].inside; }

KNOBLESS_INLINE const std::string& record::no_reason() noexcept {
  static const std::string none;
  return none;
}

KNOBLESS_INLINE const std::string& record::why(std::size_t i) const noexcept {
  const auto before = [](const reason& r, std::size_t row) { return r.row < row; };
  const auto at = std::lower_bound(why_.begin(), why_.end(), i, before);
  return at != why_.end() && at->row == i ? at->text : no_reason();
}

KNOBLESS_INLINE std::span<const note> record::notes(std::size_t i) const noexcept {
  const auto before = [](const noted_row& r, std::size_t row) { return r.row < row; };
  const auto at = std::lower_bound(notes_.begin(), notes_.end(), i, before);
  return at != notes_.end() && at->row == i ? std::span<const note>(at->notes) : std::span<const note>();
}

KNOBLESS_INLINE std::vector<double> record::values(std::size_t i) const {
  const observation o = seen_[i];
  if (!o.has_value) return {};
  if (o.values.empty()) return {signed_value(o.value)};
  std::vector<double> all(o.values.begin(), o.values.end());
  for (std::size_t k = 0; k < all.size(); ++k) all[k] = signed_value(all[k], k);
  return all;
}

KNOBLESS_INLINE std::string record::objective_name(std::size_t objective) const {
  if (objective < objectives_.size() && !objectives_[objective].name.empty()) return objectives_[objective].name;
  return seen_.objectives() == 1 ? std::string("value") : detail::text("value ", std::to_string(objective + 1));
}

KNOBLESS_INLINE std::string record::broken_text(std::size_t i) const {
  std::string out;
  const observation o = seen_[i];
  for (std::size_t c = 0; c < o.limits.size(); ++c) {
    if (!detail::breaks(o.limits[c])) continue;
    const limit_kind& kind = seen_.limit_kinds()[c];
    out += detail::text(out.empty() ? "" : ", ", kind.name, kind.graded ? " by " : "",
                        kind.graded ? detail::short_number(o.limits[c]) : "");
  }
  return out;
}

KNOBLESS_INLINE std::string record::states_text() const {
  std::size_t counts[5] = {};
  for (std::size_t i = 0; i < seen_.size(); ++i) ++counts[static_cast<std::size_t>(seen_[i].state)];
  std::string out = detail::text(std::to_string(seen_.complete()), " complete");
  for (const trial_state state : {trial_state::pruned, trial_state::failed, trial_state::foreign})
    if (const std::size_t count = counts[static_cast<std::size_t>(state)]; count > 0)
      out += detail::text(", ", std::to_string(count), " ", to_string(state));
  if (!dropped_.empty()) out += detail::text(", ", std::to_string(dropped_.size()), " dropped");
  return out;
}

KNOBLESS_INLINE std::string record::failures_text() const {
  if (seen_.failures() == 0) return {};
  struct group {
    std::size_t count;
    std::string_view why;
  };
  std::vector<group> groups;
  for (const reason& r : why_) {
    const auto same = [&](const group& g) { return g.why == r.text; };
    const auto known = std::find_if(groups.begin(), groups.end(), same);
    if (known != groups.end())
      ++known->count;
    else
      groups.push_back({1, r.text});
  }
  if (why_.size() < seen_.failures()) groups.push_back({seen_.failures() - why_.size(), "without a reason"});
  std::stable_sort(groups.begin(), groups.end(), [](const group& a, const group& b) { return a.count > b.count; });
  constexpr std::size_t most = 5;
  std::string out = "failed: ";
  for (std::size_t i = 0; i < groups.size() && i < most; ++i)
    out += detail::text(i > 0 ? ", " : "", std::to_string(groups[i].count), " ", groups[i].why);
  if (groups.size() > most) out += detail::text(", and ", std::to_string(groups.size() - most), " other reasons");
  return out + "\n";
}

}  // namespace knobless

#include "../base/strict_end.inc"
