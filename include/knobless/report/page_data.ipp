#pragma once

#include "page_data.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "../base/elementary.hpp"
#include "../space/parameter.hpp"

#include "../base/strict_begin.inc"

namespace knobless::inline KNOBLESS_ABI::detail {

// NOLINTBEGIN(readability-magic-numbers): UTF-8
// How many bytes the character of UTF-8 at the beginning of `text` has; 0 where there is none (RFC 3629).
[[nodiscard]] inline std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool beyond = (first == 0xED && byte(1) >= 0xA0) || (first == 0xF4 && byte(1) >= 0x90);
  return overlong || beyond ? 0 : length;
}

inline void append_escaped(std::string& to, unsigned char c) {
  constexpr char digits[] = "0123456789abcdef";
  to += "\\u00";
  to += digits[c >> 4U];
  to += digits[c & 15U];
}

// NOLINTEND(readability-magic-numbers)
KNOBLESS_INLINE std::string page_string(std::string_view text) {
  constexpr unsigned char delete_character = 0x7F;
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i));
    const auto c = static_cast<unsigned char>(text[i]);
    const std::string_view character = text.substr(i, length);
    if (length == 0)
      out += "\\ufffd";
    else if (character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9")
      out += character == "\xE2\x80\xA8" ? "\\u2028" : "\\u2029";
    else if (c < 0x20 || c == delete_character || c == '<' || c == '>' || c == '&' || c == '"' || c == '\\' ||
             c == '\'')
      append_escaped(out, c);
    else
      out += character;
    i += length == 0 ? 1 : length;
  }
  return out += '"';
}

// Writes JSON, member by member.
class page_writer {
 public:
  page_writer& open(char bracket) {
    comma();
    out_ += bracket;
    first_ = true;
    return *this;
  }
  page_writer& close(char bracket) {
    out_ += bracket;
    first_ = false;
    return *this;
  }
  page_writer& name(std::string_view n) {
    comma();
    out_ += '"';
    out_ += n;
    out_ += "\":";
    first_ = true;
    return *this;
  }
  page_writer& value(double v) {
    comma();
    if (elementary::is_finite(v))
      out_ += number_text(v);
    else
      out_ += "null";
    return *this;
  }
  page_writer& value(std::size_t v) {
    comma();
    out_ += std::to_string(v);
    return *this;
  }
  page_writer& value(bool v) {
    comma();
    out_ += v ? "true" : "false";
    return *this;
  }
  page_writer& value(std::string_view v) {
    comma();
    out_ += page_string(v);
    return *this;
  }
  page_writer& value(const char* v) { return value(std::string_view(v)); }
  page_writer& value(const std::string& v) { return value(std::string_view(v)); }
  template <class T>
  page_writer& value(const std::optional<T>& v) {
    if (v) return value(*v);
    comma();
    out_ += "null";
    return *this;
  }
  template <class T>
  page_writer& value(const std::vector<T>& all) {
    open('[');
    for (const auto& v : all) value(v);
    return close(']');
  }
  template <class T>
  page_writer& member(std::string_view n, const T& v) {
    return name(n).value(v);
  }
  // An array of what `of` says of each.
  template <class Range, class Of>
  page_writer& column(std::string_view n, const Range& all, const Of& of) {
    name(n).open('[');
    for (const auto& one : all) value(of(one));
    return close(']');
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void comma() {
    if (!first_) out_ += ',';
    first_ = false;
  }

  std::string out_;
  bool first_ = true;
};

// NOLINTNEXTLINE(readability-function-cognitive-complexity): a list of what is kept
KNOBLESS_INLINE std::vector<std::size_t> shown_trials(const search_summary& all, std::size_t most) {
  const std::size_t n = all.trials.size();
  std::vector<std::size_t> shown;
  if (n <= most) {
    for (std::size_t i = 0; i < n; ++i) shown.push_back(i);
    return shown;
  }
  std::vector<std::uint8_t> kept(n, 0);
  std::size_t count = 0;
  const auto keep = [&](std::size_t i) { count += std::exchange(kept[i], std::uint8_t{1}) == 0 ? 1U : 0U; };
  keep(0);
  keep(n - 1);
  std::for_each(all.best_so_far.begin(), all.best_so_far.end(), keep);
  std::for_each(all.front.trials.begin(), all.front.trials.end(), keep);
  for (const volume_step& v : all.front.volume) keep(v.trial);
  if (all.best_estimated) keep(all.best_estimated->index);
  const auto keep_extremes = [&](const auto& value_of) {
    std::optional<std::size_t> least;
    std::optional<std::size_t> largest;
    for (std::size_t i = 0; i < n; ++i) {
      const double v = value_of(all.trials[i]);
      if (elementary::is_nan(v)) continue;
      if (!least || v < value_of(all.trials[*least])) least = i;
      if (!largest || v > value_of(all.trials[*largest])) largest = i;
    }
    if (least) keep(*least);
    if (largest) keep(*largest);
  };
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t k = 0; k < all.objectives.size(); ++k)
    keep_extremes([k](const trial_summary& t) { return k < t.values.size() ? t.values[k] : none; });
  for (std::size_t k = 0; k < all.parameters.size(); ++k)
    keep_extremes([k](const trial_summary& t) { return t.settings[k]; });
  keep_extremes([](const trial_summary& t) { return t.ended; });
  // Running ones, while there is room, and of the others every k-th.
  for (std::size_t i = n; i-- > 0 && count < most && all.trials[i].state == trial_state::running;) keep(i);
  std::vector<std::size_t> rest;
  for (std::size_t i = 0; i < n; ++i)
    if (kept[i] == 0) rest.push_back(i);
  const std::size_t room = most > count ? most - count : 0;
  for (std::size_t j = 0; j < room; ++j) keep(rest[j * rest.size() / room]);
  for (std::size_t i = 0; i < n; ++i)
    if (kept[i] != 0) shown.push_back(i);
  return shown;
}

// Writes the parts of a summary; `place_` is where a trial stands among those that are shown.
class page_summary {
 public:
  explicit page_summary(const search_summary& all) : all_(all), shown_(shown_trials(all, most_shown)) {
    place_.assign(all.trials.size(), none);
    for (std::size_t j = 0; j < shown_.size(); ++j) place_[shown_[j]] = j;
  }

  [[nodiscard]] std::string write() {
    to_.open('{');
    write_head();
    write_trials();
    write_best();
    write_what_mattered();
    write_curves();
    write_front();
    write_work();
    return to_.close('}').take();
  }

 private:
  static constexpr std::size_t most_shown = 10000;
  static constexpr std::size_t most_curves = 200;
  static constexpr std::size_t most_points = 200;  // of a curve
  static constexpr std::size_t none = (std::numeric_limits<std::size_t>::max)();

  void write_head() {
    to_.member("name", all_.name).member("sampler", all_.sampler).member("ending", all_.ending);
    to_.member("seconds", all_.seconds).member("all", all_.trials.size()).member("eligible", all_.eligible);
    to_.member("failures", all_.failures).member("noteNames", all_.note_names);
    to_.name("objectives").open('[');
    for (const objective_info& o : all_.objectives)
      to_.open('{').member("name", o.name).member("maximize", o.better == direction::maximize).close('}');
    to_.close(']').name("parameters").open('[');
    for (const parameter_summary& p : all_.parameters) {
      const char* const kinds[] = {"real", "integer", "categorical", "ordinal"};
      to_.open('{').member("name", p.name).member("kind", kinds[static_cast<std::size_t>(p.kind)]);
      to_.member("log", p.scale == scaling::log).member("low", p.low).member("high", p.high);
      to_.member("labels", p.labels).close('}');
    }
    to_.close(']').name("limits").open('[');
    for (const limit_summary& l : all_.limits) {
      to_.open('{').member("name", l.name).member("graded", l.graded).member("kept", l.kept);
      to_.member("broken", l.broken).member("unknown", l.unknown).close('}');
    }
    to_.close(']').name("states").open('[');
    for (const state_count& s : all_.states) to_.open('[').value(to_string(s.state)).value(s.count).close(']');
    to_.close(']');
  }

  // A column for each thing that trials have.
  void write_trials() {
    constexpr double missing = std::numeric_limits<double>::quiet_NaN();
    const auto of = [&](std::size_t i) -> const trial_summary& { return all_.trials[i]; };
    to_.name("trials").open('{');
    to_.column("number", shown_, [&](std::size_t i) { return of(i).number; });
    to_.column("state", shown_, [&](std::size_t i) { return to_string(of(i).state); });
    to_.column("origin", shown_, [&](std::size_t i) { return to_string(of(i).origin); });
    to_.column("begun", shown_, [&](std::size_t i) { return of(i).begun; });
    to_.column("ended", shown_, [&](std::size_t i) { return of(i).ended; });
    to_.column("seconds", shown_, [&](std::size_t i) { return of(i).seconds; });
    to_.column("eligible", shown_, [&](std::size_t i) { return of(i).eligible; });
    const auto columns = [&](std::string_view name, std::size_t count, const auto& value) {
      to_.name(name).open('[');
      for (std::size_t k = 0; k < count; ++k) {
        to_.open('[');
        for (const std::size_t i : shown_) to_.value(value(of(i), k));
        to_.close(']');
      }
      to_.close(']');
    };
    columns("values", all_.objectives.size(),
            [](const trial_summary& t, std::size_t k) { return k < t.values.size() ? t.values[k] : missing; });
    columns("settings", all_.parameters.size(), [](const trial_summary& t, std::size_t k) { return t.settings[k]; });
    columns("limits", all_.limits.size(), [](const trial_summary& t, std::size_t k) { return t.limits[k]; });
    columns("notes", all_.note_names.size(),
            [](const trial_summary& t, std::size_t k) { return std::string_view(t.notes[k]); });
    to_.close('}').name("why").open('{');
    for (std::size_t j = 0; j < shown_.size(); ++j)
      if (!of(shown_[j]).why.empty()) to_.member(std::to_string(j), of(shown_[j]).why);
    to_.close('}');
  }

  [[nodiscard]] std::optional<std::size_t> place(std::optional<std::size_t> i) const {
    return i && place_[*i] != none ? std::optional(place_[*i]) : std::nullopt;
  }

  void write_best() {
    to_.member("best", place(all_.best));
    to_.column("bestSoFar", all_.best_so_far, [&](std::size_t i) { return place_[i]; });
    to_.name("estimated");
    if (all_.best_estimated) {
      to_.open('{')
          .member("trial", place(all_.best_estimated->index))
          .member("value", all_.best_estimated->value)
          .close('}');
    } else {
      to_.value(std::optional<double>());
    }
    to_.name("gain");
    if (all_.gain)
      to_.open('{').member("expected", all_.gain->expected).member("worthwhile", all_.gain->worthwhile).close('}');
    else
      to_.value(std::optional<double>());
    to_.name("noise").open('[');
    for (const noise_summary& n : all_.noise) {
      to_.open('{').member("shown", n.shown).member("model", n.model).member("repeated", n.repeated);
      to_.member("repeats", n.repeats).close('}');
    }
    to_.close(']');
  }

  void write_what_mattered() {
    to_.name("importance").open('[');
    for (const importance_summary& s : all_.importance)
      to_.open('{').member("overall", s.overall).member("best", s.within_best).close('}');
    to_.close(']').name("marginals").open('[');
    for (const marginal_effect& e : all_.marginals) {
      to_.open('{').member("objective", e.objective).member("parameter", e.parameter).name("curve").open('[');
      for (const effect_point& p : e.curve)
        to_.open('[').value(p.at).value(p.mean).value(p.low).value(p.high).close(']');
      to_.close(']').close('}');
    }
    to_.close(']').name("surfaces").open('[');
    for (const pair_surface& s : all_.surfaces) {
      to_.open('{').member("objective", s.objective).member("first", s.first).member("second", s.second);
      to_.member("firstAt", s.first_at).member("secondAt", s.second_at).member("mean", s.mean).close('}');
    }
    to_.close(']');
  }

  // The trials whose curves are shown: the best half of them, and the others evenly.
  [[nodiscard]] std::vector<std::size_t> curves(const std::vector<std::size_t>& reporting) const {
    if (reporting.size() <= most_curves) return reporting;
    std::vector<std::size_t> order = reporting;
    const bool maximize = all_.objectives.front().better == direction::maximize;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const double x = all_.trials[a].reports.back().value;
      const double y = all_.trials[b].reports.back().value;
      return maximize ? x > y : x < y;
    });
    std::vector<std::size_t> few(order.begin(), order.begin() + most_curves / 2);
    const std::size_t rest = order.size() - most_curves / 2;
    for (std::size_t j = 0; j < most_curves / 2; ++j)
      few.push_back(order[most_curves / 2 + j * rest / (most_curves / 2)]);
    return few;
  }

  void write_curves() {
    std::vector<std::size_t> reporting;
    for (const std::size_t i : shown_)
      if (!all_.trials[i].reports.empty()) reporting.push_back(i);
    to_.member("reporting", reporting.size()).name("curves").open('[');
    for (const std::size_t i : curves(reporting)) {
      const std::vector<report>& reports = all_.trials[i].reports;
      to_.open('{').member("trial", place_[i]).name("points").open('[');
      const std::size_t each = (reports.size() + most_points - 1) / most_points;
      for (std::size_t r = 0; r < reports.size(); ++r)
        if (r % each == 0 || r + 1 == reports.size())
          to_.open('[').value(reports[r].step).value(reports[r].value).close(']');
      to_.close(']').close('}');
    }
    to_.close(']').name("rungs").open('[');
    for (const rung_summary& r : all_.rungs) {
      to_.open('{').member("step", r.step).member("reached", r.reached).member("cut", r.cut);
      to_.member("ahead", r.ahead).member("lead", r.lead).close('}');
    }
    to_.close(']');
  }

  void write_front() {
    std::vector<std::size_t> front;
    std::optional<std::size_t> knee;
    for (std::size_t f = 0; f < all_.front.trials.size(); ++f) {
      if (place_[all_.front.trials[f]] == none) continue;
      if (all_.front.knee == f) knee = front.size();
      front.push_back(place_[all_.front.trials[f]]);
    }
    to_.name("front").open('{').member("trials", front).member("knee", knee);
    to_.member("reference", all_.front.reference).name("volume").open('[');
    for (const volume_step& v : all_.front.volume)
      if (place_[v.trial] != none) to_.open('[').value(place_[v.trial]).value(v.volume).close(']');
    to_.close(']').close('}');
  }

  void write_work() {
    std::size_t numbers = 0;
    for (const trial_summary& t : all_.trials) numbers = (std::max)(numbers, t.number + 1);
    std::vector<std::size_t> by_number(numbers, none);
    for (const std::size_t i : shown_) by_number[all_.trials[i].number] = place_[i];
    to_.member("workers", all_.when.workers).name("work").open('[');
    for (const work_piece& w : all_.when.work)
      if (w.number < numbers && by_number[w.number] != none)
        to_.open('[').value(by_number[w.number]).value(w.worker).value(w.begun).value(w.ended).close(']');
    to_.close(']');
  }

  const search_summary& all_;
  std::vector<std::size_t> shown_;
  std::vector<std::size_t> place_;
  page_writer to_;
};

KNOBLESS_INLINE std::string page_data(const search_summary& all) { return page_summary(all).write(); }

}  // namespace knobless::detail

#include "../base/strict_end.inc"
