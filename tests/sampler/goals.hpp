/// \file
/// Searches with several objectives and limits, for the tests of samplers.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <knobless/pareto/hypervolume.hpp>
#include <knobless/random.hpp>
#include <knobless/record/history.hpp>
#include <knobless/sampler.hpp>
#include <knobless/space/domain.hpp>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// What a trial gives. No values: it failed.
struct answer {
  std::vector<double> values;
  std::vector<double> limits = {};
};
using goal_function = std::function<answer(const knobless::domain&, const knobless::point&)>;

/// Reals.
inline knobless::domain unit_cube(std::size_t d) {
  std::vector<knobless::parameter> parameters;
  for (std::size_t k = 0; k < d; ++k)
    parameters.push_back(knobless::parameter::real("x" + std::to_string(k), {}).value());
  return knobless::domain::make(std::move(parameters)).value();
}
/// A real, an integer, categories, and a real that one of these has.
inline knobless::domain mixed_space() {
  using knobless::parameter;
  return knobless::domain::make(
             {parameter::real("x", {}).value(), parameter::integer("n", {.low = 0, .high = 20}).value(),
              parameter::categorical("c", {"a", "b", "c"}).value(), parameter::real("y", {}).value().when(2, 0b010U)})
      .value();
}

/// Names so many limits; those from `graded` on are pass or fail.
inline void name_limits(knobless::history& seen, std::size_t count, std::size_t graded) {
  std::vector<knobless::limit_kind> kinds;
  for (std::size_t c = 0; c < count; ++c) kinds.push_back({"limit " + std::to_string(c), c < graded});
  seen.name_limits(std::move(kinds));
}

inline void tell(knobless::history& seen, const knobless::point& where, const answer& a) {
  knobless::observation o;
  o.number = seen.size();
  o.unit = where.unit;
  o.active = where.active;
  o.state = a.values.empty() ? knobless::trial_state::failed : knobless::trial_state::complete;
  o.has_value = !a.values.empty();
  if (o.has_value) o.value = a.values[0];
  if (a.values.size() > 1) o.values = a.values;
  o.limits = a.limits;
  for (const double l : a.limits) o.feasible = o.feasible && !(l > 0.0);
  seen.append(o);
}

/// The history of a search; `objectives` are declared.
template <class Sampler>
knobless::history search(Sampler sampler, const knobless::domain& space, const goal_function& f, std::size_t objectives,
                         std::size_t limits, std::size_t trials, std::uint64_t seed = 1, std::size_t graded = 1000) {
  knobless::history seen(space.size());
  seen.expect_objectives(objectives);
  if (limits > 0) name_limits(seen, limits, graded);
  while (seen.size() < trials) {
    knobless::random_stream rng(seed, seen.size());
    const auto p = sampler.ask(knobless::ask_context{space, seen, rng, seed, seen.size(), seen.size()});
    if (!p) break;
    tell(seen, *p, f(space, *p));
  }
  return seen;
}

/// The hypervolume of the feasible trials.
inline double volume(const knobless::history& seen, const std::vector<double>& reference) {
  std::vector<double> values;
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (seen[i].feasible && !seen[i].values.empty())
      values.insert(values.end(), seen[i].values.begin(), seen[i].values.end());
  return knobless::detail::hypervolume(values, reference);
}

/// Two bowls around (0.2, ..., 0.2) and (0.8, ..., 0.8).
inline answer two_bowls(const knobless::domain&, const knobless::point& p) {
  answer a{{0.0, 0.0}};
  for (const double u : p.unit) {
    a.values[0] += (u - 0.2) * (u - 0.2);
    a.values[1] += (u - 0.8) * (u - 0.8);
  }
  return a;
}

/// ZDT1 (Zitzler, Deb and Thiele, Evolutionary Computation 8(2), 2000): the front, f2 = 1 - sqrt f1, lies where all
/// coordinates but the first are 0.
inline answer zdt1(const knobless::domain&, const knobless::point& p) {
  double sum = 0.0;
  for (std::size_t k = 1; k < p.size(); ++k) sum += p.unit[k];
  const double g = 1.0 + 9.0 * sum / static_cast<double>(p.size() - 1);
  return {{p.unit[0], g * (1.0 - std::sqrt(p.unit[0] / g))}};
}

/// What a search must bear: each is a function, the numbers of objectives and limits, and how many limits are graded.
struct bad_case {
  const char* what;
  std::size_t objectives;
  std::size_t limits;
  goal_function f;
  std::size_t graded = 1000;
};
inline std::vector<bad_case> bad_cases() {
  using knobless::domain;
  using knobless::point;
  const auto sum = [](const point& p, double at) {
    double s = 0.0;
    for (const double u : p.unit) s += (u - at) * (u - at);
    return s;
  };
  return {
      {"no trial keeps the limits", 2, 2,
       [=](const domain&, const point& p) {
         return answer{{sum(p, 0.2), sum(p, 0.8)}, {1.0 + sum(p, 0.5), 2.0}};
       }},
      {"equal objectives", 2, 0,
       [=](const domain&, const point& p) {
         return answer{{sum(p, 0.2), sum(p, 0.2)}};
       }},
      {"one objective is constant", 3, 0,
       [=](const domain&, const point& p) {
         return answer{{sum(p, 0.2), 7.0, sum(p, 0.8)}};
       }},
      {"all objectives are constant", 2, 1,
       [](const domain&, const point&) {
         return answer{{1.0, 2.0}, {0.0}};
       }},
      {"1e300 beside 1e-300", 2, 2,
       [=](const domain&, const point& p) {
         return answer{{1e300 * sum(p, 0.2), 1e-300 * sum(p, 0.8)},
                       {1e300 * (p.unit[0] - 0.7), 1e-300 * (0.1 - p.unit[0])}};
       }},
      {"ties", 2, 1,
       [](const domain&, const point& p) {
         return answer{{p.unit[0] < 0.5 ? 0.0 : 1.0, p.unit[0] < 0.5 ? 1.0 : 0.0}, {p.unit[0] - 0.9}};
       }},
      {"few points keep the limits", 2, 1,
       [=](const domain&, const point& p) {
         return answer{{sum(p, 0.2), sum(p, 0.8)}, {p.unit[0] == 0.5 ? -1.0 : 1.0}};
       },
       0},
      {"a front of one point", 2, 0,
       [](const domain&, const point& p) {
         return answer{{p.unit[0], p.unit[0]}};
       }},
      {"8 objectives", 8, 0,
       [=](const domain&, const point& p) {
         answer a;
         for (int j = 0; j < 8; ++j) a.values.push_back(sum(p, 0.1 * j));
         return a;
       }},
      {"12 limits", 1, 12,
       [=](const domain&, const point& p) {
         answer a{{sum(p, 0.3)}};
         for (int c = 0; c < 12; ++c) a.limits.push_back((c % 2 == 0 ? 1e6 : 1e-6) * (p.unit[0] - 0.3 - 0.05 * c));
         return a;
       },
       6},
      {"half of the trials fail", 2, 0,
       [=](const domain&, const point& p) {
         if (p.unit[0] > 0.5) return answer{{}};
         return answer{{sum(p, 0.2), sum(p, 0.8)}};
       }},
      {"all trials fail", 2, 1,
       [](const domain&, const point&) {
         return answer{{}, {1.0}};
       },
       0},
      {"limits that are not measured", 1, 2,
       [=](const domain&, const point& p) {
         return answer{{sum(p, 0.2)}, {std::bit_cast<double>(std::uint64_t{0x7ff8000000000000U})}};
       }},
  };
}

}  // namespace test
