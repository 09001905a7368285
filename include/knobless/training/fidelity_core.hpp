/// \file
/// The untyped half of a search in which trials are trained piece by piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../base/config.hpp"
#include "../base/random.hpp"
#include "../model/estimate.hpp"
#include "../record/history.hpp"
#include "../record/outcome.hpp"
#include "../record/record.hpp"
#include "../record/termination.hpp"
#include "../record/trial.hpp"
#include "../sampler/random_search.hpp"
#include "../sampler/sampler.hpp"
#include "../space/domain.hpp"
#include "promotion.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Trials, their legs, and what they cost, kept in a record as a study keeps it. A rule says who goes on; new points come from the rule or from a sampler, which
/// sees the values at the highest resource that enough trials have reached (as BOHB's model does: Falkner, Klein and Hutter,
/// ICML 2018). Values in it are to be minimised; those that are told are in the user's direction.
class fidelity_core {
 public:
  /// How much there is to train.
  struct options {
    std::size_t max_resource = 1;  ///< of a full training
    /// No leg is begun that would make it more, in units of the resource.
    std::size_t budget = 0;
    std::uint64_t seed = 0;                                         ///< the same seed gives the same search
    knobless::direction direction = knobless::direction::minimize;  ///< which values are better
  };
  /// A search of `space` in which `rule` decides who goes on.
  fidelity_core(std::shared_ptr<const domain> space, any_promotion_rule rule, any_sampler sampler,
                const options& chosen);

  /// A first guess, which is begun before the sampler is asked.
  void enqueue(point p) { queue_.push_back(std::move(p)); }

  /// A leg: a trial is trained from one resource to another.
  struct piece {
    std::size_t trial = 0;  ///< its number
    std::size_t from = 0;   ///< 0: a new trial
    std::size_t to = 0;     ///< what it has had then
  };
  /// The next leg. Nothing while it has to wait for busy trials; if none is busy, the search is over. Raises an error where the
  /// rule wants what can't be: a trial that is busy or has ended, or that has had as much already.
  [[nodiscard]] std::optional<piece> ask();

  /// Why ask() gave nothing while no trial was busy.
  [[nodiscard]] termination ending() const noexcept { return over_ ? termination::budget_spent : no_point_; }

  /// A busy trial's leg has ended with this value, after so many seconds; `failed` and values that are not finite end the
  /// trial.
  void tell(std::size_t trial, const outcome& told, double seconds = 0.0);
  /// The search is over: trials that could have gone on will not.
  void close();

  /// What happened: a trial begins, legs of it, a report at the end of each, and how it ended.
  [[nodiscard]] const record& happened() const noexcept { return record_; }
  /// First guesses that were not yet begun.
  [[nodiscard]] std::span<const point> queue() const noexcept { return std::span(queue_).subspan(queued_); }
  /// As given.
  [[nodiscard]] const options& chosen() const noexcept { return options_; }
  /// The legs that are busy, in the order of their trials. O(trials).
  [[nodiscard]] std::vector<piece> busy_pieces() const;
  /// The values at the highest resource that at least so many trials have reached; nothing where none has.
  [[nodiscard]] const history* level_with(std::size_t enough) const noexcept;

  /// The trials that ask() and tell() have found to be of no more use, since the last call: pruned, failed, or complete
  /// and not the best. Each is named once; the best one is not among them. Should it fail later, one that was named here may
  /// be the best again.
  [[nodiscard]] std::vector<std::size_t> released();

  /// All trials, in the order of their beginning.
  [[nodiscard]] std::span<const training> trials() const noexcept { return trials_; }
  /// The space that is searched.
  [[nodiscard]] const domain& space() const noexcept { return *space_; }
  /// What a full training takes.
  [[nodiscard]] std::size_t max_resource() const noexcept { return options_.max_resource; }
  /// Resources of all legs that were asked.
  [[nodiscard]] std::size_t spent() const noexcept { return spent_; }
  /// Legs that were asked and not yet told.
  [[nodiscard]] std::size_t busy() const noexcept { return busy_; }
  /// Trials that failed.
  [[nodiscard]] std::size_t failures() const noexcept { return record_.seen().failures(); }
  /// Why the first failed leg failed, or "".
  [[nodiscard]] const std::string& first_failure() const noexcept { return record_.first_failure(); }
  /// The trial with the lowest value at the highest resource that any has reached.
  [[nodiscard]] std::optional<std::size_t> best() const noexcept { return best_; }

 private:
  struct level {
    std::size_t resource;
    history seen;
  };

  [[nodiscard]] promotion_context context() const {
    return {*space_, trials_, options_.max_resource, options_.seed, exhausted_};
  }
  void refuse_impossible(const leg& wanted) const;
  void check_released(std::span<const std::size_t> out) const;
  [[nodiscard]] std::optional<point> propose();
  [[nodiscard]] std::optional<point> admitted(point p);
  void end(std::size_t trial, trial_state state, const outcome& told);
  void fail(std::size_t trial, const outcome& out, double seconds);
  void compare(std::size_t trial);
  [[nodiscard]] history& at_level(std::size_t resource);
  void release(std::size_t trial);
  [[nodiscard]] bool better(std::size_t trial) const noexcept;

  std::shared_ptr<const domain> space_;
  any_promotion_rule rule_;
  any_sampler sampler_;
  options options_;
  record record_;
  std::vector<training> trials_;
  std::vector<level> levels_;  // in rising order
  std::size_t shown_ = 0;      // the resource whose values the sampler saw last
  std::vector<std::size_t> asked_to_;
  std::vector<std::size_t> released_;
  std::vector<bool> gone_;  // trials that were released
  std::vector<point> queue_;
  std::size_t queued_ = 0;
  std::size_t proposed_ = 0;
  std::size_t spent_ = 0;
  std::size_t busy_ = 0;
  bool exhausted_ = false;                           // no new points
  bool over_ = false;                                // no more budget
  termination no_point_ = termination::trials_done;  // why there were no new points, where there were none
  std::optional<std::size_t> best_;
};

/// Of the trials that were trained furthest, the one with the lowest smoothed value, as estimate_best has it for a history: its
/// number and that value. Nothing where no trial has a value. O(min(n, 200)^3) for n such trials.
[[nodiscard]] std::optional<estimate> estimate_best(const domain& space, std::span<const training> trials);

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "fidelity_core.ipp"
#endif
