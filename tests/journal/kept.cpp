// A search with everything that a journal can have; run again, it goes on. Prints its trials as comma-separated rows.
//   kept <journal> <trials>
#include <knobless/branch.hpp>
#include <knobless/minimize.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/storage/journal.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <utility>

struct config {
  double x = 0.1;
  double rate = 0.01;
  double drop = 0.25;
  int layers = 2;
  int width = 64;
  bool flip = true;
  std::string form = "round";
  std::optional<double> momentum;
};

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: kept <journal> <trials>\n"), 2;
  const knobless::space<config> space{
      knobless::real("x", &config::x, {.low = -1.0, .high = 1.0}),
      knobless::real("rate", &config::rate, {.low = 1e-5, .high = 0.1, .scale = knobless::scaling::log}),
      knobless::real("drop", &config::drop, {.low = 0.0, .high = 0.72, .step = 0.05}),
      knobless::integer("layers", &config::layers, {.low = 1, .high = 9, .step = 3}),
      knobless::integer("width", &config::width, {.low = 4, .high = 256, .scale = knobless::scaling::log}),
      knobless::flag("flip", &config::flip),
      knobless::choice("form", &config::form, {"round", "square \"2\"", "star\n\xC3\xA9"}),
      knobless::branch("momentum", &config::momentum,
                       knobless::real("value", knobless::self, {.low = 0.0, .high = 1.0}))};
  const auto f = [](knobless::trial<config>& t) -> knobless::outcome {
    const config& c = t.config();
    const double value = c.x * c.x + c.rate + c.drop + 0.1 * c.layers + (c.flip ? 0.3 : 0.0) + c.momentum.value_or(0.5);
    t.report(0, value + 1.0);
    if (t.number() % 4 == 1) t.report(1, std::numeric_limits<double>::quiet_NaN());
    if (t.number() % 5 == 2) return knobless::pruned;
    if (t.number() % 5 == 3) return knobless::failed("diverged: \"loud\"\n\xC3\xA9");
    return value;
  };
  const auto found = knobless::minimize(space, knobless::random_search{}, f,
                                        {.trials = static_cast<std::size_t>(std::atoll(argv[2])),
                                         .seed = 4,
                                         .first_guesses = {config{}},
                                         .journal = knobless::journal(argv[1])});
  std::fputs(found.csv().c_str(), stdout);
}
