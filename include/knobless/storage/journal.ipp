#pragma once

#include "journal.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>

#include "../base/version.hpp"
#include "../record/record_log.hpp"

namespace knobless::inline KNOBLESS_ABI {

namespace detail {

namespace jf = journal_format;

[[nodiscard]] inline std::string study_json(const log_subject& search) {
  return text("{\"format\":", std::to_string(jf::version), ",\"version\":\"", std::to_string(KNOBLESS_VERSION_MAJOR),
              ".", std::to_string(KNOBLESS_VERSION_MINOR), ".", std::to_string(KNOBLESS_VERSION_PATCH),
              "\",\"seed\":", std::to_string(search.seed), ",\"sampler\":", jf::json_text(search.sampler), "}");
}

// Where the space of a journal differs from this one; "" where it does not.
[[nodiscard]] inline std::string other_space(const domain& space, const std::string& there) {
  std::vector<std::pair<std::string, std::string>> logged;
  for (const jf::attribute& one : jf::members_of(there)) {
    const std::vector<jf::attribute> parts = jf::members_of(one.json);
    if (parts.size() == 2)
      logged.emplace_back(jf::text_of(parts[0].json).value_or(""), jf::text_of(parts[1].json).value_or(""));
  }
  for (std::size_t k = 0; k < space.size(); ++k) {
    const auto same = [&](const auto& l) { return l.first == space[k].name(); };
    const auto at = std::find_if(logged.begin(), logged.end(), same);
    if (at == logged.end()) return text("parameter \"", space[k].name(), "\" is not there");
    if (const std::string here = described(space, space[k]); at->second != here)
      return text("parameter \"", space[k].name(), "\" is ", at->second, " there and ", here, " here");
  }
  for (std::size_t k = 0; k < logged.size(); ++k) {
    if (space.find(logged[k].first) == space.size()) return text("parameter \"", logged[k].first, "\" is not here");
    if (space[k].name() != logged[k].first) return "the parameters have another order";
  }
  return {};
}

// As many as were declared; one where that is left to the first trial.
[[nodiscard]] inline std::size_t objectives_of(const record& happened) {
  return happened.declared().empty() ? 1 : happened.declared().size();
}

[[nodiscard]] inline log_subject search_of(const study_core& study) {
  return {study.happened(), study.options().seed, std::string(study.sampler_name()), study.queue()};
}

}  // namespace detail

inline study_journal::study_journal(std::string path, journal_options options,
                                    std::shared_ptr<detail::journal_disk> disk)
    : store_(std::move(path), std::move(options), std::move(disk)),
      events_(store_.lines(), [this](const point& where, std::size_t number) { return take_waiting(where, number); }) {}

inline study_journal::~study_journal() { (void)flush(); }

// ---- Opening ---------------------------------------------------------------------------------------------------------

// The lock is held afterwards.
inline void study_journal::open(const detail::log_subject& search, const std::function<void(const change&)>& take) {
  if (store_.is_open())
    raise({error_code::invalid_use, "a journal object keeps one search: make another one", "journal"});
  struct closed_on_error {
    detail::journal_store& store;
    bool well = false;
    ~closed_on_error() {
      if (!well) store.close();
    }
  } guard{store_};
  store_.open(take);
  if (store_.has_study())
    check_study(search);
  else
    make_study(search);
  if (left_out_ > 0 && search.happened.seen().size() == 0 && !store_.options().space_changed)
    raise(store_.refusal(detail::text("none of its trials is a point of this space: ", why_left_out_)));
  guard.well = true;
}

inline void study_journal::make_study(const detail::log_subject& search) {
  using detail::jf::operation;
  std::string& line = store_.lines().begin(operation::create_study);
  line.append(",\"study_name\":").append(detail::jf::json_text(store_.options().study));
  std::string names;
  for (std::size_t k = 0; k < detail::objectives_of(search.happened); ++k) {
    line.append(k == 0 ? ",\"directions\":[" : ",");
    line += search.happened.better(k) == direction::minimize ? '1' : '2';
    names.append(k == 0 ? "" : ",").append(detail::jf::json_text(search.happened.objective_name(k)));
  }
  line += ']';
  store_.lines().end();
  if (!search.happened.declared().empty())
    store_.lines().attribute(operation::study_system_attr, nowhere, "study:metric_names",
                             detail::text("[", names, "]"));
  store_.lines().attribute(operation::study_system_attr, nowhere, "knobless:study", detail::study_json(search));
  events_.describe(search.happened.space());
  store_.make_study();
}

inline void study_journal::check_study(const detail::log_subject& search) {
  const detail::jf::study_entry& there = store_.study();
  const std::size_t objectives = detail::objectives_of(search.happened);
  if (there.directions.size() != objectives)
    raise(store_.refusal(detail::text("study \"", there.name, "\" has ", std::to_string(there.directions.size()),
                                      " objectives there and ", std::to_string(objectives), " here")));
  for (std::size_t k = 0; k < objectives; ++k) {
    const int toward = search.happened.better(k) == direction::minimize ? 1 : 2;
    if (there.directions[k] != toward && there.directions[k] != 0)
      raise(store_.refusal(detail::text(
          "study \"", there.name,
          "\" is of another search: ", objectives > 1 ? search.happened.objective_name(k) : "it", " is to ",
          toward == 1 ? "maximize there and to minimize here" : "minimize there and to maximize here")));
  }
  const std::string* const space = detail::jf::find(there.system, "knobless:space");
  const std::string other = space != nullptr ? detail::other_space(search.happened.space(), *space) : "";
  if (!other.empty() && !store_.options().space_changed)
    raise(store_.refusal(detail::text("study \"", there.name, "\" is of another search space: ", other,
                                      "; where that is on purpose, say .space_changed = true")));
  if (detail::jf::find(there.system, "knobless:study") == nullptr)
    store_.lines().attribute(detail::jf::operation::study_system_attr, nowhere, "knobless:study",
                             detail::study_json(search));
  if (space == nullptr || !other.empty()) events_.describe(search.happened.space());
}

inline void study_journal::begin(study_core& study) {
  {
    struct flagged {
      bool& flag;
      ~flagged() { flag = false; }
    } guard{bringing_in_ = true};
    open(detail::search_of(study), [&](const change& c) { bring_in(study, c); });
  }
  events_.pass_over(study.happened());
  if (left_out_ > 0)
    store_.say(detail::text(std::to_string(left_out_),
                            " told trials are no points of this space and were left out: ", why_left_out_));
  if (store_.lock().held()) store_.lock().release();
  care_for_interrupted(study);
  keep(study);
}

// ---- Trials of processes that have died --------------------------------------------------------------------------------

inline void study_journal::care_for_interrupted(study_core& study) {
  looked_for_dead_ = clock::now();
  const auto is_dead = [&](std::uint64_t id) { return store_.of_a_dead_process(store_.trial(id)); };
  if (std::none_of(out_elsewhere_.begin(), out_elsewhere_.end(), is_dead)) return;
  std::vector<std::size_t> claimed;
  if (store_.catch_up().empty()) {
    bring_in(study);
    const std::vector<std::uint64_t> all = out_elsewhere_;
    for (const std::uint64_t id : all) {
      if (!is_dead(id)) continue;
      store_.claim(id);
      std::erase(out_elsewhere_, id);
      claimed.push_back(store_.number_of(id));
      events_.adopt(claimed.back(), study.happened().running(claimed.back())->reports.size());
    }
    (void)store_.write_out();
  }
  if (store_.lock().held()) store_.lock().release();
  for (const std::size_t number : claimed) {
    if (store_.options().interrupted == interrupted_trials::retry)
      study.ask_again(number);
    else
      study.tell(number, failed("its process ended while it was running"));
  }
}

// ---- What others have done -------------------------------------------------------------------------------------------

inline void study_journal::bring_in(study_core& study) {
  struct flagged {
    bool& flag;
    ~flagged() { flag = false; }
  } guard{bringing_in_ = true};
  while (const std::optional<change> c = store_.next_change()) bring_in(study, *c);
  events_.pass_over(study.happened());
}

inline void study_journal::bring_in(study_core& study, const change& c) {
  using detail::jf::operation;
  trial_entry& t = store_.trial(c.trial);
  if (c.becomes == state::waiting) return wait_for(study, t);
  const bool begins = c.becomes == state::running || c.what == operation::create_trial;
  if (begins) no_longer_waits(study, t.id);
  const std::size_t number = store_.number_of(t.id);
  if (c.what == operation::trial_intermediate && number != nowhere) (void)study.keep_report(number, c.last);
  if (c.becomes && *c.becomes != state::running) return finish(study, t, *c.becomes);
  if (number == nowhere && (begins || c.what == operation::trial_param)) (void)place(study, t);
}

// The trial begins here, too, where its point is known by now.
inline bool study_journal::place(study_core& study, trial_entry& t) {
  const detail::jf::asked_entry asked = detail::jf::asked_of(detail::jf::find(t->system, "knobless:ask"));
  const result<point> where = detail::jf::point_of(study.space(), t->settings, asked);
  if (!where) {
    why_left_out_ = where.error().what;
    return false;
  }
  store_.know(t.id, study.asked_count());
  const bool again = study.options().deterministic && !store_.options().shared;
  if (again && asked.sampled) study.propose_again();
  study.begin_again(asked.sampled ? record::event::kind::asked : record::event::kind::queued, where.value());
  out_elsewhere_.push_back(t.id);
  return true;
}

inline void study_journal::finish(study_core& study, trial_entry& t, state how) {
  const bool placed = store_.number_of(t.id) != nowhere;
  if (placed || place(study, t)) {
    const std::size_t number = store_.number_of(t.id);
    if (!placed)
      for (const report& r : t->reports) (void)study.keep_report(number, r);
    const detail::jf::told_entry told = detail::jf::told_of(detail::jf::find(t->system, "knobless:told"));
    if (told.dropped)
      study.drop(number);
    else
      study.tell(number, detail::kept_outcome(t, how), told.seconds);
    std::erase(out_elsewhere_, t.id);
  } else {
    ++left_out_;
  }
  t.forget();  // what is told is in the record
}

// Somebody has put a trial into the queue of the study.
inline void study_journal::wait_for(study_core& study, trial_entry& t) {
  if (t.now != state::waiting) return;
  const std::string* const fixed = detail::jf::find(t->system, "fixed_params");
  if (fixed == nullptr) return;
  const detail::jf::asked_entry asked = detail::jf::asked_of(detail::jf::find(t->system, "knobless:ask"));
  result<point> where = detail::jf::point_of_values(study.space(), detail::jf::members_of(*fixed), asked);
  if (!where) return;
  waiting_.push_back({t.id, where.value()});
  study.enqueue(std::move(where).value());
}

inline void study_journal::no_longer_waits(study_core& study, std::uint64_t id) {
  const auto same = [&](const waiting_trial& w) { return w.id == id; };
  const auto at = std::find_if(waiting_.begin(), waiting_.end(), same);
  if (at == waiting_.end()) return;
  study.forget_queued(at->where);
  waiting_.erase(at);
}

// A point of the queue begins: which of the trials that wait in the file that is.
inline bool study_journal::take_waiting(const point& where, std::size_t number) {
  const auto same = [&](const waiting_trial& w) { return w.where == where; };
  const auto at = std::find_if(waiting_.begin(), waiting_.end(), same);
  if (at == waiting_.end()) return false;
  store_.know(at->id, number);
  waiting_.erase(at);
  return true;
}

// ---- What the study calls --------------------------------------------------------------------------------------------

inline void study_journal::look_around(study_core& study) {
  if (bringing_in_) return;
  const bool shared = store_.options().shared;
  if (shared && store_.grown())
    if (const std::string trouble = store_.read(); !trouble.empty()) store_.say(trouble);
  bring_in(study);
  constexpr auto pause = std::chrono::milliseconds(200);
  if (shared && !out_elsewhere_.empty() && clock::now() - looked_for_dead_ > pause) care_for_interrupted(study);
}

inline bool study_journal::may_begin(study_core& study, const point& proposed) {
  if (!store_.options().shared) return true;
  constexpr int tries = 3;
  constexpr int tries_of_known = 20;
  const std::size_t before = study.asked_count();
  if (!store_.catch_up().empty()) return true;
  bring_in(study);
  const bool late = study.asked_count() != before;
  ++tries_;
  if (late && (study.full() || tries_ <= tries || (tries_ <= tries_of_known && study.knows(proposed)))) {
    store_.lock().release();
    return false;
  }
  tries_ = 0;
  return true;  // with the lock held until the trial is written
}

inline void study_journal::begin_at_most(std::size_t trials) {
  const std::string* const known = detail::jf::find(store_.study().system, "knobless:budget");
  const std::string now = std::to_string(trials);
  if (known == nullptr || *known != now)
    store_.lines().attribute(detail::jf::operation::study_system_attr, nowhere, "knobless:budget", now);
}

// Written at once: it may be another process that asks for it.
inline void study_journal::waits(study_core& study, const point& where) {
  if (bringing_in_ || !store_.is_open()) return;
  keep(study);
  const record& happened = study.happened();
  const std::vector<detail::jf::parameter_text>& parameters = events_.texts(happened, happened.spaces() - 1);
  std::string& line = store_.lines().begin(detail::jf::operation::create_trial);
  line.append(",\"datetime_start\":null,\"state\":4,\"value\":null,\"values\":null,\"distributions\":{},\"params\":{},")
      .append("\"user_attrs\":{},\"system_attrs\":{\"fixed_params\":")
      .append(detail::jf::fixed_params(study.space(), parameters, where))
      .append(",\"knobless:ask\":");
  detail::jf::append_asked(line, "queue", study.space(), parameters, where);
  line.append("},\"intermediate_values\":{}");
  store_.lines().end(state::waiting);
  if (store_.write_out().empty())
    waiting_.push_back({store_.trials() - 1, where});
  else
    store_.lines().drop_last();  // it waits in this process alone
}

inline void study_journal::keep(study_core& study) noexcept {
  if (bringing_in_ || !store_.is_open()) return;
  const bool told = events_.write(study.happened());
  if (!store_.commit(told)) study.request_stop();
}

inline bool study_journal::note(std::size_t number, const std::string& key, const note_value& value) {
  if (!store_.is_open() || !events_.runs(number)) return false;
  store_.lines().attribute(detail::jf::operation::trial_user_attr, number, key, value.json());
  return true;
}

inline bool study_journal::note(const std::string& key, const note_value& value) {
  if (!store_.is_open()) return false;
  store_.lines().attribute(detail::jf::operation::study_user_attr, nowhere, key, value.json());
  return true;
}

// ---- Searches that no study makes ------------------------------------------------------------------------------------

inline std::string study_journal::begin(const detail::log_subject& search) {
  if (store_.options().shared)
    raise({error_code::invalid_option, "models are trained in one process: .shared is for studies and minimize()",
           "journal.shared"});
  detail::kept_record kept(search.happened.shared_space(), search.happened.better(), store_);
  open(search, [&](const change& c) { kept.take(c); });
  if (!kept.trouble().empty()) raise(store_.refusal(kept.trouble()));
  if (store_.lock().held()) store_.lock().release();
  known_events_ = kept.happened().events().size();
  if (known_events_ == 0) return {};
  if (store_.options().interrupted == interrupted_trials::fail) kept.fail_interrupted();
  return detail::write_log(
      {kept.happened(), kept.seed().value_or(search.seed), kept.sampler().value_or(search.sampler), {}});
}

inline bool study_journal::keep(const record& happened) noexcept {
  if (!store_.is_open()) return true;
  events_.pass_over(happened, (std::min)(known_events_, happened.events().size()));
  return store_.commit(events_.write(happened));
}

}  // namespace knobless
