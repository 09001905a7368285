/// \file
/// What was observed: an append-only list of told trials, with copies that cost next to nothing, and the trials that are
/// still running.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "config.hpp"
#include "domain.hpp"
#include "point.hpp"
#include "trial.hpp"

namespace knobless {

/// A told trial, as a view into the history. Values are as samplers see them: smaller is better.
struct observation {
  std::size_t number = 0;                     ///< of the trial, in the order of asking
  trial_state state = trial_state::complete;  ///< never running
  bool has_value = false;                     ///< complete, or pruned or foreign with a value
  double value = 0.0;                         ///< to be minimised; 0 without a value
  double seconds = 0.0;                       ///< how long the objective took, where somebody measured it
  std::span<const double> unit;               ///< coordinates
  std::span<const unsigned char> active;      ///< the mask

  /// A copy of the point.
  [[nodiscard]] point where() const {
    point p;
    p.unit.assign(unit.begin(), unit.end());
    p.active.assign(active.begin(), active.end());
    return p;
  }
};

/// A trial that was asked and not yet told.
struct pending_trial {
  std::size_t number = 0;       ///< in the order of asking
  point where;                  ///< the point that was asked
  std::vector<report> reports;  ///< with values to be minimised
  bool stopped = false;         ///< a scheduler wants it stopped
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
  /// Changes whenever rows were rewritten instead of appended (another space, say): caches must then start afresh.
  [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }

  /// The i-th told trial. The view holds until the history and all its copies are gone. O(1).
  [[nodiscard]] observation operator[](std::size_t i) const noexcept;
  /// The intermediate values of the i-th told trial, to be minimised.
  [[nodiscard]] std::span<const report> reports(std::size_t i) const noexcept;

  /// Trials that were asked and not yet told, in the order of asking.
  [[nodiscard]] std::span<const pending_trial> pending() const noexcept { return pending_; }

  /// Index of the best observed complete trial whose point lies within the present bounds. O(1).
  [[nodiscard]] std::optional<std::size_t> best() const noexcept { return best_; }

  /// A trial begins. O(1) and the point.
  void begin(pending_trial asked);

  /// The pending trial of that number, or nullptr. O(pending).
  [[nodiscard]] pending_trial* find_pending(std::size_t number) noexcept;

  /// A pending trial is dropped without a trace. O(pending).
  void forget(std::size_t number);

  /// Appends a told trial; `inside` says whether its point lies within the present bounds (only such can be best).
  /// O(dimensions).
  void append(const observation& told, std::vector<report> reports = {}, bool inside = true);

  /// Says that this history replaces `older`, whose rows it has rewritten.
  void supersede(const history& older) noexcept { epoch_ = older.epoch_ + 1; }

 private:
  struct fields {
    std::size_t number = 0;
    double value = 0.0;
    double seconds = 0.0;
    trial_state state = trial_state::running;
    bool has_value = false;
  };
  struct block;

  std::size_t dimensions_ = 0;
  std::size_t size_ = 0;
  std::size_t complete_ = 0;
  std::size_t failures_ = 0;
  std::uint64_t epoch_ = 0;
  std::optional<std::size_t> best_;
  std::vector<std::shared_ptr<block>> blocks_;
  std::vector<pending_trial> pending_;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "history.ipp"
#endif
