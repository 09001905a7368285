/// \file
/// Quadratic regression: a linear, a diagonal or a full quadratic function through weighted observations.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// f(z) = c + b z + z' H z, fitted by weighted least squares. Columns that depend on earlier ones get no coefficient, so a
/// coordinate with two levels is no trouble.
class quadratic {
 public:
  /// affine: no H. diagonal: H has a diagonal. full: all of H.
  enum class form : unsigned char { affine, diagonal, full };

  /// How many coefficients a form has in n dimensions.
  [[nodiscard]] static std::size_t coefficients(form shape, std::size_t n) noexcept {
    switch (shape) {
      case form::affine:
        return n + 1;
      case form::diagonal:
        return 2 * n + 1;
      case form::full:
        break;
    }
    return n * (n + 3) / 2 + 1;
  }

  /// Fits to `values.size()` observations at the rows of `points` (n apart), row i weighing `weights[i]` (a factor of its
  /// residual, not of the square). O(observations coefficients^2), by Householder reflections. By its number, if there are
  /// numbers, an observation is recognised in the next fit: where few come, go or change their weight, that costs
  /// O(changes coefficients^2 + observations coefficients), and finds the same function but for rounding.
  void fit(form shape, std::size_t n, std::span<const double> points, std::span<const double> values,
           std::span<const double> weights, std::span<const std::size_t> numbers = {});

  /// The function at a point. O(coefficients).
  [[nodiscard]] double operator()(std::span<const double> at) const noexcept;

  /// Where the function is smallest within the ball around the first of the points, of `radius` standard deviations of the
  /// points, about: H is raised along its diagonal until its minimum exists and lies inside (Levenberg, 1944). False where there is no such point. O(n^3) a step, some 10 steps.
  bool minimum(double radius, std::span<double> found);

 private:
  // Inside, z is measured from the best point in units of each coordinate's spread: a cloud of a thousandth of the space is
  // then no worse conditioned than a wide one.
  struct frame {
    std::vector<double> centre;
    std::vector<double> spread;
  };

  void set_up(const frame& in, std::span<const double> points, std::span<const double> values,
              std::span<const double> weights);
  [[nodiscard]] bool triangulate(std::size_t count);
  void expand(const double* at, double weight);
  [[nodiscard]] bool follow(std::span<const double> points, std::span<const double> weights,
                            std::span<const std::size_t> numbers);
  void find_changes(std::span<const double> points, std::span<const double> weights,
                    std::span<const std::size_t> numbers);
  [[nodiscard]] bool frame_is_close() const;
  [[nodiscard]] bool apply(double squared_weight, std::size_t columns);
  [[nodiscard]] bool refine(std::size_t count);
  void set_hessian(std::size_t rows);
  void change_frame();

  form form_ = form::affine;
  std::size_t n_ = 0;
  frame frame_;
  std::vector<double> coefficients_;    // 1, z_i, z_i^2, z_i z_j for i < j
  std::vector<double> matrix_;          // by columns, then the values
  std::vector<std::size_t> pivot_row_;  // of R, for each column; the number of rows where it has none

  // R, by rows, of the observations in `taken_`, which are sorted by number; empty where there is no such R.
  struct row_taken {
    std::size_t number;
    std::size_t row;
    double weight;
  };
  std::vector<double> triangle_;
  frame triangle_frame_;
  std::vector<double> solution_;  // the coefficients in that frame
  std::vector<row_taken> taken_;
  std::vector<double> taken_points_;

  // Room that is used again.
  struct change {
    const double* point;
    double squared;  // the square of the weight that it gains; negative: loses
  };
  std::vector<row_taken> next_;
  std::vector<change> changes_;
  std::vector<double> scaled_;
  std::vector<double> gradient_;
  std::vector<double> residual_;
  std::vector<double> hessian_;
  std::vector<double> factor_;
  std::vector<double> step_;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "quadratic.ipp"
#endif
