/// \file
/// The job of main.cpp with networks that stay alive: they are trained piece by piece, and those that fall behind are dropped.
/// Beside it the search that trains each trial from the beginning; iterations are counted.
///   bikeshare_live [--data hour.csv] [--searches N] [--seed N] [--quick]       without a file: simulated hours
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <knobless/advance.hpp>
#include <knobless/minimize.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "dataset.hpp"
#include "network.hpp"

namespace {

using namespace bikeshare;

constexpr int piece = 100;  // iterations in a unit of the resource

// How much work a comparison is.
struct budget {
  std::size_t trials = 60;
  std::size_t networks = 5;  // of a trial: one network's noise is as large as what separates good settings
  std::size_t fresh = 10;
  int longest = 150;  // pieces
  // Of the live search. The model averages over neighbours, and many trials of two networks tell it more than a few of five.
  std::size_t live_networks = 2;
  double full_trainings = 27.0;
};

struct outcome {
  setting chosen;
  double loss = 0.0;  // mean validation loss of fresh networks
  double iterations = 0.0;
};

double fresh_loss(const dataset& data, const setting& chosen, const budget& spent, std::uint64_t seed) {
  knobless::random_stream seeds(seed, std::uint64_t{1} << 41U);
  double sum = 0.0;
  for (std::size_t i = 0; i < spent.fresh; ++i) sum += trained(chosen, data.train, seeds()).loss(data.validation);
  return sum / static_cast<double>(spent.fresh);
}

// Each trial from the beginning: iterations are one of the things to choose.
outcome from_the_beginning(const dataset& data, const budget& spent, std::uint64_t seed) {
  const knobless::space<setting> space{
      knobless::integer("iterations", &setting::iterations, {.low = piece, .high = piece * spent.longest}),
      knobless::real("learning_rate", &setting::learning_rate,
                     {.low = 0.1, .high = 1.0, .scale = knobless::scaling::log}),
      knobless::integer("hidden", &setting::hidden, {.low = 2, .high = 56})};
  outcome found;
  knobless::random_stream seeds(seed, std::uint64_t{1} << 40U);
  const auto tuned = knobless::minimize(space,
                                        [&](const setting& tried) {
                                          double sum = 0.0;
                                          for (std::size_t i = 0; i < spent.networks; ++i)
                                            sum += trained(tried, data.train, seeds()).loss(data.validation);
                                          found.iterations += static_cast<double>(tried.iterations) *
                                                              static_cast<double>(spent.networks);
                                          return sum / static_cast<double>(spent.networks);
                                        },
                                        {.trials = spent.trials, .seed = seed});
  found.chosen = tuned.best_estimated().config;
  found.loss = fresh_loss(data, found.chosen, spent, seed);
  return found;
}

// [live]
// What a trial trains: several networks, so that their mean can be trusted.
class ensemble {
 public:
  ensemble(const setting& chosen, std::size_t networks, const dataset& data, knobless::random_stream& seeds)
      : chosen_(chosen), data_(data) {
    for (std::size_t i = 0; i < networks; ++i) members_.emplace_back(chosen.hidden, data.train, seeds());
  }
  // Trains `more` pieces further, and says how good it is then.
  double go_on(int more) {
    double sum = 0.0;
    for (training& member : members_) {
      member.go_on(more * piece, chosen_.learning_rate);
      sum += member.net().loss(data_.validation);
    }
    return sum / static_cast<double>(members_.size());
  }

 private:
  setting chosen_;
  const dataset& data_;
  std::vector<training> members_;
};

outcome live(const dataset& data, const budget& spent, std::uint64_t seed) {
  const knobless::space<setting> space{knobless::real("learning_rate", &setting::learning_rate,
                                                      {.low = 0.1, .high = 1.0, .scale = knobless::scaling::log}),
                                       knobless::integer("hidden", &setting::hidden, {.low = 2, .high = 56})};
  knobless::random_stream seeds(seed, std::uint64_t{1} << 40U);
  auto top = knobless::multi_fidelity(
      space, [&](const setting& s) { return ensemble(s, spent.live_networks, data, seeds); },
      [](ensemble& e, int more) { return e.go_on(more); },
      // Not cut before a third of the training: rates that lose in the end are ahead until then.
      {.max_resource = spent.longest, .min_resource = spent.longest / 3, .budget = spent.full_trainings, .seed = seed});
  // The lowest value of many trials is mostly luck.
  const auto judged = top.best_estimated();
  setting chosen = judged.config;
  chosen.iterations = piece * judged.resource;
  const double pieces = static_cast<double>(top.taken().trained * spent.live_networks);
  return {chosen, fresh_loss(data, chosen, spent, seed), pieces * piece};
}
// [live]

void print(const char* name, const outcome& found) {
  std::printf("  %-20s %12.0f iterations   loss %.4f   (%d iterations, rate %.3f, %d hidden)\n", name, found.iterations,
              found.loss, found.chosen.iterations, found.chosen.learning_rate, found.chosen.hidden);
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    std::string file;
    std::size_t searches = 1;
    std::uint64_t seed = 1;
    budget spent;
    for (int i = 1; i < count; ++i) {
      const std::string_view option = arguments[i];
      const bool last = i + 1 == count;
      if (option == "--quick") {
        spent = {6, 2, 2, 9, 2, 3.0};
      } else if (option == "--data" && !last) {
        file = arguments[++i];
      } else if (option == "--searches" && !last) {
        searches = std::stoul(arguments[++i]);
      } else if (option == "--seed" && !last) {
        seed = std::stoull(arguments[++i]);
      } else {
        std::fprintf(stderr, "usage: %s [--data hour.csv] [--searches N] [--seed N] [--quick]\n", arguments[0]);
        return EXIT_FAILURE;
      }
    }
    const dataset data = prepare(file.empty() ? simulated() : read(file));
    std::printf("Data: %s\n", file.empty() ? "SIMULATED hours" : file.c_str());
    outcome restarted;
    outcome kept;
    for (std::size_t i = 0; i < searches; ++i, ++seed) {
      std::printf("Seed %llu\n", static_cast<unsigned long long>(seed));
      const outcome a = from_the_beginning(data, spent, seed);
      print("from the beginning", a);
      const outcome b = live(data, spent, seed);
      print("live networks", b);
      restarted.loss += a.loss / static_cast<double>(searches);
      restarted.iterations += a.iterations;
      kept.loss += b.loss / static_cast<double>(searches);
      kept.iterations += b.iterations;
    }
    std::printf("Mean loss of fresh networks: %.4f from the beginning, %.4f live, with %.0f %% of the iterations\n",
                restarted.loss, kept.loss, 100.0 * kept.iterations / restarted.iterations);
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}
