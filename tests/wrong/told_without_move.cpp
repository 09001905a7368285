// expect: knobless: tell() ends the trial, so it takes it over: tell(std::move(trial), value)
#include <knobless/sampler/random_search.hpp>
#include <knobless/study.hpp>
#include <utility>

struct net {
  double rate = 0.1;
};

int main() {
  const knobless::space<net> space{knobless::real("rate", &net::rate, {.low = 0, .high = 1})};
  knobless::study study{space, knobless::random_search{}, {.seed = 7}};
  auto trial = study.ask();
#ifdef WRONG
  study.tell(trial, 0.5);
#else
  study.tell(std::move(trial), 0.5);
#endif
  return 0;
}
