// Writes pages of four searches, their tables, and what the charts must show: for browser_test.py.
//   report_pages <folder> [hour.csv]       without the file the first search is of simulated hours
//   report_pages <folder> --many N         one page of N trials; prints what writing it took
//   report_pages <folder> --pictures hour.csv    the first search as SVG, for README.md: see scripts/pictures
#include <knobless/report/html_report.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "../../examples/bikeshare/dataset.hpp"
#include "../../examples/bikeshare/network.hpp"
#include "../../src/command/plot.hpp"
#include "searches.hpp"

namespace {

auto bike_sharing(const bikeshare::dataset& data) {
  using bikeshare::setting;
  const knobless::space<setting> space{
      knobless::integer("iterations", &setting::iterations, {.low = 20, .high = 400, .scale = knobless::scaling::log}),
      knobless::real("learning_rate", &setting::learning_rate,
                     {.low = 0.01, .high = 2.0, .scale = knobless::scaling::log}),
      knobless::integer("hidden", &setting::hidden, {.low = 2, .high = 30})};
  return knobless::minimize(
      space, [&](const setting& s) { return bikeshare::trained(s, data.train, 1).loss(data.validation); },
      {.trials = 60, .seed = 1});
}

// The summary's counts and extremes, as JSON.
std::string expected(const knobless::search_summary& s) {
  using knobless::detail::number_text;
  std::size_t reporting = 0;
  for (const auto& t : s.trials) reporting += t.reports.empty() ? 0U : 1U;
  std::string out =
      "{\"trials\": " + std::to_string(s.trials.size()) + ", \"curves\": " + std::to_string(reporting) +
      ", \"marginals\": " + std::to_string(s.marginals.size()) +
      ", \"surfaces\": " + std::to_string(s.surfaces.size()) + ", \"rungs\": " + std::to_string(s.rungs.size()) +
      ", \"front\": " + std::to_string(s.front.trials.size()) + ", \"work\": " + std::to_string(s.when.work.size()) +
      ", \"limits\": " + std::to_string(s.limits.size()) +
      ", \"best\": " + (s.best ? std::to_string(s.trials[*s.best].number) : "null") + ", \"values\": [";
  for (std::size_t k = 0; k < s.objectives.size(); ++k) {
    std::size_t count = 0;
    double least = 0.0;
    double largest = 0.0;
    for (const auto& t : s.trials) {
      if (t.values.empty()) continue;
      least = count == 0 || t.values[k] < least ? t.values[k] : least;
      largest = count == 0 || t.values[k] > largest ? t.values[k] : largest;
      ++count;
    }
    out += std::string(k > 0 ? ", " : "") + "{\"count\": " + std::to_string(count) +
           ", \"least\": " + number_text(least) + ", \"largest\": " + number_text(largest) + "}";
  }
  return out + "]}\n";
}

template <class Result>
void write(const std::string& folder, const std::string& name, const Result& found) {
  knobless::write_html(found, folder + "/" + name + ".html");
  std::ofstream(folder + "/" + name + ".csv") << found.csv();
  std::ofstream(folder + "/" + name + ".json") << expected(knobless::summarize(found));
}

int write_many(const std::string& folder, std::size_t trials) {
  knobless::study<searches::booster> study(searches::booster_space(), knobless::random_search{});
  for (std::size_t i = 0; i < trials; ++i) {
    auto t = study.ask();
    const double value = searches::booster_loss(t.config());
    study.tell(std::move(t), value, 0.1);
  }
  const auto begun = std::chrono::steady_clock::now();
  const std::string page = knobless::html_report(knobless::summarize(study.core().happened()));
  std::ofstream(folder + "/many.html") << page;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  std::printf("%zu trials: %.3f s, %zu bytes\n", trials, took.count(), page.size());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2)
    return std::fprintf(stderr, "usage: report_pages <folder> [hour.csv | --many N | --pictures hour.csv]\n"), 2;
  const std::string folder = argv[1];
  if (argc == 4 && std::string_view(argv[2]) == "--many")
    return write_many(folder, static_cast<std::size_t>(std::atoll(argv[3])));
  if (argc == 4 && std::string_view(argv[2]) == "--pictures") {
    const auto found = knobless::summarize(bike_sharing(bikeshare::prepare(bikeshare::read(argv[3]))));
    for (const std::string kind : {"history", "parallel"})
      if (const std::string trouble = knobless_command::draw_plot(found, kind, folder + "/bike_" + kind + ".svg");
          !trouble.empty())
        return std::fprintf(stderr, "%s\n", trouble.c_str()), 1;
    return 0;
  }
  const auto hours = argc == 3 ? bikeshare::read(argv[2]) : bikeshare::simulated();
  write(folder, "bike_sharing", bike_sharing(bikeshare::prepare(hours)));
  write(folder, "conditional", searches::conditional());
  write(folder, "rungs", searches::rungs());
  write(folder, "two_objectives", searches::two_objectives());
  return 0;
}
