// expect: knobless::repeated needs at least one parameter for its items
#include <knobless/branch.hpp>

struct sgd {
  double momentum = 0.9;
};
struct adam {
  double beta = 0.9;
};
struct closed {
  explicit closed(double from) : momentum(from) {}
  double momentum;
};
struct net {
  std::variant<sgd, adam> optimiser;
  std::variant<sgd, sgd> twice;
  std::optional<double> dropout;
  std::vector<sgd> layers;
  sgd plain;
};

#ifdef WRONG
const knobless::space<net> space{knobless::repeated("layers", &net::layers, {.low = 1, .high = 3})};
#else
const knobless::space<net> space{
    knobless::repeated("layers", &net::layers, {.low = 1, .high = 3},
                       knobless::real("momentum", &sgd::momentum, {.low = 0.0, .high = 1.0}))};
#endif
