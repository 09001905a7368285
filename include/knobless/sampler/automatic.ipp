#pragma once

#include "automatic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "../elementary.hpp"
#include "../error.hpp"
#include "../parameter.hpp"
#include "cma_es.hpp"
#include "finite_space.hpp"
#include "gp_ei.hpp"
#include "tpe.hpp"
#include "trust_region.hpp"

#include "../detail/strict_begin.inc"

namespace knobless {

struct automatic::state {
  enum class source : unsigned char { none, start, model, quadratic, parzen, evolution, chance, repetition };
  static constexpr std::array<std::string_view, 8> names{"others",
                                                         "the first points",
                                                         "the Gaussian process",
                                                         "the local quadratic model",
                                                         "TPE",
                                                         "CMA-ES",
                                                         "chance, of the points that were left",
                                                         "repetition, since the values are noisy"};

  state(const history& seen, const domain& space, const detail::automatic_constants& constants)
      : epoch(seen.epoch()),
        dimensions(space.size()),
        all(space),
        model(constants.model),
        quadratic(constants.quadratic),
        parzen(constants.parzen) {}

  [[nodiscard]] std::optional<point> ask(const ask_context& context, const automatic_options& options,
                                         const detail::automatic_constants& constants);
  [[nodiscard]] std::optional<point> propose(const ask_context& context, const detail::automatic_constants& constants);
  [[nodiscard]] std::optional<point> by_model(const ask_context& context);
  [[nodiscard]] point substitute(const ask_context& context);
  void look_at_clock(const ask_context& context, const automatic_options& options,
                     const detail::automatic_constants& constants);
  void tell_parzen(const ask_context& context, const automatic_options& options);
  [[nodiscard]] double parzen_seconds(std::size_t told) const;
  [[nodiscard]] bool affords(double seconds);

  static constexpr std::size_t first_points = 8;
  // Without knowledge of the objective's time.
  static constexpr double most_seconds = 0.05;
  static constexpr std::size_t longest_wait = 64;

  std::uint64_t epoch;
  std::size_t dimensions;
  detail::finite_space all;
  gp_ei model;
  detail::trust_region quadratic;
  cma_es evolution;
  tpe parzen;

  // Turns: each trial adds its shares; whoever has most is next.
  double model_credit = 0.0;
  double parzen_credit = 0.0;
  double evolution_credit = 0.0;
  std::size_t substitutes = 0;
  std::size_t wait = 0;  // turns of the Gaussian process before the next quadratic step

  // Time, by counted work.
  bool timed = false;
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
KNOBLESS_INLINE automatic::automatic(automatic&&) noexcept = default;
KNOBLESS_INLINE automatic& automatic::operator=(automatic&&) noexcept = default;
KNOBLESS_INLINE automatic::~automatic() = default;

// Counted work in seconds, as measured on one core of a server of 2021.
namespace detail {

[[nodiscard]] inline double gp_seconds(std::size_t told, std::size_t dimensions) noexcept {
  const auto n = static_cast<double>((std::min)(told, std::size_t{400}));
  const auto d = static_cast<double>(dimensions);
  // It learns at each of the first asks.
  const double learning = told <= 48 ? 10.0 + 0.6 * d : 0.0;
  return 1e-6 * n * (10.0 + 0.45 * d + 0.05 * n + learning);
}

[[nodiscard]] inline double quadratic_seconds(std::size_t told, std::size_t dimensions) noexcept {
  const auto n = static_cast<double>(told);
  const auto d = static_cast<double>(dimensions);
  const double m = (std::min)({n, (d + 1.0) * (d + 2.0), 300.0});
  return 1e-9 * (5000.0 + n * (50.0 + 3.0 * d) + m * m * (0.05 * m + 0.3 * d) + 100.0 * d * d);
}

[[nodiscard]] inline double parzen_seconds(std::size_t told, std::size_t dimensions) noexcept {
  return 1e-9 * (15000.0 + 3.3 * static_cast<double>(told) * static_cast<double>(dimensions));
}

// To take in a told trial.
[[nodiscard]] inline double hearing_seconds(std::size_t dimensions) noexcept {
  return 1e-6 * (3.0 + 0.6 * static_cast<double>(dimensions));
}

// Of CMA-ES's quadratic helper, on average; the dearest of its asks take some 15 times that.
[[nodiscard]] inline double helper_seconds(std::size_t dimensions) noexcept {
  const auto d = static_cast<double>(dimensions);
  return 1e-6 * (5.0 + 0.7 * d * d);
}

}  // namespace detail

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
  const double helper = detail::helper_seconds(dimensions);
  evolution.economise(options.seconds_per_ask > 0.0 ? 15.0 * helper > options.seconds_per_ask
                                                    : timed && helper > constants.tuner_share * trial_seconds);
  // Limits of an ask, not of the study.
  if (options.seconds_per_ask > 0.0 || !timed) spent = 0.0;
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

KNOBLESS_INLINE double automatic::state::parzen_seconds(std::size_t told) const {
  return detail::parzen_seconds(told, dimensions) +
         detail::hearing_seconds(dimensions) * static_cast<double>(told - parzen.heard());
}

KNOBLESS_INLINE bool automatic::state::affords(double seconds) {
  if (spent + seconds > allowance) {
    rationed = true;
    return false;
  }
  spent += seconds;
  return true;
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
  if (told < first_points || affords(detail::gp_seconds(told, dimensions))) {
    wait -= wait > 0 ? 1 : 0;
    latest = told + context.seen.pending().size() < first_points ? source::start : source::model;
    return model.ask(context);
  }
  wait -= wait > 0 ? 1 : 0;
  return std::nullopt;
}

// Who is cheap.
KNOBLESS_INLINE point automatic::state::substitute(const ask_context& context) {
  if (++substitutes % 2 != 0 && affords(parzen_seconds(context.seen.size()))) {
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
  const double late = (std::min)(1.0, constants.shares_last / told);
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
  if (!affords(parzen_seconds(context.seen.size()))) {
    latest = source::evolution;
    return evolution.ask(context);
  }
  latest = source::parzen;
  return parzen.ask(context);
}

KNOBLESS_INLINE std::optional<point> automatic::state::ask(const ask_context& context, const automatic_options& options,
                                                           const detail::automatic_constants& constants) {
  const history& seen = context.seen;
  quadratic.hear(seen);
  look_at_clock(context, options, constants);
  tell_parzen(context, options);
  std::optional<point> p;
  if (all.finite()) all.hear(seen);
  if (all.finite() && all.exhausted(seen)) {
    latest = source::repetition;
    p = all.again(seen);
  } else {
    p = propose(context, constants);
    if (all.finite() && p && !all.fresh(seen, *p)) {
      latest = source::chance;
      p = all.any(context);
    }
  }
  if (p) {
    sources.resize((std::max)(sources.size(), context.number + 1), source::none);
    sources[context.number] = latest;
  }
  return p;
}

KNOBLESS_INLINE std::optional<point> automatic::ask(const ask_context& context) {
  if (!state_ || context.seen.epoch() != state_->epoch || context.space.size() != state_->dimensions)
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
    text += detail::text("a trial takes some ", detail::short_number(state_->trial_seconds),
                         " s, so dear proposals had to wait for their turn\n");
  return text;
}

}  // namespace knobless

#include "../detail/strict_end.inc"
