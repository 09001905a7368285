/// \file
/// What a search says while it runs: a line for its first trial and for each improvement, and a line at least every five seconds.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace bikeshare {

/// "35 s" or "2 min 05 s".
[[nodiscard]] inline std::string time_text(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole < 60) return std::to_string(whole) + " s";
  const long rest = whole % 60;
  return std::to_string(whole / 60) + " min " + (rest < 10 ? "0" : "") + std::to_string(rest) + " s";
}

/// A name that begins a line, so wide that what follows stands in a column.
[[nodiscard]] inline std::string column(std::string name) {
  constexpr std::size_t width = 15;
  if (name.size() < width) name.append(width - name.size(), ' ');
  return name;
}

/// The lines of a piece of work in `total` equal steps, on the standard output. A thread of its own writes when nothing else was
/// written for a while, so that a slow step is not taken for a program that hangs.
class progress_log {
 public:
  /// `name` begins each line, `step` is what is counted: "trial 12 of 60".
  progress_log(std::string name, std::string step, std::size_t total)
      : name_(std::move(name)), step_(std::move(step)), total_(total), watch_([this] { keep_writing(); }) {}
  progress_log(const progress_log&) = delete;
  progress_log& operator=(const progress_log&) = delete;
  ~progress_log() {
    {
      const std::lock_guard held(mutex_);
      ended_ = true;
    }
    woken_.notify_all();
    watch_.join();
  }

  /// A step is done, without news.
  void done() {
    const std::lock_guard held(mutex_);
    if (++done_ == total_) write("");
  }
  /// A step is done, and `best` is from now on said in each line, `detail` in the one that is written now.
  void done(std::string best, const std::string& detail) {
    const std::lock_guard held(mutex_);
    ++done_;
    best_ = std::move(best);
    write(detail);
  }

 private:
  using clock = std::chrono::steady_clock;
  // Less than the five seconds that are promised: a busy machine wakes a thread late.
  static constexpr std::chrono::milliseconds longest_silence{4000};

  void keep_writing() {
    std::unique_lock held(mutex_);
    while (!ended_) {
      if (woken_.wait_until(held, written_ + longest_silence, [this] { return ended_; })) return;
      if (clock::now() - written_ >= longest_silence) write("");
    }
  }

  void write(const std::string& detail) {
    written_ = clock::now();
    const double seconds = std::chrono::duration<double>(written_ - begin_).count();
    std::string line = "  " + column(name_) + " " + step_ + " " + std::to_string(done_ == 0 ? 1 : done_) + " of " +
                       std::to_string(total_);
    if (done_ == 0) {
      line += " runs, " + time_text(seconds) + " so far";
    } else if (done_ < total_) {
      const double left = seconds / static_cast<double>(done_) * static_cast<double>(total_ - done_);
      line += ", about " + time_text(left) + " left";
    } else {
      line += ", " + time_text(seconds) + " in all";
    }
    if (!best_.empty()) line += ", " + best_ + detail;
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  }

  const std::string name_;
  const std::string step_;
  const std::size_t total_;
  const clock::time_point begin_ = clock::now();
  std::mutex mutex_;
  std::condition_variable woken_;
  clock::time_point written_ = begin_;
  std::size_t done_ = 0;
  std::string best_;
  bool ended_ = false;
  std::thread watch_;  // the last member: it uses the others
};

}  // namespace bikeshare
