/// \file
/// Live objects: a model is built from a configuration, trained piece by piece, and kept while it may still win. A
/// promotion goes on with the model itself; nothing is trained twice, and nothing passes through a disk.
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include "sampler/sampler.hpp"
#include "space/space.hpp"
#include "training/live_search.hpp"
#include "training/promotion.hpp"
#include "training/training_options.hpp"
#include "training/training_result.hpp"
#include "training/training_scheme.hpp"

namespace knobless::inline KNOBLESS_ABI {
namespace detail {

template <class Config, class Build, class Advance>
concept trains = std::invocable<Build&, const Config&> && std::invocable < Advance&,
        built_by<Config, Build>
&, int > &&std::convertible_to<std::invoke_result_t<Advance&, built_by<Config, Build>&, int>, outcome>;

template <class Config, class Build, class Advance>
auto train_all(scheme_parts parts, const space<Config>& where, Build& build, Advance& advance,
               const training_options<Config>& options) {
  static_assert(std::invocable<Build&, const Config&>,
                "knobless: build must be callable with the configuration, and return the model");
  static_assert(
      trains<Config, Build, Advance>,
      "knobless: advance must be callable with the model (by reference) and an int, how much further to train "
      "it, and return a number or knobless::outcome");
  check_one_value<std::invoke_result_t<Advance&, built_by<Config, Build>&, int>>();
  live_search<Config, Build, Advance> search(where, std::move(parts), build, advance, options);
  while (auto job = search.next()) {
    search.run(*job);
    search.finish(std::move(*job));
  }
  return search.result();
}

}  // namespace detail

/// Searches with live models, and decides by itself what is tried, how far it is trained, and who goes on: a Gaussian process
/// over configurations and resources learns from all rungs, and from them how far early values may be trusted.
///
/// `build(config)` makes a model, which need neither be copied nor moved. `advance(model, more)` trains it `more` units
/// further and returns its value. A model exists until the search knows that it will not go on; the one that survives is part
/// of the result. What is thrown, NaN and infinity cost one trial; after 100 trials without one success the search ends. Raises an error for options that make no sense.
template <class Config, class Build, class Advance>
[[nodiscard]] auto multi_fidelity(const space<Config>& space, Build&& build, Advance&& advance,
                                  const training_options<std::type_identity_t<Config>>& options = {}) {
  return detail::train_all(detail::make_rule(detail::training_scheme::multi_fidelity, options), space, build, advance,
                           options);
}

/// The same by successive halving: many are trained a little, the best 1/factor of them further, and so on. New points by
/// TPE.
template <class Config, class Build, class Advance>
[[nodiscard]] auto successive_halving(const space<Config>& space, Build&& build, Advance&& advance,
                                      const training_options<std::type_identity_t<Config>>& options = {}) {
  return detail::train_all(detail::make_rule(detail::training_scheme::successive_halving, options), space, build,
                           advance, options);
}

/// The same by Hyperband: brackets of successive halving that cut early or late. With TPE's points this is BOHB.
template <class Config, class Build, class Advance>
[[nodiscard]] auto hyperband(const space<Config>& space, Build&& build, Advance&& advance,
                             const training_options<std::type_identity_t<Config>>& options = {}) {
  return detail::train_all(detail::make_rule(detail::training_scheme::hyperband, options), space, build, advance,
                           options);
}

/// The same by ASHA, which never waits for a rung to be complete: for many workers (see parallel_advance.hpp).
template <class Config, class Build, class Advance>
[[nodiscard]] auto asha(const space<Config>& space, Build&& build, Advance&& advance,
                        const training_options<std::type_identity_t<Config>>& options = {}) {
  return detail::train_all(detail::make_rule(detail::training_scheme::asha, options), space, build, advance, options);
}

/// The same by a rule and a sampler of your own, or one of the library's: any type with the functions of `promotion_rule`
/// (training/promotion.hpp) and of `sampler`. A budget of 0 means as many legs as the rule makes; min_resource and factor are the
/// rule's own affair. Where both have a `name`, that is what a log is checked by. Raises an error, too, where the rule wants what
/// can't be: a leg that trains nothing, say.
template <class Config, class Build, class Advance>
[[nodiscard]] auto train_by(const space<Config>& space, any_promotion_rule rule, any_sampler sampler, Build&& build,
                            Advance&& advance, const training_options<std::type_identity_t<Config>>& options = {}) {
  return detail::train_all(detail::own_parts(std::move(rule), std::move(sampler), options), space, build, advance,
                           options);
}

}  // namespace knobless
