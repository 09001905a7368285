/// \file
/// Training that is bought in pieces: how far each trial has come, and who goes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "../record/trial.hpp"
#include "../space/domain.hpp"
#include "../space/point.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// One trial's training, as far as it has come. Resources are counted in whole units (epochs, rounds, games).
struct training {
  point where;  ///< its configuration
  /// The resource reached and the value there, to be minimised, at the end of each leg.
  std::vector<report> curve;
  /// running: may go on. complete: has had all resources. pruned: will not go on. failed: a leg failed.
  trial_state state = trial_state::running;
  /// A leg of it was asked and not yet told.
  bool busy = false;

  /// What it has been trained so far.
  [[nodiscard]] std::size_t resource() const noexcept { return curve.empty() ? 0 : curve.back().step; }
  /// Its latest value; only after a leg.
  [[nodiscard]] double value() const noexcept { return curve.back().value; }
};

/// All that a promotion rule may look at.
struct promotion_context {
  const domain& space;               ///< that is searched
  std::span<const training> trials;  ///< in the order of their beginning
  std::size_t max_resource = 1;      ///< of a full training
  std::uint64_t seed = 0;            ///< of the search
  bool exhausted = false;            ///< there are no more new points
};

/// A piece of training: `trial` goes on until it has had `to` units in all.
struct leg {
  std::size_t trial = 0;  ///< the number of trials for a new one
  std::size_t to = 0;     ///< what it has had then
  /// Of a new trial; nothing: the study's sampler says.
  std::optional<point> where = std::nullopt;
};

/// Decides what is trained next, as a function of what it was told.
class promotion_rule {
 public:
  promotion_rule() = default;
  promotion_rule(const promotion_rule&) = delete;
  promotion_rule& operator=(const promotion_rule&) = delete;
  virtual ~promotion_rule() = default;

  /// The next leg. Nothing while it has to wait for busy trials; if none is busy, the search is over. Trials that will never
  /// go on are appended to `out`, each once. Asked again with `exhausted` where there was no point for a new trial.
  [[nodiscard]] virtual std::optional<leg> next(const promotion_context& context, std::vector<std::size_t>& out) = 0;
  /// A leg of this trial has ended, well or not.
  virtual void told(const promotion_context& context, std::size_t trial) = 0;
};

/// Rungs from max_resource downwards, each 1/factor of the one above, not below min_resource: in rising order.
[[nodiscard]] inline std::vector<std::size_t> geometric_rungs(std::size_t min_resource, std::size_t max_resource,
                                                              std::size_t factor) {
  std::vector<std::size_t> rungs;
  for (std::size_t divisor = 1;; divisor *= factor) {
    const std::size_t r = max_resource / divisor;
    if (r < min_resource || r < 1) break;
    rungs.insert(rungs.begin(), r);
    if (divisor > max_resource / factor) break;
  }
  return rungs;
}

}  // namespace knobless
