// expect: knobless::integer needs an integral member
#include <knobless/space.hpp>

struct net {
  bool bias = true;
};

const knobless::space<net> space{
#ifdef WRONG
    knobless::integer("bias", &net::bias, {.low = 0, .high = 1})
#else
    knobless::flag("bias", &net::bias)
#endif
};
