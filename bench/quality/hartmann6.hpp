/// \file
/// Hartmann's function in six dimensions (Dixon and Szego, Towards Global Optimisation 2, 1978), on [0, 1]^6.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace hartmann6 {

inline constexpr double least = -3.32236801141551;
inline constexpr std::array<double, 6> best_known{0.20168952, 0.15001069, 0.47687398,
                                                  0.27533243, 0.31165162, 0.65730054};

inline double value(const std::array<double, 6>& x) {
  constexpr double alpha[4] = {1.0, 1.2, 3.0, 3.2};
  constexpr double a[4][6] = {{10.0, 3.0, 17.0, 3.5, 1.7, 8.0},
                              {0.05, 10.0, 17.0, 0.1, 8.0, 14.0},
                              {3.0, 3.5, 1.7, 10.0, 17.0, 8.0},
                              {17.0, 8.0, 0.05, 10.0, 0.1, 14.0}};
  constexpr double p[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                              {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                              {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                              {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
  double sum = 0.0;
  for (std::size_t i = 0; i < 4; ++i) {
    double distance = 0.0;
    for (std::size_t j = 0; j < 6; ++j) distance += a[i][j] * (x[j] - p[i][j]) * (x[j] - p[i][j]);
    sum -= alpha[i] * std::exp(-distance);
  }
  return sum;
}

}  // namespace hartmann6
