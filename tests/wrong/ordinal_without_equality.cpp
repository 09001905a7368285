// expect: knobless::ordinal needs values that can be compared with ==
#include <knobless/space.hpp>

struct plain {
  int kernel = 3;
};
struct comparable {
  int kernel = 3;
  friend bool operator==(const comparable&, const comparable&) = default;
};
struct net {
  plain a;
  comparable b;
};

#ifdef WRONG
const knobless::space<net> space{knobless::ordinal("a", &net::a, {plain{1}, plain{3}})};
#else
const knobless::space<net> space{knobless::ordinal("b", &net::b, {comparable{1}, comparable{3}})};
#endif
