#pragma once

#include "line_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "json_text.hpp"
#include "line_sum.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace journal_format {

// ---- Distributions ---------------------------------------------------------------------------------------------------

// Under the names of today, and under those that Optuna 2 had.
[[nodiscard]] inline std::string parse_distribution(const json& from, distribution& made) {
  if (!from.is_object()) return "is no JSON object";
  const auto name_at = from.find("name");
  const auto at = from.find("attributes");
  if (name_at == from.end() || !name_at->is_string() || at == from.end() || !at->is_object())
    return "has no name and attributes";
  const std::string name = name_at->get<std::string>();
  if (name == "CategoricalDistribution") {
    made.what = distribution::kind::categorical;
    const auto choices = at->find("choices");
    if (choices == at->end() || !choices->is_array() || choices->empty()) return "has no choices";
    for (const json& c : *choices) made.choices.push_back(dumped(c));
    return {};
  }
  const bool integer =
      name == "IntDistribution" || name == "IntUniformDistribution" || name == "IntLogUniformDistribution";
  const bool real = name == "FloatDistribution" || name == "UniformDistribution" || name == "LogUniformDistribution" ||
                    name == "DiscreteUniformDistribution";
  if (!integer && !real) return text("is of no kind that is known: ", name);
  made.what = integer ? distribution::kind::integer : distribution::kind::real;
  const auto number = [&](const char* key) {
    const auto found = at->find(key);
    return found == at->end() ? std::nullopt : finite_number(*found);
  };
  if (!number("low") || !number("high")) return "has no finite bounds";
  made.low = *number("low");
  made.high = *number("high");
  made.step = number("step").value_or(number("q").value_or(integer ? 1.0 : 0.0));
  const auto log = at->find("log");
  made.log = (log != at->end() && log->is_boolean() && log->get<bool>()) || name.find("Log") != std::string::npos;
  return {};
}

inline shared_distribution known_distributions::read(const std::string& parameter, const std::string& written,
                                                     std::string& why) {
  const std::string key = text(parameter, std::string_view("\0", 1), written);
  if (const auto at = known_.find(key); at != known_.end()) return at->second;
  distribution made;
  made.parameter = parameter;
  made.json = written;
  why = parse_distribution(parsed_json(written), made);
  if (!why.empty()) return nullptr;
  constexpr std::size_t most = 10000;
  if (known_.size() >= most) known_.clear();
  return known_[key] = std::make_shared<const distribution>(std::move(made));
}

// ---- Reading lines ---------------------------------------------------------------------------------------------------

/// Takes the members of one line apart. The first thing that is wrong is kept.
class line_parser {
 public:
  line_parser(const json& from, known_distributions& known) : from_(from), known_(known) {}

  [[nodiscard]] std::string parse(line& into) {
    const std::optional<std::uint64_t> code = whole(from_, "op_code", true);
    if (!code) return wrong_;
    if (*code > static_cast<std::uint64_t>(operation::discard_trials))
      return text("there is no operation ", std::to_string(*code));
    into.what = static_cast<operation>(*code);
    if (const json* worker = member("worker_id"); worker != nullptr && worker->is_string())
      into.worker = worker->get<std::string>();
    switch (into.what) {
      case operation::create_study:
        create_study(into);
        break;
      case operation::delete_study:
        id(into, "study_id");
        break;
      case operation::study_user_attr:
      case operation::trial_user_attr:
        id(into, into.what == operation::study_user_attr ? "study_id" : "trial_id");
        attributes(member("user_attr"), into.user, "user_attr");
        break;
      case operation::study_system_attr:
      case operation::trial_system_attr:
        id(into, into.what == operation::study_system_attr ? "study_id" : "trial_id");
        attributes(member("system_attr"), into.system, "system_attr");
        break;
      case operation::create_trial:
        create_trial(into);
        break;
      case operation::trial_param:
        trial_param(into);
        break;
      case operation::trial_state:
        id(into, "trial_id");
        read_state(into, true);
        read_values(into);
        break;
      case operation::trial_intermediate:
        intermediate(into);
        break;
      case operation::discard_trials:
        break;
    }
    return wrong_;
  }

 private:
  void refuse(std::string why) {
    if (wrong_.empty()) wrong_ = std::move(why);
  }
  void missing(std::string_view key, std::string_view must) { refuse(text("\"", key, "\" must be ", must)); }

  [[nodiscard]] const json* member(const char* key) const {
    const auto at = from_.find(key);
    return at == from_.end() || at->is_null() ? nullptr : &*at;
  }
  std::optional<std::uint64_t> whole(const json& in, const char* key, bool needed) {
    const auto at = in.find(key);
    if (at != in.end() && at->is_number_unsigned()) return at->get<std::uint64_t>();
    if (needed || (at != in.end() && !at->is_null())) missing(key, "a whole number from 0");
    return std::nullopt;
  }
  void id(line& into, const char* key) { into.id = whole(from_, key, true).value_or(0); }
  void attributes(const json* from, std::vector<attribute>& into, const char* key) {
    if (from == nullptr || !from->is_object()) return missing(key, "an object");
    for (const auto& [name, value] : from->items()) into.push_back({name, dumped(value)});
  }
  void read_text(std::string& into, const char* key) {
    const json* from = member(key);
    if (from != nullptr && !from->is_string()) return missing(key, "a time as text");
    if (from != nullptr) into = from->get<std::string>();
  }

  void create_study(line& into) {
    const json* name = member("study_name");
    if (name == nullptr || !name->is_string()) return missing("study_name", "a text");
    into.name = name->get<std::string>();
    const json* directions = member("directions");
    if (directions == nullptr || !directions->is_array() || directions->empty())
      return missing("directions", "a list of 1 (minimize) and 2 (maximize)");
    for (const json& d : *directions) {
      if (!d.is_number_unsigned() || d.get<std::uint64_t>() > 2) return missing("directions", "a list of 1 and 2");
      into.directions.push_back(static_cast<int>(d.get<std::uint64_t>()));
    }
  }

  void read_state(line& into, bool needed) {
    const std::optional<std::uint64_t> s = whole(from_, "state", needed);
    if (s && *s > static_cast<std::uint64_t>(state::waiting)) return missing("state", "from 0 to 4");
    if (s) into.becomes = static_cast<state>(*s);
    read_text(into.begun, "datetime_start");
    read_text(into.ended, "datetime_complete");
  }
  void read_values(line& into) {
    if (const json* one = member("value")) into.values = {any_number(*one).value_or(0.0)};
    const json* all = member("values");
    if (all == nullptr) return;
    if (!all->is_array()) return missing("values", "a list of numbers");
    into.values.clear();
    for (const json& v : *all) {
      const std::optional<double> number = any_number(v);
      if (!number) return missing("values", "a list of numbers");
      into.values.push_back(*number);
    }
  }

  [[nodiscard]] shared_distribution read_distribution(const json& from, const std::string& of) {
    if (!from.is_string()) {
      missing(of, "a distribution as text");
      return nullptr;
    }
    std::string why;
    shared_distribution made = known_.read(of, from.get_ref<const std::string&>(), why);
    if (!made) refuse(text("the distribution of \"", of, "\" ", why));
    return made;
  }

  void take_setting(line& into, const std::string& name, const json& value, shared_distribution d) {
    const std::optional<double> number = finite_number(value);
    if (d == nullptr) return;
    if (!number) return missing(name, "a finite number");
    if (d->what == distribution::kind::categorical &&
        !(*number >= 0.0 && *number < static_cast<double>(d->choices.size()) && *number == std::floor(*number)))
      return missing(name, text("the number of one of ", std::to_string(d->choices.size()), " choices"));
    into.settings.push_back({std::move(d), *number});
  }

  void create_trial(line& into) {
    id(into, "study_id");
    read_state(into, false);
    read_values(into);
    if (const json* all = member("user_attrs")) attributes(all, into.user, "user_attrs");
    if (const json* all = member("system_attrs")) attributes(all, into.system, "system_attrs");
    const json* params = member("params");
    const json* distributions = member("distributions");
    if (params != nullptr && !params->empty()) {
      if (!params->is_object() || distributions == nullptr || !distributions->is_object())
        return missing("params", "an object, and distributions one, too");
      for (const auto& [name, value] : params->items()) {
        const auto of = distributions->find(name);
        if (of == distributions->end()) return refuse(text("\"", name, "\" has no distribution"));
        take_setting(into, name, value, read_distribution(*of, name));
      }
    }
    if (const json* all = member("intermediate_values")) {
      if (!all->is_object()) return missing("intermediate_values", "an object");
      for (const auto& [step, value] : all->items()) {
        std::size_t at = 0;
        const auto read = std::from_chars(step.data(), step.data() + step.size(), at);
        const std::optional<double> number = any_number(value);
        if (read.ptr != step.data() + step.size() || !number) return missing("intermediate_values", "numbers by steps");
        into.reports.push_back({at, *number});
      }
      std::sort(into.reports.begin(), into.reports.end(),
                [](const report& a, const report& b) { return a.step < b.step; });
    }
  }

  void trial_param(line& into) {
    id(into, "trial_id");
    const json* name = member("param_name");
    const json* value = member("param_value_internal");
    const json* of = member("distribution");
    if (name == nullptr || !name->is_string()) return missing("param_name", "a text");
    if (value == nullptr) return missing("param_value_internal", "a number");
    if (of == nullptr) return missing("distribution", "a text");
    take_setting(into, name->get<std::string>(), *value, read_distribution(*of, name->get<std::string>()));
  }

  void intermediate(line& into) {
    id(into, "trial_id");
    const std::optional<std::uint64_t> step = whole(from_, "step", true);
    const auto value = from_.find("intermediate_value");
    const std::optional<double> number = value == from_.end() ? std::nullopt : any_number(*value);
    if (!number) return missing("intermediate_value", "a number");
    if (step) into.reports.push_back({static_cast<std::size_t>(*step), *number});
    if (const json* seconds = member("knobless:seconds")) into.seconds = finite_number(*seconds).value_or(0.0);
  }

  const json& from_;
  known_distributions& known_;
  std::string wrong_;
};

[[nodiscard]] inline error_info no_line(std::string why) {
  return error_info{error_code::invalid_log, std::move(why), {}};
}

inline result<line> line_reader::read_slowly(std::string_view from) {
  if (from.empty()) return no_line("it is empty, or longer than 4 MB");
  const seal_state sealed = seal_of(from);
  if (sealed == seal_state::broken) return no_line("its checksum is another one: something in it was changed");
  const json j = parsed_json(from);
  if (j.is_discarded()) return no_line("it is no JSON, or goes too deep, or has a name twice");
  if (!j.is_object()) return no_line("it is no JSON object");
  // What claims to be ours, and has no sum behind its last comma, was changed there.
  if (sealed == seal_state::none && j.contains("knobless:line"))
    return no_line("its checksum is missing: something in it was changed");
  line made;
  std::string wrong = line_parser(j, known_).parse(made);
  if (!wrong.empty()) return no_line(std::move(wrong));
  return made;
}

inline result<line> line_reader::read(std::string_view from) {
  if (seal_of(from) == seal_state::whole) {
    if (std::optional<line> made = read_own(from, own_)) return *std::move(made);
    result<line> slowly = read_slowly(from);
    if (slowly && slowly.value().what == operation::create_trial) remember(from, slowly.value());
    return slowly;
  }
  return read_slowly(from);
}

inline void line_reader::remember(std::string_view from, const line& made) {
  std::optional<own_parameters> there = parameters_of(from, made.settings);
  if (!there) return;
  constexpr std::size_t most = 8;  // as many as three branches have, each there or not
  if (own_.size() == most) own_.pop_back();
  own_.insert(own_.begin(), *std::move(there));
}

}  // namespace journal_format
}  // namespace knobless::detail
