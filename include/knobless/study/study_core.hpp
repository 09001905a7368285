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
#include <string_view>
#include <utility>
#include <vector>

#include "../base/config.hpp"
#include "../base/error.hpp"
#include "../base/random.hpp"
#include "../record/history.hpp"
#include "../record/outcome.hpp"
#include "../record/record.hpp"
#include "../record/record_keeper.hpp"
#include "../record/trial.hpp"
#include "../sampler/random_search.hpp"
#include "../sampler/sampler.hpp"
#include "../scheduler/scheduler.hpp"
#include "../space/domain.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Options of a study.
struct study_options {
  /// The same seed gives the same trials.
  std::uint64_t seed = 0;
  knobless::direction direction = knobless::direction::minimize;  ///< which values are better
  /// Several objectives, each with its direction: an `objectives`, say. Where there are none, the first complete trial says how
  /// many values there are, and `direction` is that of all of them.
  std::vector<objective_info> objectives = {};
  /// What is proposed depends on what was told alone, and not on the seconds that it took.
  bool deterministic = false;
  /// Which trials should stop early, by what they report: median_stopping{}, say. By default none.
  any_scheduler scheduler = {};
};

/// The untyped half of a study: points instead of configurations. Samplers are asked here, outcomes are kept here.
/// One thread at a time, but for request_stop() and stop_requested().
class study_core {
 public:
  /// A search of `space` with `sampler`. Raises an error where there are several objectives, and the sampler takes one, or a
  /// scheduler is given.
  study_core(std::shared_ptr<const domain> space, any_sampler sampler, study_options options);
  ~study_core();
  study_core(const study_core&) = delete;
  study_core& operator=(const study_core&) = delete;

  /// A trial that has begun.
  struct asked {
    std::size_t number;  ///< of the trial
    point where;         ///< what to evaluate
  };

  /// From now on `keeper` keeps what happens, and brings in what happened before. Only where nothing has happened yet: else
  /// raises an error, and so does what the keeper refuses.
  void keep_with(std::shared_ptr<record_keeper> keeper);
  /// Whether somebody keeps what happens.
  [[nodiscard]] bool kept() const noexcept { return keeper_ != nullptr; }
  /// Brings in what others have done, where a keeper knows of them.
  void look_around() {
    if (keeper_) keeper_->look_around(*this);
  }

  /// The next point: one to be asked again, a queued one, else the sampler's. Errors: space_exhausted, no_admitted_point.
  [[nodiscard]] result<asked> ask();

  /// The same without a copy of the point: the running trial where it is kept, until the next ask, tell or drop.
  [[nodiscard]] result<const pending_trial*> next();

  /// Puts a point at the end of the queue of those to be asked first.
  void enqueue(point p) {
    queue_.push_back(std::move(p));
    if (keeper_) keeper_->waits(*this, queue_.back());
  }
  /// How many points wait in the queue.
  [[nodiscard]] std::size_t queued() const noexcept { return queue_.size() - queued_; }

  /// A point that waits is not to be asked any more. O(queued).
  void forget_queued(const point& p);
  /// A running trial for which nobody stands is the next to be asked: with the same number, at the same point.
  void ask_again(std::size_t number) { again_.push_back(number); }
  /// How many trials have begun and were not dropped, without those that are to be asked again.
  [[nodiscard]] std::size_t out_and_told() const noexcept {
    return seen().size() + seen().pending().size() - again_.size();
  }
  /// No trial begins where so many have; 0: no limit.
  void begin_at_most(std::size_t trials) {
    most_ = trials;
    if (keeper_ && trials != 0) keeper_->begin_at_most(trials);
  }
  /// Whether as many trials have begun as may.
  [[nodiscard]] bool full() const noexcept { return most_ != 0 && out_and_told() >= most_; }
  /// Whether a trial at this point was told, is running or waits. O(trials * d).
  [[nodiscard]] bool knows(const point& p) const;

  /// Keeps an intermediate value of a running trial, and asks the scheduler about it. False if there is no such trial.
  bool keep_report(std::size_t number, report r);
  /// Whether the scheduler wants that running trial stopped. O(log pending).
  [[nodiscard]] bool stopped(std::size_t number) const noexcept;

  /// The scheduler as it is now, for that trial alone.
  [[nodiscard]] any_scheduler judge(std::size_t number) { return options_.scheduler.judge(number); }

  /// The outcome of a running trial. False if there is no such trial. Raises an error where it is the first one with several
  /// values, and the sampler takes one, or there is a scheduler, or a keeper whose study has not declared its objectives.
  bool tell(std::size_t number, const outcome& out, double seconds = 0.0);

  /// A known result that no ask proposed.
  void add(point where, const outcome& out);

  /// Forgets a running trial. False if there is no such trial.
  bool drop(std::size_t number);
  /// The same in a destructor: where memory runs out, or the scheduler throws, the trial stays a running one.
  void let_go(std::size_t number) noexcept;

  /// What happened before, from elsewhere: the trial begins that was asked then, at this point, and the sampler is not asked.
  void begin_again(record::event::kind how, point where);
  /// The sampler is asked as it was then for the trial that begins again next, so that it knows what it knew. What it proposes does
  /// not count. Cost: the ask's.
  void propose_again();
  /// The same of an ask that found nothing.
  void refuse_again() {
    record_.refuse();
    happened_now();
  }

  /// Goes on in another space. Told, running and queued points are translated; what that space can't express comes back in
  /// another. O(trials * d).
  void replace_space(std::shared_ptr<const domain> space, const record::translation& translate);

  /// The points that are to be asked first.
  [[nodiscard]] std::span<const point> queue() const noexcept { return std::span(queue_).subspan(queued_); }
  /// What happened.
  [[nodiscard]] const record& happened() const noexcept { return record_; }
  /// What happened, for those who hold its running trials.
  [[nodiscard]] record& happened() noexcept { return record_; }

  /// The present space.
  [[nodiscard]] const domain& space() const noexcept { return record_.space(); }
  /// The told trial with the lowest estimated value; nothing where none is complete.
  [[nodiscard]] std::optional<estimate> estimate_best() const { return sampler_.estimate_best(space(), seen()); }

  /// What the sampler has to say of what it did: a few lines, or "".
  [[nodiscard]] std::string explain() const { return sampler_.explain(seen()); }

  /// The sampler's name; "" where it has none.
  [[nodiscard]] std::string_view sampler_name() const noexcept { return sampler_.name(); }
  /// A new study of the same space, sampler and options, where nothing has happened yet to this one; nothing where the
  /// sampler can't be copied.
  [[nodiscard]] std::shared_ptr<study_core> anew() const;

  /// Told and pending trials.
  [[nodiscard]] const history& seen() const noexcept { return record_.seen(); }
  /// As given.
  [[nodiscard]] const study_options& options() const noexcept { return options_; }
  /// Number of trials asked or added so far.
  [[nodiscard]] std::size_t asked_count() const noexcept { return record_.begun(); }
  /// Why the first failed trial failed, or "".
  [[nodiscard]] const std::string& first_failure() const noexcept { return record_.first_failure(); }
  /// Why the latest ask that gave no point gave none, or "".
  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }
  /// A value as samplers see it, or back.
  [[nodiscard]] double signed_value(double value, std::size_t objective = 0) const noexcept {
    return record_.signed_value(value, objective);
  }

  /// Asks whoever runs this study to end. From any thread.
  void request_stop() noexcept { stop_.store(true, std::memory_order_relaxed); }
  /// Whether somebody has. From any thread.
  [[nodiscard]] bool stop_requested() const noexcept { return stop_.load(std::memory_order_relaxed); }

 private:
  // Whether a trial told at this point may be the best. Asks the user's constraints, so it comes before anything is changed.
  [[nodiscard]] bool eligible(const point& where) const { return space().contains(where) && space().admits(where); }

  // Raises an error where several objectives are too many.
  void check_objectives(std::size_t count) const;
  void check_objectives(const outcome& out) const;

  // What the sampler proposes. Where it throws, its state may be anything: it begins anew, and so does what it derives from
  // the history.
  std::optional<point> propose(random_stream& rng, bool& repeated, detail::constraint_budget& constraints);
  [[nodiscard]] result<point> replace(const point& proposed, detail::constraint_budget& constraints);
  [[nodiscard]] error_info refuse(error_info why);
  // One try of next(); nothing where another is needed.
  std::optional<result<const pending_trial*>> try_next();
  const pending_trial& begin(record::event::kind how, point where);
  void happened_now() noexcept {
    if (keeper_) keeper_->keep(*this);
  }

  // The context of the next ask.
  [[nodiscard]] ask_context context(random_stream& rng, bool& repeated, detail::constraint_budget& constraints) {
    return {space(), seen(),  rng,     options_.seed, proposed_,   asked_count(), options_.deterministic,
            &spare_, &known_, queue(), &repeated,     &constraints};
  }

  any_sampler sampler_;
  std::optional<any_sampler> unused_;  // a copy of the sampler, as it was given
  study_options options_;
  record record_;
  point spare_;  // of the trial that ended last
  detail::known_points known_;
  bool discrete_;  // every parameter is
  std::vector<point> queue_;
  std::size_t queued_ = 0;
  std::size_t proposed_ = 0;
  std::uint64_t refusals_ = 0;  // asks in a row that found no admitted point
  std::string refusal_;
  std::vector<std::size_t> again_;
  std::size_t most_ = 0;
  std::shared_ptr<record_keeper> keeper_;
  std::atomic<bool> stop_{false};
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "study_core.ipp"
#endif
