// Searches that are killed at random moments, again and again, and must lose nothing.
//   killed <kills> <processes> <seed>
// So many processes search together (one alone) with an objective of 5 ms; each is killed after a random time and started again,
// until the search has made its trials; then the next search begins, until there were so many kills. Each process writes
// down what tell() has returned for. After each kill, all of that must be in the journal, once, with its value.
#include <knobless/minimize.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/storage/journal.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
constexpr std::size_t budget = 40;

struct config {
  double x = 0.0;
};

// What was told, as it is written down.
struct told {
  std::uint64_t number;
  double value;
};

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "FAILED: %s\n", why.c_str());
  std::exit(1);
}

// A process of the search.
[[noreturn]] void search(const std::string& folder, std::size_t processes, std::uint64_t seed, bool automatic) {
  const int down = ::open((folder + "/told").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const knobless::space<config> space{knobless::real("x", &config::x, {.low = 0.0, .high = 1.0})};
  const auto f = [](const config& c) {
    std::this_thread::sleep_for(5ms);
    return c.x * c.x;
  };
  const auto on_trial = [&](const knobless::progress<config>& p) {
    const told t{p.number, p.told.value()};
    if (::write(down, &t, sizeof t) != sizeof t) std::abort();
  };
  knobless::journal_options options;
  options.shared = processes > 1;
  options.durable = automatic ? knobless::durability::automatic : knobless::durability::every_tell;
  options.on_note = [](std::string_view) {};
  (void)knobless::minimize(space, knobless::random_search{}, f,
                           {.trials = budget,
                            .seed = seed,
                            .on_trial = on_trial,
                            .journal = knobless::journal(folder + "/study.log", options)});
  ::_exit(0);
}

// All that was told is in the journal; how many told trials it has.
std::size_t check(const std::string& folder) {
  namespace jf = knobless::detail::journal_format;
  using knobless::detail::journal_file;
  if (!std::filesystem::exists(folder + "/study.log")) return 0;
  // What was written down first: meanwhile others go on.
  std::stringstream in;
  in << std::ifstream(folder + "/told", std::ios::binary).rdbuf();
  jf::line_reader reader;
  jf::contents all;
  const auto file = journal_file::open(folder + "/study.log", journal_file::access::look, "").value();
  const std::string trouble = file->read([&](std::string_view text, std::size_t number, bool sure) {
    auto line = reader.read(text);
    if (!line && sure) fail("line " + std::to_string(number) + ": " + line.error().what);
    if (line) (void)all.apply(std::move(line).value());
    return static_cast<bool>(line);
  });
  if (!trouble.empty()) fail(trouble);
  std::map<std::uint64_t, double> once;
  for (told t{}; in.read(reinterpret_cast<char*>(&t), sizeof t);) {
    if (!once.emplace(t.number, t.value).second) fail("trial " + std::to_string(t.number) + " was told twice");
    if (t.number >= all.trials().size()) fail("trial " + std::to_string(t.number) + " is lost");
    const jf::trial_entry& there = all.trials()[t.number];
    if (there.now != jf::state::complete || there->values.size() != 1 || there->values.front() != t.value)
      fail("trial " + std::to_string(t.number) + " is " + std::string(to_string(there.now)) + " with another value");
  }
  std::size_t count = 0;
  for (const jf::trial_entry& t : all.trials()) count += t.now == jf::state::complete ? 1U : 0U;
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return std::fprintf(stderr, "usage: killed <kills> <processes> <seed> [automatic]\n"), 2;
  const auto kills = static_cast<std::size_t>(std::atoll(argv[1]));
  const auto processes = static_cast<std::size_t>(std::atoll(argv[2]));
  std::mt19937_64 chance(static_cast<std::uint64_t>(std::atoll(argv[3])));
  const bool automatic = argc > 4;
  const std::string root =
      (std::filesystem::temp_directory_path() / ("knobless-killed-" + std::to_string(::getpid()))).string();
  std::size_t killed = 0;
  std::size_t searches = 0;
  for (; killed < kills; ++searches) {
    const std::string folder = root + "-" + std::to_string(searches);
    std::filesystem::create_directories(folder);
    std::vector<pid_t> running(processes, 0);
    const auto start = [&](std::size_t i) {
      running[i] = ::fork();
      if (running[i] == 0) search(folder, processes, i, automatic);
    };
    for (std::size_t i = 0; i < processes; ++i) start(i);
    for (bool any = true; any;) {
      std::this_thread::sleep_for(std::chrono::microseconds(chance() % (40000 / processes)));
      const std::size_t i = chance() % processes;
      any = false;
      for (std::size_t k = 0; k < processes; ++k) {
        if (running[k] == 0) continue;
        int status = 0;
        const bool hit = k == i && killed < kills;
        if (hit) ::kill(running[k], SIGKILL);
        if (::waitpid(running[k], &status, hit ? 0 : WNOHANG) == running[k]) {
          running[k] = 0;
          if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
            ++killed;
            (void)check(folder);
            start(k);
          } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            fail("a process ended by itself with status " + std::to_string(status));
          }
        }
        any = any || running[k] != 0;
      }
    }
    // Whoever was killed last may have left trials to others that had ended.
    const pid_t last = ::fork();
    if (last == 0) search(folder, processes, processes, automatic);
    int status = 0;
    if (::waitpid(last, &status, 0) != last || status != 0) fail("the last process failed");
    if (const std::size_t count = check(folder); count != budget)
      fail(std::to_string(count) + " told trials in " + folder + ", but " + std::to_string(budget) +
           " were to be made");
    std::filesystem::remove_all(folder);
  }
  std::printf("%zu kills of %zu processes in %zu searches of %zu trials: nothing lost, nothing twice\n", killed,
              processes, searches, budget);
}
