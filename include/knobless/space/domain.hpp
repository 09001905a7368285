/// \file
/// The untyped description of a search space: all that samplers see of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../base/error.hpp"
#include "parameter.hpp"
#include "point.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Parameters in order, parents before children, and constraints on points. Immutable once built.
class domain {
 public:
  /// A constraint: whether a (complete) point may be proposed.
  struct constraint {
    constraint() = default;
    constraint(const constraint&) = delete;
    constraint& operator=(const constraint&) = delete;
    virtual ~constraint() = default;
    /// Whether `p` may be proposed.
    [[nodiscard]] virtual bool keeps(const point& p) const = 0;
  };

  domain() = default;

  /// Checks and takes the parameters: names must be unique and not empty, a parent must come earlier and be discrete,
  /// and at least one of its levels must activate the child. O(n log n).
  [[nodiscard]] static result<domain> make(std::vector<parameter> parameters);

  /// Number of parameters.
  [[nodiscard]] std::size_t size() const noexcept { return parameters_.size(); }
  /// The i-th parameter. O(1).
  [[nodiscard]] const parameter& operator[](std::size_t i) const noexcept { return parameters_[i]; }
  /// The parameters in order.
  [[nodiscard]] auto begin() const noexcept { return parameters_.begin(); }
  /// Behind the last one.
  [[nodiscard]] auto end() const noexcept { return parameters_.end(); }

  /// Whether some parameter is active only sometimes.
  [[nodiscard]] bool conditional() const noexcept { return conditional_; }

  /// Index of the parameter of that name, or size(). O(size).
  [[nodiscard]] std::size_t find(std::string_view name) const noexcept {
    std::size_t i = 0;
    while (i < size() && parameters_[i].name() != name) ++i;
    return i;
  }

  /// Whether parameter i is active in p, whose earlier coordinates are complete. O(1).
  [[nodiscard]] bool active(std::size_t i, const point& p) const noexcept {
    const parameter& a = parameters_[i];
    const std::size_t parent = a.parent();
    if (parent == parameter::no_parent) return true;
    return p.active[parent] != 0 && a.parent_levels().contains(parameters_[parent].level(p.unit[parent]));
  }

  /// The value of active parameter k at a complete point: the one that a user gave for this coordinate, else what the
  /// coordinate stands for. O(1).
  [[nodiscard]] double natural(const point& p, std::size_t k) const noexcept {
    const parameter& q = parameters_[k];
    if (!p.given.empty() && q.holds(p.given[k]) && q.snap(q.unit(p.given[k])) == p.unit[k]) return p.given[k];
    return q.natural(p.unit[k]);
  }

  /// Makes a canonical point of any coordinates: each is snapped to a value, the mask follows from the parents, inactive
  /// coordinates become 0. O(size).
  void complete(point& p) const {
    p.unit.resize(size());
    p.active.resize(size());
    for (std::size_t i = 0; i < size(); ++i) {
      p.active[i] = active(i, p) ? 1 : 0;
      p.unit[i] = p.active[i] != 0 ? parameters_[i].snap(p.unit[i]) : 0.0;
    }
  }

  /// Whether every active coordinate lies in [0, 1]: false for points told under wider bounds. O(size).
  [[nodiscard]] bool contains(const point& p) const noexcept {
    for (std::size_t i = 0; i < p.size(); ++i)
      if (p.active[i] != 0 && !(p.unit[i] >= 0.0 && p.unit[i] <= 1.0)) return false;
    return true;
  }

  /// Whether the complete point keeps all constraints.
  [[nodiscard]] bool admits(const point& p) const {
    for (const auto& c : constraints_)
      if (!c->keeps(p)) return false;
    return true;
  }

  /// How many constraints the complete point keeps.
  [[nodiscard]] std::size_t kept(const point& p) const {
    std::size_t count = 0;
    for (const auto& c : constraints_) count += c->keeps(p) ? 1U : 0U;
    return count;
  }
  /// Number of constraints.
  [[nodiscard]] std::size_t constraints() const noexcept { return constraints_.size(); }

  /// Whether there are constraints.
  [[nodiscard]] bool constrained() const noexcept { return !constraints_.empty(); }

  /// A copy with one more constraint: a predicate on points.
  template <class Predicate>
  [[nodiscard]] domain require(Predicate keeps) const {
    struct held final : constraint {
      explicit held(Predicate from) : predicate(std::move(from)) {}
      [[nodiscard]] bool keeps(const point& p) const override { return predicate(p); }
      Predicate predicate;
    };
    domain copy = *this;
    copy.constraints_.push_back(std::make_shared<const held>(std::move(keeps)));
    return copy;
  }

 private:
  std::vector<parameter> parameters_;
  std::vector<std::shared_ptr<const constraint>> constraints_;
  bool conditional_ = false;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "domain.ipp"
#endif
