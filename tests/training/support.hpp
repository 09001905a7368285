/// \file
/// A promotion rule without a study: trials whose curves a function gives.
#pragma once

#include <cstddef>
#include <functional>
#include <knobless/space/domain.hpp>
#include <knobless/space/parameter.hpp>
#include <knobless/training/promotion.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace test {

inline knobless::domain unit_line() {
  return knobless::domain::make({knobless::parameter::real("x", {}).value()}).value();
}

/// Plays a rule that outlives it: each leg is a pair (trial, resource to reach).
template <knobless::promotion_rule Rule>
class play {
 public:
  using curve = std::function<double(std::size_t trial, std::size_t resource)>;

  play(Rule& rule, std::size_t max_resource, curve values, std::size_t points = ~std::size_t{0})
      : rule_(rule), max_resource_(max_resource), values_(std::move(values)), points_(points), space_(unit_line()) {}

  /// Begins the next leg; nothing where the rule has none.
  std::optional<std::pair<std::size_t, std::size_t>> begin() {
    for (;;) {
      const bool exhausted = trials.size() >= points_;
      const std::optional<knobless::leg> next = rule_.next({space_, trials, max_resource_, 1, exhausted}, out);
      for (const std::size_t i : out)
        if (trials[i].state == knobless::trial_state::running) trials[i].state = knobless::trial_state::pruned;
      if (!next) return std::nullopt;
      if (next->trial == trials.size()) {
        if (exhausted) return std::nullopt;
        trials.emplace_back();
        trials.back().where = next->where ? *next->where : knobless::point(1);
        asked.push_back(0);
      }
      trials[next->trial].busy = true;
      asked[next->trial] = next->to;
      return std::pair{next->trial, next->to};
    }
  }
  void end(std::size_t trial, bool well = true) {
    knobless::training& t = trials[trial];
    t.busy = false;
    if (well) {
      t.curve.push_back({asked[trial], values_(trial, asked[trial])});
      if (asked[trial] >= max_resource_) t.state = knobless::trial_state::complete;
    } else {
      t.state = knobless::trial_state::failed;
    }
    rule_.told({space_, trials, max_resource_, 1, trials.size() >= points_}, trial);
  }
  /// Begins and ends a leg.
  std::optional<std::pair<std::size_t, std::size_t>> step() {
    const auto leg = begin();
    if (leg) end(leg->first);
    return leg;
  }

  std::vector<knobless::training> trials;
  std::vector<std::size_t> asked;
  std::vector<std::size_t> out;

 private:
  Rule& rule_;
  std::size_t max_resource_;
  curve values_;
  std::size_t points_;
  knobless::domain space_;
};

}  // namespace test
