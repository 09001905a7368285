/// \file
/// What a search found.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../analysis/importance.hpp"
#include "../analysis/stopping.hpp"
#include "../analysis/trade_off.hpp"
#include "../base/config.hpp"
#include "../record/history.hpp"
#include "../record/record.hpp"
#include "../record/termination.hpp"
#include "../report/report_text.hpp"
#include "candidate.hpp"
#include "study.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// What a search found, and why it ended.
template <class Config>
class search_result {
 public:
  /// Made by minimize() and maximize().
  search_result(knobless::study<Config> study, termination reason, double seconds,
                std::optional<remaining_gain> gain = std::nullopt)
      : study_(std::move(study)), reason_(reason), seconds_(seconds), gain_(gain) {}

  /// The best observed trial of those that keep all limits. Raises an error where there is none, and where there are several
  /// objectives: see front() and compromise().
  [[nodiscard]] candidate<Config> best() const { return study_.best(); }
  /// The best estimated trial: what to use where the objective is noisy. Raises an error where best() does.
  [[nodiscard]] candidate<Config> best_estimated() const { return study_.best_estimated(); }
  /// Whether there is a best trial: a complete one that keeps all limits, of one objective.
  [[nodiscard]] bool has_best() const { return study_.has_best(); }
  /// The trials that keep all limits and that no other such trial is better than: see study::front.
  [[nodiscard]] std::vector<scored<Config>> front() const { return study_.front(); }
  /// The same of estimated values, for objectives that are noisy: see study::front_estimated.
  [[nodiscard]] std::vector<scored<Config>> front_estimated() const { return study_.front_estimated(); }
  /// How much of the values that are better than a reference the front is better than: see study::hypervolume.
  [[nodiscard]] double hypervolume(const std::vector<double>& reference) const { return study_.hypervolume(reference); }
  /// The trial of the front that loses least by these weights, one for each objective: see study::compromise.
  [[nodiscard]] knobless::compromise<Config> compromise(const std::vector<double>& weights) const {
    return study_.compromise(weights);
  }
  /// The trial at the knee of the front: `result.compromise(knobless::knee)`.
  [[nodiscard]] knobless::compromise<Config> compromise(knee_t at) const { return study_.compromise(at); }
  /// Why the search ended.
  [[nodiscard]] termination reason() const noexcept { return reason_; }
  /// Wall-clock time of the whole search.
  [[nodiscard]] double seconds() const noexcept { return seconds_; }
  /// What was told, in the order of telling. Values in it are to be minimised.
  [[nodiscard]] const history& trials() const { return study_.trials(); }
  /// By how much the trials that were left were expected to improve on the best, as run_options::stop_when last said; nothing
  /// where it did not.
  [[nodiscard]] std::optional<double> expected_gain() const noexcept {
    return gain_ ? std::optional<double>(gain_->expected) : std::nullopt;
  }
  /// Which parameters mattered for an objective, the most important first; empty where nothing can be said. See analysis/importance.hpp.
  [[nodiscard]] std::vector<importance_share> importance(std::size_t objective = 0) const {
    return study_.importance(objective);
  }
  /// Why the first failed trial failed, or "".
  [[nodiscard]] const std::string& first_failure() const { return study_.core().first_failure(); }
  /// The trials that failed, and why, in the order of telling. O(trials + failures * d).
  [[nodiscard]] std::vector<failed_trial<Config>> failures() const { return study_.failures(); }
  /// All told trials as comma-separated rows: see study::csv.
  [[nodiscard]] std::string csv() const { return study_.csv(); }
  /// The study, to go on with.
  [[nodiscard]] knobless::study<Config>& study() noexcept { return study_; }
  /// The study, to look at.
  [[nodiscard]] const knobless::study<Config>& study() const noexcept { return study_; }

  /// A few lines for people: how it ended, what is best, and what the sampler says of its choices.
  [[nodiscard]] std::string report() const {
    const history& seen = study_.trials();
    const record& happened = study_.core().happened();
    std::string text = detail::course_text(happened, seconds_, ending());
    if (!seen.pending().empty())
      text += detail::text(std::to_string(seen.pending().size()), " trials were asked and never told\n");
    text += detail::limits_text(seen);
    if (seen.objectives() > 1 && seen.feasible() > 0) return text + several_text();
    if (!has_best()) return text + detail::no_best_text(happened) + ", so there is no best value\n";
    const observation o = seen[*seen.best()];
    text += detail::text("best value ", detail::number_text(happened.signed_value(o.value)), " in trial ",
                         std::to_string(o.number), ":\n");
    const record::placed best = happened.original(*seen.best());
    text += detail::settings_text(happened.space(best.space), best.where);
    text += detail::notes_text(happened, *seen.best()) + study_.core().explain() + detail::mattered_text(importance());
    if (gain_)
      text += detail::text("gain that ", reason_ == termination::no_more_gain ? "was still" : "had still been",
                           " expected: ", detail::short_number(gain_->expected), "; worth going on: above ",
                           detail::short_number(gain_->worthwhile), "\n");
    return text;
  }

 private:
  // The front, its knee, and what mattered for each objective.
  [[nodiscard]] std::string several_text() const {
    const record& happened = study_.core().happened();
    const std::vector<detail::valued_row> front = detail::observed_front(study_.trials());
    const std::size_t at_the_knee = *detail::knee_of(front);
    const std::size_t row = front[at_the_knee].row;
    std::string text = detail::front_text(happened, front);
    text += detail::text("the knee is trial ", std::to_string(study_.trials()[row].number), ": ",
                         detail::given_up_text(happened, front, at_the_knee), "\n");
    const record::placed at = happened.original(row);
    text += detail::settings_text(happened.space(at.space), at.where) + detail::notes_text(happened, row);
    text += study_.core().explain();
    for (std::size_t k = 0; k < study_.trials().objectives(); ++k)
      text += detail::text(happened.objective_name(k), ": ", detail::mattered_text(importance(k)));
    return text;
  }

  // With constraints the study can say more: how many points were tried, and what helps.
  [[nodiscard]] std::string ending() const {
    const bool no_point = reason_ == termination::no_admitted_point || reason_ == termination::space_exhausted;
    const bool constrained = study_.core().space().constrained();
    return no_point && constrained ? study_.core().refusal() : std::string(to_string(reason_));
  }

  knobless::study<Config> study_;
  termination reason_;
  double seconds_;
  std::optional<remaining_gain> gain_;
};

}  // namespace knobless
