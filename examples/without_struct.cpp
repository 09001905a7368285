// The second door, a lambda's arguments, and the third, a space that is known only at run time.
#include <cstdio>
#include <knobless/minimize.hpp>
#include <knobless/runtime_space.hpp>
#include <string>
#include <tuple>

int main() {
  // [without_struct]
  const knobless::space plain{knobless::real("x", {.low = -5.0, .high = 5.0}),
                              knobless::integer("k", {.low = 1, .high = 9}),
                              knobless::choice("kind", {"soft", "hard"})};
  const auto tuned = knobless::minimize(
      plain, [](double x, int k, const std::string& kind) { return x * x + k + (kind == "hard" ? 0.5 : 0.0); });

  knobless::runtime_space_builder builder;
  builder.choice("filter", {"none", "lowpass"})
      .real("cutoff", {.low = 1.0, .high = 1e3, .scale = knobless::scaling::log},
            {.parent = "filter", .values = {"lowpass"}});
  const auto filtered = knobless::minimize(builder.build(), [](const knobless::assignment& a) {
    return a.text("filter") == "none" ? 1.0 : 0.01 * a["cutoff"];
  });
  // [without_struct]
  std::printf("x %.3f\ncutoff %s\n", std::get<0>(tuned.best().config), filtered.best().config.text("cutoff").c_str());
}
