// A space that a program reads from a file, with failures while some configurations run.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <istream>
#include <knobless/minimize.hpp>
#include <knobless/runtime_space.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace {

// [read]
// Lines of the file: "real NAME LOW HIGH [log]", "integer NAME LOW HIGH [log]" or "choice NAME LABEL LABEL ...".
knobless::result<knobless::space<knobless::assignment>> read_space(std::istream& file) {
  knobless::runtime_space_builder builder;
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string kind, name, word;
    words >> kind >> name;
    if (kind == "choice") {
      std::vector<std::string> labels;
      while (words >> word) labels.push_back(word);
      builder.choice(name, labels);
      continue;
    }
    double low = 0.0, high = 0.0;
    words >> low >> high >> word;
    const auto scale = word == "log" ? knobless::scaling::log : knobless::scaling::linear;
    if (kind == "real")
      builder.real(name, {.low = low, .high = high, .scale = scale});
    else
      builder.integer(name, {.low = std::llround(low), .high = std::llround(high), .scale = scale});
  }
  return builder.try_build();  // the space, or the first thing that is wrong with it
}
// [read]

}  // namespace

int main() {
  std::istringstream file(
      "real cutoff 1 1000 log\n"
      "integer order 1 8\n"
      "choice kind butterworth bessel\n");

  // [search]
  const auto space = read_space(file);  // any std::istream
  if (!space) {
    std::fprintf(stderr, "%s\n", space.error().message().c_str());
    return 1;
  }

  // An assignment has the values by name: numbers, flags, and labels as text.
  const auto ripple = [](const knobless::assignment& a) -> knobless::outcome {
    const double cutoff = a["cutoff"];
    const double order = a["order"];
    if (a.text("kind") == "bessel" && order > 6) return knobless::failed("no such filter");
    return std::abs(std::log10(cutoff / 50.0)) + 0.1 * std::abs(order - 4.0);
  };
  const auto tuned = knobless::minimize(space.value(), ripple, {.trials = 60, .seed = 7});

  const knobless::assignment best = tuned.best().config;
  for (std::size_t i = 0; i < best.size(); ++i)
    if (best.active(i)) std::printf("%s = %s\n", (*best.space())[i].name().c_str(), best.text(i).c_str());
  // [search]

  std::istringstream wrong("real cutoff 10 1\n");
  return !read_space(wrong) && tuned.best().value < 0.1 ? 0 : 1;
}
