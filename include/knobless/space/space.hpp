/// \file
/// The typed search space: the user's own struct in and out, thin templates over an untyped `domain`.
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../base/error.hpp"
#include "domain.hpp"
#include "parameter.hpp"
#include "point.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Whether values beyond a parameter's bounds are refused, or given coordinates outside [0, 1].
enum class bounds : unsigned char { kept, ignored };

/// Stands for the value itself where a declaration wants a member: the double inside a std::optional<double>, say.
struct self_t {};
/// The only value of its type.
inline constexpr self_t self{};

namespace detail {

// ---- Where a value lives in its owner --------------------------------------------------------------------------------

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

// ---- Building the domain, and walking a point in the same order --------------------------------------------------------

// Collects parameters; knows the prefix of names and the condition under which the next ones are active.
struct domain_builder {
  std::vector<parameter> parameters;
  std::optional<error_info> error;
  std::string prefix;
  std::size_t parent = parameter::no_parent;
  level_set levels;

  void add(const std::string& name, const result<parameter>& made) {
    if (!made) {
      fail(name, made.error().what);
      return;
    }
    const parameter& p = made.value();
    parameters.push_back(p.renamed(prefix + p.name()).when(parent, levels));
  }
  void fail(const std::string& name, std::string what) {
    if (!error) error = parameter_error(prefix + name, std::move(what));
  }
  // Runs `describe` for what is active only at these levels of an earlier parameter.
  template <class Describe>
  void inside(const std::string& more_prefix, std::size_t new_parent, level_set new_levels, Describe&& describe) {
    const std::size_t length = prefix.size();
    const std::size_t old_parent = std::exchange(parent, new_parent);
    level_set old_levels = std::exchange(levels, std::move(new_levels));
    prefix += more_prefix;
    describe();
    prefix.resize(length);
    parent = old_parent;
    levels = std::move(old_levels);
  }
};

// Reads the coordinates of a point one after another.
struct point_reader {
  const domain& space;
  const point& from;
  std::size_t next = 0;

  double take() {
    const std::size_t i = next++;
    return space.natural(from, i);
  }
  std::size_t take_level() {
    const std::size_t i = next++;
    return detail::to_size(space[i].level(from.unit[i]));
  }
  void skip(std::size_t count) { next += count; }
};

// Writes the coordinates of a point one after another.
class point_writer {
 public:
  point_writer(const domain& space, bounds limits) : space_(space), limits_(limits), to_(space.size()) {
    to_.given.assign(space.size(), 0.0);
  }

  // A number: where its coordinate doesn't return it, it is kept beside.
  void put(double natural) {
    const std::size_t i = next_++;
    const parameter& p = space_[i];
    const bool number = elementary::is_finite(natural);
    const bool inside = number && natural >= p.low() && natural <= p.high();
    to_.active[i] = 1;
    to_.unit[i] = number ? p.unit(natural) : 0.0;
    if (inside) {
      to_.unit[i] = p.snap(to_.unit[i]);
      to_.given[i] = p.nearest(natural);
      keeps_given_ = keeps_given_ || p.natural(to_.unit[i]) != to_.given[i];
    } else if (limits_ == bounds::kept || !elementary::is_finite(to_.unit[i]) || !number) {
      fail(i, text(number_text(natural), " given, but the value must lie in [", number_text(p.low()), ", ",
                   number_text(p.high()), "]"));
    }
  }
  void put_level(std::size_t level, bool known) {
    const std::size_t i = next_++;
    to_.active[i] = 1;
    to_.given[i] = static_cast<double>(level);
    if (known)
      to_.unit[i] = space_[i].unit_of_level(level);
    else
      fail(i, "the value given is not among the parameter's values");
  }
  void skip(std::size_t count) { next_ += count; }
  void go_to(std::size_t i) { next_ = i; }
  void fail(std::size_t i, std::string what) {
    if (!error_)
      error_ = error_info{error_code::invalid_config, std::move(what), text("parameter \"", space_[i].name(), "\"")};
  }

  [[nodiscard]] bool failed() const noexcept { return error_.has_value(); }
  [[nodiscard]] const point& so_far() const noexcept { return to_; }
  // The point, or the first error.
  [[nodiscard]] result<point> written() {
    if (error_) return *std::move(error_);
    if (!keeps_given_) to_.given.clear();
    return std::move(to_);
  }

 private:
  const domain& space_;
  bounds limits_;
  point to_;
  std::size_t next_ = 0;
  bool keeps_given_ = false;
  std::optional<error_info> error_;
};

// ---- Declarations: each describes its parameters, decodes them from a point and encodes them into one ------------------

template <class T>
[[nodiscard]] std::string label_of(const T& value, std::size_t index) {
  if constexpr (std::is_same_v<T, bool>)
    return value ? "true" : "false";
  else if constexpr (std::is_integral_v<T>)
    return std::to_string(value);
  else if constexpr (std::is_floating_point_v<T>)
    return number_text(static_cast<double>(value));
  else if constexpr (std::is_enum_v<T>)
    return std::to_string(static_cast<std::int64_t>(value));
  else if constexpr (std::is_convertible_v<const T&, std::string_view>)
    return std::string(std::string_view(value));
  else
    return text("#", std::to_string(index));
}

template <class T>
[[nodiscard]] T to_number(double natural, const parameter& p) {
  if constexpr (std::is_floating_point_v<T>) {
    const auto value = static_cast<T>(natural);
    // A narrower type may round across a bound; where it has one value alone for both bounds, that is kept.
    if constexpr (sizeof(T) < sizeof(double)) {
      const T inner = static_cast<double>(value) > p.high()  ? std::nextafter(value, std::numeric_limits<T>::lowest())
                      : static_cast<double>(value) < p.low() ? std::nextafter(value, (std::numeric_limits<T>::max)())
                                                             : value;
      if (static_cast<double>(inner) >= p.low() && static_cast<double>(inner) <= p.high()) return inner;
    }
    return value;
  } else {
    return static_cast<T>(static_cast<std::int64_t>(natural));
  }
}

// Why the parameter's values do not fit into the member's type; "" where they do.
template <class T>
[[nodiscard]] std::string misfit(const parameter& p) {
  const double low = p.low();
  const double high = p.high();
  const std::string given = text("low = ", number_text(low), ", high = ", number_text(high), " given, but ");
  if (low < static_cast<double>(std::numeric_limits<T>::lowest()) ||
      high > static_cast<double>((std::numeric_limits<T>::max)()))
    return text(given, "the bounds do not fit into the member's type");
  if constexpr (std::is_floating_point_v<T> && sizeof(T) < sizeof(double)) {
    if (low == high) return {};
    const auto nearest = static_cast<double>(to_number<T>(low, p));
    if (nearest < low || nearest > high) return text(given, "the member's type has no value between them");
    // The step is the distance of the values, which are furthest apart in the member's type at the larger bound.
    const double step = p.continuous() ? 0.0 : (high - low) / static_cast<double>(p.levels() - 1);
    const double far_bound = low + high > 0.0 ? high : -low;
    const auto spacing = static_cast<double>(static_cast<T>(far_bound)) -
                         static_cast<double>(std::nextafter(static_cast<T>(far_bound), T(0)));
    if (p.levels() > 1 && step < spacing)
      return text(given, "in the member's type neighbours are ", short_number(spacing),
                  " apart there, which is more than the step");
  }
  return {};
}

// The value of a member as the parameter knows it: a float that stands for a bound is the bound, though it lies beside it.
template <class T>
[[nodiscard]] double to_natural(T value, const parameter& p) {
  if constexpr (std::is_floating_point_v<T> && sizeof(T) < sizeof(double)) {
    if (value == static_cast<T>(p.low())) return p.low();
    if (value == static_cast<T>(p.high())) return p.high();
  }
  return static_cast<double>(value);
}

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

template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t N>
inline constexpr bool is_array<std::array<T, N>> = true;

}  // namespace detail

// ---- What a user types -------------------------------------------------------------------------------------------------

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

/// A member that is a struct: its parameters, named "name.parameter".
template <class T, class Class, detail::declaration... Declarations>
[[nodiscard]] auto group(std::string name, T Class::*member, Declarations... inner) {
  return detail::group_declaration<T Class::*, Declarations...>{std::move(name), member,
                                                                std::tuple<Declarations...>(std::move(inner)...)};
}

/// A search space over configurations of type Config: which members are searched, and how.
///
/// Copies share what was built. Members that no declaration names keep the value of a default-constructed Config.
template <class Config>
class space {
  static_assert(std::default_initializable<Config> && std::copyable<Config>,
                "knobless: a configuration must be default-constructible and copyable");

 public:
  /// What is searched.
  using config_type = Config;

  /// Raises an error for a space that can't be searched: a name given twice, low above high, ...
  template <detail::declaration... Declarations>
  explicit space(Declarations... declarations) : space(make(std::move(declarations)...).value()) {}

  /// The same, with the error as a value.
  template <detail::declaration... Declarations>
  [[nodiscard]] static result<space> make(Declarations... declarations) {
    static_assert(sizeof...(Declarations) > 0, "knobless: a search space needs at least one parameter");
    auto bindings = std::make_shared<bindings_type>();
    bindings->reserve(sizeof...(Declarations));
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      (bindings->push_back(detail::bind<Config>(detail::place_at<Index>(std::move(declarations)))), ...);
    }
    (std::index_sequence_for<Declarations...>{});
    detail::domain_builder builder;
    for (auto& b : *bindings) b->describe(builder);
    if (builder.error) return *std::move(builder.error);
    result<knobless::domain> made = knobless::domain::make(std::move(builder.parameters));
    if (!made) return made.error();
    return space(std::move(bindings), std::make_shared<const knobless::domain>(std::move(made).value()));
  }

  /// The same space without the configurations for which `keeps` is false. No suggested trial ever is one of them.
  template <std::predicate<const Config&> Predicate>
  [[nodiscard]] space require(Predicate keeps) const {
    auto constrained = domain_->require(
        [self = *this, keeps = std::move(keeps)](const point& p) -> bool { return keeps(self.decode(p)); });
    return space(bindings_, std::make_shared<const knobless::domain>(std::move(constrained)));
  }

  /// The untyped description.
  [[nodiscard]] const knobless::domain& domain() const noexcept { return *domain_; }
  /// The same, shared.
  [[nodiscard]] std::shared_ptr<const knobless::domain> shared_domain() const noexcept { return domain_; }

  /// The configuration at a complete point. O(size).
  [[nodiscard]] Config decode(const point& p) const {
    Config config{};
    detail::point_reader r{*domain_, p, 0};
    for (const auto& b : *bindings_) b->decode(r, config);
    return config;
  }

  /// The complete point of a configuration, or why it is none of this space. Between the values of a discrete parameter
  /// the nearest is taken. Constraints are not looked at. O(size).
  [[nodiscard]] result<point> encode(const Config& config, bounds limits = bounds::kept) const {
    detail::point_writer w(*domain_, limits);
    for (const auto& b : *bindings_) b->encode(w, config);
    return w.written();
  }

  /// The point of a configuration that keeps the constraints: a first guess, say. Raises an error for any other. O(size), and the
  /// constraints.
  [[nodiscard]] point admitted(const Config& config) const {
    point p = encode(config).value();
    if (!domain_->admits(p))
      raise({error_code::invalid_config, "the configuration given breaks a constraint of the space", "first guess"});
    return p;
  }

 private:
  using bindings_type = std::vector<std::unique_ptr<detail::binding<Config>>>;

  space(std::shared_ptr<const bindings_type> bindings, std::shared_ptr<const knobless::domain> domain)
      : bindings_(std::move(bindings)), domain_(std::move(domain)) {}

  std::shared_ptr<const bindings_type> bindings_;
  std::shared_ptr<const knobless::domain> domain_;
};

/// The space of a lambda's arguments, a std::tuple of them in order: `space{real("x", {...}), integer("k", {...})}`.
template <class... Declarations>
requires(std::same_as<decltype(Declarations::place), detail::unplaced>&&...) space(Declarations...)
->space<std::tuple<typename Declarations::value_type...>>;

}  // namespace knobless
