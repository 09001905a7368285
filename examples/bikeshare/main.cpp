/// \file
/// The job that a course gives its students by hand: choose iterations, learning rate and hidden units of a small network
/// that predicts how many bicycles are rented in an hour. Here knobless does it, beside a grid and random search.
#include <algorithm>
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
#include "progress.hpp"

namespace {

using namespace bikeshare;

constexpr const char* usage =
    R"(Tunes a small network that predicts hourly bicycle rentals, by knobless, random search and grid search, with equal budgets.
Takes about half a minute on two cores; --full takes some ten times as long and gives the figures in README's table.

  --data FILE     hour.csv of UCI's Bike Sharing data; without it the file that an earlier run stored in the user's cache
                  folder, else a download, else simulated hours
  --simulated     simulated hours, even where there is a file
  --trials N      trials of each search (27; with --full 60; with --quick 8)
  --seed N        seed of the first comparison (1)
  --searches N    comparisons, each with another seed (1)
  --full          the whole comparison: 60 trials of 5 networks each, trained for up to 15000 iterations
  --quick         some seconds: shows that everything works, and says nothing about the searches
  --help          this text
)";

struct options {
  std::filesystem::path data;
  std::optional<std::size_t> trials;
  std::uint64_t seed = 1;
  std::size_t searches = 1;
  bool simulated = false;
  bool full = false;
  bool quick = false;
  bool help = false;
};

class usage_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

options parse_options(const std::vector<std::string_view>& arguments) {
  options chosen;
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
    } else if (option == "--seed") {
      chosen.seed = number(option, 0, UINT64_MAX);
    } else if (option == "--searches") {
      chosen.searches = number(option, 1, 1000);
    } else if (option == "--simulated") {
      chosen.simulated = true;
    } else if (option == "--full") {
      chosen.full = true;
    } else if (option == "--quick") {
      chosen.quick = true;
    } else if (option == "--help" || option == "-h") {
      chosen.help = true;
    } else {
      throw usage_error("unknown option '" + std::string{option} + "'");
    }
  }
  if (chosen.simulated && !chosen.data.empty()) throw usage_error("--data and --simulated exclude each other");
  if (chosen.quick && chosen.full) throw usage_error("--quick and --full exclude each other");
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
losses train_several(const dataset& data, const setting& chosen, std::size_t networks, knobless::random_stream& seeds) {
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
  std::size_t trials = 27;
  std::size_t networks_per_trial = 3;  ///< one network's noise is as large as what separates good settings
  std::size_t fresh_networks = 10;
  int longest_training = 5000;
};

budget budget_of(const options& chosen) {
  budget spent;
  if (chosen.full) spent = {.trials = 60, .networks_per_trial = 5, .fresh_networks = 10, .longest_training = 15000};
  if (chosen.quick) spent = {.trials = 8, .networks_per_trial = 2, .fresh_networks = 2, .longest_training = 300};
  if (chosen.trials) spent.trials = *chosen.trials;
  return spent;
}

/// A setting that a method came up with, and what became of it.
struct row {
  std::string method;
  std::optional<setting> chosen = std::nullopt;  ///< nothing where every trial failed
  std::size_t trial = 0;                         ///< in which the setting was tried, counted from 1
  double observed = 0.0;                         ///< the loss of that trial
  losses fresh = {};
  bool searched = true;
  double seconds = 0.0;
};

std::string text_of(const setting& of) {
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%d iterations, rate %.3f, %d hidden", of.iterations, of.learning_rate,
                of.hidden);
  return text.data();
}

/// The searches' common space: from what the template starts from to what students are known to have tried, and as many
/// hidden units as inputs, since the course's advice is a number between those of inputs and outputs. Counts are linear: on a
/// log scale half of all trials would train for less than 1200 iterations, and have less than 11 hidden units.
knobless::space<setting> search_space(const budget& spent) {
  return knobless::space<setting>{
      knobless::integer("iterations", &setting::iterations, {.low = 100, .high = spent.longest_training}),
      knobless::real("learning_rate", &setting::learning_rate,
                     {.low = 0.1, .high = 1.0, .scale = knobless::scaling::log}),
      knobless::integer("hidden", &setting::hidden, {.low = 2, .high = 56})};
}

// Streams of random numbers, out of the way of those that a search draws from: it has one for each trial.
enum stream : std::uint64_t { of_trials = std::uint64_t{1} << 40U, of_fresh_networks };

/// The method's choice, by one rule for all methods: the trial with the lowest estimate, in which the luck of single trials is
/// averaged out over similar settings. What is shown of it is what was observed.
template <class Result>
row chosen_by(const std::string& method, const Result& found) {
  row added{.method = method, .seconds = found.seconds()};
  if (!found.has_best()) return added;
  const auto chosen = found.best_estimated();
  added.chosen = chosen.config;
  added.trial = chosen.number + 1;
  for (std::size_t i = 0; i < found.trials().size(); ++i)
    if (found.trials()[i].number == chosen.number) added.observed = found.trials()[i].value;
  std::printf("  %s chooses trial %zu, observed %.4f: %s\n", column(method).c_str(), added.trial, added.observed,
              text_of(chosen.config).c_str());
  if (const auto lowest = found.best(); lowest.number != chosen.number) {
    std::printf("  %s (trial %zu observed less, %.4f: luck, as far as similar settings tell)\n", column("").c_str(),
                lowest.number + 1, lowest.value);
  }
  return added;
}

/// Tries the chosen settings again, with networks that had no part in the choice.
void measure_anew(const dataset& data, const budget& spent, std::uint64_t seed, std::vector<row>& rows) {
  progress_log log("fresh networks", "setting", rows.size());
  for (row& each : rows) {
    if (each.chosen) {
      knobless::random_stream seeds(seed, of_fresh_networks);
      each.fresh = train_several(data, *each.chosen, spent.fresh_networks, seeds);
    }
    log.done();
  }
}

/// One comparison: the same space, trials and noise for each search.
std::vector<row> compare(const dataset& data, const budget& spent, std::uint64_t seed) {
  const knobless::space<setting> space = search_space(spent);
  std::vector<row> rows;
  const auto search = [&](const std::string& method, std::size_t trials, auto minimize) {
    knobless::random_stream seeds(seed, of_trials);
    const auto objective = [&](const setting& tried) {
      return mean(train_several(data, tried, spent.networks_per_trial, seeds).validation);
    };
    const auto found = [&] {
      progress_log log(method, "trial", trials);
      const auto report = [&](const knobless::progress<setting>& now) {
        if (!now.study.has_best() || now.study.best().number != now.number) return log.done();
        std::array<char, 32> best{};
        std::snprintf(best.data(), best.size(), "best %.4f", now.study.best().value);
        log.done(best.data(), ": " + text_of(now.config));
      };
      return minimize(objective, knobless::run_options<setting>{.trials = trials, .seed = seed, .on_trial = report});
    }();
    rows.push_back(chosen_by(method, found));
  };
  search("knobless", spent.trials,
         [&](auto& objective, auto options) { return knobless::minimize(space, objective, options); });
  search("random search", spent.trials, [&](auto& objective, auto options) {
    return knobless::minimize(space, knobless::random_search{}, objective, options);
  });
  // The full grid nearest to the number of trials, with as many values of each parameter.
  const auto side = static_cast<std::size_t>(std::llround(std::cbrt(static_cast<double>(spent.trials))));
  const std::size_t points = side * side * side;
  search("grid search", points, [&](auto& objective, auto options) {
    return knobless::minimize(space, knobless::grid(points), objective, options);
  });
  rows.push_back({.method = "template default", .chosen = setting{}, .searched = false});
  measure_anew(data, spent, seed, rows);
  return rows;
}

/// The mean loss of a row's fresh networks; one that diverged, or a search without a result, is the worst.
double fresh_loss(const row& of) {
  const double value = of.chosen ? mean(of.fresh.validation) : std::numeric_limits<double>::infinity();
  return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
}

void print_table(const std::vector<row>& rows, const std::string& source_name, const budget& spent) {
  std::printf("\nData: %s\n", source_name.c_str());
  std::printf(
      "Losses are mean squared errors; the target has variance 1. In search: what the chosen trial observed, the mean "
      "of %zu\n"
      "networks, low in part by luck. Anew: the same setting with %zu fresh networks, mean and sd; compare these.\n",
      spent.networks_per_trial, spent.fresh_networks);
  std::printf("%-17s %10s %6s %6s %6s %9s   %-17s  %-17s %7s\n", "", "iterations", "rate", "hidden", "trial",
              "in search", "anew: validation", "anew: test", "seconds");
  for (const row& each : rows) {
    if (!each.chosen) {
      std::printf("%-17s every trial failed\n", each.method.c_str());
      continue;
    }
    const setting& chosen = *each.chosen;
    std::printf("%-17s %10d %6.3f %6d ", each.method.c_str(), chosen.iterations, chosen.learning_rate, chosen.hidden);
    if (each.searched) {
      std::printf("%6zu %9.4f", each.trial, each.observed);
    } else {
      std::printf("%6s %9s", "-", "-");
    }
    std::printf("   %.4f +- %.4f  %.4f +- %.4f", mean(each.fresh.validation), standard_deviation(each.fresh.validation),
                mean(each.fresh.test), standard_deviation(each.fresh.test));
    if (each.searched) std::printf(" %8.1f", each.seconds);
    std::printf("\n");
  }
}

/// What the table says, in sentences.
void print_conclusion(const std::vector<row>& rows, const options& chosen) {
  const row& ours = rows.front();
  if (chosen.quick) {
    std::printf("\nEverything works. These budgets are too small to compare searches: leave out --quick for that.\n");
    return;
  }
  if (!ours.chosen) {
    std::printf("\nknobless found no setting that trains.\n");
    return;
  }
  std::printf("\nknobless brought the loss on the validation hours from %.3f with the template's setting to %.3f.\n",
              fresh_loss(rows.back()), fresh_loss(ours));
  for (const row& other : rows) {
    if (&other == &ours || !other.searched || !other.chosen) continue;
    const auto variance_of_mean = [](const row& of) {
      return std::pow(standard_deviation(of.fresh.validation), 2) / static_cast<double>(of.fresh.validation.size());
    };
    const double difference = fresh_loss(other) - fresh_loss(ours);
    const double error = std::sqrt(variance_of_mean(other) + variance_of_mean(ours));
    std::printf("Against %s it is %s by %.4f%s.\n", other.method.c_str(), difference >= 0.0 ? "better" : "worse",
                std::abs(difference),
                std::abs(difference) < 2.0 * error ? ", which is within the noise of these networks" : "");
  }
  if (!chosen.full) std::printf("One search of each says little: --full --searches 5 repeats README's comparison.\n");
}

void print_wins(const std::vector<std::vector<row>>& all, const std::string& source_name) {
  std::printf("\n%zu searches each; data: %s\n", all.size(), source_name.c_str());
  std::printf("%-17s %-30s %-24s %s\n", "", "anew: validation, mean (lowest to highest)", "anew: test, mean",
              "knobless is better in");
  for (std::size_t method = 0; method < all.front().size(); ++method) {
    std::vector<double> values;
    std::vector<double> tests;
    std::size_t wins = 0;
    for (const std::vector<row>& rows : all) {
      values.push_back(fresh_loss(rows[method]));
      if (rows[method].chosen) tests.push_back(mean(rows[method].fresh.test));
      if (fresh_loss(rows.front()) < values.back()) ++wins;
    }
    std::printf("%-17s %.4f (%.4f to %.4f) %17s %-24.4f ", all.front()[method].method.c_str(), mean(values),
                *std::min_element(values.begin(), values.end()), *std::max_element(values.begin(), values.end()), "",
                tests.empty() ? std::numeric_limits<double>::quiet_NaN() : mean(tests));
    if (method != 0) std::printf("%zu of %zu", wins, all.size());
    std::printf("\n");
  }
}

void run(const options& chosen) {
  const source found = find_hours(chosen);
  const dataset data = prepare(found.hours);
  const budget spent = budget_of(chosen);
  std::printf("Data: %s\n%zu hours to train, %zu to validate, %zu to test\n", found.name.c_str(),
              static_cast<std::size_t>(data.train.size()), static_cast<std::size_t>(data.validation.size()),
              static_cast<std::size_t>(data.test.size()));
  std::vector<std::vector<row>> all;
  for (std::size_t i = 0; i < chosen.searches; ++i) {
    const std::uint64_t seed = chosen.seed + i;
    std::printf("\nSeed %llu, %zu trials each\n", static_cast<unsigned long long>(seed), spent.trials);
    all.push_back(compare(data, spent, seed));
    print_table(all.back(), found.name, spent);
    print_conclusion(all.back(), chosen);
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
