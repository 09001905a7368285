#pragma once

#include "distances.hpp"

#include <algorithm>

#include "../numeric/dense.hpp"
#include "../numeric/double4.hpp"
#include "padded_matrix.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

KNOBLESS_INLINE void scale_numbers(const features& layout, const Eigen::MatrixXd& numbers,
                                   const Eigen::VectorXd& log_length, Eigen::MatrixXd& out) {
  const Eigen::Index n = numbers.rows();
  out.setZero(padded_rows(n), (std::max)(layout.numbers(), Eigen::Index{1}));
  for (Eigen::Index f = 0; f < layout.numbers(); ++f) {
    const double a = elementary::exp(-log_length(layout.group_of_number(f)));
    for (Eigen::Index i = 0; i < n; ++i) out(i, f) = a * numbers(i, f);
  }
}

KNOBLESS_INLINE void distances_among(const features& layout, const Eigen::MatrixXd& scaled,
                                     const Eigen::MatrixXi& levels, Eigen::Index count,
                                     const Eigen::VectorXd& log_length, Eigen::MatrixXd& out) {
  const std::size_t n = stride(scaled);
  double4 tile[column_step];
  for (std::size_t j = 0; j < n; j += column_step)
    for (std::size_t i = j; i < n; i += column_step) {
      distance_tile(scaled.data() + i, n, scaled.data() + j, n, unsigned_size(layout.numbers()), tile);
      store_tile(tile, out.data() + i + j * n, n);
    }
  for (Eigen::Index c = 0; c < layout.levels(); ++c) {
    const double w = inverse_square(log_length(layout.group_of_level(c)));
    const int* level = levels.data() + c * levels.rows();
    for (Eigen::Index j = 0; j < count; ++j) {
      double* column = out.data() + j * out.rows();
      for (Eigen::Index i = j + 1; i < count; ++i) column[i] += level[i] != level[j] ? w : 0.0;
    }
  }
}

KNOBLESS_INLINE void compared_points::set(const encoded& inputs, const Eigen::VectorXd& log_length) {
  count_ = inputs.numbers.rows();
  log_length_ = log_length;
  inverse_length_.resize(layout_->numbers());
  for (Eigen::Index f = 0; f < layout_->numbers(); ++f)
    inverse_length_(f) = elementary::exp(-log_length_(layout_->group_of_number(f)));
  scale_numbers(*layout_, inputs.numbers, log_length_, scaled_);
  levels_ = inputs.levels;
  extend(levels_, scaled_.rows(), levels_.cols());
}

KNOBLESS_INLINE void compared_points::append(const encoded& one, const Eigen::VectorXd& scaled) {
  const Eigen::Index n = count_;
  if (scaled_.rows() == n) {
    constexpr Eigen::Index least_growth = 8;
    const Eigen::Index room = padded_rows(n + n / 2 + least_growth);
    extend(scaled_, room, scaled_.cols());
    extend(levels_, room, levels_.cols());
  }
  for (Eigen::Index f = 0; f < scaled.size(); ++f) scaled_(n, f) = scaled(f);
  for (Eigen::Index c = 0; c < levels_.cols(); ++c) levels_(n, c) = one.levels(0, c);
  count_ = n + 1;
}

KNOBLESS_INLINE void compared_points::among(Eigen::MatrixXd& out) const {
  distances_among(*layout_, scaled_, levels_, count_, log_length_, out);
}

KNOBLESS_INLINE void compared_points::to_block(const Eigen::MatrixXd& scaled, const Eigen::MatrixXi& levels,
                                               Eigen::Index first, Eigen::Index count, Eigen::MatrixXd& out) const {
  const std::size_t known = unsigned_size(padded_rows(count_));
  const std::size_t rows = unsigned_size(padded_rows(count));
  const std::size_t wide = stride(out);
  double4 tile[column_step];
  for (std::size_t j = 0; j < known; j += column_step)
    for (std::size_t i = 0; i < rows; i += column_step) {
      distance_tile(scaled.data() + unsigned_size(first) + i, stride(scaled), scaled_.data() + j, stride(scaled_),
                    unsigned_size(layout_->numbers()), tile);
      store_tile(tile, out.data() + i + j * wide, wide);
    }
  for (Eigen::Index c = 0; c < layout_->levels(); ++c) {
    const double w = inverse_square(log_length_(layout_->group_of_level(c)));
    const int* level = levels.data() + first + c * levels.rows();
    for (Eigen::Index j = 0; j < count_; ++j) {
      const int other = levels_(j, c);
      double* column = out.data() + j * out.rows();
      for (Eigen::Index i = 0; i < count; ++i) column[i] += level[i] != other ? w : 0.0;
    }
  }
}

KNOBLESS_INLINE void compared_points::to_one(const encoded& one, Eigen::VectorXd& scaled, Eigen::VectorXd& out) const {
  scaled.resize(layout_->numbers());
  out.setZero(padded_rows(count_));
  const std::size_t n = unsigned_size(out.size());
  for (Eigen::Index f = 0; f < scaled.size(); ++f) {
    scaled(f) = inverse_length_(f) * one.numbers(0, f);
    add_squares(out.data(), this->scaled(f), scaled(f), n);
  }
  for (Eigen::Index c = 0; c < layout_->levels(); ++c) {
    const double w = inverse_square(log_length_(layout_->group_of_level(c)));
    for (Eigen::Index i = 0; i < count_; ++i) out(i) += levels_(i, c) != one.levels(0, c) ? w : 0.0;
  }
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
