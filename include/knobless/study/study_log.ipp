#pragma once

#include "study_log.hpp"

#include <utility>
#include <vector>

namespace knobless::inline KNOBLESS_ABI::detail {

[[nodiscard]] inline log_subject subject_of(const study_core& core) {
  return {core.happened(), core.options().seed, std::string(core.sampler_name()), core.queue()};
}

KNOBLESS_INLINE std::string write_log(const study_core& core) { return write_log(subject_of(core)); }

// Does to a study what a log says.
class study_player final : public log_player {
 public:
  study_player(study_core& core, std::string_view log, later_spaces& later, log_reading how)
      : log_player(log, how), core_(core), later_(later) {}

 private:
  using kind = record::event::kind;

  [[nodiscard]] log_subject subject() const override { return subject_of(core_); }

  bool change(const std::vector<std::string>& row) override {
    const std::shared_ptr<const domain> next = later_.next();
    if (!next) return refuse("the search space was changed there: give the later spaces, too");
    if (!same_space(*next, row)) return false;
    later_.enter(core_);
    return true;
  }

  bool again(const log_row& r) override {
    if (r.event == "wait") {
      core_.enqueue(r.where);
      return true;
    }
    if (r.event == "ask" || r.event == "queued" || r.event == "refused") return play_ask(r);
    if (r.event == "report") {
      for (const report& each : r.reports)
        if (!core_.keep_report(r.number, each)) return not_running();
      return true;
    }
    if (r.event == "tell") return (core_.tell(r.number, *r.out, r.seconds) || not_running()) && same_verdict(r);
    if (r.event == "drop") return core_.drop(r.number) || not_running();
    if (r.event != "add") return refuse("no such event");
    if (r.number != core_.asked_count()) return refuse("its trial is not the next one");
    core_.add(r.where, *r.out);
    return same_verdict(r);
  }

  bool play_ask(const log_row& r) {
    if (r.event != "refused" && r.number != core_.asked_count()) return refuse("its trial is not the next one");
    if (how() == log_reading::rows) {
      if (r.event == "refused")
        core_.refuse_again();
      else
        core_.begin_again(r.event == "ask" ? kind::asked : kind::queued, r.where);
      return true;
    }
    if (r.event == "queued") core_.enqueue(r.where);
    result<study_core::asked> asked = core_.ask();
    if (!asked) return r.event == "refused" || departs(r.number, asked.error().what);
    if (r.event == "refused") return departs(r.number, "there was no point for it");
    return same_point(r.number, asked.value().where, r.where);
  }

  bool not_running() { return refuse("its trial is not a running one"); }

  study_core& core_;
  later_spaces& later_;
};

KNOBLESS_INLINE result<std::size_t> replay_log(study_core& core, std::string_view log, later_spaces& later,
                                               log_reading how) {
  if (!core.happened().events().empty() || core.queued() > 0 || core.happened().spaces() != 1)
    return error_info{error_code::invalid_use, "only a new study can replay a log", "study.replay"};
  return study_player(core, log, later, how).play();
}

}  // namespace knobless::detail
