// expect: knobless::branch with parameters needs a std::optional member; for a std::variant use knobless::when
#include <knobless/branch.hpp>
#include <optional>
#include <variant>
#include <vector>

struct sgd {
  double momentum = 0.9;
};
struct adam {
  double beta1 = 0.9;
};
struct lbfgs {
  double memory = 0.5;
};
struct net {
  sgd optimizer;
};

const knobless::space<net> space{
#ifdef WRONG
    knobless::branch("optimizer", &net::optimizer, knobless::real("momentum", &sgd::momentum, {.low = 0, .high = 1}))
#else
    knobless::group("optimizer", &net::optimizer, knobless::real("momentum", &sgd::momentum, {.low = 0, .high = 1}))
#endif
};
