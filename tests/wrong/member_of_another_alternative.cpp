// expect: names a member of another struct than the one that is configured here
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
  std::variant<sgd, adam> optimizer;
};

const knobless::space<net> space{
#ifdef WRONG
    knobless::branch("optimizer", &net::optimizer,
                     knobless::when<sgd>("sgd", knobless::real("beta1", &adam::beta1, {.low = 0, .high = 1})))
#else
    knobless::branch("optimizer", &net::optimizer,
                     knobless::when<sgd>("sgd", knobless::real("momentum", &sgd::momentum, {.low = 0, .high = 1})))
#endif
};
