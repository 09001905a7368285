/// \file
/// Lines of a journal that wait to be written.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "../base/error.hpp"
#include "json_text.hpp"
#include "line_sum.hpp"
#include "optuna_line.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Lines that wait to be written. The ids of their study and trials come in when they are: others may write before.
class outgoing_lines {
 public:
  /// Stands for the number of a trial in lines that have none.
  static constexpr std::size_t nowhere = (std::numeric_limits<std::size_t>::max)();

  /// A line that waits.
  struct waiting {
    journal_format::operation what;
    std::size_t number;                            ///< of the trial, or nowhere
    std::size_t id_at;                             ///< where in the text the id comes in
    std::size_t end;                               ///< where in the text the line ends
    std::optional<journal_format::state> becomes;  ///< the trial
    /// Whether its id is that of the study.
    [[nodiscard]] bool of_study() const noexcept {
      return number == nowhere || what == journal_format::operation::create_trial;
    }
  };

  /// Lines of that worker.
  explicit outgoing_lines(std::string_view worker);

  /// A line begins: its members are to be appended to what this returns, with a comma before each, and then end() called.
  [[nodiscard]] std::string& begin(journal_format::operation what, std::size_t number = nowhere);
  /// The line that was begun ends, which puts the trial into this state.
  void end(std::optional<journal_format::state> becomes = std::nullopt);
  /// A line with one attribute.
  void attribute(journal_format::operation what, std::size_t number, const std::string& key, std::string_view json);

  [[nodiscard]] bool empty() const noexcept { return lines_.empty(); }
  [[nodiscard]] const std::deque<waiting>& lines() const noexcept { return lines_; }
  /// The text of all, sealed; `id_of` says the id of each.
  template <class IdOf>
  [[nodiscard]] std::string sealed(const IdOf& id_of) const {
    std::string all;
    all.reserve(text_.size() + lines_.size() * (journal_format::id_digits + journal_format::seal_size));
    std::size_t from = first_;
    for (const waiting& l : lines_) {
      const std::size_t begin = all.size();
      all.append(text_, from, l.id_at - from);
      if (l.what != journal_format::operation::create_study) all += std::to_string(id_of(l));
      all.append(text_, l.id_at, l.end - l.id_at);
      journal_format::seal(all, begin);
      from = l.end;
    }
    return all;
  }
  /// The first one was written, the last one is not to be, all were.
  void drop_first();
  void drop_last();
  void clear() noexcept;

 private:
  std::array<std::string, 11> heads_;  // of lines, by what they do
  std::string text_;
  std::size_t first_ = 0;  // where the first line begins in it
  std::deque<waiting> lines_;
};

}  // namespace knobless::detail

#include "outgoing_lines.ipp"
