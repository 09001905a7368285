// Takes bytes for a search: a random space (all kinds, conditions, constraints), a sampler, a scheduler, then asks, tells,
// reports, failures, NaN, dropped trials, known results, guesses and changes of the space, in any order. Beside the study runs a
// plain list of what was told; whatever the study says of itself must agree with it, else the program aborts.
#include <knobless/knobless.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "byte_reader.hpp"

namespace {

using namespace knobless;

// ---- A random space ------------------------------------------------------------------------------------------------------

std::vector<std::string> some_labels(byte_reader& in) {
  std::vector<std::string> labels{"a", "b", "c", "d,\"e\"", "f\n", "0"};
  const std::size_t turn = in.below(labels.size());
  std::rotate(labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(turn), labels.end());
  labels.resize(1 + in.below(labels.size()));
  return labels;
}

// What a child may depend on: the names and values of the parameters with few values.
struct candidate_parent {
  std::string name;
  std::vector<std::string> values;
};

result<space<assignment>> some_space(byte_reader& in) {
  runtime_space_builder build;
  std::vector<candidate_parent> parents;
  const std::size_t count = 1 + in.below(7);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = "p" + std::to_string(i);
    active_when condition;
    if (!parents.empty() && in.chance(100)) {
      const candidate_parent& parent = parents[in.below(parents.size())];
      condition.parent = parent.name;
      const std::size_t chosen = in.byte();
      for (std::size_t k = 0; k < parent.values.size(); ++k)
        if (((chosen >> (k % 8)) & 1U) != 0 || k == chosen % parent.values.size())
          condition.values.push_back(parent.values[k]);
    }
    switch (in.below(9)) {
      case 0: {
        const double low = 4.0 * in.fraction() - 2.0;
        build.real(name, {.low = low, .high = low + in.fraction()}, condition);
        break;
      }
      case 1: {
        const double low = elementary::exp(10.0 * (in.fraction() - 1.0));
        build.real(name, {.low = low, .high = low * (1.0 + 100.0 * in.fraction()), .scale = knobless::scaling::log},
                   condition);
        break;
      }
      case 2: {
        const double low = static_cast<double>(in.below(5)) - 2.0;
        build.real(name, {.low = low, .high = low + in.fraction(), .step = 0.01 + in.fraction()}, condition);
        break;
      }
      case 3: {
        const auto low = static_cast<std::int64_t>(in.below(9)) - 4;
        const auto extent = static_cast<std::int64_t>(in.below(20));
        const auto step = static_cast<std::int64_t>(1 + in.below(4));
        build.integer(name, {.low = low, .high = low + extent, .step = step}, condition);
        candidate_parent parent{name, {}};
        for (std::int64_t k = low; k <= low + extent; k += step) parent.values.push_back(std::to_string(k));
        parents.push_back(std::move(parent));
        break;
      }
      case 4: {
        const auto low = static_cast<std::int64_t>(1 + in.below(50));
        build.integer(
            name, {.low = low, .high = low + static_cast<std::int64_t>(in.bits(3)), .scale = knobless::scaling::log},
            condition);
        break;
      }
      case 5: {
        const auto labels = some_labels(in);
        build.choice(name, labels, condition);
        parents.push_back({name, labels});
        break;
      }
      case 6: {
        const auto labels = some_labels(in);
        build.ordinal(name, labels, condition);
        parents.push_back({name, labels});
        break;
      }
      case 7:
        build.flag(name, condition);
        parents.push_back({name, {"false", "true"}});
        break;
      default: {
        // Anything: mostly refused.
        const double low = in.value();
        build.real(name,
                   {.low = low,
                    .high = in.value(),
                    .scale = in.chance(128) ? knobless::scaling::log : knobless::scaling::linear,
                    .step = in.value()},
                   condition);
      }
    }
  }
  result<space<assignment>> made = build.try_build();
  if (!made) {
    expect(made.error().code == error_code::invalid_space, "a refused space is an invalid_space");
    expect(!made.error().what.empty(), "a refused space comes with a sentence");
    return made;
  }
  for (std::size_t constraints = in.below(4); constraints >= 2; --constraints) {
    const std::size_t d = made.value().domain().size();
    const std::size_t i = in.below(d);
    const std::size_t j = in.below(d);
    const double threshold = in.value();
    const std::size_t kind = in.below(3);
    made = made.value().require([=](const assignment& a) {
      if (kind == 0) return !a.active(i) || a[i] <= threshold;
      if (kind == 1) return !a.active(i) || !a.active(j) || a[i] <= a[j] + 1.0;
      // Every other configuration, without any pattern.
      std::uint64_t hash = 1;
      for (std::size_t k = 0; k < a.size(); ++k)
        hash = hash * 31 + (a.active(k) ? std::bit_cast<std::uint64_t>(a[k]) % 1021 : 0);
      return hash % 2 == 0;
    });
  }
  return made;
}

constexpr std::size_t gaussian = 8;
any_sampler some_sampler(std::size_t which, std::size_t size) {
  switch (which) {
    case 0:
      return random_search{};
    case 1:
      return sobol{};
    case 2:
      return grid{size};
    case 3:
      return latin_hypercube{size};
    case 7:
      return cma_es{};
    case gaussian:
      return gp_ei{};
    default:
      return tpe{};
  }
}

// Any of them, with patience at times, or none.
any_scheduler some_scheduler(byte_reader& in) {
  any_scheduler rule;
  switch (in.below(8)) {
    case 0:
      rule = halving_stopping{{.first = 1 + in.below(3), .factor = 2 + in.below(3)}};
      break;
    case 1:
      rule = hyperband_stopping{{.max_resource = 1 + in.below(30), .factor = 2 + in.below(3)}};
      break;
    case 2:
      rule = median_stopping{{.first_trials = in.below(4), .first_step = in.below(4)}};
      break;
    case 3:
      rule = percentile_stopping{{.percent = 100.0 * (in.fraction() + 1e-3) / 1.001, .first_trials = in.below(4)}};
      break;
    case 4:
      rule = threshold_stopping{{.low = in.fraction(), .high = in.value()}};
      break;
    case 5:
      rule = wilcoxon_stopping{{.p = 0.5 * in.fraction() + 1e-3}};
      break;
    default:
      break;
  }
  if (in.chance(64)) rule = patience_stopping{1 + in.below(4), std::move(rule)};
  return rule;
}

// Not those that keep what follows from the sequence of their asks.
bool replaceable(std::size_t which) { return which == 0 || (which >= 3 && which < 7); }

// ---- What was told, kept plainly -----------------------------------------------------------------------------------------

bool equal(const assignment& a, const assignment& b) {
  if (a.space() != b.space() || a.size() != b.size()) return false;
  for (std::size_t k = 0; k < a.size(); ++k)
    if (a.active(k) != b.active(k) ||
        (a.active(k) && std::bit_cast<std::uint64_t>(a[k]) != std::bit_cast<std::uint64_t>(b[k])))
      return false;
  return true;
}

struct told {
  std::size_t number;
  assignment config;
  trial_state state;
  std::optional<double> value;
  std::size_t reports;
};

struct running {
  trial<assignment> held;
  std::size_t reports = 0;
  double last_report = 0.0;
  std::optional<double> last_number = std::nullopt;  // of the reports
};

class session {
 public:
  session(byte_reader& in, space<assignment> space, std::size_t which, any_scheduler rule)
      : in_(in),
        which_(which),
        size_(1 + in.below(60)),
        options_{.seed = in.bits(1),
                 .direction = in.chance(128) ? direction::maximize : direction::minimize,
                 .scheduler = std::move(rule)},
        study_(std::move(space), some_sampler(which, size_), options_) {}

  void run() {
    // A space without an admitted point costs thousands of tries an ask: one such ask will do.
    // An ask of the Gaussian process takes milliseconds.
    const int steps = which_ == gaussian ? 40 : 160;
    for (int step = 0; step < steps && !in_.empty() && hopeless_ < 1; ++step) {
      switch (in_.below(16)) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
          ask();
          break;
        case 5:
        case 6:
        case 7:
        case 8:
          tell();
          break;
        case 9:
          report();
          break;
        case 10:
          drop();
          break;
        case 11:
          add();
          break;
        case 12:
          enqueue();
          break;
        case 13:
          if (in_.chance(64)) change_space();
          break;
        case 14:
          look();
          break;
        default:
          if (snapshots_.size() < 4) snapshots_.push_back(study_.trials());
          check();
      }
      expect(study_.trials().size() == all_.size(), "every told trial is counted");
      expect(study_.trials().pending().size() == open_.size(), "every running trial is pending");
    }
    check();
    look();
    for (const history& s : snapshots_)
      for (std::size_t i = 0; i < s.size(); ++i) {
        expect(s[i].number == all_[i].number, "a snapshot keeps its rows");
        if (all_[i].state == trial_state::complete && s[i].state == trial_state::complete)
          expect(s[i].value == signed_value(*all_[i].value), "a snapshot keeps its values");
      }
  }

 private:
  [[nodiscard]] const domain& space() const { return study_.space().domain(); }
  [[nodiscard]] double signed_value(double v) const { return options_.direction == direction::minimize ? v : -v; }

  void check_point(const point& p) const {
    expect(p.size() == space().size() && p.active.size() == space().size(), "a point has all dimensions");
    point again = p;
    space().complete(again);
    expect(again == p, "a proposed point is complete");
    expect(space().contains(p), "a proposed point lies in the unit cube");
    expect(space().admits(p), "a proposed point keeps the constraints");
  }

  void ask() {
    if (open_.size() >= 8) return;
    const std::size_t number = study_.core().asked_count();
    const bool queued = study_.core().queued() > 0;
    // A sampler without a past must propose the same from what is known: what samplers keep is a cache.
    std::optional<point> fresh;
    if (!queued && replaceable(which_) && in_.chance(64)) {
      knobless::random_stream rng(options_.seed, number);
      detail::known_points told_points;
      fresh = some_sampler(which_, size_)
                  .ask({space(), study_.trials(), rng, options_.seed, proposed_, number, options_.deterministic,
                        nullptr, &told_points, study_.core().queue()});
      // The study replaces what is known.
      told_points.hear(study_.trials());
      if (fresh && detail::all_discrete(space()) &&
          (told_points.told(*fresh) ||
           std::any_of(study_.trials().pending().begin(), study_.trials().pending().end(),
                       [&](const pending_trial& running) { return running.where == *fresh; })))
        fresh.reset();
    }
    auto next = study_.try_ask();
    if (!next) {
      expect(!queued, "a queued point is asked whatever the sampler says");
      if (next.error().code == error_code::no_admitted_point) {
        ++proposed_;
        ++hopeless_;
        expect(space().constrained(), "without constraints every point is admitted");
      } else {
        expect(next.error().code == error_code::space_exhausted, "an ask fails for one of two reasons");
        expect(which_ == 2 || detail::all_discrete(space()), "only the grid ends where there is always another point");
      }
      return;
    }
    if (!queued) ++proposed_;
    expect(next.value().number() == number, "numbers are given in the order of asking");
    const point& where = study_.trials().pending().back().where;
    expect(study_.trials().pending().back().number == number, "the new trial is pending");
    check_point(where);
    expect(equal(next.value().config(), study_.space().decode(where)), "the configuration is that of the point");
    if (fresh && space().admits(*fresh)) expect(*fresh == where, "a fresh sampler proposes the same");
    open_.push_back({std::move(next).value()});
  }

  void tell() {
    if (open_.empty()) return;
    const std::size_t i = in_.below(open_.size());
    running r = std::move(open_[i]);
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
    told t{r.held.number(), r.held.config(), trial_state::complete, {}, r.reports};
    switch (in_.below(8)) {
      case 0:
        t.state = trial_state::failed;
        study_.tell(std::move(r.held), failed("as asked"));
        break;
      case 1:
        t.state = trial_state::pruned;
        t.value = r.last_number;
        study_.tell(std::move(r.held), pruned);
        break;
      default: {
        const double value = in_.value();
        t.state = elementary::is_finite(value) ? trial_state::complete : trial_state::failed;
        if (elementary::is_finite(value)) t.value = value;
        study_.tell(std::move(r.held), value, in_.fraction());
      }
    }
    all_.push_back(std::move(t));
#if KNOBLESS_EXCEPTIONS
    bool refused = false;
    try {
      study_.tell(std::move(r.held), 1.0);
    } catch (const exception& e) {
      refused = e.info().code == error_code::invalid_use;
    }
    expect(refused, "a trial can't be told twice");
#endif
  }

  void report() {
    if (open_.empty()) return;
    running& r = open_[in_.below(open_.size())];
    r.last_report = in_.value();
    const bool was_stopped = r.held.should_stop();
    r.held.report(in_.chance(240) ? r.reports : static_cast<std::size_t>(in_.bits(8)), r.last_report);
    ++r.reports;
    expect(!was_stopped || r.held.should_stop(), "a scheduler that wants a trial stopped goes on wanting so");
    const bool number = elementary::is_finite(r.last_report);
    if (number) r.last_number = r.last_report;
    expect(number || r.held.should_stop(), "a trial that reports what is no number is to stop");
    expect(options_.scheduler || was_stopped || !number || !r.held.should_stop(),
           "without a scheduler numbers stop nothing");
  }

  void drop() {
    if (open_.empty()) return;
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(in_.below(open_.size())));
  }

  // An assignment that may or may not be one of the space.
  assignment some_config() {
    if (!all_.empty() && in_.chance(64)) return all_[in_.below(all_.size())].config;
    point p(space().size());
    for (double& u : p.unit) u = in_.fraction();
    space().complete(p);
    assignment a = study_.space().decode(p);
    if (in_.chance(48)) a.set_at(in_.below(a.size()), in_.value());
    return a;
  }

  void add() {
    const assignment config = some_config();
    const auto where = study_.space().encode(config);
    if (!where) {
      expect_refused([&] { study_.add(config, 1.0); });
      return;
    }
    const double value = in_.value();
    const std::size_t number = study_.core().asked_count();
    study_.add(config, value);
    const bool finite = elementary::is_finite(value);
    // Between the values of a discrete parameter the nearest is taken.
    all_.push_back({number, study_.space().decode(where.value()), finite ? trial_state::complete : trial_state::failed,
                    finite ? std::optional(value) : std::nullopt, 0});
  }

  void enqueue() {
    const assignment config = some_config();
    const auto where = study_.space().encode(config);
    if (!where || !space().admits(where.value())) {
      expect_refused([&] { study_.enqueue(config); });
      return;
    }
    const std::size_t before = study_.core().queued();
    study_.enqueue(config);
    expect(study_.core().queued() == before + 1, "a guess is queued");
  }

  template <class F>
  void expect_refused([[maybe_unused]] F&& f) {
#if KNOBLESS_EXCEPTIONS
    bool refused = false;
    try {
      f();
    } catch (const exception& e) {
      refused = e.info().code == error_code::invalid_config;
    }
    expect(refused, "what is no configuration of the space is refused");
#endif
  }

  void change_space() {
    auto next = some_space(in_);
    if (!next) return;
    study_.change_space(std::move(next).value());
    check();
  }

  // The parts that cost more.
  void look() const {
    const std::string csv = study_.csv();
    expect(csv.size() > all_.size(), "the table has a row a trial");
    if (!study_.has_best()) return;
    const auto found = study_.best_estimated();
    expect(elementary::is_finite(found.value), "the estimate is a number");
    const auto at = std::find_if(all_.begin(), all_.end(), [&](const told& t) { return t.number == found.number; });
    expect(at != all_.end() && at->state == trial_state::complete, "the estimated best was told");
    expect(equal(found.config, at->config), "the estimated best is what was evaluated");
    const point where = study_.trials()[static_cast<std::size_t>(at - all_.begin())].where();
    expect(space().contains(where) && space().admits(where), "the estimated best is a point of the space");
  }

  void check() const {
    const history& seen = study_.trials();
    std::size_t complete = 0;
    std::size_t failures = 0;
    std::size_t best = all_.size();
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const observation o = seen[i];
      const told& t = all_[i];
      expect(o.number == t.number, "rows are in the order of telling");
      expect(o.state == t.state || o.state == trial_state::foreign, "a row keeps its state, or is foreign");
      expect(o.has_value == t.value.has_value(), "a row keeps whether it has a value");
      if (t.value) expect(o.value == signed_value(*t.value), "a row keeps its value");
      expect(seen.reports(i).size() == t.reports, "a row keeps its reports");
      expect(equal(study_.config(i), t.config), "a row keeps what was evaluated");
      complete += o.state == trial_state::complete ? 1U : 0U;
      failures += o.state == trial_state::failed ? 1U : 0U;
      const bool expressible = static_cast<bool>(study_.space().encode(t.config, bounds::ignored));
      expect(expressible == (o.state != trial_state::foreign),
             "foreign is what the space can't express, and nothing else");
      const point where = o.where();
      if (o.state == trial_state::foreign || !space().contains(where)) continue;
      point again = where;
      space().complete(again);
      expect(again == where, "a row within the bounds is a complete point");
      if (o.state == trial_state::complete && space().admits(where) &&
          (best == all_.size() || o.value < seen[best].value))
        best = i;
    }
    expect(seen.complete() == complete && seen.failures() == failures, "the counts add up");
    expect(study_.has_best() == (best < all_.size()), "there is a best when some trial within the space is complete");
    if (best == all_.size()) return;
    const auto found = study_.best();
    expect(found.number == all_[best].number, "the best is the lowest of those within the space");
    expect(found.value == *all_[best].value, "the best has the value that was told");
    expect(equal(found.config, all_[best].config), "the best is what was evaluated");
  }

  byte_reader& in_;
  std::size_t which_;
  std::size_t size_;
  study_options options_;
  study<assignment> study_;
  std::size_t proposed_ = 0;
  int hopeless_ = 0;
  std::vector<running> open_;
  std::vector<told> all_;
  std::vector<history> snapshots_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  byte_reader in(data, size);
  const std::size_t first = in.byte();
  auto space = some_space(in);
  if (!space) return 0;
  any_scheduler rule;
  if (first >= 128) rule = some_scheduler(in);
  session(in, std::move(space).value(), first % 9, std::move(rule)).run();
  return 0;
}
