/// \file
/// How CMA-ES finds out whether the objective is noisy.
#pragma once

#include <cstddef>

#include "../../record/history.hpp"

namespace knobless::inline KNOBLESS_ABI::detail::cma {

/// One trial asks the best point again. Where the values differ there is noise, and generations become twice as large, which
/// averages it out: the share of the regret that this saves is in docs/refuted.md, beside three and four times.
class noise_probe {
 public:
  /// How much larger generations are once there is noise.
  static constexpr std::size_t enlargement = 2;

  /// Whether the probe is to be asked: after two generations, once.
  [[nodiscard]] bool due(std::size_t evaluations, std::size_t population) const noexcept {
    return !asked_ && evaluations >= 2 * population;
  }
  /// Trial `number` evaluates again the point that had `value`.
  void ask(std::size_t number, double value) noexcept {
    asked_ = true;
    waiting_ = true;
    number_ = number;
    value_ = value;
  }
  /// Takes in a told trial.
  void hear(const observation& o) noexcept {
    if (!waiting_ || o.number != number_) return;
    waiting_ = false;
    if (o.state == trial_state::complete && o.value != value_) noisy_ = true;
  }
  /// Whether the values differed.
  [[nodiscard]] bool noisy() const noexcept { return noisy_; }
  /// Whether generations are to be enlarged now: true once, after noise was found.
  [[nodiscard]] bool enlarges() noexcept {
    const bool now = noisy_ && !enlarged_;
    enlarged_ = enlarged_ || noisy_;
    return now;
  }
  /// By what the default population is multiplied.
  [[nodiscard]] std::size_t factor() const noexcept { return noisy_ ? enlargement : 1; }

 private:
  bool asked_ = false;
  bool waiting_ = false;
  bool noisy_ = false;
  bool enlarged_ = false;
  std::size_t number_ = 0;
  double value_ = 0.0;
};

}  // namespace knobless::detail::cma
