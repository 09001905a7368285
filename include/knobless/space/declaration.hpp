/// \file
/// Declarations: each describes its parameters, decodes them from a point and encodes them into one.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../base/error.hpp"
#include "domain_builder.hpp"
#include "member_value.hpp"
#include "parameter.hpp"
#include "place.hpp"
#include "point_codec.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

// A real, an integer or a flag.
template <class T, class Place>
struct number_declaration {
  using value_type = T;
  std::string name;
  result<parameter> made;
  Place place;

  void describe(domain_builder& b) {
    if constexpr (!std::is_same_v<T, bool>)
      if (made)
        if (std::string wrong = misfit<T>(made.value()); !wrong.empty()) b.fail(name, std::move(wrong));
    b.add(name, made);
  }
  template <class Owner>
  void decode(point_reader& r, Owner& owner) const {
    if constexpr (std::is_same_v<T, bool>)
      at(owner, place) = r.take_level() == 1;
    else
      at(owner, place) = to_number<T>(r.take(), made.value());
  }
  template <class Owner>
  void encode(point_writer& w, const Owner& owner) const {
    w.put(to_natural(at(owner, place), made.value()));
  }
};

// A choice or an ordinal: one of a list of values.
template <class T, class Place>
struct listed_declaration {
  using value_type = T;
  std::string name;
  std::vector<T> values;
  std::vector<std::string> labels;
  bool ordered = false;
  bool spaced = false;
  scaling scale = scaling::linear;
  Place place;

  /// Names for the values, in their order: for tables and messages. Enums are numbers without them.
  [[nodiscard]] listed_declaration named(std::vector<std::string> names) && {
    labels = std::move(names);
    return std::move(*this);
  }

  void describe(domain_builder& b) {
    for (std::size_t i = 0; i < values.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (values[i] == values[j]) b.fail(name, text("the value ", label_of(values[i], i), " is given twice"));
    if (labels.empty())
      for (std::size_t i = 0; i < values.size(); ++i) labels.push_back(label_of<T>(values[i], i));
    if (labels.size() != values.size())
      b.fail(name, text(std::to_string(labels.size()), " names given for ", std::to_string(values.size()), " values"));
    std::vector<double> positions;
    if constexpr (std::is_arithmetic_v<T>)
      if (spaced)
        for (const T value : values) positions.push_back(static_cast<double>(value));
    b.add(name, ordered ? parameter::ordinal(name, labels, std::move(positions), scale)
                        : parameter::categorical(name, labels));
  }
  template <class Owner>
  void decode(point_reader& r, Owner& owner) const {
    at(owner, place) = values[r.take_level()];
  }
  template <class Owner>
  void encode(point_writer& w, const Owner& owner) const {
    const T& value = at(owner, place);
    std::size_t i = 0;
    while (i < values.size() && !(values[i] == value)) ++i;
    w.put_level(i, i < values.size());
  }
};

// A member that is always the same.
template <class T, class Place>
struct fixed_declaration {
  using value_type = T;
  T value;
  Place place;

  void describe(domain_builder&) {}
  template <class Owner>
  void decode(point_reader&, Owner& owner) const {
    at(owner, place) = value;
  }
  template <class Owner>
  void encode(point_writer&, const Owner&) const {}
};

// A member that is a struct of its own.
template <class Place, class... Declarations>
struct group_declaration {
  std::string name;
  Place place;
  std::tuple<Declarations...> inner;

  void describe(domain_builder& b) {
    b.inside(name + ".", b.parent, b.levels, [&] { std::apply([&](auto&... d) { (d.describe(b), ...); }, inner); });
  }
  template <class Owner>
  void decode(point_reader& r, Owner& owner) const {
    std::apply([&](const auto&... d) { (d.decode(r, at(owner, place)), ...); }, inner);
  }
  template <class Owner>
  void encode(point_writer& w, const Owner& owner) const {
    std::apply([&](const auto&... d) { (d.encode(w, at(owner, place)), ...); }, inner);
  }
};

// All elements of a std::array, each a real parameter.
template <class Array, class Class>
struct array_declaration {
  std::string name;
  Array Class::*member;
  real_options options;
  std::vector<parameter> made;

  void describe(domain_builder& b) {
    for (std::size_t i = 0; i < std::tuple_size_v<Array>; ++i) {
      const std::string element = text(name, "[", std::to_string(i), "]");
      const result<parameter> p = parameter::real(element, options);
      b.add(element, p);
      if (p) made.push_back(p.value());
    }
  }
  template <class Owner>
  void decode(point_reader& r, Owner& owner) const {
    for (std::size_t i = 0; i < std::tuple_size_v<Array>; ++i)
      at(owner, member)[i] = to_number<typename Array::value_type>(r.take(), made[i]);
  }
  template <class Owner>
  void encode(point_writer& w, const Owner& owner) const {
    for (std::size_t i = 0; i < made.size(); ++i) w.put(to_natural(at(owner, member)[i], made[i]));
  }
};

// The erased declaration: what a space keeps.
template <class Owner>
struct binding {
  binding() = default;
  binding(const binding&) = delete;
  binding& operator=(const binding&) = delete;
  virtual ~binding() = default;
  virtual void describe(domain_builder& b) = 0;
  virtual void decode(point_reader& r, Owner& owner) const = 0;
  virtual void encode(point_writer& w, const Owner& owner) const = 0;
};

template <class Owner, class Declaration>
struct bound final : binding<Owner> {
  explicit bound(Declaration d) : declaration(std::move(d)) {}
  void describe(domain_builder& b) override { declaration.describe(b); }
  void decode(point_reader& r, Owner& owner) const override { declaration.decode(r, owner); }
  void encode(point_writer& w, const Owner& owner) const override { declaration.encode(w, owner); }
  Declaration declaration;
};

template <class D>
concept declaration = requires(D& d, domain_builder& b) {
  d.describe(b);
};

template <class Owner, class Declaration>
[[nodiscard]] std::unique_ptr<binding<Owner>> bind(Declaration d) {
  return std::make_unique<bound<Owner, Declaration>>(std::move(d));
}

// The declaration of a lambda's argument is put at its place in the tuple; others have theirs.
template <std::size_t, class Declaration>
Declaration place_at(Declaration d) {
  return d;
}
template <std::size_t Index, class T>
number_declaration<T, tuple_place<Index>> place_at(number_declaration<T, unplaced> d) {
  return {std::move(d.name), std::move(d.made), {}};
}
template <std::size_t Index, class T>
listed_declaration<T, tuple_place<Index>> place_at(listed_declaration<T, unplaced> d) {
  return {std::move(d.name), std::move(d.values), std::move(d.labels), d.ordered, d.spaced, d.scale, {}};
}
template <std::size_t Index, class T>
fixed_declaration<T, tuple_place<Index>> place_at(fixed_declaration<T, unplaced> d) {
  return {std::move(d.value), {}};
}

template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t N>
inline constexpr bool is_array<std::array<T, N>> = true;

}  // namespace knobless::detail
