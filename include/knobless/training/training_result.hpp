/// \file
/// What a search with live objects found.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../analysis/importance.hpp"
#include "../base/error.hpp"
#include "../model/estimate.hpp"
#include "../record/csv.hpp"
#include "../record/termination.hpp"
#include "../report/report_text.hpp"
#include "../space/space.hpp"
#include "../study/candidate.hpp"
#include "fidelity_core.hpp"
#include "training_log.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// What a search with live objects found: the surviving model, its configuration, and what all of it took.
template <class Config, class Model>
class training_result {
 public:
  /// The surviving model.
  struct survivor {
    Config config;       ///< that it was built with
    double value;        ///< the last that advance returned for it
    std::size_t number;  ///< of the trial
    int resource;        ///< what it has been trained
    Model& object;       ///< owned by the result
  };

  /// What the search took.
  struct counts {
    std::size_t trials = 0;     ///< configurations
    std::size_t failed = 0;     ///< of them, by an exception, NaN or infinity
    std::size_t complete = 0;   ///< of them, trained in full
    std::size_t trained = 0;    ///< resource in all, with what was trained again
    std::size_t rebuilt = 0;    ///< models built again: for the sake of the memory cap, or since the best failed late
    std::size_t retrained = 0;  ///< resource that these were trained again
    std::size_t peak_live = 0;  ///< models at once
  };

  /// Made by the functions of advance.hpp.
  training_result(knobless::space<Config> space, fidelity_core core, std::unique_ptr<Model> object, counts taken,
                  termination reason, double seconds, std::string scheme)
      : space_(std::move(space)),
        core_(std::move(core)),
        object_(std::move(object)),
        taken_(taken),
        reason_(reason),
        seconds_(seconds),
        scheme_(std::move(scheme)) {}

  /// Whether there is a survivor.
  [[nodiscard]] bool has_best() const noexcept { return core_.best() && object_; }
  /// The survivor: the best of those that were trained furthest. Raises an error where every trial failed.
  [[nodiscard]] survivor best() const& {
    if (!has_best()) raise({error_code::invalid_use, no_survivor(), "training_result.best"});
    const std::size_t number = *core_.best();
    const training& t = core_.trials()[number];
    return {space_.decode(t.where), happened().signed_value(t.value()), number, static_cast<int>(t.resource()),
            *object_};
  }
  /// The model would be gone with the result: keep the result, or take() the model.
  survivor best() const&& = delete;
  /// A trial that was trained in full, or as far as any, and what is thought of it.
  struct judged {
    Config config;       ///< that it was built with
    double value;        ///< estimated
    std::size_t number;  ///< of the trial; its model is the survivor's where that is best().number
    int resource;        ///< what it has been trained
  };
  /// Under noise the lowest of many values is mostly luck: of those that were trained furthest, the trial with the lowest value
  /// after smoothing over the space (estimate_best). Raises an error where every trial failed.
  [[nodiscard]] judged best_estimated() const {
    const std::optional<estimate> found = estimate_best(core_.space(), core_.trials());
    if (!found) raise({error_code::invalid_use, no_survivor(), "training_result.best_estimated"});
    const training& t = core_.trials()[found->index];
    return {space_.decode(t.where), happened().signed_value(found->value), found->index,
            static_cast<int>(t.resource())};
  }
  /// The surviving model, for good. Raises an error where there is none.
  [[nodiscard]] std::unique_ptr<Model> take() {
    (void)best();
    return std::move(object_);
  }
  /// What the search took.
  [[nodiscard]] const counts& taken() const noexcept { return taken_; }
  /// All trials in the order of their beginning; the values of their curves are to be minimised.
  [[nodiscard]] std::span<const training> trials() const noexcept { return core_.trials(); }
  /// The configuration of a trial.
  [[nodiscard]] Config config(std::size_t number) const { return space_.decode(core_.trials()[number].where); }
  /// Why the first failed trial failed, or "".
  [[nodiscard]] const std::string& first_failure() const noexcept { return core_.first_failure(); }
  /// The trials that failed, and why, in the order of failing. O(trials + failures * d).
  [[nodiscard]] std::vector<failed_trial<Config>> failures() const {
    return detail::failures_of<Config>(happened(), [&](std::size_t i) { return config(happened().seen()[i].number); });
  }
  /// Why the search ended.
  [[nodiscard]] termination reason() const noexcept { return reason_; }
  /// Wall-clock time of the whole search.
  [[nodiscard]] double seconds() const noexcept { return seconds_; }
  /// Everything that happened, in order.
  [[nodiscard]] const record& happened() const noexcept { return core_.happened(); }
  /// All trials as comma-separated rows with a head: those that ended in the order of ending, then those that could have gone on
  /// (state `running`, with their latest value). See study::csv. O(trials * d).
  [[nodiscard]] std::string csv() const { return detail::csv_rows(happened(), detail::csv_of::all_trials); }
  /// What happened as text, for training_options::continue_from. O(legs * d).
  [[nodiscard]] std::string log() const { return detail::write_log(detail::subject_of(core_, scheme_)); }
  /// Which parameters mattered for the values at the highest resource that 20 trials or more have reached, the most important
  /// first; empty where nothing can be said. See analysis/importance.hpp.
  [[nodiscard]] std::vector<importance_share> importance() const {
    const history* const reached = core_.level_with(20);
    return reached == nullptr ? std::vector<importance_share>() : importance_by_name(core_.space(), *reached);
  }

  /// A few lines for people: how it ended, what is best, what it took.
  [[nodiscard]] std::string report() const {
    std::string text = detail::course_text(happened(), seconds_, to_string(reason_));
    if (const std::size_t waiting = happened().seen().pending().size(); waiting > 0)
      text += detail::text(std::to_string(waiting), " trials waited to be trained further\n");
    text += detail::text("trained ", std::to_string(taken_.trained), " units, ", std::to_string(taken_.retrained),
                         " of them again; at most ", std::to_string(taken_.peak_live), " models at once\n");
    if (!core_.best()) return text + "no trial has a value, so there is no best one\n";
    const training& t = core_.trials()[*core_.best()];
    text += detail::text("best value ", detail::number_text(happened().signed_value(t.value())), " in trial ",
                         std::to_string(*core_.best()), ", trained ", std::to_string(t.resource()), " of ",
                         std::to_string(core_.max_resource()),
                         has_best() ? ":\n" : ", whose model could not be built again:\n");
    return text + detail::settings_text(core_.space(), t.where) + detail::mattered_text(importance());
  }

 private:
  [[nodiscard]] std::string no_survivor() const {
    return detail::text("no trial has survived",
                        first_failure().empty() ? "" : "; the first failure: ", first_failure());
  }

  knobless::space<Config> space_;
  fidelity_core core_;
  std::unique_ptr<Model> object_;
  counts taken_;
  termination reason_;
  double seconds_;
  std::string scheme_;
};

}  // namespace knobless
