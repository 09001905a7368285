/// \file
/// The quadratic model that ranks generations of CMA-ES.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "../../base/config.hpp"
#include "../../model/quadratic.hpp"
#include "../../record/history.hpp"
#include "../../space/domain.hpp"
#include "coordinates.hpp"
#include "generation.hpp"

namespace knobless::inline KNOBLESS_ABI::detail::cma {

/// A linear, diagonal or full quadratic function through what was told last (lq-CMA-ES: Hansen, A global surrogate assisted
/// CMA-ES, GECCO 2019). Evaluations go to the members that it prefers; as soon as it ranks as the objective does, it speaks for
/// the rest of the generation. Its minimum takes part in the next one.
class quadratic_helper {
 public:
  quadratic_helper() = default;
  /// Knows nothing, in a space of these coordinates.
  explicit quadratic_helper(const coordinates& axes);

  /// Whether it is worth its time: in up to 20 dimensions that are numeric and unconditional, for 1000 d trials.
  [[nodiscard]] bool worthwhile(std::size_t told) const noexcept;

  /// A run with this population begins; what was told stays known.
  void begin_run(std::size_t population) noexcept;
  /// Forgets what was told: it says little about a run that begins elsewhere.
  void forget() noexcept;
  /// Takes in a complete trial; the oldest leaves where there are enough. O(d + trials known).
  void remember(const observation& o);
  /// How many trials it knows.
  [[nodiscard]] std::size_t known() const noexcept { return archive_.size(); }

  /// A generation begins.
  void begin_generation(std::size_t population) noexcept;
  /// Whether it ranks as the objective does, after so many answers in this generation: asked each time that their number has
  /// grown by half.
  [[nodiscard]] bool agrees(std::size_t answered, std::size_t population);
  /// What the last agrees() of this generation said.
  [[nodiscard]] bool speaks() const noexcept { return speaks_; }
  /// The waiting member of the lowest predicted value among the first `population`; members.size() if none waits.
  [[nodiscard]] std::size_t favourite(const generation& members, std::size_t population);
  /// The predicted value of a point.
  [[nodiscard]] double predicted(std::span<const double> unit) const noexcept { return model_(unit); }
  /// Where the model is lowest, if it is anywhere. The span holds until the next call.
  [[nodiscard]] std::optional<std::span<const double>> minimum();

  /// The shape that the number of trials permits.
  [[nodiscard]] quadratic::form form() const noexcept { return form_; }

 private:
  // A told point.
  struct record {
    std::size_t number = 0;
    double value = 0.0;
    std::size_t slot = 0;  // row of points_
  };

  void fit();
  void choose_form();
  [[nodiscard]] std::size_t sort_best();
  [[nodiscard]] double rank_correlation(std::size_t latest);

  std::size_t n_ = 0;
  bool plain_ = false;
  quadratic model_;
  quadratic::form form_ = quadratic::form::affine;
  bool ready_ = false;           // the model was fitted
  bool stale_ = true;            // something was told since
  bool speaks_ = false;          // for members of this generation
  std::size_t wanted_ = 0;       // answers in this generation before the next comparison
  std::vector<record> archive_;  // by number
  std::vector<double> points_;
  std::size_t capacity_ = 0;
  std::vector<double> predictions_;  // of the members; empty: to be made

  // Room that is used again.
  std::vector<std::size_t> order_;
  std::vector<double> minimum_;
  std::vector<double> fit_points_;
  std::vector<double> fit_values_;
  std::vector<double> fit_weights_;
  std::vector<std::size_t> fit_numbers_;
};

}  // namespace knobless::detail::cma

#ifndef KNOBLESS_COMPILED
#include "quadratic_helper.ipp"
#endif
