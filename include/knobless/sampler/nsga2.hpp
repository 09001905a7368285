/// \file
/// The nondominated sorting genetic algorithm.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "../base/config.hpp"
#include "random_search.hpp"
#include "sampler.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// NSGA-II (Deb, Pratap, Agarwal and Meyarivan, IEEE Transactions on Evolutionary Computation 6(2), 2002) for a thousand trials and
/// more with several objectives, and for limits that outcomes name. docs/measured.md has the figures.
/// - The first 20 points are the centre of the space and a Latin hypercube.
/// - The population are the best of all told trials by constrained domination (sampler/goal_order.hpp): a tenth of them, from 20 to
///   100. They are chosen anew whenever a fifth as many were told.
/// - Parents win a tournament of two. Numbers are crossed by simulated binary crossover, seven of ten, and mutated polynomially,
///   one of a point on average; categories come from either parent, or are drawn anew.
///
/// An ask costs O(d), a tell O(log population) on average with up to three objectives.
class nsga2 {
 public:
  /// For logs.
  static constexpr std::string_view name = "nsga2";
  /// It proposes for several objectives, too.
  static constexpr bool several_objectives = true;

  /// With nothing heard.
  nsga2();
  /// A copy begins anew: it derives from the history again what this one has.
  nsga2(const nsga2& other);
  /// The same.
  nsga2& operator=(const nsga2& other);
  /// Takes what the other has derived; it must not be asked again.
  nsga2(nsga2&&) noexcept;
  /// The same.
  nsga2& operator=(nsga2&&) noexcept;
  ~nsga2();

  /// The next point.
  [[nodiscard]] std::optional<point> ask(const ask_context& context);

 private:
  class state;
  std::unique_ptr<state> state_;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "nsga2.ipp"
#endif
