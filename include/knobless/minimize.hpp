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
#include "sampler/automatic.hpp"
#include "sampler/sampler.hpp"
#include "scheduler/scheduler.hpp"
#include "space/space.hpp"
#include "study/objective.hpp"
#include "study/objectives.hpp"
#include "study/search_machine.hpp"
#include "study/search_result.hpp"
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
  // ---- What most searches set: how long, from which seed, how many at once

  /// How many trials at most; 0: no limit.
  std::size_t trials = 0;
  /// The same seed gives the same trials, as far as nothing depends on the clock: see `deterministic`.
  std::uint64_t seed = 0;
  /// No trial is begun after this time; 0: no limit. Running trials are not interrupted, but their should_stop() says so.
  std::chrono::nanoseconds duration{0};
  /// How many trials are out at once; from 1 to 65536. The objective is then called from as many threads. One that takes a
  /// `std::span<const Config>` and returns as many values gets so many at a time, from one thread.
  std::size_t parallel = 1;

  // ---- What ends a search before that

  /// Ends as soon as a value is at least as good.
  std::optional<double> target = std::nullopt;
  /// Where given: set it to true from any thread, and the search ends after the running trials, whose should_stop() says so.
  const std::atomic<bool>* stop = nullptr;
  /// `knobless::no_more_gain`: ends when what is still to be gained is not worth going on. Asked
  /// from 20 told trials on, each time a tenth more are told; three answers in a row must agree.
  stop_rule stop_when = nullptr;

  // ---- What it begins with, and who watches

  /// Asked first, in this order: the defaults that were used so far, say. Count as trials.
  std::vector<Config> first_guesses = {};
  /// Called after every trial, in the order of telling, in one thread at a time: the one that called minimize(), or that of
  /// the trial where several are out. What it throws ends the search, and is thrown by minimize() when all trials have ended.
  std::function<void(const progress<Config>&)> on_trial = {};

  // ---- How trials run

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

  // ---- Where it is kept

  /// Where the search is kept, so that it outlives this program: knobless::journal("study.log") of storage/journal.hpp. What
  /// was told before is known and counts as trials, what was left running is asked again first.
  std::shared_ptr<record_keeper> journal = nullptr;
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
                          std::vector<objective_info> objectives, run_options<Config> options, direction better) {
  study<Config> s(std::move(where), any_sampler(std::move(with)),
                  {.seed = options.seed,
                   .direction = better,
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
                                     .parallel = options.parallel,
                                     .target = options.target,
                                     .stop = options.stop,
                                     .stop_when = options.stop_when,
                                     .deterministic = options.deterministic,
                                     .trial_time_limit = options.trial_time_limit,
                                     .batches = takes_batches<F, Config>},
                                    std::move(options.executor));
  return {std::move(job.search), end.reason, end.seconds, end.gain};
}

// By what the objective returns.
template <class Config, class Sampler, class F>
search_result<Config> run_unnamed(const space<Config>& where, Sampler with, F& objective, run_options<Config> options,
                                  direction better) {
  constexpr std::size_t count = count_values<Config, F>();
  static_assert(count <= 1 || takes_several<Sampler>,
                "knobless: the objective returns several values, but this sampler takes one");
  if constexpr (count <= 1 || takes_several<Sampler>)
    return run<Config>(where, std::move(with), objective, to_outcome{},
                       std::vector<objective_info>(count > 1 ? count : 0, {"", better}), std::move(options), better);
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
