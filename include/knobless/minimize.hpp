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
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "config.hpp"
#include "csv.hpp"
#include "error.hpp"
#include "objective.hpp"
#include "parallel/executor.hpp"
#include "sampler.hpp"
#include "sampler/automatic.hpp"
#include "scheduler.hpp"
#include "search_loop.hpp"
#include "space.hpp"
#include "stopping.hpp"
#include "study.hpp"
#include "trial.hpp"

namespace knobless {

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
  /// How many trials are out at once; at least 1. The objective is then called from as many threads. One that takes a
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
  /// A trial that takes longer has failed; 0: no limit. It is not interrupted, but its should_stop() says so.
  std::chrono::nanoseconds trial_time_limit{0};
  /// Which trials should stop early, by what they report: median_stopping{}, say. By default none.
  any_scheduler scheduler = {};
  /// `knobless::no_more_gain` (analysis/no_more_gain.hpp): ends when what is still to be gained is not worth going on. Asked
  /// from 20 told trials on, each time a tenth more are told; three answers in a row must agree.
  stop_rule stop_when = nullptr;
};

/// What a search found, and why it ended.
template <class Config>
class search_result {
 public:
  /// Made by minimize() and maximize().
  search_result(knobless::study<Config> study, termination reason, double seconds,
                std::optional<remaining_gain> gain = std::nullopt)
      : study_(std::move(study)), reason_(reason), seconds_(seconds), gain_(gain) {}

  /// The best observed trial. Raises an error when no trial is complete.
  [[nodiscard]] candidate<Config> best() const { return study_.best(); }
  /// The best estimated trial: what to use where the objective is noisy. Raises an error when no trial is complete.
  [[nodiscard]] candidate<Config> best_estimated() const { return study_.best_estimated(); }
  /// Whether some trial is complete.
  [[nodiscard]] bool has_best() const noexcept { return study_.has_best(); }
  /// Why the search ended.
  [[nodiscard]] termination reason() const noexcept { return reason_; }
  /// Wall-clock time of the whole search.
  [[nodiscard]] double seconds() const noexcept { return seconds_; }
  /// What was told, in the order of telling. Values in it are to be minimised.
  [[nodiscard]] const history& trials() const noexcept { return study_.trials(); }
  /// By how much the trials that were left were expected to improve on the best, as run_options::stop_when last said; nothing
  /// where it did not.
  [[nodiscard]] std::optional<double> expected_gain() const noexcept {
    return gain_ ? std::optional<double>(gain_->expected) : std::nullopt;
  }
  /// Which parameters mattered, the most important first; empty where nothing can be said. See analysis/importance.hpp.
  [[nodiscard]] std::vector<importance_share> importance() const { return study_.importance(); }
  /// Why the first failed trial failed, or "".
  [[nodiscard]] const std::string& first_failure() const noexcept { return study_.core().first_failure(); }
  /// All told trials as comma-separated rows: see study::csv.
  [[nodiscard]] std::string csv() const { return study_.csv(); }
  /// The study, to go on with.
  [[nodiscard]] knobless::study<Config>& study() noexcept { return study_; }
  /// The study, to look at.
  [[nodiscard]] const knobless::study<Config>& study() const noexcept { return study_; }

  /// A few lines for people: how it ended, what is best, and what the sampler says of its choices.
  [[nodiscard]] std::string report() const {
    const history& seen = study_.trials();
    std::string text =
        detail::text(std::to_string(seen.size()), " trials (", std::to_string(seen.failures()), " failed) in ",
                     detail::number_text(static_cast<double>(static_cast<long long>(seconds_ * 1000.0)) / 1000.0),
                     " s; ", to_string(reason_), "\n");
    if (!has_best())
      return first_failure().empty() ? text : detail::text(text, "first failure: ", first_failure(), "\n");
    const observation o = seen[*seen.best()];
    text += detail::text("best value ", detail::number_text(study_.core().signed_value(o.value)), " in trial ",
                         std::to_string(o.number), ":\n");
    const study_core::placed best = study_.core().original(*seen.best());
    const domain& space = study_.core().space(best.space);
    for (std::size_t k = 0; k < space.size(); ++k)
      if (best.where.active[k] != 0)
        text += detail::text("  ", space[k].name(), " = ", detail::value_text(space[k], best.where.unit[k]), "\n");
    text += study_.core().explain();
    std::string mattered;
    for (const importance_share& s : importance())
      if (s.share >= 0.01)
        mattered += detail::text(mattered.empty() ? "mattered: " : ", ", s.name, " ",
                                 std::to_string(std::lround(100.0 * s.share)), " %");
    if (!mattered.empty()) text += mattered + "\n";
    if (gain_)
      text += detail::text("gain that ", reason_ == termination::no_more_gain ? "was still" : "had still been",
                           " expected: ", detail::short_number(gain_->expected), "; worth going on: above ",
                           detail::short_number(gain_->worthwhile), "\n");
    return text;
  }

 private:
  knobless::study<Config> study_;
  termination reason_;
  double seconds_;
  std::optional<remaining_gain> gain_;
};

namespace detail {

// A range of what outcomes are made of.
template <class Answers>
concept many_outcomes = requires(const Answers& all) {
  { *std::begin(all) } -> std::convertible_to<outcome>;
  { std::end(all) - std::begin(all) } -> std::convertible_to<std::ptrdiff_t>;
};

template <class F, class Config>
concept takes_batches = !takes_one<F, Config> && std::invocable<F&, std::span<const Config>>;

// Calls the objective with many configurations.
template <class Config, class F>
void evaluate_batch(F& objective, const space<Config>& where, std::span<loop_trial* const> trials) {
  std::vector<Config> configs;
  for (const loop_trial* t : trials) configs.push_back(where.decode(t->where()));
  using answer = std::remove_cvref_t<std::invoke_result_t<F&, std::span<const Config>>>;
  static_assert(many_outcomes<answer>,
                "knobless: an objective that takes a span of configurations must return as many numbers or "
                "knobless::outcomes, as a std::vector, say");
  if constexpr (many_outcomes<answer>) {
    const auto& answers = std::invoke(objective, std::span<const Config>(configs));
    const auto count = static_cast<std::size_t>(std::end(answers) - std::begin(answers));
    auto at = std::begin(answers);
    for (loop_trial* t : trials)
      t->told = count == trials.size() ? outcome(*at++)
                                       : failed(text("the objective gave ", std::to_string(count), " values for ",
                                                     std::to_string(trials.size()), " configurations"));
  }
}

// The typed half of a search.
template <class Config, class F>
struct typed_search final : search_job {
  typed_search(study<Config> s, F& f, const run_options<Config>& given)
      : search(std::move(s)), objective(f), options(given) {}

  // What is thrown on the way costs these trials.
  void evaluate(std::span<loop_trial* const> trials) override {
    if (const std::optional<failed_t> failure = caught([&] { evaluate_unsafely(trials); }))
      for (loop_trial* t : trials) t->told = *failure;
  }

  void evaluate_unsafely(std::span<loop_trial* const> trials) {
    if constexpr (takes_batches<F, Config>) {
      evaluate_batch<Config>(objective, search.space(), trials);
    } else {
      loop_trial& one = *trials.front();
      trial<Config> t(one.number(), search.space().decode(one.where()), one);
      one.told = detail::evaluate<Config>(objective, t);
    }
  }

  void told(const loop_trial& t, double seconds) override {
    if (!options.on_trial) return;
    const Config config = search.config(search.trials().size() - 1);
    options.on_trial({search, t.number(), config, t.told, seconds, [this] { asked_to_stop.store(true); },
                      trials_at_most(options.trials, options.duration, options.target),
                      std::chrono::duration<double>(options.duration).count()});
  }

  study<Config> search;
  F& objective;
  const run_options<Config>& options;
};

template <class Config, class F>
search_result<Config> run(space<Config> where, any_sampler with, F& objective, run_options<Config> options,
                          direction toward) {
  study<Config> s(std::move(where), std::move(with),
                  {.seed = options.seed,
                   .direction = toward,
                   .deterministic = options.deterministic,
                   .scheduler = std::move(options.scheduler)});
  for (const Config& guess : options.first_guesses) s.enqueue(guess);
  typed_search<Config, F> job(std::move(s), objective, options);
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
  return detail::run<Config>(space, std::move(sampler), objective, std::move(options), direction::minimize);
}

/// The same for the largest value.
template <class Config, sampler Sampler, class Objective>
[[nodiscard]] search_result<Config> maximize(const space<Config>& space, Sampler sampler, Objective&& objective,
                                             run_options<std::type_identity_t<Config>> options = {}) {
  return detail::run<Config>(space, std::move(sampler), objective, std::move(options), direction::maximize);
}

/// Searches for the configuration with the smallest value. No algorithm to name.
template <class Config, class Objective>
[[nodiscard]] search_result<Config> minimize(const space<Config>& space, Objective&& objective,
                                             run_options<std::type_identity_t<Config>> options = {}) {
  return detail::run<Config>(space, automatic{}, objective, std::move(options), direction::minimize);
}

/// The same for the largest value.
template <class Config, class Objective>
[[nodiscard]] search_result<Config> maximize(const space<Config>& space, Objective&& objective,
                                             run_options<std::type_identity_t<Config>> options = {}) {
  return detail::run<Config>(space, automatic{}, objective, std::move(options), direction::maximize);
}

}  // namespace knobless
