// expect: inside a struct's space each parameter names its member
#include <knobless/space.hpp>

struct net {
  double rate = 0.1;
};

const knobless::space<net> space{
#ifdef WRONG
    knobless::real("rate", {.low = 0, .high = 1})
#else
    knobless::real("rate", &net::rate, {.low = 0, .high = 1})
#endif
};
