// expect: knobless::ordinal with a scale needs numbers
#include <knobless/space.hpp>
#include <string>

struct net {
  std::string size;
};

#ifdef WRONG
const knobless::space<net> space{knobless::ordinal("size", &net::size, {"small", "large"}, knobless::scaling::log)};
#else
const knobless::space<net> space{knobless::ordinal("size", &net::size, {"small", "large"})};
#endif
