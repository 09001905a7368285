/// \file
/// Which points the constraints admit, as one ask may find out: within a budget of calls.
#pragma once

#include <cstddef>
#include <vector>

#include "../base/config.hpp"
#include "sampler.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// A uniform point, admitted or not; in the storage of `p`. O(d).
[[nodiscard]] inline point uniform_point(const domain& space, random_stream& rng, point p = {}) {
  p.unit.resize(space.size());
  for (double& u : p.unit) u = rng.uniform();
  space.complete(p);
  return p;
}

/// Asks the constraints, and counts how often. Knows points that are known to be admitted: told, running or queued.
class admission {
 public:
  /// For an ask: its constraint budget is shared by all that look for admitted points in it.
  explicit admission(const ask_context& context)
      : context_(context), budget_(context.constraints != nullptr ? *context.constraints : own_) {}
  admission(const admission&) = delete;
  admission& operator=(const admission&) = delete;

  /// Whether the constraints admit p, within the budget: false when that is used up. One call.
  [[nodiscard]] bool admits(const point& p) { return call() && space().admits(p); }
  /// How many of the constraints p keeps: none when the budget is used up. One call.
  [[nodiscard]] std::size_t kept(const point& p) { return call() ? space().kept(p) : 0; }
  /// Whether p is admitted, and was neither told nor asked. One call.
  [[nodiscard]] bool fresh(const point& p) { return admits(p) && !known(p); }
  /// Whether p was told or asked, or is queued.
  [[nodiscard]] bool known(const point& p) const { return context_.known(p); }

  /// Up to eight known points that are admitted: the best, and others at random. The first call takes up to 30 calls of the
  /// constraints.
  [[nodiscard]] const std::vector<point>& seeds();
  /// One of them at random. Only where there are some.
  [[nodiscard]] const point& any_seed();

  /// How many calls are left.
  [[nodiscard]] std::size_t left() const noexcept { return budget_.left; }
  /// How many were made in this ask.
  [[nodiscard]] std::size_t made() const noexcept { return budget_.made; }
  /// The space.
  [[nodiscard]] const domain& space() const noexcept { return context_.space; }
  /// The stream of this trial.
  [[nodiscard]] random_stream& rng() const noexcept { return context_.rng; }

 private:
  [[nodiscard]] bool call() noexcept {
    if (budget_.left == 0) return false;
    --budget_.left;
    ++budget_.made;
    return true;
  }

  const ask_context& context_;
  constraint_budget own_;
  constraint_budget& budget_;
  bool gathered_ = false;
  std::vector<point> seeds_;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "admission.ipp"
#endif
