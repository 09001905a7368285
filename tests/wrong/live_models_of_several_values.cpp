// expect: live models are compared by one value
#include <knobless/advance.hpp>

#include <array>

struct net {
  double rate = 0.1;
};

const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0.0, .high = 1.0})};
const auto build = [](const net& c) { return c; };

#ifdef WRONG
const auto found = knobless::asha(space, build, [](net& c, int) { return std::array{c.rate, c.rate}; });
#else
const auto found = knobless::asha(space, build, [](net& c, int) { return c.rate; });
#endif
