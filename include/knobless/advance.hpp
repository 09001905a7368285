/// \file
/// Live objects: a model is built from a configuration, trained piece by piece, and kept while it may still win. A
/// promotion goes on with the model itself; nothing is trained twice, and nothing passes through a disk.
#pragma once

#include <atomic>
#include <cmath>
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
#include "elementary.hpp"
#include "error.hpp"
#include "estimate.hpp"
#include "fidelity/asha_rule.hpp"
#include "fidelity/bracket_rule.hpp"
#include "fidelity/fidelity_core.hpp"
#include "fidelity/multi_fidelity_rule.hpp"
#include "sampler/tpe.hpp"
#include "space.hpp"
#include "trial.hpp"

namespace knobless {

/// Options of a search with live objects. Resources are counted in the unit of `advance`: epochs, rounds, games.
template <class Config>
struct training_options {
  /// How much a model is trained in full; at least 1.
  int max_resource = 81;
  /// No value below this is looked at; from 1 to max_resource.
  int min_resource = 1;
  /// At each rung of successive_halving, hyperband and asha the best 1/factor go on; at least 2.
  int factor = 3;
  /// How much is trained in all, in full trainings. 0: one bracket of successive_halving, one round of hyperband, and 20 full
  /// trainings of asha and multi_fidelity. What a memory cap makes the search train again is not part of it.
  double budget = 0.0;
  /// How many models may exist at once; 0: no limit. Beyond it the least promising model is destroyed, and built and
  /// trained again should it go on.
  std::size_t max_live = 0;
  /// The same seed gives the same search.
  std::uint64_t seed = 0;
  /// Which values are better.
  direction toward = direction::minimize;
  /// Begun first, in this order.
  std::vector<Config> first_guesses = {};
  /// Where given: set it to true from any thread, and the search ends after the running leg.
  const std::atomic<bool>* stop = nullptr;
};

/// What a search with live objects found: the surviving model, its configuration, and what all of it took.
template <class Config, class Model>
class training_result {
 public:
  /// The surviving model.
  struct survivor {
    Config config;       ///< that it was built with
    double value;        ///< the last that advance returned for it
    std::size_t number;  ///< of the trial
    int resource;        ///< what it has been trained
    Model& object;       ///< owned by the result
  };

  /// What the search took.
  struct counts {
    std::size_t trials = 0;     ///< configurations
    std::size_t failed = 0;     ///< of them, by an exception, NaN or infinity
    std::size_t complete = 0;   ///< of them, trained in full
    std::size_t trained = 0;    ///< resource in all, with what was trained again
    std::size_t rebuilt = 0;    ///< models built again: for the sake of the memory cap, or since the best failed late
    std::size_t retrained = 0;  ///< resource that these were trained again
    std::size_t peak_live = 0;  ///< models at once
  };

  /// Made by the functions below.
  training_result(knobless::space<Config> space, std::vector<training> trials, std::optional<std::size_t> best,
                  std::unique_ptr<Model> object, counts taken, double sign, std::string first_failure)
      : space_(std::move(space)),
        trials_(std::move(trials)),
        best_(best),
        object_(std::move(object)),
        taken_(taken),
        sign_(sign),
        first_failure_(std::move(first_failure)) {}

  /// Whether there is a survivor.
  [[nodiscard]] bool has_best() const noexcept { return best_ && object_; }
  /// The survivor: the best of those that were trained furthest. Raises an error where every trial failed.
  [[nodiscard]] survivor best() {
    if (!has_best()) raise({error_code::invalid_use, no_survivor(), "training_result.best"});
    const training& t = trials_[*best_];
    return {space_.decode(t.where), sign_ * t.value(), *best_, static_cast<int>(t.resource()), *object_};
  }
  /// A trial that was trained in full, or as far as any, and what is thought of it.
  struct judged {
    Config config;       ///< that it was built with
    double value;        ///< estimated
    std::size_t number;  ///< of the trial; its model is the survivor's where that is best().number
    int resource;        ///< what it has been trained
  };
  /// Under noise the lowest of many values is mostly luck: of those that were trained furthest, the trial with the lowest value
  /// after smoothing over the space (estimate_best). Raises an error where every trial failed.
  [[nodiscard]] judged best_estimated() const {
    const std::optional<estimate> found = estimate_best(*space_.shared_domain(), trials_);
    if (!found) raise({error_code::invalid_use, no_survivor(), "training_result.best_estimated"});
    const training& t = trials_[found->index];
    return {space_.decode(t.where), sign_ * found->value, found->index, static_cast<int>(t.resource())};
  }
  /// The surviving model, for good. Raises an error where there is none.
  [[nodiscard]] std::unique_ptr<Model> take() {
    (void)best();
    return std::move(object_);
  }
  /// What the search took.
  [[nodiscard]] const counts& taken() const noexcept { return taken_; }
  /// All trials in the order of their beginning; the values of their curves are to be minimised.
  [[nodiscard]] const std::vector<training>& trials() const noexcept { return trials_; }
  /// The configuration of a trial.
  [[nodiscard]] Config config(std::size_t number) const { return space_.decode(trials_[number].where); }
  /// Why the first failed trial failed, or "".
  [[nodiscard]] const std::string& first_failure() const noexcept { return first_failure_; }

 private:
  [[nodiscard]] std::string no_survivor() const {
    return detail::text("no trial has survived", first_failure_.empty() ? "" : "; the first failure: ", first_failure_);
  }

  knobless::space<Config> space_;
  std::vector<training> trials_;
  std::optional<std::size_t> best_;
  std::unique_ptr<Model> object_;
  counts taken_;
  double sign_;
  std::string first_failure_;
};

namespace detail {

template <class Config, class Build>
using built_by = std::remove_cvref_t<std::invoke_result_t<Build&, const Config&>>;

/// Models of a search, and what may be done with them by whom: next() and finish() one thread at a time, run() any.
template <class Config, class Build, class Advance>
class live_search {
 public:
  using model = built_by<Config, Build>;
  using result_type = training_result<Config, model>;

  live_search(const space<Config>& where, std::unique_ptr<promotion_rule> rule, Build& build, Advance& advance,
              const training_options<Config>& options, double budget)
      : space_(where),
        build_(build),
        advance_(advance),
        options_(options),
        sign_(options.toward == direction::minimize ? 1.0 : -1.0),
        core_(space_.shared_domain(), std::move(rule), tpe{},
              {static_cast<std::size_t>(options.max_resource),
               static_cast<std::size_t>(std::llround(budget * static_cast<double>(options.max_resource))),
               options.seed}) {
    for (const Config& guess : options.first_guesses) core_.enqueue(space_.encode(guess).value());
  }

  /// A leg that somebody trains.
  struct job {
    fidelity_core::piece piece;
    Config config;
    std::unique_ptr<model> object;  // nothing: to be built
    outcome told = failed;
  };

  /// The next leg. Nothing: wait until a busy one is finished, or, where none is, the end.
  [[nodiscard]] std::optional<job> next() {
    if (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed)) return std::nullopt;
    // A model that no other may be destroyed for has to wait.
    if (options_.max_live != 0 && core_.busy() >= options_.max_live) return std::nullopt;
    const std::optional<fidelity_core::piece> piece = core_.ask();
    free_released();
    if (!piece) return std::nullopt;
    models_.resize(core_.trials().size());
    job begun{*piece, config_of(piece->trial), std::move(models_[piece->trial])};
    if (!begun.object) {
      if (options_.max_live != 0 && live_ >= options_.max_live) evict();
      ++live_;
      if (live_ > taken_.peak_live) taken_.peak_live = live_;
      if (piece->from > 0) {
        ++taken_.rebuilt;
        taken_.retrained += piece->from;
      }
    }
    return begun;
  }

  /// Builds what has to be built, and trains it. Whatever is thrown is a failed trial.
  void run(job& j) {
#if KNOBLESS_EXCEPTIONS
    try {
      j.told = train(j);
    } catch (const std::exception& e) {
      j.told = failed(e.what());
    } catch (...) {
      j.told = failed("build or advance threw something that is not a std::exception");
    }
#else
    j.told = train(j);
#endif
    if (j.told.state() != trial_state::complete) j.object.reset();
  }

  void finish(job j) {
    const std::size_t trial = j.piece.trial;
    if (!j.object) --live_;
    models_[trial] = std::move(j.object);
    core_.tell(trial, j.told);
    free_released();
  }

  [[nodiscard]] std::size_t busy() const noexcept { return core_.busy(); }

  [[nodiscard]] result_type result() {
    std::unique_ptr<model> object;
    const std::optional<std::size_t> best = core_.best();
    if (best) {
      object = std::move(models_[*best]);
      if (!object) {
        // It had to make room, or was let go when another one was the best, which then failed.
        job again{{*best, 0, core_.trials()[*best].resource()}, config_of(*best), nullptr};
        for (auto& m : models_) m.reset();
        run(again);
        object = std::move(again.object);
        ++taken_.rebuilt;
        taken_.retrained += again.piece.to;
      }
    }
    const auto trials = core_.trials();
    taken_.trials = trials.size();
    taken_.failed = core_.failures();
    taken_.trained = core_.spent() + taken_.retrained;
    for (const training& t : trials) taken_.complete += t.state == trial_state::complete ? 1U : 0U;
    return {space_, {trials.begin(), trials.end()}, best, std::move(object), taken_, sign_, core_.first_failure()};
  }

 private:
  [[nodiscard]] Config config_of(std::size_t trial) const { return space_.decode(core_.trials()[trial].where); }

  [[nodiscard]] outcome train(job& j) {
    if (!j.object) {
      // Neither a copy nor a move: what build returns is made where it stays.
      j.object.reset(new model(std::invoke(build_, std::as_const(j.config))));
      if (j.piece.from > 0) (void)std::invoke(advance_, *j.object, static_cast<int>(j.piece.from));
    }
    const outcome told = std::invoke(advance_, *j.object, static_cast<int>(j.piece.to - j.piece.from));
    if (told.state() == trial_state::pruned) return failed("advance returned knobless::pruned");
    return told.state() == trial_state::complete ? outcome(sign_ * told.value()) : told;
  }

  void free_released() {
    for (const std::size_t i : core_.released())
      if (i < models_.size() && models_[i]) {
        models_[i].reset();
        --live_;
      }
  }

  // Destroys the least promising of the models that wait: the one trained least, of these the one with the worst value; the
  // best one last.
  void evict() {
    const auto trials = core_.trials();
    std::optional<std::size_t> worst;
    for (std::size_t i = 0; i < models_.size(); ++i) {
      if (!models_[i]) continue;
      const auto less = [&](std::size_t a, std::size_t b) {
        if ((core_.best() == a) != (core_.best() == b)) return core_.best() == b;
        if (trials[a].resource() != trials[b].resource()) return trials[a].resource() < trials[b].resource();
        return trials[a].value() > trials[b].value();
      };
      if (!worst || less(i, *worst)) worst = i;
    }
    if (!worst) return;
    models_[*worst].reset();
    --live_;
  }

  space<Config> space_;
  Build& build_;
  Advance& advance_;
  training_options<Config> options_;
  double sign_;
  fidelity_core core_;
  std::vector<std::unique_ptr<model>> models_;  // of trials that wait
  std::size_t live_ = 0;                        // these, and those that are trained just now
  typename result_type::counts taken_;
};

template <class Config>
void check(const training_options<Config>& options) {
  if (options.max_resource < 1) raise({error_code::invalid_option, "it must be at least 1", "max_resource"});
  if (options.min_resource < 1 || options.min_resource > options.max_resource)
    raise({error_code::invalid_option, "it must lie between 1 and max_resource", "min_resource"});
  if (options.factor < 2) raise({error_code::invalid_option, "it must be at least 2", "factor"});
  if (!elementary::is_finite(options.budget) || !(options.budget >= 0.0 && options.budget <= 1e9))
    raise({error_code::invalid_option, "it must lie between 0 (the default) and 1e9", "budget"});
}

// What is trained by whom.
enum class training_scheme : unsigned char { successive_halving, hyperband, asha, multi_fidelity };

struct scheme_parts {
  std::unique_ptr<promotion_rule> rule;
  double budget;
};

template <class Config>
scheme_parts make_rule(training_scheme scheme, const training_options<Config>& options) {
  check(options);
  const auto low = static_cast<std::size_t>(options.min_resource);
  const auto high = static_cast<std::size_t>(options.max_resource);
  const auto factor = static_cast<std::size_t>(options.factor);
  const double budget = options.budget;
  switch (scheme) {
    case training_scheme::successive_halving:
    case training_scheme::hyperband: {
      std::vector<bracket> brackets = hyperband_brackets({high, low, factor});
      if (scheme == training_scheme::successive_halving) brackets.resize(1);
      const std::size_t once = budget > 0.0 ? 0 : brackets.size();
      return {std::make_unique<bracket_rule>(std::move(brackets), once), budget};
    }
    case training_scheme::asha:
      return {std::make_unique<asha_rule>(geometric_rungs(low, high, factor), factor), budget > 0.0 ? budget : 20.0};
    case training_scheme::multi_fidelity:
      break;
  }
  return {std::make_unique<multi_fidelity_rule>(low, high), budget > 0.0 ? budget : 20.0};
}

template <class Config, class Build, class Advance>
concept trains = std::invocable<Build&, const Config&> && std::invocable < Advance&,
        built_by<Config, Build>
&, int > &&std::convertible_to<std::invoke_result_t<Advance&, built_by<Config, Build>&, int>, outcome>;

template <class Config, class Build, class Advance>
auto train_all(training_scheme scheme, const space<Config>& where, Build& build, Advance& advance,
               const training_options<Config>& options) {
  static_assert(std::invocable<Build&, const Config&>,
                "knobless: build must be callable with the configuration, and return the model");
  static_assert(
      trains<Config, Build, Advance>,
      "knobless: advance must be callable with the model (by reference) and an int, how much further to train "
      "it, and return a number or knobless::outcome");
  scheme_parts parts = make_rule(scheme, options);
  live_search<Config, Build, Advance> search(where, std::move(parts.rule), build, advance, options, parts.budget);
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
/// of the result. What is thrown, NaN and infinity cost one trial. Raises an error for options that make no sense.
template <class Config, class Build, class Advance>
[[nodiscard]] auto multi_fidelity(const space<Config>& space, Build&& build, Advance&& advance,
                                  const training_options<std::type_identity_t<Config>>& options = {}) {
  return detail::train_all(detail::training_scheme::multi_fidelity, space, build, advance, options);
}

/// The same by successive halving: many are trained a little, the best 1/factor of them further, and so on. New points by
/// TPE.
template <class Config, class Build, class Advance>
[[nodiscard]] auto successive_halving(const space<Config>& space, Build&& build, Advance&& advance,
                                      const training_options<std::type_identity_t<Config>>& options = {}) {
  return detail::train_all(detail::training_scheme::successive_halving, space, build, advance, options);
}

/// The same by Hyperband: brackets of successive halving that cut early or late. With TPE's points this is BOHB.
template <class Config, class Build, class Advance>
[[nodiscard]] auto hyperband(const space<Config>& space, Build&& build, Advance&& advance,
                             const training_options<std::type_identity_t<Config>>& options = {}) {
  return detail::train_all(detail::training_scheme::hyperband, space, build, advance, options);
}

/// The same by ASHA, which never waits for a rung to be complete: for many workers (see parallel/advance.hpp).
template <class Config, class Build, class Advance>
[[nodiscard]] auto asha(const space<Config>& space, Build&& build, Advance&& advance,
                        const training_options<std::type_identity_t<Config>>& options = {}) {
  return detail::train_all(detail::training_scheme::asha, space, build, advance, options);
}

}  // namespace knobless
