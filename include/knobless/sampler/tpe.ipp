#pragma once

#include "tpe.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "../model/parzen.hpp"
#include "../numeric/float4.hpp"
#include "../record/history_cursor.hpp"
#include "admitted_point.hpp"
#include "first_point.hpp"
#include "goal_order.hpp"
#include "plateau.hpp"
#include "told_nearby.hpp"
#include "tpe/parzen_sides.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {
class tpe::state {
 public:
  state(const history& seen, const domain& space, const detail::tpe_constants& constants);

  void hear(const history& seen, const domain& space, std::size_t most);
  [[nodiscard]] std::optional<point> ask(const ask_context& context);
  /// Whether this is the state of a study with that history.
  [[nodiscard]] bool of(const history& seen, const domain& space) const noexcept {
    return heard_.follows(seen) && space.size() == dimensions_ && several_ == has_several(seen);
  }
  [[nodiscard]] std::size_t told() const noexcept { return heard_.row(); }

 private:
  // The centre and nine points of a Latin hypercube.
  static constexpr std::size_t startup = 10;
  // As hyperopt and Optuna have it; in lanes of four.
  static constexpr std::size_t candidates = parzen_points::size;

  [[nodiscard]] static bool has_several(const history& seen) noexcept {
    return seen.objectives() > 1 || !seen.limit_kinds().empty();
  }
  void rank(const history& seen, const domain& space);
  [[nodiscard]] bool active(const domain& space, const parameter& what, std::size_t candidate) const;
  void draw(const domain& space, random_stream& rng, std::size_t from);
  void find_candidates(const ask_context& context);
  void put(const point& p);
  void mend_candidates(const ask_context& context);
  void encode_candidates(const domain& space);
  [[nodiscard]] std::optional<point> best_candidate();
  void gather(std::size_t candidate, point& p) const;
  [[nodiscard]] bool known(const domain& space, const point& p) const;

  detail::plateau plateau_;
  detail::parzen_sides sides_;

  // What was told.
  std::size_t dimensions_;
  bool discrete_ = true;  // a point may have no continuous coordinate
  detail::history_cursor heard_;
  std::vector<std::uint64_t> known_;  // hashes of the points that were told, sorted

  // With several objectives or limits.
  bool several_;
  bool ranked_ = false;
  std::vector<std::size_t> rows_;  // of the history, that the sides have
  detail::goal_order order_;

  // The candidates, a column a dimension: room that is used again.
  struct column {
    std::array<double, candidates> unit;
    std::array<bool, candidates> active;
  };
  std::vector<column> drawn_;
  std::size_t count_ = 0;
  point probe_;
  parzen_points points_;
};

KNOBLESS_INLINE tpe::tpe() = default;
KNOBLESS_INLINE tpe::tpe(const detail::tpe_constants& constants) : constants_(constants) {}
KNOBLESS_INLINE tpe::tpe(const tpe& other) : tpe(other.constants_) {}
KNOBLESS_INLINE tpe& tpe::operator=(const tpe& other) { return *this = tpe(other); }
KNOBLESS_INLINE tpe::tpe(tpe&&) noexcept = default;
KNOBLESS_INLINE tpe& tpe::operator=(tpe&&) noexcept = default;
KNOBLESS_INLINE tpe::~tpe() = default;

KNOBLESS_INLINE tpe::state& tpe::present(const history& seen, const domain& space) {
  if (!state_ || !state_->of(seen, space)) state_ = std::make_unique<state>(seen, space, constants_);
  return *state_;
}

KNOBLESS_INLINE std::optional<point> tpe::ask(const ask_context& context) {
  return present(context.seen, context.space).ask(context);
}

KNOBLESS_INLINE void tpe::hear(const history& seen, const domain& space, std::size_t most) {
  present(seen, space).hear(seen, space, most);
}

KNOBLESS_INLINE std::size_t tpe::heard() const noexcept { return state_ ? state_->told() : 0; }

// ---- What was told ---------------------------------------------------------------------------------------------------

KNOBLESS_INLINE tpe::state::state(const history& seen, const domain& space, const detail::tpe_constants& constants)
    : sides_(space, constants),
      dimensions_(space.size()),
      heard_(seen),
      several_(has_several(seen)),
      drawn_(dimensions_) {
  // A point without an active continuous parameter needs that each such parameter is conditional.
  for (const parameter& p : space) discrete_ = discrete_ && (!p.continuous() || p.parent() != parameter::no_parent);
}

KNOBLESS_INLINE void tpe::state::hear(const history& seen, const domain& space, std::size_t most) {
  // A trial that comes alone is inserted in O(n) for each of its coordinates; of many, as after a journal was opened, sorting
  // all together costs less.
  constexpr std::size_t many = 100;
  const std::size_t waiting = (std::min)(most, seen.size() - heard_.row());
  const bool together = waiting >= many && waiting >= sides_.size() / 8;
  const auto known_before = static_cast<std::ptrdiff_t>(known_.size());
  for (; heard_.more(seen) && most > 0; heard_.advance(), --most) {
    const observation o = seen[heard_.row()];
    if (discrete_) {
      const std::uint64_t h = detail::point_hash(o.place());
      known_.insert(together ? known_.end() : std::upper_bound(known_.begin(), known_.end(), h), h);
    }
    if (!detail::told_nearby(o)) continue;
    rows_.push_back(heard_.row());
    order_.hear(seen, heard_.row());
    if (several_)
      sides_.tell_unranked(o);
    else if (together)
      sides_.tell_unsettled(space, o);
    else
      sides_.tell(space, o);
    ranked_ = false;
  }
  if (!together) return;
  std::sort(known_.begin() + known_before, known_.end());
  std::inplace_merge(known_.begin(), known_.begin() + known_before, known_.end());
  if (!several_) sides_.settle(space);
}

// Several objectives or limits: one trial more may change the order of all.
KNOBLESS_INLINE void tpe::state::rank(const history& seen, const domain& space) {
  if (ranked_ || !several_) return;
  ranked_ = true;
  std::vector<std::uint32_t> places;
  for (const detail::goal_order::place& p : order_.sort(seen, rows_)) {
    const auto at = std::lower_bound(rows_.begin(), rows_.end(), p.row) - rows_.begin();
    places.push_back(static_cast<std::uint32_t>(at));
  }
  sides_.regroup(space, places);
}

// ---- Candidates ------------------------------------------------------------------------------------------------------

// Whether a parameter is active in a candidate whose earlier coordinates are drawn.
KNOBLESS_INLINE bool tpe::state::active(const domain& space, const parameter& what, std::size_t candidate) const {
  if (what.parent() == parameter::no_parent) return true;
  const column& decides = drawn_[what.parent()];
  return decides.active[candidate] &&
         what.parent_levels().contains(space[what.parent()].level(decides.unit[candidate]));
}

// Candidates from number `from` on, a dimension after the other.
KNOBLESS_INLINE void tpe::state::draw(const domain& space, random_stream& rng, std::size_t from) {
  using detail::float4;
  std::array<std::uint32_t, 2 * candidates> words;
  std::array<std::size_t, candidates> parent;
  rng.fill({words.data(), candidates});
  for (std::size_t c = 0; c < candidates; ++c) parent[c] = sides_.pick(words[c]);
  const double stay = sides_.stay();
  // A coordinate is centre + sigma z, where z is the quantile of a uniform number between those of the ends.
  std::array<double, candidates> centre;
  std::array<double, candidates> sigma;
  std::array<float, candidates> z{};
  for (std::size_t k = 0; k < dimensions_; ++k) {
    const parameter& what = space[k];
    column& into = drawn_[k];
    rng.fill(words);
    for (std::size_t c = from; c < candidates; ++c) {
      into.active[c] = active(space, what, c);
      // Even odds for the own kernel and another.
      const std::size_t i = (words[c] >> 31U) != 0 ? parent[c] : sides_.pick(words[c] << 1U);
      const double u = (static_cast<double>(words[candidates + c]) + 0.5) * 0x1p-32;
      centre[c] = u;
      sigma[c] = 0.0;
      z[c] = 0.5F;
      if (i == sides_.good() || sides_.good_active(i)[k] == 0) continue;
      const double x = sides_.good_unit(i)[k];
      if (!what.numeric()) {
        centre[c] = u < stay ? x : (u - stay) / (1.0 - stay);
        continue;
      }
      const normal_kernel& kernel = sides_.good_kernels(i)[k];
      centre[c] = x;
      sigma[c] = kernel.sigma;
      z[c] = kernel.below + static_cast<float>(u) * kernel.inside;
    }
    if (what.numeric())
      for (std::size_t c = from / 4 * 4; c < candidates; c += 4)
        float4::normal_quantile(float4::load(&z[c])).store(&z[c]);
    for (std::size_t c = from; c < candidates; ++c)
      into.unit[c] = into.active[c] ? what.snap(centre[c] + sigma[c] * static_cast<double>(z[c])) : 0.0;
  }
}

KNOBLESS_INLINE void tpe::state::gather(std::size_t candidate, point& p) const {
  p.unit.resize(dimensions_);
  p.active.resize(dimensions_);
  for (std::size_t k = 0; k < dimensions_; ++k) {
    p.unit[k] = drawn_[k].unit[candidate];
    p.active[k] = drawn_[k].active[candidate] ? 1 : 0;
  }
}

KNOBLESS_INLINE bool tpe::state::known(const domain& space, const point& p) const {
  if (!discrete_) return false;
  for (std::size_t k = 0; k < dimensions_; ++k)
    if (p.active[k] != 0 && space[k].continuous()) return false;
  return std::binary_search(known_.begin(), known_.end(), detail::point_hash(p));
}

KNOBLESS_INLINE void tpe::state::put(const point& p) {
  for (std::size_t k = 0; k < dimensions_; ++k) {
    drawn_[k].unit[count_] = p.unit[k];
    drawn_[k].active[count_] = p.active[k] != 0;
  }
  ++count_;
}

// Constraints have left few of what was drawn: some more, moved to where they are kept.
KNOBLESS_INLINE void tpe::state::mend_candidates(const ask_context& context) {
  constexpr std::size_t enough = 6;
  if (count_ >= enough) return;
  draw(context.space, context.rng, count_);
  detail::admitted_points constraints(context);
  for (std::size_t c = count_; c < candidates && count_ < enough; ++c) {
    gather(c, probe_);
    const std::optional<point> mended = constraints.beside(probe_);
    if (!mended) break;
    if (!known(context.space, *mended)) put(*mended);
  }
}

// Draws until there are `candidates` that may be proposed, up to ten times as many.
KNOBLESS_INLINE void tpe::state::find_candidates(const ask_context& context) {
  const domain& space = context.space;
  random_stream& rng = context.rng;
  count_ = 0;
  // Where the first are all broken, the next ones would be, too.
  for (std::size_t drawn = 0;
       count_ < candidates && drawn < 10 * candidates && (count_ > 0 || drawn < 2 * candidates);) {
    draw(space, rng, count_);
    drawn += candidates - count_;
    if (!space.constrained() && !discrete_) {
      count_ = candidates;
      break;
    }
    for (std::size_t c = count_; c < candidates; ++c) {
      gather(c, probe_);
      if (!space.admits(probe_) || known(space, probe_)) continue;
      for (column& of : drawn_) {
        of.unit[count_] = of.unit[c];
        of.active[count_] = of.active[c];
      }
      ++count_;
    }
  }
  if (space.constrained()) mend_candidates(context);
}

// For the densities: a coordinate, or the number of a level.
KNOBLESS_INLINE void tpe::state::encode_candidates(const domain& space) {
  points_.reset(dimensions_);
  for (std::size_t k = 0; k < dimensions_; ++k) {
    const parameter& what = space[k];
    for (std::size_t c = 0; c < count_; ++c) {
      if (!drawn_[k].active[c]) continue;
      const double unit = drawn_[k].unit[c];
      points_.set(c, k, what.numeric() ? unit : static_cast<double>(what.level(unit)));
    }
  }
}

// The one with the largest ratio of the two densities.
KNOBLESS_INLINE std::optional<point> tpe::state::best_candidate() {
  if (count_ == 0) return std::nullopt;
  std::array<float, candidates> good;
  std::array<float, candidates> bad;
  sides_.log_densities(points_, good, bad);
  std::size_t found = 0;
  for (std::size_t i = 1; i < count_; ++i)
    if (good[i] - bad[i] > good[found] - bad[found]) found = i;
  std::optional<point> best;
  gather(found, best.emplace());
  return best;
}

KNOBLESS_INLINE std::optional<point> tpe::state::ask(const ask_context& context) {
  const domain& space = context.space;
  hear(context.seen, space, context.seen.size());
  const auto pending = context.seen.pending();
  if (sides_.size() + pending.size() < startup) return detail::first_point(context, startup);
  if (!several_) plateau_.hear(context.seen);
  if (plateau_.flat()) return plateau_.ask(context);
  if (sides_.complete() < 2) return detail::first_point(context, startup);

  rank(context.seen, space);
  // Running trials count as bad for this ask.
  for (const pending_trial& p : pending) sides_.assume_bad(space, p.where);
  sides_.weigh();
  find_candidates(context);
  encode_candidates(space);
  std::optional<point> best = best_candidate();
  for (std::size_t i = 0; i < pending.size(); ++i) sides_.forget_last(space);

  constexpr std::size_t most_tries = 100;
  for (std::size_t tries = 0; !best && tries < most_tries; ++tries) {
    point p = detail::admitted_anywhere(context, detail::uniform_point(space, context.rng));
    if (tries + 1 == most_tries || !known(space, p)) best = std::move(p);
  }
  return best;
}

}  // namespace knobless

#include "../base/strict_end.inc"
