#pragma once

#include "summary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "../analysis/importance.hpp"
#include "../analysis/no_more_gain.hpp"
#include "../analysis/trade_off.hpp"
#include "../base/elementary.hpp"
#include "../pareto/front.hpp"
#include "../record/csv.hpp"
#include "../space/value_text.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {
namespace detail {

// Puts a summary together, one part after another.
class summarizer {
 public:
  summarizer(const record& happened, const search_facts& facts)
      : happened_(happened), seen_(happened.seen()), facts_(facts) {}

  [[nodiscard]] search_summary all() && {
    out_.name = facts_.name;
    out_.sampler = facts_.sampler;
    out_.ending = facts_.ending;
    out_.failures = happened_.failures_text();
    out_.note_names.assign(happened_.note_names().begin(), happened_.note_names().end());
    declare();
    add_told();
    add_running();
    add_origins();
    add_times();
    count_states();
    find_best();
    count_limits();
    find_what_mattered();
    find_noise();
    find_effects();
    find_rungs();
    find_front();
    find_gain();
    return std::move(out_);
  }

 private:
  void declare() {
    for (std::size_t k = 0; k < seen_.objectives(); ++k)
      out_.objectives.push_back({happened_.objective_name(k), happened_.better(k)});
    for (const parameter& p : happened_.space())
      out_.parameters.push_back({p.name(), p.kind(), p.scale(), p.labels().empty() ? p.low() : 0.0,
                                 p.labels().empty() ? p.high() : static_cast<double>(p.labels().size()) - 1.0,
                                 p.labels()});
  }

  // The values at a point of any of the search's spaces, for the parameters of the present one.
  void add_settings(trial_summary& t, std::size_t space, const point& where) const {
    const domain& then = happened_.space(space);
    const domain& now = happened_.space();
    for (std::size_t k = 0; k < now.size(); ++k) {
      const std::size_t j = &then == &now ? k : then.find(now[k].name());
      const bool there = j < then.size() && where.active[j] != 0;
      t.texts.push_back(there ? value_text(then, where, j) : std::string());
      t.settings.push_back(there ? then.natural(where, j) : std::numeric_limits<double>::quiet_NaN());
      // A level of an earlier space is found by its label.
      if (there && &then != &now && !now[k].labels().empty()) {
        const auto same = std::find(now[k].labels().begin(), now[k].labels().end(), t.texts.back());
        t.settings.back() = same == now[k].labels().end() ? std::numeric_limits<double>::quiet_NaN()
                                                          : static_cast<double>(same - now[k].labels().begin());
      }
    }
  }

  void add_reports(trial_summary& t, std::span<const report> reports) const {
    for (const report& r : reports) t.reports.push_back({r.step, happened_.signed_value(r.value)});
  }

  void add_told() {
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      const observation o = seen_[i];
      trial_summary t;
      t.number = o.number;
      t.state = o.state;
      t.values = happened_.values(i);
      t.seconds = o.seconds;
      const record::placed at = happened_.original(i);
      add_settings(t, at.space, at.where);
      for (std::size_t c = 0; c < seen_.limit_kinds().size(); ++c) t.limits.push_back(seen_.limit(i, c));
      t.notes.resize(out_.note_names.size());
      for (const note& n : happened_.notes(i))
        for (std::size_t k = 0; k < out_.note_names.size(); ++k)
          if (out_.note_names[k] == n.name) t.notes[k] = note_text(n);
      t.why = happened_.why(i);
      add_reports(t, seen_.reports(i));
      t.eligible = o.state == trial_state::complete && o.inside && o.feasible;
      out_.eligible += t.eligible ? 1U : 0U;
      out_.trials.push_back(std::move(t));
    }
  }

  void add_running() {
    for (const pending_trial& p : seen_.pending()) {
      trial_summary t;
      t.number = p.number;
      t.seconds = p.seconds;
      const record::placed_view at = happened_.original(p);
      add_settings(t, at.space, at.where);
      t.limits.assign(seen_.limit_kinds().size(), std::numeric_limits<double>::quiet_NaN());
      t.notes.resize(out_.note_names.size());
      add_reports(t, p.reports);
      out_.trials.push_back(std::move(t));
    }
  }

  void add_origins() {
    using kind = record::event::kind;
    std::vector<trial_origin> by_number(happened_.begun(), trial_origin::sampler);
    for (const record::event& e : happened_.events()) {
      if (e.number >= by_number.size()) continue;
      if (e.what == kind::queued) by_number[e.number] = trial_origin::queue;
      if (e.what == kind::added) by_number[e.number] = trial_origin::added;
    }
    for (trial_summary& t : out_.trials) t.origin = by_number[t.number];
  }

  void add_times() {
    out_.when = facts_.clocks.empty() ? timeline_of(happened_) : timeline_of(facts_.clocks);
    std::vector<trial_summary*> by_number(happened_.begun(), nullptr);
    for (trial_summary& t : out_.trials) by_number[t.number] = &t;
    out_.seconds = facts_.seconds;
    for (const work_piece& w : out_.when.work) {
      if (facts_.seconds <= 0.0) out_.seconds = (std::max)(out_.seconds, w.ended);
      trial_summary* const t = w.number < by_number.size() ? by_number[w.number] : nullptr;
      if (t == nullptr) continue;
      t->begun = t->ended > 0.0 ? (std::min)(t->begun, w.begun) : w.begun;
      t->ended = (std::max)(t->ended, w.ended);
    }
  }

  void count_states() {
    for (const trial_state s : {trial_state::complete, trial_state::pruned, trial_state::failed, trial_state::foreign,
                                trial_state::running}) {
      const auto same = [&](const trial_summary& t) { return t.state == s; };
      const auto n = static_cast<std::size_t>(std::count_if(out_.trials.begin(), out_.trials.end(), same));
      if (n > 0) out_.states.push_back({s, n});
    }
  }

  [[nodiscard]] bool better(double a, double b) const noexcept {
    return happened_.signed_value(a) < happened_.signed_value(b);
  }

  void find_best() {
    if (seen_.objectives() != 1) return;
    for (std::size_t i = 0; i < out_.trials.size(); ++i)
      if (out_.trials[i].eligible &&
          (!out_.best || better(out_.trials[i].values.front(), out_.trials[*out_.best].values.front()))) {
        out_.best = i;
        out_.best_so_far.push_back(i);
      }
    // Rows of the history are the first of `trials`.
    std::optional<estimate> found = facts_.estimated;
    if (!found && seen_.best()) found = estimate_best(happened_.space(), seen_);
    if (found && shows_noise(happened_.space(), seen_))
      out_.best_estimated = {found->index, happened_.signed_value(found->value)};
  }

  void count_limits() {
    for (std::size_t c = 0; c < seen_.limit_kinds().size(); ++c) {
      limit_summary l{seen_.limit_kinds()[c].name, seen_.limit_kinds()[c].graded};
      for (std::size_t i = 0; i < seen_.size(); ++i) {
        const double amount = seen_.limit(i, c);
        ++(elementary::is_nan(amount) ? l.unknown : amount > 0.0 ? l.broken : l.kept);
      }
      out_.limits.push_back(std::move(l));
    }
  }

  // The better half of the trials that may be the best, as a history of its own.
  [[nodiscard]] history better_half(std::size_t objective) const {
    std::vector<std::size_t> rows;
    const auto value = [&](std::size_t i) {
      return seen_[i].values.empty() ? seen_[i].value : seen_[i].values[objective];
    };
    for (std::size_t i = 0; i < seen_.size(); ++i)
      if (out_.trials[i].eligible) rows.push_back(i);
    std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return value(a) < value(b); });
    rows.resize(rows.size() / 2);
    history half(seen_.dimensions());
    half.expect_objectives(seen_.objectives());
    for (const std::size_t i : rows) {
      observation o = seen_[i];
      o.limits = {};  // all are kept
      half.append(o);
    }
    return half;
  }

  void find_what_mattered() {
    for (std::size_t k = 0; k < seen_.objectives(); ++k)
      out_.importance.push_back(
          {importance(happened_.space(), seen_, k), importance(happened_.space(), better_half(k), k)});
  }

  // The standard deviation of the answers at points that were told more than once.
  void find_noise() {
    std::map<std::pair<std::vector<double>, std::vector<unsigned char>>, std::vector<std::size_t>> at;
    for (std::size_t i = 0; i < seen_.size(); ++i)
      if (seen_[i].state == trial_state::complete) at[{seen_[i].where().unit, seen_[i].where().active}].push_back(i);
    for (std::size_t k = 0; k < seen_.objectives(); ++k) {
      noise_summary n;
      double squares = 0.0;
      std::size_t freedom = 0;
      for (const auto& [where, rows] : at) {
        if (rows.size() < 2) continue;
        ++n.repeated;
        double mean = 0.0;
        for (const std::size_t i : rows) mean += out_.trials[i].values[k] / static_cast<double>(rows.size());
        for (const std::size_t i : rows)
          squares += (out_.trials[i].values[k] - mean) * (out_.trials[i].values[k] - mean);
        freedom += rows.size() - 1;
      }
      if (freedom > 0) n.repeats = std::sqrt(squares / static_cast<double>(freedom));
      n.shown = seen_.objectives() == 1 ? shows_noise(happened_.space(), seen_) : n.repeats.value_or(0.0) > 0.0;
      out_.noise.push_back(n);
    }
  }

  // All pairs of the three parameters that matter most for an objective; where that is not known, of the first three.
  [[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> strongest_pairs(std::size_t objective) const {
    const std::vector<double>& shares = out_.importance[objective].overall;
    std::vector<std::size_t> order;
    for (std::size_t k = 0; k < happened_.space().size(); ++k)
      if (happened_.space()[k].levels() != 1) order.push_back(k);
    if (!shares.empty())
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return shares[a] > shares[b]; });
    order.resize((std::min)(order.size(), std::size_t{3}));
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t a = 0; a < order.size(); ++a)
      for (std::size_t b = a + 1; b < order.size(); ++b) pairs.emplace_back(order[a], order[b]);
    return pairs;
  }

  void find_effects() {
    for (std::size_t k = 0; k < seen_.objectives(); ++k) {
      std::optional<model_effects> found = effects_on(happened_, k, strongest_pairs(k));
      if (!found) continue;
      out_.noise[k].model = found->noise;
      std::move(found->marginals.begin(), found->marginals.end(), std::back_inserter(out_.marginals));
      std::move(found->surfaces.begin(), found->surfaces.end(), std::back_inserter(out_.surfaces));
    }
  }

  // Where trials were cut; of more than 24 steps so many, evenly among them.
  [[nodiscard]] std::vector<std::size_t> cut_steps() const {
    constexpr std::size_t most = 24;
    std::vector<std::size_t> steps;
    for (const trial_summary& t : out_.trials)
      if (t.state == trial_state::pruned && !t.reports.empty()) steps.push_back(t.reports.back().step);
    std::sort(steps.begin(), steps.end());
    steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
    if (steps.size() <= most) return steps;
    std::vector<std::size_t> few;
    for (std::size_t i = 1; i <= most; ++i) few.push_back(steps[i * steps.size() / most - 1]);
    return few;
  }

  void find_rungs() {
    const trial_summary* const best = out_.best ? &out_.trials[*out_.best] : nullptr;
    bool first = true;
    std::size_t below = 0;
    for (const std::size_t step : cut_steps()) {
      rung_summary rung{step};
      for (const trial_summary& t : out_.trials) {
        if (t.reports.empty()) continue;
        const report last = t.reports.back();
        if (last.step >= step) ++rung.reached;
        if (t.state != trial_state::pruned || last.step > step || (!first && last.step <= below)) continue;
        ++rung.cut;
        const std::optional<double> then = best != nullptr ? value_at(*best, last.step) : std::nullopt;
        if (!then || !better(last.value, *then)) continue;
        ++rung.ahead;
        rung.lead = (std::max)(rung.lead, std::abs(last.value - *then));
      }
      out_.rungs.push_back(rung);
      below = step;
      first = false;
    }
  }

  [[nodiscard]] static std::optional<double> value_at(const trial_summary& t, std::size_t step) {
    for (const report& r : t.reports)
      if (r.step == step) return r.value;
    return std::nullopt;
  }

  void find_front() {
    if (seen_.objectives() < 2) return;
    const std::vector<valued_row> front = observed_front(seen_);
    for (const valued_row& f : front) out_.front.trials.push_back(f.row);
    out_.front.knee = knee_of(front);
    std::vector<double> reference = worst_and_a_tenth();
    if (reference.empty()) return;
    if (seen_.objectives() <= most_measured) measure_growth(reference);
    for (std::size_t k = 0; k < reference.size(); ++k) reference[k] = happened_.signed_value(reference[k], k);
    out_.front.reference = std::move(reference);
  }

  // Of the trials that may be the best; to be minimised. Empty where there are none.
  [[nodiscard]] std::vector<double> worst_and_a_tenth() const {
    std::vector<double> worst;
    std::vector<double> least;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (!out_.trials[i].eligible) continue;
      const std::span<const double> values = seen_[i].values;
      if (worst.empty()) least = worst = {values.begin(), values.end()};
      for (std::size_t k = 0; k < worst.size(); ++k) {
        worst[k] = (std::max)(worst[k], values[k]);
        least[k] = (std::min)(least[k], values[k]);
      }
    }
    // NOLINTNEXTLINE(readability-magic-numbers): a tenth of the range
    for (std::size_t k = 0; k < worst.size(); ++k) worst[k] += worst[k] > least[k] ? 0.1 * (worst[k] - least[k]) : 1.0;
    return worst;
  }

  // The volume behind the front so far, each time that a trial enters it; of more than 200 times about so many, evenly.
  void measure_growth(const std::vector<double>& reference) {
    constexpr std::size_t most = 200;
    std::vector<valued_row> front;
    std::vector<std::pair<std::size_t, std::vector<valued_row>>> grown;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (!out_.trials[i].eligible) continue;
      const std::span<const double> values = seen_[i].values;
      const auto beats = [&](const valued_row& f) {
        return dominates(f.values, values) || std::equal(values.begin(), values.end(), f.values.begin());
      };
      if (std::any_of(front.begin(), front.end(), beats)) continue;
      std::erase_if(front, [&](const valued_row& f) { return dominates(values, f.values); });
      front.push_back({i, {values.begin(), values.end()}});
      grown.emplace_back(i, front);
    }
    const std::size_t each = grown.size() / most + 1;
    for (std::size_t g = 0; g < grown.size(); ++g)
      if (g % each == 0 || g + 1 == grown.size())
        out_.front.volume.push_back({grown[g].first, front_volume(grown[g].second, reference)});
  }

  void find_gain() {
    if (seen_.objectives() == 1) out_.gain = no_more_gain({happened_.space(), seen_, facts_.seed, 0});
  }

  static constexpr std::size_t most_measured = 4;

  const record& happened_;
  const history& seen_;
  const search_facts& facts_;
  search_summary out_;
};

}  // namespace detail

KNOBLESS_INLINE search_summary summarize(const record& happened, const search_facts& facts) {
  return detail::summarizer(happened, facts).all();
}

}  // namespace knobless

#include "../base/strict_end.inc"
