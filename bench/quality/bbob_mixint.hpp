// The 24 mixed-integer functions of the suite bbob-mixint: BBOB's functions with the first four fifths of their coordinates
// discretised (Tusar, Brockhoff and Hansen, Mixed-integer benchmark problems for single- and bi-objective optimization, GECCO
// 2019). Instances are those of the COCO platform, so that results may be compared with published ones.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "bbob.hpp"

namespace bbob {

/// One of the functions, in one instance; d is a multiple of 5 below 50. The coordinates of each fifth but the last are
/// integers from 0 to levels - 1, with 2, 4, 8 and 16 levels; those of the last are reals in [-5, 5].
class mixed_integer_problem {
 public:
  mixed_integer_problem(int function, int instance, std::size_t d)
      : inner_(function, instance, d), factor_(factors[function - 1]), offset_(d, 0.0) {
    for (std::size_t i = 0; i < d; ++i) {
      if (levels(i) == 0) continue;
      const double best = inner_.best_point()[i];
      const double last = static_cast<double>(levels(i)) - 1.0;
      const double place = last * (best - low(i)) / (-2.0 * low(i));
      offset_[i] = continuous(i, std::clamp(std::floor(place + 1e-7 + 0.5), 0.0, last)) - best;
    }
  }

  [[nodiscard]] std::size_t dimensions() const { return inner_.dimensions(); }
  /// How many values coordinate i has; 0 where it is real.
  [[nodiscard]] std::size_t levels(std::size_t i) const {
    const std::size_t fifth = i / (dimensions() / 5);
    return fifth == 4 ? 0 : std::size_t{2} << fifth;
  }
  /// The smallest value that the function takes.
  [[nodiscard]] double best_value() const { return factor_ * inner_.best_value(); }
  /// Coordinates with levels are rounded to the next of them.
  [[nodiscard]] double operator()(vector x) const {
    for (std::size_t i = 0; i < x.size(); ++i)
      if (levels(i) > 0) {
        const double last = static_cast<double>(levels(i)) - 1.0;
        x[i] = continuous(i, std::clamp(std::floor(x[i] + 0.5), 0.0, last)) - offset_[i];
      }
    return factor_ * inner_(x);
  }

 private:
  // By which values are multiplied, so that the functions are about equally difficult.
  static constexpr double factors[] = {1,    1e-3, 1e-1, 1e-1, 1,  1e-2, 1,  1e-2, 1e-2, 1e-3, 1e-2, 1e-4,
                                       1e-1, 1,    1e-1, 1,    10, 1,    10, 1e-1, 1,    1,    10,   1e-1};

  // Levels divide [-4, 4] evenly, without its ends. A shift puts the function's best point on the level that is next to it.
  [[nodiscard]] double low(std::size_t i) const { return -4.0 + 8.0 / (static_cast<double>(levels(i)) + 1.0); }
  [[nodiscard]] double continuous(std::size_t i, double level) const {
    return low(i) - 2.0 * low(i) * level / (static_cast<double>(levels(i)) - 1.0);
  }

  problem inner_;
  double factor_;
  vector offset_;
};

}  // namespace bbob
