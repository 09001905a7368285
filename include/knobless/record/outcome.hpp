/// \file
/// What an objective answers: one value or several, limits that only the run tells, and notes.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "../base/elementary.hpp"
#include "../base/error.hpp"
#include "trial.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Something to remember of a trial: a text, a number or a flag. Samplers do not see it.
struct note {
  /// Text, number or flag.
  using value_type = std::variant<std::string, double, bool>;
  std::string name;  ///< not empty
  value_type value;  ///< a number is finite

  /// The note `said` under the name `called`.
  note(std::string called, value_type said) : name(std::move(called)), value(std::move(said)) {}
  note(note&&) noexcept = default;
  /// A copy.
  // libstdc++ 12 holds that a variant of strings always has a value, and destroys one whose copy ran out of memory. So the
  // text is copied before there is a variant of it.
  note(const note& other)
      : name(other.name), value(std::visit([](auto copy) { return value_type(std::move(copy)); }, other.value)) {}
  note& operator=(note&&) noexcept = default;
  /// A copy; where it throws, nothing has changed.
  note& operator=(const note& other) { return *this = note(other); }
  ~note() = default;
};

/// A limit as one trial met it.
struct measured_limit {
  std::string name;     ///< not empty
  double amount = 0.0;  ///< kept when <= 0
  bool graded = true;   ///< false: it says only whether the limit is kept (-1) or broken (1)
};

/// What an objective answers: a value, several values, `pruned`, or `failed`; with limits and notes. NaN and infinity, in any
/// value or limit, are failures.
class outcome {
 public:
  /// A value; a failure where it is NaN or infinite.
  template <class T>
  requires std::convertible_to<T, double> outcome(T value) : outcome(std::in_place, static_cast<double>(value)) {}
  /// Several values: one for each objective, in their order.
  template <class A, class B, class... More>
  requires(std::convertible_to<A, double>&& std::convertible_to<B, double> &&
           (std::convertible_to<More, double> && ...)) outcome(A first, B second, More... more)
      : state_(trial_state::complete) {
    set_values({static_cast<double>(first), static_cast<double>(second), static_cast<double>(more)...});
  }
  /// Several values whose number is not known before; a failure where there is none.
  outcome(std::vector<double> values) : state_(trial_state::complete) { set_values(std::move(values)); }
  /// Several values.
  template <class T, std::size_t N>
  requires std::convertible_to<T, double> outcome(const std::array<T, N>& values)
      : outcome(std::vector<double>(values.begin(), values.end())) {}
  /// Several values.
  template <class... T>
  requires(sizeof...(T) > 0 && (std::convertible_to<T, double> && ...)) outcome(const std::tuple<T...>& values)
      : outcome(
            std::apply([](const T&... each) { return std::vector<double>{static_cast<double>(each)...}; }, values)) {}
  /// Two values.
  template <class A, class B>
  requires(std::convertible_to<A, double>&& std::convertible_to<B, double>) outcome(const std::pair<A, B>& values)
      : outcome(values.first, values.second) {}
  /// Stopped early.
  outcome(pruned_t) : state_(trial_state::pruned) {}
  /// Failed.
  outcome(failed_t failure) : state_(trial_state::failed), why_(std::move(failure.why)) {}

  /// A limit that only the run tells, as how far it is broken: kept when `amount` <= 0. A trial that breaks one is never the
  /// best. Not to be named twice.
  outcome& limit(std::string name, double amount) & {
    if (!elementary::is_finite(amount))
      fail(detail::text("the limit \"", name, "\" is ", elementary::is_nan(amount) ? "NaN" : "infinite"));
    else
      add_limit({std::move(name), amount, true});
    return *this;
  }
  /// The same of a temporary.
  [[nodiscard]] outcome limit(std::string name, double amount) && { return std::move(limit(std::move(name), amount)); }

  /// A limit that is broken, where nothing says how far. A complete trial that does not name it keeps it.
  outcome& broken(std::string name) & {
    add_limit({std::move(name), 1.0, false});
    return *this;
  }
  /// The same of a temporary.
  [[nodiscard]] outcome broken(std::string name) && { return std::move(broken(std::move(name))); }

  /// Something to remember of the trial: a text, a number or a flag. A later note of that name replaces it. A number that is
  /// not finite is kept as a text.
  template <class T>
  outcome& note(std::string name, const T& value) & {
    add_note(std::move(name), noted(value));
    return *this;
  }
  /// The same of a temporary.
  template <class T>
  [[nodiscard]] outcome note(std::string name, const T& value) && {
    return std::move(note(std::move(name), value));
  }

  /// The same limits and notes, but failed for this reason.
  [[nodiscard]] outcome as_failure(std::string why) && {
    fail(std::move(why));
    return std::move(*this);
  }

  /// complete, pruned or failed.
  [[nodiscard]] trial_state state() const noexcept { return state_; }
  /// The value of a complete trial; of several the first.
  [[nodiscard]] double value() const noexcept { return value_; }
  /// All values of a complete trial; none of another one.
  [[nodiscard]] std::span<const double> values() const noexcept {
    if (state_ != trial_state::complete) return {};
    return values_.empty() ? std::span<const double>(&value_, 1) : std::span<const double>(values_);
  }
  /// The limits that it names, in this order.
  [[nodiscard]] std::span<const measured_limit> limits() const noexcept { return limits_; }
  /// Whether it keeps all of them.
  [[nodiscard]] bool feasible() const noexcept {
    for (const measured_limit& l : limits_)
      if (l.amount > 0.0) return false;
    return true;
  }
  /// Its notes, in this order.
  [[nodiscard]] std::span<const knobless::note> notes() const noexcept { return notes_; }
  /// Whether it has one value at most, and neither limits nor notes nor a reason.
  [[nodiscard]] bool plain() const noexcept {
    return values_.empty() && limits_.empty() && notes_.empty() && why_.empty();
  }
  /// Why it failed, or "".
  [[nodiscard]] const std::string& why() const noexcept { return why_; }

 private:
  outcome(std::in_place_t, double value) : state_(trial_state::complete), value_(value) {
    if (elementary::is_finite(value)) return;
    state_ = trial_state::failed;
    why_ = elementary::is_nan(value) ? "the value is NaN" : "the value is infinite";
  }

  void fail(std::string why) {
    if (state_ == trial_state::failed) return;
    state_ = trial_state::failed;
    why_ = std::move(why);
  }

  void set_values(std::vector<double> values) {
    if (values.empty()) return fail("there are no values");
    for (std::size_t k = 0; k < values.size(); ++k)
      if (!elementary::is_finite(values[k]))
        return fail(detail::text("value ", std::to_string(k + 1), " of ", std::to_string(values.size()), " is ",
                                 elementary::is_nan(values[k]) ? "NaN" : "infinite"));
    value_ = values.front();
    if (values.size() > 1) values_ = std::move(values);
  }

  void add_limit(measured_limit limit) {
    if (limit.name.empty()) return fail("a limit has no name");
    for (const measured_limit& l : limits_)
      if (l.name == limit.name) return fail(detail::text("the limit \"", l.name, "\" is given twice"));
    limits_.push_back(std::move(limit));
  }

  void add_note(std::string name, std::variant<std::string, double, bool> value) {
    if (name.empty()) raise({error_code::invalid_use, "a note has no name", "outcome.note"});
    for (knobless::note& n : notes_)
      if (n.name == name) {
        n.value = std::move(value);
        return;
      }
    notes_.emplace_back(std::move(name), std::move(value));
  }

  template <class T>
  [[nodiscard]] static std::variant<std::string, double, bool> noted(const T& value) {
    if constexpr (std::same_as<T, bool>) {
      return value;
    } else if constexpr (std::is_arithmetic_v<T>) {
      const auto number = static_cast<double>(value);
      if (elementary::is_nan(number)) return "NaN";
      if (!elementary::is_finite(number)) return number > 0.0 ? "infinity" : "-infinity";
      return number;
    } else {
      static_assert(std::convertible_to<const T&, std::string_view>, "knobless: a note is a text, a number or a bool");
      if constexpr (std::convertible_to<const T&, std::string_view>) return std::string(std::string_view(value));
      return false;
    }
  }

  trial_state state_;
  double value_ = 0.0;
  std::string why_;
  std::vector<double> values_;  // where there are several
  std::vector<measured_limit> limits_;
  std::vector<knobless::note> notes_;
};

/// `return knobless::broken("diverged");`: the trial failed, by breaking a limit of that name.
[[nodiscard]] inline outcome broken(std::string name) { return outcome(failed(name)).broken(name); }

}  // namespace knobless
