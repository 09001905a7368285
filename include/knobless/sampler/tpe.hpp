/// \file
/// The tree-structured Parzen estimator.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>

#include "../base/config.hpp"
#include "../model/constants.hpp"
#include "../model/parzen.hpp"
#include "latin_hypercube.hpp"
#include "random_search.hpp"
#include "sampler.hpp"
#include "sobol.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// TPE (Bergstra et al., Algorithms for hyper-parameter optimization, NeurIPS 2011), multivariate, as Watanabe recommends
/// (Tree-structured Parzen estimator, arXiv 2304.11127), with changes that measured better on our suite (docs/refuted.md has
/// the ones that did not).
///
/// The told trials are split into the best 15 % (at most 25) and the rest. Each side is a mixture of product kernels; the next
/// point is, of 24 drawn around the good ones, the one with the largest ratio of the two densities. In detail:
/// - The first 10 points are the centre of the space (who sets bounds by hand puts the best guess in the middle) and a Latin
///   hypercube.
/// - A kernel is as wide as 0.7 times the larger gap to its neighbours in that dimension, the bounds among them, and no
///   narrower than 0.03 (Watanabe 2023) or half a level of a discrete parameter.
/// - Kernels of the good side weigh as much as they improve on the best of the rest (EI weights); the flat prior weighs as
///   much as their mean.
/// - A candidate takes each coordinate, with even odds, from its own kernel or from another good one. Independent dimensions
///   then combine what several good trials found; the joint ratio throws out combinations that do not go together.
/// - Running trials count as bad, so that parallel asks spread. Failed trials are the worst of all, pruned ones lie between
///   them and complete ones.
/// - Where all active parameters are discrete, a point that was asked before is not proposed again as long as others are
///   found.
/// - While the values say nothing (sampler/plateau.hpp), points of Sobol's sequence are proposed.
///
/// - With several objectives, or limits that outcomes name, trials are ordered by constrained domination
///   (sampler/goal_order.hpp), and the good ones weigh the same (Ozaki et al., Multiobjective tree-structured Parzen estimator,
///   GECCO 2020). The order and the sides are made anew at
///   each ask: O(n d log n) more.
///
/// An ask costs O(24 n d) flops for n told trials and a tell O(d log n), both without allocation in the steady state but for
/// the point.
class tpe {
 public:
  /// For logs.
  static constexpr std::string_view name = "tpe";
  /// It proposes for several objectives, too.
  static constexpr bool several_objectives = true;

  tpe();
  /// With other constants, to measure what they are worth.
  explicit tpe(const detail::tpe_constants& constants);
  /// A copy begins anew: it derives from the history again what this one has.
  tpe(const tpe& other);
  tpe& operator=(const tpe& other);
  tpe(tpe&&) noexcept;
  tpe& operator=(tpe&&) noexcept;
  ~tpe();

  /// The next point.
  [[nodiscard]] std::optional<point> ask(const ask_context& context);

  /// Takes in what was told since, `most` trials at most. An ask does it with all of them: this is for whoever would rather
  /// not have the next one wait for that. O(d log n) for each.
  void hear(const history& seen, const domain& space, std::size_t most = (std::numeric_limits<std::size_t>::max)());
  /// How many told trials it has taken in. O(1).
  [[nodiscard]] std::size_t heard() const noexcept;

 private:
  class state;
  [[nodiscard]] state& present(const history& seen, const domain& space);

  detail::tpe_constants constants_;
  std::unique_ptr<state> state_;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "tpe.ipp"
#endif
