/// \file
/// The tree-structured Parzen estimator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "../config.hpp"
#include "../model/parzen.hpp"
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
  [[nodiscard]] std::optional<point> ask(const ask_context& context);

 private:
  enum class side : unsigned char { none, good, bad };

  static constexpr std::size_t startup = 10;
  static constexpr std::size_t candidates = 24;
  static constexpr double good_share = 0.15;
  static constexpr std::size_t most_good = 25;
  static constexpr double gap_share = 0.7;
  static constexpr double narrowest = 0.03;

  [[nodiscard]] std::optional<point> start(const ask_context& context);
  void update(const history& seen, const domain& space);
  void clear(const history& seen, const domain& space);
  void insert(const domain& space, std::span<const double> unit, std::span<const unsigned char> active);
  void erase_last(const domain& space);
  void split(const domain& space);
  void enter_bad(const domain& space, std::uint32_t row);
  void leave_bad(const domain& space, std::uint32_t row);
  [[nodiscard]] std::size_t position(std::size_t k, std::uint32_t row) const;
  void refresh_bad(const domain& space, std::size_t k, std::size_t at);
  void refresh_neighbours(const domain& space, std::size_t k, std::size_t at);
  [[nodiscard]] const normal_kernel& kernel(const domain& space, std::uint32_t row, std::size_t k, double gap);
  void build_good(const domain& space);
  [[nodiscard]] std::size_t pick(random& rng) const;
  void draw(const domain& space, random& rng, point& p) const;
  [[nodiscard]] bool known(const domain& space, const point& p) const;

  // What was told, a column a dimension, and rows in the order of the coordinate (numeric dimensions) and of the value.
  std::size_t dimensions_ = 0;
  bool discrete_ = false;  // a point may have no continuous coordinate
  std::uint64_t epoch_ = 0;
  std::size_t told_ = 0;
  std::size_t rows_ = 0;
  std::size_t complete_ = 0;
  std::vector<std::vector<double>> unit_;
  std::vector<std::vector<unsigned char>> active_;
  std::vector<std::vector<std::uint32_t>> sorted_;
  std::vector<std::uint32_t> ranking_;
  std::vector<unsigned char> tier_;  // 0 complete, 1 pruned with a value, 2 without one
  std::vector<double> value_;
  std::vector<side> side_;
  std::vector<normal_kernel> kernels_;  // [row * dimensions + k]
  std::vector<std::uint64_t> known_;    // hashes of the points that were told, sorted

  parzen bad_;
  std::vector<std::uint32_t> slot_;  // row -> kernel of bad_
  std::vector<std::uint32_t> row_;   // kernel of bad_ -> row
  parzen good_;
  std::size_t good_count_ = 0;
  bool good_stale_ = true;
  std::vector<double> good_weight_;  // and, last, the prior's
  std::vector<double> good_weight_sum_;
  std::vector<double> good_sigma_;  // [kernel * dimensions + k]

  // Room that is used again.
  std::vector<point> candidates_;
  std::vector<parzen_query> queries_;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "tpe.ipp"
#endif
