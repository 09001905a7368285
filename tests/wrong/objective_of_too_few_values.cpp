// expect: knobless: the objective must be callable with the configuration
#include <knobless/minimize.hpp>

const knobless::space space{knobless::real("x", {.low = 0.0, .high = 1.0}),
                            knobless::integer("k", {.low = 0, .high = 3})};

#ifdef WRONG
const auto found = knobless::minimize(space, [](double x) { return x; });
#else
const auto found = knobless::minimize(space, [](double x, int k) { return x + k; });
#endif
