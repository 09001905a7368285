// expect: must return as many numbers or knobless::outcomes
#include <knobless/minimize.hpp>
#include <span>
#include <vector>

struct net {
  double rate = 0.1;
};

const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0.0, .high = 1.0})};

#ifdef WRONG
const auto found = knobless::minimize(space, [](std::span<const net> all) { return all[0].rate; });
#else
const auto found = knobless::minimize(space, [](std::span<const net> all) { return std::vector<double>(all.size()); });
#endif
