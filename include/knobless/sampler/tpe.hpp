/// \file
/// The tree-structured Parzen estimator.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "../config.hpp"
#include "../model/constants.hpp"
#include "../model/parzen.hpp"
#include "../numeric/block_rows.hpp"
#include "../sampler.hpp"

namespace knobless {

/// TPE (Bergstra et al., Algorithms for hyper-parameter optimization, NeurIPS 2011), multivariate, as Watanabe recommends
/// (Tree-structured Parzen estimator, arXiv 2304.11127), with changes that measured better on our suite (docs/refuted.md has
/// the ones that did not).
///
/// The told trials are split into the best 15 % (at most 25) and the rest. Each side is a mixture of product kernels; the next
/// point is, of 24 drawn around the good ones, the one with the largest ratio of the two densities. In detail:
/// - The first 10 points are the centre of the space (who sets bounds by hand puts the best guess in the middle) and a Latin
///   hypercube.
/// - A kernel is as wide as 0.7 times the larger gap to its neighbours in that dimension, the bounds among them, and no
///   narrower than 0.03 (Watanabe 2023) or half a level of a discrete parameter.
/// - Kernels of the good side weigh as much as they improve on the best of the rest (EI weights); the flat prior weighs as
///   much as their mean.
/// - A candidate takes each coordinate, with even odds, from its own kernel or from another good one. Independent dimensions
///   then combine what several good trials found; the joint ratio throws out combinations that do not go together.
/// - Running trials count as bad, so that parallel asks spread. Failed trials are the worst of all, pruned ones lie between
///   them and complete ones.
/// - Where all active parameters are discrete, a point that was asked before is not proposed again as long as others are
///   found.
///
/// An ask costs O(24 n d) flops for n told trials and a tell O(d log n), both without allocation in the steady state but for
/// the point.
class tpe {
 public:
  tpe() = default;
  /// With other constants, to measure what they are worth.
  explicit tpe(const detail::tpe_constants& constants) : constants_(constants) {}

  /// The next point.
  [[nodiscard]] std::optional<point> ask(const ask_context& context);

  /// Takes in what was told since, `most` trials at most. An ask does it with all of them: this is for whoever would rather
  /// not have the next one wait for that. O(d log n) for each.
  void hear(const history& seen, const domain& space, std::size_t most = (std::numeric_limits<std::size_t>::max)());

 private:
  enum class side : unsigned char { none, good, bad };
  // The rows of one side, a kernel for each, and their order by each numeric coordinate. Of equal good rows the better one
  // comes first, and so has the gap below for itself; of equal bad ones the older.
  struct half {
    parzen mixture;
    std::vector<std::uint32_t> rows;  // of each kernel
    std::vector<std::vector<std::uint32_t>> sorted;
  };

  static constexpr std::size_t startup = 10;
  static constexpr std::size_t candidates = parzen_points::size;
  static constexpr std::size_t most_good = 25;

  void clear(const history& seen, const domain& space);
  void insert(std::span<const double> unit, std::span<const unsigned char> active);
  void erase_last();
  void split(const domain& space);
  void enter(const domain& space, std::uint32_t row, side to);
  void leave(const domain& space, std::uint32_t row);
  [[nodiscard]] half& half_of(std::uint32_t row) { return side_[row] == side::good ? good_ : bad_; }
  [[nodiscard]] std::size_t position(const half& in, std::size_t k, std::uint32_t row) const;
  void refresh(const domain& space, half& in, std::size_t k, std::size_t at);
  void weigh();
  [[nodiscard]] std::size_t pick(std::uint32_t word) const;
  void draw(const domain& space, random& rng, std::size_t from);
  void find_candidates(const domain& space, random& rng);
  void gather(std::size_t candidate, point& p) const;
  [[nodiscard]] bool known(const domain& space, const point& p) const;

  detail::tpe_constants constants_;

  // What was told, a row a trial, and rows in the order of the value.
  std::size_t dimensions_ = 0;
  bool discrete_ = false;  // a point may have no continuous coordinate
  std::uint64_t epoch_ = 0;
  std::size_t told_ = 0;
  std::size_t rows_ = 0;
  std::size_t complete_ = 0;
  detail::block_rows<double> unit_;
  detail::block_rows<unsigned char> active_;
  std::vector<std::uint32_t> ranking_;
  std::vector<unsigned char> tier_;  // 0 complete, 1 pruned with a value, 2 without one
  std::vector<double> value_;
  std::vector<side> side_;
  std::vector<std::uint32_t> slot_;  // the kernel of a row on its side
  detail::block_rows<normal_kernel> kernels_;
  std::vector<std::uint64_t> known_;  // hashes of the points that were told, sorted

  half bad_;
  half good_;
  std::size_t good_count_ = 0;
  bool weights_stale_ = true;
  float log_prior_ = 0.0F;  // weight of the good side's prior
  // Kernels are chosen by the alias method; the one behind the last is the prior.
  struct share {
    std::uint32_t own;
    std::uint32_t other;
  };
  std::vector<share> shares_;

  // The candidates, a column a dimension: room that is used again.
  struct column {
    std::array<double, candidates> unit;
    std::array<bool, candidates> active;
  };
  std::vector<column> drawn_;
  std::size_t count_ = 0;
  point probe_;
  parzen_points points_;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "tpe.ipp"
#endif
