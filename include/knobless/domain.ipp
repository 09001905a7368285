#pragma once

#include "domain.hpp"

namespace knobless {

KNOBLESS_INLINE result<domain> domain::make(std::vector<parameter> parameters) {
  if (parameters.empty())
    return error_info{error_code::invalid_space, "no parameters given, but a search space needs at least one", {}};
  domain d;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const parameter& p = parameters[i];
    if (p.name().empty())
      return error_info{error_code::invalid_space, detail::text("parameter ", std::to_string(i), " has no name"), {}};
    for (std::size_t j = 0; j < i; ++j)
      if (parameters[j].name() == p.name())
        return detail::parameter_error(p.name(), "the name is given twice, but names must be unique");
    if (p.parent() == parameter::no_parent) continue;
    d.conditional_ = true;
    if (p.parent() >= i) return detail::parameter_error(p.name(), "its parent must come before it");
    const parameter& parent = parameters[p.parent()];
    if (parent.continuous() || parent.levels() > 64)
      return detail::parameter_error(
          p.name(), detail::text("depends on \"", parent.name(),
                                 "\", but only a parameter of at most 64 values can decide about others"));
    const std::uint64_t all = parent.levels() == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << parent.levels()) - 1;
    if ((p.parent_levels() & all) == 0)
      return detail::parameter_error(p.name(), detail::text("is active at no value of \"", parent.name(), "\""));
  }
  d.parameters_ = std::move(parameters);
  return d;
}

}  // namespace knobless
