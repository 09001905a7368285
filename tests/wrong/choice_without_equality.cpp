// expect: knobless::choice needs values that can be compared with ==
#include <knobless/space.hpp>

struct activation {
  int kind = 0;
#ifndef WRONG
  bool operator==(const activation&) const = default;
#endif
};
struct net {
  activation act;
};

const knobless::space<net> space{knobless::choice("act", &net::act, {activation{0}, activation{1}})};
