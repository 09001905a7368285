/// \file
/// Scrambled Sobol points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "../base/config.hpp"
#include "sampler.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Sobol's low-discrepancy sequence with nested uniform ("Owen") scrambling: every prefix of 2^m points fills the cube
/// evenly, and each point is uniform.
///
/// The direction numbers are those of Joe and Kuo (2008) as Boost.Random carries them, for up to 3667 dimensions; further
/// ones are drawn at random. The scrambling is hash-based (Laine and Karras 2011; Burley, JCGT 9(4), 2020). A point that
/// breaks a constraint is skipped, up to 32 in a row; then an admitted point is looked for from there. O(d) an ask, O(32 d) for
/// the first.
class sobol {
 public:
  /// For logs.
  static constexpr std::string_view name = "sobol";
  static constexpr bool several_objectives = true;  ///< it looks at no values

  /// The next point.
  [[nodiscard]] std::optional<point> ask(const ask_context& context);

  /// Begins the sequence anew. O(32 d).
  void begin(std::size_t dimensions, std::uint64_t seed);
  /// Puts the next point of the sequence into p, whether the constraints admit it or not. O(d).
  void next(const domain& space, random_stream& rng, point& p);

 private:
  std::uint64_t seed_ = 0;
  std::size_t dimensions_ = 0;
  std::size_t given_ = 0;
  static constexpr std::size_t bits = 32;  // of a coordinate

  std::uint32_t index_ = 0;
  std::vector<std::uint32_t> directions_;  // [bit * dimensions + k]
  std::vector<std::uint32_t> state_;       // the point before scrambling
  std::vector<std::uint32_t> scramble_;    // a key for each dimension
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "sobol.ipp"
#endif
