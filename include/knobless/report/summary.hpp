/// \file
/// What happened in a search, as data: all that texts and pages show of it is computed here, once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../analysis/stopping.hpp"
#include "../base/config.hpp"
#include "../model/estimate.hpp"
#include "../record/record.hpp"
#include "../record/trial.hpp"
#include "../space/parameter.hpp"
#include "effects.hpp"
#include "timeline.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// What a record does not know of its search.
struct search_facts {
  std::string name = {};                             ///< of the study; "" where it has none
  std::string sampler = {};                          ///< who proposed, or ""
  std::string ending = {};                           ///< why the search ended, or ""
  double seconds = 0.0;                              ///< of the whole search; 0: as long as its trials
  std::optional<estimate> estimated = std::nullopt;  ///< the best estimated trial, where the sampler knows it
  std::vector<trial_clock> clocks = {};              ///< of some trials or all, in any order
  std::uint64_t seed = 0;                            ///< of the search
};

/// Where a trial's point came from.
enum class trial_origin : unsigned char {
  sampler,  ///< the sampler proposed it
  queue,    ///< somebody asked for it: a first guess, say
  added     ///< a result that was known already
};
/// The origin's name.
[[nodiscard]] constexpr const char* to_string(trial_origin origin) noexcept {
  constexpr const char* names[] = {"sampler", "queue", "added"};
  return names[static_cast<std::size_t>(origin)];
}

/// A parameter, as an axis of a chart.
struct parameter_summary {
  std::string name;                            ///< as declared
  parameter_kind kind = parameter_kind::real;  ///< its kind
  scaling scale = scaling::linear;             ///< of its axis
  double low = 0.0;                            ///< the lower bound; 0 for levels
  double high = 1.0;                           ///< the upper bound; the last level for levels
  std::vector<std::string> labels;             ///< of levels; none for numbers
  [[nodiscard]] bool operator==(const parameter_summary&) const = default;  ///< whether all of it is equal
};

/// A trial: what it was, and what became of it. Values are in the user's directions.
struct trial_summary {
  std::size_t number = 0;                       ///< in the order of asking
  trial_state state = trial_state::running;     ///< what became of it
  trial_origin origin = trial_origin::sampler;  ///< who proposed it
  std::vector<double> values;                   ///< one for each objective; none where it has none
  double begun = 0.0;                           ///< in seconds from the beginning of the search
  double ended = 0.0;                           ///< the same; of a running trial the latest time that is known
  double seconds = 0.0;                         ///< what it took, where somebody measured it
  std::vector<double> settings;    ///< for each parameter the number, or the level; NaN where it is inactive
  std::vector<std::string> texts;  ///< the same as text, as in the CSV; "" where it is inactive
  std::vector<double> limits;      ///< for each limit: kept when <= 0; NaN where unknown
  std::vector<std::string> notes;  ///< for each name of a note its text, or ""
  std::string why;                 ///< why it failed, or ""
  std::vector<report> reports;     ///< intermediate values
  bool eligible = false;           ///< it may be the best: complete, within the bounds, and keeps all limits
};

/// How often trials ended in some way.
struct state_count {
  trial_state state = trial_state::complete;  ///< in which way
  std::size_t count = 0;                      ///< how many, at least one
};

/// How trials met a limit.
struct limit_summary {
  std::string name;         ///< as outcomes say it
  bool graded = true;       ///< false: trials say only whether it is kept (-1) or broken (1)
  std::size_t kept = 0;     ///< trials that keep it
  std::size_t broken = 0;   ///< trials that break it
  std::size_t unknown = 0;  ///< told trials that say nothing of it
};

/// Which parameters mattered for an objective; see analysis/importance.hpp. Empty where nothing can be said.
struct importance_summary {
  std::vector<double> overall;      ///< a share for each parameter
  std::vector<double> within_best;  ///< the same among the better half of the trials: what mattered at the end
};

/// A resource at which trials were cut.
struct rung_summary {
  std::size_t step = 0;     ///< epochs, folds, episodes ...
  std::size_t reached = 0;  ///< trials that reported there or beyond
  std::size_t cut = 0;      ///< trials that were stopped since the rung below, up to here
  std::size_t ahead = 0;    ///< of those, trials that were better here than the best trial of the search was
  /// By how much the best of these was ahead: what is known of the regret of cutting them. Whether one of them would have
  /// stayed ahead nobody knows.
  double lead = 0.0;
};

/// What is known of the noise of the answers, for one objective.
struct noise_summary {
  bool shown = false;                            ///< shows_noise()
  std::optional<double> model = std::nullopt;    ///< standard deviation, by the Gaussian process
  std::size_t repeated = 0;                      ///< points that were told more than once
  std::optional<double> repeats = std::nullopt;  ///< standard deviation at one point, pooled over these
};

/// The hypervolume after a trial that has changed the front.
struct volume_step {
  std::size_t trial = 0;  ///< index into search_summary::trials
  double volume = 0.0;    ///< with all trials up to this one
};

/// Of several objectives: what no other trial is better than.
struct front_summary {
  std::vector<std::size_t> trials;  ///< indices into search_summary::trials, in the order of telling
  std::optional<std::size_t> knee;  ///< index into `trials` of this: see study::compromise
  std::vector<double> reference;    ///< of the hypervolume: the worst values, and a tenth of the range beyond
  std::vector<volume_step> volume;  ///< as it grew; empty for more than four objectives
};

/// Everything that a report of a search shows.
struct search_summary {
  std::string name;                           ///< of the study, or ""
  std::string sampler;                        ///< who proposed, or ""
  std::string ending;                         ///< why the search ended, or ""
  double seconds = 0.0;                       ///< of the whole search
  std::vector<objective_info> objectives;     ///< each has a name here
  std::vector<parameter_summary> parameters;  ///< those of the present space
  std::vector<std::string> note_names;        ///< in the order in which they first came
  std::vector<trial_summary> trials;          ///< told ones in the order of telling, then running ones
  std::vector<state_count> states;            ///< those that there are
  std::string failures;                       ///< why trials failed, the most frequent reason first, or ""
  timeline when;                              ///< who was busy with which trial, and when
  std::vector<std::size_t>
      best_so_far;                  ///< trials that were better than all before them, as indices; one objective only
  std::optional<std::size_t> best;  ///< the last of these
  std::optional<estimate> best_estimated;      ///< where values show noise: an index into `trials`, and the estimate
  std::vector<limit_summary> limits;           ///< as trials met them
  std::size_t eligible = 0;                    ///< trials that may be the best
  std::vector<importance_summary> importance;  ///< for each objective
  std::vector<noise_summary> noise;            ///< for each objective
  std::vector<marginal_effect> marginals;      ///< of each parameter on each objective, where a model can be fitted
  std::vector<pair_surface> surfaces;          ///< of the three pairs of the three parameters that matter most
  std::vector<rung_summary> rungs;             ///< where trials were cut, in rising order
  front_summary front;                         ///< of several objectives
  std::optional<remaining_gain> gain;          ///< that the next trials are expected to bring, as many as were told
};

/// Everything that a report shows of what has happened. Where nobody has measured when trials ran, each begins when the last one
/// that was told before it was asked had ended. O(trials d + the model's min(trials, 128)^3 objectives).
[[nodiscard]] search_summary summarize(const record& happened, const search_facts& facts = {});

namespace detail {

template <class Result>
concept has_study = requires(const Result& found) {
  found.study().core().happened();
};
template <class Result>
concept has_record = requires(const Result& found) {
  found.happened().events();
};

}  // namespace detail

/// The same of what minimize() and maximize() found.
template <detail::has_study Result>
[[nodiscard]] search_summary summarize(const Result& found) {
  const auto& core = found.study().core();
  return summarize(core.happened(), {.sampler = std::string(core.sampler_name()),
                                     .ending = std::string(to_string(found.reason())),
                                     .seconds = found.seconds(),
                                     .estimated = core.estimate_best(),
                                     .seed = core.options().seed});
}

/// The same of what a search with models found.
template <detail::has_record Result>
[[nodiscard]] search_summary summarize(const Result& found) {
  return summarize(found.happened(), {.ending = std::string(to_string(found.reason())), .seconds = found.seconds()});
}

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "summary.ipp"
#endif
