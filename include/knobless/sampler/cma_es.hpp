/// \file
/// CMA-ES with restarts, for a few hundred to a million evaluations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "../base/config.hpp"
#include "../model/search_distribution.hpp"
#include "cma/categories.hpp"
#include "cma/coordinates.hpp"
#include "cma/generation.hpp"
#include "cma/known_values.hpp"
#include "cma/noise_probe.hpp"
#include "cma/quadratic_helper.hpp"
#include "cma/restarts.hpp"
#include "cma/termination.hpp"
#include "plateau.hpp"
#include "sampler.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// The covariance matrix adaptation evolution strategy (Hansen's tutorial, arXiv 1604.00772; see search_distribution.hpp), for
/// objectives cheap enough for a few hundred to a million evaluations, in up to 1000 dimensions. What it adds:
///
/// - Restarts (BIPOP: Hansen, GECCO 2009) when a run has converged or stalls, with larger populations, or smaller ones and
///   smaller steps. The best is never lost: the history has it.
/// - A quadratic helper up to 20 numeric dimensions (lq-CMA-ES: Hansen, GECCO 2019): a linear, diagonal or full quadratic
///   function through what was told ranks a generation, evaluations go to its favourites, and as soon as it ranks as the
///   objective does (Kendall's tau of 0.8) it stands in for the rest. Its minimum takes part. Worth a factor of 2 to 3.
/// - Bounds: points are projected onto the space for evaluation, the mean is kept inside; so optima on a bound are found.
/// - Integers keep a margin, so that they do not freeze, and count as the middle of their cell once they changed; categories
///   have distributions of their own (CatCMA with margin: Hamano et al., GECCO 2025). What is inactive drifts.
/// - Noise: one trial, after two generations, asks the best point again; where the values differ generations become twice as
///   large.
/// - Where all parameters are discrete, no point is evaluated twice but the one that asks for noise.
/// - While the values say nothing (sampler/plateau.hpp), points of Sobol's sequence are proposed.
/// - Beyond 200 dimensions variances alone are learnt (sep-CMA-ES).
///
/// The first point is the centre of the space, unless something was told or asked before: then the best of that is the first
/// mean; of 30 and more told trials the best tenth says mean and deviations (a warm start). Trials may be told in any order,
/// late, or never: a generation is complete when as many were told as it has members, further asks meanwhile count for the
/// next one. Failed trials are the worst. A better point from elsewhere takes part.
///
/// Without the helper an ask and tell cost O(d^2) and allocate nothing but the point; with it, O(d^4) a fit as a rule (0.3 ms in 20
/// dimensions), O(d^6) where its factor begins anew (2.5 ms).
class cma_es {
 public:
  /// For logs.
  static constexpr std::string_view name = "cma_es";

  /// The next point.
  [[nodiscard]] std::optional<point> ask(const ask_context& context);

  /// Leaves the quadratic helper out while it is true: where the objective takes less time than the helper does.
  void economise(bool yes) noexcept { economical_ = yes; }

  /// Whether the quadratic helper ranked the latest complete generation as the objective does, so that the search goes on as
  /// fast as such a function lets it.
  [[nodiscard]] bool ranks_well() const noexcept { return ranks_well_ && helped(); }

 private:
  void clear(const ask_context& context);
  void begin(const ask_context& context);
  void begin_run(std::span<const double> mean, double sigma, std::size_t population);
  void restart(const ask_context& context);
  void hear(const ask_context& context);
  void fill(const ask_context& context);
  [[nodiscard]] bool complete();
  void advance(const ask_context& context);
  detail::cma::generation::extremes rank();
  void update(const domain& space);
  [[nodiscard]] std::size_t choose();
  [[nodiscard]] point first_point(const ask_context& context) const;
  [[nodiscard]] point probe(const ask_context& context);
  [[nodiscard]] point ask_member(const ask_context& context);
  void draw(const ask_context& context);
  void recall_known_values();
  [[nodiscard]] random_stream next_stream(std::uint64_t seed) noexcept;
  [[nodiscard]] std::size_t smallest_population() const noexcept;
  [[nodiscard]] bool helped() const noexcept { return !economical_ && helper_.worthwhile(told_); }

  bool economical_ = false;
  bool begun_ = false;
  bool ranks_well_ = false;
  std::uint64_t epoch_ = 0;      // of the history
  std::size_t told_ = 0;         // rows of the history that were taken in
  std::size_t evaluations_ = 0;  // of this run
  std::size_t silent_ = 0;       // generations since the last ask
  std::uint64_t drawn_ = 0;      // random streams used

  detail::cma::coordinates axes_;
  search_distribution distribution_;
  detail::cma::generation generation_;
  detail::cma::categories categories_;
  detail::cma::quadratic_helper helper_;
  detail::cma::restarts restarts_;
  detail::cma::termination termination_;
  detail::cma::noise_probe probe_;
  detail::cma::known_values known_;
  detail::plateau plateau_;
  std::vector<detail::cma::categories::parent> parents_;  // room that is used again
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "cma_es.ipp"
#endif
