#include <knobless/sampler/plateau.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <knobless/knobless.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../support.hpp"

using namespace knobless;

namespace {

std::shared_ptr<const domain> cube(std::size_t dimensions) {
  std::vector<parameter> parameters;
  for (std::size_t k = 0; k < dimensions; ++k)
    parameters.push_back(parameter::real("x" + std::to_string(k), {}).value());
  return std::make_shared<const domain>(domain::make(std::move(parameters)).value());
}

// Whether a search of so many trials meets the box of this side around (0.7, ..., 0.7): the value is 1 outside, up to jitter.
template <class Sampler>
bool finds(const std::shared_ptr<const domain>& space, Sampler sampler, std::uint64_t seed, int trials, double side,
           double jitter) {
  random_stream rounding(seed, 77);
  study_core s(space, std::move(sampler), {.seed = seed});
  for (int i = 0; i < trials; ++i) {
    const auto t = s.ask().value();
    bool inside = true;
    for (const double u : t.where.unit) inside = inside && u > 0.7 - side / 2 && u < 0.7 + side / 2;
    if (inside) return true;
    s.tell(t.number, 1.0 + jitter * rounding.normal(), 0.1);
  }
  return false;
}
template <class Sampler>
int found(std::size_t dimensions, int seeds, int trials, double side, double jitter = 0.0) {
  int count = 0;
  for (int seed = 0; seed < seeds; ++seed)
    count += finds(cube(dimensions), Sampler{}, static_cast<std::uint64_t>(seed), trials, side, jitter) ? 1 : 0;
  return count;
}

history told(const std::vector<double>& values) {
  history seen(1);
  for (const double v : values) {
    const point p = [&] {
      point at(1);
      at.unit[0] = 0.01 * static_cast<double>(seen.size());
      at.active[0] = 1;
      return at;
    }();
    observation o;
    o.number = seen.size();
    o.has_value = true;
    o.value = v;
    o.unit = p.unit;
    o.active = p.active;
    seen.append(o);
  }
  return seen;
}
bool flat(const std::vector<double>& values) {
  detail::plateau p;
  p.hear(told(values));
  return p.flat();
}

}  // namespace

TEST_CASE("plateau: values are flat while the best is that of at least half of the points") {
  CHECK_FALSE(flat({1, 1, 1, 1, 1, 1, 1}));  // too few to say
  CHECK(flat({1, 1, 1, 1, 1, 1, 1, 1}));
  CHECK(flat({1, 1, 1, 1, 2, 2, 2, 2}));
  CHECK_FALSE(flat({1, 1, 1, 2, 2, 2, 2, 2}));
  CHECK_FALSE(flat({1, 1, 1, 1, 1, 1, 1, 0.5}));
}

TEST_CASE("plateau: on a constant all samplers meet a small box nearly as often as Sobol's sequence does") {
  // A box of 5 % of the volume in four dimensions and one of 1 % in two, 80 trials. Before: automatic 10 of 40 and 33 of 100.
  struct box {
    std::size_t dimensions;
    double side;
  };
  for (const box& b : {box{4, 0.473}, box{2, 0.1}}) {
    const std::size_t dimensions = b.dimensions;
    const double side = b.side;
    CAPTURE(dimensions);
    const int by_sequence = found<sobol>(dimensions, 40, 80, side);
    CHECK(found<tpe>(dimensions, 40, 80, side) >= by_sequence - 5);
    CHECK(found<cma_es>(dimensions, 40, 80, side) >= by_sequence - 5);
    CHECK(found<gp_ei>(dimensions, 40, 80, side) >= by_sequence - 5);
    CHECK(found<automatic>(dimensions, 40, 80, side) >= by_sequence - 5);
  }
}

TEST_CASE("plateau: values that differ by rounding alone say no more than equal ones") {
  CHECK(flat({1, 1 + 1e-12, 1 - 2e-12, 1 + 3e-12, 1, 1 - 1e-12, 1 + 2e-12, 1 + 5e-12}));
  CHECK_FALSE(flat({1, 1 + 1e-6, 1 - 2e-6, 1 + 3e-6, 1, 1 - 1e-6, 1 + 2e-6, 1 + 5e-6}));
  CHECK_FALSE(flat({1, 2, 1 + 1e-12, 3, 4, 5, 6, 7}));
  const int by_sequence = found<sobol>(4, 40, 80, 0.473);
  CHECK(found<tpe>(4, 40, 80, 0.473, 1e-12) >= by_sequence - 2);
  CHECK(found<cma_es>(4, 40, 80, 0.473, 1e-12) >= by_sequence - 2);
  CHECK(found<gp_ei>(4, 40, 80, 0.473, 1e-12) >= by_sequence - 2);
  CHECK(found<automatic>(4, 40, 80, 0.473, 1e-12) >= by_sequence - 2);
}

TEST_CASE("plateau: once a value differs, the search goes on from there") {
  // A narrow valley in a plateau.
  const auto valley = [](const point& p) {
    double sum = 0.0;
    for (const double u : p.unit) sum += (u - 0.7) * (u - 0.7);
    return (std::min)(sum, 0.08);
  };
  const auto lowest = [&](any_sampler sampler) {
    study_core s(cube(3), std::move(sampler), {.seed = 3});
    for (int i = 0; i < 150; ++i) {
      const auto t = s.ask().value();
      s.tell(t.number, valley(t.where), 0.1);
    }
    return s.seen()[*s.seen().best()].value;
  };
  CHECK(lowest(tpe{}) < 0.01);
  CHECK(lowest(cma_es{}) < 0.01);
  CHECK(lowest(gp_ei{}) < 1e-3);
  CHECK(lowest(automatic{}) < 1e-3);
}
