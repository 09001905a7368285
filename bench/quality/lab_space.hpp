/// \file
/// The parameters of a test problem as a search space.
#pragma once

#include <problems.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <knobless/runtime_space.hpp>

template <class Problem>
std::span<const lab_param> parameters_of(const Problem& problem) {
  return {problem.params, static_cast<std::size_t>(problem.dim)};
}

inline knobless::space<knobless::assignment> space_of(std::span<const lab_param> params) {
  knobless::runtime_space_builder builder;
  for (const lab_param& p : params) {
    knobless::active_when condition;
    if (p.parent >= 0) {
      const lab_param& parent = params[static_cast<std::size_t>(p.parent)];
      condition.parent = parent.name;
      for (int k = 0; k <= static_cast<int>(parent.hi); ++k)
        if ((p.when >> k & 1U) != 0) condition.values.push_back(std::to_string(k));
    }
    const auto scale =
        p.kind == LAB_LOG_FLOAT || p.kind == LAB_LOG_INT ? knobless::scaling::log : knobless::scaling::linear;
    if (p.kind == LAB_FLOAT || p.kind == LAB_LOG_FLOAT) {
      builder.real(p.name, {.low = p.lo, .high = p.hi, .scale = scale}, condition);
    } else if (p.kind == LAB_INT || p.kind == LAB_LOG_INT) {
      builder.integer(p.name,
                      {.low = static_cast<std::int64_t>(p.lo), .high = static_cast<std::int64_t>(p.hi), .scale = scale},
                      condition);
    } else {
      std::vector<std::string> labels;
      for (int k = 0; k <= static_cast<int>(p.hi); ++k) labels.push_back(std::to_string(k));
      builder.choice(p.name, std::move(labels), condition);
    }
  }
  return builder.build();
}

// A configuration as the problem takes it. An inactive parameter has no influence: any value in range will do.
inline std::vector<double> values_of(const knobless::assignment& config, std::span<const lab_param> params) {
  std::vector<double> x;
  for (std::size_t i = 0; i < params.size(); ++i) x.push_back(config.active(i) ? config[i] : params[i].lo);
  return x;
}
