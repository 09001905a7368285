/// \file
/// What the tests of samplers share.
#pragma once

#include <cstddef>
#include <knobless/random.hpp>
#include <knobless/record/history.hpp>
#include <knobless/sampler.hpp>
#include <knobless/space/domain.hpp>
#include <utility>
#include <vector>

namespace test {

/// The complete point at these coordinates.
inline knobless::point at(const knobless::domain& space, std::vector<double> unit) {
  knobless::point p(space.size());
  p.unit = std::move(unit);
  space.complete(p);
  return p;
}

/// What a sampler proposes after 40 trials of a bowl inside the unit square, beside 20 good ones at this second coordinate.
template <class Sampler>
knobless::point next_beside(double coordinate) {
  using namespace knobless;
  const domain space = domain::make({parameter::real("x", {}).value(), parameter::real("y", {}).value()}).value();
  history seen(2);
  random_stream draw(4);
  const auto add = [&](double x, double y, double value, bool inside) {
    const std::vector<double> unit{x, y};
    const std::vector<unsigned char> active{1, 1};
    observation o;
    o.number = seen.size();
    o.has_value = true;
    o.value = value;
    o.unit = unit;
    o.active = active;
    o.inside = inside;
    seen.append(o);
  };
  for (int i = 0; i < 40; ++i) {
    const double x = draw.uniform();
    const double y = draw.uniform();
    add(x, y, (x - 0.3) * (x - 0.3) + (y - 0.6) * (y - 0.6), true);
  }
  for (int i = 0; i < 20; ++i) add(0.5, coordinate + 0.001 * i, 0.5 + 0.01 * i, false);
  random_stream rng(1, 60);
  return Sampler{}.ask({space, seen, rng, 1, 60, 60}).value();
}

}  // namespace test
