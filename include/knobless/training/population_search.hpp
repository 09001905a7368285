/// \file
/// A population of models that is trained: its options, its loop, and what it found.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../analysis/importance.hpp"
#include "../base/config.hpp"
#include "../base/error.hpp"
#include "../record/csv.hpp"
#include "../record/outcome.hpp"
#include "../record/record.hpp"
#include "../record/record_keeper.hpp"
#include "../record/termination.hpp"
#include "../record/trial.hpp"
#include "../report/report_text.hpp"
#include "../space/space.hpp"
#include "population_core.hpp"
#include "training_ends.hpp"
#include "training_options.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Options of population-based training. Resources are counted in the unit of `advance`.
template <class Config>
struct population_options {
  /// How many models are trained side by side; at least 1.
  // NOLINTBEGIN(readability-magic-numbers)
  std::size_t members = 12;
  // NOLINTEND(readability-magic-numbers)
  /// How much each is trained in all; at least 1.
  int max_resource = 100;
  /// How much between two decisions; from 1 to max_resource.
  int interval = 5;
  /// The same seed gives the same search.
  std::uint64_t seed = 0;
  /// Which values are better.
  knobless::direction direction = knobless::direction::minimize;
  /// The first members' first configurations.
  std::vector<Config> first_guesses = {};
  /// Where given: set it to true from any thread, and the search ends after the running leg.
  const std::atomic<bool>* stop = nullptr;
  /// No leg is begun after this time; 0: no limit. The running one is not interrupted.
  std::chrono::nanoseconds duration{0};
  /// Ends as soon as a model's value is at least as good.
  std::optional<double> target = std::nullopt;
  /// Called after every leg. What it throws ends the search.
  std::function<void(const training_progress<Config>&)> on_leg = {};
  /// A leg that takes longer has failed; 0: no limit. It is not interrupted.
  std::chrono::nanoseconds leg_time_limit{0};
  /// Where what happens is kept: knobless::journal("study.log") of storage/journal.hpp. Its models live in this process alone, so
  /// that a search can't go on from it: a study that has trials is refused.
  std::shared_ptr<record_keeper> journal = nullptr;
};

/// Which configuration a model was trained with, and when: from the beginning, without gaps.
template <class Config>
struct schedule {
  /// An interval of it.
  struct stage {
    int from;       ///< resource at its beginning
    int to;         ///< and at its end
    Config config;  ///< of the whole interval
  };
  std::vector<stage> stages;  ///< in the order of training
};

/// What population-based training found. A trial is a configuration and the models that were trained with it: a member that goes
/// on as a copy with another configuration begins a new one.
template <class Config, class Model>
struct population_result {
  /// The best model at the end; nothing where all have failed.
  std::unique_ptr<Model> object;
  /// How it came to be, through all models that it is a copy of.
  knobless::schedule<Config> schedule;
  double value = 0.0;                             ///< of the best model at the end
  std::size_t trained = 0;                        ///< resource in all
  std::size_t copies = 0;                         ///< models that were copied over others
  std::size_t failures = 0;                       ///< exceptions, NaN and infinities
  std::string first_failure;                      ///< why the first of them happened, or ""
  record happened;                                ///< everything, in order
  termination reason = termination::trials_done;  ///< why the search ended
  double seconds = 0.0;                           ///< wall-clock time of the whole search
  std::uint64_t seed = 0;                         ///< as given

  /// All trials as comma-separated rows with a head: see study::csv. O(trials * d).
  [[nodiscard]] std::string csv() const { return detail::csv_rows(happened); }
  /// What happened as text. A search can't go on from it: its state is in the models. O(legs * d).
  [[nodiscard]] std::string log() const { return detail::write_log({happened, seed, "evolve", {}}); }
  /// Which parameters mattered for the value with which a trial ended, the most important first: see analysis/importance.hpp.
  [[nodiscard]] std::vector<importance_share> importance() const {
    return importance_by_name(happened.space(), happened.seen());
  }
  /// A few lines for people: how it ended, what is best, and its schedule.
  [[nodiscard]] std::string report() const {
    std::string text = detail::course_text(happened, seconds, to_string(reason));
    text += detail::text("trained ", std::to_string(trained), " units; ", std::to_string(copies),
                         " models were copied over others\n");
    if (!object) return text + "no model has survived\n";
    text += detail::text("best value ", detail::number_text(value), " after ", std::to_string(schedule.stages.size()),
                         " intervals; in the last one:\n");
    return text + detail::settings_text(happened.space(), last) + detail::mattered_text(importance());
  }

  point last;  ///< the point of the best model's last configuration
};

namespace detail {

template <class F, class... Arguments>
outcome outcome_of(F& f, Arguments&... arguments) {
#if KNOBLESS_EXCEPTIONS
  try {
    return std::invoke(f, arguments...);
  } catch (const std::exception& e) {
    return failed(e.what());
  } catch (...) {
    return failed("something was thrown that is not a std::exception");
  }
#else
  return std::invoke(f, arguments...);
#endif
}

// A population that is trained: its models, and what happened to them.
template <class Config, class Model, class Build, class Advance, class Copy>
class population_search {
 public:
  population_search(const space<Config>& where, Build& build, Advance& advance, Copy& copy,
                    const population_options<Config>& options)
      : space_(where),
        build_(build),
        advance_(advance),
        copy_(copy),
        options_(options),
        core_(space_.shared_domain(), options.members, options.seed),
        happened_(space_.shared_domain(), options.direction),
        members_(options.members) {
    for (std::size_t i = 0; i < members_.size() && i < options.first_guesses.size(); ++i)
      core_.place(i, space_.admitted(options.first_guesses[i]));
    if (options_.journal && !options_.journal->begin(subject()).empty())
      raise(
          {error_code::invalid_use,
           "the journal has a search of evolve, whose models were gone with its process, so that it can't go on: take "
           "another file, or another .study in it",
           "journal"});
  }

  [[nodiscard]] population_result<Config, Model> run() {
    using kind = record::event::kind;
    for (std::size_t i = 0; i < members_.size(); ++i)
      begin_trial(i, i < options_.first_guesses.size() ? kind::queued : kind::asked);
    while (at_ < options_.max_resource && !reason_) {
      const int more = (std::min)(options_.interval, options_.max_resource - at_);
      for (std::size_t i = 0; i < members_.size() && !reason_; ++i) train(i, more);
      if (reason_) break;
      at_ += more;
      if (at_ < options_.max_resource) select();
    }
    return result();
  }

 private:
  struct member {
    std::unique_ptr<Model> model;
    schedule<Config> lived;
    std::optional<double> value;  // to be minimised, at the end of the interval
    std::size_t trial = 0;
    bool running = false;  // the trial is
  };

  [[nodiscard]] log_subject subject() const { return {happened_, options_.seed, "evolve", {}}; }

  void keep() {
    if (options_.journal && !options_.journal->keep(happened_)) ends_.stopper()();
  }

  void begin_trial(std::size_t i, record::event::kind how) {
    members_[i].trial = happened_.begin(how, core_.where(i)).number;
    members_[i].running = true;
  }

  void end_trial(std::size_t i, const outcome& told) {
    member& m = members_[i];
    if (!std::exchange(m.running, false)) return;
    pending_trial& running = *happened_.running(m.trial);
    (void)happened_.make_room(running, told);
    happened_.tell(running, running.seconds, true);
  }

  void note(const outcome& told) {
    ++failures_;
    if (first_failure_.empty()) first_failure_ = told.why();
  }

  // A leg of one member.
  void train(std::size_t i, int more) {
    member& m = members_[i];
    const Config config = space_.decode(core_.where(i));
    if (m.running) happened_.train(*happened_.running(m.trial), static_cast<std::size_t>(at_ + more));
    double seconds = 0.0;
    outcome told = ends_.timed([&] { return outcome_of_leg(m, config, more); }, seconds);
    m.value.reset();
    if (told.state() == trial_state::complete) {
      m.value = happened_.signed_value(told.value());
      m.lived.stages.push_back({at_, at_ + more, config});
      happened_.report(*happened_.running(m.trial), {static_cast<std::size_t>(at_ + more), *m.value}, seconds);
      if (!best_ || *m.value < *best_) best_ = *m.value;
    } else {
      if (told.state() == trial_state::pruned) told = failed("advance returned knobless::pruned");
      note(told);
      if (m.running) happened_.running(m.trial)->seconds += seconds;
      end_trial(i, told);
      m.model.reset();
    }
    keep();
    tell_about(m, config, told, at_ + more);
    reason_ = ends_.finished(failures_ >= hopeless_failures && !best_, happened_, best_);
  }

  [[nodiscard]] outcome outcome_of_leg(member& m, const Config& config, int more) {
    const auto leg = [&]() -> outcome {
      if (!m.model && at_ == 0) m.model.reset(new Model(std::invoke(build_, config)));
      if (!m.model) return failed("there was no model to copy");
      trained_ += static_cast<std::size_t>(more);
      return std::invoke(advance_, *m.model, config, more);
    };
    return detail::outcome_of(leg);
  }

  void tell_about(const member& m, const Config& config, const outcome& told, int resource) {
    if (!options_.on_leg) return;
    const auto full = static_cast<double>(options_.max_resource);
    const log_subject now = subject();
    options_.on_leg({happened_, m.trial, config, resource, told, ends_.seconds(), ends_.stopper(),
                     static_cast<double>(trained_) / full, static_cast<double>(members_.size()),
                     std::chrono::duration<double>(options_.duration).count(),
                     best_ ? std::optional<double>(happened_.signed_value(*best_)) : std::nullopt, now});
  }

  // Between two intervals: copies of those that lead go on in place of those that fell behind.
  void select() {
    std::vector<std::optional<double>> values;
    for (const member& m : members_) values.push_back(m.value);
    const std::vector<std::size_t> source = core_.advance(static_cast<double>(at_), values);
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (source[i] == i) continue;
      end_trial(i, pruned);
      const auto duplicate = [&]() -> outcome {
        members_[i].model.reset();
        members_[i].model.reset(new Model(std::invoke(copy_, std::as_const(*members_[source[i]].model))));
        return 0.0;
      };
      members_[i].lived = members_[source[i]].lived;
      begin_trial(i, record::event::kind::asked);
      if (const outcome out = detail::outcome_of(duplicate); out.state() == trial_state::complete) {
        ++copies_;
      } else {
        note(out);
        end_trial(i, out);
      }
    }
  }

  [[nodiscard]] population_result<Config, Model> result() {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      member& m = members_[i];
      if (m.value && (!best || *m.value < *members_[*best].value)) best = i;
      if (m.value) end_trial(i, happened_.signed_value(*m.value));
      end_trial(i, pruned);
    }
    keep();
    population_result<Config, Model> found{nullptr,
                                           {},
                                           0.0,
                                           trained_,
                                           copies_,
                                           failures_,
                                           std::move(first_failure_),
                                           std::move(happened_),
                                           reason_.value_or(termination::trials_done),
                                           ends_.seconds(),
                                           options_.seed,
                                           {}};
    if (!best) {
      if (!reason_) found.reason = termination::every_trial_failed;
      return found;
    }
    found.object = std::move(members_[*best].model);
    found.schedule = std::move(members_[*best].lived);
    found.value = found.happened.signed_value(*members_[*best].value);
    found.last = core_.where(*best);
    return found;
  }

  space<Config> space_;
  Build& build_;
  Advance& advance_;
  Copy& copy_;
  const population_options<Config>& options_;
  population_core core_;
  record happened_;
  std::vector<member> members_;
  const training_ends<population_options<Config>> ends_{options_};
  int at_ = 0;  // the resource that all have had
  std::size_t trained_ = 0;
  std::size_t copies_ = 0;
  std::size_t failures_ = 0;
  std::string first_failure_;
  std::optional<double> best_;  // to be minimised, of all legs
  std::optional<termination> reason_;
};

}  // namespace detail

}  // namespace knobless
