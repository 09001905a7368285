/// \file
/// Limited-memory BFGS: descent directions from the latest steps.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../base/config.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

// Loops, not expressions of Eigen's: these would sum in an order that depends on the width of the registers.
[[nodiscard]] inline double inner_product(const Eigen::VectorXd& a, const Eigen::VectorXd& b) noexcept {
  double sum = 0.0;
  for (Eigen::Index i = 0; i < a.size(); ++i) sum += a(i) * b(i);
  return sum;
}
[[nodiscard]] inline double largest_component(const Eigen::VectorXd& a) noexcept {
  double most = 0.0;
  for (Eigen::Index i = 0; i < a.size(); ++i) most = (std::max)(most, std::abs(a(i)));
  return most;
}

/// The coordinates that may move: of those at a bound, only those that the descent does not push out.
class free_coordinates {
 public:
  void find(const Eigen::VectorXd& x, const Eigen::VectorXd& gradient, const Eigen::VectorXd& lower,
            const Eigen::VectorXd& upper) {
    free_.resize(static_cast<std::size_t>(x.size()));
    for (Eigen::Index i = 0; i < x.size(); ++i)
      free_[static_cast<std::size_t>(i)] =
          (x(i) <= lower(i) && gradient(i) > 0.0) || (x(i) >= upper(i) && gradient(i) < 0.0) ? 0 : 1;
  }
  [[nodiscard]] bool operator()(Eigen::Index i) const { return free_[static_cast<std::size_t>(i)] != 0; }

  /// The direction of steepest descent.
  void downhill(const Eigen::VectorXd& gradient, Eigen::VectorXd& step) const {
    for (Eigen::Index i = 0; i < step.size(); ++i) step(i) = (*this)(i) ? -gradient(i) : 0.0;
  }
  /// step += a v.
  void add(double a, const Eigen::VectorXd& v, Eigen::VectorXd& step) const {
    for (Eigen::Index i = 0; i < step.size(); ++i)
      if ((*this)(i)) step(i) += a * v(i);
  }

 private:
  std::vector<char> free_;
};

/// The latest steps and what the gradient changed on them.
class lbfgs_memory {
 public:
  /// Whether nothing is known of the curvature.
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  void forget() noexcept { count_ = 0; }

  /// Takes in a step, if the curvature along it is positive. O(d).
  void store(const Eigen::VectorXd& from, const Eigen::VectorXd& to, const Eigen::VectorXd& gradient_from,
             const Eigen::VectorXd& gradient_to) {
    pair& p = pairs_[count_ % size];
    p.s.resize(from.size());
    p.y.resize(from.size());
    for (Eigen::Index i = 0; i < from.size(); ++i) {
      p.s(i) = to(i) - from(i);
      p.y(i) = gradient_to(i) - gradient_from(i);
    }
    const double curvature = inner_product(p.s, p.y);
    if (!(curvature > least_curvature * inner_product(p.y, p.y))) return;
    p.scale = 1.0 / curvature;
    ++count_;
  }

  /// Turns the steepest descent into the quasi-Newton step, in the free coordinates (Nocedal and Wright, Numerical
  /// Optimization, 2006, algorithm 7.4; the first matrix by eq. 7.20). O(d).
  void apply(const free_coordinates& free, Eigen::VectorXd& step) const {
    std::array<double, size> along{};
    const std::size_t kept = (std::min)(count_, size);
    for (std::size_t back = 1; back <= kept; ++back) {
      const pair& p = latest(back);
      along[back - 1] = p.scale * inner_product(p.s, step);
      free.add(-along[back - 1], p.y, step);
    }
    if (kept > 0) {
      const pair& last = latest(1);
      const double unit = 1.0 / (last.scale * inner_product(last.y, last.y));
      for (double& s : step) s *= unit;
    }
    for (std::size_t back = kept; back >= 1; --back) {
      const pair& p = latest(back);
      free.add(along[back - 1] - p.scale * inner_product(p.y, step), p.s, step);
    }
  }

 private:
  // Nocedal and Wright, section 7.2: between 3 and 20 serve well.
  static constexpr std::size_t size = 8;
  // s'y over y'y: less is rounding.
  static constexpr double least_curvature = 1e-12;

  struct pair {
    Eigen::VectorXd s, y;
    double scale = 0.0;  // 1 / s'y
  };
  [[nodiscard]] const pair& latest(std::size_t back) const { return pairs_[(count_ - back) % size]; }

  std::array<pair, size> pairs_;
  std::size_t count_ = 0;  // pairs ever stored
};

}  // namespace knobless::detail

#include "../base/strict_end.inc"
