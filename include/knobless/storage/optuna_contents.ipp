#pragma once

#include "optuna_contents.hpp"

#include <algorithm>
#include <utility>

namespace knobless::inline KNOBLESS_ABI::detail {
namespace journal_format {

inline void set_attributes(std::vector<attribute>& into, std::vector<attribute>&& from) {
  for (attribute& a : from) {
    const auto same = [&](const attribute& known) { return known.key == a.key; };
    if (const auto at = std::find_if(into.begin(), into.end(), same); at != into.end())
      at->json = std::move(a.json);
    else
      into.push_back(std::move(a));
  }
}

inline std::optional<std::uint64_t> contents::find_study(std::string_view name) const noexcept {
  for (std::uint64_t id = 0; id < studies_.size(); ++id)
    if (!studies_[id].deleted && studies_[id].name == name) return id;
  return std::nullopt;
}

inline std::uint64_t contents::begin(std::uint64_t study) {
  const std::uint64_t id = trials_.size();
  trials_.emplace_back(id, studies_[study].trials.size(), study, state::running);
  studies_[study].trials.push_back(id);
  return id;
}

// As JournalStorageReplayResult of Optuna: what is of no effect there is of none here.
inline contents::change contents::apply(line&& l) {
  change done{l.what};
  done.becomes = l.becomes;
  switch (l.what) {
    case operation::create_study:
      if (find_study(l.name)) return done;
      done.study = studies_.size();
      done.happened = true;
      studies_.push_back({std::move(l.name), std::move(l.directions), false, {}, {}, {}});
      return done;
    case operation::delete_study:
    case operation::study_user_attr:
    case operation::study_system_attr:
    case operation::create_trial:
      change_study(std::move(l), done);
      return done;
    case operation::discard_trials:
      return done;
    default:
      change_trial(std::move(l), done);
      return done;
  }
}

inline void contents::change_study(line&& l, change& done) {
  done.study = l.id;
  if (l.id >= studies_.size() || studies_[l.id].deleted) return;
  done.happened = true;
  study_entry& of = studies_[l.id];
  if (l.what == operation::delete_study) of.deleted = true;
  if (l.what == operation::study_user_attr) set_attributes(of.user, std::move(l.user));
  if (l.what == operation::study_system_attr) set_attributes(of.system, std::move(l.system));
  if (l.what != operation::create_trial) return;
  done.trial = begin(l.id);
  trial_entry& t = trials_.back();
  t.now = l.becomes.value_or(state::running);
  done.becomes = t.now;
  t.account() = {std::move(l.worker),   std::move(l.begun),   std::move(l.ended), std::move(l.values),
                 std::move(l.settings), std::move(l.reports), std::move(l.user),  std::move(l.system)};
}

inline void contents::change_trial(line&& l, change& done) {
  done.trial = l.id;
  if (l.id >= trials_.size()) return;
  trial_entry& of = trials_[l.id];
  done.study = of.study;
  if (of.now != state::running && of.now != state::waiting) return;
  if (l.what == operation::trial_state && l.becomes == state::running && of.now == state::running) return;
  done.happened = true;
  if (l.what == operation::trial_state) of.now = *l.becomes;
  trial_account& known = of.account();
  switch (l.what) {
    case operation::trial_param:
      std::erase_if(known.settings, [&](const setting& s) { return s.name() == l.settings.front().name(); });
      known.settings.push_back(std::move(l.settings.front()));
      break;
    case operation::trial_state:
      if (of.now == state::running) {
        known.worker = std::move(l.worker);
        known.begun = std::move(l.begun);
      }
      if (!l.ended.empty()) known.ended = std::move(l.ended);
      if (!l.values.empty()) known.values = std::move(l.values);
      break;
    case operation::trial_intermediate:
      done.last = l.reports.front();
      done.seconds = l.seconds;
      known.reports.push_back(done.last);
      break;
    case operation::trial_user_attr:
      set_attributes(known.user, std::move(l.user));
      break;
    default:
      set_attributes(known.system, std::move(l.system));
      break;
  }
}

}  // namespace journal_format
}  // namespace knobless::detail
