// expect: a configuration must be default-constructible and copyable
#include <knobless/space.hpp>

#include <memory>

struct single {
  double rate = 0.1;
  std::unique_ptr<int> owned;
};
struct shared {
  double rate = 0.1;
  std::shared_ptr<int> owned;
};

#ifdef WRONG
const knobless::space<single> space{knobless::real("rate", &single::rate, {.low = 0.0, .high = 1.0})};
#else
const knobless::space<shared> space{knobless::real("rate", &shared::rate, {.low = 0.0, .high = 1.0})};
#endif
