// What a journal costs, in time of the processor, so that other programs do not count: asks and tells with one and without, alone
// and with others, and opening it again.
//   journal_cost [trials]
#include <knobless/sampler/automatic.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/storage/journal.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

struct config {
  std::array<double, 10> x{};
};

double processor_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e6 * static_cast<double>(now.tv_sec) + 1e-3 * static_cast<double>(now.tv_nsec);
}

void measure(const char* name, knobless::study<config> study, std::size_t trials, std::size_t pause_ms = 0) {
  double asks = 0.0;
  double tells = 0.0;
  for (std::size_t i = 0; i < trials; ++i) {
    double begin = processor_microseconds();
    auto trial = study.ask();
    asks += processor_microseconds() - begin;
    if (pause_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms));
    begin = processor_microseconds();
    study.tell(std::move(trial), 1.0 / (1.0 + static_cast<double>(i)));
    tells += processor_microseconds() - begin;
  }
  const auto count = static_cast<double>(trials);
  std::printf("%-28s ask %7.2f us, tell %7.2f us\n", name, asks / count, tells / count);
  std::fflush(stdout);
}

// Of this process, in MB.
double resident() {
  std::ifstream in("/proc/self/statm");
  double all = 0.0;
  double pages = 0.0;
  in >> all >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

// What the disk takes by itself, for lines of a told trial.
void measure_disk(const std::string& path, std::size_t trials) {
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  const std::string lines(500, 'x');
  double sum = 0.0;
  for (std::size_t i = 0; i < trials; ++i) {
    const double begin = processor_microseconds();
    if (::write(file, lines.data(), lines.size()) < 0 || ::fsync(file) != 0) std::perror("the disk");
    sum += processor_microseconds() - begin;
  }
  ::close(file);
  std::printf("%-28s                 tell %7.2f us\n", "a write and a sync", sum / static_cast<double>(trials));
}

// In a process of its own, so that its memory is its own.
template <class Call>
void in_a_process(const Call& call) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    call();
    std::fflush(stdout);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t trials = argc > 1 ? static_cast<std::size_t>(std::atoll(argv[1])) : 10000;
  const knobless::space<config> space{knobless::real("x", &config::x, {.low = -1.0, .high = 1.0})};
  const auto folder = std::filesystem::temp_directory_path() / ("knobless-bench-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto opened = [&](const char* name, knobless::journal_options options = {}) {
    return knobless::open_study(space, knobless::random_search{}, knobless::journal((folder / name).string(), options));
  };
  measure("no journal", {space, knobless::random_search{}}, trials);
  measure("automatic", opened("automatic.log"), trials);
  measure_disk((folder / "disk").string(), trials / 50);
  measure("every_tell", opened("every_tell.log", {.durable = knobless::durability::every_tell}), trials / 50);
  measure("shared, alone", opened("shared.log", {.shared = true}), trials / 5);
  for (int i = 0; i < 8; ++i)
    if (::fork() == 0) {
      measure("shared by 8", opened("by_8.log", {.shared = true}), 100, 5);
      ::_exit(0);
    }
  while (::wait(nullptr) > 0) {
  }
  in_a_process([&] {
    const double before = resident();
    const double begin = processor_microseconds();
    auto again = opened("automatic.log");
    std::printf("opening %zu trials, %.1f MB: %.0f ms, %.1f MB of memory\n", again.trials().size(),
                static_cast<double>(std::filesystem::file_size(folder / "automatic.log")) / 1e6,
                (processor_microseconds() - begin) / 1000.0, resident() - before);
  });
  in_a_process([&] {
    auto again =
        knobless::open_study(space, knobless::automatic{}, knobless::journal((folder / "automatic.log").string()));
    for (int i = 0; i < 2; ++i) {
      const double begin = processor_microseconds();
      auto trial = again.ask();
      std::printf("ask %d of automatic after that: %.1f ms\n", i + 1, (processor_microseconds() - begin) / 1000.0);
      again.tell(std::move(trial), 1.0);
    }
  });
  std::filesystem::remove_all(folder);
}
