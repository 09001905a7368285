// expect: require() needs a function of the configuration
#include <knobless/space.hpp>

struct net {
  double rate = 0.1;
};

const knobless::space<net> all{knobless::real("rate", &net::rate, {.low = 0, .high = 1})};
#ifdef WRONG
const knobless::space<net> some = all.require([](double rate) { return rate < 0.5; });
#else
const knobless::space<net> some = all.require([](const net& n) { return n.rate < 0.5; });
#endif
