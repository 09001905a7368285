/// \file
/// CMA-ES with restarts, for a few hundred to a million evaluations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "../config.hpp"
#include "../model/quadratic.hpp"
#include "../model/search_distribution.hpp"
#include "../sampler.hpp"

namespace knobless {

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
/// - Where all parameters are discrete, no point is evaluated twice as long as others are drawn.
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
  /// The next point.
  [[nodiscard]] std::optional<point> ask(const ask_context& context);

  /// Leaves the quadratic helper out while it is true: where the objective takes less time than the helper does.
  void economise(bool yes) noexcept { economical_ = yes; }

 private:
  static constexpr double first_deviation = 0.15;
  static constexpr double enough_agreement = 0.8;
  static constexpr double trust_radius = 3.0;
  static constexpr std::size_t long_history = 30;
  static constexpr double widening = 0.1;
  static constexpr std::size_t crowd = 2;
  static constexpr std::size_t most_silent = 60;
  static constexpr double little = 1e-5;

  enum class stage : unsigned char { waiting, asked, told, failed, used };

  // A point of this generation, or of the next where more are asked than a generation has.
  struct member {
    std::size_t number = 0;  // of its trial
    double value = 0.0;
    double length = 0.0;  // squared Mahalanobis; negative: not known
    stage state = stage::waiting;
  };
  // A told point that the quadratic model may learn from.
  struct record {
    std::size_t number = 0;
    double value = 0.0;
    std::size_t slot = 0;  // row of archive_points_
  };

  void clear(const ask_context& context);
  void begin(const ask_context& context);
  void start_run(std::span<const double> mean, double sigma, std::size_t population);
  void restart(const ask_context& context);
  void absorb(const ask_context& context);
  void note_value(const observation& o);
  void recall(std::size_t i);
  void release_dropped(const history& seen);
  void add_member(const ask_context& context);
  void place(const domain& space, std::size_t i);
  std::size_t append();
  void inject(const domain& space);
  void fill(const ask_context& context);
  [[nodiscard]] bool complete();
  void advance(const ask_context& context);
  [[nodiscard]] bool exhausted();
  void features(const domain& space, std::span<const double> unit, std::span<const unsigned char> active,
                double* to) const;
  void remember(const domain& space, const observation& o);
  [[nodiscard]] bool model_wanted() const;
  void fit_model();
  [[nodiscard]] double predicted(const domain& space, std::size_t i);
  [[nodiscard]] double agreement(std::size_t latest);
  void bound(const domain& space);
  void update_categories(const domain& space);
  [[nodiscard]] std::size_t choose(const domain& space);

  // The space.
  std::size_t dimensions_ = 0;
  std::uint64_t epoch_ = 0;
  bool plain_ = true;  // numeric and unconditional
  bool economical_ = false;
  bool discrete_ = false;
  std::vector<std::size_t> numeric_;
  std::vector<std::size_t> categories_;
  std::size_t n_ = 1;  // coordinates of the normal distribution

  // The search.
  bool begun_ = false;
  std::size_t told_ = 0;     // rows of the history that were taken in
  std::uint64_t drawn_ = 0;  // streams used by generations
  search_distribution distribution_;
  std::vector<member> members_;
  std::vector<double> genes_;          // [member * n_ + j]: where it was drawn, maybe outside
  std::vector<double> units_;          // [member * dimensions_ + k]: what is evaluated
  std::vector<unsigned char> active_;  // the mask beside it
  point trial_;
  std::size_t asked_ = 0;  // members that are out

  std::size_t answered_ = 0;  // told, failed ones among them
  std::size_t failed_ = 0;
  std::size_t heard_ = 0;    // where the next answer is looked for first
  std::size_t waiting_ = 0;  // no member before is waiting

  // Restarts (BIPOP).
  std::size_t run_ = 0;
  bool large_ = true;
  std::size_t doublings_ = 0;
  std::size_t evaluations_ = 0;  // of this run
  std::size_t spent_[2] = {0, 0};
  std::size_t allowance_ = 0;        // generations
  std::vector<double> best_values_;  // of each generation of this run, the latest `horizon`
  std::vector<double> median_values_;

  double tolerance_ = 0.0;                               // of the best values
  std::size_t silent_ = 0;                               // generations since the last ask
  std::vector<std::pair<std::uint64_t, double>> known_;  // hashes of told points and their values, sorted

  // Noise.
  bool probed_ = false;
  bool probing_ = false;
  bool noisy_ = false;
  bool crowded_ = false;
  std::size_t probe_ = 0;  // the trial that evaluates the best point again
  double probe_value_ = 0.0;

  // The quadratic helper.
  quadratic model_;
  bool model_ready_ = false;
  bool stale_ = true;
  bool by_model_ = false;  // the model speaks for members of this generation
  quadratic::form form_ = quadratic::form::linear;
  std::size_t wanted_ = 0;       // evaluations in this generation before the model is asked
  std::vector<record> archive_;  // by number
  std::vector<double> archive_points_;
  std::size_t capacity_ = 0;
  std::size_t features_ = 0;
  std::vector<double> predictions_;

  // Categories: probabilities, and their adaptive natural gradient.
  std::vector<std::size_t> first_;  // of each category in q_
  std::vector<double> q_;
  std::vector<double> gradient_;
  std::vector<double> root_;
  std::vector<double> signal_;
  double signal_mass_ = 0.0;
  double trust_ = 1.0;
  double margin_ = 0.0;

  // Room that is used again.
  std::vector<std::size_t> order_;
  std::vector<search_distribution::member> ranked_;
  std::vector<double> scratch_;
  std::vector<double> fit_points_;
  std::vector<double> fit_values_;
  std::vector<double> fit_weights_;
  std::vector<std::size_t> fit_numbers_;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "cma_es.ipp"
#endif
