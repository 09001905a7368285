// expect: knobless::flag needs a bool member; for other types use knobless::choice
#include <knobless/space.hpp>

struct net {
  int bias = 1;
};

const knobless::space<net> space{
#ifdef WRONG
    knobless::flag("bias", &net::bias)
#else
    knobless::choice("bias", &net::bias, {0, 1})
#endif
};
