#include <cstdio>
#include <knobless/minimize.hpp>

// This search needs neither, other headers of knobless do.
#if !__has_include(<Eigen/Core>) || !__has_include(<boost/random/sobol.hpp>)
#error "the recipe's requirements are not found"
#endif

int main() {
  const knobless::space space{knobless::real("x", {.low = -1.0, .high = 2.0})};
  const auto tuned = knobless::minimize(space, [](double x) { return x * x; }, {.trials = 30, .seed = 1});
  std::printf("knobless: %g\n", tuned.best().value);
  return tuned.best().value < 0.25 ? 0 : 1;
}
