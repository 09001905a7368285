/// \file
/// What a user declares: real, integer, flag, choice, ordinal, fixed and group.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "declaration.hpp"
#include "parameter.hpp"
#include "place.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// A real parameter of a floating-point member.
template <class T, class Class>
[[nodiscard]] auto real(std::string name, T Class::*member, const real_options& options) {
  if constexpr (detail::is_array<T>) {
    static_assert(std::is_floating_point_v<typename T::value_type>,
                  "knobless::real needs an array of floating-point numbers");
    return detail::array_declaration<T, Class>{std::move(name), member, options, {}};
  } else {
    static_assert(std::is_floating_point_v<T>,
                  "knobless::real needs a floating-point member; for a whole number use knobless::integer, for a bool "
                  "knobless::flag");
    return detail::number_declaration<T, T Class::*>{name, parameter::real(name, options), member};
  }
}
/// A real parameter that is the value itself (inside a std::optional<double>, say).
[[nodiscard]] inline auto real(std::string name, self_t, const real_options& options) {
  return detail::number_declaration<double, self_t>{name, parameter::real(name, options), {}};
}
/// A real argument of a lambda.
[[nodiscard]] inline auto real(std::string name, const real_options& options) {
  return detail::number_declaration<double, detail::unplaced>{name, parameter::real(name, options), {}};
}

/// An integer parameter of an integral member.
template <class T, class Class>
[[nodiscard]] auto integer(std::string name, T Class::*member, const integer_options& options) {
  static_assert(
      std::is_integral_v<T> && !std::is_same_v<T, bool>,
      "knobless::integer needs an integral member; for a floating-point one use knobless::real (with a step), for "
      "a bool knobless::flag");
  return detail::number_declaration<T, T Class::*>{name, parameter::integer(name, options), member};
}
/// An integer parameter that is the value itself.
[[nodiscard]] inline auto integer(std::string name, self_t, const integer_options& options) {
  return detail::number_declaration<int, self_t>{name, parameter::integer(name, options), {}};
}
/// An integer argument of a lambda.
[[nodiscard]] inline auto integer(std::string name, const integer_options& options) {
  return detail::number_declaration<int, detail::unplaced>{name, parameter::integer(name, options), {}};
}

/// A bool member: false or true.
template <class T, class Class>
[[nodiscard]] auto flag(std::string name, T Class::*member) {
  static_assert(std::is_same_v<T, bool>, "knobless::flag needs a bool member; for other types use knobless::choice");
  return detail::number_declaration<bool, T Class::*>{name, parameter::categorical(name, {"false", "true"}), member};
}
/// A bool that is the value itself.
[[nodiscard]] inline auto flag(std::string name, self_t) {
  return detail::number_declaration<bool, self_t>{name, parameter::categorical(name, {"false", "true"}), {}};
}
/// A bool argument of a lambda.
[[nodiscard]] inline auto flag(std::string name) {
  return detail::number_declaration<bool, detail::unplaced>{name, parameter::categorical(name, {"false", "true"}), {}};
}

/// One of a list of values in no order. Any type with `==`.
template <class T, class Class>
[[nodiscard]] auto choice(std::string name, T Class::*member, std::type_identity_t<std::vector<T>> values) {
  static_assert(std::equality_comparable<T>, "knobless::choice needs values that can be compared with ==");
  return detail::listed_declaration<T, T Class::*>{std::move(name), std::move(values), {},    false,
                                                   false,           scaling::linear,   member};
}
/// One of a list of values that is the value itself.
template <class T>
[[nodiscard]] auto choice(std::string name, self_t, std::vector<T> values) {
  return detail::listed_declaration<T, self_t>{std::move(name), std::move(values), {}, false,
                                               false,           scaling::linear,   {}};
}
/// The same.
template <class T>
[[nodiscard]] auto choice(std::string name, self_t, std::initializer_list<T> values) {
  return choice(std::move(name), self, std::vector<T>(values));
}
/// One of a list of values, as an argument of a lambda.
template <class T>
[[nodiscard]] auto choice(std::string name, std::vector<T> values) {
  return detail::listed_declaration<T, detail::unplaced>{std::move(name), std::move(values), {}, false,
                                                         false,           scaling::linear,   {}};
}
/// The same.
template <class T>
[[nodiscard]] auto choice(std::string name, std::initializer_list<T> values) {
  return choice(std::move(name), std::vector<T>(values));
}
/// Literals are strings: pointers would be compared by address.
[[nodiscard]] inline auto choice(std::string name, std::initializer_list<const char*> values) {
  return choice(std::move(name), std::vector<std::string>(values.begin(), values.end()));
}

/// One of a list of values in order, neighbours equally far apart.
template <class T, class Class>
[[nodiscard]] auto ordinal(std::string name, T Class::*member, std::type_identity_t<std::vector<T>> values) {
  static_assert(std::equality_comparable<T>, "knobless::ordinal needs values that can be compared with ==");
  return detail::listed_declaration<T, T Class::*>{std::move(name), std::move(values), {},    true,
                                                   false,           scaling::linear,   member};
}
/// One of a list of increasing numbers, as far apart as their values on the scale.
template <class T, class Class>
[[nodiscard]] auto ordinal(std::string name, T Class::*member, std::type_identity_t<std::vector<T>> values,
                           scaling scale) {
  static_assert(std::is_arithmetic_v<T>,
                "knobless::ordinal with a scale needs numbers; without one their order is enough");
  return detail::listed_declaration<T, T Class::*>{std::move(name), std::move(values), {}, true, true, scale, member};
}
/// One of a list of values in order that is the value itself.
template <class T>
[[nodiscard]] auto ordinal(std::string name, self_t, std::vector<T> values) {
  return detail::listed_declaration<T, self_t>{std::move(name), std::move(values), {}, true,
                                               false,           scaling::linear,   {}};
}
/// The same.
template <class T>
[[nodiscard]] auto ordinal(std::string name, self_t, std::initializer_list<T> values) {
  return ordinal(std::move(name), self, std::vector<T>(values));
}
/// One of a list of values in order, as an argument of a lambda; with a scale, as far apart as their values on it.
template <class T>
requires std::is_arithmetic_v<T>
[[nodiscard]] auto ordinal(std::string name, std::vector<T> values, scaling scale) {
  return detail::listed_declaration<T, detail::unplaced>{std::move(name), std::move(values), {}, true, true, scale, {}};
}
/// The same.
template <class T>
[[nodiscard]] auto ordinal(std::string name, std::initializer_list<T> values, scaling scale) {
  return ordinal(std::move(name), std::vector<T>(values), scale);
}
/// One of a list of values in order, as an argument of a lambda.
template <class T>
[[nodiscard]] auto ordinal(std::string name, std::vector<T> values) {
  return detail::listed_declaration<T, detail::unplaced>{std::move(name), std::move(values), {}, true,
                                                         false,           scaling::linear,   {}};
}
/// The same.
template <class T>
[[nodiscard]] auto ordinal(std::string name, std::initializer_list<T> values) {
  return ordinal(std::move(name), std::vector<T>(values));
}
/// Literals are strings.
[[nodiscard]] inline auto ordinal(std::string name, std::initializer_list<const char*> values) {
  return ordinal(std::move(name), std::vector<std::string>(values.begin(), values.end()));
}

/// A member that always has this value: not searched.
template <class T, class Class>
[[nodiscard]] auto fixed(T Class::*member, std::type_identity_t<T> value) {
  return detail::fixed_declaration<T, T Class::*>{std::move(value), member};
}
/// An argument of a lambda that always has this value.
// Not for references: `std::cout << fixed`, with both namespaces open, would ask what it returns for a stream.
template <class T>
requires(!std::is_reference_v<T>) [[nodiscard]] auto fixed(T value) {
  return detail::fixed_declaration<T, detail::unplaced>{std::move(value), {}};
}
/// Literals are strings.
[[nodiscard]] inline auto fixed(const char* value) { return fixed(std::string(value)); }

/// A member that is a struct: its parameters, named "name.parameter".
template <class T, class Class, detail::declaration... Declarations>
[[nodiscard]] auto group(std::string name, T Class::*member, Declarations... inner) {
  return detail::group_declaration<T Class::*, Declarations...>{std::move(name), member,
                                                                std::tuple<Declarations...>(std::move(inner)...)};
}

}  // namespace knobless
