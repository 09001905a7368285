#pragma once

#include "record_lines.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "../base/elementary.hpp"
#include "../record/record_log.hpp"
#include "iso_time.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

namespace jf = journal_format;

inline bool record_lines::write(const record& happened) {
  using kind = record::event::kind;
  bool told = false;
  for (const auto events = happened.events(); event_ < events.size(); ++event_) {
    told = told || events[event_].what == kind::told || events[event_].what == kind::added;
    write_event(happened, events[event_]);
  }
  return told;
}

inline void record_lines::pass_over(const record& happened) {
  event_ = happened.events().size();
  row_ = happened.seen().size();
  space_ = happened.spaces() - 1;
}

inline void record_lines::pass_over(const record& happened, std::size_t events) {
  using kind = record::event::kind;
  for (; event_ < events; ++event_) {
    const record::event& e = happened.events()[event_];
    if (e.what == kind::asked || e.what == kind::queued) adopt(e.number, 0);
    if (e.what == kind::reported)
      for (running_trial& r : running_) r.reports += r.number == e.number ? 1U : 0U;
    if (e.what == kind::told || e.what == kind::added) ++row_;
    if (e.what == kind::told || e.what == kind::dropped) ends(e.number);
    if (e.what == kind::changed) ++space_;
  }
}

inline bool record_lines::runs(std::size_t number) const noexcept {
  const auto same = [&](const running_trial& r) { return r.number == number; };
  return std::any_of(running_.begin(), running_.end(), same);
}

inline void record_lines::ends(std::size_t number) {
  std::erase_if(running_, [&](const running_trial& r) { return r.number == number; });
}

inline const std::vector<jf::parameter_text>& record_lines::texts(const record& happened, std::size_t space) {
  if (described_ != space) texts_ = jf::texts_of(happened.space(space));
  described_ = space;
  return texts_;
}

inline void record_lines::describe(const domain& space) {
  std::string json = "[";
  for (const parameter& p : space)
    json +=
        text(json.size() > 1 ? "," : "", "[", jf::json_text(p.name()), ",", jf::json_text(described(space, p)), "]");
  out_.attribute(jf::operation::study_system_attr, outgoing_lines::nowhere, "knobless:space", json + "]");
}

inline void record_lines::write_event(const record& happened, const record::event& e) {
  using kind = record::event::kind;
  switch (e.what) {
    case kind::asked:
    case kind::queued:
      return write_begin(happened, e);
    case kind::refused:
      return;
    case kind::leg:
      return out_.attribute(jf::operation::trial_system_attr, e.number, "knobless:leg",
                            std::to_string(static_cast<std::size_t>(e.amount)));
    case kind::reported:
      return write_report(happened, e);
    case kind::told:
    case kind::added:
      return write_outcome(happened, e);
    case kind::dropped:
      return write_dropped(e.number);
    case kind::changed:
      ++space_;
      return describe(happened.space(space_));
  }
}

// The row of a trial that has ended since the last write; nothing where it has not.
inline std::optional<std::size_t> record_lines::row_of(const record& happened, std::size_t number) const {
  for (std::size_t i = row_; i < happened.seen().size(); ++i)
    if (happened.seen()[i].number == number) return i;
  return std::nullopt;
}

inline void record_lines::write_begin(const record& happened, const record::event& e) {
  const bool queued = e.what == record::event::kind::queued;
  const std::string_view by = queued ? "queue" : "sampler";
  adopt(e.number, 0);
  if (const pending_trial* const running = happened.seen().find_pending(e.number)) {
    const record::placed_view from = happened.original(*running);
    if (queued && taken_(from.where, e.number)) return take_up(happened, e.number, from);
    return write_new(happened, e.number, by, from.space, from.where);
  }
  if (const std::optional<std::size_t> row = row_of(happened, e.number)) {
    const record::placed from = happened.original(*row);
    write_new(happened, e.number, by, from.space, from.where);
  }
}

// A trial that waits in the file begins.
inline void record_lines::take_up(const record& happened, std::size_t number, const record::placed_view& from) {
  out_.begin(jf::operation::trial_state, number)
      .append(",\"state\":0,\"values\":null,\"datetime_start\":\"")
      .append(jf::time_text())
      .append("\"");
  out_.end(jf::state::running);
  const domain& space = happened.space(from.space);
  const std::vector<jf::parameter_text>& parameters = texts(happened, from.space);
  for (std::size_t k = 0; k < space.size(); ++k) {
    if (from.where.active[k] == 0) continue;
    std::string& line = out_.begin(jf::operation::trial_param, number);
    line.append(",\"param_name\":").append(parameters[k].name).append(",\"param_value_internal\":");
    jf::append_number(line, space.natural(from.where, k));
    line.append(",\"distribution\":").append(parameters[k].distribution);
    out_.end();
  }
}

inline void record_lines::write_new(const record& happened, std::size_t number, std::string_view by, std::size_t space,
                                    const point& where) {
  const std::vector<jf::parameter_text>& parameters = texts(happened, space);
  std::string& line = out_.begin(jf::operation::create_trial, number);
  line.append(",\"datetime_start\":\"").append(jf::time_text());
  line.append("\",\"state\":0,\"value\":null,\"values\":null");
  jf::append_point(line, happened.space(space), parameters, where);
  line.append(",\"user_attrs\":{},\"system_attrs\":{\"knobless:ask\":");
  jf::append_asked(line, by, happened.space(space), parameters, where);
  line.append("},\"intermediate_values\":{}");
  out_.end(jf::state::running);
}

inline void record_lines::write_report(const record& happened, const record::event& e) {
  const auto same = [&](const running_trial& r) { return r.number == e.number; };
  const auto at = std::find_if(running_.begin(), running_.end(), same);
  if (at == running_.end()) return;
  std::span<const report> reports;
  if (const pending_trial* const running = happened.seen().find_pending(e.number))
    reports = running->reports;
  else if (const std::optional<std::size_t> row = row_of(happened, e.number))
    reports = happened.seen().reports(*row);
  if (at->reports >= reports.size()) return;
  const report r = reports[at->reports++];
  std::string& line = out_.begin(jf::operation::trial_intermediate, e.number);
  line.append(",\"step\":").append(std::to_string(r.step)).append(",\"intermediate_value\":");
  jf::append_number(line, happened.signed_value(r.value));
  if (e.amount > 0.0) {
    line.append(",\"knobless:seconds\":");
    jf::append_number(line, e.amount);
  }
  out_.end();
}

inline void record_lines::write_outcome(const record& happened, const record::event& e) {
  if (e.what == record::event::kind::added) {
    const record::placed from = happened.original(row_);
    write_new(happened, e.number, "user", from.space, from.where);
  }
  std::string& told = out_.begin(jf::operation::trial_system_attr, e.number);
  told += ",\"system_attr\":{\"knobless:told\":{\"seconds\":";
  jf::append_number(told, happened.seen()[row_].seconds);
  told.append(",\"inside\":").append(happened.was_inside(row_) ? "true" : "false").append("}}");
  out_.end();
  write_limits(happened, e.number);
  write_notes(happened, e.number);
  write_end(happened, e.number);
  ++row_;
  ends(e.number);
}

// For Optuna as a list without names, all of which it needs to be numbers; for us with them.
inline void record_lines::write_limits(const record& happened, std::size_t number) {
  const std::span<const double> limits = happened.seen()[row_].limits;
  const std::span<const limit_kind> kinds = happened.seen().limit_kinds();
  std::string named;
  std::string all;
  bool known = !limits.empty();
  for (std::size_t c = 0; c < kinds.size(); ++c) {
    const double amount = happened.seen().limit(row_, c);
    known = known && !elementary::is_nan(amount);
    all.append(c > 0 ? "," : "").append(jf::json_number(amount));
    if (c >= limits.size() || elementary::is_nan(amount) || (!kinds[c].graded && amount <= 0.0)) continue;
    named.append(named.empty() ? "" : ",").append(jf::json_text(kinds[c].name)).append(":");
    named += kinds[c].graded ? jf::json_number(amount) : "true";
  }
  const auto attribute = [&](const char* key, const std::string& json) {
    out_.attribute(jf::operation::trial_system_attr, number, key, json);
  };
  if (!named.empty()) attribute("knobless:limits", text("{", named, "}"));
  if (known) attribute("constraints", text("[", all, "]"));
}

inline void record_lines::write_notes(const record& happened, std::size_t number) {
  const auto attribute = [&](const std::string& key, const std::string& json) {
    out_.attribute(jf::operation::trial_user_attr, number, key, json);
  };
  for (const note& n : happened.notes(row_)) attribute(n.name, jf::json_note(n.value));
  if (const std::string& why = happened.why(row_); !why.empty()) attribute("knobless:why", jf::json_text(why));
}

inline void record_lines::write_end(const record& happened, std::size_t number) {
  const trial_state how = happened.original_state(row_);
  const jf::state now = how == trial_state::complete ? jf::state::complete
                        : how == trial_state::pruned ? jf::state::pruned
                                                     : jf::state::failed;
  std::string& line = out_.begin(jf::operation::trial_state, number);
  line.append(",\"state\":").append(std::to_string(static_cast<int>(now))).append(",\"values\":");
  const observation o = happened.seen()[row_];
  if (!o.has_value) line += "null";
  const std::size_t count = o.values.empty() ? 1 : o.values.size();
  for (std::size_t k = 0; o.has_value && k < count; ++k) {
    line += k == 0 ? '[' : ',';
    jf::append_number(line, happened.signed_value(o.values.empty() ? o.value : o.values[k], k));
  }
  if (o.has_value) line += ']';
  line.append(",\"datetime_complete\":\"").append(jf::time_text()).append("\"");
  out_.end(now);
}

inline void record_lines::write_dropped(std::size_t number) {
  out_.attribute(jf::operation::trial_system_attr, number, "knobless:told", "{\"dropped\":true}");
  out_.begin(jf::operation::trial_state, number)
      .append(",\"state\":3,\"values\":null,\"datetime_complete\":\"")
      .append(jf::time_text())
      .append("\"");
  out_.end(jf::state::failed);
  ends(number);
}

}  // namespace knobless::detail
