// expect: study<net>
#include <knobless/sampler/random_search.hpp>
#include <knobless/study.hpp>

struct net {
  double rate = 0.1;
};
struct own_sampler {
#ifndef WRONG
  std::optional<knobless::point> ask(const knobless::ask_context& context) {
    knobless::point p(context.space.size());
    context.space.complete(p);
    return p;
  }
#endif
};

const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0, .high = 1})};
knobless::study<net> study{space, own_sampler{}, {.seed = 7}};
