/// \file
/// Wilcoxon's signed-rank test of differences that come one by one.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../base/elementary.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Sizes in their order, and how many of them belong to positive differences: a treap, which stays O(log n) deep whatever
/// the order in which they come. Equal sizes share a node.
class sorted_sizes {
 public:
  /// How many sizes there were of a kind, and how many of these belong to positive differences.
  struct count {
    std::size_t all = 0;
    std::size_t positive = 0;
  };
  struct place {
    count less;
    count equal;
    count greater;
  };

  /// Inserts a size, and says where it stands among those that were there before. O(log different sizes), expected.
  place insert(double size, bool positive) {
    place found;
    root_ = insert(root_, size, positive, found);
    return found;
  }

 private:
  // Nodes are named by their place in the vector, so copies are copies of it.
  using name = std::uint32_t;
  static constexpr name none = ~name{0};
  struct node {
    double size;
    std::uint64_t priority;
    name left = none;
    name right = none;
    count own;
    count below;  // the whole subtree
  };

  static void add(count& to, const count& more) noexcept {
    to.all += more.all;
    to.positive += more.positive;
  }
  [[nodiscard]] count below(name n) const noexcept { return n == none ? count{} : nodes_[n].below; }
  void sum_up(name n) noexcept {
    node& at = nodes_[n];
    at.below = at.own;
    add(at.below, below(at.left));
    add(at.below, below(at.right));
  }

  // The root of the subtree after the insertion.
  name insert(name n, double size, bool positive, place& found) {
    const count one{1, positive ? std::size_t{1} : std::size_t{0}};
    if (n == none) {
      nodes_.push_back({size, mixed(nodes_.size()), none, none, one, one});
      return static_cast<name>(nodes_.size() - 1);
    }
    if (size < nodes_[n].size) {
      add(found.greater, nodes_[n].own);
      add(found.greater, below(nodes_[n].right));
      const name child = insert(nodes_[n].left, size, positive, found);
      nodes_[n].left = child;
      return lifted(n, child, nodes_[child].right, nodes_[n].left);
    }
    if (size > nodes_[n].size) {
      add(found.less, nodes_[n].own);
      add(found.less, below(nodes_[n].left));
      const name child = insert(nodes_[n].right, size, positive, found);
      nodes_[n].right = child;
      return lifted(n, child, nodes_[child].left, nodes_[n].right);
    }
    add(found.less, below(nodes_[n].left));
    add(found.greater, below(nodes_[n].right));
    found.equal = nodes_[n].own;
    add(nodes_[n].own, one);
    sum_up(n);
    return n;
  }

  // Rotates the child above its parent where its priority is the higher one.
  name lifted(name parent, name child, name& inner, name& link) noexcept {
    if (nodes_[child].priority <= nodes_[parent].priority) {
      sum_up(parent);
      return parent;
    }
    link = inner;
    inner = parent;
    sum_up(parent);
    sum_up(child);
    return child;
  }

  // Bits without a pattern (the finaliser of splitmix64: Steele, Lea and Flood, OOPSLA 2014).
  [[nodiscard]] static std::uint64_t mixed(std::uint64_t z) noexcept {
    // NOLINTBEGIN(readability-magic-numbers)
    z += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
    // NOLINTEND(readability-magic-numbers)
  }

  std::vector<node> nodes_;
  name root_ = none;
};

/// Wilcoxon's signed-rank test. Equal sizes share their ranks; zeros count half on either side.
class signed_ranks {
 public:
  /// A finite difference. O(log n), expected.
  void insert(double difference) {
    const double size = difference < 0.0 ? -difference : difference;
    const sorted_sizes::place at = sizes_.insert(size, difference > 0.0);
    ++n_;
    // Ranks twofold, so that those which are shared are whole: (less + 1) + (less + equal) of a group. Who is larger moves up
    // by one rank, the equals by half of one.
    positive_ += 2 * at.greater.positive;
    if (size > 0.0) {
      positive_ += at.equal.positive;
      if (difference > 0.0) positive_ += 2 * at.less.all + at.equal.all + 2;
    } else {
      ++zeros_;
    }
    ties_ += static_cast<double>(at.equal.all * (at.equal.all + 1));
    if (first_.size() < exact) first_.push_back(difference);
  }

  /// How probable it is, under equal odds for both signs, that positive differences have ranks with a sum at least as large as
  /// these: exact up to 12 differences, beyond that by the normal distribution with a correction for continuity. O(1).
  [[nodiscard]] double p() const {
    if (zeros_ == n_) return 1.0;
    if (n_ <= exact) return exact_p();
    const double total = twofold(n_) - twofold(zeros_);
    const double z = (static_cast<double>(positive_) - 1.0 - 0.5 * total) / std::sqrt(0.25 * squares());
    return elementary::normal_cdf(-z);
  }

 private:
  static constexpr std::size_t exact = 12;

  // The sum of n ranks, twofold.
  [[nodiscard]] static double twofold(std::size_t n) noexcept {
    return static_cast<double>(n) * static_cast<double>(n + 1);
  }

  // The sum of the squares of the twofold ranks of what is not zero. A group of t that share a rank has (t^3 - t) / 3 less than
  // without sharing.
  [[nodiscard]] double squares() const noexcept {
    const auto n = static_cast<double>(n_);
    const auto z = static_cast<double>(zeros_);
    const double all = 2.0 * (twofold(n_) * (2.0 * n + 1.0) / 3.0);
    return all - ties_ - z * (z + 1.0) * (z + 1.0);
  }

  // Counts the choices of signs that reach the sum.
  [[nodiscard]] double exact_p() const {
    std::vector<std::size_t> ranks;  // twofold, of what is not zero
    std::size_t total = 0;
    for (const double d : first_)
      if (d > 0.0 || d < 0.0) ranks.push_back(rank(d));
    for (const std::size_t r : ranks) total += r;
    // How many of the 2^n ways to choose signs have each sum.
    std::vector<double> ways(total + 1, 0.0);
    ways[0] = 1.0;
    std::size_t reach = 0;
    for (const std::size_t r : ranks) {
      for (std::size_t s = reach + 1; s-- > 0;) ways[s + r] += ways[s];
      reach += r;
    }
    double tail = 0.0;
    for (std::size_t s = positive_; s <= total; ++s) tail += ways[s];
    for (std::size_t i = 0; i < ranks.size(); ++i) tail *= 0.5;
    return tail;
  }
  [[nodiscard]] std::size_t rank(double difference) const noexcept {
    const double size = difference < 0.0 ? -difference : difference;
    std::size_t twice = 1;
    for (const double d : first_) {
      const double other = d < 0.0 ? -d : d;
      if (other <= size) ++twice;
      if (other < size) ++twice;
    }
    return twice;
  }

  std::size_t n_ = 0;
  std::size_t zeros_ = 0;
  std::size_t positive_ = 0;  // the twofold ranks of positive differences
  double ties_ = 0.0;         // the sum of (t^3 - t) / 3 over groups of t equal sizes
  std::vector<double> first_;
  sorted_sizes sizes_;
};

}  // namespace knobless::detail

#include "../base/strict_end.inc"
