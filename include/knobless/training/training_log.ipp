#pragma once

#include "training_log.hpp"

#include <optional>
#include <utility>

namespace knobless::inline KNOBLESS_ABI::detail {

// Does to a search with live objects what a log says. One call of the search may be several events, all of which are rows:
// a row that has already happened is compared, any other one is done.
class training_player final : public log_player {
 public:
  training_player(fidelity_core& core, const std::string& scheme, std::string_view log)
      : log_player(log, log_reading::asks), core_(core), scheme_(scheme) {}

 private:
  using event = record::event;

  [[nodiscard]] log_subject subject() const override { return subject_of(core_, scheme_); }

  bool again(const log_row& r) override {
    if (r.event == "wait") return true;  // a guess of the caller's, which waits here as well
    if (at_ == core_.happened().events().size() && !act(r)) return false;
    if (at_ == core_.happened().events().size()) return departs(r.number, "nothing more is to be trained");
    return same(r);
  }

  [[nodiscard]] bool busy(std::size_t trial) const {
    return trial < core_.trials().size() && core_.trials()[trial].busy;
  }

  bool act(const log_row& r) {
    if (r.event == "report" || (r.event == "tell" && r.out->state() == trial_state::failed)) {
      if (!busy(r.number)) return refuse("its trial is not a running one");
      if (r.event == "tell") {
        const double before = core_.happened().seen().find_pending(r.number)->seconds;
        core_.tell(r.number, *r.out, r.seconds > before ? r.seconds - before : 0.0);
      } else {
        core_.tell(r.number, r.reports.front().value, r.seconds);
      }
      return true;
    }
    (void)core_.ask();
    return true;
  }

  bool same(const log_row& r) {
    const event& e = core_.happened().events()[at_++];
    if (e.number != r.number) return departs(r.number, text("trial ", std::to_string(e.number), " comes here"));
    const record& happened = core_.happened();
    switch (e.what) {
      case event::kind::asked:
      case event::kind::queued:
        if (r.event != (e.what == event::kind::asked ? "ask" : "queued")) return departs(r.number, "it begins here");
        return same_point(r.number, core_.trials()[e.number].where, r.where);
      case event::kind::leg:
        if (r.event == "leg" && e.amount == static_cast<double>(r.resource)) return true;
        return departs(r.number, text("it is to be trained until ", number_text(e.amount), " here"));
      case event::kind::reported: {
        if (r.event != "report" || r.reports.size() != 1) return departs(r.number, "it has a value here");
        const report& last = core_.trials()[e.number].curve.back();
        return (last.step == r.reports.front().step) || departs(r.number, "its resource is another one here");
      }
      case event::kind::told: {
        const trial_state state = happened.seen()[told_++].state;
        return (r.event == "tell" && state == r.out->state()) ||
               departs(r.number, text("it is ", to_string(state), " here"));
      }
      default:
        return departs(r.number, "something else happens here");
    }
  }

  fidelity_core& core_;
  const std::string& scheme_;
  std::size_t at_ = 0;    // the next event
  std::size_t told_ = 0;  // the next row of the history
};

KNOBLESS_INLINE log_subject subject_of(const fidelity_core& core, const std::string& scheme) {
  return {core.happened(), core.chosen().seed, scheme, core.queue()};
}

KNOBLESS_INLINE result<std::size_t> replay_training(fidelity_core& core, const std::string& scheme,
                                                    std::string_view log) {
  return training_player(core, scheme, log).play();
}

}  // namespace knobless::detail
