// expect: inside a struct's space each parameter names its member
#include <knobless/space.hpp>

struct net {
  double rate = 0.1;
  int layers = 3;
};

const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0, .high = 1}),
#ifdef WRONG
                                 knobless::fixed(3)
#else
                                 knobless::fixed(&net::layers, 3)
#endif
};
