/// \file
/// What proposes points: the concept `sampler`, and `any_sampler` that holds one.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "domain.hpp"
#include "estimate.hpp"
#include "history.hpp"
#include "point.hpp"
#include "random.hpp"

namespace knobless {

/// All that a sampler may look at. It never sees a study.
struct ask_context {
  const domain& space;         ///< the space to propose from
  const history& seen;         ///< told and pending trials
  random& rng;                 ///< the stream of this trial
  std::uint64_t seed = 0;      ///< of the study, for choices that hold for all trials (a scrambling, say)
  std::size_t proposed = 0;    ///< how many points this sampler's study has had from it before
  std::size_t number = 0;      ///< of the trial that is asked: its row in the history will have it
  bool deterministic = false;  ///< the seconds of told trials must have no say
  point* spare = nullptr;      ///< the point of a trial that is over, whose storage may be taken

  /// A point of the space's size with anything in it: in storage that was used before, where there is some.
  [[nodiscard]] point blank() const {
    point p;
    if (spare != nullptr) p = std::move(*spare);
    p.unit.resize(space.size());
    p.active.resize(space.size());
    return p;
  }
};

/// Proposes the next point: complete (see domain::complete) and admitted by the space's constraints as far as the sampler
/// can find such points; the study replaces what is not admitted. Nothing when all points of the space were proposed.
///
/// What a sampler proposes depends on the context alone. State that it keeps is a cache of what it derived from the history,
/// or follows from the sequence of its asks.
template <class S>
concept sampler = std::movable<S> && requires(S& s, const ask_context& context) {
  { s.ask(context) } -> std::same_as<std::optional<point>>;
};

/// A sampler whose model says which told trial is best, as the function of that name in estimate.hpp does, which stands in
/// for the others.
template <class S>
concept estimating_sampler = sampler<S> && requires(const S& s, const domain& space, const history& seen) {
  { s.estimate_best(space, seen) } -> std::same_as<std::optional<estimate>>;
};

/// A sampler that can say in a few lines what it did, and why.
template <class S>
concept explaining_sampler = sampler<S> && requires(const S& s, const history& seen) {
  { s.explain(seen) } -> std::same_as<std::string>;
};

/// Holds any sampler. Move-only.
class any_sampler {
 public:
  // The check for itself comes first: else the concept asks for the conversion that it is part of.
  /// Holds `held`.
  template <class S>
  requires(!std::same_as<std::remove_cvref_t<S>, any_sampler> && sampler<std::remove_cvref_t<S>>) any_sampler(S&& held)
      : held_(std::make_unique<model<std::remove_cvref_t<S>>>(std::forward<S>(held))) {}

  /// The next point by the sampler that is held.
  [[nodiscard]] std::optional<point> ask(const ask_context& context) { return held_->ask(context); }

  /// The told trial with the lowest estimated value, by the sampler's own model where it has one.
  [[nodiscard]] std::optional<estimate> estimate_best(const domain& space, const history& seen) const {
    return held_->estimate_best(space, seen);
  }

  /// What the sampler has to say of what it did; "" for most.
  [[nodiscard]] std::string explain(const history& seen) const { return held_->explain(seen); }

 private:
  struct erased {
    erased() = default;
    erased(const erased&) = delete;
    erased& operator=(const erased&) = delete;
    virtual ~erased() = default;
    [[nodiscard]] virtual std::optional<point> ask(const ask_context& context) = 0;
    [[nodiscard]] virtual std::optional<estimate> estimate_best(const domain& space, const history& seen) const = 0;
    [[nodiscard]] virtual std::string explain(const history& seen) const = 0;
  };
  template <class S>
  struct model final : erased {
    template <class T>
    explicit model(T&& from) : held(std::forward<T>(from)) {}
    [[nodiscard]] std::optional<point> ask(const ask_context& context) override { return held.ask(context); }
    [[nodiscard]] std::optional<estimate> estimate_best(const domain& space, const history& seen) const override {
      if constexpr (estimating_sampler<S>)
        return held.estimate_best(space, seen);
      else
        return knobless::estimate_best(space, seen);
    }
    [[nodiscard]] std::string explain(const history& seen) const override {
      if constexpr (explaining_sampler<S>)
        return held.explain(seen);
      else
        return {};
    }
    S held;
  };
  std::unique_ptr<erased> held_;
};

}  // namespace knobless
