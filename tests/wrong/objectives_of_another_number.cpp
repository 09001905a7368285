// expect: must return as many values as there are objectives
#include <knobless/minimize.hpp>
#include <knobless/sampler/random_search.hpp>

#include <array>

struct net {
  double rate = 0.1;
};

const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0.0, .high = 1.0})};
const knobless::objectives goals{knobless::minimized("loss"), knobless::minimized("speed")};

#ifdef WRONG
const auto found = knobless::minimize(space, goals, knobless::random_search{}, [](const net& c) {
  return std::array{c.rate, c.rate, c.rate};
});
#else
const auto found = knobless::minimize(space, goals, knobless::random_search{}, [](const net& c) {
  return std::array{c.rate, c.rate};
});
#endif
