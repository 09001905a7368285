// expect: must return the struct whose members the objectives are
#include <knobless/minimize.hpp>
#include <knobless/sampler/random_search.hpp>

struct net {
  double rate = 0.1;
};
struct scores {
  double loss;
  double speed;
};
struct others {
  double loss;
  double speed;
};

const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0.0, .high = 1.0})};
const knobless::objectives goals{knobless::minimized("loss", &scores::loss),
                                 knobless::minimized("speed", &scores::speed)};

#ifdef WRONG
using answer = others;
#else
using answer = scores;
#endif
const auto found = knobless::minimize(space, goals, knobless::random_search{}, [](const net& c) {
  return answer{c.rate, c.rate};
});
