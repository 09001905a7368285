/// \file
/// How CMA-ES starts again: BIPOP's turns of large and small populations.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "../../base/elementary.hpp"
#include "../../base/random.hpp"

#include "../../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail::cma {

/// How a run begins.
struct run_plan {
  double sigma_factor = 1.0;    ///< of the first deviation
  std::size_t population = 0;   ///< points of a generation
  std::size_t generations = 0;  ///< that it may last at most; 0: no limit of its own
};

/// BIPOP (Hansen, GECCO 2009 workshop, section 2): runs with a population that doubles each time, and in between runs with small
/// ones and small steps, until both kinds have had the same number of evaluations.
class restarts {
 public:
  /// The next run, after one that took so many evaluations; `smallest` is the population of the first run. The run before the
  /// first restart counts for neither kind.
  [[nodiscard]] run_plan next(std::size_t evaluations, std::size_t smallest, random_stream& rng) {
    if (restarts_ > 0) (large_ ? spent_large_ : spent_small_) += evaluations;
    ++restarts_;
    large_ = spent_large_ <= spent_small_;
    return large_ ? large(smallest) : narrow(smallest, rng);
  }

 private:
  // Twenty doublings are a population of a million times the first.
  static constexpr std::size_t most_doublings = 20;

  [[nodiscard]] double doubled() const noexcept {
    return static_cast<double>(std::uint64_t{1} << (std::min)(doublings_, most_doublings));
  }

  [[nodiscard]] run_plan large(std::size_t smallest) {
    ++doublings_;
    return {1.0, static_cast<std::size_t>(static_cast<double>(smallest) * doubled()), 0};
  }

  // lambda_s = lambda_default (lambda_l / (2 lambda_default))^(U^2), sigma_s = sigma_0 10^(-2 U), and at most half of the
  // evaluations that the large runs have had.
  [[nodiscard]] run_plan narrow(std::size_t smallest, random_stream& rng) const {
    const double u = rng.uniform();
    const double factor = elementary::exp(u * u * elementary::log(0.5 * doubled()));
    const auto population = static_cast<std::size_t>(static_cast<double>(smallest) * factor);
    const double shrink = elementary::exp(-2.0 * rng.uniform() * elementary::log(10.0));
    return {shrink, population, spent_large_ / 2 / population + 1};
  }

  std::size_t restarts_ = 0;
  bool large_ = true;
  std::size_t doublings_ = 0;
  std::size_t spent_large_ = 0;  // evaluations
  std::size_t spent_small_ = 0;
};

}  // namespace knobless::detail::cma

#include "../../base/strict_end.inc"
