// expect: inside a struct's space each parameter names its member
#include <knobless/space.hpp>

struct inner {
  double momentum = 0.9;
};
struct net {
  inner optimiser;
};

#ifdef WRONG
const knobless::space<net> space{
    knobless::group("optimiser", &net::optimiser, knobless::real("momentum", {.low = 0.0, .high = 1.0}))};
#else
const knobless::space<net> space{knobless::group(
    "optimiser", &net::optimiser, knobless::real("momentum", &inner::momentum, {.low = 0.0, .high = 1.0}))};
#endif
