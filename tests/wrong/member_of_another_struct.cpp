// expect: names a member of another struct than the one that is configured here
#include <knobless/space.hpp>

struct other {
  double rate = 0.1;
};
struct net {
  double rate = 0.1;
};

#ifdef WRONG
const knobless::space<net> space{knobless::real("rate", &other::rate, {.low = 0, .high = 1})};
#else
const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0, .high = 1})};
#endif
