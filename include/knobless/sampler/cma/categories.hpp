/// \file
/// The probabilities of categories, as CatCMA adapts them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "../../base/config.hpp"
#include "../../base/random.hpp"
#include "../../space/domain.hpp"
#include "coordinates.hpp"

namespace knobless::inline KNOBLESS_ABI::detail::cma {

/// A distribution over the levels of each category (CatCMA with margin: Hamano et al., GECCO 2025): the parents' natural
/// gradient moves the probabilities, with a step that adapts to the gradient's signal-to-noise ratio (ASNG: Akimoto et al.,
/// ICML 2019), and no level falls below a least probability.
class categories {
 public:
  /// A parent of a generation: its weight and its point.
  struct parent {
    double weight = 0.0;                    ///< of its rank
    const double* unit = nullptr;           ///< coordinates
    const unsigned char* active = nullptr;  ///< the mask beside it
  };

  categories() = default;
  /// All levels of each category equally likely. O(levels).
  categories(const domain& space, const coordinates& axes);

  /// All levels equally likely again, and no memory of gradients. O(levels).
  void restart();
  /// Draws a level of each category and writes its coordinate into `unit`. O(levels).
  void sample(const domain& space, random_stream& rng, double* unit) const;
  /// One generation. O(parents categories + levels).
  void update(const domain& space, std::span<const parent> parents);

  /// The probabilities of the levels of the c-th category.
  [[nodiscard]] std::span<const double> probabilities(std::size_t c) const noexcept {
    return {&probability_[first_[c]], first_[c + 1] - first_[c]};
  }
  /// The inverse of the step that the probabilities take, Delta of ASNG: it grows where gradients contradict each other.
  [[nodiscard]] double caution() const noexcept { return caution_; }

 private:
  [[nodiscard]] std::size_t levels(std::size_t c) const noexcept { return first_[c + 1] - first_[c]; }
  void find_gradient(const domain& space, std::span<const parent> parents);
  [[nodiscard]] double whiten_gradient();
  void adapt_step(double norm, double step);
  void keep_least();

  std::vector<std::size_t> category_;  // coordinates of the space
  std::vector<std::size_t> first_;     // of each category in the vectors below, and their size
  std::vector<double> probability_;
  std::vector<double> gradient_;
  std::vector<double> white_;   // the gradient where the Fisher information is the identity
  std::vector<double> signal_;  // its evolution path
  double signal_mass_ = 0.0;    // the squared length that the path of a gradient without direction has
  double caution_ = 1.0;
  double freedom_ = 0.0;  // free probabilities
  double margin_ = 0.0;
};

}  // namespace knobless::detail::cma

#ifndef KNOBLESS_COMPILED
#include "categories.ipp"
#endif
