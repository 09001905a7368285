// expect: nodiscard
#include <knobless/study.hpp>

struct net {
  double rate = 0.1;
};

const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0.0, .high = 1.0})};

void ask(knobless::study<net>& study) {
#ifdef WRONG
#pragma GCC diagnostic error "-Wunused-result"
  study.ask();
#else
  const auto trial = study.ask();
#endif
}
