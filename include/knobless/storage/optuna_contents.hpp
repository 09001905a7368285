/// \file
/// What all lines of a journal say together.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../base/error.hpp"
#include "../record/trial.hpp"
#include "json_text.hpp"
#include "optuna_line.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace journal_format {

/// What is known of a trial.
struct trial_account {
  std::string worker;  ///< who has begun it
  std::string begun;
  std::string ended;
  std::vector<double> values;
  std::vector<setting> settings;
  std::vector<report> reports;
  std::vector<attribute> user;
  std::vector<attribute> system;
};

/// A trial of the file: its place there, and what is known of it as long as somebody wants that.
class trial_entry {
 public:
  /// The trial of that id, in a study of that id.
  trial_entry(std::uint64_t its_id, std::uint64_t its_number, std::uint64_t its_study, state its_state)
      : id(its_id), number(its_number), study(its_study), now(its_state) {}

  std::uint64_t id;
  std::uint64_t number;  ///< in its study
  std::uint64_t study;   ///< its id
  journal_format::state now;

  /// What is known of it: nothing, where it was forgotten.
  [[nodiscard]] const trial_account* operator->() const noexcept { return account_ ? account_.get() : &nothing(); }
  /// The same, to be changed.
  [[nodiscard]] trial_account& account() {
    if (!account_) account_ = std::make_unique<trial_account>();
    return *account_;
  }
  /// What is known of it is known elsewhere.
  void forget() noexcept { account_.reset(); }

 private:
  [[nodiscard]] static const trial_account& nothing() noexcept {
    static const trial_account none;
    return none;
  }
  std::unique_ptr<trial_account> account_;
};

/// A study of the file.
struct study_entry {
  std::string name;
  std::vector<int> directions;
  bool deleted = false;
  std::vector<std::uint64_t> trials;  ///< ids
  std::vector<attribute> user;
  std::vector<attribute> system;
};

/// What all lines together say, as Optuna understands them.
class contents {
 public:
  /// What a line has changed.
  struct change {
    operation what = operation::discard_trials;
    std::uint64_t study = 0;                                      ///< of this study
    std::uint64_t trial = 0;                                      ///< of this trial
    bool happened = false;                                        ///< false: the line is of no effect
    std::optional<journal_format::state> becomes = std::nullopt;  ///< the trial
    report last = {};                                             ///< of trial_intermediate
    double seconds = 0.0;                                         ///< of trial_intermediate
  };
  /// Takes a line.
  change apply(line&& l);
  /// A trial of the study begins, of which no more need be known. Its id.
  std::uint64_t begin(std::uint64_t study);

  /// All studies, by their ids.
  [[nodiscard]] const std::vector<study_entry>& studies() const noexcept { return studies_; }
  /// The id of the study of that name; nothing where there is none.
  [[nodiscard]] std::optional<std::uint64_t> find_study(std::string_view name) const noexcept;
  /// All trials, by their ids.
  [[nodiscard]] std::vector<trial_entry>& trials() noexcept { return trials_; }
  [[nodiscard]] const std::vector<trial_entry>& trials() const noexcept { return trials_; }

 private:
  void change_study(line&& l, change& done);
  void change_trial(line&& l, change& done);

  std::vector<study_entry> studies_;
  std::vector<trial_entry> trials_;
};

}  // namespace journal_format
}  // namespace knobless::detail

#include "optuna_contents.ipp"
