// expect: knobless::repeated needs a std::vector member
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
  sgd stages;
};

const knobless::space<net> space{
#ifdef WRONG
    knobless::repeated("stages", &net::stages, {.low = 1, .high = 3},
                       knobless::real("momentum", &sgd::momentum, {.low = 0, .high = 1}))
#else
    knobless::group("stages", &net::stages, knobless::real("momentum", &sgd::momentum, {.low = 0, .high = 1}))
#endif
};
