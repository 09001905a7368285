/// \file
/// What proposes points: the concept `sampler`, and `any_sampler` that holds one.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../base/random.hpp"
#include "../model/estimate.hpp"
#include "../record/history.hpp"
#include "../space/domain.hpp"
#include "../space/point.hpp"
#include "known_points.hpp"

namespace knobless::inline KNOBLESS_ABI {

namespace detail {

/// How many calls of the constraints an ask may make to find admitted points: counted work, whatever a call takes.
struct constraint_budget {
  /// Finds one in a million (but for a chance of 1.5 %), and takes a fraction of a second where a call takes 0.1 us.
  static constexpr std::size_t most = std::size_t{1} << 22U;
  std::size_t left = most;  ///< so many more
  std::size_t made = 0;     ///< so far
};

}  // namespace detail

/// All that a sampler may look at. It never sees a study.
struct ask_context {
  const domain& space;         ///< the space to propose from
  const history& seen;         ///< told and pending trials
  random_stream& rng;          ///< the stream of this trial
  std::uint64_t seed = 0;      ///< of the study, for choices that hold for all trials (a scrambling, say)
  std::size_t proposed = 0;    ///< how many points this sampler's study has had from it before
  std::size_t number = 0;      ///< of the trial that is asked: its row in the history will have it
  bool deterministic = false;  ///< the seconds of told trials must have no say
  point* spare = nullptr;      ///< the point of a trial that is over, whose storage may be taken
  detail::known_points* told_points = nullptr;       ///< of the study, for known(); null: nothing is known
  std::span<const point> queued = {};                ///< points that will be asked first
  bool* repeated = nullptr;                          ///< see repeat()
  detail::constraint_budget* constraints = nullptr;  ///< of this ask; null: each search for a point has one of its own

  /// Whether a trial at this point was told, is running or is queued. O(d (1 + running + queued)).
  [[nodiscard]] bool known(const point& p) const {
    for (const pending_trial& running : seen.pending())
      if (running.where == p) return true;
    for (const point& waiting : queued)
      if (waiting == p) return true;
    if (told_points == nullptr) return false;
    told_points->hear(seen);
    return told_points->told(p);
  }
  /// A sampler says by this that it proposes a known point on purpose: to learn about noise. Else the study replaces a known
  /// point of a discrete space, or ends the search where no other is left.
  void repeat() const noexcept {
    if (repeated != nullptr) *repeated = true;
  }

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

/// A sampler that has a name, for logs: `static constexpr std::string_view name = "mine";`.
template <class S>
concept named_sampler = sampler<S> && requires {
  { S::name } -> std::convertible_to<std::string_view>;
};

/// A sampler that takes several objectives: `static constexpr bool several_objectives = true;`. It reads
/// observation::values. Another one is refused where there are several.
template <class S>
concept several_objectives_sampler = sampler<S> && requires {
  requires S::several_objectives;
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

  /// The sampler's name; "" where it has none.
  [[nodiscard]] std::string_view name() const noexcept { return held_->name(); }

  /// Whether the sampler takes several objectives.
  [[nodiscard]] bool several_objectives() const noexcept { return held_->several_objectives(); }

  /// A copy, where the sampler can be copied.
  [[nodiscard]] std::optional<any_sampler> copy() const { return held_->copy(); }

 private:
  struct erased {
    erased() = default;
    erased(const erased&) = delete;
    erased& operator=(const erased&) = delete;
    virtual ~erased() = default;
    [[nodiscard]] virtual std::optional<point> ask(const ask_context& context) = 0;
    [[nodiscard]] virtual std::optional<estimate> estimate_best(const domain& space, const history& seen) const = 0;
    [[nodiscard]] virtual std::string explain(const history& seen) const = 0;
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    [[nodiscard]] virtual bool several_objectives() const noexcept = 0;
    [[nodiscard]] virtual std::optional<any_sampler> copy() const = 0;
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
    [[nodiscard]] std::string_view name() const noexcept override {
      if constexpr (named_sampler<S>)
        return S::name;
      else
        return "";
    }
    [[nodiscard]] bool several_objectives() const noexcept override { return several_objectives_sampler<S>; }
    [[nodiscard]] std::optional<any_sampler> copy() const override {
      if constexpr (std::copy_constructible<S>)
        return any_sampler(S(held));
      else
        return std::nullopt;
    }
    S held;
  };
  std::unique_ptr<erased> held_;
};

namespace detail {

/// Who proposes where no sampler is named: sampler/automatic.hpp says it.
template <class>
struct unnamed_sampler {
  template <class Config>
  static any_sampler make() {
    static_assert(!std::same_as<Config, Config>,
                  "knobless: a study without a sampler searches automatically: include knobless/minimize.hpp (or "
                  "knobless/sampler/automatic.hpp), or name a sampler: study{space, knobless::tpe{}}");
    return make<Config>();
  }
};

}  // namespace detail

}  // namespace knobless
