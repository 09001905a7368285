/// \file
/// The account of a search: everything that happened to it, in order.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../base/config.hpp"
#include "../space/domain.hpp"
#include "history.hpp"
#include "outcome.hpp"
#include "trial.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// One of the numbers that a search is for.
struct objective_info {
  std::string name;                        ///< for reports; "" where it has none
  direction better = direction::minimize;  ///< which values are better
};

/// What happened to a search, append-only: trials that begin, report and end, results that were added, spaces that were
/// changed. Samplers, logs, tables and reports read it. Every call that changes it is all or nothing, also where memory
/// runs out.
class record {
 public:
  /// Nothing has happened yet in a search of `space`. Where no objectives are given, the first complete trial says how many
  /// there are, and all of them have this direction.
  record(std::shared_ptr<const domain> space, direction better, std::vector<objective_info> objectives = {});

  /// Something that happened. What a study proposes is a function of these, its spaces, its sampler and its seed.
  struct event {
    /// What happened.
    enum class kind : unsigned char {
      asked,     ///< the sampler, for trial `number`
      queued,    ///< asked, and came from the queue
      refused,   ///< asked, and there was none: `number` is that of the next one
      leg,       ///< trial `number` is to be trained until it has had `amount` in all
      reported,  ///< an intermediate value: the next one of trial `number`
      told,
      added,
      dropped,
      changed             ///< to another space: `number` is how many there were before
    } what;               ///< which of these
    std::size_t number;   ///< of the trial
    double amount = 0.0;  ///< of a leg the resource; of a report the seconds since the trial's last one, where measured
  };

  /// A point of one of the spaces that the search has had; the present one is number spaces() - 1.
  struct placed {
    std::size_t space = 0;  ///< number of the space
    point where;            ///< the point in it
  };

  /// Says where a point of one space lies in another, or nothing if nowhere.
  class translation {
   public:
    translation() = default;
    translation(const translation&) = delete;
    translation& operator=(const translation&) = delete;
    virtual ~translation() = default;
    /// The point in the new space; nothing where there is none.
    [[nodiscard]] virtual std::optional<point> apply(const placed& from) const = 0;
  };

  // ---- What happens ----------------------------------------------------------------------------------------------------

  /// A trial begins at this point; `how` is asked or queued. It stays where it is kept until the next change.
  const pending_trial& begin(event::kind how, point where);
  /// An ask found nothing.
  void refuse();
  /// The running trial of that number, or nullptr. O(log running).
  [[nodiscard]] pending_trial* running(std::size_t number) noexcept { return seen_.find_pending(number); }
  /// A running trial is to be trained until it has had so much in all.
  void train(const pending_trial& of, std::size_t resource);
  /// A running trial has reported a value, which is to be minimised, so many seconds after its last one.
  void report(pending_trial& of, const knobless::report& r, double seconds = 0.0);
  /// How this outcome comes to be told: as it is, or, where it can't be kept (another number of values than earlier ones had,
  /// say), as a failure. The next tell() of this trial, or drop(), will not fail.
  trial_state make_room(const pending_trial& of, const outcome& out);
  /// A running trial ends with the outcome for which make_room() made room; `inside` says whether its point may be the best.
  /// Returns its point, whose storage may be used again.
  point tell(pending_trial& of, double seconds, bool inside) noexcept;
  /// A running trial is forgotten. After make_room().
  void drop(pending_trial& of) noexcept;
  /// A known result that no ask proposed.
  void add(point where, const outcome& out, bool inside);
  /// Goes on in another space. Told and running trials are translated; what that space can't express comes back in
  /// another. O(trials * d).
  void change_space(std::shared_ptr<const domain> space, const translation& translate);

  // ---- What has happened -----------------------------------------------------------------------------------------------

  /// All events, in order. The i-th row of the history is the i-th that is told or added.
  [[nodiscard]] std::span<const event> events() const noexcept { return events_; }
  /// Told and running trials, in the present space.
  [[nodiscard]] const history& seen() const noexcept { return seen_; }
  /// Number of trials asked or added so far.
  [[nodiscard]] std::size_t begun() const noexcept { return next_number_; }
  /// The objectives that were declared; empty where none were.
  [[nodiscard]] std::span<const objective_info> declared() const noexcept { return objectives_; }
  /// Which values of an objective are better.
  [[nodiscard]] direction better(std::size_t objective = 0) const noexcept {
    return objectives_.empty() ? better_ : objectives_[objective].better;
  }
  /// What reports call an objective: its name, else "value", or "value 2" where there are several.
  [[nodiscard]] std::string objective_name(std::size_t objective) const;
  /// A value of an objective as samplers see it, or back.
  [[nodiscard]] double signed_value(double value, std::size_t objective = 0) const noexcept {
    return better(objective) == direction::minimize ? value : -value;
  }
  /// The values of the i-th told trial, in the user's directions; none where it has none. O(objectives).
  [[nodiscard]] std::vector<double> values(std::size_t i) const;

  /// The present space.
  [[nodiscard]] const domain& space() const noexcept { return *space_; }
  /// The same, shared.
  [[nodiscard]] std::shared_ptr<const domain> shared_space() const noexcept { return space_; }
  /// How many spaces the search has had.
  [[nodiscard]] std::size_t spaces() const noexcept { return earlier_.size() + 1; }
  /// The n-th space.
  [[nodiscard]] const domain& space(std::size_t n) const noexcept {
    return n < earlier_.size() ? *earlier_[n].space : *space_;
  }

  /// Where the i-th told trial was evaluated: its point in the space in which it was asked. O(spaces + d).
  [[nodiscard]] placed original(std::size_t i) const;
  /// The same of a running trial, without a copy. O(running).
  struct placed_view {
    std::size_t space;   ///< number of the space
    const point& where;  ///< until the next change
  };
  /// Where a running trial was asked.
  [[nodiscard]] placed_view original(const pending_trial& of) const noexcept;
  /// The state of the i-th told trial in the space in which it was asked. O(spaces).
  [[nodiscard]] trial_state original_state(std::size_t i) const noexcept;
  /// Whether the point of the i-th told trial could be the best when it was told. O(spaces).
  [[nodiscard]] bool was_inside(std::size_t i) const noexcept;

  /// A trial that was forgotten.
  struct forgotten {
    std::size_t number;                     ///< of the trial
    placed where;                           ///< in the space in which it was asked
    std::vector<knobless::report> reports;  ///< with values to be minimised
  };
  /// Forgotten trials in the order of dropping.
  [[nodiscard]] std::span<const forgotten> dropped() const noexcept { return dropped_; }

  /// Why the first failed trial failed, or "".
  [[nodiscard]] const std::string& first_failure() const noexcept {
    return why_.empty() ? no_reason() : why_.front().text;
  }
  /// Why the i-th told trial failed; "" where it did not, or gave no reason. O(log failures).
  [[nodiscard]] const std::string& why(std::size_t i) const noexcept;
  /// The notes of the i-th told trial, in their order. O(log trials).
  [[nodiscard]] std::span<const note> notes(std::size_t i) const noexcept;
  /// The names of all notes, in the order in which they first came. O(1).
  [[nodiscard]] std::span<const std::string> note_names() const noexcept {
    return std::span(note_names_).first(next_.note_names);
  }
  /// The limits that the i-th told trial names and breaks, in words: "memory by 12, diverged", or "".
  [[nodiscard]] std::string broken_text(std::size_t i) const;
  /// How many trials ended in which way, in words: "40 complete, 12 pruned, 3 dropped". O(trials).
  [[nodiscard]] std::string states_text() const;
  /// Why trials failed, the most frequent reason first: "failed: 4 solver diverged, 3 the value is NaN", or "". O(trials +
  /// failures * reasons).
  [[nodiscard]] std::string failures_text() const;

 private:
  struct era {
    std::shared_ptr<const domain> space;
    history seen;  // when it was left
  };
  // A running trial that was asked in an earlier space.
  struct crossing {
    std::size_t number;
    placed asked;
    bool expressible;
  };
  // A told trial that had been such.
  struct exception_row {
    std::size_t row;
    placed asked;
    trial_state state;
  };
  // The reason of a failed trial.
  struct reason {
    std::size_t row;
    std::string text;
  };

  // The notes of a told trial.
  struct noted_row {
    std::size_t row;
    std::vector<note> notes;
  };
  // What make_room() has made ready for the next row.
  struct next_row {
    trial_state state = trial_state::failed;
    double value = 0.0;
    bool feasible = true;
    bool prepared = false;  // there is any of what follows
    history::extras more;
    std::string why;
    std::vector<note> notes;
    std::size_t note_names = 0;  // how many there are with these
    std::shared_ptr<const std::vector<limit_kind>> kinds;
  };

  [[nodiscard]] static const std::string& no_reason() noexcept;
  [[nodiscard]] std::string misfit(const outcome& out) const;
  void make_room(const outcome& out, bool given);
  void prepare(const outcome& out);
  void prepare_limits(const outcome& out);
  void prepare_notes(const outcome& out);
  void append(observation& o, std::vector<knobless::report>& reports, std::vector<double>& given) noexcept;
  // The space in which row i was told: rows keep their index when the space changes.
  [[nodiscard]] std::size_t native_space(std::size_t i) const noexcept;
  [[nodiscard]] const history& native(std::size_t i) const noexcept {
    const std::size_t n = native_space(i);
    return n < earlier_.size() ? earlier_[n].seen : seen_;
  }
  [[nodiscard]] std::optional<crossing> take_crossing(std::size_t number) noexcept;
  [[nodiscard]] history translated(const domain& into, const translation& translate,
                                   std::vector<crossing>& crossings) const;

  std::shared_ptr<const domain> space_;
  direction better_;
  std::vector<objective_info> objectives_;
  history seen_;
  std::size_t next_number_ = 0;
  std::vector<event> events_;
  std::vector<reason> why_;  // in the order of telling
  std::vector<noted_row> notes_;
  std::vector<std::string> note_names_;
  next_row next_;
  std::vector<forgotten> dropped_;
  std::vector<era> earlier_;
  std::vector<crossing> crossings_;
  std::vector<exception_row> exceptions_;
};

}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "record.ipp"
#endif
