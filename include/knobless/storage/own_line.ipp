#pragma once

#include "own_line.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "line_sum.hpp"
#include "text_cursor.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace journal_format {

inline constexpr std::string_view own_distributions = ",\"distributions\":";
inline constexpr std::string_view own_params = ",\"params\":{";

/// Takes a line of our own apart. Each part says whether it is as we write it.
class own_line_parser {
 public:
  own_line_parser(std::string_view text, std::vector<own_parameters>& known)
      : at_(text.substr(0, text.size() - (sum_key.size() + sum_digits + 2))), known_(known) {}

  [[nodiscard]] bool parse(line& into) {
    std::uint64_t code = 0;
    std::uint64_t written = 0;
    if (!at_.literal("{\"op_code\":") || !at_.whole(code) || !at_.literal(",\"worker_id\":\"") ||
        !at_.plain(into.worker) || !at_.literal(",\"knobless:line\":") || !at_.whole(written))
      return false;
    into.what = static_cast<operation>(code);
    switch (code) {
      case static_cast<std::uint64_t>(operation::create_trial):
        return begin(into) && at_.rest().empty();
      case static_cast<std::uint64_t>(operation::trial_state):
        return state_of(into) && at_.rest().empty();
      case static_cast<std::uint64_t>(operation::trial_intermediate):
        return intermediate(into) && at_.rest().empty();
      case static_cast<std::uint64_t>(operation::trial_system_attr):
        return told(into) && at_.rest().empty();
      default:
        return false;
    }
  }

 private:
  [[nodiscard]] bool begin(line& into) {
    into.becomes = state::running;
    return at_.literal(",\"study_id\":") && at_.whole(into.id) && at_.literal(",\"datetime_start\":\"") &&
           at_.plain(into.begun) && at_.literal(",\"state\":0,\"value\":null,\"values\":null") &&
           at_.literal(own_distributions) && parameters(into) &&
           at_.literal("},\"user_attrs\":{},\"system_attrs\":{\"knobless:ask\":") && asked(into) &&
           at_.literal("},\"intermediate_values\":{}");
  }

  [[nodiscard]] bool parameters(line& into) {
    const auto same = [this](const own_parameters& k) { return at_.literal(k.distributions); };
    const auto found = std::find_if(known_.begin(), known_.end(), same);
    if (found == known_.end()) return false;
    std::rotate(known_.begin(), found, found + 1);
    const own_parameters& own = known_.front();
    if (!at_.literal(own_params)) return false;
    into.settings.reserve(own.keys.size());
    for (std::size_t k = 0; k < own.keys.size(); ++k) {
      double value = 0.0;
      if ((k > 0 && !at_.literal(",")) || !at_.literal(own.keys[k]) || !at_.number(value)) return false;
      const distribution& of = *own.of[k];
      const auto choices = static_cast<double>(of.choices.size());
      if (of.what == distribution::kind::categorical &&
          !(value >= 0.0 && value < choices && value == std::floor(value)))
        return false;
      into.settings.push_back({own.of[k], value});
    }
    return true;
  }

  // {"by":"sampler","unit":{"x":0.5}}
  [[nodiscard]] bool asked(line& into) {
    const std::string_view before = at_.rest();
    std::string_view name;
    double coordinate = 0.0;
    if (!at_.literal("{\"by\":\"") || !at_.plain(name) || !at_.literal(",\"unit\":{")) return false;
    for (bool first = true; !at_.literal("}}"); first = false)
      if ((!first && !at_.literal(",")) || !at_.literal("\"") || !at_.plain(name) || !at_.literal(":") ||
          !at_.number(coordinate))
        return false;
    into.system.push_back({"knobless:ask", std::string(before.substr(0, before.size() - at_.rest().size()))});
    return true;
  }

  [[nodiscard]] bool state_of(line& into) {
    std::uint64_t now = 0;
    if (!at_.literal(",\"trial_id\":") || !at_.whole(into.id) || !at_.literal(",\"state\":") || !at_.whole(now) ||
        now > static_cast<std::uint64_t>(state::waiting) || !at_.literal(",\"values\":"))
      return false;
    into.becomes = static_cast<state>(now);
    if (!at_.literal("null")) {
      if (!at_.literal("[")) return false;
      do {
        into.values.push_back(0.0);
        if (!at_.number(into.values.back())) return false;
      } while (at_.literal(","));
      if (!at_.literal("]")) return false;
    }
    return at_.literal(",\"datetime_complete\":\"") && at_.plain(into.ended);
  }

  [[nodiscard]] bool intermediate(line& into) {
    std::uint64_t step = 0;
    double value = 0.0;
    if (!at_.literal(",\"trial_id\":") || !at_.whole(into.id) || !at_.literal(",\"step\":") || !at_.whole(step) ||
        !at_.literal(",\"intermediate_value\":") || !at_.number(value))
      return false;
    into.reports.push_back({static_cast<std::size_t>(step), value});
    return !at_.literal(",\"knobless:seconds\":") || at_.number(into.seconds);
  }

  // "knobless:told":{"seconds":0.5,"inside":true}
  [[nodiscard]] bool told(line& into) {
    if (!at_.literal(",\"trial_id\":") || !at_.whole(into.id) || !at_.literal(",\"system_attr\":{\"knobless:told\":"))
      return false;
    const std::string_view before = at_.rest();
    double seconds = 0.0;
    if (!at_.literal("{\"seconds\":") || !at_.number(seconds) || !at_.literal(",\"inside\":") ||
        !(at_.literal("true") || at_.literal("false")) || !at_.literal("}"))
      return false;
    into.system.push_back({"knobless:told", std::string(before.substr(0, before.size() - at_.rest().size()))});
    return at_.literal("}");
  }

  text_cursor at_;
  std::vector<own_parameters>& known_;
};

inline std::optional<line> read_own(std::string_view text, std::vector<own_parameters>& known) {
  line made;
  if (!own_line_parser(text, known).parse(made)) return std::nullopt;
  return made;
}

inline std::optional<own_parameters> parameters_of(std::string_view text, const std::vector<setting>& settings) {
  const std::size_t begin = text.find(own_distributions);
  const std::size_t end = begin == std::string_view::npos ? begin : text.find(own_params, begin);
  if (end == std::string_view::npos) return std::nullopt;
  own_parameters made;
  made.distributions = text.substr(begin + own_distributions.size(), end - begin - own_distributions.size());
  std::string_view rest = text.substr(end + own_params.size());
  while (made.keys.size() < settings.size()) {
    // "name":value, where the name may have escaped quotes.
    std::size_t quote = 1;
    while (quote < rest.size() && rest[quote] != '"') quote += rest[quote] == '\\' ? 2 : 1;
    if (quote + 1 >= rest.size() || rest.front() != '"' || rest[quote + 1] != ':') return std::nullopt;
    const std::optional<std::string> name = text_of(rest.substr(0, quote + 1));
    const auto same = [&](const setting& s) { return name && s.name() == *name; };
    const auto of = std::find_if(settings.begin(), settings.end(), same);
    if (of == settings.end()) return std::nullopt;
    made.keys.emplace_back(rest.substr(0, quote + 2));
    made.of.push_back(of->of);
    const std::size_t comma = rest.find_first_of(",}", quote);
    if (comma == std::string_view::npos || (rest[comma] == '}') != (made.keys.size() == settings.size()))
      return std::nullopt;
    rest.remove_prefix(comma + 1);
  }
  return made;
}

}  // namespace journal_format
}  // namespace knobless::detail
