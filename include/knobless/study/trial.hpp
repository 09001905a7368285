/// \file
/// A running trial, as whoever evaluates it holds it.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "../base/config.hpp"
#include "../base/fwd.hpp"
#include "../record/trial.hpp"
#include "study_core.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// A running trial: what to evaluate, and where to report on the way. Move-only; ended by study::tell. A trial that is
/// destroyed untold is forgotten.
template <class Config>
class trial {
 public:
  /// A trial that `host` runs, for whoever writes a loop: it reports there, asks there whether to stop, and is told by
  /// number. `host` must outlive it.
  trial(std::size_t number, Config config, trial_host& host)
      : number_(number), config_(std::move(config)), host_(&host) {}
  trial(trial&&) noexcept = default;
  /// Forgets the trial that it held.
  trial& operator=(trial&& other) noexcept {
    if (this != &other) {
      release();
      core_ = std::move(other.core_);
      number_ = other.number_;
      config_ = std::move(other.config_);
      host_ = other.host_;
    }
    return *this;
  }
  trial(const trial&) = delete;
  trial& operator=(const trial&) = delete;
  ~trial() { release(); }

  /// The configuration to evaluate.
  [[nodiscard]] const Config& config() const noexcept { return config_; }
  /// Its number, in the order of asking, from 0.
  [[nodiscard]] std::size_t number() const noexcept { return number_; }
  /// Keeps an intermediate value: the loss after `step` epochs, say. Steps are meant to count up. O(pending trials), and
  /// what the study's scheduler takes.
  void report(std::size_t step, double value) {
    if (core_)
      core_->keep_report(number_, {step, value});
    else if (host_ != nullptr)
      host_->report({step, value});
  }
  /// Whether going on is of no use: the study's scheduler thinks so of what was reported (and goes on thinking so), somebody
  /// asked the study to stop, or the time is up.
  [[nodiscard]] bool should_stop() const {
    return (core_ && (core_->stop_requested() || core_->stopped(number_))) ||
           (host_ != nullptr && host_->should_stop());
  }

 private:
  friend class study<Config>;
  trial(std::shared_ptr<study_core> core, std::size_t number, Config config)
      : core_(std::move(core)), number_(number), config_(std::move(config)) {}
  void release() noexcept {
    if (core_) core_->let_go(number_);
    core_.reset();
  }

  std::shared_ptr<study_core> core_;
  std::size_t number_ = 0;
  Config config_;
  trial_host* host_ = nullptr;
};

}  // namespace knobless
