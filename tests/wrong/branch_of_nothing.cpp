// expect: knobless::branch needs at least one knobless::when
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
const knobless::space<net> space{knobless::branch("optimiser", &net::optimiser)};
#else
const knobless::space<net> space{knobless::branch(
    "optimiser", &net::optimiser,
    knobless::when<sgd>("sgd", knobless::real("momentum", &sgd::momentum, {.low = 0.0, .high = 1.0})))};
#endif
