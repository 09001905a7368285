/// \file
/// A journal's file with what is in it, and what is still to be written.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../base/error.hpp"
#include "journal_file.hpp"
#include "journal_options.hpp"
#include "line_reader.hpp"
#include "optuna_contents.hpp"
#include "outgoing_lines.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Time that may be spent on something: 2 % of what passes.
class time_allowance {
 public:
  using clock = std::chrono::steady_clock;
  /// Whether another time is within it; the cost is what the last one was.
  [[nodiscard]] bool affords(clock::time_point now);
  /// It was done, and took so long.
  void spend(clock::duration cost);

 private:
  clock::duration saved_ = std::chrono::milliseconds(20);
  clock::duration last_cost_{0};
  clock::time_point seen_ = clock::now();
};

/// One study of a journal: its file, what is in it, what others have written since, what waits to be written, and when that is.
/// One thread at a time.
class journal_store {
 public:
  using change = journal_format::contents::change;
  static constexpr std::size_t nowhere = outgoing_lines::nowhere;

  journal_store(std::string path, journal_options options, std::shared_ptr<journal_disk> disk);

  // ---- Opening ---------------------------------------------------------------------------------------------------------

  /// Opens the file, and makes it where there is none. Each line of the study goes to `take` as it is read. Afterwards the lock is
  /// held. Raises an error where the file can't be opened, or which study is wanted can't be told.
  void open(const std::function<void(const change&)>& take);
  /// Whether it was opened.
  [[nodiscard]] bool is_open() const noexcept { return file_ != nullptr; }
  void close() noexcept { file_.reset(); }
  /// Whether the file has the study.
  [[nodiscard]] bool has_study() const noexcept { return has_study_; }
  [[nodiscard]] const journal_format::study_entry& study() const noexcept { return contents_.studies()[study_]; }
  /// Writes the lines that make the study, which wait. Raises an error where that fails.
  void make_study();
  /// An error of this journal.
  [[nodiscard]] error_info refusal(std::string what) const;

  // ---- Reading ---------------------------------------------------------------------------------------------------------

  /// Reads what others have written. "" or why that failed.
  [[nodiscard]] std::string read();
  /// Whether there is something to read. One system call.
  [[nodiscard]] bool grown() const { return file_->grown(); }
  /// The oldest of their changes to the study that was not taken yet; nothing where there is none.
  [[nodiscard]] std::optional<change> next_change();
  [[nodiscard]] journal_format::trial_entry& trial(std::uint64_t id) { return contents_.trials()[id]; }
  /// How many trials the file has.
  [[nodiscard]] std::uint64_t trials() const noexcept { return contents_.trials().size(); }

  /// The number of a trial in this process, by its id in the file, or nowhere.
  [[nodiscard]] std::size_t number_of(std::uint64_t id) const noexcept {
    return id < numbers_.size() ? numbers_[id] : nowhere;
  }
  /// They belong together.
  void know(std::uint64_t id, std::size_t number);

  // ---- Writing ---------------------------------------------------------------------------------------------------------

  [[nodiscard]] outgoing_lines& lines() noexcept { return lines_; }
  [[nodiscard]] journal_lock& lock() noexcept { return file_->lock(); }
  /// Makes the lock ours, reads what others have written, and ends what is torn. "" or why that failed.
  [[nodiscard]] std::string catch_up();
  /// Writes all that waits, as one write of whole lines under the lock, and lets go of it. "" or why that failed.
  [[nodiscard]] std::string write_out();
  /// Writes, and syncs, where it is time to. Whether the search may go on.
  [[nodiscard]] bool commit(bool told);
  /// Writes what is not written yet, and syncs. Whether that worked.
  bool flush() noexcept;

  // ---- Who else --------------------------------------------------------------------------------------------------------

  [[nodiscard]] const std::string& worker() const noexcept { return worker_; }
  /// Whether a running trial belongs to a process that has died.
  [[nodiscard]] bool of_a_dead_process(const journal_format::trial_entry& t) const;
  /// A line that says that a running trial is this process's now.
  void claim(std::uint64_t id);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const journal_options& options() const noexcept { return options_; }
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }
  [[nodiscard]] std::size_t damaged() const noexcept { return damaged_; }
  void say(const std::string& note) const;

 private:
  using clock = time_allowance::clock;

  [[nodiscard]] bool take_line(std::string_view text);
  void take_change(const change& done);
  void find_study();
  void take_own(const outgoing_lines::waiting& l);
  [[nodiscard]] std::uint64_t id_of(const outgoing_lines::waiting& l) const {
    return l.of_study() ? study_ : ids_[l.number];
  }
  [[nodiscard]] std::string owner_of(const journal_format::trial_entry& t) const;
  void note_trouble(const std::string& trouble);

  std::string path_;
  journal_options options_;
  std::shared_ptr<journal_disk> disk_;
  std::string worker_;
  outgoing_lines lines_;
  std::unique_ptr<journal_file> file_;
  journal_format::line_reader reader_;
  journal_format::contents contents_;
  std::uint64_t study_ = 0;  // its id
  bool has_study_ = false;
  const std::function<void(const change&)>* take_ = nullptr;  // while the file is opened
  std::deque<change> changes_;
  std::vector<std::size_t> numbers_;  // of trials by their ids
  std::vector<std::uint64_t> ids_;    // of trials by their numbers

  bool unsynced_ = false;
  std::size_t damaged_ = 0;
  std::string trouble_;
  time_allowance write_time_;
  time_allowance sync_time_;
};

}  // namespace knobless::detail

#include "journal_store.ipp"
