/// \file
/// Values of a member as its parameter knows them, and back.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "../base/error.hpp"
#include "parameter.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

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

}  // namespace knobless::detail
