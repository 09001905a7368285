/// \file
/// Conditional sub-spaces: std::variant and std::optional members, and std::vector members of a searched length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "space.hpp"

namespace knobless::inline KNOBLESS_ABI {
namespace detail {

// Parameters of an alternative, all active together; remembers how many there are, so that others can step over them.
template <class... Declarations>
struct sub_space {
  std::tuple<Declarations...> inner;
  std::size_t count = 0;

  void describe(domain_builder& b, const std::string& prefix, std::size_t parent, level_set levels) {
    const std::size_t before = b.parameters.size();
    b.inside(prefix, parent, std::move(levels), [&] { std::apply([&](auto&... d) { (d.describe(b), ...); }, inner); });
    count = b.parameters.size() - before;
  }
  template <class Owner>
  void decode(point_reader& r, Owner& owner) const {
    std::apply([&](const auto&... d) { (d.decode(r, owner), ...); }, inner);
  }
  template <class Owner>
  void encode(point_writer& w, const Owner& owner) const {
    std::apply([&](const auto&... d) { (d.encode(w, owner), ...); }, inner);
  }
};

template <class T, class... Declarations>
struct alternative {
  using type = T;
  std::string name;
  sub_space<Declarations...> inner;
};

template <class T, class Variant>
inline constexpr std::size_t occurrences = 0;
template <class T, class... Ts>
inline constexpr std::size_t occurrences<T, std::variant<Ts...>> = (std::size_t{0} + ... +
                                                                    (std::is_same_v<T, Ts> ? 1 : 0));

template <class Place, class... Alternatives>
struct variant_declaration {
  std::string name;
  Place place;
  std::tuple<Alternatives...> alternatives;

  void describe(domain_builder& b) {
    const std::size_t index = b.parameters.size();
    std::vector<std::string> labels;
    std::apply([&](const auto&... a) { (labels.push_back(a.name), ...); }, alternatives);
    b.add(name, parameter::categorical(name, std::move(labels)));
    std::uint64_t level = 0;
    const auto inside = [&](auto& a) {
      a.inner.describe(b, text(name, ".", a.name, "."), index, level_set::of(level++));
    };
    std::apply([&](auto&... a) { (inside(a), ...); }, alternatives);
  }
  template <class Owner>
  void decode(point_reader& r, Owner& owner) const {
    const std::size_t chosen = r.take_level();
    std::size_t i = 0;
    const auto take = [&](const auto& a) {
      using type = typename std::remove_cvref_t<decltype(a)>::type;
      if (i++ == chosen)
        a.inner.decode(r, at(owner, place).template emplace<type>());
      else
        r.skip(a.inner.count);
    };
    std::apply([&](const auto&... a) { (take(a), ...); }, alternatives);
  }
  template <class Owner>
  void encode(point_writer& w, const Owner& owner) const {
    const auto& held = at(owner, place);
    std::size_t chosen = sizeof...(Alternatives);
    std::size_t i = 0;
    const auto look = [&](const auto& a) {
      if (std::holds_alternative<typename std::remove_cvref_t<decltype(a)>::type>(held)) chosen = i;
      ++i;
    };
    std::apply([&](const auto&... a) { (look(a), ...); }, alternatives);
    w.put_level(chosen, chosen < sizeof...(Alternatives));
    const auto put = [&](const auto& a) {
      if (const auto* value = std::get_if<typename std::remove_cvref_t<decltype(a)>::type>(&held))
        a.inner.encode(w, *value);
      else
        w.skip(a.inner.count);
    };
    std::apply([&](const auto&... a) { (put(a), ...); }, alternatives);
  }
};

template <class Place, class... Declarations>
struct optional_declaration {
  std::string name;
  Place place;
  sub_space<Declarations...> inner;

  void describe(domain_builder& b) {
    const std::size_t index = b.parameters.size();
    b.add(name, parameter::categorical(name, {"none", "some"}));
    inner.describe(b, name + ".", index, level_set::of(1));
  }
  template <class Owner>
  void decode(point_reader& r, Owner& owner) const {
    if (r.take_level() == 1) {
      inner.decode(r, at(owner, place).emplace());
    } else {
      at(owner, place).reset();
      r.skip(inner.count);
    }
  }
  template <class Owner>
  void encode(point_writer& w, const Owner& owner) const {
    const auto& held = at(owner, place);
    w.put_level(held ? 1 : 0, true);
    if (held)
      inner.encode(w, *held);
    else
      w.skip(inner.count);
  }
};

// Each item has parameters of its own. More than this is rather a mistake, such as a length of -1.
inline constexpr std::size_t most_items = 1U << 16U;

template <class Place, class... Declarations>
struct repeated_declaration {
  std::string name;
  Place place;
  std::size_t low;
  std::size_t high;
  std::tuple<Declarations...> inner;
  std::vector<sub_space<Declarations...>> items = {};

  void describe(domain_builder& b) {
    if (low > high || high > most_items) {
      b.fail(name, text("low = ", std::to_string(low), ", high = ", std::to_string(high),
                        " given, but a count needs low <= high <= ", std::to_string(most_items)));
      return;
    }
    const std::size_t index = b.parameters.size();
    b.add(name,
          parameter::integer(name, {.low = static_cast<std::int64_t>(low), .high = static_cast<std::int64_t>(high)}));
    items.assign(high, {inner, 0});
    for (std::size_t i = 0; i < high; ++i) {
      // Level k is a count of low + k: item i is there for counts above i.
      const std::size_t first = i + 1 > low ? i + 1 - low : 0;
      items[i].describe(b, text(name, "[", std::to_string(i), "]."), index, level_set::from(first));
    }
  }
  template <class Owner>
  void decode(point_reader& r, Owner& owner) const {
    auto& list = at(owner, place);
    list.clear();
    const std::size_t count = low + r.take_level();
    list.resize(count);
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i < count)
        items[i].decode(r, list[i]);
      else
        r.skip(items[i].count);
    }
  }
  template <class Owner>
  void encode(point_writer& w, const Owner& owner) const {
    const auto& list = at(owner, place);
    if (list.size() > high) {
      w.put_level(0, false);
      return;
    }
    w.put(static_cast<double>(list.size()));
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i < list.size())
        items[i].encode(w, list[i]);
      else
        w.skip(items[i].count);
    }
  }
};

template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

template <class A>
concept variant_alternative = requires {
  typename A::type;
}
&&requires(A& a) { a.inner.count; };

}  // namespace detail

/// An alternative of a std::variant member: its type, its name, and the parameters that count while it is chosen.
template <class T, detail::declaration... Declarations>
[[nodiscard]] auto when(std::string name, Declarations... inner) {
  static_assert(std::is_default_constructible_v<T>, "knobless::when needs a default-constructible alternative");
  return detail::alternative<T, Declarations...>{std::move(name),
                                                 {std::tuple<Declarations...>(std::move(inner)...), 0}};
}

/// A std::variant member: which alternative it holds is searched, and the parameters of that alternative. Alternatives that
/// are not named are never chosen. Parameters are named "name.alternative.parameter".
template <class Variant, class Class, detail::variant_alternative... Alternatives>
[[nodiscard]] auto branch(std::string name, Variant Class::*member, Alternatives... alternatives) {
  static_assert(detail::is_variant<Variant>, "knobless::branch with knobless::when needs a std::variant member");
  static_assert(((detail::occurrences<typename Alternatives::type, Variant> == 1) && ...),
                "knobless::when names a type that is not (exactly once) an alternative of the std::variant member");
  static_assert(
      ((detail::occurrences<typename Alternatives::type, std::variant<typename Alternatives::type...>> == 1) && ...),
      "knobless::branch names an alternative twice");
  static_assert(sizeof...(Alternatives) > 0, "knobless::branch needs at least one knobless::when");
  return detail::variant_declaration<Variant Class::*, Alternatives...>{
      std::move(name), member, std::tuple<Alternatives...>(std::move(alternatives)...)};
}

/// A std::optional member: whether it holds a value is searched, and the parameters of the value. For an optional number:
/// `branch("dropout", &net::dropout, real("rate", self, {...}))`.
template <class Optional, class Class, detail::declaration... Declarations>
requires(sizeof...(Declarations) > 0)
    [[nodiscard]] auto branch(std::string name, Optional Class::*member, Declarations... inner) {
  static_assert(
      detail::is_optional<Optional>,
      "knobless::branch with parameters needs a std::optional member; for a std::variant use knobless::when, for a "
      "struct knobless::group");
  return detail::optional_declaration<Optional Class::*, Declarations...>{
      std::move(name), member, {std::tuple<Declarations...>(std::move(inner)...), 0}};
}

/// Bounds of a searched length: low <= high <= 65536.
struct count_options {
  std::size_t low = 1;   ///< items at least
  std::size_t high = 1;  ///< items at most
};

/// A std::vector member, such as the layers of a network: its length is searched, and the parameters of each item. The items'
/// parameters are named "name[0].parameter".
template <class Vector, class Class, detail::declaration... Declarations>
[[nodiscard]] auto repeated(std::string name, Vector Class::*member, const count_options& count,
                            Declarations... inner) {
  static_assert(detail::is_vector<Vector>, "knobless::repeated needs a std::vector member");
  static_assert(sizeof...(Declarations) > 0, "knobless::repeated needs at least one parameter for its items");
  return detail::repeated_declaration<Vector Class::*, Declarations...>{
      std::move(name), member, count.low, count.high, std::tuple<Declarations...>(std::move(inner)...)};
}

}  // namespace knobless
