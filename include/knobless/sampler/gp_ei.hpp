/// \file
/// Bayesian optimisation with a Gaussian process.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "../base/config.hpp"
#include "../model/constants.hpp"
#include "latin_hypercube.hpp"
#include "random_search.hpp"
#include "sampler.hpp"
#include "sobol.hpp"

namespace knobless::inline KNOBLESS_ABI {
namespace detail {
class gp_goals;
}  // namespace detail

/// For trials that are precious: some 10 to 500 of them. The next point is where a Gaussian process over the told trials
/// expects the largest improvement on the best of them (Jones, Schonlau and Welch, Efficient global optimization of expensive
/// black-box functions, 1998), as a logarithm (Ament et al., NeurIPS 2023). docs/gp_ei.md says where each number below comes
/// from, docs/refuted.md what measured worse.
/// - The first 8 points are the centre of the space and a Latin hypercube.
/// - Values are taken relative to their median in units of the good half's spread, bad ones bent towards a limit. A failed
///   trial is as bad as the worst, a pruned one no better than the median.
/// - Kernel: Matern 5/2 with a lengthscale for each parameter; categories are alike or not; conditional parameters are
///   compared where both points have them. The scale is integrated out; lengthscales and noise are the most probable ones,
///   with priors that move up with sqrt d. They are learnt anew at each of the first 40 asks, then after each twenty-fifth
///   part more trials. Each ask multiplies all lengthscales by a random factor, since the most probable ones are too sure of
///   themselves.
/// - The improvement is sought among 300 Sobol points and 300 around the five best; the best five of these climb.
///   Improvement is on the lowest posterior mean of the told points, which for deterministic objectives is the best value.
/// - Running trials are taken to give what the model expects, and to improve so far (kriging believer: Ginsbourger, Le Riche
///   and Carraro, Kriging is well-suited to parallelize optimization, 2010). No point is proposed twice while others are found.
/// - With several objectives, or limits that outcomes name: a Gaussian process for each of them, the expected improvement of the
///   hypervolume, and the probability that all limits are kept (sampler/gp_goals.hpp).
/// - From 200 trials on, lengthscales are learnt from half the best and half the latest of them; the model knows 400 at most.
///
/// What it proposes follows from the sequence of its asks: the hyperparameters start from those of the ask before. The same
/// seed gives the same points in every build. Cost: O(n^3 + 600 n d + n^2 (100 + climbs)), and O(30 n^2 (n + d)) where it
/// learns, with n = min(told, 400): a few milliseconds.
class gp_ei {
 public:
  /// For logs.
  static constexpr std::string_view name = "gp_ei";
  /// It proposes for several objectives, too.
  static constexpr bool several_objectives = true;

  gp_ei();
  /// With other constants, to measure what they are worth.
  explicit gp_ei(const detail::gp_ei_constants& constants);
  /// A copy begins anew: it derives from the history again what this one has.
  gp_ei(const gp_ei& other);
  gp_ei& operator=(const gp_ei& other);
  gp_ei(gp_ei&&) noexcept;
  gp_ei& operator=(gp_ei&&) noexcept;
  ~gp_ei();

  /// The next point.
  [[nodiscard]] std::optional<point> ask(const ask_context& context);

  /// Learns the hyperparameters from so many points at most, and never from more than 200: where an ask that learns must not
  /// take longer.
  void learn_from(std::size_t most) noexcept { most_learnt_ = most; }

  /// What study::best_estimated() gives: the told trial of the lowest posterior mean, and that mean. O(min(n, 400)^3).
  [[nodiscard]] std::optional<estimate> estimate_best(const domain& space, const history& seen) const;

  /// What is believed of the point where one more trial is expected to improve the most, in units of the values; all 0 where
  /// every point was tried.
  struct outlook {
    double lead = 0.0;  ///< by how much its mean is below the lowest posterior mean of the told trials; mostly negative
    double deviation = 0.0;  ///< of its value
    double noise = 0.0;      ///< standard deviation of the answers at one point
  };
  /// Nothing while fewer than 8 trials are complete. Lengthscales are 0.6 of the most probable ones, which are too sure of
  /// themselves. Depends on the history and the random stream alone. O(n^3), with
  /// n = min(told, 400): that of an ask that learns.
  [[nodiscard]] std::optional<outlook> expect(const ask_context& context) const;

 private:
  struct state;
  detail::gp_ei_constants constants_;
  std::size_t most_learnt_ = 200;  // NOLINT(readability-magic-numbers)
  std::unique_ptr<state> state_;
  std::unique_ptr<detail::gp_goals> goals_;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "gp_ei.ipp"
#endif
