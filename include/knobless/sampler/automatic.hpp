/// \file
/// The sampler that nobody has to choose.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "../base/config.hpp"
#include "../model/constants.hpp"
#include "cma_es.hpp"
#include "gp_ei.hpp"
#include "nsga2.hpp"
#include "sampler.hpp"
#include "tpe.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Options of `automatic`.
struct automatic_options {
  /// What an ask may take, in seconds, where frames must not be missed: proposals that would take longer are left out, as far
  /// as counted work tells. 0: follows from what the objective takes.
  double seconds_per_ask = 0.0;
};

namespace detail {

/// The constants of `automatic`, found by measurement (bench/quality/self_tune); not for users.
struct automatic_constants {
  double alone = 100.0;        ///< trials before other algorithms than the model take part
  double model_share = 0.25;   ///< of the trials after these, for the Gaussian process and the local quadratic
  double parzen_share = 0.25;  ///< of them, for TPE; CMA-ES has the rest
  // NOLINTBEGIN(readability-magic-numbers): named here
  double shares_last = 300.0;  ///< trials from which on both shares decline as 1 / n, in favour of CMA-ES
  double smooth_shares =
      0.1;  ///< what is left of both at most while CMA-ES's quadratic helper ranks as the objective does
  double tuner_share = 0.05;   ///< of the objective's time, for proposals
  double free_seconds = 0.01;  ///< of a study, that proposals may take whatever the objective takes
  // NOLINTEND(readability-magic-numbers)
  gp_ei_constants model;
  trust_region_constants quadratic;
  tpe_constants parzen;
};

}  // namespace detail

/// What minimize() uses. No algorithm is best everywhere, and which one is can hardly be known beforehand; several that learn
/// from each other's trials are better than each of them (docs/automatic.md has the figures).
///
/// - The first 8 points, then up to 100 trials: the Gaussian process (gp_ei), alternating with steps of a local quadratic model
///   (trust_region.hpp) while these keep their promises; each failure in a row doubles how long they wait.
/// - After 100 trials half of them go to CMA-ES, which starts from what was told, and a quarter to TPE. From 300 trials on the
///   model's and TPE's shares decline as 1 / n. While CMA-ES's quadratic helper ranks its generations as the objective does,
///   they get a tenth of their shares.
/// - With several objectives, or limits that outcomes name: the Gaussian processes of gp_ei for 200 trials, then a share of them
///   that declines as 1 / n; NSGA-II proposes the rest, and TPE each third of these.
/// - Where trials are told with the seconds that they took, proposals take a twentieth of that by counted work, and a hundredth
///   of a second in all whatever it is: costly algorithms have to wait for their turn, and cheap ones take it. What the
///   objective takes is looked up after 8, 16, 32 ... trials and in powers of 8, so that a replay need not be lucky. In a
///   deterministic study time has no say.
/// - Small discrete spaces end: when all points are told, the best is evaluated once more. If the value is the same, nothing
///   is left to do. If not, the values are noisy, and the points whose means may be the best are evaluated again.
///
/// Asks cost what the one that is asked costs.
class automatic {
 public:
  /// For logs.
  static constexpr std::string_view name = "automatic";
  /// It proposes for several objectives, too.
  static constexpr bool several_objectives = true;

  /// Raises an error if seconds_per_ask is negative or not finite.
  explicit automatic(automatic_options options = {});
  /// With other constants, to measure what they are worth.
  automatic(automatic_options options, const detail::automatic_constants& constants);
  /// A copy begins anew: it derives from the history again what this one has.
  automatic(const automatic& other);
  automatic& operator=(const automatic& other);
  automatic(automatic&&) noexcept;
  automatic& operator=(automatic&&) noexcept;
  ~automatic();

  /// The next point. Nothing where a discrete space is exhausted and its values have no noise.
  [[nodiscard]] std::optional<point> ask(const ask_context& context);

  /// As gp_ei's.
  [[nodiscard]] std::optional<estimate> estimate_best(const domain& space, const history& seen) const;

  /// Which algorithm proposed what, and why it changed: a few lines. O(trials).
  [[nodiscard]] std::string explain(const history& seen) const;

 private:
  struct state;
  automatic_options options_;
  detail::automatic_constants constants_;
  std::unique_ptr<state> state_;
};

namespace detail {

/// study{space}.
template <>
struct unnamed_sampler<void> {
  template <class Config>
  static any_sampler make() {
    return automatic{};
  }
};

}  // namespace detail
}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "automatic.ipp"
#endif
