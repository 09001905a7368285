// expect: objectives say themselves which values are better
#include <knobless/minimize.hpp>
#include <knobless/sampler/random_search.hpp>

#include <array>

struct net {
  double rate = 0.1;
};

const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0.0, .high = 1.0})};
const knobless::objectives goals{knobless::minimized("loss"), knobless::maximized("speed")};
const auto both = [](const net& c) { return std::array{c.rate, c.rate}; };

#ifdef WRONG
const int found = (knobless::maximize(space, goals, knobless::random_search{}, both), 0);
#else
const auto found = knobless::minimize(space, goals, knobless::random_search{}, both);
#endif
