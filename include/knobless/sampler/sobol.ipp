#pragma once

#include "sobol.hpp"

#include <algorithm>
#include <bit>
#include <boost/random/sobol.hpp>

#include "../detail/strict_begin.inc"

namespace knobless {
namespace detail {

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

}  // namespace detail

KNOBLESS_INLINE void sobol::prepare(std::size_t dimensions, std::uint64_t seed) {
  seed_ = seed;
  dimensions_ = dimensions;
  given_ = 0;
  index_ = 0;
  // Boost's table alone: its engine needs boost::throw_exception, which programs without exceptions have to define.
  using table = boost::random::default_sobol_table;
  const std::size_t covered = (std::min<std::size_t>)(dimensions, 3667);
  directions_.assign(32 * covered, 0);
  // The recurrence of Bratley and Fox, Algorithm 659, ACM TOMS 14(1), 1988, section 2.
  for (std::size_t k = 0; k < covered; ++k) {
    const auto m = [&](std::size_t j) -> std::uint32_t& { return directions_[j * covered + k]; };
    const std::uint32_t polynomial = k == 0 ? 1U : table::polynomial(k - 1);
    const auto degree = static_cast<std::size_t>(std::bit_width(polynomial)) - 1;
    for (std::size_t j = 0; j < 32; ++j) {
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
    for (std::size_t j = 0; j < 32; ++j) m(j) <<= 31 - j;
  }
  state_.assign(covered, 0);
  scramble_.resize(covered);
  random keys(seed, ~std::uint64_t{0} >> 1U);  // a stream of its own, far from those of the trials
  for (std::uint32_t& key : scramble_) key = static_cast<std::uint32_t>(keys());
}

KNOBLESS_INLINE std::optional<point> sobol::ask(const ask_context& context) {
  const domain& space = context.space;
  if (dimensions_ != space.size() || seed_ != context.seed || context.proposed < given_)
    prepare(space.size(), context.seed);
  const std::size_t covered = state_.size();
  const auto step = [&] {
    ++index_;
    const auto bit = static_cast<std::size_t>(std::countr_zero(index_));
    if (bit < 32)
      for (std::size_t k = 0; k < covered; ++k) state_[k] ^= directions_[bit * covered + k];
  };
  point p = context.blank();
  const auto place = [&] {
    for (std::size_t k = 0; k < covered; ++k)
      p.unit[k] = (static_cast<double>(detail::owen_scramble(state_[k], scramble_[k])) + 0.5) * 0x1p-32;
    for (std::size_t k = covered; k < space.size(); ++k) p.unit[k] = context.rng.uniform();
    space.complete(p);
    return space.admits(p);
  };
  // Catch up with a resumed study, then take the next admitted point.
  for (constexpr std::size_t most = 10000;; ++given_) {
    std::size_t tries = 0;
    while (!place() && ++tries < most) step();
    step();
    if (given_ == context.proposed) break;
  }
  ++given_;
  return p;
}

}  // namespace knobless

#include "../detail/strict_end.inc"
