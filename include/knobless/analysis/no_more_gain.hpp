/// \file
/// When a search should end because nothing is to be gained any more.
#pragma once

#include <optional>

#include "../base/config.hpp"
#include "../base/random.hpp"
#include "../sampler/gp_ei.hpp"
#include "stopping.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// For `run_options::stop_when`. A Gaussian process over the told trials, fitted afresh, says what is believed of the point
/// where one more trial is expected to improve on the best the most (gp_ei::expect). What is expected of the trials that are
/// left (as many as are told, where nobody knows) is what the largest of as many such improvements is expected to be at most,
/// whatever they have to do with each other: some standard deviations while little is known, and in the end, when
/// improvements are unlikely, the expected improvement times their number.
///
/// Worth going on is what is above the noise of a single answer, as the model learns it, or, where there is less noise, above
/// a thousandth of what the search has gained on the median of its first 20 values: it needs no unit and no error estimate.
/// Nothing is said before 20 trials, or 2 d + 10, are complete, nor while the best is no better than that median.
///
/// The same history and seed give the same answer. Whichever sampler searches, it says what could be gained, not what that one
/// would find. O(n^3) with n = min(told, 400), as an ask of gp_ei that learns; includes Eigen.
[[nodiscard]] std::optional<remaining_gain> no_more_gain(const stop_context& context);

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "no_more_gain.ipp"
#endif
