// expect: knobless::real needs a floating-point member; for a whole number use knobless::integer
#include <knobless/space.hpp>

struct net {
  int hidden = 8;
};

const knobless::space<net> space{
#ifdef WRONG
    knobless::real("hidden", &net::hidden, {.low = 1, .high = 64})
#else
    knobless::integer("hidden", &net::hidden, {.low = 1, .high = 64})
#endif
};
