/// \file
/// When a run of CMA-ES is over.
#pragma once

#include <cstddef>
#include <vector>

#include "../../base/config.hpp"
#include "../../model/search_distribution.hpp"

namespace knobless::inline KNOBLESS_ABI::detail::cma {

/// Watches the distribution and the values of the generations. The criteria are those of Hansen's tutorial (arXiv 1604.00772,
/// appendix B.3) and of BIPOP (GECCO 2009 workshop), section 2.
class termination {
 public:
  /// A run begins.
  void begin_run(std::size_t dimensions, std::size_t population);
  /// This run has no more than so many generations.
  void limit(std::size_t generations) noexcept;
  /// A generation had these values; `rugged`: among integers and categories there are many local optima, so the run ends when it
  /// improves by little compared with the values of its first generation.
  void note(double best, double worst, double median, bool rugged);
  /// Whether the run is over. O(d), and O(generations) where there were many.
  [[nodiscard]] bool ended(const search_distribution& distribution);

 private:
  [[nodiscard]] static bool points_coincide(const search_distribution& distribution);
  [[nodiscard]] bool values_coincide(double dimensions, double population) const;
  [[nodiscard]] bool stagnated(double dimensions, double population);
  [[nodiscard]] double median_of(const std::vector<double>& values, std::size_t from, std::size_t to);

  std::size_t generations_ = 0;  // that the run may last
  double tolerance_ = 0.0;       // of the best values
  std::vector<double> best_;     // of each generation of this run
  std::vector<double> median_;
  std::vector<double> scratch_;
};

}  // namespace knobless::detail::cma

#ifndef KNOBLESS_COMPILED
#include "termination.ipp"
#endif
