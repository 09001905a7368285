/// \file
/// A line on the terminal that says how far a search is.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

#include "minimize.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// For `run_options::on_trial`: one line on stderr, "trial 12 of 60, best 0.0214, 3 s, about 12 s left". It is written over itself at
/// most ten times a second. Its last state stays, with an end of line, when the search ends or goes out of scope. Says nothing where
/// stderr is no terminal.
///
/// Copies are the same line. A search of one trial at a time costs it nothing but a look at its clock; O(1).
class progress_line {
 public:
  progress_line() : progress_line(to_stderr, stderr_is_a_terminal()) {}
  /// Writes by `write`, and nothing where it leads to no terminal.
  progress_line(std::function<void(std::string_view)> write, bool is_terminal) {
    if (is_terminal) line_ = std::make_shared<line>(std::move(write));
  }

  /// Shows the state of the search.
  template <class Config>
  void operator()(const progress<Config>& p) const {
    if (!line_) return;
    line_->show(p.study.trials().size(), p.study.has_best() ? text_of_best(p.study) : std::string(), p.seconds,
                p.trials, p.duration);
  }

 private:
  class line {
   public:
    explicit line(std::function<void(std::string_view)> write) : write_(std::move(write)) {}
    line(const line&) = delete;
    line& operator=(const line&) = delete;
    ~line() { end(); }

    void show(std::size_t done, const std::string& best, double seconds, std::size_t trials, double duration) {
      // Another search.
      if (done <= done_) end();
      done_ = done;
      latest_ =
          detail::text("trial ", std::to_string(done), trials != 0 ? " of " + std::to_string(trials) : std::string(),
                       ", ", best.empty() ? "" : "best " + best + ", ", time_text(seconds));
      const double left = seconds_left(done, seconds, trials, duration);
      if (left > 0.0) latest_ += detail::text(", about ", time_text(left), " left");
      const bool last = trials != 0 && done >= trials;
      if (!last && shown_at_ >= 0.0 && seconds - shown_at_ < 0.1) return;
      shown_at_ = seconds;
      write_latest();
      if (last) end();
    }

   private:
    // What is left of a longer text is overwritten by blanks: every terminal knows these.
    void write_latest() {
      const std::size_t length = latest_.size();
      std::string all = detail::text("\r", latest_);
      if (length < width_) all.append(width_ - length, ' ');
      width_ = length;
      write_(all);
      latest_.clear();
    }

    void end() {
      if (done_ != 0 && !latest_.empty()) write_latest();
      if (width_ != 0) write_("\n");
      done_ = 0;
      width_ = 0;
      shown_at_ = -1.0;
    }

    [[nodiscard]] static double seconds_left(std::size_t done, double seconds, std::size_t trials, double duration) {
      double left = 0.0;
      if (trials > done) left = seconds / static_cast<double>(done) * static_cast<double>(trials - done);
      if (duration > 0.0 && (trials == 0 || duration - seconds < left)) left = duration - seconds;
      return left;
    }

    // Whole seconds, minutes and hours once they count.
    [[nodiscard]] static std::string time_text(double seconds) {
      if (!(seconds < 1e9)) return "a long time";
      const long long whole = std::llround(seconds);
      const auto two = [](long long v) { return detail::text(v < 10 ? "0" : "", std::to_string(v)); };
      if (whole < 60) return detail::text(std::to_string(whole), " s");
      if (whole < 3600) return detail::text(std::to_string(whole / 60), ":", two(whole % 60), " min");
      return detail::text(std::to_string(whole / 3600), ":", two(whole / 60 % 60), " h");
    }

    std::function<void(std::string_view)> write_;
    std::string latest_;  // what is not shown yet
    std::size_t done_ = 0;
    std::size_t width_ = 0;  // of what is shown
    double shown_at_ = -1.0;
  };

  template <class Config>
  [[nodiscard]] static std::string text_of_best(const study<Config>& s) {
    const history& seen = s.trials();
    return detail::short_number(s.core().signed_value(seen[*seen.best()].value));
  }

  static void to_stderr(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
  }
  [[nodiscard]] static bool stderr_is_a_terminal() {
#ifdef _WIN32
    return _isatty(2) != 0;
#else
    return ::isatty(2) != 0;
#endif
  }

  std::shared_ptr<line> line_;
};

}  // namespace knobless
