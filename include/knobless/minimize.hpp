/// \file
/// The one-shot loop: minimize() and maximize().
#pragma once

#include <atomic>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "analysis/no_more_gain.hpp"
#include "analysis/stopping.hpp"
#include "base/config.hpp"
#include "base/error.hpp"
#include "executor/executor.hpp"
#include "executor/runners.hpp"
#include "record/csv.hpp"
#include "record/outcome.hpp"
#include "record/record_keeper.hpp"
#include "record/trial.hpp"
#include "report/report_text.hpp"
#include "sampler/automatic.hpp"
#include "sampler/sampler.hpp"
#include "scheduler/scheduler.hpp"
#include "space/space.hpp"
#include "study/objective.hpp"
#include "study/objectives.hpp"
#include "study/search_machine.hpp"
#include "study/study.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// What a callback sees after every trial.
template <class Config>
struct progress {
  const knobless::study<Config>& study;  ///< with this trial told
  std::size_t number;                    ///< of the trial
  const Config& config;                  ///< of the trial
  const outcome& told;                   ///< what became of it
  double seconds;                        ///< since the search began
  std::function<void()> request_stop;    ///< ends the search after the running trials
  std::size_t trials;                    ///< how many the search makes at most; 0: no limit
  double duration;                       ///< how many seconds it lasts at most; 0: no limit
};

/// Options of a search. With none of trials, duration and target given, 100 trials are made.
template <class Config>
struct run_options {
  /// How many trials at most; 0: no limit.
  std::size_t trials = 0;
  /// The same seed gives the same trials, as far as nothing depends on the clock: see `deterministic`.
  std::uint64_t seed = 0;
  /// No trial is begun after this time; 0: no limit. Running trials are not interrupted, but their should_stop() says so.
  std::chrono::nanoseconds duration{0};
  /// Ends as soon as a value is at least as good.
  std::optional<double> target = std::nullopt;
  /// Asked first, in this order: the defaults that were used so far, say. Count as trials.
  std::vector<Config> first_guesses = {};
  /// Where given: set it to true from any thread, and the search ends after the running trials, whose should_stop() says so.
  const std::atomic<bool>* stop = nullptr;
  /// Called after every trial, in the order of telling, in one thread at a time: the one that called minimize(), or that of
  /// the trial where several are out. What it throws ends the search, and is thrown by minimize() when all trials have ended.
  std::function<void(const progress<Config>&)> on_trial = {};
  /// How many trials are out at once; from 1 to 65536. The objective is then called from as many threads. One that takes a
  /// `std::span<const Config>` and returns as many values gets so many at a time, from one thread.
  std::size_t parallel = 1;
  /// true: the same seed gives the same trials, with any number of threads. Trials are told in the order of asking, so that a
  /// worker may have to wait for one that takes long, and what trials took has no say in what is proposed. false: each is told
  /// when it ends, no worker ever waits, and proposals cost no more than a small share of the objective's time; study::log()
  /// has what happened, to the bit.
  bool deterministic = false;
  /// Where the trials run: whatever has run(n, body), see parallel/executor.hpp. By default on as many threads as trials are
  /// out.
  any_executor executor = {};
  /// A trial that takes longer has failed; 0: no limit. It is not interrupted, but its should_stop() says so; one that ends after
  /// it was told so keeps what it returned.
  std::chrono::nanoseconds trial_time_limit{0};
  /// Which trials should stop early, by what they report: median_stopping{}, say. By default none.
  any_scheduler scheduler = {};
  /// `knobless::no_more_gain`: ends when what is still to be gained is not worth going on. Asked
  /// from 20 told trials on, each time a tenth more are told; three answers in a row must agree.
  stop_rule stop_when = nullptr;
  /// Where the search is kept, so that it outlives this program: knobless::journal("study.log") of storage/journal.hpp. What
  /// was told before is known and counts as trials, what was left running is asked again first.
  std::shared_ptr<record_keeper> journal = nullptr;
};

/// What a search found, and why it ended.
template <class Config>
class search_result {
 public:
  /// Made by minimize() and maximize().
  search_result(knobless::study<Config> study, termination reason, double seconds,
                std::optional<remaining_gain> gain = std::nullopt)
      : study_(std::move(study)), reason_(reason), seconds_(seconds), gain_(gain) {}

  /// The best observed trial of those that keep all limits. Raises an error where there is none, and where there are several
  /// objectives: see front() and compromise().
  [[nodiscard]] candidate<Config> best() const { return study_.best(); }
  /// The best estimated trial: what to use where the objective is noisy. Raises an error where best() does.
  [[nodiscard]] candidate<Config> best_estimated() const { return study_.best_estimated(); }
  /// Whether there is a best trial: a complete one that keeps all limits, of one objective.
  [[nodiscard]] bool has_best() const { return study_.has_best(); }
  /// The trials that keep all limits and that no other such trial is better than: see study::front.
  [[nodiscard]] std::vector<scored<Config>> front() const { return study_.front(); }
  /// The same of estimated values, for objectives that are noisy: see study::front_estimated.
  [[nodiscard]] std::vector<scored<Config>> front_estimated() const { return study_.front_estimated(); }
  /// How much of the values that are better than a reference the front is better than: see study::hypervolume.
  [[nodiscard]] double hypervolume(const std::vector<double>& reference) const { return study_.hypervolume(reference); }
  /// The trial of the front that loses least by these weights, one for each objective: see study::compromise.
  [[nodiscard]] knobless::compromise<Config> compromise(const std::vector<double>& weights) const {
    return study_.compromise(weights);
  }
  /// The trial at the knee of the front: `result.compromise(knobless::knee)`.
  [[nodiscard]] knobless::compromise<Config> compromise(knee_t at) const { return study_.compromise(at); }
  /// Why the search ended.
  [[nodiscard]] termination reason() const noexcept { return reason_; }
  /// Wall-clock time of the whole search.
  [[nodiscard]] double seconds() const noexcept { return seconds_; }
  /// What was told, in the order of telling. Values in it are to be minimised.
  [[nodiscard]] const history& trials() const { return study_.trials(); }
  /// By how much the trials that were left were expected to improve on the best, as run_options::stop_when last said; nothing
  /// where it did not.
  [[nodiscard]] std::optional<double> expected_gain() const noexcept {
    return gain_ ? std::optional<double>(gain_->expected) : std::nullopt;
  }
  /// Which parameters mattered for an objective, the most important first; empty where nothing can be said. See analysis/importance.hpp.
  [[nodiscard]] std::vector<importance_share> importance(std::size_t objective = 0) const {
    return study_.importance(objective);
  }
  /// Why the first failed trial failed, or "".
  [[nodiscard]] const std::string& first_failure() const { return study_.core().first_failure(); }
  /// All told trials as comma-separated rows: see study::csv.
  [[nodiscard]] std::string csv() const { return study_.csv(); }
  /// The study, to go on with.
  [[nodiscard]] knobless::study<Config>& study() noexcept { return study_; }
  /// The study, to look at.
  [[nodiscard]] const knobless::study<Config>& study() const noexcept { return study_; }

  /// A few lines for people: how it ended, what is best, and what the sampler says of its choices.
  [[nodiscard]] std::string report() const {
    const history& seen = study_.trials();
    const record& happened = study_.core().happened();
    std::string text = detail::course_text(happened, seconds_, ending());
    if (!seen.pending().empty())
      text += detail::text(std::to_string(seen.pending().size()), " trials were asked and never told\n");
    text += detail::limits_text(seen);
    if (seen.objectives() > 1 && seen.feasible() > 0) return text + several_text();
    if (!has_best()) return text + detail::no_best_text(happened) + ", so there is no best value\n";
    const observation o = seen[*seen.best()];
    text += detail::text("best value ", detail::number_text(happened.signed_value(o.value)), " in trial ",
                         std::to_string(o.number), ":\n");
    const record::placed best = happened.original(*seen.best());
    text += detail::settings_text(happened.space(best.space), best.where);
    text += detail::notes_text(happened, *seen.best()) + study_.core().explain() + detail::mattered_text(importance());
    if (gain_)
      text += detail::text("gain that ", reason_ == termination::no_more_gain ? "was still" : "had still been",
                           " expected: ", detail::short_number(gain_->expected), "; worth going on: above ",
                           detail::short_number(gain_->worthwhile), "\n");
    return text;
  }

 private:
  // The front, its knee, and what mattered for each objective.
  [[nodiscard]] std::string several_text() const {
    const record& happened = study_.core().happened();
    const std::vector<detail::valued_row> front = detail::observed_front(study_.trials());
    const std::size_t at_the_knee = *detail::knee_of(front);
    const std::size_t row = front[at_the_knee].row;
    std::string text = detail::front_text(happened, front);
    text += detail::text("the knee is trial ", std::to_string(study_.trials()[row].number), ": ",
                         detail::given_up_text(happened, front, at_the_knee), "\n");
    const record::placed at = happened.original(row);
    text += detail::settings_text(happened.space(at.space), at.where) + detail::notes_text(happened, row);
    text += study_.core().explain();
    for (std::size_t k = 0; k < study_.trials().objectives(); ++k)
      text += detail::text(happened.objective_name(k), ": ", detail::mattered_text(importance(k)));
    return text;
  }

  // With constraints the study can say more: how many points were tried, and what helps.
  [[nodiscard]] std::string ending() const {
    const bool no_point = reason_ == termination::no_admitted_point || reason_ == termination::space_exhausted;
    const bool constrained = study_.core().space().constrained();
    return no_point && constrained ? study_.core().refusal() : std::string(to_string(reason_));
  }

  knobless::study<Config> study_;
  termination reason_;
  double seconds_;
  std::optional<remaining_gain> gain_;
};

namespace detail {

// Calls the objective with many configurations.
template <class Config, class F, class Convert>
void evaluate_batch(F& objective, const Convert& convert, const space<Config>& where,
                    std::span<evaluation* const> trials) {
  std::vector<Config> configs;
  for (const evaluation* t : trials) configs.push_back(where.decode(t->where()));
  using answer = std::remove_cvref_t<std::invoke_result_t<F&, std::span<const Config>>>;
  static_assert(many_outcomes<answer>,
                "knobless: an objective that takes a span of configurations must return as many numbers or "
                "knobless::outcomes, as a std::vector, say");
  if constexpr (many_outcomes<answer>) {
    const auto& answers = std::invoke(objective, std::span<const Config>(configs));
    const auto count = static_cast<std::size_t>(std::end(answers) - std::begin(answers));
    auto at = std::begin(answers);
    for (evaluation* t : trials)
      t->told = count == trials.size()
                    ? convert(*at++)
                    : outcome(failed(text("the objective gave ", std::to_string(count), " values for ",
                                          std::to_string(trials.size()), " configurations")));
  }
}

// The typed half of a search.
template <class Config, class F, class Convert>
struct typed_search final : search_job {
  typed_search(study<Config> s, F& f, const Convert& answer, const run_options<Config>& given)
      : search(std::move(s)), objective(f), convert(answer), options(given) {}

  // What is thrown on the way costs the trial, or all of the batch.
  void evaluate(evaluation& one) override {
    if constexpr (!takes_batches<F, Config>)
      if (const std::optional<failed_t> failure = caught([&] {
            trial<Config> t(one.number(), search.space().decode(one.where()), one);
            one.told = detail::evaluate<Config>(objective, t, convert);
          }))
        one.told = *failure;
  }
  void evaluate(std::span<evaluation* const> batch) override {
    if constexpr (takes_batches<F, Config>)
      if (const std::optional<failed_t> failure =
              caught([&] { evaluate_batch<Config>(objective, convert, search.space(), batch); }))
        for (evaluation* t : batch) t->told = *failure;
  }

  void told(std::size_t number, const outcome& out, const search_clock& clock) override {
    if (!options.on_trial) return;
    const Config config = search.config(search.trials().size() - 1);
    const double seconds = std::chrono::duration<double>(clock.elapsed()).count();
    options.on_trial({search, number, config, out, seconds, [stop = asked_to_stop] { stop->store(true); },
                      trials_at_most(options.trials, options.duration, options.target),
                      std::chrono::duration<double>(options.duration).count()});
  }

  study<Config> search;
  F& objective;
  const Convert& convert;
  const run_options<Config>& options;
};

template <class Sampler>
inline constexpr bool takes_several = several_objectives_sampler<Sampler> || std::same_as<Sampler, any_sampler>;

template <class Config, class Sampler, class F, class Convert>
search_result<Config> run(space<Config> where, Sampler with, F& objective, const Convert& convert,
                          std::vector<objective_info> objectives, run_options<Config> options, direction toward) {
  study<Config> s(std::move(where), any_sampler(std::move(with)),
                  {.seed = options.seed,
                   .direction = toward,
                   .objectives = std::move(objectives),
                   .deterministic = options.deterministic,
                   .scheduler = std::move(options.scheduler)});
  if (options.journal) s.core().keep_with(std::move(options.journal));
  for (const Config& guess : options.first_guesses)
    if (!s.core().kept() || !s.core().knows(s.space().admitted(guess))) s.enqueue(guess);
  typed_search<Config, F, Convert> job(std::move(s), objective, convert, options);
  const search_end end = run_search(job.search.core(), job,
                                    {.trials = options.trials,
                                     .duration = options.duration,
                                     .target = options.target,
                                     .stop = options.stop,
                                     .parallel = options.parallel,
                                     .deterministic = options.deterministic,
                                     .trial_time_limit = options.trial_time_limit,
                                     .batches = takes_batches<F, Config>,
                                     .stop_when = options.stop_when},
                                    std::move(options.executor));
  return {std::move(job.search), end.reason, end.seconds, end.gain};
}

// By what the objective returns.
template <class Config, class Sampler, class F>
search_result<Config> run_unnamed(const space<Config>& where, Sampler with, F& objective, run_options<Config> options,
                                  direction toward) {
  constexpr std::size_t count = count_values<Config, F>();
  static_assert(count <= 1 || takes_several<Sampler>,
                "knobless: the objective returns several values, but this sampler takes one");
  if constexpr (count <= 1 || takes_several<Sampler>)
    return run<Config>(where, std::move(with), objective, to_outcome{},
                       std::vector<objective_info>(count > 1 ? count : 0, {"", toward}), std::move(options), toward);
}

// By objectives that are named.
template <class Config, class Goals, class Sampler, class F>
search_result<Config> run_named(const space<Config>& where, const Goals& goals, Sampler with, F& objective,
                                run_options<Config> options) {
  static_assert(takes_several<Sampler>, "knobless: several objectives are named, but this sampler takes one");
  if constexpr (takes_several<Sampler>)
    return run<Config>(where, std::move(with), objective, goals, goals, std::move(options), direction::minimize);
}

}  // namespace detail

/// Searches for the configuration with the smallest value, with a sampler that is named.
///
/// `objective` is called with a `const Config&` (with its values one by one for a space without a struct), or with a
/// `trial<Config>&` that takes reports on the way; it returns a number or an `outcome`. One that takes a
/// `std::span<const Config>` and returns as many of these gets `options.parallel` configurations at a time. What it throws, NaN
/// and infinity cost one trial. Raises an error for options that make no sense. Cost: the sampler's and the objective's.
template <class Config, sampler Sampler, class Objective>
[[nodiscard]] search_result<Config> minimize(const space<Config>& space, Sampler sampler, Objective&& objective,
                                             run_options<std::type_identity_t<Config>> options = {}) {
  return detail::run_unnamed<Config>(space, std::move(sampler), objective, std::move(options), direction::minimize);
}

/// The same for the largest value.
template <class Config, sampler Sampler, class Objective>
[[nodiscard]] search_result<Config> maximize(const space<Config>& space, Sampler sampler, Objective&& objective,
                                             run_options<std::type_identity_t<Config>> options = {}) {
  return detail::run_unnamed<Config>(space, std::move(sampler), objective, std::move(options), direction::maximize);
}

/// Searches for the configuration with the smallest value. No algorithm to name.
template <class Config, class Objective>
[[nodiscard]] search_result<Config> minimize(const space<Config>& space, Objective&& objective,
                                             run_options<std::type_identity_t<Config>> options = {}) {
  return detail::run_unnamed<Config>(space, automatic{}, objective, std::move(options), direction::minimize);
}

/// The same for the largest value.
template <class Config, class Objective>
[[nodiscard]] search_result<Config> maximize(const space<Config>& space, Objective&& objective,
                                             run_options<std::type_identity_t<Config>> options = {}) {
  return detail::run_unnamed<Config>(space, automatic{}, objective, std::move(options), direction::maximize);
}

/// Searches for the configurations that trade several objectives best, with a sampler that is named. Each objective is
/// minimised or maximised as it says; the objective function returns the struct whose members they are, or their values in
/// order. See search_result::front().
template <class Config, class Scores, class... Members, sampler Sampler, class Objective>
[[nodiscard]] search_result<Config> minimize(const space<Config>& space, const objectives<Scores, Members...>& goals,
                                             Sampler sampler, Objective&& objective,
                                             run_options<std::type_identity_t<Config>> options = {}) {
  return detail::run_named<Config>(space, goals, std::move(sampler), objective, std::move(options));
}

/// The same. No algorithm to name.
template <class Config, class Scores, class... Members, class Objective>
[[nodiscard]] search_result<Config> minimize(const space<Config>& space, const objectives<Scores, Members...>& goals,
                                             Objective&& objective,
                                             run_options<std::type_identity_t<Config>> options = {}) {
  return detail::run_named<Config>(space, goals, automatic{}, objective, std::move(options));
}

/// Objectives say themselves which values are better.
template <class Config, class Scores, class... Members, class... Rest>
void maximize(const space<Config>&, const objectives<Scores, Members...>&, Rest&&...) {
  static_assert(
      sizeof...(Members) == 0,
      "knobless: objectives say themselves which values are better: maximized(\"speed\", &scores::speed), and "
      "minimize()");
}

}  // namespace knobless
