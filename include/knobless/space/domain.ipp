#pragma once

#include "domain.hpp"

#include <algorithm>

namespace knobless::inline KNOBLESS_ABI {

KNOBLESS_INLINE result<domain> domain::make(std::vector<parameter> parameters) {
  if (parameters.empty())
    return error_info{error_code::invalid_space, "no parameters given, but a search space needs at least one", {}};
  std::vector<std::string> names;
  names.reserve(parameters.size());
  for (const parameter& p : parameters) names.push_back(p.name());
  std::sort(names.begin(), names.end());
  if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end() && !twice->empty())
    return detail::parameter_error(*twice, "the name is given twice, but names must be unique");
  domain d;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const parameter& p = parameters[i];
    if (p.name().empty())
      return error_info{error_code::invalid_space, detail::text("parameter ", std::to_string(i), " has no name"), {}};
    if (p.parent() == parameter::no_parent) continue;
    d.conditional_ = true;
    if (p.parent() >= i) return detail::parameter_error(p.name(), "its parent must come before it");
    const parameter& parent = parameters[p.parent()];
    if (parent.continuous())
      return detail::parameter_error(
          p.name(), detail::text("depends on \"", parent.name(),
                                 "\", which is continuous, but only a discrete parameter can decide about others"));
    if (!p.parent_levels().any_below(parent.levels()))
      return detail::parameter_error(p.name(), detail::text("is active at no value of \"", parent.name(), "\""));
  }
  d.parameters_ = std::move(parameters);
  return d;
}

}  // namespace knobless
