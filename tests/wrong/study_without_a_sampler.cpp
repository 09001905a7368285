// expect: knobless: a study without a sampler searches automatically: include knobless/minimize.hpp
#include <knobless/study.hpp>
#ifndef WRONG
#include <knobless/sampler/automatic.hpp>
#endif

struct net {
  double rate = 0.1;
};

const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0.0, .high = 1.0})};
knobless::study search{space};
