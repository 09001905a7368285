#pragma once

#include "optuna_point.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "../base/elementary.hpp"
#include "text_cursor.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace journal_format {

/// The choice of that number as JSON: flags are false and true, all others texts.
[[nodiscard]] inline std::string choice_json(const parameter& p, std::size_t i) {
  const bool flag = p.labels() == std::vector<std::string>{"false", "true"};
  return flag ? p.labels()[i] : json_text(p.labels()[i]);
}

inline std::string distribution_json(const parameter& p) {
  if (!p.labels().empty()) {
    std::string out = "{\"name\": \"CategoricalDistribution\", \"attributes\": {\"choices\": [";
    for (std::size_t i = 0; i < p.labels().size(); ++i) out += text(i > 0 ? ", " : "", choice_json(p, i));
    return out + "]}}";
  }
  const std::string log = p.scale() == scaling::log ? "true" : "false";
  // The highest value that there is: Optuna wants bounds that are whole steps apart.
  const double high = p.continuous() ? p.high() : p.natural(p.unit_of_level(p.levels() - 1));
  if (p.kind() == parameter_kind::integer)
    return text("{\"name\": \"IntDistribution\", \"attributes\": {\"log\": ", log,
                ", \"step\": ", std::to_string(static_cast<std::int64_t>(p.step())),
                ", \"low\": ", std::to_string(static_cast<std::int64_t>(p.low())),
                ", \"high\": ", std::to_string(static_cast<std::int64_t>(high)), "}}");
  return text("{\"name\": \"FloatDistribution\", \"attributes\": {\"step\": ",
              p.step() > 0.0 ? json_number(p.step()) : std::string("null"), ", \"low\": ", json_number(p.low()),
              ", \"high\": ", json_number(high), ", \"log\": ", log, "}}");
}

inline std::string label_of(const std::string& choice) { return text_of(choice).value_or(choice); }

inline std::vector<parameter_text> texts_of(const domain& space) {
  std::vector<parameter_text> all;
  for (const parameter& p : space) all.push_back({json_text(p.name()), json_text(distribution_json(p))});
  return all;
}

inline void append_point(std::string& to, const domain& space, const std::vector<parameter_text>& texts,
                         const point& p) {
  const char* comma = "";
  to += ",\"distributions\":{";
  for (std::size_t k = 0; k < space.size(); ++k) {
    if (p.active[k] == 0) continue;
    to.append(comma).append(texts[k].name).append(":").append(texts[k].distribution);
    comma = ",";
  }
  comma = "";
  to += "},\"params\":{";
  for (std::size_t k = 0; k < space.size(); ++k) {
    if (p.active[k] == 0) continue;
    to.append(comma).append(texts[k].name).append(":");
    const double value = space.natural(p, k);
    if (space[k].kind() == parameter_kind::real)
      append_number(to, value);
    else
      to += std::to_string(static_cast<std::int64_t>(value));
    comma = ",";
  }
  to += '}';
}

inline void append_asked(std::string& to, std::string_view by, const domain& space,
                         const std::vector<parameter_text>& texts, const point& p) {
  to.append("{\"by\":\"").append(by).append("\",\"unit\":{");
  const char* comma = "";
  for (std::size_t k = 0; k < space.size(); ++k) {
    if (p.active[k] == 0 || space[k].snap(space[k].unit(space.natural(p, k))) == p.unit[k]) continue;
    to.append(comma).append(texts[k].name).append(":");
    append_number(to, p.unit[k]);
    comma = ",";
  }
  to += "}}";
}

inline std::string fixed_params(const domain& space, const std::vector<parameter_text>& texts, const point& p) {
  std::string out = "{";
  for (std::size_t k = 0; k < space.size(); ++k) {
    if (p.active[k] == 0) continue;
    const parameter& q = space[k];
    const double value = space.natural(p, k);
    out.append(out.size() > 1 ? "," : "").append(texts[k].name).append(":");
    if (q.labels().empty())
      out += q.kind() == parameter_kind::real ? json_number(value) : std::to_string(static_cast<std::int64_t>(value));
    else
      out += choice_json(q, static_cast<std::size_t>(value));
  }
  return out + "}";
}

[[nodiscard]] inline error_info no_point(std::string why) {
  return error_info{error_code::invalid_config, std::move(why), {}};
}

/// The point whose values are those that `value_of` gives for the names of parameters.
template <class Value, class Coordinate>
[[nodiscard]] result<point> point_from(const domain& space, const Value& value_of, const Coordinate& coordinate_of) {
  point p(space.size());
  for (std::size_t k = 0; k < space.size(); ++k) {
    if (!space.active(k, p)) continue;
    p.active[k] = 1;
    const parameter& q = space[k];
    result<double> value = value_of(q);
    if (!value) return value.error();
    if (!q.holds(value.value())) {
      // 0.1 + 0.05 is not 0.15: steps that somebody else has added up.
      constexpr double rounding = 1e-9;
      const double nearest = q.nearest(value.value());
      if (!(std::abs(nearest - value.value()) <= rounding * q.step()) || !q.holds(nearest))
        return no_point(text("\"", q.name(), "\" is ", number_text(value.value()), ", which is none of its values"));
      value = nearest;
    }
    const std::optional<double> coordinate = coordinate_of(q);
    p.unit[k] = q.snap(coordinate ? *coordinate : q.unit(value.value()));
    if (q.natural(p.unit[k]) == value.value()) continue;
    if (p.given.empty()) {
      p.given.resize(space.size(), 0.0);
      for (std::size_t j = 0; j < k; ++j) p.given[j] = p.active[j] != 0 ? space[j].natural(p.unit[j]) : 0.0;
    }
    p.given[k] = value.value();
  }
  if (!p.given.empty())
    for (std::size_t k = 0; k < space.size(); ++k)
      if (p.active[k] != 0 && !space[k].holds(p.given[k])) p.given[k] = space[k].natural(p.unit[k]);
  return p;
}

[[nodiscard]] inline result<double> level_of(const parameter& q, const std::string& choice) {
  const std::string label = label_of(choice);
  for (std::size_t i = 0; i < q.labels().size(); ++i)
    if (q.labels()[i] == label) return static_cast<double>(i);
  return no_point(text("\"", q.name(), "\" is ", choice, ", which is none of its values"));
}

inline asked_entry asked_of(const std::string* text) {
  asked_entry asked;
  if (text == nullptr) return asked;
  // As we write it, where names have nothing that is escaped.
  text_cursor at(*text);
  std::string_view by;
  std::string name;
  double unit = 0.0;
  bool own = at.literal("{\"by\":\"") && at.plain(by) && at.literal(",\"unit\":{");
  asked.sampled = by == "sampler";
  while (own && !at.literal("}}")) {
    if (!asked.coordinates.empty()) own = at.literal(",");
    own = own && at.literal("\"") && at.plain(name) && at.literal(":") && at.number(unit);
    asked.coordinates.emplace_back(name, unit);
  }
  if (own) return asked;
  asked = {};
  const json j = parsed_json(*text);
  if (!j.is_object()) return asked;
  if (const auto who = j.find("by"); who != j.end()) asked.sampled = *who == "sampler";
  if (const auto all = j.find("unit"); all != j.end() && all->is_object())
    for (const auto& [key, value] : all->items())
      if (value.is_number()) asked.coordinates.emplace_back(key, value.get<double>());
  return asked;
}

inline told_entry told_of(const std::string* text) {
  told_entry told;
  if (text == nullptr) return told;
  if (text_cursor at(*text); at.literal("{\"seconds\":") && at.number(told.seconds) &&
                             (at.rest() == ",\"inside\":true}" || at.rest() == ",\"inside\":false}"))
    return told;
  told = {};
  const json j = parsed_json(*text);
  if (!j.is_object()) return told;
  if (const auto seconds = j.find("seconds"); seconds != j.end() && seconds->is_number())
    told.seconds = seconds->get<double>();
  told.dropped = j.contains("dropped");
  return told;
}

[[nodiscard]] inline std::optional<double> coordinate_in(const asked_entry& asked, const parameter& q) {
  for (const auto& [name, coordinate] : asked.coordinates)
    if (name == q.name() && elementary::is_finite(coordinate)) return coordinate;
  return std::nullopt;
}

inline result<point> point_of(const domain& space, const std::vector<setting>& settings, const asked_entry& asked) {
  std::size_t expected = 0;  // mostly they have the order of the space
  const auto value_of = [&](const parameter& q) -> result<double> {
    for (std::size_t i = 0; i < settings.size(); ++i) {
      const setting& s = settings[(expected + i) % settings.size()];
      if (s.name() != q.name()) continue;
      expected += i + 1;
      const bool categorical = s.of->what == distribution::kind::categorical;
      if (categorical == q.labels().empty())
        return no_point(text("\"", q.name(), "\" is a ", categorical ? "choice" : "number", " there"));
      return categorical ? level_of(q, s.of->choices[static_cast<std::size_t>(s.value)]) : result<double>(s.value);
    }
    return no_point(text("\"", q.name(), "\" has no value"));
  };
  return point_from(space, value_of, [&](const parameter& q) { return coordinate_in(asked, q); });
}

inline result<point> point_of_values(const domain& space, const std::vector<attribute>& values,
                                     const asked_entry& asked) {
  const auto value_of = [&](const parameter& q) -> result<double> {
    const std::string* const found = find(values, q.name());
    if (found == nullptr) return no_point(text("\"", q.name(), "\" has no value"));
    if (!q.labels().empty()) return level_of(q, *found);
    const std::optional<double> number = number_of(*found);
    return number ? result<double>(*number) : no_point(text("\"", q.name(), "\" is no number"));
  };
  return point_from(space, value_of, [&](const parameter& q) { return coordinate_in(asked, q); });
}

}  // namespace journal_format
}  // namespace knobless::detail
