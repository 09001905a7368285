/// \file
/// Population-based training: hyperparameters that change while a model is trained.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "config.hpp"
#include "error.hpp"
#include "fidelity/population_core.hpp"
#include "space.hpp"
#include "trial.hpp"

namespace knobless {

/// Options of population-based training. Resources are counted in the unit of `advance`.
template <class Config>
struct population_options {
  /// How many models are trained side by side; at least 1.
  std::size_t members = 12;
  /// How much each is trained in all; at least 1.
  int max_resource = 100;
  /// How much between two decisions; from 1 to max_resource.
  int interval = 5;
  /// The same seed gives the same search.
  std::uint64_t seed = 0;
  /// Which values are better.
  direction toward = direction::minimize;
  /// The first members' first configurations.
  std::vector<Config> first_guesses = {};
};

/// Which configuration a model was trained with, and when: from the beginning, without gaps.
template <class Config>
struct schedule {
  /// An interval of it.
  struct stage {
    int from;       ///< resource at its beginning
    int to;         ///< and at its end
    Config config;  ///< of the whole interval
  };
  std::vector<stage> stages;  ///< in the order of training
};

/// What population-based training found.
template <class Config, class Model>
struct population_result {
  /// The best model at the end; nothing where all have failed.
  std::unique_ptr<Model> object;
  /// How it came to be, through all models that it is a copy of.
  knobless::schedule<Config> schedule;
  double value = 0.0;         ///< of the best model at the end
  std::size_t trained = 0;    ///< resource in all
  std::size_t copies = 0;     ///< models that were copied over others
  std::size_t failures = 0;   ///< exceptions, NaN and infinities
  std::string first_failure;  ///< why the first of them happened, or ""
};

namespace detail {

template <class F, class... Arguments>
outcome outcome_of(F& f, Arguments&... arguments) {
#if KNOBLESS_EXCEPTIONS
  try {
    return std::invoke(f, arguments...);
  } catch (const std::exception& e) {
    return failed(e.what());
  } catch (...) {
    return failed("something was thrown that is not a std::exception");
  }
#else
  return std::invoke(f, arguments...);
#endif
}

}  // namespace detail

/// Trains a population of models; those that fall behind go on as copies of those that lead, with other hyperparameters.
///
/// `build(config)` makes a model. `advance(model, config, more)` trains it `more` units further with these hyperparameters,
/// which are others than it was built with where they have changed, and returns its value. `copy(model)` makes a copy: by
/// default its copy constructor; a model that can only be saved and loaded gives both here. A model that fails is replaced by
/// a copy of a better one. Raises an error for options that make no sense.
template <class Config, class Build, class Advance, class Copy>
[[nodiscard]] auto evolve(const space<Config>& space, Build&& build, Advance&& advance,
                          const population_options<std::type_identity_t<Config>>& options, Copy&& copy) {
  using model = std::remove_cvref_t<std::invoke_result_t<Build&, const Config&>>;
  static_assert(
      std::invocable<Advance&, model&, const Config&, int>,
      "knobless: advance must be callable with the model (by reference), the configuration and an int, how much "
      "further to train it, and return a number or knobless::outcome");
  if (options.members < 1) raise({error_code::invalid_option, "0 given, but it must be at least 1", "members"});
  if (options.max_resource < 1) raise({error_code::invalid_option, "it must be at least 1", "max_resource"});
  if (options.interval < 1 || options.interval > options.max_resource)
    raise({error_code::invalid_option, "it must lie between 1 and max_resource", "interval"});
  const double sign = options.toward == direction::minimize ? 1.0 : -1.0;
  const std::size_t n = options.members;
  population_core core(space.shared_domain(), n, options.seed);
  for (std::size_t i = 0; i < n && i < options.first_guesses.size(); ++i)
    core.place(i, space.encode(options.first_guesses[i]).value());

  population_result<Config, model> found;
  std::vector<std::unique_ptr<model>> models(n);
  std::vector<schedule<Config>> schedules(n);
  std::vector<std::optional<double>> values(n);
  const auto note = [&](const outcome& out) {
    ++found.failures;
    if (found.first_failure.empty()) found.first_failure = out.why();
  };
  for (int at = 0; at < options.max_resource;) {
    const int more = (std::min)(options.interval, options.max_resource - at);
    for (std::size_t i = 0; i < n; ++i) {
      const Config config = space.decode(core.where(i));
      const auto train = [&]() -> outcome {
        if (!models[i] && at == 0) models[i].reset(new model(std::invoke(build, config)));
        if (!models[i]) return failed("there was no model to copy");
        found.trained += static_cast<std::size_t>(more);
        return std::invoke(advance, *models[i], config, more);
      };
      const outcome told = detail::outcome_of(train);
      values[i].reset();
      if (told.state() == trial_state::complete) {
        values[i] = sign * told.value();
        schedules[i].stages.push_back({at, at + more, config});
      } else {
        note(told);
        models[i].reset();
      }
    }
    at += more;
    if (at >= options.max_resource) break;
    const std::vector<std::size_t> source = core.advance(static_cast<double>(at), values);
    for (std::size_t i = 0; i < n; ++i) {
      if (source[i] == i) continue;
      const auto duplicate = [&]() -> outcome {
        models[i].reset();
        models[i].reset(new model(std::invoke(copy, std::as_const(*models[source[i]]))));
        return 0.0;
      };
      schedules[i] = schedules[source[i]];
      if (const outcome out = detail::outcome_of(duplicate); out.state() == trial_state::complete)
        ++found.copies;
      else
        note(out);
    }
  }
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < n; ++i)
    if (values[i] && (!best || *values[i] < *values[*best])) best = i;
  if (best) {
    found.object = std::move(models[*best]);
    found.schedule = std::move(schedules[*best]);
    found.value = sign * *values[*best];
  }
  return found;
}

/// The same for models with a copy constructor.
template <class Config, class Build, class Advance>
[[nodiscard]] auto evolve(const space<Config>& space, Build&& build, Advance&& advance,
                          const population_options<std::type_identity_t<Config>>& options = {}) {
  using model = std::remove_cvref_t<std::invoke_result_t<Build&, const Config&>>;
  static_assert(std::copy_constructible<model>,
                "knobless: population-based training copies models: give evolve a function that does it as its last "
                "argument, or the model a copy constructor");
  return evolve(space, build, advance, options, [](const model& m) { return model(m); });
}

/// Trains a new model by a schedule: the same one, where training is deterministic. Whatever build and advance throw comes
/// out.
template <class Config, class Build, class Advance>
[[nodiscard]] auto replay(const schedule<Config>& schedule, Build&& build, Advance&& advance) {
  using model = std::remove_cvref_t<std::invoke_result_t<Build&, const Config&>>;
  if (schedule.stages.empty()) raise({error_code::invalid_use, "the schedule is empty", "replay"});
  std::unique_ptr<model> trained(new model(std::invoke(build, schedule.stages.front().config)));
  for (const auto& stage : schedule.stages) (void)std::invoke(advance, *trained, stage.config, stage.to - stage.from);
  return trained;
}

}  // namespace knobless
