// All headers, after other people's macros. What knobless includes from elsewhere comes first: those headers have their
// own ways with such macros, or none.
#include <external_headers.hpp>

#include "macros.hpp"

#include <all_headers.hpp>

int main() {
  const auto best = knobless::minimize(knobless::space{knobless::real("x", {.low = -1.0, .high = 1.0})},
                                       [](double x) { return x * x; }, {.trials = 20})
                        .best();
  return best.value <= 1.0 ? 0 : 1;
}
