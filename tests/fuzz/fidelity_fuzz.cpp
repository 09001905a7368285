// Takes bytes for a search in which trials are trained piece by piece: a promotion rule, a budget, then legs that are asked
// and told in any order, with ties, failures and NaN, in a space that may run out of points. What the search does must be
// possible, and its books must agree with what was asked and told, else the program aborts.
#include <knobless/knobless.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "byte_reader.hpp"

namespace {

using namespace knobless;

constexpr std::size_t modelled = 3;
any_promotion_rule some_rule(std::size_t which, std::size_t low, std::size_t top, std::size_t factor,
                             std::size_t most) {
  switch (which) {
    case 0:
    case 1: {
      auto brackets = detail::hyperband_brackets({.max_resource = top, .min_resource = low, .factor = factor});
      if (which == 0) brackets.resize(1);
      return bracket_rule(std::move(brackets), most);
    }
    case 2:
      return asha_rule(geometric_rungs(low, top, factor), factor);
    default:
      return multi_fidelity_rule(low, top);
  }
}

std::shared_ptr<const domain> some_space(byte_reader& in) {
  std::vector<parameter> all;
  if (in.chance(200)) all.push_back(parameter::real("x", {}).value());
  if (in.chance(128)) all.push_back(parameter::categorical("c", {"a", "b", "c"}).value());
  if (all.empty() || in.chance(128)) all.push_back(parameter::integer("i", {.low = 1, .high = 4}).value());
  return std::make_shared<const domain>(domain::make(std::move(all)).value());
}

struct kept {
  std::size_t resource = 0;
  double value = 0.0;
  bool busy = false;
  bool failed = false;
  bool released = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  byte_reader in(data, size);
  const std::size_t which = in.below(4);
  const std::size_t top = 1 + in.below(30);
  const std::size_t low = 1 + in.below(top);
  const std::size_t factor = 2 + in.below(4);
  const std::size_t most = in.below(3);
  const std::size_t budget = in.chance(128) ? in.byte() : 0;
  const auto space = some_space(in);
  any_sampler sampler = random_search{};
  if (in.chance(100)) sampler = tpe{};
  if (in.chance(60)) sampler = grid{8};  // ends
  fidelity_core core(space, some_rule(which, low, top, factor, most), std::move(sampler),
                     {.max_resource = top, .budget = budget, .seed = in.bits(1)});

  std::vector<kept> all;
  std::vector<fidelity_core::piece> running;
  std::size_t spent = 0;
  std::size_t failures = 0;
  const auto release = [&] {
    for (const std::size_t i : core.released()) {
      expect(i < all.size() && !all[i].released, "a trial is released once");
      expect(!all[i].busy, "what is being trained is not released");
      expect(core.best() != i, "the best is not released");
      all[i].released = true;
    }
  };
  const int steps = which == modelled ? 120 : 400;
  for (int step = 0; step < steps && !in.empty(); ++step) {
    if (running.size() < 6 && in.chance(140)) {
      const auto next = core.ask();
      release();
      if (!next) {
        if (running.empty()) break;
        continue;
      }
      expect(next->trial <= all.size(), "trials are numbered without gaps");
      if (next->trial == all.size()) all.emplace_back();
      kept& t = all[next->trial];
      expect(!t.busy && !t.failed && !t.released, "only a trial that waits goes on");
      expect(next->from == t.resource, "a trial goes on where it stopped");
      expect(next->to > next->from && next->to <= top, "a leg leads upwards, and not beyond the top");
      expect(next->to >= low, "nothing below the least resource is looked at");
      const point& where = core.trials()[next->trial].where;
      expect(space->contains(where), "a new point lies in the space");
      t.busy = true;
      spent += next->to - next->from;
      running.push_back(*next);
    } else if (!running.empty()) {
      const std::size_t i = in.below(running.size());
      const fidelity_core::piece done = running[i];
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
      kept& t = all[done.trial];
      const outcome out = in.chance(20) ? outcome(failed("as asked")) : outcome(in.value());
      t.busy = false;
      t.failed = out.state() != trial_state::complete;
      if (t.failed) {
        ++failures;
      } else {
        t.resource = done.to;
        t.value = out.value();
      }
      core.tell(done.trial, out);
      release();
    }
    expect(core.spent() == spent, "what was asked was spent");
    expect(budget == 0 || spent <= budget, "a budget is kept");
    expect(core.failures() == failures, "failures are counted");
    expect(core.busy() == running.size(), "busy trials are counted");
    expect(core.trials().size() == all.size(), "trials are counted");
    // The best: furthest, then lowest, then earliest to get there.
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].failed || all[i].resource == 0) continue;
      if (!best || all[i].resource > all[*best].resource ||
          (all[i].resource == all[*best].resource && all[i].value < all[*best].value))
        best = i;
    }
    expect(best.has_value() == core.best().has_value(), "there is a best when somebody has a value");
    if (best)
      expect(all[*best].resource == all[*core.best()].resource && all[*best].value == all[*core.best()].value,
             "the best has the lowest value of those that came furthest");
    for (std::size_t i = 0; i < all.size(); ++i)
      expect(!all[i].failed || all[i].released, "a failed trial is released");
  }
  return 0;
}
