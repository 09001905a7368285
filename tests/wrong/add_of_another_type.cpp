// expect: knobless: add() takes a configuration of the type that the study's space is of
#include <knobless/sampler/random_search.hpp>
#include <knobless/study.hpp>

struct net {
  double rate = 0.1;
};
struct tree {
  int depth = 3;
};

const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0.0, .high = 1.0})};

void teach(knobless::study<net>& study) {
#ifdef WRONG
  study.add(tree{}, 1.0);
#else
  study.add(net{}, 1.0);
  study.add({0.5}, 1.0);
#endif
}
