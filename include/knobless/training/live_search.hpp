/// \file
/// A search whose trials are models that stay alive between their legs.
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../base/config.hpp"
#include "../base/error.hpp"
#include "../record/outcome.hpp"
#include "../record/termination.hpp"
#include "../record/trial.hpp"
#include "../space/space.hpp"
#include "fidelity_core.hpp"
#include "training_ends.hpp"
#include "training_log.hpp"
#include "training_options.hpp"
#include "training_result.hpp"
#include "training_scheme.hpp"

namespace knobless::inline KNOBLESS_ABI {

namespace detail {

template <class Config, class Build>
using built_by = std::remove_cvref_t<std::invoke_result_t<Build&, const Config&>>;

/// Models of a search, and what may be done with them by whom: next() and finish() one thread at a time, run() any.
template <class Config, class Build, class Advance>
class live_search {
 public:
  using model = built_by<Config, Build>;
  using result_type = training_result<Config, model>;

  live_search(const space<Config>& where, scheme_parts parts, Build& build, Advance& advance,
              const training_options<Config>& options)
      : space_(where),
        build_(build),
        advance_(advance),
        options_(options),
        scheme_(std::move(parts.name)),
        budget_(parts.budget),
        core_(space_.shared_domain(), std::move(parts.rule), std::move(parts.sampler),
              {static_cast<std::size_t>(options.max_resource),
               static_cast<std::size_t>(std::llround(budget_ * static_cast<double>(options.max_resource))),
               options.seed, options.direction}) {
    for (const Config& guess : options.first_guesses) core_.enqueue(space_.admitted(guess));
    const std::string earlier = earlier_log();
    if (earlier.empty()) return;
    (void)replay_training(core_, scheme_, earlier).value();
    keep();
    for (const fidelity_core::piece& p : core_.busy_pieces()) interrupted_.push_back(p);
    models_.resize(core_.trials().size());
    (void)core_.released();
  }

  /// A leg that somebody trains.
  struct job {
    fidelity_core::piece piece;
    Config config;
    std::unique_ptr<model> object;  // nothing: to be built
    outcome told = failed;
    double seconds = 0.0;  // that it took
  };

  /// The next leg. Nothing: wait until a busy one is finished, or, where none is, the end.
  [[nodiscard]] std::optional<job> next() {
    look_for_an_end();
    if (reason_) return std::nullopt;
    std::optional<fidelity_core::piece> piece;
    if (!interrupted_.empty()) {
      piece = interrupted_.front();
      interrupted_.erase(interrupted_.begin());
    } else {
      // A model that no other may be destroyed for has to wait.
      if (options_.max_live != 0 && busy() >= options_.max_live) return std::nullopt;
      piece = core_.ask();
      keep();
      free_released();
    }
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
    j.told = ends_.timed(
        [&] {
          run_untimed(j);
          return j.told;
        },
        j.seconds);
    if (j.told.state() != trial_state::complete) j.object.reset();
  }

  void run_untimed(job& j) {
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
    core_.tell(trial, j.told, j.seconds);
    keep();
    free_released();
    if (!options_.on_leg) return;
    const auto share = [&](std::size_t resource) {
      return static_cast<double>(resource) / static_cast<double>(options_.max_resource);
    };
    const log_subject subject = subject_of(core_, scheme_);
    options_.on_leg({core_.happened(), trial, j.config, static_cast<int>(core_.trials()[trial].resource()), j.told,
                     ends_.seconds(), ends_.stopper(), share(core_.spent()), budget_,
                     std::chrono::duration<double>(options_.duration).count(), best_value(), subject});
  }

  /// How many legs are trained just now.
  [[nodiscard]] std::size_t busy() const noexcept { return core_.busy() - interrupted_.size(); }

  [[nodiscard]] result_type result() {
    look_for_an_end();
    std::unique_ptr<model> object = surviving_model();
    const auto trials = core_.trials();
    taken_.trials = trials.size();
    taken_.failed = core_.failures();
    taken_.trained = core_.spent() + taken_.retrained;
    for (const training& t : trials) taken_.complete += t.state == trial_state::complete ? 1U : 0U;
    termination reason = reason_.value_or(core_.ending());
    if (core_.failures() > 0 && core_.failures() == trials.size()) reason = termination::every_trial_failed;
    return {space_, std::move(core_), std::move(object), taken_, reason, ends_.seconds(), std::move(scheme_)};
  }

 private:
  // What the search goes on from, or "".
  [[nodiscard]] std::string earlier_log() const {
    if (!options_.journal) return options_.continue_from;
    if (!options_.continue_from.empty())
      raise({error_code::invalid_option, "a search goes on from its journal or from a log, but both are given",
             "continue_from"});
    return options_.journal->begin(subject_of(core_, scheme_));
  }

  void keep() {
    if (options_.journal && !options_.journal->keep(core_.happened())) ends_.stopper()();
  }

  [[nodiscard]] Config config_of(std::size_t trial) const { return space_.decode(core_.trials()[trial].where); }

  void look_for_an_end() {
    std::optional<double> best;
    if (core_.best()) best = core_.trials()[*core_.best()].value();
    if (!reason_) reason_ = ends_.finished(hopeless(), core_.happened(), best);
  }

  // Trials that are still trained may succeed.
  [[nodiscard]] bool hopeless() const noexcept {
    return core_.failures() >= hopeless_failures && core_.failures() + core_.busy() == core_.trials().size();
  }

  [[nodiscard]] std::optional<double> best_value() const {
    if (!core_.best()) return std::nullopt;
    return core_.happened().signed_value(core_.trials()[*core_.best()].value());
  }

  // The model of the best trial, built again where it had to make room, or was let go when another one was the best, which
  // then failed.
  [[nodiscard]] std::unique_ptr<model> surviving_model() {
    const std::optional<std::size_t> best = core_.best();
    if (!best) return nullptr;
    models_.resize(core_.trials().size());
    if (models_[*best]) return std::move(models_[*best]);
    job again{{*best, 0, core_.trials()[*best].resource()}, config_of(*best), nullptr};
    for (auto& m : models_) m.reset();
    run_untimed(again);
    ++taken_.rebuilt;
    taken_.retrained += again.piece.to;
    return std::move(again.object);
  }

  [[nodiscard]] outcome train(job& j) {
    if (!j.object) {
      // Neither a copy nor a move: what build returns is made where it stays.
      j.object.reset(new model(std::invoke(build_, std::as_const(j.config))));
      if (j.piece.from > 0) (void)std::invoke(advance_, *j.object, static_cast<int>(j.piece.from));
    }
    const outcome told = std::invoke(advance_, *j.object, static_cast<int>(j.piece.to - j.piece.from));
    return told.state() == trial_state::pruned ? outcome(failed("advance returned knobless::pruned")) : told;
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
  std::string scheme_;
  double budget_;
  const training_ends<training_options<Config>> ends_{options_};
  fidelity_core core_;
  std::vector<fidelity_core::piece> interrupted_;  // legs that an earlier search was training
  std::optional<termination> reason_;
  std::vector<std::unique_ptr<model>> models_;  // of trials that wait
  std::size_t live_ = 0;                        // these, and those that are trained just now
  typename result_type::counts taken_;
};

}  // namespace detail
}  // namespace knobless
