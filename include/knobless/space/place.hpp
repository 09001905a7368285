/// \file
/// Where a value lives in its owner: a member, an element of one, an argument of a lambda, or the value itself.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Stands for the value itself where a declaration wants a member: the double inside a std::optional<double>, say.
struct self_t {};
/// The only value of its type.
inline constexpr self_t self{};

namespace detail {

// A lambda's argument: the space gives it its place.
struct unplaced {};

template <std::size_t Index>
struct tuple_place {};

template <class Array, class Owner>
struct element_place {
  Array Owner::*member;
  std::size_t index;
};

template <class Owner, class Class, class T>
decltype(auto) at(Owner& owner, T Class::*member) {
  static_assert(std::is_base_of_v<Class, std::remove_const_t<Owner>>,
                "knobless: this parameter names a member of another struct than the one that is configured here");
  return (owner.*member);
}
template <class Owner>
Owner& at(Owner& owner, self_t) {
  return owner;
}
template <class T>
inline constexpr bool is_tuple = false;
template <class... Ts>
inline constexpr bool is_tuple<std::tuple<Ts...>> = true;

template <class Owner, std::size_t Index>
decltype(auto) at(Owner& owner, tuple_place<Index>) {
  static_assert(is_tuple<std::remove_const_t<Owner>>,
                "knobless: inside a struct's space each parameter names its member: real(\"x\", &type::x, {...})");
  if constexpr (is_tuple<std::remove_const_t<Owner>>)
    return (std::get<Index>(owner));
  else
    return (owner);
}
template <class Owner, class Array, class Class>
decltype(auto) at(Owner& owner, const element_place<Array, Class>& place) {
  return (at(owner, place.member)[place.index]);
}
template <class Owner>
int& at(Owner& owner, unplaced) {
  static_assert(!std::is_same_v<Owner, Owner>,
                "knobless: inside a struct's space each parameter names its member: real(\"x\", &type::x, {...})");
  return owner;
}

}  // namespace detail

}  // namespace knobless
