/// \file
/// A line on the terminal that says how far a search is.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

#include "minimize.hpp"
#include "report/sparkline.hpp"
#include "training/training_options.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// For `run_options::on_trial`: one line on stderr, "trial 12 of 60, best 0.0214, 3 s, about 12 s left", and for
/// `training_options::on_leg` "4.2 of 20 full trainings, best 0.0214, ...". Where the terminal takes UTF-8, the best so far is drawn
/// behind its value. The line is written over itself at most ten times a second. Its last state stays, with an end of line, when the search ends or goes out of scope. Says nothing where
/// stderr is no terminal.
///
/// Copies are the same line. A search of one trial at a time costs it nothing but a look at its clock; O(1).
class progress_line {
 public:
  progress_line() : progress_line(to_stderr, stderr_is_a_terminal(), detail::locale_is_utf8()) {}
  /// Writes by `write`, and nothing where it leads to no terminal; `draw`: the best so far is drawn, in UTF-8.
  progress_line(std::function<void(std::string_view)> write, bool is_terminal, bool draw = false) {
    if (is_terminal) line_ = std::make_shared<line>(std::move(write), draw);
  }

  /// Shows the state of the search.
  template <class Config>
  void operator()(const progress<Config>& p) const {
    if (!line_) return;
    const history& seen = p.study.trials();
    std::optional<double> best;
    if (p.study.has_best()) best = p.study.core().signed_value(seen[*seen.best()].value);
    const std::size_t done = seen.size();
    const std::string of = p.trials != 0 ? " of " + std::to_string(p.trials) : std::string();
    line_->show({static_cast<double>(done), static_cast<double>(p.trials), best, p.seconds, p.duration},
                [&] { return detail::text("trial ", std::to_string(done), of); });
  }
  /// The same of a search with models.
  template <class Config>
  void operator()(const training_progress<Config>& p) const {
    if (!line_) return;
    line_->show({p.spent, p.budget, p.best, p.seconds, p.duration}, [&] {
      return detail::text(detail::short_number(p.spent), p.budget > 0.0 ? " of " : "",
                          p.budget > 0.0 ? detail::short_number(p.budget) : std::string(), " full trainings");
    });
  }

 private:
  // How far a search is.
  struct state {
    double done;  // trials, or full trainings
    double of;    // at most; 0: nobody knows
    std::optional<double> best;
    double seconds;
    double duration;  // at most; 0: no limit
  };

  class line {
   public:
    line(std::function<void(std::string_view)> write, bool draw) : write_(std::move(write)), draw_(draw) {}
    line(const line&) = delete;
    line& operator=(const line&) = delete;
    ~line() { end(); }

    // `amount` says what is done, in words.
    template <class Amount>
    void show(const state& now, const Amount& amount) {
      // Another search.
      if (now.done <= done_) end();
      done_ = now.done;
      if (draw_ && now.best) curve_.add(*now.best);
      latest_ = detail::text(amount(), ", ", now.best ? best_text(*now.best) : std::string(), time_text(now.seconds));
      if (const double left = seconds_left(now); left > 0.0)
        latest_ += detail::text(", about ", time_text(left), " left");
      constexpr double between = 0.1;  // seconds: what comes sooner is not shown
      const bool last = now.of > 0.0 && now.done >= now.of;
      if (!last && shown_at_ >= 0.0 && now.seconds - shown_at_ < between) return;
      shown_at_ = now.seconds;
      write_latest();
      if (last) end();
    }

   private:
    // What is left of a longer text is overwritten by blanks: every terminal knows these.
    void write_latest() {
      // Characters, not bytes.
      // NOLINTNEXTLINE(readability-magic-numbers): UTF-8
      const auto first = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; };
      const auto length = static_cast<std::size_t>(std::count_if(latest_.begin(), latest_.end(), first));
      std::string all = detail::text("\r", latest_);
      if (length < width_) all.append(width_ - length, ' ');
      width_ = length;
      write_(all);
      latest_.clear();
    }

    void end() {
      if (done_ > 0.0 && !latest_.empty()) write_latest();
      if (width_ != 0) write_("\n");
      done_ = 0.0;
      width_ = 0;
      shown_at_ = -1.0;
      curve_.clear();
    }

    [[nodiscard]] std::string best_text(double best) const {
      const std::string drawn = detail::sparkline(curve_.values(), 12);
      return detail::text("best ", detail::short_number(best), drawn.empty() ? "" : " ", drawn, ", ");
    }

    [[nodiscard]] static double seconds_left(const state& now) {
      double left = 0.0;
      if (now.of > now.done) left = now.seconds / now.done * (now.of - now.done);
      if (now.duration > 0.0 && (now.of == 0.0 || now.duration - now.seconds < left)) left = now.duration - now.seconds;
      return left;
    }

    // Whole seconds, minutes and hours once they count.
    [[nodiscard]] static std::string time_text(double seconds) {
      constexpr double most = 1e9;
      constexpr long long minute = 60;
      constexpr long long hour = 60 * minute;
      if (!(seconds < most)) return "a long time";
      const long long whole = std::llround(seconds);
      const auto two = [](long long v) { return detail::text(v < 10 ? "0" : "", std::to_string(v)); };
      if (whole < minute) return detail::text(std::to_string(whole), " s");
      if (whole < hour) return detail::text(std::to_string(whole / minute), ":", two(whole % minute), " min");
      return detail::text(std::to_string(whole / hour), ":", two(whole / minute % minute), " h");
    }

    std::function<void(std::string_view)> write_;
    bool draw_;
    detail::best_curve curve_;
    std::string latest_;  // what is not shown yet
    double done_ = 0.0;
    std::size_t width_ = 0;  // of what is shown
    double shown_at_ = -1.0;
  };

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
