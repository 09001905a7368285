/// \file
/// A search in progress: ask for a trial, tell its outcome, look at what is known.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../analysis/importance.hpp"
#include "../analysis/trade_off.hpp"
#include "../base/error.hpp"
#include "../record/csv.hpp"
#include "../record/history.hpp"
#include "../record/outcome.hpp"
#include "../record/record.hpp"
#include "../record/trial.hpp"
#include "../sampler/sampler.hpp"
#include "../space/domain.hpp"
#include "../space/space.hpp"
#include "candidate.hpp"
#include "objective.hpp"
#include "objectives.hpp"
#include "study_core.hpp"
#include "study_log.hpp"
#include "trial.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// A search over configurations of type Config. One thread at a time, but for request_stop(). Move-only; one that was moved
/// from raises an error in all that it is asked. Calls that change it are all or nothing.
template <class Config>
class study {
 public:
  /// Begins a search of `space` with `sampler`.
  study(knobless::space<Config> space, any_sampler sampler, study_options options = {})
      : space_(std::move(space)),
        core_(std::make_shared<study_core>(space_.shared_domain(), std::move(sampler), std::move(options))) {}
  /// The same by what the library picks by itself; wants sampler/automatic.hpp.
  template <class Unnamed = void>
  explicit study(knobless::space<Config> space, study_options options = {})
      : study(std::move(space), detail::unnamed_sampler<Unnamed>::template make<Config>(), std::move(options)) {}
  study(study&&) noexcept = default;
  /// Takes the other's search; trials of the one that was here can no longer be told.
  study& operator=(study&&) noexcept = default;
  study(const study&) = delete;
  study& operator=(const study&) = delete;
  ~study() = default;

  /// The next trial; raises an error when the space is exhausted or no point keeps the constraints. Cost: the sampler's.
  [[nodiscard]] trial<Config> ask() { return try_ask().value(); }

  /// The next trial, or why there is none.
  [[nodiscard]] result<trial<Config>> try_ask() {
    const result<const pending_trial*> next = core().next();
    if (!next) return next.error();
    const std::size_t number = next.value()->number;
#if KNOBLESS_EXCEPTIONS
    try {
      return hold(number);
    } catch (...) {
      core_->drop(number);  // its configuration could not be made
      throw;
    }
#else
    return hold(number);
#endif
  }

  /// Ends a trial with a value, `pruned` or `failed`. `seconds` is what the objective took, where known. Raises an error if
  /// the trial was told before or belongs to another study.
  void tell(trial<Config>&& t, const outcome& out, double seconds = 0.0) {
    if (t.core_ == nullptr || t.core_ != core_ || !core_->tell(t.number_, out, seconds))
      raise({error_code::invalid_use, "the trial told is not a running trial of this study", "study.tell"});
    t.core_.reset();
  }
  /// A trial with a name has to be moved.
  template <class Answer>
  void tell(trial<Config>&, const Answer&, double = 0.0) {
    static_assert(!std::same_as<Answer, Answer>,
                  "knobless: tell() ends the trial, so it takes it over: tell(std::move(trial), value)");
  }

  /// Neither a number nor an outcome.
  template <class Answer>
  requires(!std::convertible_to<const Answer&, outcome>) void tell(trial<Config>&&, const Answer&, double = 0.0) {
    static_assert(!std::same_as<Answer, Answer>,
                  "knobless: tell() takes a number or a knobless::outcome: pruned, failed, failed(\"why\"), or several "
                  "numbers as a std::array or std::tuple");
  }

  /// One trial: asks, calls `objective` with the configuration (with its values one by one for a space without a struct, or with
  /// the trial), and tells what it returns, a number, several, or an `outcome`. What it throws, NaN and infinity cost the trial. False,
  /// and nothing was called, when all points of the space were proposed. Raises an error if no point keeps the constraints.
  /// Cost: ask's, tell's and the objective's.
  template <class Objective>
  bool step(Objective&& objective) {
    static_assert(detail::takes_one<Objective, Config>,
                  "knobless: step() calls its objective with the configuration (or its values, for a space without a "
                  "struct), or with knobless::trial<Config>&");
    result<trial<Config>> next = try_ask();
    if (!next && next.error().code == error_code::space_exhausted) return false;
    trial<Config> t = std::move(next).value();
    outcome out = failed;
    const std::optional<failed_t> failure = detail::caught([&] { out = detail::evaluate<Config>(objective, t); });
    tell(std::move(t), failure ? outcome(*failure) : out);
    return true;
  }

  /// A first guess, asked before the sampler is: the user's own defaults, say. Its values reach the objective and the tables as
  /// given, to the bit. Raises an error if it is not a configuration of the space. Values between those of a discrete parameter
  /// are rounded to the nearest.
  void enqueue(const Config& config) { core().enqueue(space_.admitted(config)); }

  /// Another type is no configuration of this study.
  template <class Other>
  requires(!std::convertible_to<const Other&, const Config&>) void enqueue(const Other&) {
    static_assert(!std::same_as<Other, Other>,
                  "knobless: enqueue() takes a configuration of the type that the study's space is of");
  }

  /// A result that is known already, from within the bounds: else an error is raised. One that breaks a constraint teaches,
  /// but is never the best.
  void add(const Config& config, const outcome& out) { core().add(space_.encode(config).value(), out); }

  /// Another type is no configuration of this study.
  template <class Other>
  requires(!std::convertible_to<const Other&, const Config&>) void add(const Other&, const outcome&) {
    static_assert(!std::same_as<Other, Other>,
                  "knobless: add() takes a configuration of the type that the study's space is of");
  }

  /// Goes on in a changed space. Told trials are kept: those whose configuration the new space can express teach the
  /// sampler there, also from beyond the new bounds. O(trials * d).
  void change_space(knobless::space<Config> space) { change_space(core(), std::move(space)); }

  /// Numbers of the trials that were running when the log was written that this study has replayed, and that no trial stands
  /// for: whoever ran them is gone. O(running).
  [[nodiscard]] std::vector<std::size_t> left_running() const {
    std::vector<std::size_t> all;
    for (const pending_trial& p : trials().pending())
      if (!p.held) all.push_back(p.number);
    return all;
  }
  /// One of these, to be evaluated again, told (as failed, say), or dropped as it goes out of scope. Raises an error for any
  /// other number. O(running + d).
  [[nodiscard]] trial<Config> resume(std::size_t number) {
    const pending_trial* p = core().happened().running(number);
    if (p == nullptr || p->held)
      raise({error_code::invalid_use,
             detail::text("trial ", std::to_string(number), " given, but it is not one that was left running"),
             "study.resume"});
    return hold(number);
  }

  /// Whether there is a best trial: a complete one that keeps all limits, of one objective.
  [[nodiscard]] bool has_best() const { return trials().best().has_value(); }

  /// The best observed trial of those that keep all limits. Raises an error when there is none, and where there are several
  /// objectives: then front() has all that no other is better than, and compromise() chooses.
  [[nodiscard]] candidate<Config> best() const {
    const history& seen = trials();
    if (!seen.best()) raise({error_code::invalid_use, no_best(), "study.best"});
    const observation o = seen[*seen.best()];
    return {config(*seen.best()), core_->signed_value(o.value), o.number};
  }

  /// The best *estimated* trial: under noise the lowest observation is the luckiest one, so the values are smoothed first,
  /// by the sampler's model or that of estimate.hpp. Its value is the estimate. Raises an error where best() does.
  /// O(min(trials, 400)^3).
  [[nodiscard]] candidate<Config> best_estimated() const {
    const history& seen = trials();
    const std::optional<estimate> found = seen.best() ? core_->estimate_best() : std::nullopt;
    if (!found) raise({error_code::invalid_use, no_best(), "study.best_estimated"});
    const observation o = seen[found->index];
    return {config(found->index), core_->signed_value(found->value), o.number};
  }

  /// The complete trials that keep all limits and that no other such trial is better than, in the order of telling; with one
  /// objective those with the best value. Empty where there is none. O(n log n) for up to three objectives.
  [[nodiscard]] std::vector<scored<Config>> front() const { return scores(detail::observed_front(trials())); }
  /// The same of estimated values: under noise an observed front is made of lucky trials. Where values show no noise it is
  /// front(). O(objectives min(n, 200)^3).
  [[nodiscard]] std::vector<scored<Config>> front_estimated() const {
    return scores(detail::estimated_front(core().space(), trials()));
  }
  /// How much of the values that are better than `reference` (one value for each objective, in the user's directions) the front
  /// is better than: an area with two objectives, a volume with three. Raises an error for another number of values, or one
  /// that is not finite.
  [[nodiscard]] double hypervolume(const std::vector<double>& reference) const {
    std::vector<double> to = reference;
    if (to.size() != trials().objectives())
      raise({error_code::invalid_use,
             detail::text("a reference of ", std::to_string(to.size()), " values given, but the search has ",
                          std::to_string(trials().objectives()),
                          trials().objectives() == 1 ? " objective" : " objectives"),
             "study.hypervolume"});
    for (std::size_t k = 0; k < to.size(); ++k) {
      if (!elementary::is_finite(to[k]))
        raise({error_code::invalid_use, "a reference must be finite", "study.hypervolume"});
      to[k] = core_->signed_value(to[k], k);
    }
    return detail::front_volume(detail::observed_front(trials()), to);
  }

  /// The trial of the front that loses least where each objective matters as much as its weight says, in the order of the
  /// objectives: `{1, 3}`. What it loses is measured in units of the front's range. Raises an error where the front is empty, and for weights of another
  /// number, below 0, or all 0. O(n log n).
  [[nodiscard]] knobless::compromise<Config> compromise(const std::vector<double>& weights) const {
    const std::string fault = detail::weights_fault(weights, trials().objectives());
    if (!fault.empty()) raise({error_code::invalid_use, fault, "study.compromise"});
    const auto front = detail::observed_front(trials());
    return chosen(front, detail::compromise_of(front, weights));
  }
  /// The trial of the front where a little more of one objective begins to cost much of another: the one that lies farthest
  /// below the plane through the ends of the front. Raises an error where the front is empty. O(n log n).
  [[nodiscard]] knobless::compromise<Config> compromise(knee_t) const {
    const auto front = detail::observed_front(trials());
    return chosen(front, detail::knee_of(front));
  }

  /// Which parameters mattered for an objective in the trials so far, the most important first; empty where nothing can be
  /// said. See analysis/importance.hpp.
  [[nodiscard]] std::vector<importance_share> importance(std::size_t objective = 0) const {
    return importance_by_name(core().space(), trials(), objective);
  }

  /// Told and pending trials; copying it is a cheap snapshot. Values in it are to be minimised.
  [[nodiscard]] const history& trials() const { return core().seen(); }
  /// The present space.
  [[nodiscard]] const knobless::space<Config>& space() const noexcept { return space_; }
  /// The untyped half, for whoever writes a loop over it.
  [[nodiscard]] study_core& core() {
    check_not_moved_from();
    return *core_;
  }
  /// The same of a constant study.
  [[nodiscard]] const study_core& core() const {
    check_not_moved_from();
    return *core_;
  }

  /// The configuration of the i-th told trial, as it was evaluated.
  [[nodiscard]] Config config(std::size_t i) const {
    const record::placed p = core().happened().original(i);
    return decode(p.space, p.where);
  }

  /// The trials that failed, and why, in the order of telling. O(trials + failures * d).
  [[nodiscard]] std::vector<failed_trial<Config>> failures() const {
    return detail::failures_of<Config>(core().happened(), [&](std::size_t i) { return config(i); });
  }

  /// All told trials as comma-separated rows with a head: number, state, value (a column for each of several objectives),
  /// seconds, then a column for each parameter (empty where inactive), limit and note, then why a trial failed. O(trials * d).
  [[nodiscard]] std::string csv() const { return detail::csv_rows(core().happened()); }

  /// What happened to this study in the order in which it happened, as text: every ask, report, tell, add, drop and change of
  /// the space. O(trials * d).
  [[nodiscard]] std::string log() const { return detail::write_log(core()); }
  /// Does again what log() of another study says. This one must be new, and have the same space, sampler, seed and
  /// direction: then it is asked the same points to the bit, each of which is checked, and ends as the other was. Where that
  /// one's space was changed, `later` has the spaces to which it was, in order. Raises an error that names the row for a log
  /// that can't be read, that was cut or changed, or that departs; the study is then as new. Cost: all that the sampler took
  /// before.
  void replay(std::string_view rows, std::vector<knobless::space<Config>> later = {}) {
    (void)try_replay(rows, std::move(later)).value();
  }
  /// The same with the error as a value, and the number of rows that were done again.
  [[nodiscard]] result<std::size_t> try_replay(std::string_view rows, std::vector<knobless::space<Config>> later = {}) {
    return take_over(rows, std::move(later), detail::log_reading::asks);
  }
  /// Takes over what log() of another study says, without asking the sampler: it may be another one, of another seed or
  /// another version of the library. Else like replay(). O(trials * d), and what constraints and scheduler take.
  void restore(std::string_view rows, std::vector<knobless::space<Config>> later = {}) {
    (void)try_restore(rows, std::move(later)).value();
  }
  /// The same with the error as a value, and the number of rows that were taken over.
  [[nodiscard]] result<std::size_t> try_restore(std::string_view rows,
                                                std::vector<knobless::space<Config>> later = {}) {
    return take_over(rows, std::move(later), detail::log_reading::rows);
  }

  /// Asks whoever runs this study to end after the current trial. From any thread.
  void request_stop() { core().request_stop(); }
  /// Whether somebody has.
  [[nodiscard]] bool stop_requested() const { return core().stop_requested(); }

 private:
  void check_not_moved_from() const {
    if (core_ == nullptr) raise({error_code::invalid_use, "the study was moved from", "study"});
  }

  // A trial that stands for a running one.
  [[nodiscard]] trial<Config> hold(std::size_t number) {
    pending_trial* p = core_->happened().running(number);
    const record::placed_view asked = core_->happened().original(*p);
    trial<Config> t(core_, number, decode(asked.space, asked.where));
    p->held = true;
    return t;
  }

  void change_space(study_core& core, knobless::space<Config> space) {
    struct translated final : record::translation {
      translated(const study& from, const knobless::space<Config>& to) : old(from), next(to) {}
      [[nodiscard]] std::optional<point> apply(const record::placed& from) const override {
        result<point> moved = next.encode(old.decode(from.space, from.where), bounds::ignored);
        if (!moved) return std::nullopt;
        return std::move(moved).value();
      }
      const study& old;
      const knobless::space<Config>& next;
    };
    std::vector<knobless::space<Config>> earlier = earlier_;
    earlier.push_back(space_);
    core.replace_space(space.shared_domain(), translated(*this, space));
    earlier_ = std::move(earlier);
    space_ = std::move(space);
  }

  // What is taken over is built beside this study, which changes only when all went well.
  [[nodiscard]] result<std::size_t> take_over(std::string_view rows, std::vector<knobless::space<Config>> later,
                                              detail::log_reading how) {
    struct typed_spaces final : detail::later_spaces {
      typed_spaces(study& of, std::vector<knobless::space<Config>> all) : owner(of), spaces(std::move(all)) {}
      [[nodiscard]] std::shared_ptr<const domain> next() const override {
        return used < spaces.size() ? spaces[used].shared_domain() : nullptr;
      }
      void enter(study_core& core) override { owner.change_space(core, spaces[used++]); }
      study& owner;
      std::vector<knobless::space<Config>> spaces;
      std::size_t used = 0;
    };
    if (core().kept())
      return error_info{error_code::invalid_use, "the record of this study is in a journal, which has what happened",
                        "study.replay"};
    std::shared_ptr<study_core> scratch = core().happened().events().empty() ? core_->anew() : nullptr;
    study beside(space_, scratch ? std::move(scratch) : core_);
    typed_spaces spaces(beside, std::move(later));
    result<std::size_t> done = detail::replay_log(*beside.core_, rows, spaces, how);
    if (done) *this = std::move(beside);
    return done;
  }
  study(knobless::space<Config> space, std::shared_ptr<study_core> core)
      : space_(std::move(space)), core_(std::move(core)) {}

  [[nodiscard]] Config decode(std::size_t space, const point& where) const {
    return (space < earlier_.size() ? earlier_[space] : space_).decode(where);
  }
  [[nodiscard]] std::string no_best() const {
    const std::size_t objectives = trials().objectives();
    return objectives == 1 || trials().feasible() == 0
               ? detail::no_best_text(core_->happened())
               : detail::text(
                     "the search has ", std::to_string(objectives),
                     " objectives, so no trial is best: front() has all that none is better than, compromise() "
                     "chooses one of them");
  }
  [[nodiscard]] std::vector<double> in_user_directions(std::vector<double> values) const {
    for (std::size_t k = 0; k < values.size(); ++k) values[k] = core_->signed_value(values[k], k);
    return values;
  }
  [[nodiscard]] std::vector<scored<Config>> scores(const std::vector<detail::valued_row>& front) const {
    std::vector<scored<Config>> all;
    for (const detail::valued_row& r : front)
      all.push_back({config(r.row), in_user_directions(r.values), trials()[r.row].number});
    return all;
  }
  [[nodiscard]] knobless::compromise<Config> chosen(const std::vector<detail::valued_row>& front,
                                                    std::optional<std::size_t> at) const {
    if (!at) raise({error_code::invalid_use, no_best(), "study.compromise"});
    const detail::valued_row& r = front[*at];
    return {config(r.row), in_user_directions(r.values), trials()[r.row].number,
            detail::given_up_text(core_->happened(), front, *at)};
  }

  knobless::space<Config> space_;
  std::shared_ptr<study_core> core_;
  std::vector<knobless::space<Config>> earlier_;
};

/// The configuration is that of the space.
template <class Config, class Sampler>
study(space<Config>, Sampler, study_options) -> study<Config>;
/// The configuration is that of the space.
template <class Config, class Sampler>
study(space<Config>, Sampler) -> study<Config>;
/// The configuration is that of the space.
template <class Config>
study(space<Config>, study_options) -> study<Config>;
/// The configuration is that of the space.
template <class Config>
study(space<Config>) -> study<Config>;

}  // namespace knobless
