/// \file
/// The lines of Optuna's journal, one by one: read and written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../base/error.hpp"
#include "../record/trial.hpp"
#include "json_text.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {
/// Optuna's journal: JSON lines of operations (optuna/storages/journal/_storage.py of Optuna 5.0.0.dev). Numbers come back to
/// the bit. A trial's number is its place among those of its study in the file, its id its place among all of the file. What
/// Optuna has no place for is in attributes whose key begins with "knobless:", and the last member of our own lines is a
/// checksum, "knobless:sum", which Optuna passes over.
namespace journal_format {

/// The version of what "knobless:" attributes mean.
inline constexpr int version = 1;

/// What a line does.
enum class operation : unsigned char {
  create_study,
  delete_study,
  study_user_attr,
  study_system_attr,
  create_trial,
  trial_param,
  trial_state,
  trial_intermediate,
  trial_user_attr,
  trial_system_attr,
  discard_trials
};

/// The states of a trial, with Optuna's numbers.
enum class state : unsigned char { running, complete, pruned, failed, waiting };
/// The state's name.
[[nodiscard]] std::string_view to_string(state s) noexcept;

/// What values a parameter may have.
struct distribution {
  enum class kind : unsigned char { real, integer, categorical } what = kind::real;  ///< which sort
  std::string parameter;                                                             ///< its name
  double low = 0.0;                                                                  ///< the lower bound of numbers
  double high = 0.0;                                                                 ///< the upper one
  double step = 0.0;                                                                 ///< 0: none
  bool log = false;                                                                  ///< on the log scale
  std::vector<std::string> choices;                                                  ///< of a categorical: JSON texts
  std::string json;                                                                  ///< as it stands in the file
};
/// Distributions are shared by the trials that have them.
using shared_distribution = std::shared_ptr<const distribution>;

/// A parameter of a trial.
struct setting {
  shared_distribution of;  ///< never null
  double value = 0.0;      ///< the number, or the index of the choice
  /// Of the parameter.
  [[nodiscard]] const std::string& name() const noexcept { return of->parameter; }
};

/// A line, read.
struct line {
  operation what = operation::discard_trials;
  std::string worker;                            ///< who has written it
  std::uint64_t id = 0;                          ///< of the study, or of the trial
  std::string name;                              ///< of a new study
  std::vector<int> directions;                   ///< of a new study: 1 minimize, 2 maximize
  std::optional<journal_format::state> becomes;  ///< of the trial
  std::vector<double> values;                    ///< of the trial
  std::string begun;                             ///< time in ISO 8601, or ""
  std::string ended;                             ///< time in ISO 8601, or ""
  std::vector<setting> settings;                 ///< of the trial
  std::vector<report> reports;                   ///< of the trial
  double seconds = 0.0;                          ///< that the leg took which ended with the report, or 0
  std::vector<attribute> user;                   ///< attributes for people
  std::vector<attribute> system;                 ///< attributes for programs
};

/// The member that begins a line: what it does, and who writes it. Members follow, then its checksum.
[[nodiscard]] std::string opened(operation what, std::string_view worker);
/// Ends the line that begins at `from`: with its checksum, its last brace and its end.
void seal(std::string& text, std::size_t from = 0);
/// A sealed line.
[[nodiscard]] std::string sealed(std::string line);

}  // namespace journal_format
}  // namespace knobless::detail

#include "optuna_line.ipp"
