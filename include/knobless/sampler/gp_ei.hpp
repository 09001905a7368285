/// \file
/// Bayesian optimisation with a Gaussian process.
#pragma once

#include <memory>
#include <optional>

#include "../config.hpp"
#include "../sampler.hpp"

namespace knobless {

/// The expected improvement of a Gaussian process.
class gp_ei {
 public:
  gp_ei();
  gp_ei(gp_ei&&) noexcept;
  gp_ei& operator=(gp_ei&&) noexcept;
  ~gp_ei();

  [[nodiscard]] std::optional<point> ask(const ask_context& context);

  /// The told trial of the lowest posterior mean, and that mean. O(min(n, 400)^3).
  [[nodiscard]] std::optional<estimate> estimate_best(const domain& space, const history& seen) const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "gp_ei.ipp"
#endif
