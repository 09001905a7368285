/// \file
/// How objectives are called: in whichever of its forms one has, and what it answers or throws as an outcome.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <exception>
#include <iterator>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../base/config.hpp"
#include "../base/fwd.hpp"
#include "../record/outcome.hpp"
#include "../record/trial.hpp"
#include "../space/call_with.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

// Which of its forms an objective has. As concepts, which stop at the first that holds: to try a generic lambda with what it
// can't take would compile its body.
template <class F, class Config>
concept takes_one = takes_configuration<F, Config> || std::invocable < F&,
        trial<Config>
& > ;

// How many values an answer has, where its type says it; 0: its type does not.
template <class Answer>
inline constexpr std::size_t values_in = std::convertible_to<Answer, double> ? 1 : 0;
template <class T, std::size_t N>
inline constexpr std::size_t values_in<std::array<T, N>> = N;
template <class... T>
inline constexpr std::size_t values_in<std::tuple<T...>> = sizeof...(T);
template <class A, class B>
inline constexpr std::size_t values_in<std::pair<A, B>> = 2;

// What an objective answers, as an outcome.
struct to_outcome {
  template <class Answer>
  outcome operator()(Answer&& answer) const {
    static_assert(std::convertible_to<Answer, outcome>,
                  "knobless: the objective must return a number or knobless::outcome, or several numbers as a "
                  "std::array or std::tuple; a struct's members are named by knobless::objectives");
    if constexpr (std::convertible_to<Answer, outcome>)
      return std::forward<Answer>(answer);
    else
      return failed;
  }
};

template <class F, class Convert, class... Arguments>
outcome call(F& objective, const Convert& convert, Arguments&&... arguments) {
  using answer = std::invoke_result_t<F&, Arguments...>;
  static_assert(!std::is_void_v<answer>, "knobless: the objective must return a number or knobless::outcome");
  if constexpr (std::is_void_v<answer>)
    return failed;
  else  // std::invoke, but for its header, which is costly to include
    return convert(std::apply(objective, std::forward_as_tuple(std::forward<Arguments>(arguments)...)));
}

// Calls the objective in whichever of its forms it has. A generic lambda gets the configuration.
template <class Config, class F, class Convert = to_outcome>
outcome evaluate(F& objective, trial<Config>& t, const Convert& convert = {}) {
  if constexpr (std::invocable<F&, const Config&>) {
    return call(objective, convert, t.config());
  } else if constexpr (takes_elements<F, Config>) {
    return std::apply([&](const auto&... values) { return call(objective, convert, values...); }, t.config());
  } else if constexpr (std::invocable<F&, trial<Config>&>) {
    return call(objective, convert, t);
  } else {
    static_assert(
        std::invocable<F&, const Config&>,
        "knobless: the objective must be callable with the configuration (or its values, for a space without a "
        "struct), with knobless::trial<Config>&, or with std::span<const Config>, and return a number or "
        "knobless::outcome, or as many");
    return failed;
  }
}

template <class F, class Tuple>
struct answer_of_elements;
template <class F, class... Values>
struct answer_of_elements<F, std::tuple<Values...>> {
  using type = std::remove_cvref_t<std::invoke_result_t<F&, const Values&...>>;
};

// What an objective answers for one configuration; void where it has none of the forms.
template <class F, class Config>
struct answer {
  using type = void;
};
template <class F, class Config>
requires std::invocable<F&, const Config&>
struct answer<F, Config> {
  using type = std::remove_cvref_t<std::invoke_result_t<F&, const Config&>>;
};
template <class F, class Config>
requires(!std::invocable<F&, const Config&> && takes_elements<F, Config>) struct answer<F, Config>
    : answer_of_elements<F, Config> {
};
template <class F, class Config>
requires(!std::invocable<F&, const Config&> && !takes_elements<F, Config> &&
         std::invocable<F&, trial<Config>&>) struct answer<F, Config> {
  using type = std::remove_cvref_t<std::invoke_result_t<F&, trial<Config>&>>;
};

// A range of what outcomes are made of.
template <class Answers>
concept many_outcomes = requires(const Answers& all) {
  *std::begin(all);
  { std::end(all) - std::begin(all) } -> std::convertible_to<std::ptrdiff_t>;
};

template <class F, class Config>
concept takes_batches = !takes_one<F, Config> && std::invocable<F&, std::span<const Config>>;

// What a range has; void where it is none.
template <class Answers>
struct element {
  using type = void;
};
template <many_outcomes Answers>
struct element<Answers> {
  using type = std::remove_cvref_t<decltype(*std::begin(std::declval<Answers&>()))>;
};

// How many values each configuration has, where the compiler knows; else 0.
template <class Config, class F>
constexpr std::size_t count_values() {
  if constexpr (takes_batches<F, Config>)
    return values_in<typename element<std::remove_cvref_t<std::invoke_result_t<F&, std::span<const Config>>>>::type>;
  else
    return values_in<typename answer<F, Config>::type>;
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
