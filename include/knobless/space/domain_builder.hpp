/// \file
/// Collects the parameters that declarations describe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../base/error.hpp"
#include "../base/level_set.hpp"
#include "parameter.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

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

}  // namespace knobless::detail
