/// \file
/// The untyped half of a study.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "config.hpp"
#include "domain.hpp"
#include "error.hpp"
#include "history.hpp"
#include "sampler.hpp"
#include "scheduler.hpp"
#include "trial.hpp"

namespace knobless {

/// Options of a study.
struct study_options {
  /// The same seed gives the same trials.
  std::uint64_t seed = 0;
  knobless::direction direction = knobless::direction::minimize;  ///< which values are better
  /// What is proposed depends on what was told alone, and not on the seconds that it took.
  bool deterministic = false;
  /// Which trials should stop early, by what they report: median_stopping{}, say. By default none.
  any_scheduler scheduler = {};
};

/// The untyped half of a study: points instead of configurations. Samplers are asked here, outcomes are kept here.
/// One thread at a time, but for request_stop() and stop_requested().
class study_core {
 public:
  /// A search of `space` with `sampler`.
  study_core(std::shared_ptr<const domain> space, any_sampler sampler, study_options options);
  ~study_core();
  study_core(const study_core&) = delete;
  study_core& operator=(const study_core&) = delete;

  /// A trial that has begun.
  struct asked {
    std::size_t number;  ///< of the trial
    point where;         ///< what to evaluate
  };

  /// The next point: a queued one, else the sampler's. Errors: space_exhausted, no_admitted_point.
  [[nodiscard]] result<asked> ask();

  /// The same without a copy of the point: the running trial where it is kept, until the next ask, tell or drop.
  [[nodiscard]] result<const pending_trial*> next();

  /// Puts a point at the end of the queue of those to be asked first.
  void enqueue(point p) { queue_.push_back(std::move(p)); }
  /// How many points wait in the queue.
  [[nodiscard]] std::size_t queued() const noexcept { return queue_.size() - queued_; }

  /// Keeps an intermediate value of a running trial, and asks the scheduler about it. False if there is no such trial.
  bool keep_report(std::size_t number, report r);
  /// Whether the scheduler wants that running trial stopped. O(pending).
  [[nodiscard]] bool stopped(std::size_t number) const noexcept;

  /// The outcome of a running trial. False if there is no such trial.
  bool tell(std::size_t number, const outcome& out, double seconds = 0.0);

  /// A known result that no ask proposed.
  void add(point where, const outcome& out);

  /// Forgets a running trial. False if there is no such trial.
  bool drop(std::size_t number);

  /// Something that happened to this study. What it proposes is a function of these, its space, its sampler and its seed.
  struct event {
    /// What happened.
    enum class kind : unsigned char {
      asked,    ///< the sampler, for trial `number`
      queued,   ///< asked, and came from the queue
      refused,  ///< asked, and there was none: `number` is that of the next one
      told,
      added,
      dropped
    } what;              ///< which of these
    std::size_t number;  ///< of the trial
  };
  /// All of them, in order. The i-th row of the history is the i-th that is told or added.
  [[nodiscard]] std::span<const event> events() const noexcept { return events_; }
  /// Where the dropped trials were, in the order of dropping.
  [[nodiscard]] std::span<const point> dropped() const noexcept { return dropped_; }
  /// The points that are to be asked first.
  [[nodiscard]] std::span<const point> queue() const noexcept { return std::span(queue_).subspan(queued_); }

  /// A point of one of the spaces that this study has had; the present one is number spaces() - 1.
  struct placed {
    std::size_t space = 0;  ///< number of the space
    point where;            ///< the point in it
  };
  /// All told trials as comma-separated rows with a head, each with the values at which it was evaluated (RFC 4180).
  [[nodiscard]] std::string csv() const;

  /// How many spaces this study has had.
  [[nodiscard]] std::size_t spaces() const noexcept { return earlier_.size() + 1; }
  /// The n-th space that this study has had.
  [[nodiscard]] const domain& space(std::size_t n) const noexcept {
    return n < earlier_.size() ? *earlier_[n].space : *space_;
  }

  /// Where the i-th told trial was evaluated: its point in the space in which it was asked. O(spaces + d).
  [[nodiscard]] placed original(std::size_t i) const;

  /// Says where a point of one space lies in another, or nothing if nowhere.
  class translation {
   public:
    virtual ~translation() = default;
    /// The point in the new space; nothing where there is none.
    [[nodiscard]] virtual std::optional<point> apply(const placed& from) const = 0;
  };

  /// Goes on in another space. `translate` says where a point of an earlier space (or the one that is left now) lies in the
  /// new one, or nothing if nowhere. Every trial is translated from where it was evaluated, so nothing wears off, and what one
  /// space can't express comes back in another.
  void replace_space(std::shared_ptr<const domain> space, const translation& translate);

  /// The present space.
  [[nodiscard]] const domain& space() const noexcept { return *space_; }
  /// The told trial with the lowest estimated value; nothing where none is complete.
  [[nodiscard]] std::optional<estimate> estimate_best() const { return sampler_.estimate_best(*space_, seen_); }

  /// What the sampler has to say of what it did: a few lines, or "".
  [[nodiscard]] std::string explain() const { return sampler_.explain(seen_); }

  /// Told and pending trials.
  [[nodiscard]] const history& seen() const noexcept { return seen_; }
  /// As given.
  [[nodiscard]] const study_options& options() const noexcept { return options_; }
  /// Number of trials asked or added so far.
  [[nodiscard]] std::size_t asked_count() const noexcept { return next_number_; }
  /// Why the first failed trial failed, or "".
  [[nodiscard]] const std::string& first_failure() const noexcept { return first_failure_; }
  /// A value as samplers see it, or back.
  [[nodiscard]] double signed_value(double value) const noexcept {
    return options_.direction == direction::minimize ? value : -value;
  }

  /// Asks whoever runs this study to end. From any thread.
  void request_stop() noexcept { stop_.store(true, std::memory_order_relaxed); }
  /// Whether somebody has. From any thread.
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
  [[nodiscard]] std::size_t native_space(std::size_t i) const noexcept;
  [[nodiscard]] trial_state original_state(std::size_t i) const noexcept;

  void record(observation& o, const point& where, std::vector<report> reports);

  // The sampler found no admitted point: look at random, then around points that are known to be admitted.
  bool repair(point& p, random& rng);

  std::shared_ptr<const domain> space_;
  any_sampler sampler_;
  study_options options_;
  history seen_;
  point spare_;  // of the trial that ended last
  std::vector<point> queue_;
  std::size_t queued_ = 0;
  std::size_t next_number_ = 0;
  std::size_t proposed_ = 0;
  std::string first_failure_;
  std::vector<event> events_;
  std::vector<point> dropped_;
  std::vector<era> earlier_;
  std::vector<crossing> crossings_;
  std::vector<exception_row> exceptions_;
  std::atomic<bool> stop_{false};
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "study_core.ipp"
#endif
