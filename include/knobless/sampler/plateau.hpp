/// \file
/// What to propose while the values do not say where to go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "../base/config.hpp"
#include "../record/history_cursor.hpp"
#include "sampler.hpp"
#include "sobol.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Notices that the best value is that of at least half of the points told, that all values are alike but for rounding, or that
/// none has a value: an agent that never
/// scores, a solver that diverges, a loss that is clipped. A model of such values is flat, or has its optimum at a bound for no
/// reason, so the points of a Sobol sequence are proposed until a better value breaks the tie. The points that they add where
/// the value is worse break it, too: beside a staircase, a sampler and the sequence then take turns.
class plateau {
 public:
  /// Takes in what was told. O(d + log ties) a trial, O(ties) where a tie is inserted.
  void hear(const history& seen);
  /// Whether the values that were taken in say nothing.
  [[nodiscard]] bool flat() const noexcept;
  /// The next point of the sequence that is neither told, running nor queued where such a one is found. O(d).
  [[nodiscard]] std::optional<point> ask(const ask_context& context);

 private:
  // As long as the first designs of the samplers take.
  static constexpr std::size_t least_told = 8;
  // Values that agree in ten digits differ by what their computation left behind.
  static constexpr double rounding = 1e-10;

  history_cursor heard_;
  std::size_t complete_ = 0;
  double best_ = 0.0;
  double worst_ = 0.0;
  std::vector<std::uint64_t> ties_;  // hashes of the distinct points with the best value, sorted
  sobol sequence_;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "plateau.ipp"
#endif
