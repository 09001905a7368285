/// \file
/// Training that is bought in pieces: how far each trial has come, and who goes on.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../record/trial.hpp"
#include "../space/domain.hpp"
#include "../space/point.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// One trial's training, as far as it has come. Resources are counted in whole units (epochs, rounds, games).
struct training {
  point where;  ///< its configuration
  /// The resource reached and the value there, to be minimised, at the end of each leg.
  std::vector<report> curve;
  /// running: may go on. complete: has had all resources. pruned: will not go on. failed: a leg failed.
  trial_state state = trial_state::running;
  /// A leg of it was asked and not yet told.
  bool busy = false;

  /// What it has been trained so far.
  [[nodiscard]] std::size_t resource() const noexcept { return curve.empty() ? 0 : curve.back().step; }
  /// Its latest value; only after a leg.
  [[nodiscard]] double value() const noexcept { return curve.back().value; }
};

/// All that a promotion rule may look at.
struct promotion_context {
  const domain& space;               ///< that is searched
  std::span<const training> trials;  ///< in the order of their beginning
  std::size_t max_resource = 1;      ///< of a full training
  std::uint64_t seed = 0;            ///< of the search
  bool exhausted = false;            ///< there are no more new points
};

/// A piece of training: `trial` goes on until it has had `to` units in all.
struct leg {
  std::size_t trial = 0;  ///< the number of trials for a new one
  std::size_t to = 0;     ///< what it has had then
  /// Of a new trial; nothing: the study's sampler says.
  std::optional<point> where = std::nullopt;
};

/// Decides what is trained next, as a function of what it was told.
///
/// - `next(context, out)`: the next leg. Nothing while it has to wait for busy trials; if none is busy, the search is over.
///   Trials that will never go on are appended to `out`, each once, none of them busy. Asked again with `exhausted` where
///   there was no point for a new trial.
/// - `told(context, trial)`: a leg of this trial has ended, well or not.
template <class R>
concept promotion_rule = std::movable<R> &&
    requires(R& r, const promotion_context& context, std::vector<std::size_t>& out, std::size_t trial) {
  { r.next(context, out) } -> std::same_as<std::optional<leg>>;
  r.told(context, trial);
};

/// A promotion rule that has a name, for logs: `static constexpr std::string_view name = "mine";`.
template <class R>
concept named_promotion_rule = promotion_rule<R> && requires {
  { R::name } -> std::convertible_to<std::string_view>;
};

/// Holds any promotion rule. Move-only.
class any_promotion_rule {
 public:
  // The check for itself comes first: else the concept asks for the conversion that it is part of.
  /// Holds `held`.
  template <class R>
  requires(!std::same_as<std::remove_cvref_t<R>, any_promotion_rule> && promotion_rule<std::remove_cvref_t<R>>)
      any_promotion_rule(R&& held)
      : held_(std::make_unique<model<std::remove_cvref_t<R>>>(std::forward<R>(held))) {}

  /// The next leg by the rule that is held.
  [[nodiscard]] std::optional<leg> next(const promotion_context& context, std::vector<std::size_t>& out) {
    return held_->next(context, out);
  }
  /// Tells it that a leg has ended.
  void told(const promotion_context& context, std::size_t trial) { held_->told(context, trial); }
  /// The rule's name; "" where it has none.
  [[nodiscard]] std::string_view name() const noexcept { return held_->name(); }

 private:
  struct erased {
    erased() = default;
    erased(const erased&) = delete;
    erased& operator=(const erased&) = delete;
    virtual ~erased() = default;
    [[nodiscard]] virtual std::optional<leg> next(const promotion_context& context, std::vector<std::size_t>& out) = 0;
    virtual void told(const promotion_context& context, std::size_t trial) = 0;
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  };
  template <class R>
  struct model final : erased {
    template <class T>
    explicit model(T&& from) : held(std::forward<T>(from)) {}
    [[nodiscard]] std::optional<leg> next(const promotion_context& context, std::vector<std::size_t>& out) override {
      return held.next(context, out);
    }
    void told(const promotion_context& context, std::size_t trial) override { held.told(context, trial); }
    [[nodiscard]] std::string_view name() const noexcept override {
      if constexpr (named_promotion_rule<R>)
        return R::name;
      else
        return "";
    }
    R held;
  };
  std::unique_ptr<erased> held_;
};

/// Rungs from max_resource downwards, each 1/factor of the one above, not below min_resource: in rising order.
[[nodiscard]] inline std::vector<std::size_t> geometric_rungs(std::size_t min_resource, std::size_t max_resource,
                                                              std::size_t factor) {
  std::vector<std::size_t> rungs;
  for (std::size_t divisor = 1;; divisor *= factor) {
    const std::size_t r = max_resource / divisor;
    if (r < min_resource || r < 1) break;
    rungs.insert(rungs.begin(), r);
    if (divisor > max_resource / factor) break;
  }
  return rungs;
}

}  // namespace knobless
