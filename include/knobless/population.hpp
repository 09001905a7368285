/// \file
/// Population-based training: hyperparameters that change while a model is trained.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "base/error.hpp"
#include "space/space.hpp"
#include "training/population_search.hpp"
#include "training/training_ends.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Trains a population of models; those that fall behind go on as copies of those that lead, with other hyperparameters.
///
/// `build(config)` makes a model. `advance(model, config, more)` trains it `more` units further with these hyperparameters,
/// which are others than it was built with where they have changed, and returns its value. `copy(model)` makes a copy: by
/// default its copy constructor; a model that can only be saved and loaded gives both here. A model that fails is replaced by
/// a copy of a better one; after 100 failures without one success the search ends. Raises an error for options that make no sense.
template <class Config, class Build, class Advance, class Copy>
[[nodiscard]] auto evolve(const space<Config>& space, Build&& build, Advance&& advance,
                          const population_options<std::type_identity_t<Config>>& options, Copy&& copy) {
  using model = std::remove_cvref_t<std::invoke_result_t<Build&, const Config&>>;
  static_assert(
      std::invocable<Advance&, model&, const Config&, int>,
      "knobless: advance must be callable with the model (by reference), the configuration and an int, how much "
      "further to train it, and return a number or knobless::outcome");
  detail::check_one_value<std::invoke_result_t<Advance&, model&, const Config&, int>>();
  if (options.members < 1) raise({error_code::invalid_option, "0 given, but it must be at least 1", "members"});
  if (options.max_resource < 1)
    raise({error_code::invalid_option,
           detail::text(std::to_string(options.max_resource), " given, but it must be at least 1"), "max_resource"});
  if (options.interval < 1 || options.interval > options.max_resource)
    raise({error_code::invalid_option,
           detail::text(std::to_string(options.interval), " given, but it must lie between 1 and max_resource"),
           "interval"});
  detail::check_ends(options);
  return detail::population_search<Config, model, Build, Advance, Copy>(space, build, advance, copy, options).run();
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
