/// \file
/// A search in progress: ask for a trial, tell its outcome, look at what is known.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "csv.hpp"
#include "domain.hpp"
#include "error.hpp"
#include "estimate.hpp"
#include "history.hpp"
#include "random.hpp"
#include "sampler.hpp"
#include "sampler/random_search.hpp"
#include "space.hpp"
#include "trial.hpp"

namespace knobless {

/// Options of a study.
struct study_options {
  /// The same seed gives the same trials.
  std::uint64_t seed = 0;
  knobless::direction direction = knobless::direction::minimize;
};

/// The untyped half of a study: points instead of configurations. Samplers are asked here, outcomes are kept here.
/// One thread at a time, but for request_stop() and stop_requested().
class study_core {
 public:
  study_core(std::shared_ptr<const domain> space, any_sampler sampler, study_options options)
      : space_(std::move(space)), sampler_(std::move(sampler)), options_(options), seen_(space_->size()) {}

  struct asked {
    std::size_t number;
    point where;
  };

  /// The next point: a queued one, else the sampler's. Errors: space_exhausted, no_admitted_point.
  [[nodiscard]] result<asked> ask() {
    asked next{next_number_, {}};
    if (queued_ < queue_.size()) {
      next.where = std::move(queue_[queued_++]);
    } else {
      random rng(options_.seed, next_number_);
      std::optional<point> proposed = sampler_.ask({*space_, seen_, rng, options_.seed, proposed_});
      if (!proposed) return error_info{error_code::space_exhausted, "all points of the search space were proposed", {}};
      ++proposed_;
      if (!space_->admits(*proposed) && !repair(*proposed, rng))
        return error_info{error_code::no_admitted_point,
                          "no point was found that keeps the constraints, neither at random nor beside known ones",
                          {}};
      next.where = std::move(*proposed);
    }
    ++next_number_;
    seen_.begin({next.number, next.where, {}});
    return next;
  }

  /// Puts a point at the end of the queue of those to be asked first.
  void enqueue(point p) { queue_.push_back(std::move(p)); }
  [[nodiscard]] std::size_t queued() const noexcept { return queue_.size() - queued_; }

  /// Keeps an intermediate value of a running trial. False if there is no such trial.
  bool keep_report(std::size_t number, report r) {
    pending_trial* p = seen_.find_pending(number);
    if (p == nullptr) return false;
    p->reports.push_back(r);
    return true;
  }

  /// The outcome of a running trial. False if there is no such trial.
  bool tell(std::size_t number, const outcome& out, double seconds = 0.0) {
    pending_trial* p = seen_.find_pending(number);
    if (p == nullptr) return false;
    observation o;
    o.number = number;
    o.state = out.state();
    o.seconds = seconds;
    if (o.state == trial_state::complete) {
      o.has_value = true;
      o.value = signed_value(out.value());
    } else if (o.state == trial_state::pruned && !p->reports.empty() &&
               elementary::is_finite(p->reports.back().value)) {
      o.has_value = true;
      o.value = signed_value(p->reports.back().value);
    }
    if (o.state == trial_state::failed && first_failure_.empty()) first_failure_ = out.why();
    for (std::size_t c = 0; c < crossings_.size(); ++c) {
      if (crossings_[c].number != number) continue;
      // Asked in an earlier space: it was evaluated there.
      exceptions_.push_back({seen_.size(), std::move(crossings_[c].asked), o.state});
      if (!crossings_[c].expressible) o.state = trial_state::foreign;
      crossings_.erase(crossings_.begin() + static_cast<std::ptrdiff_t>(c));
      break;
    }
    record(o, std::move(p->where), std::move(p->reports));
    seen_.forget(number);
    return true;
  }

  /// A known result that no ask proposed.
  void add(point where, const outcome& out) {
    observation o;
    o.number = next_number_++;
    o.state = out.state();
    o.has_value = o.state == trial_state::complete;
    o.value = o.has_value ? signed_value(out.value()) : 0.0;
    record(o, std::move(where), {});
  }

  void drop(std::size_t number) {
    seen_.forget(number);
    std::erase_if(crossings_, [&](const crossing& c) { return c.number == number; });
  }

  /// A point of one of the spaces that this study has had; the present one is number spaces() - 1.
  struct placed {
    std::size_t space = 0;
    point where;
  };
  [[nodiscard]] std::size_t spaces() const noexcept { return earlier_.size() + 1; }
  /// The n-th space that this study has had.
  [[nodiscard]] const domain& space(std::size_t n) const noexcept {
    return n < earlier_.size() ? *earlier_[n].space : *space_;
  }

  /// Where the i-th told trial was evaluated: its point in the space in which it was asked. O(spaces + d).
  [[nodiscard]] placed original(std::size_t i) const {
    for (const exception_row& e : exceptions_)
      if (e.row == i) return e.asked;
    const std::size_t n = native_space(i);
    return {n, (n < earlier_.size() ? earlier_[n].seen : seen_)[i].where()};
  }

  /// Goes on in another space. `translate` says where a point of an earlier space (or the one that is left now) lies in the
  /// new one, or nothing if nowhere. Every trial is translated from where it was evaluated, so nothing wears off, and what one
  /// space can't express comes back in another.
  template <class Translate>
  void replace_space(std::shared_ptr<const domain> space, Translate&& translate) {
    const std::size_t leaving = earlier_.size();
    history rewritten(space->size());
    rewritten.supersede(seen_);
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      const placed from = original(i);
      std::optional<point> moved = translate(from);
      observation o = seen_[i];
      o.state = moved ? original_state(i) : trial_state::foreign;
      if (!moved) moved = point(space->size());
      o.unit = moved->unit;
      o.active = moved->active;
      const auto reports = seen_.reports(i);
      rewritten.append(o, {reports.begin(), reports.end()}, space->contains(*moved) && space->admits(*moved));
    }
    for (const pending_trial& p : seen_.pending()) {
      crossing* c = nullptr;
      for (crossing& known : crossings_)
        if (known.number == p.number) c = &known;
      if (c == nullptr) c = &crossings_.emplace_back(crossing{p.number, {leaving, p.where}, true});
      std::optional<point> moved = translate(c->asked);
      c->expressible = moved.has_value();
      rewritten.begin({p.number, moved ? std::move(*moved) : point(space->size()), p.reports});
    }
    std::vector<point> waiting;
    for (std::size_t i = queued_; i < queue_.size(); ++i)
      if (std::optional<point> moved = translate({leaving, queue_[i]});
          moved && space->contains(*moved) && space->admits(*moved))
        waiting.push_back(std::move(*moved));
    queue_ = std::move(waiting);
    queued_ = 0;
    earlier_.push_back({std::move(space_), std::move(seen_)});
    seen_ = std::move(rewritten);
    space_ = std::move(space);
  }

  /// The present space.
  [[nodiscard]] const domain& space() const noexcept { return *space_; }
  [[nodiscard]] const history& seen() const noexcept { return seen_; }
  [[nodiscard]] const study_options& options() const noexcept { return options_; }
  /// Number of trials asked or added so far.
  [[nodiscard]] std::size_t asked_count() const noexcept { return next_number_; }
  /// Why the first failed trial failed, or "".
  [[nodiscard]] const std::string& first_failure() const noexcept { return first_failure_; }
  /// A value as samplers see it, or back.
  [[nodiscard]] double signed_value(double value) const noexcept {
    return options_.direction == direction::minimize ? value : -value;
  }

  void request_stop() noexcept { stop_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool stop_requested() const noexcept { return stop_.load(std::memory_order_relaxed); }

 private:
  struct era {
    std::shared_ptr<const domain> space;
    history seen;  // when it was left
  };
  // A running trial that was asked in an earlier space.
  struct crossing {
    std::size_t number;
    placed asked;
    bool expressible;
  };
  // A told trial that had been such.
  struct exception_row {
    std::size_t row;
    placed asked;
    trial_state state;
  };

  // The space in which row i was told: rows keep their index when the space changes.
  [[nodiscard]] std::size_t native_space(std::size_t i) const noexcept {
    std::size_t n = 0;
    while (n < earlier_.size() && i >= earlier_[n].seen.size()) ++n;
    return n;
  }
  [[nodiscard]] trial_state original_state(std::size_t i) const noexcept {
    for (const exception_row& e : exceptions_)
      if (e.row == i) return e.state;
    const std::size_t n = native_space(i);
    return (n < earlier_.size() ? earlier_[n].seen : seen_)[i].state;
  }

  void record(observation& o, point where, std::vector<report> reports) {
    o.unit = where.unit;
    o.active = where.active;
    seen_.append(o, std::move(reports), space_->contains(where) && space_->admits(where));
  }

  // The sampler found no admitted point: look at random, then around points that are known to be admitted.
  bool repair(point& p, random& rng) {
    p = detail::random_point(*space_, rng, 10000);
    if (space_->admits(p)) return true;
    for (std::size_t tries = 0; tries < 10000 && seen_.size() > 0; ++tries) {
      p = seen_[static_cast<std::size_t>(rng.below(seen_.size()))].where();
      const std::size_t changes = 1 + static_cast<std::size_t>(rng.below(2));
      for (std::size_t c = 0; c < changes; ++c) {
        const auto k = static_cast<std::size_t>(rng.below(p.size()));
        p.unit[k] = rng.below(2) == 0 ? rng.uniform() : p.unit[k] + 0.1 * rng.normal();
      }
      space_->complete(p);
      if (space_->admits(p)) return true;
    }
    return false;
  }

  std::shared_ptr<const domain> space_;
  any_sampler sampler_;
  study_options options_;
  history seen_;
  std::vector<point> queue_;
  std::size_t queued_ = 0;
  std::size_t next_number_ = 0;
  std::size_t proposed_ = 0;
  std::string first_failure_;
  std::vector<era> earlier_;
  std::vector<crossing> crossings_;
  std::vector<exception_row> exceptions_;
  std::atomic<bool> stop_{false};
};

template <class Config>
class study;

/// A reason to stop a running trial.
class stop_condition {
 public:
  virtual ~stop_condition() = default;
  [[nodiscard]] virtual bool met() const = 0;
};

/// A running trial: what to evaluate, and where to report on the way. Move-only; ended by study::tell. A trial that is
/// destroyed untold is forgotten.
template <class Config>
class trial {
 public:
  trial(trial&&) noexcept = default;
  trial& operator=(trial&& other) noexcept {
    if (this != &other) {
      release();
      core_ = std::move(other.core_);
      number_ = other.number_;
      config_ = std::move(other.config_);
      stop_ = other.stop_;
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
  /// Keeps an intermediate value: the loss after `step` epochs, say. O(pending trials).
  void report(std::size_t step, double value) {
    if (core_) core_->keep_report(number_, {step, value});
  }
  /// Whether going on is of no use: somebody asked the study to stop, or what stop_when() was given says so.
  [[nodiscard]] bool should_stop() const {
    return (core_ && core_->stop_requested()) || (stop_ != nullptr && stop_->met());
  }
  /// One more reason to stop: a clock, say. For whoever runs the loop; `condition` must outlive the trial.
  void stop_when(const stop_condition& condition) noexcept { stop_ = &condition; }

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
  const stop_condition* stop_ = nullptr;
};

/// A configuration and what is known of it.
template <class Config>
struct candidate {
  Config config;
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
        core_(std::make_shared<study_core>(space_.shared_domain(), std::move(sampler), options)) {}

  /// The next trial; raises an error when the space is exhausted or no point keeps the constraints. Cost: the sampler's.
  [[nodiscard]] trial<Config> ask() { return try_ask().value(); }

  /// The next trial, or why there is none.
  [[nodiscard]] result<trial<Config>> try_ask() {
    result<study_core::asked> next = core_->ask();
    if (!next) return next.error();
    return trial<Config>(core_, next.value().number, space_.decode(next.value().where));
  }

  /// Ends a trial with a value, `pruned` or `failed`. `seconds` is what the objective took, where known. Raises an error if
  /// the trial was told before or belongs to another study.
  void tell(trial<Config>&& t, const outcome& out, double seconds = 0.0) {
    if (t.core_ != core_ || !core_->tell(t.number_, out, seconds))
      raise({error_code::invalid_use, "the trial told is not a running trial of this study", "study.tell"});
    t.core_.reset();
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
    core_->replace_space(space.shared_domain(), [&](const study_core::placed& old) -> std::optional<point> {
      result<point> moved = space.encode(decode(old), bounds::ignored);
      if (!moved) return std::nullopt;
      return std::move(moved).value();
    });
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

  /// The best *estimated* trial: under noise the lowest observation is the luckiest one, so the values are smoothed first
  /// (see estimate.hpp). Its value is the estimate. Raises an error when no trial is complete. O(min(trials, 200)^3).
  [[nodiscard]] candidate<Config> best_estimated() const {
    const history& seen = core_->seen();
    const std::optional<estimate> found = estimate_best(core_->space(), seen);
    if (!found) raise({error_code::invalid_use, no_best(), "study.best_estimated"});
    const observation o = seen[found->index];
    return {config(found->index), core_->signed_value(found->value), o.number};
  }

  /// Told and pending trials; copying it is a cheap snapshot. Values in it are to be minimised.
  [[nodiscard]] const history& trials() const noexcept { return core_->seen(); }
  [[nodiscard]] const knobless::space<Config>& space() const noexcept { return space_; }
  /// The untyped half.
  [[nodiscard]] const study_core& core() const noexcept { return *core_; }

  /// The configuration of the i-th told trial, as it was evaluated.
  [[nodiscard]] Config config(std::size_t i) const { return decode(core_->original(i)); }

  /// All told trials as comma-separated rows with a head: number, state, value, seconds, then a column a parameter (empty
  /// where inactive). O(trials * d).
  [[nodiscard]] std::string csv() const { return detail::csv(*core_); }

  /// Asks whoever runs this study to end after the current trial. From any thread.
  void request_stop() noexcept { core_->request_stop(); }
  [[nodiscard]] bool stop_requested() const noexcept { return core_->stop_requested(); }

 private:
  [[nodiscard]] Config decode(const study_core::placed& p) const {
    return (p.space < earlier_.size() ? earlier_[p.space] : space_).decode(p.where);
  }
  [[nodiscard]] std::string no_best() const {
    return "no trial is complete" +
           (core_->first_failure().empty() ? std::string{} : "; the first failure: " + core_->first_failure());
  }

  knobless::space<Config> space_;
  std::shared_ptr<study_core> core_;
  std::vector<knobless::space<Config>> earlier_;
};

template <class Config, class Sampler>
study(space<Config>, Sampler, study_options) -> study<Config>;
template <class Config, class Sampler>
study(space<Config>, Sampler) -> study<Config>;

}  // namespace knobless
