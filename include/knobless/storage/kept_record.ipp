#pragma once

#include "kept_record.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "../space/value_text.hpp"
#include "optuna_point.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

namespace jf = journal_format;

[[nodiscard]] inline outcome bare_outcome(const jf::trial_entry& t, jf::state how) {
  if (how == jf::state::complete && !t->values.empty()) return t->values;
  if (how == jf::state::pruned) return pruned;
  const std::string* const why = jf::find(t->user, "knobless:why");
  return failed(why ? jf::text_of(*why).value_or(*why) : std::string());
}

// Optuna's constraints have no names.
inline void add_limits(outcome& out, const jf::trial_entry& t) {
  if (const std::string* const named = jf::find(t->system, "knobless:limits")) {
    for (const jf::attribute& limit : jf::members_of(*named))
      if (const std::optional<double> amount = jf::number_of(limit.json))
        out.limit(limit.key, *amount);
      else
        out.broken(limit.key);
    return;
  }
  const std::string* const plain = jf::find(t->system, "constraints");
  if (plain == nullptr) return;
  std::size_t count = 0;
  for (const jf::attribute& limit : jf::members_of(*plain)) {
    const std::string name = text("constraint ", std::to_string(++count));
    if (const std::optional<double> amount = jf::number_of(limit.json)) out.limit(name, *amount);
  }
}

inline outcome kept_outcome(const jf::trial_entry& t, jf::state how) {
  outcome out = bare_outcome(t, how);
  add_limits(out, t);
  for (const jf::attribute& a : t->user) {
    if (a.key.empty() || a.key == "knobless:why") continue;
    std::visit([&](const auto& value) { out.note(a.key, value); }, jf::note_of(a.json));
  }
  return out;
}

inline void kept_record::take(const journal_store::change& c) {
  jf::trial_entry& t = store_.trial(c.trial);
  const std::size_t number = store_.number_of(t.id);
  if (c.what == jf::operation::create_trial) return begin(t);
  if (number == journal_store::nowhere || happened_.running(number) == nullptr) return;
  if (c.what == jf::operation::trial_system_attr) train(t, number);
  if (c.what == jf::operation::trial_intermediate)
    happened_.report(*happened_.running(number), {c.last.step, happened_.signed_value(c.last.value)}, c.seconds);
  if (c.becomes && *c.becomes != jf::state::running) end(t, number, *c.becomes);
}

inline void kept_record::begin(jf::trial_entry& t) {
  const jf::asked_entry asked = jf::asked_of(jf::find(t->system, "knobless:ask"));
  result<point> where = jf::point_of(happened_.space(), t->settings, asked);
  if (!where) {
    if (trouble_.empty()) trouble_ = text("trial ", std::to_string(t.number), ": ", where.error().what);
    return;
  }
  store_.know(t.id, happened_.begun());
  (void)happened_.begin(asked.sampled ? record::event::kind::asked : record::event::kind::queued,
                        std::move(where).value());
}

inline void kept_record::train(const jf::trial_entry& t, std::size_t number) {
  const std::string* const json = jf::find(t->system, "knobless:leg");
  const std::optional<double> amount = json ? jf::number_of(*json) : std::nullopt;
  if (!amount || !(*amount >= 1.0 && *amount < 0x1p53)) return;
  const auto to = static_cast<std::size_t>(*amount);
  const auto same = [&](const leg& l) { return l.number == number; };
  const auto at = std::find_if(legs_.begin(), legs_.end(), same);
  if (at != legs_.end() && at->amount == to) return;
  if (at != legs_.end()) legs_.erase(at);
  legs_.push_back({number, to});
  happened_.train(*happened_.running(number), to);
}

inline void kept_record::tell(std::size_t number, const outcome& out, double seconds) {
  pending_trial& running = *happened_.running(number);
  (void)happened_.make_room(running, out);
  (void)happened_.tell(running, seconds, true);
  std::erase_if(legs_, [&](const leg& l) { return l.number == number; });
}

inline void kept_record::end(jf::trial_entry& t, std::size_t number, jf::state how) {
  tell(number, kept_outcome(t, how), jf::told_of(jf::find(t->system, "knobless:told")).seconds);
  t.forget();
}

inline void kept_record::fail_interrupted() {
  for (const leg& l : std::vector<leg>(legs_)) {
    const pending_trial& running = *happened_.running(l.number);
    const bool busy = running.reports.empty() || running.reports.back().step < l.amount;
    if (busy) tell(l.number, failed("its process ended while it was running"), running.seconds);
  }
}

inline std::optional<std::uint64_t> kept_record::seed() const {
  const std::string* const of = jf::find(store_.study().system, "knobless:study");
  const auto seed = of ? jf::member_of(*of, "seed") : std::nullopt;
  return seed ? parsed<std::uint64_t>(*seed) : std::nullopt;
}

inline std::optional<std::string> kept_record::sampler() const {
  const std::string* const of = jf::find(store_.study().system, "knobless:study");
  const auto name = of ? jf::member_of(*of, "sampler") : std::nullopt;
  return name ? jf::text_of(*name) : std::nullopt;
}

}  // namespace knobless::detail
