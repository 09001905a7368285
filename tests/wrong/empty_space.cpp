// expect: knobless: a search space needs at least one parameter
#include <knobless/space.hpp>

struct net {
  double rate = 0.1;
};

const knobless::space<net> space{
#ifdef WRONG

#else
    knobless::real("rate", &net::rate, {.low = 0, .high = 1})
#endif
};
