/// \file
/// Studies that outlive the process: what happens is kept in a file that Optuna reads. Needs nlohmann-json; POSIX systems only.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../record/record_keeper.hpp"
#include "../study/study.hpp"
#include "../study/study_core.hpp"
#include "journal_options.hpp"
#include "journal_store.hpp"
#include "kept_record.hpp"
#include "note_value.hpp"
#include "record_lines.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// A file that keeps a search: made by journal().
class study_journal final : public record_keeper {
 public:
  /// `disk` is for tests.
  study_journal(std::string path, journal_options options, std::shared_ptr<detail::journal_disk> disk = nullptr);
  ~study_journal() override;

  /// Its path.
  [[nodiscard]] const std::string& path() const noexcept { return store_.path(); }
  /// Why the file could not be written when that was tried last, or "".
  [[nodiscard]] const std::string& trouble() const noexcept { return store_.trouble(); }
  /// How many lines of the file were damaged.
  [[nodiscard]] std::size_t damaged() const noexcept { return store_.damaged(); }
  /// How many told trials of the file are no points of the space.
  [[nodiscard]] std::size_t left_out() const noexcept { return left_out_; }
  /// A note of a running trial, of the study: text, a number or a flag, which Optuna and the command show as a user attribute. Written
  /// with what happens next. Where the study may be called, and nowhere else: one thread at a time. False where there is no such
  /// running trial, or where the search has not begun.
  bool note(std::size_t number, const std::string& key, const note_value& value);
  /// A note of the study.
  bool note(const std::string& key, const note_value& value);

  /// Writes what is not written yet, and syncs. Whether that worked.
  bool flush() noexcept { return store_.flush(); }

  void begin(study_core& study) override;
  void look_around(study_core& study) override;
  [[nodiscard]] bool may_begin(study_core& study, const point& proposed) override;
  void begin_at_most(std::size_t trials) override;
  void waits(study_core& study, const point& where) override;
  void keep(study_core& study) noexcept override;
  [[nodiscard]] std::string begin(const detail::log_subject& search) override;
  [[nodiscard]] bool keep(const record& happened) noexcept override;

 private:
  using change = detail::journal_store::change;
  using state = detail::journal_format::state;
  using trial_entry = detail::journal_format::trial_entry;
  using clock = std::chrono::steady_clock;
  static constexpr std::size_t nowhere = detail::journal_store::nowhere;

  // A trial of the file that waits, and its point in the queue.
  struct waiting_trial {
    std::uint64_t id;
    point where;
  };

  // Opening.
  void open(const detail::log_subject& search, const std::function<void(const change&)>& take);
  void make_study(const detail::log_subject& search);
  void check_study(const detail::log_subject& search);

  // What others have done.
  void bring_in(study_core& study);
  void bring_in(study_core& study, const change& c);
  bool place(study_core& study, trial_entry& t);
  void finish(study_core& study, trial_entry& t, state how);
  void wait_for(study_core& study, trial_entry& t);
  void no_longer_waits(study_core& study, std::uint64_t id);
  [[nodiscard]] bool take_waiting(const point& where, std::size_t number);
  void care_for_interrupted(study_core& study);

  detail::journal_store store_;
  detail::record_lines events_;
  std::vector<std::uint64_t> out_elsewhere_;  // ids of trials that other processes run
  std::vector<waiting_trial> waiting_;
  bool bringing_in_ = false;
  int tries_ = 0;
  std::size_t left_out_ = 0;
  std::string why_left_out_;
  clock::time_point looked_for_dead_ = clock::now();
  std::size_t known_events_ = 0;  // of a search that no study makes: those that the file had
};

/// A journal in this file, which is made where there is none: `minimize(space, objective, {.journal = journal("study.log")})`.
/// The file is opened when the search begins, which raises an error where it can't be, or is of another search. See
/// docs/journal.md.
[[nodiscard]] inline std::shared_ptr<study_journal> journal(std::string path, journal_options options = {}) {
  return std::make_shared<study_journal>(std::move(path), std::move(options));
}

/// A study that is kept in a journal: what is there is known to it.
template <class Config, class Sampler>
[[nodiscard]] study<Config> open_study(space<Config> space, Sampler&& sampler, std::shared_ptr<record_keeper> journal,
                                       study_options options = {}) {
  study<Config> made(std::move(space), std::forward<Sampler>(sampler), std::move(options));
  made.core().keep_with(std::move(journal));
  return made;
}

}  // namespace knobless

#include "journal.ipp"
