// expect: any_sampler
#include <knobless/study.hpp>

struct net {
  double rate = 0.1;
};

const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0.0, .high = 1.0})};

struct always {
  knobless::point ask(const knobless::ask_context& context) { return knobless::point(context.space.size()); }
};
struct perhaps {
  std::optional<knobless::point> ask(const knobless::ask_context& context) {
    return knobless::point(context.space.size());
  }
};

#ifdef WRONG
knobless::any_sampler held = always{};
#else
knobless::any_sampler held = perhaps{};
#endif
