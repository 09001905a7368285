// One search by four processes that share a journal: three run this program, the fourth is Python with Optuna, where that can be
// imported. The file may lie in a folder of the network, and the processes on many machines.
#include <knobless/minimize.hpp>
#include <knobless/storage/journal.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

struct net {
  double rate = 0.01;
  int layers = 2;
};

double train(const net& n) { return (n.rate - 0.003) * (n.rate - 0.003) * 1e4 + n.layers * 0.1; }

// [worker]
void search(const std::string& path, std::uint64_t seed, std::size_t trials) {
  const knobless::space<net> space{
      knobless::real("rate", &net::rate, {.low = 1e-5, .high = 0.1, .scale = knobless::scaling::log}),
      knobless::integer("layers", &net::layers, {.low = 1, .high = 8})};
  knobless::journal_options together;
  together.shared = true;
  const auto found = knobless::minimize(space, train,
                                        {.trials = trials,  // of all processes together
                                         .seed = seed,      // another one in each, for other points
                                         .journal = knobless::journal(path, together)});
  std::printf("process %d saw %zu trials, the best %g\n", static_cast<int>(::getpid()), found.trials().size(),
              found.best().value);
}
// [worker]

int main(int argc, char** argv) {
  const std::string folder = (std::filesystem::temp_directory_path() / "knobless-shared-search").string();
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string path = folder + "/study.log";
  search(path, 0, 8);  // makes the file, which Optuna can't do with our space

  const std::string python = argc > 1 ? argv[1] : "python3";
  const std::string script = (std::filesystem::path(__FILE__).parent_path() / "shared_search.py").string();
  const bool optuna = std::system((python + " -c 'import optuna' 2>/dev/null").c_str()) == 0;
  if (!optuna) std::puts("optuna can't be imported by python3: three processes, without Python");
  std::fflush(stdout);
  std::vector<pid_t> processes;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    processes.push_back(::fork());
    if (processes.back() == 0) {
      search(path, seed, 60);
      std::fflush(stdout);
      ::_exit(0);
    }
  }
  bool well = !optuna || std::system((python + " " + script + " " + path).c_str()) == 0;
  for (const pid_t each : processes) {
    int status = 0;
    well = ::waitpid(each, &status, 0) == each && status == 0 && well;
  }
  std::filesystem::remove_all(folder);
  return well ? 0 : 1;
}
