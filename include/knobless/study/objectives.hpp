/// \file
/// Several objectives by name, each with its direction: members of what the objective function returns.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../base/config.hpp"
#include "../base/error.hpp"
#include "../record/outcome.hpp"
#include "../record/record.hpp"
#include "../record/trial.hpp"
#include "objective.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// One of the numbers that a search is for. `Scores` is the struct that the objective function returns; `void` where it returns
/// an array, a tuple or an outcome, whose values come in the order of the objectives.
template <class Scores, class Member>
class named_objective {
 public:
  /// A data member that holds a number.
  named_objective(std::string name, Member Scores::*member, direction better)
      : info_{std::move(name), better}, member_(member) {
    static_assert(std::convertible_to<const Member&, double>,
                  "knobless: an objective is a data member that holds a number");
  }
  /// Its name and direction.
  [[nodiscard]] const objective_info& info() const noexcept { return info_; }
  /// Its value.
  [[nodiscard]] double value(const Scores& of) const { return static_cast<double>(of.*member_); }

 private:
  objective_info info_;
  Member Scores::*member_;
};

/// By its place among the values.
template <>
class named_objective<void, double> {
 public:
  /// Its name, and which values are better.
  explicit named_objective(std::string name, direction better) : info_{std::move(name), better} {}
  /// As given.
  [[nodiscard]] const objective_info& info() const noexcept { return info_; }

 private:
  objective_info info_;
};

/// A data member that holds a number; lower is better.
template <class Scores, class Member>
[[nodiscard]] named_objective<Scores, Member> minimized(std::string name, Member Scores::*member) {
  return {std::move(name), member, direction::minimize};
}
/// The same; higher is better.
template <class Scores, class Member>
[[nodiscard]] named_objective<Scores, Member> maximized(std::string name, Member Scores::*member) {
  return {std::move(name), member, direction::maximize};
}
/// By its place among the values; lower is better.
[[nodiscard]] inline named_objective<void, double> minimized(std::string name) {
  return named_objective<void, double>(std::move(name), direction::minimize);
}
/// The same; higher is better.
[[nodiscard]] inline named_objective<void, double> maximized(std::string name) {
  return named_objective<void, double>(std::move(name), direction::maximize);
}

/// The objectives of a search, in their order: at least two, all of one struct, or all by their place. Names differ and are not
/// empty: else an error is raised.
///
///     const knobless::objectives goals{knobless::minimized("loss", &scores::loss),
///                                      knobless::maximized("speed", &scores::speed)};
template <class Scores, class... Members>
class objectives {
 public:
  /// How many there are.
  static constexpr std::size_t count = sizeof...(Members);
  static_assert(count > 1,
                "knobless: objectives are at least two: one needs no name, minimize() or maximize() says all");

  /// In this order.
  explicit objectives(named_objective<Scores, Members>... each) : each_(std::move(each)...) {
    const std::vector<objective_info> all = *this;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].name.empty()) raise({error_code::invalid_option, "an objective has no name", "objectives"});
      for (std::size_t j = 0; j < i; ++j)
        if (all[i].name == all[j].name)
          raise({error_code::invalid_option, detail::text("two objectives are named \"", all[i].name, "\""),
                 "objectives"});
    }
  }

  /// Names and directions, for study_options::objectives.
  [[nodiscard]] operator std::vector<objective_info>() const {
    return std::apply([](const auto&... each) { return std::vector<objective_info>{each.info()...}; }, each_);
  }

  /// What the objective function returned, for study::tell: the struct's members, or the values as they are. An outcome stays
  /// what it is.
  template <class Answer>
  [[nodiscard]] outcome operator()(const Answer& answer) const {
    if constexpr (std::same_as<Answer, outcome>) {
      return answer;
    } else if constexpr (std::is_void_v<Scores>) {
      static_assert(detail::values_in<Answer> == 0 || detail::values_in<Answer> == count,
                    "knobless: the objective function must return as many values as there are objectives");
      return detail::to_outcome{}(answer);
    } else {
      static_assert(std::convertible_to<const Answer&, const Scores&>,
                    "knobless: the objective function must return the struct whose members the objectives are, or "
                    "knobless::outcome");
      if constexpr (std::convertible_to<const Answer&, const Scores&>)
        return std::apply([&](const auto&... each) { return outcome(std::vector<double>{each.value(answer)...}); },
                          each_);
      return failed;
    }
  }

 private:
  std::tuple<named_objective<Scores, Members>...> each_;
};

}  // namespace knobless
