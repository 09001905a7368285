#pragma once

#include "sobol.hpp"

#include <algorithm>
#include <bit>
#include <boost/random/sobol.hpp>
#include <utility>

#include "../base/random_streams.hpp"
#include "admitted_point.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {
namespace detail {

// Masks of bits, and multipliers of the paper.
// NOLINTBEGIN(readability-magic-numbers)

// Nested uniform scrambling of a 32-bit fraction: each bit is flipped or not by a hash of the bits above it. Works on
// reversed bits, where "above" is "below" and multiplications carry the right way (Laine and Karras 2011, with the
// constants that Vegdahl searched for, 2021).
[[nodiscard]] inline std::uint32_t owen_scramble(std::uint32_t x, std::uint32_t key) noexcept {
  const auto reverse = [](std::uint32_t v) {
    v = ((v >> 1U) & 0x55555555U) | ((v & 0x55555555U) << 1U);
    v = ((v >> 2U) & 0x33333333U) | ((v & 0x33333333U) << 2U);
    v = ((v >> 4U) & 0x0F0F0F0FU) | ((v & 0x0F0F0F0FU) << 4U);
    v = ((v >> 8U) & 0x00FF00FFU) | ((v & 0x00FF00FFU) << 8U);
    return (v >> 16U) | (v << 16U);
  };
  x = reverse(x);
  x ^= x * 0x3D20ADEAU;
  x += key;
  x *= (key >> 16U) | 1U;
  x ^= x * 0x05526C56U;
  x ^= x * 0x53A22864U;
  return reverse(x);
}

// NOLINTEND(readability-magic-numbers)

}  // namespace detail

KNOBLESS_INLINE void sobol::begin(std::size_t dimensions, std::uint64_t seed) {
  seed_ = seed;
  dimensions_ = dimensions;
  given_ = 0;
  index_ = 0;
  // Boost's table alone: its engine needs boost::throw_exception, which programs without exceptions have to define.
  using table = boost::random::default_sobol_table;
  const std::size_t covered = (std::min<std::size_t>)(dimensions, 3667);
  directions_.assign(bits * covered, 0);
  // The recurrence of Bratley and Fox, Algorithm 659, ACM TOMS 14(1), 1988, section 2.
  for (std::size_t k = 0; k < covered; ++k) {
    const auto m = [&](std::size_t j) -> std::uint32_t& { return directions_[j * covered + k]; };
    const std::uint32_t polynomial = k == 0 ? 1U : table::polynomial(k - 1);
    const auto degree = static_cast<std::size_t>(std::bit_width(polynomial)) - 1;
    for (std::size_t j = 0; j < bits; ++j) {
      if (k == 0) {
        m(j) = 1;
      } else if (j < degree) {
        m(j) = table::minit(k - 1, j);
      } else {
        m(j) = m(j - degree);
        for (std::size_t i = 0; i < degree; ++i)
          if ((polynomial >> i & 1U) != 0) m(j) ^= m(j - (degree - i)) << (degree - i);
      }
    }
    for (std::size_t j = 0; j < bits; ++j) m(j) <<= bits - 1 - j;
  }
  state_.assign(covered, 0);
  scramble_.resize(covered);
  random_stream keys(seed, detail::streams::sobol);
  for (std::uint32_t& key : scramble_) key = static_cast<std::uint32_t>(keys());
}

KNOBLESS_INLINE void sobol::next(const domain& space, random_stream& rng, point& p) {
  constexpr double unit_of_fraction = 0x1p-32;
  const std::size_t covered = state_.size();
  p.unit.resize(space.size());
  for (std::size_t k = 0; k < covered; ++k)
    p.unit[k] = (static_cast<double>(detail::owen_scramble(state_[k], scramble_[k])) + 0.5) * unit_of_fraction;
  for (std::size_t k = covered; k < space.size(); ++k) p.unit[k] = rng.uniform();
  space.complete(p);
  ++index_;
  const auto bit = static_cast<std::size_t>(std::countr_zero(index_));
  if (bit < bits)
    for (std::size_t k = 0; k < covered; ++k) state_[k] ^= directions_[bit * covered + k];
}

KNOBLESS_INLINE std::optional<point> sobol::ask(const ask_context& context) {
  const domain& space = context.space;
  if (dimensions_ != space.size() || seed_ != context.seed || context.proposed < given_)
    begin(space.size(), context.seed);
  constexpr std::size_t most_broken = 32;    // in a row; many proposals may have to be caught up with
  constexpr std::size_t most_known = 10000;  // told from elsewhere, in a row
  point p = context.blank();
  // Catch up with a resumed study, then take the next admitted point.
  for (;; ++given_) {
    // What was told from elsewhere is passed over; on the way to the present place nothing is known to be from elsewhere.
    const bool last = given_ == context.proposed;
    std::size_t broken = 0;
    for (std::size_t tries = 0; tries < most_known; ++tries) {
      next(space, context.rng, p);
      const bool admitted = space.admits(p);
      if (admitted && !(last && context.known(p))) break;
      if (!admitted && ++broken == most_broken) break;
    }
    if (last) break;
  }
  ++given_;
  return detail::admitted_anywhere(context, std::move(p));
}

}  // namespace knobless

#include "../base/strict_end.inc"
