#pragma once

#include "tpe.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "../elementary.hpp"
#include "../model/parzen.hpp"
#include "../numeric/block_rows.hpp"
#include "first_point.hpp"
#include "random_search.hpp"

#include "../detail/strict_begin.inc"

namespace knobless {
class tpe::state {
 public:
  state(const history& seen, const domain& space, const detail::tpe_constants& constants);

  void hear(const history& seen, const domain& space, std::size_t most);
  [[nodiscard]] std::optional<point> ask(const ask_context& context);
  /// Whether this is the state of a study with that history.
  [[nodiscard]] bool of(const history& seen, const domain& space) const noexcept {
    return seen.epoch() == epoch_ && space.size() == dimensions_ && told_ <= seen.size();
  }
  [[nodiscard]] std::size_t told() const noexcept { return told_; }

 private:
  enum class side : unsigned char { none, good, bad };
  // The rows of one side, a kernel for each, and their order by each numeric coordinate. Of equal good rows the better one
  // comes first, and so has the gap below for itself; of equal bad ones the older.
  struct half {
    parzen mixture;
    std::vector<std::uint32_t> rows;  // of each kernel
    std::vector<std::vector<std::uint32_t>> sorted;
  };

  static constexpr std::size_t startup = 10;
  static constexpr std::size_t candidates = parzen_points::size;
  static constexpr std::size_t most_good = 25;

  void insert(std::span<const double> unit, std::span<const unsigned char> active);
  void erase_last();
  void split(const domain& space);
  void enter(const domain& space, std::uint32_t row, side to);
  void leave(const domain& space, std::uint32_t row);
  [[nodiscard]] half& half_of(std::uint32_t row) { return side_[row] == side::good ? good_ : bad_; }
  [[nodiscard]] std::size_t position(const half& in, std::size_t k, std::uint32_t row) const;
  void refresh(const domain& space, half& in, std::size_t k, std::size_t at);
  void weigh();
  [[nodiscard]] std::size_t pick(std::uint32_t word) const;
  void draw(const domain& space, random& rng, std::size_t from);
  void find_candidates(const domain& space, random& rng);
  void gather(std::size_t candidate, point& p) const;
  [[nodiscard]] bool known(const domain& space, const point& p) const;

  detail::tpe_constants constants_;

  // What was told, a row a trial, and rows in the order of the value.
  std::size_t dimensions_;
  bool discrete_ = true;  // a point may have no continuous coordinate
  std::uint64_t epoch_;
  std::size_t told_ = 0;
  std::size_t rows_ = 0;
  std::size_t complete_ = 0;
  detail::block_rows<double> unit_;
  detail::block_rows<unsigned char> active_;
  std::vector<std::uint32_t> ranking_;
  std::vector<unsigned char> tier_;  // 0 complete, 1 pruned with a value, 2 without one
  std::vector<double> value_;
  std::vector<side> side_;
  std::vector<std::uint32_t> slot_;  // the kernel of a row on its side
  detail::block_rows<normal_kernel> kernels_;
  std::vector<std::uint64_t> known_;  // hashes of the points that were told, sorted

  half bad_;
  half good_;
  std::size_t good_count_ = 0;
  bool weights_stale_ = true;
  float log_prior_ = 0.0F;  // weight of the good side's prior
  // Kernels are chosen by the alias method; the one behind the last is the prior.
  struct share {
    std::uint32_t own;
    std::uint32_t other;
  };
  std::vector<share> shares_;

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
    : constants_(constants),
      dimensions_(space.size()),
      epoch_(seen.epoch()),
      unit_(dimensions_),
      active_(dimensions_),
      kernels_(dimensions_),
      drawn_(dimensions_) {
  for (half* h : {&bad_, &good_}) {
    h->mixture.reset(space);
    h->sorted.resize(dimensions_);
  }
  // A point without an active continuous parameter needs that each such parameter is conditional.
  for (const parameter& p : space) discrete_ = discrete_ && (!p.continuous() || p.parent() != parameter::no_parent);
}

KNOBLESS_INLINE void tpe::state::insert(std::span<const double> unit, std::span<const unsigned char> active) {
  std::copy(unit.begin(), unit.end(), unit_.push());
  std::copy(active.begin(), active.end(), active_.push());
  side_.push_back(side::none);
  slot_.push_back(0);
  kernels_.push();
  ++rows_;
}

KNOBLESS_INLINE void tpe::state::erase_last() {
  unit_.pop();
  active_.pop();
  side_.pop_back();
  slot_.pop_back();
  kernels_.pop();
  --rows_;
}

KNOBLESS_INLINE void tpe::state::hear(const history& seen, const domain& space, std::size_t most) {
  for (; told_ < seen.size() && most > 0; ++told_, --most) {
    const observation o = seen[told_];
    if (discrete_) {
      const std::uint64_t h = detail::point_hash(o.unit, o.active);
      known_.insert(std::upper_bound(known_.begin(), known_.end(), h), h);
    }
    // What was told far outside the present bounds says nothing about the inside.
    bool inside = o.state != trial_state::foreign;
    for (std::size_t k = 0; k < dimensions_; ++k) inside = inside && o.unit[k] >= -0.25 && o.unit[k] <= 1.25;
    if (!inside) continue;
    const auto row = static_cast<std::uint32_t>(rows_);
    insert(o.unit, o.active);
    tier_.push_back(o.state == trial_state::complete ? 0 : (o.has_value ? 1 : 2));
    value_.push_back(o.value);
    if (o.state == trial_state::complete) ++complete_;
    const auto better = [&](std::uint32_t a, std::uint32_t b) {
      return tier_[a] != tier_[b] ? tier_[a] < tier_[b] : value_[a] < value_[b];
    };
    const auto place = std::upper_bound(ranking_.begin(), ranking_.end(), row, better);
    // Behind the best of the rest, whose value weighs the good ones, a trial changes no weight.
    if (static_cast<std::size_t>(place - ranking_.begin()) <= good_count_) weights_stale_ = true;
    ranking_.insert(place, row);
    split(space);
  }
}

// Puts each row on its side after one more was told.
KNOBLESS_INLINE void tpe::state::split(const domain& space) {
  const double wanted = std::ceil(constants_.good_share * static_cast<double>(rows_));
  const std::size_t count = (std::min)({static_cast<std::size_t>(wanted), most_good, complete_});
  if (count != good_count_) weights_stale_ = true;
  good_count_ = count;
  const auto move = [&](std::uint32_t row, side to) {
    if (side_[row] == to) return;
    if (side_[row] != side::none) leave(space, row);
    enter(space, row, to);
  };
  for (std::size_t i = 0; i < good_count_; ++i) move(ranking_[i], side::good);
  // One trial more moves the border by one place, and the new one may lie anywhere.
  for (std::size_t i = good_count_; i < (std::min)(good_count_ + 2, ranking_.size()); ++i) move(ranking_[i], side::bad);
  const auto newest = static_cast<std::uint32_t>(rows_ - 1);
  if (side_[newest] == side::none) enter(space, newest, side::bad);
}

// ---- The two sides, kept up to date: a trial that comes or goes changes its neighbours' kernels only -------------------

KNOBLESS_INLINE std::size_t tpe::state::position(const half& in, std::size_t k, std::uint32_t row) const {
  const bool by_value = &in == &good_;
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    const double at_a = unit_[a][k];
    const double at_b = unit_[b][k];
    if (at_a != at_b) return at_a < at_b;
    return by_value && value_[a] != value_[b] ? value_[a] < value_[b] : a < b;
  };
  const auto& sorted = in.sorted[k];
  return static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), row, before) - sorted.begin());
}

KNOBLESS_INLINE void tpe::state::refresh(const domain& space, half& in, std::size_t k, std::size_t at) {
  const auto& sorted = in.sorted[k];
  const std::uint32_t row = sorted[at];
  const double x = unit_[row][k];
  const double below = at > 0 ? unit_[sorted[at - 1]][k] : 0.0;
  const double above = at + 1 < sorted.size() ? unit_[sorted[at + 1]][k] : 1.0;
  const std::uint64_t levels = space[k].levels();
  const double half_a_level = levels == 0 ? 0.0 : 0.5 / static_cast<double>(levels);
  const double gap = (std::max)(x - below, above - x);
  const double sigma = (std::min)((std::max)({constants_.gap_share * gap, constants_.narrowest, half_a_level}), 1.0);
  normal_kernel& kernel = kernels_[row][k];
  if (kernel.sigma != sigma) kernel = normal_kernel::at(x, sigma);
  in.mixture.set_normal(slot_[row], k, x, kernel);
}

KNOBLESS_INLINE void tpe::state::enter(const domain& space, std::uint32_t row, side to) {
  side_[row] = to;
  half& in = half_of(row);
  slot_[row] = static_cast<std::uint32_t>(in.rows.size());
  in.rows.push_back(row);
  in.mixture.add();
  for (std::size_t k = 0; k < dimensions_; ++k) {
    if (active_[row][k] == 0) continue;
    if (!space[k].numeric()) {
      in.mixture.set_level(slot_[row], k, space[k].level(unit_[row][k]));
      continue;
    }
    const std::size_t at = position(in, k, row);
    in.sorted[k].insert(in.sorted[k].begin() + static_cast<std::ptrdiff_t>(at), row);
    refresh(space, in, k, at);
    if (at > 0) refresh(space, in, k, at - 1);
    if (at + 1 < in.sorted[k].size()) refresh(space, in, k, at + 1);
  }
}

KNOBLESS_INLINE void tpe::state::leave(const domain& space, std::uint32_t row) {
  half& in = half_of(row);
  side_[row] = side::none;
  const std::uint32_t slot = slot_[row];
  in.mixture.remove(slot);
  in.rows[slot] = in.rows.back();
  slot_[in.rows[slot]] = slot;
  in.rows.pop_back();
  for (std::size_t k = 0; k < dimensions_; ++k) {
    if (active_[row][k] == 0 || !space[k].numeric()) continue;
    const std::size_t at = position(in, k, row);
    in.sorted[k].erase(in.sorted[k].begin() + static_cast<std::ptrdiff_t>(at));
    if (at > 0) refresh(space, in, k, at - 1);
    if (at < in.sorted[k].size()) refresh(space, in, k, at);
  }
}

// EI weights (Watanabe 2023): the improvement on the best of the rest.
KNOBLESS_INLINE void tpe::state::weigh() {
  std::array<double, most_good + 1> weight;
  weight.fill(1.0);
  auto sum = static_cast<double>(good_count_);
  if (good_count_ < ranking_.size() && tier_[ranking_[good_count_]] == 0) {
    const double threshold = value_[ranking_[good_count_]] / 2;
    const double largest = threshold - value_[ranking_[0]] / 2;
    if (largest > 0.0) {
      sum = 0.0;
      for (std::size_t i = 0; i < good_count_; ++i)
        sum += weight[i] = (std::max)((threshold - value_[good_.rows[i]] / 2) / largest, 1e-12);
      weight[good_count_] = sum / static_cast<double>(good_count_);
    }
  }
  constexpr double log2_e = 1.44269504088896340736;
  const auto log2 = [](double w) { return static_cast<float>(elementary::log(w) * log2_e); };
  for (std::size_t i = 0; i < good_count_; ++i) good_.mixture.set_log_weight(i, log2(weight[i]));
  log_prior_ = log2(weight[good_count_]);
  // The table of Vose (A linear algorithm for generating random numbers with a given distribution, 1991): n cells of equal
  // size, each shared by a kernel and one other. Whoever has less than a cell is filled up by one that has more.
  const std::size_t n = good_count_ + 1;
  sum += weight[good_count_];
  shares_.resize(n);
  std::array<std::uint32_t, most_good + 1> order;  // those with less than a cell, up to `border`, and those with more
  std::size_t border = 0;
  std::size_t end = n;
  for (std::uint32_t i = 0; i < n; ++i) {
    shares_[i] = {~std::uint32_t{0}, i};
    weight[i] *= static_cast<double>(n) / sum;
    order[weight[i] < 1.0 ? border++ : --end] = i;
  }
  for (std::size_t i = 0; i < border && border < n; ++i) {
    const std::uint32_t less = order[i];
    const std::uint32_t more = order[border];
    shares_[less] = {static_cast<std::uint32_t>(weight[less] * 0x1p32), more};
    weight[more] -= 1.0 - weight[less];
    if (weight[more] < 1.0) ++border;
  }
}

// ---- Candidates ------------------------------------------------------------------------------------------------------

// A good kernel by its weight; good_count_ is the prior.
KNOBLESS_INLINE std::size_t tpe::state::pick(std::uint32_t word) const {
  const std::uint64_t place = std::uint64_t{word} * shares_.size();
  const auto cell = static_cast<std::size_t>(place >> 32U);
  return static_cast<std::uint32_t>(place) < shares_[cell].own ? cell : shares_[cell].other;
}

// Candidates from number `from` on, a dimension after the other.
KNOBLESS_INLINE void tpe::state::draw(const domain& space, random& rng, std::size_t from) {
  using detail::float4;
  std::array<std::uint32_t, 2 * candidates> words;
  std::array<std::size_t, candidates> parent;
  rng.fill({words.data(), candidates});
  for (std::size_t c = 0; c < candidates; ++c) parent[c] = pick(words[c]);
  const double stay = good_.mixture.stay();
  // A coordinate is centre + sigma z, where z is the quantile of a uniform number between those of the ends.
  std::array<double, candidates> centre;
  std::array<double, candidates> sigma;
  std::array<float, candidates> z{};
  for (std::size_t k = 0; k < dimensions_; ++k) {
    const parameter& what = space[k];
    column& into = drawn_[k];
    const auto active = [&](std::size_t c) {
      if (what.parent() == parameter::no_parent) return true;
      const column& decides = drawn_[what.parent()];
      return decides.active[c] && ((what.parent_levels() >> space[what.parent()].level(decides.unit[c])) & 1U) != 0;
    };
    rng.fill(words);
    for (std::size_t c = from; c < candidates; ++c) {
      into.active[c] = active(c);
      // Even odds for the own kernel and another.
      const std::size_t i = (words[c] >> 31U) != 0 ? parent[c] : pick(words[c] << 1U);
      const double u = (static_cast<double>(words[candidates + c]) + 0.5) * 0x1p-32;
      centre[c] = u;
      sigma[c] = 0.0;
      z[c] = 0.5F;
      if (i == good_count_ || active_[good_.rows[i]][k] == 0) continue;
      const double x = unit_[good_.rows[i]][k];
      if (!what.numeric()) {
        centre[c] = u < stay ? x : (u - stay) / (1.0 - stay);
        continue;
      }
      const normal_kernel& kernel = kernels_[good_.rows[i]][k];
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
  return std::binary_search(known_.begin(), known_.end(), detail::point_hash(p.unit, p.active));
}

// Draws until there are `candidates` that may be proposed, up to ten times as many.
KNOBLESS_INLINE void tpe::state::find_candidates(const domain& space, random& rng) {
  count_ = 0;
  for (std::size_t drawn = 0; count_ < candidates && drawn < 10 * candidates;) {
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

KNOBLESS_INLINE std::optional<point> tpe::state::ask(const ask_context& context) {
  const domain& space = context.space;
  hear(context.seen, space, context.seen.size());
  const auto pending = context.seen.pending();
  if (rows_ + pending.size() < startup || complete_ < 2) return detail::first_point(context, startup);

  // Running trials count as bad for this ask.
  const std::size_t told_rows = rows_;
  for (const pending_trial& p : pending) {
    insert(p.where.unit, p.where.active);
    enter(space, static_cast<std::uint32_t>(rows_ - 1), side::bad);
  }
  if (weights_stale_) weigh();
  weights_stale_ = false;

  find_candidates(space, context.rng);
  std::array<float, candidates> good;
  std::array<float, candidates> bad;
  good_.mixture.log_densities(points_, log_prior_, good);
  bad_.mixture.log_densities(points_, 0.0F, bad);
  std::optional<point> best;
  std::size_t found = 0;
  for (std::size_t i = 1; i < count_; ++i)
    if (good[i] - bad[i] > good[found] - bad[found]) found = i;
  if (count_ > 0) gather(found, best.emplace());

  while (rows_ > told_rows) {
    leave(space, static_cast<std::uint32_t>(rows_ - 1));
    erase_last();
  }
  for (std::size_t tries = 0; !best && tries < 1000; ++tries) {
    point p = detail::random_point(space, context.rng);
    if (tries == 999 || !known(space, p)) best = std::move(p);
  }
  return best;
}

}  // namespace knobless

#include "../detail/strict_end.inc"
