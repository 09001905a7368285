// expect: knobless::real needs an array of floating-point numbers
#include <knobless/space.hpp>

struct net {
  std::array<int, 2> whole{};
  std::array<double, 2> gains{};
};

#ifdef WRONG
const knobless::space<net> space{knobless::real("whole", &net::whole, {.low = 0.0, .high = 1.0})};
#else
const knobless::space<net> space{knobless::real("gains", &net::gains, {.low = 0.0, .high = 1.0})};
#endif
