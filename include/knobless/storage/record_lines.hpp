/// \file
/// What happens in a search, as lines of a journal.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../base/error.hpp"
#include "../record/record.hpp"
#include "optuna_point.hpp"
#include "outgoing_lines.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Turns what happened in a search into lines, up to where it was read last.
class record_lines {
 public:
  /// Lines go into `out`. `taken` is asked for each trial that comes from the queue: whether it waits in the file already, and
  /// then it is given its number.
  record_lines(outgoing_lines& out, std::function<bool(const point&, std::size_t number)> taken)
      : out_(out), taken_(std::move(taken)) {}

  /// What has happened since. Whether a trial was told.
  bool write(const record& happened);
  /// What has happened so far is in the journal, or came from there.
  void pass_over(const record& happened);
  /// The same of the first so many events.
  void pass_over(const record& happened, std::size_t events);
  /// A running trial is this process's now, with so many reports.
  void adopt(std::size_t number, std::size_t reports) { running_.push_back({number, reports}); }
  /// Whether a running trial is this process's.
  [[nodiscard]] bool runs(std::size_t number) const noexcept;
  /// The texts of a space's parameters.
  [[nodiscard]] const std::vector<journal_format::parameter_text>& texts(const record& happened, std::size_t space);
  /// An attribute of the study: what its space is.
  void describe(const domain& space);

 private:
  struct running_trial {
    std::size_t number;
    std::size_t reports;  // how many were written
  };

  [[nodiscard]] std::optional<std::size_t> row_of(const record& happened, std::size_t number) const;
  void write_event(const record& happened, const record::event& e);
  void write_begin(const record& happened, const record::event& e);
  void take_up(const record& happened, std::size_t number, const record::placed_view& from);
  void write_new(const record& happened, std::size_t number, std::string_view by, std::size_t space,
                 const point& where);
  void write_report(const record& happened, const record::event& e);
  void write_outcome(const record& happened, const record::event& e);
  void write_limits(const record& happened, std::size_t number);
  void write_notes(const record& happened, std::size_t number);
  void write_end(const record& happened, std::size_t number);
  void write_dropped(std::size_t number);
  void ends(std::size_t number);

  outgoing_lines& out_;
  std::function<bool(const point&, std::size_t)> taken_;
  std::size_t event_ = 0;
  std::size_t row_ = 0;
  std::size_t space_ = 0;
  std::vector<running_trial> running_;
  std::size_t described_ = outgoing_lines::nowhere;  // the space of texts_
  std::vector<journal_format::parameter_text> texts_;
};

}  // namespace knobless::detail

#include "record_lines.ipp"
