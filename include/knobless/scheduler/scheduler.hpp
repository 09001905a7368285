/// \file
/// What stops trials that are not promising: the concept `scheduler`, and `any_scheduler` that holds one.
#pragma once

#include <concepts>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "../base/elementary.hpp"
#include "../record/trial.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// All that a scheduler may look at of a running trial. Values are to be minimised, whatever the study's direction.
struct running_trial {
  std::size_t number = 0;         ///< of the trial
  std::span<const report> curve;  ///< its reports so far, at least one; the last one is new
  knobless::direction direction = knobless::direction::minimize;  ///< of the study, for bounds that its user gave
};

/// Says after each report whether the trial should stop, and is told when a trial ends. The study asks once a report, in
/// their order, so the answers are a function of what was reported. It asks only where the new value is finite: others
/// always stop, with a scheduler or without.
template <class S>
concept scheduler = std::copyable<S> && requires(S& s, const running_trial& t, trial_state state) {
  { s.stops(t) } -> std::same_as<bool>;
  s.ended(t, state);
};

/// A scheduler with `judge(number)`: a scheduler for that trial alone, which says of it what a copy of `s` would, and costs
/// less than a copy. Searches in parallel with `.deterministic = true` take one for each trial; of others they take a copy.
template <class S>
concept judging_scheduler = scheduler<S> && requires(S& s, std::size_t number) {
  { s.judge(number) } -> scheduler;
};

/// Holds any scheduler, or none: then no trial is stopped. Copies are deep.
class any_scheduler {
 public:
  any_scheduler() = default;
  // The check for itself comes first: else the concept asks for the conversion that it is part of.
  /// Holds `held`.
  template <class S>
  requires(!std::same_as<std::remove_cvref_t<S>, any_scheduler> && scheduler<std::remove_cvref_t<S>>)
      any_scheduler(S&& held)
      : held_(std::make_unique<model<std::remove_cvref_t<S>>>(std::forward<S>(held))) {}
  /// A deep copy.
  any_scheduler(const any_scheduler& other) : held_(other.held_ ? other.held_->copy() : nullptr) {}
  any_scheduler(any_scheduler&&) noexcept = default;
  /// A deep copy.
  any_scheduler& operator=(const any_scheduler& other) {
    if (this != &other) held_ = other.held_ ? other.held_->copy() : nullptr;
    return *this;
  }
  any_scheduler& operator=(any_scheduler&&) noexcept = default;
  ~any_scheduler() = default;

  /// Whether it holds one.
  [[nodiscard]] explicit operator bool() const noexcept { return held_ != nullptr; }
  /// Whether the scheduler that is held wants the trial stopped.
  [[nodiscard]] bool stops(const running_trial& t) { return held_ && held_->stops(t); }
  /// Tells it that the trial has ended.
  void ended(const running_trial& t, trial_state state) {
    if (held_) held_->ended(t, state);
  }
  /// A scheduler for that trial alone, which knows what this one knows now: see `judging_scheduler`.
  [[nodiscard]] any_scheduler judge(std::size_t number) {
    any_scheduler of_one;
    if (held_) of_one.held_ = held_->judge(number);
    return of_one;
  }

 private:
  struct erased {
    erased() = default;
    erased(const erased&) = delete;
    erased& operator=(const erased&) = delete;
    virtual ~erased() = default;
    [[nodiscard]] virtual bool stops(const running_trial& t) = 0;
    virtual void ended(const running_trial& t, trial_state state) = 0;
    [[nodiscard]] virtual std::unique_ptr<erased> copy() const = 0;
    [[nodiscard]] virtual std::unique_ptr<erased> judge(std::size_t number) = 0;
  };
  template <class S>
  struct model final : erased {
    template <class T>
    explicit model(T&& from) : held(std::forward<T>(from)) {}
    [[nodiscard]] bool stops(const running_trial& t) override { return held.stops(t); }
    void ended(const running_trial& t, trial_state state) override { held.ended(t, state); }
    [[nodiscard]] std::unique_ptr<erased> copy() const override { return std::make_unique<model>(held); }
    [[nodiscard]] std::unique_ptr<erased> judge(std::size_t number) override {
      if constexpr (judging_scheduler<S>)
        return std::make_unique<model<decltype(held.judge(number))>>(held.judge(number));
      else
        return copy();
    }
    S held;
  };
  std::unique_ptr<erased> held_;
};

namespace detail {

// What ranks a reported value: one that is not finite is worse than all others.
[[nodiscard]] inline double rank_of(double value) noexcept {
  return elementary::is_finite(value) ? value : (std::numeric_limits<double>::max)();
}

}  // namespace detail

}  // namespace knobless
