// A search that outlives the program: kept in a journal, gone on with, and read by Optuna.
#include <knobless/minimize.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/storage/journal.hpp>

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

struct net {
  double rate = 0.01;
  int layers = 2;
};

double train(const net& n) { return (n.rate - 0.003) * (n.rate - 0.003) * 1e4 + n.layers * 0.1; }

int main() {
  const knobless::space<net> space{
      knobless::real("rate", &net::rate, {.low = 1e-5, .high = 0.1, .scale = knobless::scaling::log}),
      knobless::integer("layers", &net::layers, {.low = 1, .high = 8})};
  const std::string folder = (std::filesystem::temp_directory_path() / "knobless-kept-search").string();
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string path = folder + "/study.log";

  std::size_t trained = 0;
  for (const std::size_t sitting : {1U, 2U}) {
    const std::size_t trials = 20 * sitting;
    const auto counted = [&](const net& n) { return ++trained, train(n); };
    // [resume]
    const auto found = knobless::minimize(space, counted, {.trials = trials, .journal = knobless::journal(path)});
    // [resume]
    if (found.trials().size() != trials) return 1;
  }
  if (trained != 40) return 1;  // the second sitting made the 20 that were missing

  {
    // [shared]
    knobless::journal_options together;
    together.shared = true;  // in each of the processes
    const auto found = knobless::minimize(space, train, {.trials = 60, .journal = knobless::journal(path, together)});
    // [shared]
    if (found.trials().size() != 60) return 1;
  }  // lets go of the file

  // [own_loop]
  auto study = knobless::open_study(space, knobless::tpe{}, knobless::journal(path), {.seed = 1});
  auto trial = study.ask();  // one that was left running is asked first
  const double value = train(trial.config());
  study.tell(std::move(trial), value);  // returns when it is written, see `durability`
  // [own_loop]
  if (study.trials().size() != 61) return 1;
  std::printf("best %g, %zu trials\n", study.best().value, study.trials().size());
  std::filesystem::remove_all(folder);
}
