/// \file
/// A study of a journal as a record, whoever wrote it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <knobless/record/record.hpp>
#include <knobless/report/summary.hpp>
#include <knobless/storage/iso_time.hpp>
#include <knobless/storage/json_text.hpp>
#include <knobless/storage/kept_record.hpp>
#include <knobless/storage/optuna_point.hpp>

#include "reading.hpp"

namespace knobless_command {

/// What happened, and what the record does not know of it.
struct journal_account {
  knobless::record happened;
  knobless::search_facts facts;
};

/// Gathers what the distributions of all trials say of a parameter: its range is that of all of them.
[[nodiscard]] inline knobless::result<knobless::parameter> parameter_of(const std::string& name,
                                                                        const jf::distribution& of, double low,
                                                                        double high) {
  if (of.what == jf::distribution::kind::categorical) {
    std::vector<std::string> labels;
    for (const std::string& c : of.choices) labels.push_back(jf::label_of(c));
    return knobless::parameter::categorical(name, std::move(labels));
  }
  const knobless::scaling scale = of.log ? knobless::scaling::log : knobless::scaling::linear;
  if (of.what == jf::distribution::kind::integer)
    return knobless::parameter::integer(name, {static_cast<std::int64_t>(low), static_cast<std::int64_t>(high), scale,
                                               std::max<std::int64_t>(1, static_cast<std::int64_t>(of.step))});
  return knobless::parameter::real(name, {low, high, scale, of.step});
}

/// The parameters of all trials as one space, without conditions: a parameter that a trial does not have is inactive there.
[[nodiscard]] inline knobless::result<knobless::domain> space_of(const reading& r, const jf::study_entry& s) {
  struct range {
    const jf::setting* first;
    double low;
    double high;
  };
  std::vector<range> all;
  for (const std::uint64_t id : s.trials)
    for (const jf::setting& p : r.trial(id)->settings) {
      const auto at = std::find_if(all.begin(), all.end(), [&](const range& a) { return a.first->name() == p.name(); });
      if (at == all.end()) {
        all.push_back({&p, p.of->low, p.of->high});
      } else {
        at->low = std::min(at->low, p.of->low);
        at->high = std::max(at->high, p.of->high);
      }
    }
  std::vector<knobless::parameter> parameters;
  for (const range& a : all) {
    auto made = parameter_of(std::string(a.first->name()), *a.first->of, a.low, a.high);
    if (!made) return made.error();
    parameters.push_back(std::move(made).value());
  }
  return knobless::domain::make(std::move(parameters));
}

/// Where a trial lies in that space, its numbers to the bit.
[[nodiscard]] inline knobless::point place_of(const knobless::domain& space, const jf::trial_entry& t) {
  knobless::point p(space.size());
  p.given.assign(space.size(), 0.0);
  for (const jf::setting& set : t->settings) {
    const std::size_t k = space.find(set.name());
    p.active[k] = 1;
    p.unit[k] = space[k].snap(space[k].unit(set.value));
    p.given[k] = set.value;
  }
  return p;
}

[[nodiscard]] inline std::vector<knobless::objective_info> objectives_of(const jf::study_entry& s) {
  std::vector<knobless::objective_info> all;
  for (const int d : s.directions)
    all.push_back({"", d == 2 ? knobless::direction::maximize : knobless::direction::minimize});
  if (const std::string* const names = jf::find(s.system, "study:metric_names")) {
    const auto listed = jf::members_of(*names);
    for (std::size_t k = 0; k < all.size() && k < listed.size(); ++k)
      all[k].name = jf::text_of(listed[k].json).value_or("");
  }
  return all;
}

[[nodiscard]] inline knobless::search_facts facts_of(const reading& r, const jf::study_entry& s) {
  knobless::search_facts facts;
  facts.name = s.name;
  if (const std::string* const study = jf::find(s.system, "knobless:study")) {
    if (const auto sampler = jf::member_of(*study, "sampler")) facts.sampler = jf::text_of(*sampler).value_or("");
    if (const auto seed = jf::member_of(*study, "seed"))
      facts.seed = knobless::detail::parsed<std::uint64_t>(*seed).value_or(0);
  }
  std::optional<double> first;
  std::optional<double> latest;
  for (const std::uint64_t id : s.trials) {
    const auto begun = jf::seconds_of(r.trial(id)->begun);
    const auto ended = jf::seconds_of(r.trial(id)->ended);
    if (begun) first = std::min(first.value_or(*begun), *begun);
    for (const auto& at : {begun, ended})
      if (at) latest = std::max(latest.value_or(*at), *at);
  }
  if (!first) return facts;
  facts.seconds = *latest - *first;
  for (const std::uint64_t id : s.trials) {
    const jf::trial_entry& t = r.trial(id);
    const auto begun = jf::seconds_of(t->begun);
    if (!begun) continue;
    const double ended = jf::seconds_of(t->ended).value_or(*latest);
    facts.clocks.push_back({static_cast<std::size_t>(t.number), *begun - *first, ended - *first, t->worker});
  }
  return facts;
}

/// Tells how a running trial of the record ended.
inline void tell(knobless::record& happened, const jf::trial_entry& t) {
  knobless::pending_trial& running = *happened.running(static_cast<std::size_t>(t.number));
  for (const knobless::report& p : t->reports)
    if (std::isfinite(p.value)) happened.report(running, {p.step, happened.signed_value(p.value)});
  if (t.now == jf::state::running) return;
  const std::string* const told = jf::find(t->system, "knobless:told");
  const bool inside = !told || jf::member_of(*told, "inside").value_or("true") != "false";
  const auto begun = jf::seconds_of(t->begun);
  const auto ended = jf::seconds_of(t->ended);
  const double seconds = told ? jf::told_of(told).seconds : begun && ended ? std::max(0.0, *ended - *begun) : 0.0;
  (void)happened.make_room(running, knobless::detail::kept_outcome(t, t.now));
  if (t.now == jf::state::waiting)
    happened.drop(running);
  else
    (void)happened.tell(running, seconds, inside);
}

/// What the journal says of a study. Trials are told in the order of their ends; those that wait in the queue are left out.
[[nodiscard]] inline knobless::result<journal_account> account_of(const reading& r, const jf::study_entry& s) {
  auto space = space_of(r, s);
  if (!space) return space.error();
  const auto shared = std::make_shared<const knobless::domain>(std::move(space).value());
  const std::vector<knobless::objective_info> objectives = objectives_of(s);
  journal_account known{knobless::record(shared, objectives.front().better, objectives), facts_of(r, s)};
  std::vector<const jf::trial_entry*> order;
  for (const std::uint64_t id : s.trials) {
    const jf::trial_entry& t = r.trial(id);
    const std::string* const asked = jf::find(t->system, "knobless:ask");
    const bool queued = asked ? !jf::asked_of(asked).sampled : jf::find(t->system, "fixed_params") != nullptr;
    using kind = knobless::record::event::kind;
    (void)known.happened.begin(queued ? kind::queued : kind::asked, place_of(*shared, t));
    order.push_back(&t);
  }
  const auto end = [](const jf::trial_entry* t) { return (*t)->ended.empty() ? "9" : (*t)->ended; };
  std::stable_sort(order.begin(), order.end(),
                   [&](const jf::trial_entry* a, const jf::trial_entry* b) { return end(a) < end(b); });
  for (const jf::trial_entry* t : order) tell(known.happened, *t);
  return known;
}

}  // namespace knobless_command
