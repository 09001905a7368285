/// \file
/// The schedulers as their definitions say, without a thought for their cost: they look at the whole curve each time.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <knobless/base/elementary.hpp>
#include <knobless/random.hpp>
#include <knobless/scheduler.hpp>
#include <limits>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "../support.hpp"

namespace test {

inline double plain_lowest(std::span<const knobless::report> curve) {
  double least = (std::numeric_limits<double>::max)();
  for (const knobless::report& r : curve)
    if (knobless::elementary::is_finite(r.value) && r.value < least) least = r.value;
  return least;
}

// The k-th smallest.
inline double plain_kth(std::vector<double> values, std::size_t k) {
  std::sort(values.begin(), values.end());
  return values[k - 1];
}

struct plain_patience {
  std::size_t reports;
  bool stops(const knobless::running_trial& t) const {
    const std::size_t n = t.curve.size();
    return n > reports && plain_lowest(t.curve.last(reports)) >= plain_lowest(t.curve.first(n - reports));
  }
  void ended(const knobless::running_trial&, knobless::trial_state) {}
};

struct plain_percentile {
  double percent;
  std::size_t first_trials;
  std::size_t first_step;
  std::map<std::size_t, std::vector<double>> known = {};

  bool stops(const knobless::running_trial& t) const {
    const std::size_t step = t.curve.back().step;
    const auto at = known.find(step);
    const std::size_t first = first_step != 0 || known.empty() ? first_step : (known.rbegin()->first + 2) / 3;
    if (step < first || at == known.end() || at->second.size() < first_trials) return false;
    const double share = percent / 100.0 * static_cast<double>(at->second.size());
    const auto k = static_cast<std::size_t>(std::ceil(share - 1e-9));
    return plain_lowest(t.curve) > plain_kth(at->second, (std::max)(k, std::size_t{1}));
  }
  void ended(const knobless::running_trial& t, knobless::trial_state state) {
    if (state != knobless::trial_state::complete) return;
    for (std::size_t i = 0; i < t.curve.size(); ++i)
      if (i + 1 == t.curve.size() || t.curve[i + 1].step != t.curve[i].step)
        known[t.curve[i].step].push_back(plain_lowest(t.curve.first(i + 1)));
  }
};

struct plain_halving {
  std::size_t first;
  std::size_t factor;
  std::map<std::size_t, std::vector<double>> rungs = {};
  std::map<std::size_t, bool> loses = {};

  std::size_t reached(std::size_t step) const {
    std::size_t count = 0;
    for (std::size_t at = first; at <= step; at *= factor) ++count;
    return count;
  }
  bool stops(const knobless::running_trial& t) {
    std::size_t highest = 0;
    for (const knobless::report& r : t.curve.first(t.curve.size() - 1)) highest = (std::max)(highest, r.step);
    if (const std::size_t rung = reached(t.curve.back().step); rung > reached(highest)) {
      std::vector<double>& values = rungs[rung];
      values.push_back(t.curve.back().value);
      const std::size_t k = (std::max)(values.size() / factor, std::size_t{1});
      loses[t.number] = t.curve.back().value > plain_kth(values, k);
    }
    return loses[t.number];
  }
  void ended(const knobless::running_trial& t, knobless::trial_state) { loses.erase(t.number); }
};

// The test as the books have it: exact up to 12 differences, with the normal distribution beyond.
inline double plain_signed_rank_p(const std::vector<double>& differences) {
  const std::size_t n = differences.size();
  std::vector<std::size_t> ranks;  // twofold
  std::size_t positive = 0;
  std::size_t total = 0;
  double variance = 0.0;
  for (const double d : differences) {
    std::size_t twice = 1;
    for (const double other : differences) {
      if (std::abs(other) < std::abs(d)) ++twice;
      if (std::abs(other) <= std::abs(d)) ++twice;
    }
    if (d == 0.0) continue;
    ranks.push_back(twice);
    total += twice;
    variance += 0.25 * static_cast<double>(twice) * static_cast<double>(twice);
    if (d > 0.0) positive += twice;
  }
  if (ranks.empty()) return 1.0;
  if (n > 12) {
    const double z = (static_cast<double>(positive) - 1.0 - 0.5 * static_cast<double>(total)) / std::sqrt(variance);
    return knobless::elementary::normal_cdf(-z);
  }
  double extreme = 0.0;
  double ways = 1.0;
  for (std::size_t i = 0; i < ranks.size(); ++i) ways *= 2.0;
  for (std::size_t signs = 0; signs < (std::size_t{1} << ranks.size()); ++signs) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < ranks.size(); ++i)
      if ((signs >> i & 1U) != 0) sum += ranks[i];
    if (sum >= positive) extreme += 1.0;
  }
  return extreme / ways;
}

struct plain_wilcoxon {
  double p;
  std::vector<knobless::report> best = {};
  double best_mean = 0.0;

  bool stops(const knobless::running_trial& t) const {
    std::vector<double> differences;
    double sum = 0.0;
    for (const knobless::report& r : t.curve) {
      if (!knobless::elementary::is_finite(r.value)) continue;
      const auto same = [&](const knobless::report& b) { return b.step == r.step; };
      const auto at = std::find_if(best.begin(), best.end(), same);
      if (at == best.end()) continue;
      differences.push_back(r.value - at->value);
      sum += differences.back();
    }
    return sum > 0.0 && plain_signed_rank_p(differences) < p;
  }
  void ended(const knobless::running_trial& t, knobless::trial_state state) {
    if (state != knobless::trial_state::complete || t.curve.empty()) return;
    double mean = 0.0;
    for (const knobless::report& r : t.curve) {
      if (!knobless::elementary::is_finite(r.value)) return;
      mean += r.value / static_cast<double>(t.curve.size());
    }
    if (!best.empty() && mean >= best_mean) return;
    best_mean = mean;
    best.assign(t.curve.begin(), t.curve.end());
  }
};

/// What random curves look like.
struct curves {
  std::size_t trials = 60;
  std::size_t running = 4;  ///< at once
  std::size_t longest = 25;
  bool in_order = false;  ///< each step once, upwards
};

/// Whether two schedulers say the same of every report of random trials, several of which run at once; how many verdicts
/// wanted a stop is added to `stops`.
template <class One, class Other>
bool same_verdicts(One one, Other other, const curves& shape, std::uint64_t seed, std::size_t& stops) {
  struct running {
    std::size_t number;
    std::size_t length;
    std::vector<knobless::report> curve;
    std::size_t step = 0;
  };
  knobless::random_stream rng(seed);
  const bool coarse = rng.below(2) == 0;  // many ties
  std::vector<running> out;
  std::size_t begun = 0;
  while (begun < shape.trials || !out.empty()) {
    while (out.size() < shape.running && begun < shape.trials) out.push_back({begun++, rng.below(shape.longest), {}});
    running& t = out[rng.below(out.size())];
    if (t.curve.size() < t.length) {
      const std::uint64_t kind = shape.in_order ? 0 : rng.below(10);
      if (kind < 7) t.step += kind < 6 ? 1 : 1 + rng.below(4);  // mostly the next one
      if (kind == 8) t.step = rng.below(t.step + 1);            // or back
      const double value = coarse ? static_cast<double>(rng.below(5)) : rng.normal();
      const bool number = rng.below(20) != 0;
      t.curve.push_back({t.step, number ? value : test::nan});
      // The study does not ask where the value is no number.
      if (!number) continue;
      const bool verdict = one.stops({t.number, t.curve, knobless::direction::minimize});
      if (verdict != other.stops({t.number, t.curve, knobless::direction::minimize})) return false;
      if (verdict) ++stops;
      continue;
    }
    const auto state = rng.below(4) == 0 ? knobless::trial_state::pruned : knobless::trial_state::complete;
    one.ended({t.number, t.curve, knobless::direction::minimize}, state);
    other.ended({t.number, t.curve, knobless::direction::minimize}, state);
    out.erase(out.begin() + (&t - out.data()));
  }
  return true;
}

/// Calls of a scheduler with a trial of so many reports, which ends as complete one after a first one that did.
template <class Scheduler>
std::size_t long_trials(Scheduler rule, std::size_t reports) {
  knobless::random_stream rng(1);
  std::size_t stops = 0;
  std::vector<knobless::report> curve;
  for (std::size_t number = 0; number < 2; ++number) {
    curve.clear();
    for (std::size_t step = 1; step <= reports; ++step) {
      curve.push_back({step, rng.normal() + static_cast<double>(number)});
      if (rule.stops({number, curve, knobless::direction::minimize})) ++stops;
    }
    rule.ended({number, curve, knobless::direction::minimize}, knobless::trial_state::complete);
  }
  return stops;
}

}  // namespace test
