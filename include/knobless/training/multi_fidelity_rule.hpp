/// \file
/// What to train next, by a model of all rungs.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "../base/config.hpp"
#include "../base/random.hpp"
#include "../model/parzen.hpp"
#include "../record/history.hpp"
#include "../sampler/latin_hypercube.hpp"
#include "../sampler/random_search.hpp"
#include "../sampler/sobol.hpp"
#include "promotion.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// One Gaussian process over configurations and rungs, whose target is the value at max_resource.
///
/// - *Rungs*: max_resource, a third of it, a ninth and a 27th, as far as min_resource allows. A trial leaves a value at each
///   that it passes.
/// - *One scale*: on every rung values are put into units of their good half's spread. Who reached a higher rung was chosen by
///   the lower one, so the median there is not the population's; but the regression on the value below is not biased by that
///   choice, and says where the population's lies. Its correlation is also the distance between the two rungs in the kernel,
///   so that a rung which misleads is far from all others.
/// - *New points* have the largest expected improvement at the top.
/// - *The first cut*: what a value at a rung would tell of that at the top is a posterior correlation c of the new point
///   itself. Screening m = max_resource / resource points for the price of one training, and training the best of them, is
///   worth c times the mean largest of m normal numbers; two full trainings, which cost as much, the mean larger of two. A new
///   trial begins on the rung where that is most, or goes straight to the top: where early values mislead, where curves cross,
///   and at the end of a search, when points differ by less than early values tell.
/// - *Equal shares*: screening and training to the top get the same resources. The trial that is promoted is the one with the
///   lowest expected value at the top.
/// - *Memory*: the 16 paused trials of the lowest expected values are kept, the others are released.
///
/// A leg costs O(n^3) for at most 250 values that the model knows, and O(n^2) for each of some hundred candidates.
class multi_fidelity_rule {
 public:
  /// 1 <= min_resource <= max_resource.
  multi_fidelity_rule(std::size_t min_resource, std::size_t max_resource);
  multi_fidelity_rule(multi_fidelity_rule&&) noexcept;
  multi_fidelity_rule& operator=(multi_fidelity_rule&&) noexcept;
  ~multi_fidelity_rule();

  /// See promotion_rule.
  [[nodiscard]] std::optional<leg> next(const promotion_context& context, std::vector<std::size_t>& out);
  /// See promotion_rule.
  void told(const promotion_context& context, std::size_t trial);

  /// The resources at which values are looked at, in rising order.
  [[nodiscard]] const std::vector<std::size_t>& rungs() const noexcept { return rungs_; }

 private:
  static constexpr std::size_t lowest_share = 27;  // the lowest rung is this part of a full training

  struct state;
  std::vector<std::size_t> rungs_;
  std::unique_ptr<state> state_;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "multi_fidelity_rule.ipp"
#endif
