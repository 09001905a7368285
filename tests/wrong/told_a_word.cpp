// expect: knobless: tell() takes a number or a knobless::outcome
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
  study.tell(std::move(trial), "good");
#else
  study.tell(std::move(trial), knobless::failed);
#endif
  return 0;
}
