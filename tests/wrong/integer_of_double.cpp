// expect: knobless::integer needs an integral member; for a floating-point one use knobless::real
#include <knobless/space.hpp>

struct net {
  double rate = 0.1;
};

const knobless::space<net> space{
#ifdef WRONG
    knobless::integer("rate", &net::rate, {.low = 0, .high = 1})
#else
    knobless::real("rate", &net::rate, {.low = 0, .high = 1})
#endif
};
