/// \file
/// The good and the bad trials of TPE, a kernel for each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../../base/config.hpp"
#include "../../model/constants.hpp"
#include "../../model/parzen.hpp"
#include "../../numeric/alias_table.hpp"
#include "../../numeric/block_rows.hpp"
#include "../../record/history.hpp"
#include "../../space/domain.hpp"

#include "../../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Trials split into the best ones and the rest, each side a mixture of product kernels (Watanabe, arXiv 2304.11127). Both are
/// kept up to date: a trial that comes or goes changes the kernels of its neighbours only. Failed trials are the worst of all,
/// pruned ones lie between them and complete ones.
class parzen_sides {
 public:
  /// Good trials at most, as in hyperopt and Optuna.
  static constexpr std::size_t most_good = 25;

  parzen_sides(const domain& space, const tpe_constants& constants);

  /// Takes in a told trial. O(d log n).
  void tell(const domain& space, const observation& o);
  /// The same for one of many: the kernels wait for settle(). O(d).
  void tell_unsettled(const domain& space, const observation& o);
  /// Gives every trial the kernel that tell() would have given it. O(n d log n).
  void settle(const domain& space);
  /// Takes in a told trial whose side the next regroup() will say. O(d).
  void tell_unranked(const observation& o);
  /// Puts all told trials on their sides: numbers in the order in which they were told, best first. The good ones weigh the same.
  /// O(n d log n).
  void regroup(const domain& space, std::span<const std::uint32_t> order);
  /// Takes in a running trial, which counts as bad, until it is forgotten. O(d log n).
  void assume_bad(const domain& space, const point& where);
  /// Forgets the trial that came last, which must be a running one. O(d log n).
  void forget_last(const domain& space);
  /// Makes the good side's weights those of the present trials; to be called before what follows.
  void weigh();

  /// Trials, running ones among them.
  [[nodiscard]] std::size_t size() const noexcept { return rows_; }
  [[nodiscard]] std::size_t complete() const noexcept { return complete_; }
  [[nodiscard]] std::size_t good() const noexcept { return good_count_; }

  /// A good trial by its weight; `good()` is the prior.
  [[nodiscard]] std::size_t pick(std::uint32_t word) const noexcept { return shares_(word); }
  /// The i-th good trial's coordinates, which of them are active, and its kernels.
  [[nodiscard]] const double* good_unit(std::size_t i) const { return unit_[good_.rows[i]]; }
  [[nodiscard]] const unsigned char* good_active(std::size_t i) const { return active_[good_.rows[i]]; }
  [[nodiscard]] const normal_kernel* good_kernels(std::size_t i) const { return kernels_[good_.rows[i]]; }
  /// Of a categorical parameter's kernel: how likely it stays at its level.
  [[nodiscard]] double stay() const { return good_.mixture.stay(); }

  /// Log densities of points, up to constants that the sides share.
  void log_densities(const parzen_points& points, std::span<float, parzen_points::size> good,
                     std::span<float, parzen_points::size> bad);

 private:
  enum class side : unsigned char { none, good, bad };
  // The rows of one side, a kernel for each, and their order by each numeric coordinate. Of equal good rows the better one
  // comes first, and so has the gap below for itself; of equal bad ones the older.
  struct half {
    parzen mixture;
    std::vector<std::uint32_t> rows;  // of each kernel
    std::vector<std::vector<std::uint32_t>> sorted;
  };

  void insert(std::span<const double> unit, std::span<const unsigned char> active);
  void split(const domain& space);
  void enter(const domain& space, std::uint32_t row, side to);
  void leave(const domain& space, std::uint32_t row);
  [[nodiscard]] half& half_of(std::uint32_t row) { return side_[row] == side::good ? good_ : bad_; }
  [[nodiscard]] std::size_t position(const half& in, std::size_t k, std::uint32_t row) const;
  [[nodiscard]] bool before_at_same(const half& in, std::uint32_t a, std::uint32_t b) const;
  void place(const domain& space, std::uint32_t row);
  void sort(half& in, std::size_t k);
  void refresh(const domain& space, half& in, std::size_t k, std::size_t at);

  tpe_constants constants_;
  std::size_t dimensions_;
  std::size_t rows_ = 0;
  std::size_t complete_ = 0;
  block_rows<double> unit_;
  block_rows<unsigned char> active_;
  std::vector<std::uint32_t> ranking_;
  std::vector<unsigned char> tier_;  // 0 complete, 1 pruned with a value, 2 without one
  std::vector<double> value_;
  std::vector<side> side_;
  std::vector<std::uint32_t> slot_;  // the kernel of a row on its side
  block_rows<normal_kernel> kernels_;

  half bad_;
  half good_;
  std::size_t good_count_ = 0;
  bool unsettled_ = false;  // the kernels wait for settle()
  bool weights_stale_ = true;
  float log_prior_ = 0.0F;  // weight of the good side's prior
  alias_table<most_good + 1> shares_;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "parzen_sides.ipp"
#endif

#include "../../base/strict_end.inc"
