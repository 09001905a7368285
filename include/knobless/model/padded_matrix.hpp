/// \file
/// Matrices whose rows and columns are multiples of four, which the loops of numeric/dense.hpp work on.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>

#include "../numeric/dense.hpp"
#include "../numeric/double4.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Eigen counts with signed numbers, the loops with unsigned ones.
[[nodiscard]] inline std::size_t unsigned_size(Eigen::Index n) noexcept { return static_cast<std::size_t>(n); }

/// From one column to the next.
[[nodiscard]] inline std::size_t stride(const Eigen::MatrixXd& m) noexcept { return unsigned_size(m.rows()); }

/// The next multiple of four.
[[nodiscard]] inline Eigen::Index padded_rows(Eigen::Index n) noexcept {
  return static_cast<Eigen::Index>(padded(unsigned_size(n)));
}

/// Writes four columns of four rows.
inline void store_tile(const double4 (&tile)[column_step], double* into, std::size_t stride) noexcept {
  for (std::size_t c = 0; c < column_step; ++c) tile[c].store(into + c * stride);
}

/// Gives the lower triangle of a kernel matrix its diagonal; rows beyond the first `count` become those of the identity.
inline void complete_kernel(Eigen::MatrixXd& kernel, Eigen::Index count, double diagonal) {
  for (Eigen::Index i = 0; i < count; ++i) kernel(i, i) = diagonal;
  for (Eigen::Index i = count; i < kernel.rows(); ++i) {
    for (Eigen::Index j = 0; j < i; ++j) kernel(i, j) = 0.0;
    kernel(i, i) = 1.0;
  }
}

/// Grows to these sizes, with zeros.
template <class Matrix>
void extend(Matrix& m, Eigen::Index rows, Eigen::Index columns) {
  Matrix larger = Matrix::Zero(rows, columns);
  for (Eigen::Index j = 0; j < m.cols(); ++j)
    std::copy(m.data() + j * m.rows(), m.data() + (j + 1) * m.rows(), larger.data() + j * rows);
  m.swap(larger);
}

}  // namespace knobless::detail
