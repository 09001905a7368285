/// \file
/// What was observed: an append-only list of told trials, with copies that cost next to nothing, and the trials that are
/// still running.
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
#include "../base/elementary.hpp"
#include "../space/domain.hpp"
#include "../space/point.hpp"
#include "trial.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// A limit that only the run of a trial tells.
struct limit_kind {
  std::string name;    ///< as outcomes say it
  bool graded = true;  ///< false: trials say only whether it is kept (-1) or broken (1)
};

namespace detail {
/// Whether a limit measured as `amount` is broken. NaN, which stands for a limit that was not measured, breaks nothing.
[[nodiscard]] inline bool breaks(double amount) noexcept { return amount > 0.0 && !elementary::is_nan(amount); }
}  // namespace detail

/// A told trial, as a view into the history. Values are as samplers see them: smaller is better.
struct observation {
  std::size_t number = 0;                     ///< of the trial, in the order of asking
  trial_state state = trial_state::complete;  ///< never running
  bool has_value = false;                     ///< complete, or pruned or foreign with a value
  double value = 0.0;                         ///< to be minimised, the first of several; 0 without a value
  double seconds = 0.0;                       ///< how long the objective took, where somebody measured it
  std::span<const double> unit;               ///< coordinates
  std::span<const unsigned char> active;      ///< the mask
  std::span<const double> given = {};         ///< as point::given
  bool inside = true;                         ///< the point keeps the bounds and constraints, and so may be the best
  std::span<const double> values =
      {};  ///< where there are several objectives: one for each, to be minimised; else empty
  /// In the order of history::limit_kinds(): kept when <= 0, NaN where unknown. Kinds that were named later are not in it: see
  /// history::limit().
  std::span<const double> limits = {};
  bool feasible = true;  ///< it keeps all limits that are known of it, and so may be the best

  /// The point, without a copy; holds as long as this does.
  [[nodiscard]] point_view place() const noexcept { return {unit, active}; }
  /// A copy of the point.
  [[nodiscard]] point where() const {
    point p;
    p.unit.assign(unit.begin(), unit.end());
    p.active.assign(active.begin(), active.end());
    p.given.assign(given.begin(), given.end());
    return p;
  }
};

/// A trial that was asked and not yet told.
struct pending_trial {
  std::size_t number = 0;       ///< in the order of asking
  point where;                  ///< the point that was asked
  std::vector<report> reports;  ///< with values to be minimised
  bool stopped = false;         ///< a scheduler wants it stopped
  bool held = false;            ///< some trial<Config> stands for it
  double seconds = 0.0;         ///< what it has taken so far, where somebody measured it
};

/// Told trials in the order of telling, and pending ones in the order of asking.
///
/// Copies share the stored rows: a snapshot costs O(size / 128 + pending). A snapshot may be read by another thread while
/// the original grows.
class history {
 public:
  /// An empty history of points with so many coordinates.
  explicit history(std::size_t dimensions = 0);
  history(const history&);
  history(history&&) noexcept;
  history& operator=(const history&);
  history& operator=(history&&) noexcept;
  ~history();

  /// Coordinates of a point.
  [[nodiscard]] std::size_t dimensions() const noexcept { return dimensions_; }
  /// Number of told trials.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Number of told trials that are complete.
  [[nodiscard]] std::size_t complete() const noexcept { return complete_; }
  /// Number of told trials that failed.
  [[nodiscard]] std::size_t failures() const noexcept { return failures_; }
  /// Number of told trials that are complete, lie within the present bounds and keep all limits.
  [[nodiscard]] std::size_t feasible() const noexcept { return feasible_; }
  /// How many values a complete trial has: as declared, else as many as the first one had; 1 before.
  [[nodiscard]] std::size_t objectives() const noexcept { return objectives_; }
  /// The limits that trials have named so far, in the order of naming.
  [[nodiscard]] std::span<const limit_kind> limit_kinds() const noexcept {
    return kinds_ ? std::span<const limit_kind>(*kinds_) : std::span<const limit_kind>();
  }
  /// What is known of a limit in the i-th told trial: kept when <= 0, NaN where unknown. A complete trial that does not name
  /// one that is not graded keeps it. O(1).
  [[nodiscard]] double limit(std::size_t i, std::size_t kind) const noexcept;
  /// Changes whenever rows were rewritten instead of appended (another space, say): caches must then start afresh.
  [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }

  /// The i-th told trial. The view holds until the history and all its copies are gone. O(1).
  [[nodiscard]] observation operator[](std::size_t i) const noexcept;
  /// The intermediate values of the i-th told trial, to be minimised.
  [[nodiscard]] std::span<const report> reports(std::size_t i) const noexcept;

  /// Trials that were asked and not yet told, in the order of asking.
  [[nodiscard]] std::span<const pending_trial> pending() const noexcept { return pending_; }

  /// Index of the best observed complete trial whose point lies within the present bounds and that keeps all limits; nothing
  /// where there is none, and where there are several objectives. O(1).
  [[nodiscard]] std::optional<std::size_t> best() const noexcept { return best_; }

  /// A trial begins. O(1) and the point.
  void begin(pending_trial asked);

  /// The pending trial of that number, or nullptr. O(log pending).
  [[nodiscard]] const pending_trial* find_pending(std::size_t number) const noexcept;
  /// The same, to be changed.
  [[nodiscard]] pending_trial* find_pending(std::size_t number) noexcept {
    return const_cast<pending_trial*>(std::as_const(*this).find_pending(number));
  }

  /// A pending trial is dropped without a trace. O(pending).
  void forget(std::size_t number);

  /// What only some told trials have.
  struct extras {
    std::vector<double> given;   ///< as point::given
    std::vector<double> values;  ///< as observation::values
    std::vector<double> limits;  ///< as observation::limits
    /// Whether there is nothing.
    [[nodiscard]] bool empty() const noexcept { return given.empty() && values.empty() && limits.empty(); }
  };

  /// Appends a told trial with its values and limits. O(dimensions).
  void append(const observation& told, std::vector<report> reports = {}) {
    extras more{{told.given.begin(), told.given.end()},
                {told.values.begin(), told.values.end()},
                {told.limits.begin(), told.limits.end()}};
    append(told, reports, more);
  }
  /// The same, and takes what `reports` and `more` hold, which stand for what `told` has of these. O(dimensions).
  void append(const observation& told, std::vector<report>& reports, extras& more);

  /// After this the next append() does not fail: one with extras, or one without. O(1), but a block's copy where a snapshot was
  /// appended to.
  void make_room(bool with_extras);

  /// Trials are to have so many values. Before the first complete one.
  void expect_objectives(std::size_t count) noexcept { objectives_ = count; }
  /// The limits that the next trial may have: those there are, and new ones behind them.
  void name_limits(std::vector<limit_kind> all) {
    kinds_ = std::make_shared<const std::vector<limit_kind>>(std::move(all));
  }
  /// The same, shared with another history; null: none.
  void name_limits(std::shared_ptr<const std::vector<limit_kind>> all) noexcept { kinds_ = std::move(all); }
  /// As given to name_limits().
  [[nodiscard]] std::shared_ptr<const std::vector<limit_kind>> shared_limit_kinds() const noexcept { return kinds_; }

  /// Says that this history replaces `older`, whose rows it has rewritten.
  void supersede(const history& older) noexcept { epoch_ = older.epoch_ + 1; }

 private:
  struct fields {
    std::size_t number = 0;
    double value = 0.0;
    double seconds = 0.0;
    trial_state state = trial_state::running;
    bool has_value = false;
    bool inside = true;
    bool feasible = true;
  };
  struct block;

  std::size_t dimensions_ = 0;
  std::size_t size_ = 0;
  std::size_t complete_ = 0;
  std::size_t failures_ = 0;
  std::size_t feasible_ = 0;
  std::size_t objectives_ = 1;
  std::uint64_t epoch_ = 0;
  std::optional<std::size_t> best_;
  std::vector<std::shared_ptr<block>> blocks_;
  std::vector<pending_trial> pending_;
  std::shared_ptr<const std::vector<limit_kind>> kinds_;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "history.ipp"
#endif
