#pragma once

#include "automatic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "../base/elementary.hpp"
#include "../base/error.hpp"
#include "../record/history_cursor.hpp"
#include "../space/parameter.hpp"
#include "cma_es.hpp"
#include "counted_work.hpp"
#include "finite_space.hpp"
#include "gp_ei.hpp"
#include "nsga2.hpp"
#include "plateau.hpp"
#include "tpe.hpp"
#include "trust_region.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI {

struct automatic::state {
  enum class source : unsigned char {
    none,
    start,
    model,
    quadratic,
    parzen,
    evolution,
    genetic,
    chance,
    repetition,
    spread
  };
  static constexpr std::array<std::string_view, 10> names{
      "the caller",
      "the first points",
      "the Gaussian process",
      "the local quadratic model",
      "TPE",
      "CMA-ES",
      "NSGA-II",
      "chance, of the points that were left",
      "repetition, to see whether the values are noisy",
      "a space-filling sequence, since the best value is that of most points"};

  state(const history& seen, const domain& space, const detail::automatic_constants& constants)
      : heard(seen),
        dimensions(space.size()),
        all(space),
        model(constants.model),
        quadratic(constants.quadratic),
        parzen(constants.parzen) {}

  [[nodiscard]] std::optional<point> ask(const ask_context& context, const automatic_options& options,
                                         const detail::automatic_constants& constants);
  [[nodiscard]] std::optional<point> propose(const ask_context& context, const detail::automatic_constants& constants);
  [[nodiscard]] std::optional<point> propose_for_goals(const ask_context& context);
  [[nodiscard]] std::optional<point> by_model(const ask_context& context);
  [[nodiscard]] point substitute(const ask_context& context);
  void look_at_clock(const ask_context& context, const automatic_options& options,
                     const detail::automatic_constants& constants);
  void tell_parzen(const ask_context& context, const automatic_options& options);
  [[nodiscard]] double parzen_seconds(const ask_context& context) const;
  void bound_constraints(const ask_context& context, double seconds) const;
  [[nodiscard]] bool affords(double seconds);
  [[nodiscard]] bool affords_model(const ask_context& context);

  static constexpr std::size_t first_points = 8;
  // Without knowledge of the objective's time.
  static constexpr double most_seconds = 0.05;
  static constexpr std::size_t longest_wait = 64;

  detail::history_cursor heard;
  std::size_t dimensions;
  detail::finite_space all;
  detail::plateau plateau;
  gp_ei model;
  detail::trust_region quadratic;
  cma_es evolution;
  tpe parzen;
  nsga2 genetic;

  // Turns: each trial adds its shares; the one that has most is next.
  double model_credit = 0.0;
  double parzen_credit = 0.0;
  double evolution_credit = 0.0;
  std::size_t substitutes = 0;
  std::size_t wait = 0;  // turns of the Gaussian process before the next quadratic step

  // Time, by counted work.
  bool timed = false;
  bool each_ask = true;    // the allowance is that of an ask
  double allowance = 0.0;  // in all, or for an ask where the objective's time is not known
  double spent = 0.0;
  double trial_seconds = 0.0;
  std::size_t looked = 0;  // how many trials were told then
  bool rationed = false;

  source latest = source::none;
  std::vector<source> sources;  // by number of the trial
};

KNOBLESS_INLINE automatic::automatic(automatic_options options) : automatic(options, {}) {}
KNOBLESS_INLINE automatic::automatic(automatic_options options, const detail::automatic_constants& constants)
    : options_(options), constants_(constants) {
  if (!elementary::is_finite(options.seconds_per_ask) || options.seconds_per_ask < 0.0)
    raise({error_code::invalid_option,
           detail::text(detail::number_text(options.seconds_per_ask),
                        " given, but it must be 0 (follows from the objective) or a number of seconds"),
           "seconds_per_ask"});
}
KNOBLESS_INLINE automatic::automatic(const automatic& other) : automatic(other.options_, other.constants_) {}
KNOBLESS_INLINE automatic& automatic::operator=(const automatic& other) { return *this = automatic(other); }
KNOBLESS_INLINE automatic::automatic(automatic&&) noexcept = default;
KNOBLESS_INLINE automatic& automatic::operator=(automatic&&) noexcept = default;
KNOBLESS_INLINE automatic::~automatic() = default;

// The power of 8 below the median time of a trial: a rough figure, so that a repeated run comes to the same one.
KNOBLESS_INLINE void automatic::state::look_at_clock(const ask_context& context, const automatic_options& options,
                                                     const detail::automatic_constants& constants) {
  const history& seen = context.seen;
  if (seen.size() >= (std::max)(first_points, 2 * looked)) {
    looked = seen.size();
    std::vector<double> took;
    for (std::size_t i = 0; i < seen.size(); ++i)
      if (const double s = seen[i].seconds; s > 0.0) took.push_back(s);
    timed = !took.empty() && !context.deterministic;
    if (timed) {
      const auto middle = took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2);
      std::nth_element(took.begin(), middle, took.end());
      int exponent = 0;
      (void)std::frexp(*middle, &exponent);
      exponent -= 1;
      trial_seconds = std::ldexp(1.0, 3 * (exponent >= 0 ? exponent / 3 : -((2 - exponent) / 3)));
    }
  }
  if (options.seconds_per_ask > 0.0)
    allowance = options.seconds_per_ask;
  else if (timed)
    allowance = constants.free_seconds + constants.tuner_share * trial_seconds * static_cast<double>(seen.size());
  else
    allowance = most_seconds;
  constexpr double longest_over_mean = 15.0;  // of the helper's asks: see counted_work.hpp
  const double helper = detail::helper_seconds(dimensions);
  evolution.economise(options.seconds_per_ask > 0.0 ? longest_over_mean * helper > options.seconds_per_ask
                                                    : timed && helper > constants.tuner_share * trial_seconds);
  // Limits of an ask, not of the study.
  each_ask = options.seconds_per_ask > 0.0 || !timed;
  if (each_ask) spent = 0.0;
}

// TPE takes in each trial soon after it was told. When its turn comes, all at once would make that ask a long one.
KNOBLESS_INLINE void automatic::state::tell_parzen(const ask_context& context, const automatic_options& options) {
  std::size_t most = context.seen.size() - parzen.heard();
  if (options.seconds_per_ask > 0.0) {
    const double each = detail::hearing_seconds(dimensions);
    most = static_cast<std::size_t>((std::min)(static_cast<double>(most), 0.25 * options.seconds_per_ask / each));
    spent += each * static_cast<double>(most);
  }
  parzen.hear(context.seen, context.space, most);
}

KNOBLESS_INLINE double automatic::state::parzen_seconds(const ask_context& context) const {
  constexpr double candidates = 400.0;  // that are shown to the constraints
  const std::size_t told = context.seen.size();
  return detail::parzen_seconds(told, dimensions) +
         (context.space.constrained() ? candidates * detail::constraint_seconds(dimensions) : 0.0) +
         detail::hearing_seconds(dimensions) * static_cast<double>(told - parzen.heard());
}

// The search for admitted points, the study's as well, gets what is left of the ask.
KNOBLESS_INLINE void automatic::state::bound_constraints(const ask_context& context, double seconds) const {
  if (context.constraints == nullptr) return;
  constexpr double least = 100.0;  // calls
  detail::constraint_budget& budget = *context.constraints;
  const double calls =
      (std::max)(least, seconds / detail::constraint_seconds(dimensions) - static_cast<double>(budget.made));
  if (calls < static_cast<double>(budget.left)) budget.left = static_cast<std::size_t>(calls);
}

KNOBLESS_INLINE bool automatic::state::affords(double seconds) {
  if (spent + seconds > allowance) {
    rationed = true;
    return false;
  }
  spent += seconds;
  return true;
}

// In all, an ask of the Gaussian process takes what it takes on average. Where each ask is bounded, it learns from as many points
// as that bears, and is left out where these are too few.
KNOBLESS_INLINE bool automatic::state::affords_model(const ask_context& context) {
  constexpr double candidates = 1200.0;  // that are shown to the constraints, with those of the climbs
  constexpr std::size_t most_learnt = 200;
  constexpr std::size_t least_learnt = 20;
  const std::size_t told = context.seen.size();
  const double constraints = context.space.constrained() ? candidates * detail::constraint_seconds(dimensions) : 0.0;
  model.learn_from(most_learnt);
  if (!each_ask) return affords(detail::gp_seconds(told, dimensions) + constraints);
  const double fixed = detail::gp_longest_seconds(told, dimensions) + constraints;
  std::size_t learnt = (std::min)(told, most_learnt);
  const double left = allowance - spent - fixed;
  if (left > 0.0) {
    const double bearable = std::sqrt(left / detail::gp_learning_seconds(1.0, dimensions));
    if (bearable < static_cast<double>(learnt)) learnt = static_cast<std::size_t>(bearable);
  }
  if (left <= 0.0 || learnt < (std::min)(told, least_learnt)) {
    rationed = true;
    return false;
  }
  model.learn_from(learnt == (std::min)(told, most_learnt) ? most_learnt : learnt);
  return affords(fixed + detail::gp_learning_seconds(static_cast<double>(learnt), dimensions));
}

// The Gaussian process and the local quadratic model in turns. A quadratic step that failed k times in a row waits for 2^k - 1
// turns of the other: where there is no smooth basin it costs next to nothing.
KNOBLESS_INLINE std::optional<point> automatic::state::by_model(const ask_context& context) {
  const std::size_t told = context.seen.size();
  if (told >= first_points && wait == 0 && affords(detail::quadratic_seconds(told, dimensions)))
    if (std::optional<point> p = quadratic.ask(context)) {
      latest = source::quadratic;
      wait = (std::min)(longest_wait, std::size_t{1} << (std::min)(quadratic.failures(), std::size_t{16}));
      return p;
    }
  if (told < first_points || affords_model(context)) {
    wait -= wait > 0 ? 1 : 0;
    latest = told + context.seen.pending().size() < first_points ? source::start : source::model;
    return model.ask(context);
  }
  wait -= wait > 0 ? 1 : 0;
  return std::nullopt;
}

// TPE and CMA-ES in turn, which are cheap.
KNOBLESS_INLINE point automatic::state::substitute(const ask_context& context) {
  if (++substitutes % 2 != 0 && affords(parzen_seconds(context))) {
    latest = source::parzen;
    return *parzen.ask(context);
  }
  latest = source::evolution;
  return *evolution.ask(context);
}

KNOBLESS_INLINE std::optional<point> automatic::state::propose(const ask_context& context,
                                                               const detail::automatic_constants& constants) {
  const auto told = static_cast<double>(context.seen.size());
  if (told < constants.alone) {
    if (std::optional<point> p = by_model(context)) return p;
    return substitute(context);
  }
  double late = (std::min)(1.0, constants.shares_last / told);
  if (evolution.ranks_well()) late = (std::min)(late, constants.smooth_shares);
  model_credit += late * constants.model_share;
  parzen_credit += late * constants.parzen_share;
  evolution_credit += 1.0 - late * (constants.model_share + constants.parzen_share);
  if (evolution_credit >= model_credit && evolution_credit >= parzen_credit) {
    evolution_credit -= 1.0;
    latest = source::evolution;
    return evolution.ask(context);
  }
  if (model_credit >= parzen_credit) {
    model_credit -= 1.0;
    if (std::optional<point> p = by_model(context)) return p;
    return substitute(context);
  }
  parzen_credit -= 1.0;
  if (!affords(parzen_seconds(context))) {
    latest = source::evolution;
    return evolution.ask(context);
  }
  latest = source::parzen;
  return parzen.ask(context);
}

// With several objectives or limits: models alone for some 200 trials, then a share that declines as 1 / n, NSGA-II and TPE in turn
// for the rest.
KNOBLESS_INLINE std::optional<point> automatic::state::propose_for_goals(const ask_context& context) {
  constexpr double alone = 200.0;
  constexpr std::size_t most_known = 300;  // by the models of several objectives
  const history& seen = context.seen;
  const std::size_t told = seen.size();
  const auto goals = static_cast<double>(seen.objectives() + seen.limit_kinds().size());
  model_credit += (std::min)(1.0, alone / static_cast<double>((std::max)(told, std::size_t{1})));
  if (model_credit >= 1.0) {
    model_credit -= 1.0;
    if (told < first_points || affords(goals * detail::gp_seconds((std::min)(told, most_known), dimensions))) {
      latest = told + seen.pending().size() < first_points ? source::start : source::model;
      return model.ask(context);
    }
  }
  if (++substitutes % 3 == 0 && affords(parzen_seconds(context))) {
    latest = source::parzen;
    return parzen.ask(context);
  }
  latest = source::genetic;
  return genetic.ask(context);
}

KNOBLESS_INLINE std::optional<point> automatic::state::ask(const ask_context& context, const automatic_options& options,
                                                           const detail::automatic_constants& constants) {
  const history& seen = context.seen;
  while (heard.more(seen)) heard.advance();
  quadratic.hear(seen);
  look_at_clock(context, options, constants);
  tell_parzen(context, options);
  if (options.seconds_per_ask > 0.0) bound_constraints(context, options.seconds_per_ask);
  std::optional<point> p;
  if (all.finite()) all.hear(seen);
  const bool several = seen.objectives() > 1 || !seen.limit_kinds().empty();
  if (all.finite() && all.exhausted(seen) && seen.objectives() > 1) return std::nullopt;
  if (all.finite() && all.exhausted(seen)) {
    latest = source::repetition;
    p = all.again(seen);
    if (p) context.repeat();
  } else {
    plateau.hear(seen);
    const bool flat = plateau.flat() && !several;
    if (flat) latest = source::spread;
    p = flat ? plateau.ask(context) : several ? propose_for_goals(context) : propose(context, constants);
    if (all.finite() && p && !all.fresh(seen, *p)) {
      latest = source::chance;
      p = all.any(context);
    }
  }
  if (options.seconds_per_ask > 0.0) bound_constraints(context, options.seconds_per_ask - spent);
  if (p) {
    sources.resize((std::max)(sources.size(), context.number + 1), source::none);
    sources[context.number] = latest;
  }
  return p;
}

KNOBLESS_INLINE std::optional<point> automatic::ask(const ask_context& context) {
  if (!state_ || !state_->heard.follows(context.seen) || context.space.size() != state_->dimensions)
    state_ = std::make_unique<state>(context.seen, context.space, constants_);
  return state_->ask(context, options_, constants_);
}

KNOBLESS_INLINE std::optional<estimate> automatic::estimate_best(const domain& space, const history& seen) const {
  return gp_ei(constants_.model).estimate_best(space, seen);
}

KNOBLESS_INLINE std::string automatic::explain(const history& seen) const {
  using source = state::source;
  if (!state_ || state_->sources.empty()) return {};
  std::array<std::size_t, state::names.size()> counts{};
  for (const source s : state_->sources) ++counts[static_cast<std::size_t>(s)];
  std::string text = "proposed by ";
  bool first = true;
  for (std::size_t s = 0; s < counts.size(); ++s) {
    if (counts[s] == 0) continue;
    text += detail::text(first ? "" : "; ", state::names[s], ": ", std::to_string(counts[s]));
    first = false;
  }
  text += '\n';
  if (seen.best())
    if (const std::size_t number = seen[*seen.best()].number; number < state_->sources.size())
      text += detail::text("the best was proposed by ", state::names[static_cast<std::size_t>(state_->sources[number])],
                           "\n");
  if (state_->rationed && state_->timed)
    text += detail::text("a trial takes at least ", detail::short_number(state_->trial_seconds),
                         " s, so expensive proposals had to wait for their turn\n");
  return text;
}

}  // namespace knobless

#include "../base/strict_end.inc"
