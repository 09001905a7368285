/// \file
/// A search in progress: ask for a trial, tell its outcome, look at what is known.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/importance.hpp"
#include "domain.hpp"
#include "error.hpp"
#include "history.hpp"
#include "objective.hpp"
#include "sampler.hpp"
#include "space.hpp"
#include "study_core.hpp"
#include "study_log.hpp"
#include "trial.hpp"

namespace knobless {

template <class Config>
class study;

/// A running trial: what to evaluate, and where to report on the way. Move-only; ended by study::tell. A trial that is
/// destroyed untold is forgotten.
template <class Config>
class trial {
 public:
  /// A trial that `host` runs, for whoever writes a loop: it reports there, asks there whether to stop, and is told by
  /// number. `host` must outlive it.
  trial(std::size_t number, Config config, trial_host& host)
      : number_(number), config_(std::move(config)), host_(&host) {}
  trial(trial&&) noexcept = default;
  /// Forgets the trial that it held.
  trial& operator=(trial&& other) noexcept {
    if (this != &other) {
      release();
      core_ = std::move(other.core_);
      number_ = other.number_;
      config_ = std::move(other.config_);
      host_ = other.host_;
    }
    return *this;
  }
  trial(const trial&) = delete;
  trial& operator=(const trial&) = delete;
  ~trial() { release(); }

  /// The configuration to evaluate.
  [[nodiscard]] const Config& config() const noexcept { return config_; }
  /// Its number, in the order of asking, from 0.
  [[nodiscard]] std::size_t number() const noexcept { return number_; }
  /// Keeps an intermediate value: the loss after `step` epochs, say. Steps are meant to count up. O(pending trials), and
  /// what the study's scheduler takes.
  void report(std::size_t step, double value) {
    if (core_)
      core_->keep_report(number_, {step, value});
    else if (host_ != nullptr)
      host_->report({step, value});
  }
  /// Whether going on is of no use: the study's scheduler thinks so of what was reported (and goes on thinking so), somebody
  /// asked the study to stop, or the time is up.
  [[nodiscard]] bool should_stop() const {
    return (core_ && (core_->stop_requested() || core_->stopped(number_))) ||
           (host_ != nullptr && host_->should_stop());
  }

 private:
  friend class study<Config>;
  trial(std::shared_ptr<study_core> core, std::size_t number, Config config)
      : core_(std::move(core)), number_(number), config_(std::move(config)) {}
  void release() noexcept {
    if (core_) core_->drop(number_);
    core_.reset();
  }

  std::shared_ptr<study_core> core_;
  std::size_t number_ = 0;
  Config config_;
  trial_host* host_ = nullptr;
};

/// A configuration and what is known of it.
template <class Config>
struct candidate {
  Config config;           ///< to use
  double value = 0.0;      ///< observed or estimated, in the user's direction
  std::size_t number = 0;  ///< of the trial
};

/// A search over configurations of type Config. One thread at a time, but for request_stop().
template <class Config>
class study {
 public:
  /// Begins a search of `space` with `sampler`.
  study(knobless::space<Config> space, any_sampler sampler, study_options options = {})
      : space_(std::move(space)),
        core_(std::make_shared<study_core>(space_.shared_domain(), std::move(sampler), std::move(options))) {}

  /// The next trial; raises an error when the space is exhausted or no point keeps the constraints. Cost: the sampler's.
  [[nodiscard]] trial<Config> ask() { return try_ask().value(); }

  /// The next trial, or why there is none.
  [[nodiscard]] result<trial<Config>> try_ask() {
    const result<const pending_trial*> next = core_->next();
    if (!next) return next.error();
    return trial<Config>(core_, next.value()->number, space_.decode(next.value()->where));
  }

  /// Ends a trial with a value, `pruned` or `failed`. `seconds` is what the objective took, where known. Raises an error if
  /// the trial was told before or belongs to another study.
  void tell(trial<Config>&& t, const outcome& out, double seconds = 0.0) {
    if (t.core_ != core_ || !core_->tell(t.number_, out, seconds))
      raise({error_code::invalid_use, "the trial told is not a running trial of this study", "study.tell"});
    t.core_.reset();
  }

  /// One trial: asks, calls `objective` with the configuration (with its values one by one for a space without a struct, or with
  /// the trial), and tells what it returns, a number or an `outcome`. What it throws, NaN and infinity cost the trial. False,
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

  /// A first guess, asked before the sampler is: the user's own defaults, say. Raises an error if it is not a configuration
  /// of the space. Values between those of a discrete parameter are rounded to the nearest.
  void enqueue(const Config& config) {
    point p = space_.encode(config).value();
    if (!space_.domain().admits(p))
      raise({error_code::invalid_config, "the configuration given breaks a constraint of the space", "study.enqueue"});
    core_->enqueue(std::move(p));
  }

  /// A result that is known already, from within the bounds: else an error is raised. One that breaks a constraint teaches,
  /// but is never the best.
  void add(const Config& config, const outcome& out) { core_->add(space_.encode(config).value(), out); }

  /// Goes on in a changed space. Told trials are kept: those whose configuration the new space can express teach the
  /// sampler there, also from beyond the new bounds. O(trials * d).
  void change_space(knobless::space<Config> space) {
    struct translated final : study_core::translation {
      translated(const study& from, const knobless::space<Config>& to) : old(from), next(to) {}
      [[nodiscard]] std::optional<point> apply(const study_core::placed& from) const override {
        result<point> moved = next.encode(old.decode(from), bounds::ignored);
        if (!moved) return std::nullopt;
        return std::move(moved).value();
      }
      const study& old;
      const knobless::space<Config>& next;
    };
    core_->replace_space(space.shared_domain(), translated(*this, space));
    earlier_.push_back(std::exchange(space_, std::move(space)));
  }

  /// Whether some trial is complete.
  [[nodiscard]] bool has_best() const noexcept { return core_->seen().best().has_value(); }

  /// The best observed trial. Raises an error when none is complete.
  [[nodiscard]] candidate<Config> best() const {
    const history& seen = core_->seen();
    if (!seen.best()) raise({error_code::invalid_use, no_best(), "study.best"});
    const observation o = seen[*seen.best()];
    return {config(*seen.best()), core_->signed_value(o.value), o.number};
  }

  /// The best *estimated* trial: under noise the lowest observation is the luckiest one, so the values are smoothed first,
  /// by the sampler's model or that of estimate.hpp. Its value is the estimate. Raises an error when no trial is complete.
  /// O(min(trials, 400)^3).
  [[nodiscard]] candidate<Config> best_estimated() const {
    const history& seen = core_->seen();
    const std::optional<estimate> found = core_->estimate_best();
    if (!found) raise({error_code::invalid_use, no_best(), "study.best_estimated"});
    const observation o = seen[found->index];
    return {config(found->index), core_->signed_value(found->value), o.number};
  }

  /// Which parameters mattered in the trials so far, the most important first; empty where nothing can be said. See
  /// analysis/importance.hpp.
  [[nodiscard]] std::vector<importance_share> importance() const {
    return importance_by_name(core_->space(), core_->seen());
  }

  /// Told and pending trials; copying it is a cheap snapshot. Values in it are to be minimised.
  [[nodiscard]] const history& trials() const noexcept { return core_->seen(); }
  /// The present space.
  [[nodiscard]] const knobless::space<Config>& space() const noexcept { return space_; }
  /// The untyped half, for whoever writes a loop over it.
  [[nodiscard]] study_core& core() noexcept { return *core_; }
  /// The same of a constant study.
  [[nodiscard]] const study_core& core() const noexcept { return *core_; }

  /// The configuration of the i-th told trial, as it was evaluated.
  [[nodiscard]] Config config(std::size_t i) const { return decode(core_->original(i)); }

  /// All told trials as comma-separated rows with a head: number, state, value, seconds, then a column a parameter (empty
  /// where inactive). O(trials * d).
  [[nodiscard]] std::string csv() const { return core_->csv(); }

  /// What happened to this study in the order in which it happened, as text: every ask, tell, add and drop. O(trials * d).
  /// Raises an error where the space was changed.
  [[nodiscard]] std::string log() const { return detail::write_log(*core_).value(); }
  /// Does again what log() of another study says. This one must be new, and have the same space, sampler, seed and
  /// direction: then it is asked the same points to the bit, each of which is checked, and ends as the other was. Raises an
  /// error that names the line for a log that can't be read, and the trial where it departs. Cost: all that the sampler
  /// took before.
  void replay(std::string_view log) { (void)detail::replay_log(*core_, log).value(); }

  /// Asks whoever runs this study to end after the current trial. From any thread.
  void request_stop() noexcept { core_->request_stop(); }
  /// Whether somebody has.
  [[nodiscard]] bool stop_requested() const noexcept { return core_->stop_requested(); }

 private:
  [[nodiscard]] Config decode(const study_core::placed& p) const {
    return (p.space < earlier_.size() ? earlier_[p.space] : space_).decode(p.where);
  }
  [[nodiscard]] std::string no_best() const {
    return detail::text("no trial is complete",
                        core_->first_failure().empty() ? "" : "; the first failure: ", core_->first_failure());
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

}  // namespace knobless
