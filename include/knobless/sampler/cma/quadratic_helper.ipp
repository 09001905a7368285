#pragma once

#include "quadratic_helper.hpp"

#include <algorithm>
#include <cmath>

#include "../../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail::cma {

// Beyond, a fit takes longer than most objectives are worth (0.3 ms in 20 dimensions, O(d^4)).
inline constexpr std::size_t most_dimensions = 20;
// Objectives that are cheap enough for more trials a dimension are cheaper than the helper.
inline constexpr std::size_t most_trials = 1000;

// Of lq-CMA-ES: two points for each coefficient of the full form are kept, ...
inline constexpr std::size_t points_per_coefficient = 2;
// ... the best three quarters of them are fitted, ...
inline constexpr double fitted_share = 0.75;
// ... with weights from 20 for the best to 1.
inline constexpr double largest_weight = 20.0;
// In six steps, so that few weights change from fit to fit, and the factor of the last fit can follow.
inline constexpr std::size_t weight_steps = 6;
// The next form is taken at 0.85 of its coefficients; 1.1 in lq-CMA-ES (docs/refuted.md, "next form").
inline constexpr double points_for_form = 0.85;

// Of lq-CMA-ES: the first evaluations of a generation are 2 % of it, at least what makes four points with those known, ...
inline constexpr double first_share = 0.02;
inline constexpr double least_known = 4.0;
// ... and the correlation is that of the latest max(15, min(1.2 answers, 0.75 lambda)) points.
inline constexpr double least_compared = 15.0;
inline constexpr double compared_per_answer = 1.2;
inline constexpr double compared_share = 0.75;
// Kendall's tau; 0.85 in lq-CMA-ES (docs/refuted.md, "tau").
inline constexpr double enough_agreement = 0.8;
// In standard deviations of the points; the distribution's own points limit the minimum once more (generation::inject).
inline constexpr double trust_radius = 3.0;

KNOBLESS_INLINE quadratic_helper::quadratic_helper(const coordinates& axes)
    : n_(axes.normals), plain_(axes.plain && !axes.numeric.empty()), minimum_(axes.normals, 0.0) {}

KNOBLESS_INLINE bool quadratic_helper::worthwhile(std::size_t told) const noexcept {
  return plain_ && n_ <= most_dimensions && told < most_trials * n_;
}

KNOBLESS_INLINE void quadratic_helper::begin_run(std::size_t population) noexcept {
  capacity_ = (std::max)(points_per_coefficient * quadratic::coefficients(quadratic::form::full, n_), population);
  stale_ = true;
}

KNOBLESS_INLINE void quadratic_helper::forget() noexcept {
  archive_.clear();
  ready_ = false;
  form_ = quadratic::form::affine;
}

KNOBLESS_INLINE void quadratic_helper::remember(const observation& o) {
  std::size_t slot = archive_.size();
  if (archive_.size() == capacity_) {
    if (o.number < archive_.front().number) return;
    slot = archive_.front().slot;
    archive_.erase(archive_.begin());
  }
  points_.resize((std::max)(points_.size(), (slot + 1) * n_));
  std::copy_n(o.unit.begin(), n_, points_.begin() + static_cast<std::ptrdiff_t>(slot * n_));
  auto place = archive_.end();
  while (place != archive_.begin() && (place - 1)->number > o.number) --place;
  archive_.insert(place, {o.number, o.value, slot});
  stale_ = true;
}

// ---- A generation ----------------------------------------------------------------------------------------------------

KNOBLESS_INLINE void quadratic_helper::begin_generation(std::size_t population) noexcept {
  const auto count = static_cast<double>(archive_.size());
  wanted_ =
      static_cast<std::size_t>(1.0 + (std::max)(first_share * static_cast<double>(population), least_known - count));
  speaks_ = false;
  predictions_.clear();
}

KNOBLESS_INLINE bool quadratic_helper::agrees(std::size_t answered, std::size_t population) {
  while (answered >= wanted_) {
    fit();
    predictions_.clear();
    const double recent = (std::min)(compared_per_answer * static_cast<double>(answered),
                                     compared_share * static_cast<double>(population));
    speaks_ =
        ready_ && rank_correlation(static_cast<std::size_t>((std::max)(least_compared, recent))) >= enough_agreement;
    if (speaks_) return true;
    wanted_ += (wanted_ + 1) / 2;
  }
  return false;
}

KNOBLESS_INLINE std::size_t quadratic_helper::favourite(const generation& members, std::size_t population) {
  const std::size_t count = (std::min)(members.size(), population);
  if (predictions_.empty()) {
    if (stale_) fit();
    predictions_.resize(count);
    for (std::size_t i = 0; i < count; ++i) predictions_[i] = predicted(members.unit(i));
  }
  std::size_t found = members.size();
  for (std::size_t i = 0; i < count; ++i)
    if (members[i].state == generation::stage::waiting &&
        (found == members.size() || predictions_[i] < predictions_[found]))
      found = i;
  return found;
}

KNOBLESS_INLINE std::optional<std::span<const double>> quadratic_helper::minimum() {
  if (stale_) fit();
  if (!ready_ || !model_.minimum(trust_radius, minimum_)) return {};
  return std::span<const double>(minimum_);
}

// ---- The fit ---------------------------------------------------------------------------------------------------------

KNOBLESS_INLINE void quadratic_helper::fit() {
  stale_ = false;
  ready_ = false;
  if (archive_.size() < 2) return;
  choose_form();
  const std::size_t used = sort_best();
  fit_points_.resize(used * n_);
  fit_values_.resize(used);
  fit_weights_.resize(used);
  fit_numbers_.resize(used);
  for (std::size_t r = 0; r < used; ++r) {
    const record& from = archive_[order_[r]];
    std::copy_n(points_.begin() + static_cast<std::ptrdiff_t>(from.slot * n_), n_,
                fit_points_.begin() + static_cast<std::ptrdiff_t>(r * n_));
    fit_numbers_[r] = from.number;
    fit_values_[r] = from.value - archive_[order_.front()].value;
    const std::size_t step = weight_steps * r / used;
    fit_weights_[r] =
        largest_weight - (largest_weight - 1.0) * (static_cast<double>(step) + 0.5) / static_cast<double>(weight_steps);
  }
  model_.fit(form_, n_, fit_points_, fit_values_, fit_weights_, fit_numbers_);
  ready_ = true;
}

// A form is kept once it was taken.
KNOBLESS_INLINE void quadratic_helper::choose_form() {
  const double have = fitted_share * static_cast<double>(archive_.size());
  for (const quadratic::form f : {quadratic::form::diagonal, quadratic::form::full})
    if (f > form_ && have >= points_for_form * static_cast<double>(quadratic::coefficients(f, n_))) form_ = f;
}

// Sorts the archive by value, the later ones first where values are equal, and says how many of the best are fitted.
KNOBLESS_INLINE std::size_t quadratic_helper::sort_best() {
  const std::size_t size = archive_.size();
  order_.resize(size);
  for (std::size_t i = 0; i < size; ++i) order_[i] = i;
  std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
    return archive_[a].value != archive_[b].value ? archive_[a].value < archive_[b].value : a > b;
  });
  return (std::min)(size, (std::max)(quadratic::coefficients(form_, n_) + 2,
                                     static_cast<std::size_t>(fitted_share * static_cast<double>(size + 1))));
}

// Kendall's tau-b between what was observed and what the model says, over the latest points.
KNOBLESS_INLINE double quadratic_helper::rank_correlation(std::size_t latest) {
  const std::size_t count = (std::min)(latest, archive_.size());
  if (count < 3) return 0.0;
  fit_values_.resize(count);
  const record* from = &archive_[archive_.size() - count];
  for (std::size_t i = 0; i < count; ++i) fit_values_[i] = predicted({&points_[from[i].slot * n_], n_});
  const auto sign = [](double a) { return a > 0.0 ? 1.0 : (a < 0.0 ? -1.0 : 0.0); };
  double sum = 0.0;
  double pairs_a = 0.0;
  double pairs_b = 0.0;
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const double a = sign(from[i].value - from[j].value);
      const double b = sign(fit_values_[i] - fit_values_[j]);
      sum += a * b;
      pairs_a += a * a;
      pairs_b += b * b;
    }
  return pairs_a > 0.0 && pairs_b > 0.0 ? sum / std::sqrt(pairs_a * pairs_b) : 0.0;
}

}  // namespace knobless::detail::cma

#include "../../base/strict_end.inc"
