// A search that both files instantiate.
#pragma once

struct odr_config {
  double x = 0.0;
  int k = 0;
};

inline double search() {
  const knobless::space<odr_config> space{knobless::real("x", &odr_config::x, {.low = -1.0, .high = 1.0}),
                                          knobless::integer("k", &odr_config::k, {.low = 0, .high = 9})};
  return knobless::minimize(space, [](const odr_config& c) { return c.x * c.x + c.k; }, {.trials = 20}).best().value;
}
