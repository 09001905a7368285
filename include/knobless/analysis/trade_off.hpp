/// \file
/// Several objectives: which trials are on the front, how good it is as a whole, and which of them to use.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../base/config.hpp"
#include "../record/history.hpp"
#include "../record/record.hpp"
#include "../space/domain.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Which trial of a front: the one where a little more of one objective begins to cost much of another.
struct knee_t {};
/// `result.compromise(knobless::knee)`
inline constexpr knee_t knee{};

namespace detail {

/// A told trial and its values, which are to be minimised: observed or estimated.
struct valued_row {
  std::size_t row = 0;
  std::vector<double> values;
};

/// The complete trials within the present bounds that keep all limits and that no other such trial is better than, in the
/// order of telling; all of several that are equal. With one objective those with the lowest value. O(n log n) for up to three
/// objectives, O(n front) for more.
[[nodiscard]] std::vector<valued_row> observed_front(const history& seen);

/// The same of estimated values: under noise an observed front is made of lucky trials, so that each objective is smoothed first
/// as estimate_best() does. Where an objective shows no noise, as observed. Of more than 200 trials, those nearest to the front.
/// O(objectives min(n, 200)^3).
[[nodiscard]] std::vector<valued_row> estimated_front(const domain& space, const history& seen);

/// The volume of the space of values that a front is better in than `reference`, whose values are to be minimised. Points that
/// are not better than it in all objectives add nothing.
[[nodiscard]] double front_volume(std::span<const valued_row> front, std::span<const double> reference);

/// Which point of a front loses least, when each value is how far it is above the front's lowest, in units of the front's range:
/// by the largest weighted loss, and a twentieth of the sum of all (the augmented Chebyshev function of Steuer and Choo,
/// Mathematical Programming 26, 1983; 0.05 after Knowles, ParEGO, IEEE TEVC 10(1), 2006, eq. 2), which has an answer on each
/// part of a front, bent in or out. Nothing where the front is empty. O(front objectives).
[[nodiscard]] std::optional<std::size_t> compromise_of(std::span<const valued_row> front,
                                                       std::span<const double> weights);

/// The point that lies farthest below the plane through the front's ends, as units of the front's range see it (Das, On
/// characterizing the "knee" of the Pareto curve based on normal-boundary intersection, Structural Optimization 18, 1999).
/// Nothing where the front is empty. O(front objectives).
[[nodiscard]] std::optional<std::size_t> knee_of(std::span<const valued_row> front);

/// Weights that can't be used, in words; "" for those that can.
[[nodiscard]] std::string weights_fault(std::span<const double> weights, std::size_t objectives);

/// What is given up by this point of a front: "loss 0.12, and the front reaches 0.1 (trial 5); ...".
[[nodiscard]] std::string given_up_text(const record& happened, std::span<const valued_row> front, std::size_t chosen);

/// Why a search has no best trial, as a sentence: nothing is complete, or nothing keeps all limits, and then which trial comes
/// closest. O(trials limits).
[[nodiscard]] std::string no_best_text(const record& happened);

}  // namespace detail
}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "trade_off.ipp"
#endif
