/// \file
/// The job that a course gives its students by hand: choose iterations, learning rate and hidden units of a small network
/// that predicts how many bicycles are rented in an hour. Here knobless does it, beside a grid and random search.
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <future>
#include <knobless/minimize.hpp>
#include <knobless/random.hpp>
#include <knobless/sampler/grid.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/space.hpp>
#include <limits>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "dataset.hpp"
#include "network.hpp"

namespace {

using namespace bikeshare;

constexpr const char* usage =
    R"(Tunes a small network that predicts hourly bicycle rentals, by grid search, random search and knobless.

  --data FILE     hour.csv of UCI's Bike Sharing data; without it the file that an earlier run stored in the user's cache
                  folder, else a download, else simulated hours
  --simulated     simulated hours, even where there is a file
  --trials N      trials of each search (60)
  --seed N        seed of the first comparison (1)
  --searches N    comparisons, each with another seed (1)
  --quick         a small budget that shows that everything works, and nothing else
  --help          this text
)";

struct options {
  std::filesystem::path data;
  std::size_t trials = 60;
  std::uint64_t seed = 1;
  std::size_t searches = 1;
  bool simulated = false;
  bool quick = false;
  bool help = false;
};

class usage_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

options parse_options(const std::vector<std::string_view>& arguments) {
  options chosen;
  bool trials_given = false;
  auto next = arguments.begin();
  const auto value = [&](std::string_view option) {
    if (next == arguments.end()) throw usage_error(std::string{option} + " wants a value");
    return *next++;
  };
  const auto number = [&](std::string_view option, std::uint64_t low, std::uint64_t high) {
    const std::string_view text = value(option);
    std::uint64_t parsed = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, parsed);
    if (error != std::errc{} || stop != end || parsed < low || parsed > high) {
      throw usage_error(std::string{option} + " is '" + std::string{text} + "' where a whole number from " +
                        std::to_string(low) + " to " + std::to_string(high) + " was expected");
    }
    return parsed;
  };
  while (next != arguments.end()) {
    const std::string_view option = *next++;
    if (option == "--data") {
      chosen.data = value(option);
    } else if (option == "--trials") {
      chosen.trials = number(option, 1, 100000);
      trials_given = true;
    } else if (option == "--seed") {
      chosen.seed = number(option, 0, UINT64_MAX);
    } else if (option == "--searches") {
      chosen.searches = number(option, 1, 1000);
    } else if (option == "--simulated") {
      chosen.simulated = true;
    } else if (option == "--quick") {
      chosen.quick = true;
    } else if (option == "--help" || option == "-h") {
      chosen.help = true;
    } else {
      throw usage_error("unknown option '" + std::string{option} + "'");
    }
  }
  if (chosen.simulated && !chosen.data.empty()) throw usage_error("--data and --simulated exclude each other");
  if (chosen.quick && !trials_given) chosen.trials = 8;
  return chosen;
}

// ---- Where the hours come from ---------------------------------------------------------------------------------------

/// Hours, and what to call them in each table.
struct source {
  std::vector<hour> hours;
  std::string name;
};

/// Where downloads are kept, after the XDG base directory specification; nothing where the user has no such folder.
std::optional<std::filesystem::path> cache_folder() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::filesystem::path{value == nullptr ? "" : value};
  };
  std::filesystem::path base = variable("XDG_CACHE_HOME");
  if (!base.is_absolute()) {
    base = variable("HOME");
    if (!base.is_absolute()) return std::nullopt;
    base /= ".cache";
  }
  return base / "knobless" / "bike-sharing";
}

/// Has the script store hour.csv in `folder`; whether it did. It prints what it does. CMake's own report of a failure is
/// left out.
bool download(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::filesystem::path before = std::filesystem::current_path();
  // The script stores where it runs, so that no path of the user's has to pass through a shell.
  if (!error) std::filesystem::current_path(folder, error);
  if (error) {
    std::printf("The folder %s can't be used: %s.\n", folder.string().c_str(), error.message().c_str());
    return false;
  }
  std::fflush(stdout);
  const bool stored = std::system("\"" BIKESHARE_CMAKE "\" -P \"" BIKESHARE_FETCH "\" 2>/dev/null") == 0;
  std::filesystem::current_path(before);
  return stored;
}

source simulated_source() { return {simulated(), "SIMULATED hours"}; }

source find_hours(const options& chosen) {
  if (chosen.simulated) return simulated_source();
  if (!chosen.data.empty()) return {read(chosen.data), chosen.data.string()};
  if (const auto folder = cache_folder()) {
    const std::filesystem::path file = *folder / "hour.csv";
    if (std::filesystem::exists(file)) {
      try {
        return {read(file), file.string()};
      } catch (const data_error& error) {
        std::printf("%s\n", error.what());
      }
    }
    if (download(*folder)) return {read(file), file.string()};
  }
  std::printf(
      "There is neither a data file nor a way to download it, so what follows is about SIMULATED hours: the numbers "
      "say\n"
      "nothing about bicycles in Washington. --data names the file, for those who have it.\n");
  return simulated_source();
}

// ---- The comparison --------------------------------------------------------------------------------------------------

/// Losses of a setting's networks, one a seed.
struct losses {
  std::vector<double> validation;
  std::vector<double> test;
};

/// Trains networks at once, each with a seed drawn from `seeds`.
losses train_several(const dataset& data, const setting& chosen, std::size_t networks, knobless::random& seeds) {
  std::vector<std::future<std::pair<double, double>>> running;
  for (std::size_t i = 0; i < networks; ++i) {
    running.push_back(std::async(std::launch::async, [&data, &chosen, seed = seeds()] {
      network net = trained(chosen, data.train, seed);
      return std::pair{net.loss(data.validation), net.loss(data.test)};
    }));
  }
  losses found;
  for (auto& each : running) {
    const auto [validation, test] = each.get();
    found.validation.push_back(validation);
    found.test.push_back(test);
  }
  return found;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double standard_deviation(const std::vector<double>& values) {
  const double centre = mean(values);
  double squares = 0.0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

/// How much work a comparison is.
struct budget {
  std::size_t trials = 60;
  std::size_t networks_per_trial = 5;  ///< one network's noise is as large as what separates good settings
  std::size_t fresh_networks = 10;
  int longest_training = 15000;
};

/// A setting that a method came up with, and what became of it.
struct row {
  std::string method;
  std::optional<setting> chosen = std::nullopt;  ///< nothing where every trial failed
  double trial_loss = 0.0;
  losses fresh = {};
  bool searched = true;
  double seconds = 0.0;
};

std::string text_of(const setting& of) {
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%5d iterations, rate %.3f, %2d hidden", of.iterations, of.learning_rate,
                of.hidden);
  return text.data();
}

/// The searches' common space: from what the template starts from to what students are known to have tried, and as many
/// hidden units as inputs, since the course's advice is a number between those of inputs and outputs. Counts are linear: on a
/// log scale half of all trials would train for less than 1200 iterations, and have less than 11 hidden units.
knobless::space<setting> search_space(const budget& spent) {
  return knobless::space<setting>{
      knobless::integer("iterations", &setting::iterations, {.low = 100, .high = spent.longest_training}),
      knobless::real("learning_rate", &setting::learning_rate, {.low = 0.1, .high = 1.0, .scale = knobless::log}),
      knobless::integer("hidden", &setting::hidden, {.low = 2, .high = 56})};
}

/// One comparison: the same space, trials and noise for each search.
std::vector<row> compare(const dataset& data, const budget& spent, std::uint64_t seed) {
  // Streams of random numbers, out of the way of those that a search draws from: it has one for each trial.
  enum stream : std::uint64_t { of_trials = std::uint64_t{1} << 40U, of_fresh_networks };
  const knobless::space<setting> space = search_space(spent);
  std::vector<row> rows;
  rows.push_back({.method = "template default", .chosen = setting{}, .searched = false});

  // One number says little of a setting where networks differ so much by chance: knobless takes the best estimated trial. The
  // others take what they saw, as they do everywhere.
  const auto search = [&](const std::string& method, std::size_t trials, bool estimates, auto minimize) {
    knobless::random seeds(seed, of_trials);
    const auto objective = [&](const setting& tried) {
      return mean(train_several(data, tried, spent.networks_per_trial, seeds).validation);
    };
    const auto report = [&](const knobless::progress<setting>& now) {
      if (!now.study.has_best()) return;
      const auto best = now.study.best();
      if (best.number != now.number && (now.number + 1) % 20 != 0) return;
      std::printf("  %-14s trial %3zu after %4.0f s   best %.4f: %s\n", method.c_str(), now.number + 1, now.seconds,
                  best.value, text_of(best.config).c_str());
      std::fflush(stdout);
    };
    const auto found =
        minimize(objective, knobless::run_options<setting>{.trials = trials, .seed = seed, .on_trial = report});
    row added{.method = method, .seconds = found.seconds()};
    if (found.has_best()) {
      const auto chosen = estimates ? found.best_estimated() : found.best();
      added.chosen = chosen.config;
      added.trial_loss = chosen.value;
    }
    rows.push_back(added);
  };
  // The full grid nearest to the number of trials, with as many values of each parameter.
  const auto side = static_cast<std::size_t>(std::llround(std::cbrt(static_cast<double>(spent.trials))));
  const std::size_t points = side * side * side;
  search("grid search", points, false, [&](auto& objective, auto options) {
    return knobless::minimize(space, knobless::grid(points), objective, options);
  });
  search("random search", spent.trials, false, [&](auto& objective, auto options) {
    return knobless::minimize(space, knobless::random_search{}, objective, options);
  });
  search("knobless", spent.trials, true,
         [&](auto& objective, auto options) { return knobless::minimize(space, objective, options); });

  for (row& each : rows) {
    if (!each.chosen) continue;
    knobless::random seeds(seed, of_fresh_networks);
    each.fresh = train_several(data, *each.chosen, spent.fresh_networks, seeds);
  }
  return rows;
}

void print_table(const std::vector<row>& rows, const std::string& source_name, const budget& spent) {
  std::printf("\nData: %s\n", source_name.c_str());
  std::printf(
      "Each trial: the mean validation loss of %zu networks. At the end: %zu networks with fresh seeds, mean and sd.\n",
      spent.networks_per_trial, spent.fresh_networks);
  std::printf("%-22s %10s %7s %6s %9s   %-16s  %-16s %8s\n", "", "iterations", "rate", "hidden", "in trial",
              "validation", "test", "seconds");
  for (const row& each : rows) {
    if (!each.chosen) {
      std::printf("%-22s every trial failed\n", each.method.c_str());
      continue;
    }
    const setting& chosen = *each.chosen;
    std::printf("%-22s %10d %7.3f %6d ", each.method.c_str(), chosen.iterations, chosen.learning_rate, chosen.hidden);
    if (each.searched) {
      std::printf("%9.4f", each.trial_loss);
    } else {
      std::printf("%9s", "-");
    }
    std::printf("   %.4f +- %.4f  %.4f +- %.4f", mean(each.fresh.validation), standard_deviation(each.fresh.validation),
                mean(each.fresh.test), standard_deviation(each.fresh.test));
    if (each.searched) std::printf(" %8.1f", each.seconds);
    std::printf("\n");
  }
}

void print_wins(const std::vector<std::vector<row>>& all, const std::string& source_name) {
  std::printf("\n%zu searches each; data: %s\n", all.size(), source_name.c_str());
  std::printf("%-22s %-30s %s\n", "", "validation: mean over searches", "knobless is better in");
  const std::size_t ours = all.front().size() - 1;
  const auto loss = [](const row& of) {
    const double value = of.chosen ? mean(of.fresh.validation) : std::numeric_limits<double>::infinity();
    return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();  // one that diverged is the worst
  };
  for (std::size_t method = 0; method <= ours; ++method) {
    std::vector<double> values;
    std::size_t wins = 0;
    for (const std::vector<row>& rows : all) {
      values.push_back(loss(rows[method]));
      if (loss(rows[ours]) < values.back()) ++wins;
    }
    std::printf("%-22s %-30.4f ", all.front()[method].method.c_str(), mean(values));
    if (method != ours) std::printf("%zu of %zu", wins, all.size());
    std::printf("\n");
  }
}

void run(const options& chosen) {
  const source found = find_hours(chosen);
  const dataset data = prepare(found.hours);
  budget spent{.trials = chosen.trials};
  if (chosen.quick) spent = {chosen.trials, 2, 2, 300};
  std::printf("Data: %s\n%zu hours to train, %zu to validate, %zu to test\n", found.name.c_str(),
              static_cast<std::size_t>(data.train.size()), static_cast<std::size_t>(data.validation.size()),
              static_cast<std::size_t>(data.test.size()));
  std::vector<std::vector<row>> all;
  for (std::size_t i = 0; i < chosen.searches; ++i) {
    const std::uint64_t seed = chosen.seed + i;
    std::printf("\nSeed %llu, %zu trials each\n", static_cast<unsigned long long>(seed), spent.trials);
    all.push_back(compare(data, spent, seed));
    print_table(all.back(), found.name, spent);
  }
  if (all.size() > 1) print_wins(all, found.name);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const options chosen = parse_options({arguments + 1, arguments + count});
    if (chosen.help) {
      std::printf("%s", usage);
    } else {
      run(chosen);
    }
    return EXIT_SUCCESS;
  } catch (const usage_error& error) {
    std::fprintf(stderr, "%s; --help shows the options\n", error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  return EXIT_FAILURE;
}
