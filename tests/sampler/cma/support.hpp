/// \file
/// Spaces, observations and distributions for the tests of CMA-ES's parts.
#pragma once

#include <cstddef>
#include <knobless/model/search_distribution.hpp>
#include <knobless/record/history.hpp>
#include <knobless/space/domain.hpp>
#include <string>
#include <utility>
#include <vector>

#include "../../support.hpp"

namespace test {

/// Parameters x0, x1, ... on [0, 1].
inline std::vector<knobless::parameter> reals(std::size_t count) {
  std::vector<knobless::parameter> all;
  for (std::size_t k = 0; k < count; ++k)
    all.push_back(knobless::parameter::real(std::string("x").append(std::to_string(k)), {}).value());
  return all;
}

/// The space of these parameters.
inline knobless::domain space_of(std::vector<knobless::parameter> parameters) {
  return knobless::domain::make(std::move(parameters)).value();
}

/// The observation of a complete trial at a point, which must outlive it.
inline knobless::observation told(const knobless::point& at, std::size_t number, double value) {
  knobless::observation o;
  o.number = number;
  o.has_value = true;
  o.value = value;
  o.unit = at.unit;
  o.active = at.active;
  return o;
}

/// A point whose coordinates are all active.
inline knobless::point point_at(std::vector<double> unit) {
  knobless::point p(unit.size());
  p.unit = std::move(unit);
  p.active.assign(p.unit.size(), 1);
  return p;
}

/// A trial that is running.
inline knobless::pending_trial running(std::size_t number, knobless::point at) {
  knobless::pending_trial t;
  t.number = number;
  t.where = std::move(at);
  return t;
}

/// A distribution around the same mean in each coordinate.
inline knobless::search_distribution normal(std::size_t dimensions, double mean, double sigma, std::size_t population) {
  knobless::search_distribution s;
  s.reset(std::vector<double>(dimensions, mean), sigma, population, knobless::search_distribution::form::full);
  return s;
}

}  // namespace test
