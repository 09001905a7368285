/// \file
/// How objectives are called: in whichever of its forms one has, and what it answers or throws as an outcome.
#pragma once

#include <concepts>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "config.hpp"
#include "fwd.hpp"
#include "trial.hpp"

namespace knobless::detail {

template <class F, class Config>
inline constexpr bool takes_elements = false;
template <class F, class... Values>
inline constexpr bool takes_elements<F, std::tuple<Values...>> = std::invocable<F&, const Values&...>;

// Which of its forms an objective has. As concepts, which stop at the first that holds: to try a generic lambda with what it
// can't take would compile its body.
template <class F, class Config>
concept takes_one = std::invocable<F&, const Config&> || takes_elements<F, Config> || std::invocable < F&,
        trial<Config>
& > ;

// What an objective answers, as an outcome.
template <class Answer>
outcome to_outcome(Answer&& answer) {
  static_assert(std::convertible_to<Answer, outcome>,
                "knobless: the objective must return a number or knobless::outcome");
  if constexpr (std::convertible_to<Answer, outcome>)
    return std::forward<Answer>(answer);
  else
    return failed;
}

template <class F, class... Arguments>
outcome call(F& objective, Arguments&&... arguments) {
  using answer = std::invoke_result_t<F&, Arguments...>;
  static_assert(!std::is_void_v<answer>, "knobless: the objective must return a number or knobless::outcome");
  if constexpr (std::is_void_v<answer>)
    return failed;
  else  // std::invoke, but for its header, which is dear to include
    return to_outcome(std::apply(objective, std::forward_as_tuple(std::forward<Arguments>(arguments)...)));
}

// Calls the objective in whichever of its forms it has. A generic lambda gets the configuration.
template <class Config, class F>
outcome evaluate(F& objective, trial<Config>& t) {
  if constexpr (std::invocable<F&, const Config&>) {
    return call(objective, t.config());
  } else if constexpr (takes_elements<F, Config>) {
    return std::apply([&](const auto&... values) { return call(objective, values...); }, t.config());
  } else if constexpr (std::invocable<F&, trial<Config>&>) {
    return call(objective, t);
  } else {
    static_assert(
        std::invocable<F&, const Config&>,
        "knobless: the objective must be callable with the configuration (or its values, for a space without a "
        "struct), with knobless::trial<Config>&, or with std::span<const Config>, and return a number or "
        "knobless::outcome, or as many");
    return failed;
  }
}

// What `body` throws, as the failure of the trial that it costs; nothing where it returns.
template <class Body>
std::optional<failed_t> caught(Body&& body) {
#if KNOBLESS_EXCEPTIONS
  try {
    body();
  } catch (const std::exception& e) {
    return failed(e.what());
  } catch (...) {
    return failed("the objective threw something that is not a std::exception");
  }
#else
  body();
#endif
  return std::nullopt;
}

}  // namespace knobless::detail
