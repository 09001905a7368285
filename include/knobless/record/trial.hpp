/// \file
/// What becomes of a trial: its state, its reports on the way.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "../base/config.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// running: asked, not told. complete: has a value. pruned: stopped early, its last report (if any) is its value.
/// failed: threw, or gave NaN or infinity, or was dropped. foreign: told under an earlier search space, and not a point of
/// the present one (a choice that was removed, say).
enum class trial_state : unsigned char { running, complete, pruned, failed, foreign };

/// The state's name.
[[nodiscard]] constexpr std::string_view to_string(trial_state state) noexcept {
  switch (state) {
    case trial_state::running:
      return "running";
    case trial_state::complete:
      return "complete";
    case trial_state::pruned:
      return "pruned";
    case trial_state::failed:
      return "failed";
    case trial_state::foreign:
      return "foreign";
  }
  return "unknown";
}

/// Which way is better.
enum class direction : unsigned char { minimize, maximize };

/// An intermediate value: after `step` epochs, folds, episodes ...
struct report {
  std::size_t step = 0;  ///< epochs, folds, episodes ...
  double value = 0.0;    ///< at this step
};

/// Whoever runs a trial that is not its study's own to run: takes its reports, and says when it should stop.
class trial_host {
 public:
  trial_host() = default;
  trial_host(const trial_host&) = delete;
  trial_host& operator=(const trial_host&) = delete;
  virtual ~trial_host() = default;
  /// Takes a report of the trial.
  virtual void report(const knobless::report& r) = 0;
  /// Whether going on is of no use.
  [[nodiscard]] virtual bool should_stop() const = 0;
};

/// Tag: the trial was stopped early, since it was not promising.
struct pruned_t {};
/// `return knobless::pruned;`
inline constexpr pruned_t pruned{};

/// The trial gave no value; `why` is for people.
struct failed_t {
  std::string why;  ///< "" where unknown
  /// A failure for this reason.
  [[nodiscard]] failed_t operator()(std::string reason) const { return {std::move(reason)}; }
};
/// `return knobless::failed;` or `return knobless::failed("diverged");`
inline const failed_t failed{};

}  // namespace knobless
