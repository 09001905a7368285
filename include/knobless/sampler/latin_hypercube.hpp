/// \file
/// Latin hypercube sampling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "../base/random_streams.hpp"
#include "admitted_point.hpp"
#include "sampler.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Points of which, in each dimension, exactly one lies in each of n equal slices (McKay, Beckman and Conover, 1979).
/// After n points another hypercube begins. O(d) an ask, O(n d) at the start of a hypercube.
class latin_hypercube {
 public:
  /// For logs.
  static constexpr std::string_view name = "latin_hypercube";
  static constexpr bool several_objectives = true;  ///< it looks at no values

  /// n: points in a hypercube, the number of trials, say; at least 1.
  explicit latin_hypercube(std::size_t n = 100) : n_(n == 0 ? 1 : n) {}

  /// The next point.
  [[nodiscard]] std::optional<point> ask(const ask_context& context) {
    const domain& space = context.space;
    const std::size_t cube = context.proposed / n_;
    const std::size_t row = context.proposed % n_;
    if (slices_.size() != n_ * space.size() || cube != cube_) shuffle(space.size(), cube, context.seed);
    point p(space.size());
    const auto place = [&] {
      for (std::size_t k = 0; k < space.size(); ++k)
        p.unit[k] = (static_cast<double>(slices_[k * n_ + row]) + context.rng.uniform()) / static_cast<double>(n_);
      space.complete(p);
    };
    place();
    if (!space.constrained()) return p;
    // A constraint is kept by another place within the slices first.
    detail::admitted_points constraints(context);
    for (int tries = 1; tries < 32 && !constraints.admits(p); ++tries) place();
    if (std::optional<point> found = constraints.anywhere(p)) return found;
    return p;
  }

 private:
  void shuffle(std::size_t dimensions, std::size_t cube, std::uint64_t seed) {
    random_stream rng(seed, detail::streams::hypercube(cube));
    cube_ = cube;
    slices_.resize(n_ * dimensions);
    for (std::size_t k = 0; k < dimensions; ++k) {
      std::uint32_t* slice = &slices_[k * n_];
      for (std::size_t i = 0; i < n_; ++i) slice[i] = static_cast<std::uint32_t>(i);
      for (std::size_t i = n_; i > 1; --i) std::swap(slice[i - 1], slice[rng.below(i)]);
    }
  }

  std::size_t n_;
  std::size_t cube_ = 0;
  std::vector<std::uint32_t> slices_;  // [dimension * n + row]
};

}  // namespace knobless
