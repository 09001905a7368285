#pragma once

#include "timeline.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

inline void sort_by_end(std::vector<work_piece>& work) {
  std::stable_sort(work.begin(), work.end(),
                   [](const work_piece& a, const work_piece& b) { return a.ended < b.ended; });
}

KNOBLESS_INLINE timeline timeline_of(std::span<const trial_clock> clocks) {
  timeline out;
  std::map<std::string, std::size_t> known;
  for (const trial_clock& c : clocks) {
    const auto [at, fresh] = known.emplace(c.worker, out.workers.size());
    if (fresh) out.workers.push_back(c.worker);
    out.work.push_back({c.number, at->second, c.begun, c.ended});
  }
  sort_by_end(out.work);
  return out;
}

// Follows the events of a record with a clock of its own.
class retold_time {
 public:
  explicit retold_time(const record& happened) : trials_(happened.begun()) {
    const history& seen = happened.seen();
    for (std::size_t i = 0; i < seen.size(); ++i) trials_[seen[i].number].seconds = seen[i].seconds;
  }

  void begin(std::size_t number) { trials_[number].begun = now_; }
  void begin_leg(std::size_t number) {
    trials_[number].in_leg = true;
    trials_[number].begun = now_;
  }
  // Of a trial that is trained in legs, a report ends one.
  void report(std::size_t number, double seconds) {
    progress& t = trials_[number];
    if (!t.in_leg) return;
    t.in_leg = false;
    add(number, t.begun, seconds);
  }
  void end(std::size_t number) {
    // Where it was trained in legs, these are its work.
    if (!trials_[number].worked) add(number, trials_[number].begun, trials_[number].seconds);
  }

  [[nodiscard]] timeline take(const record& happened) {
    for (const pending_trial& p : happened.seen().pending())
      if (!trials_[p.number].worked) add(p.number, trials_[p.number].begun, now_ - trials_[p.number].begun);
    for (std::size_t w = 0; w < free_at_.size(); ++w) out_.workers.push_back(std::to_string(w + 1));
    sort_by_end(out_.work);
    return std::move(out_);
  }

 private:
  struct progress {
    double seconds = 0.0;  // of a told trial
    double begun = 0.0;    // or its latest leg
    bool in_leg = false;
    bool worked = false;  // some piece is known
  };

  void add(std::size_t number, double begun, double seconds) {
    std::size_t worker = 0;
    while (worker < free_at_.size() && free_at_[worker] > begun) ++worker;
    if (worker == free_at_.size()) free_at_.push_back(0.0);
    free_at_[worker] = begun + seconds;
    now_ = (std::max)(now_, begun + seconds);
    trials_[number].worked = true;
    out_.work.push_back({number, worker, begun, begun + seconds});
  }

  std::vector<progress> trials_;  // by number
  std::vector<double> free_at_;   // of each worker
  double now_ = 0.0;
  timeline out_;
};

KNOBLESS_INLINE timeline timeline_of(const record& happened) {
  using kind = record::event::kind;
  retold_time clock(happened);
  for (const record::event& e : happened.events()) {
    if (e.what == kind::asked || e.what == kind::queued) clock.begin(e.number);
    if (e.what == kind::leg) clock.begin_leg(e.number);
    if (e.what == kind::reported) clock.report(e.number, e.amount);
    if (e.what == kind::told) clock.end(e.number);
    if (e.what == kind::added) {
      clock.begin(e.number);
      clock.end(e.number);
    }
  }
  return clock.take(happened);
}

}  // namespace knobless::detail

#include "../base/strict_end.inc"
