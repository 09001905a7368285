// expect: a note is a text, a number or a bool
#include <knobless/record/outcome.hpp>

#include <vector>

#ifdef WRONG
const auto out = knobless::outcome{1.0}.note("sizes", std::vector{1, 2});
#else
const auto out = knobless::outcome{1.0}.note("sizes", "1, 2");
#endif
