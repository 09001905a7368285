// expect: the objective returns several values, but this sampler takes one
#include <knobless/minimize.hpp>
#include <knobless/sampler/cma_es.hpp>

#include <array>

struct net {
  double rate = 0.1;
};

const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0.0, .high = 1.0})};

#ifdef WRONG
const auto found = knobless::minimize(space, knobless::cma_es{}, [](const net& c) {
  return std::array{c.rate, 1.0 - c.rate};
});
#else
const auto found = knobless::minimize(space, knobless::cma_es{}, [](const net& c) { return c.rate; });
#endif
