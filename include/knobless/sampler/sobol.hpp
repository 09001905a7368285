/// \file
/// Scrambled Sobol points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "../config.hpp"
#include "../sampler.hpp"

namespace knobless {

/// Sobol's low-discrepancy sequence with nested uniform ("Owen") scrambling: every prefix of 2^m points fills the cube
/// evenly, and each point is uniform.
///
/// The direction numbers are those of Joe and Kuo (2008) as Boost.Random carries them, for up to 3667 dimensions; further
/// ones are drawn at random. The scrambling is hash-based (Laine and Karras 2011; Burley, JCGT 9(4), 2020). A point that
/// breaks a constraint is skipped. O(d) an ask, O(32 d) for the first.
class sobol {
 public:
  /// The next point.
  [[nodiscard]] std::optional<point> ask(const ask_context& context);

 private:
  void prepare(std::size_t dimensions, std::uint64_t seed);

  std::uint64_t seed_ = 0;
  std::size_t dimensions_ = 0;
  std::size_t given_ = 0;
  std::uint32_t index_ = 0;
  std::vector<std::uint32_t> directions_;  // [bit * dimensions + k]
  std::vector<std::uint32_t> state_;       // the point before scrambling
  std::vector<std::uint32_t> scramble_;    // a key for each dimension
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "sobol.ipp"
#endif
