/// \file
/// Squared distances of points, over lengthscales.
#pragma once

#include <Eigen/Core>

#include "../base/config.hpp"
#include "features.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// 1 / lengthscale^2: the squared distance that a difference of levels adds.
[[nodiscard]] inline double inverse_square(double log_length) noexcept { return elementary::exp(-2.0 * log_length); }

/// Numbers over lengthscales (one logarithm a group), with rows of zeros up to a multiple of four, and a column of zeros where
/// there are none: an empty matrix has no address to count from.
void scale_numbers(const features& layout, const Eigen::MatrixXd& numbers, const Eigen::VectorXd& log_length,
                   Eigen::MatrixXd& out);

/// Squared distances of all pairs of `count` points, whose numbers `scale_numbers` made: the lower triangle, in whole tiles.
/// O(n^2 d).
void distances_among(const features& layout, const Eigen::MatrixXd& scaled, const Eigen::MatrixXi& levels,
                     Eigen::Index count, const Eigen::VectorXd& log_length, Eigen::MatrixXd& out);

/// Points that others are compared with. Rows are a multiple of four, those beyond the points are zero; there may be room for
/// more.
class compared_points {
 public:
  explicit compared_points(const features& layout) : layout_(&layout) {}

  /// Replaces all points and their lengthscales.
  void set(const encoded& inputs, const Eigen::VectorXd& log_length);
  /// One more point, whose numbers over lengthscales are `scaled`. O(d), but for the storage, which grows by half.
  void append(const encoded& one, const Eigen::VectorXd& scaled);

  [[nodiscard]] Eigen::Index size() const noexcept { return count_; }
  /// Rows with those that are zero.
  [[nodiscard]] Eigen::Index room() const noexcept { return scaled_.rows(); }
  [[nodiscard]] const Eigen::VectorXd& log_length() const noexcept { return log_length_; }
  [[nodiscard]] double inverse_length(Eigen::Index number) const { return inverse_length_(number); }
  /// One number over its lengthscale, of all points.
  [[nodiscard]] const double* scaled(Eigen::Index number) const noexcept {
    return scaled_.data() + number * scaled_.rows();
  }

  /// Squared distances of all pairs of them: see distances_among.
  void among(Eigen::MatrixXd& out) const;
  /// Squared distances of `count` points (rows, from `first` on) to these (columns). O(n count d).
  void to_block(const Eigen::MatrixXd& scaled, const Eigen::MatrixXi& levels, Eigen::Index first, Eigen::Index count,
                Eigen::MatrixXd& out) const;
  /// Squared distances of one point to these, and its numbers over lengthscales. O(n d).
  void to_one(const encoded& one, Eigen::VectorXd& scaled, Eigen::VectorXd& out) const;

 private:
  const features* layout_;
  Eigen::Index count_ = 0;
  Eigen::VectorXd log_length_;
  Eigen::VectorXd inverse_length_;  // of each number
  Eigen::MatrixXd scaled_;          // numbers over lengthscales
  Eigen::MatrixXi levels_;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "distances.ipp"
#endif

#include "../base/strict_end.inc"
