// expect: a configuration must be default-constructible and copyable
#include <knobless/space.hpp>

struct net {
#ifdef WRONG
  explicit net(double r) : rate(r) {}
#endif
  double rate = 0.1;
};

const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0, .high = 1})};
