/// \file
/// The untyped half of population-based training: who copies whom, and with which configuration it goes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "../base/config.hpp"
#include "../base/random.hpp"
#include "../record/history.hpp"
#include "../sampler/latin_hypercube.hpp"
#include "../sampler/random_search.hpp"
#include "../space/domain.hpp"
#include "../space/point.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// A population that is trained in intervals. After each, members of the worst quarter are replaced by copies of members of
/// the best quarter (truncation selection: Jaderberg et al., Population based training of neural networks, arXiv 1711.09846,
/// section 4.1.1), and these copies go on with configurations that a Gaussian process chooses: it has seen what each
/// configuration gained in an interval, at which time and from which value (Parker-Holder et al., Provably efficient online
/// hyperparameter optimization with population-based bandits, NeurIPS 2020: PB2). Values are to be minimised.
class population_core {
 public:
  /// A population of so many members, at a Latin hypercube's points.
  population_core(std::shared_ptr<const domain> space, std::size_t members, std::uint64_t seed);
  ~population_core();
  population_core(const population_core&) = delete;
  population_core& operator=(const population_core&) = delete;

  /// Number of members.
  [[nodiscard]] std::size_t size() const noexcept { return points_.size(); }
  /// With which configuration a member goes on.
  [[nodiscard]] const point& where(std::size_t member) const noexcept { return points_[member]; }
  /// A first guess: replaces a member's first configuration. Only before the first interval.
  void place(std::size_t member, point p) { points_[member] = std::move(p); }

  /// The interval is over, at this time: what each member's value is now; nothing where it failed. Returns for each member
  /// whose model it goes on with: its own or that of another one. O(replaced (candidates n + n^2) + n^3), n being at most
  /// 200 intervals of members.
  [[nodiscard]] std::vector<std::size_t> advance(double time, const std::vector<std::optional<double>>& values);

 private:
  struct model;
  [[nodiscard]] std::vector<point> candidates(const point& parent, random_stream& rng) const;

  std::shared_ptr<const domain> space_;
  std::uint64_t seed_;
  std::size_t intervals_ = 0;
  std::vector<point> points_;
  std::vector<std::optional<double>> before_;  // a member's value at the beginning of the interval
  std::unique_ptr<model> model_;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "population_core.ipp"
#endif
