/// \file
/// Calls a function with a configuration, or, for a space without a struct, with its values one by one.
#pragma once

#include <concepts>
#include <tuple>
#include <type_traits>

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

template <class F, class Config>
inline constexpr bool takes_elements = false;
template <class F, class... Values>
inline constexpr bool takes_elements<F, std::tuple<Values...>> = std::invocable<F&, const Values&...>;

// As a concept, which stops at the first that holds: to try a generic lambda with what it can't take would compile its body.
template <class F, class Config>
concept takes_configuration = std::invocable<F&, const Config&> || takes_elements<F, Config>;

// The configuration itself where both are possible: a generic lambda, say.
template <class Config, class F>
requires takes_configuration<F, Config>
decltype(auto) call_with(F& f, const Config& config) {
  if constexpr (std::invocable<F&, const Config&>)
    return f(config);
  else
    return std::apply(f, config);
}

}  // namespace knobless::detail
