/// \file
/// Which rule trains a search with live objects, by its options.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../base/elementary.hpp"
#include "../base/error.hpp"
#include "../sampler/sampler.hpp"
#include "../sampler/tpe.hpp"
#include "asha_rule.hpp"
#include "bracket_rule.hpp"
#include "multi_fidelity_rule.hpp"
#include "promotion.hpp"
#include "training_ends.hpp"
#include "training_options.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

// Full trainings, where the user does not say how many, of rules that never end by themselves.
inline constexpr double default_budget = 20.0;
inline constexpr double most_budget = 1e9;

template <class Config>
void check_options(const training_options<Config>& options) {
  const auto refuse = [](std::string given, const char* allowed, const char* option) {
    raise({error_code::invalid_option, text(given, " given, but it must ", allowed), option});
  };
  if (options.max_resource < 1) refuse(std::to_string(options.max_resource), "be at least 1", "max_resource");
  if (options.min_resource < 1 || options.min_resource > options.max_resource)
    refuse(std::to_string(options.min_resource), "lie between 1 and max_resource", "min_resource");
  if (options.factor < 2) refuse(std::to_string(options.factor), "be at least 2", "factor");
  if (!elementary::is_finite(options.budget) || !(options.budget >= 0.0 && options.budget <= most_budget))
    refuse(number_text(options.budget), "lie between 0 (the default) and 1e9", "budget");
  check_ends(options);
}

// What is trained by whom.
enum class training_scheme : unsigned char { successive_halving, hyperband, asha, multi_fidelity };

struct scheme_parts {
  any_promotion_rule rule;
  any_sampler sampler;
  double budget;     // full trainings at most; 0: as many as the rule makes
  std::string name;  // and all that the rule depends on
};

template <class Config>
scheme_parts make_rule(training_scheme scheme, const training_options<Config>& options) {
  check_options(options);
  const auto low = static_cast<std::size_t>(options.min_resource);
  const auto high = static_cast<std::size_t>(options.max_resource);
  const auto factor = static_cast<std::size_t>(options.factor);
  const double budget = options.budget;
  static constexpr const char* names[] = {"successive_halving", "hyperband", "asha", "multi_fidelity"};
  const std::string name = text(names[static_cast<std::size_t>(scheme)], " ", std::to_string(low), " to ",
                                std::to_string(high), " by ", std::to_string(factor));
  switch (scheme) {
    case training_scheme::successive_halving:
    case training_scheme::hyperband: {
      std::vector<bracket> brackets = hyperband_brackets({high, low, factor});
      if (scheme == training_scheme::successive_halving) brackets.resize(1);
      const std::size_t once = budget > 0.0 ? 0 : brackets.size();
      return {bracket_rule(std::move(brackets), once), tpe{}, budget, name};
    }
    case training_scheme::asha:
      return {asha_rule(geometric_rungs(low, high, factor), factor), tpe{}, budget > 0.0 ? budget : default_budget,
              name};
    case training_scheme::multi_fidelity:
      break;
  }
  return {multi_fidelity_rule(low, high), tpe{}, budget > 0.0 ? budget : default_budget, name};
}

// The same of a rule and a sampler that the user gives.
template <class Config>
scheme_parts own_parts(any_promotion_rule rule, any_sampler sampler, const training_options<Config>& options) {
  check_options(options);
  const auto named = [](std::string_view name) { return std::string(name.empty() ? "without a name" : name); };
  std::string name = text("rule ", named(rule.name()), " up to ", std::to_string(options.max_resource), ", sampler ",
                          named(sampler.name()));
  return {std::move(rule), std::move(sampler), options.budget, std::move(name)};
}

}  // namespace knobless::detail
