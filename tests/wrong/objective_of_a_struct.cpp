// expect: struct's members are named by knobless::objectives
#include <knobless/minimize.hpp>
#include <knobless/sampler/random_search.hpp>

struct net {
  double rate = 0.1;
};
struct scores {
  double loss;
  double speed;
};

const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0.0, .high = 1.0})};
const knobless::objectives goals{knobless::minimized("loss", &scores::loss),
                                 knobless::minimized("speed", &scores::speed)};

#ifdef WRONG
const auto found = knobless::minimize(space, knobless::random_search{}, [](const net& c) {
  return scores{c.rate, c.rate};
});
#else
const auto found = knobless::minimize(space, goals, knobless::random_search{}, [](const net& c) {
  return scores{c.rate, c.rate};
});
#endif
