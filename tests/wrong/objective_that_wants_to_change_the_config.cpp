// expect: knobless: the objective must be callable with the configuration
#include <knobless/minimize.hpp>

struct net {
  double rate = 0.1;
};

const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0.0, .high = 1.0})};

#ifdef WRONG
const auto found = knobless::minimize(space, [](net& c) { return c.rate *= 2.0; });
#else
const auto found = knobless::minimize(space, [](net c) { return c.rate *= 2.0; });
#endif
