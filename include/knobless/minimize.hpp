/// \file
/// The one-shot loop: minimize() and maximize().
#pragma once

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "config.hpp"
#include "csv.hpp"
#include "error.hpp"
#include "sampler.hpp"
#include "sampler/tpe.hpp"
#include "scheduler.hpp"
#include "space.hpp"
#include "study.hpp"
#include "trial.hpp"

namespace knobless {

/// Why a search ended.
enum class termination : unsigned char {
  trials_done,         ///< the number of trials asked for
  time_up,             ///< the duration asked for
  target_reached,      ///< a value as good as asked for
  stop_requested,      ///< by a callback or another thread
  space_exhausted,     ///< every point was tried
  every_trial_failed,  ///< no trial gave a value; see first_failure()
  no_admitted_point    ///< no further point was found that keeps the constraints
};

/// The reason in words.
[[nodiscard]] constexpr std::string_view to_string(termination reason) noexcept {
  switch (reason) {
    case termination::trials_done:
      return "all trials done";
    case termination::time_up:
      return "time is up";
    case termination::target_reached:
      return "target reached";
    case termination::stop_requested:
      return "stop requested";
    case termination::space_exhausted:
      return "every point of the space was tried";
    case termination::every_trial_failed:
      return "every trial failed";
    case termination::no_admitted_point:
      return "no further point keeps the constraints";
  }
  return "unknown";
}

/// What a callback sees after every trial.
template <class Config>
struct progress {
  const knobless::study<Config>& study;
  std::size_t number;    ///< of the trial
  const Config& config;  ///< of the trial
  const outcome& told;
  double seconds;  ///< since the search began
  std::function<void()> request_stop;
};

/// Options of a search. With none of trials, duration and target given, 100 trials are made.
template <class Config>
struct run_options {
  /// How many trials at most; 0: no limit.
  std::size_t trials = 0;
  /// The same seed gives the same trials.
  std::uint64_t seed = 0;
  /// No trial is begun after this time; 0: no limit. A running trial is not interrupted, but its should_stop() says so.
  std::chrono::nanoseconds duration{0};
  /// Ends as soon as a value is at least as good.
  std::optional<double> target = std::nullopt;
  /// Asked first, in this order: the defaults that were used so far, say. Count as trials.
  std::vector<Config> first_guesses = {};
  /// Where given: set it to true from any thread, and the search ends after the running trial, whose should_stop() says so.
  const std::atomic<bool>* stop = nullptr;
  /// Called after every trial, in the thread that called minimize().
  std::function<void(const progress<Config>&)> on_trial = {};
  /// Which trials should stop early, by what they report: median_stopping{}, say. By default none.
  any_scheduler scheduler = {};
};

/// What a search found, and why it ended.
template <class Config>
class search_result {
 public:
  search_result(knobless::study<Config> study, termination reason, double seconds)
      : study_(std::move(study)), reason_(reason), seconds_(seconds) {}

  /// The best observed trial. Raises an error when no trial is complete.
  [[nodiscard]] candidate<Config> best() const { return study_.best(); }
  /// The best estimated trial: what to use where the objective is noisy. Raises an error when no trial is complete.
  [[nodiscard]] candidate<Config> best_estimated() const { return study_.best_estimated(); }
  [[nodiscard]] bool has_best() const noexcept { return study_.has_best(); }
  [[nodiscard]] termination reason() const noexcept { return reason_; }
  /// Wall-clock time of the whole search.
  [[nodiscard]] double seconds() const noexcept { return seconds_; }
  [[nodiscard]] const history& trials() const noexcept { return study_.trials(); }
  /// Why the first failed trial failed, or "".
  [[nodiscard]] const std::string& first_failure() const noexcept { return study_.core().first_failure(); }
  [[nodiscard]] std::string csv() const { return study_.csv(); }
  /// The study, to go on with.
  [[nodiscard]] knobless::study<Config>& study() noexcept { return study_; }
  [[nodiscard]] const knobless::study<Config>& study() const noexcept { return study_; }

  /// A few lines for people: how it ended, what is best.
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
    return text;
  }

 private:
  knobless::study<Config> study_;
  termination reason_;
  double seconds_;
};

namespace detail {

template <class F, class Config>
inline constexpr bool takes_elements = false;
template <class F, class... Values>
inline constexpr bool takes_elements<F, std::tuple<Values...>> = std::invocable<F&, const Values&...>;

// What an objective answers, as an outcome.
template <class Answer>
outcome to_outcome(Answer&& answer) {
  static_assert(std::convertible_to<Answer, outcome>,
                "knobless: the objective must return a number or knobless::outcome");
  if constexpr (std::convertible_to<Answer, outcome>)
    return std::forward<Answer>(answer);
  else
    return failed;
}

template <class F, class... Arguments>
outcome call(F& objective, Arguments&&... arguments) {
  using answer = std::invoke_result_t<F&, Arguments...>;
  static_assert(!std::is_void_v<answer>, "knobless: the objective must return a number or knobless::outcome");
  if constexpr (std::is_void_v<answer>)
    return failed;
  else
    return to_outcome(std::invoke(objective, std::forward<Arguments>(arguments)...));
}

// Calls the objective in whichever of its forms it has. A generic lambda gets the configuration.
template <class Config, class F>
outcome evaluate(F& objective, trial<Config>& t) {
  if constexpr (std::invocable<F&, const Config&>) {
    return call(objective, t.config());
  } else if constexpr (takes_elements<F, Config>) {
    return std::apply([&](const auto&... values) { return call(objective, values...); }, t.config());
  } else if constexpr (std::invocable<F&, trial<Config>&>) {
    return call(objective, t);
  } else {
    static_assert(
        std::invocable<F&, const Config&>,
        "knobless: the objective must be callable with the configuration (or its values, for a space without a "
        "struct), or with knobless::trial<Config>&, and return a number or knobless::outcome");
    return failed;
  }
}

// The same, where whatever it throws is a failed trial.
template <class Config, class F>
outcome evaluate_safely(F& objective, trial<Config>& t) {
#if KNOBLESS_EXCEPTIONS
  try {
    return evaluate<Config>(objective, t);
  } catch (const std::exception& e) {
    return failed(e.what());
  } catch (...) {
    return failed("the objective threw something that is not a std::exception");
  }
#else
  return evaluate<Config>(objective, t);
#endif
}

template <class Config, class F>
search_result<Config> run(space<Config> where, any_sampler with, F& objective, run_options<Config> options,
                          direction toward) {
  using clock = std::chrono::steady_clock;
  const auto start = clock::now();
  const auto since_start = [&] { return std::chrono::duration<double>(clock::now() - start).count(); };
  if (options.duration < std::chrono::nanoseconds{0})
    raise({error_code::invalid_option, "a duration below 0 given, but it must be 0 (no limit) or above", "duration"});
  if (options.target && !elementary::is_finite(*options.target))
    raise({error_code::invalid_option, detail::number_text(*options.target) + " given, but a target must be finite",
           "target"});
  if (options.trials == 0 && options.duration == std::chrono::nanoseconds{0} && !options.target) options.trials = 100;
  study<Config> s(std::move(where), std::move(with),
                  {.seed = options.seed, .direction = toward, .scheduler = std::move(options.scheduler)});
  for (const Config& guess : options.first_guesses) s.enqueue(guess);
  bool callback_stops = false;
  const auto asked_to_stop = [&] {
    return callback_stops || s.stop_requested() ||
           (options.stop != nullptr && options.stop->load(std::memory_order_relaxed));
  };
  const auto time_is_up = [&] {
    return options.duration != std::chrono::nanoseconds{0} && clock::now() - start >= options.duration;
  };
  const auto stop_now = [&] { return asked_to_stop() || time_is_up(); };
  struct condition final : stop_condition {
    explicit condition(const decltype(stop_now)& f) : now(f) {}
    [[nodiscard]] bool met() const override { return now(); }
    const decltype(stop_now)& now;
  };
  const condition stop(stop_now);
  // An objective that never works (a missing file, say) is not worth a long budget.
  constexpr std::size_t hopeless = 100;

  const auto finished = [&]() -> std::optional<termination> {
    const history& seen = s.trials();
    if (seen.size() >= hopeless && seen.failures() == seen.size()) return termination::every_trial_failed;
    if (asked_to_stop()) return termination::stop_requested;
    if (options.target && seen.best()) {
      const double best = s.core().signed_value(seen[*seen.best()].value);
      if (toward == direction::minimize ? best <= *options.target : best >= *options.target)
        return termination::target_reached;
    }
    if (options.trials != 0 && seen.size() >= options.trials) return termination::trials_done;
    if (time_is_up()) return termination::time_up;
    return std::nullopt;
  };

  std::optional<termination> reason;
  while (!(reason = finished())) {
    result<trial<Config>> next = s.try_ask();
    if (!next) {
      reason = next.error().code == error_code::space_exhausted ? termination::space_exhausted
                                                                : termination::no_admitted_point;
      break;
    }
    trial<Config> t = std::move(next).value();
    t.stop_when(stop);
    const std::size_t number = t.number();
    const auto begun = clock::now();
    const outcome told = evaluate_safely<Config>(objective, t);
    const std::chrono::duration<double> took = clock::now() - begun;
    if (!options.on_trial) {
      s.tell(std::move(t), told, took.count());
      continue;
    }
    const Config config = t.config();
    s.tell(std::move(t), told, took.count());
    options.on_trial({s, number, config, told, since_start(), [&] { callback_stops = true; }});
  }
  const history& seen = s.trials();
  if (seen.size() > 0 && seen.failures() == seen.size() && *reason != termination::stop_requested)
    reason = termination::every_trial_failed;
  return {std::move(s), *reason, since_start()};
}

}  // namespace detail

/// Searches for the configuration with the smallest value, with a sampler that is named.
///
/// `objective` is called with a `const Config&` (with its values one by one for a space without a struct), or with a
/// `trial<Config>&` that takes reports on the way; it returns a number or an `outcome`. What it throws, NaN and infinity
/// cost one trial. Raises an error for options that make no sense. Cost: the sampler's and the objective's.
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
  return detail::run<Config>(space, tpe{}, objective, std::move(options), direction::minimize);
}

/// The same for the largest value.
template <class Config, class Objective>
[[nodiscard]] search_result<Config> maximize(const space<Config>& space, Objective&& objective,
                                             run_options<std::type_identity_t<Config>> options = {}) {
  return detail::run<Config>(space, tpe{}, objective, std::move(options), direction::maximize);
}

}  // namespace knobless
