#pragma once

#include "study_log.hpp"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "csv.hpp"

namespace knobless::detail {

inline constexpr const char* log_head = "event,trial,state,value,seconds,reports,why";
inline constexpr std::size_t log_columns = 7;  // before the parameters

[[nodiscard]] inline std::string log_names(const domain& space) {
  std::string out = log_head;
  for (const parameter& p : space) out += text(",", csv_field(p.name()));
  return out;
}

inline void append_point(std::string& out, const point& p) {
  for (std::size_t k = 0; k < p.size(); ++k) {
    out += ',';
    if (p.active[k] != 0) out += number_text(p.unit[k]);
  }
  out += '\n';
}

[[nodiscard]] constexpr const char* log_name(study_core::event::kind what) noexcept {
  using kind = study_core::event::kind;
  switch (what) {
    case kind::asked:
      return "ask";
    case kind::queued:
      return "queued";
    case kind::refused:
      return "refused";
    case kind::told:
      return "tell";
    case kind::added:
      return "add";
    case kind::dropped:
      return "drop";
  }
  return "";
}

KNOBLESS_INLINE result<std::string> write_log(const study_core& core) {
  using kind = study_core::event::kind;
  if (core.spaces() != 1)
    return error_info{error_code::invalid_use, "the search space was changed: what happened in two has no log",
                      "study.log"};
  const domain& space = core.space();
  const history& seen = core.seen();
  // Where each trial was.
  std::vector<point> where(core.asked_count());
  std::size_t dropped = 0;
  std::size_t row = 0;
  for (const study_core::event& e : core.events()) {
    if (e.what == kind::told || e.what == kind::added) where[e.number] = seen[row++].where();
    if (e.what == kind::dropped) where[e.number] = core.dropped()[dropped++];
  }
  for (const pending_trial& p : seen.pending()) where[p.number] = p.where;

  std::string out = log_names(space) + "\n";
  const point nowhere(space.size());
  bool failed_before = false;
  row = 0;
  for (const study_core::event& e : core.events()) {
    out += text(log_name(e.what), ",", std::to_string(e.number), ",");
    const bool outcome = e.what == kind::told || e.what == kind::added;
    if (outcome) {
      const observation o = seen[row];
      out += to_string(o.state);
      out += ',';
      if (o.state == trial_state::complete) out += number_text(core.signed_value(o.value));
      out += text(",", number_text(o.seconds), ",");
      const auto reports = seen.reports(row);
      for (std::size_t i = 0; i < reports.size(); ++i)
        out += text(i > 0 ? " " : "", std::to_string(reports[i].step), ":",
                    number_text(core.signed_value(reports[i].value)));
      out += ',';
      if (e.what == kind::told && o.state == trial_state::failed && !std::exchange(failed_before, true))
        out += csv_field(core.first_failure());
      ++row;
    } else {
      out += ",,,,";
    }
    const bool placed = e.what == kind::asked || e.what == kind::queued || e.what == kind::added;
    append_point(out, placed ? where[e.number] : nowhere);
  }
  for (const point& p : core.queue()) {
    out += "wait,,,,,,";
    append_point(out, p);
  }
  return out;
}

/// Reads comma-separated rows one by one (RFC 4180).
class row_reader {
 public:
  explicit row_reader(std::string_view rows) : rest_(rows) {}

  /// The fields of the next row; nothing at the end.
  [[nodiscard]] std::optional<std::vector<std::string>> next() {
    if (rest_.empty()) return std::nullopt;
    ++line_;
    std::vector<std::string> fields(1);
    bool quoted = false;
    std::size_t i = 0;
    for (; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (quoted) {
        if (c != '"')
          fields.back() += c;
        else if (i + 1 < rest_.size() && rest_[i + 1] == '"')
          fields.back() += rest_[++i];
        else
          quoted = false;
      } else if (c == '"') {
        quoted = true;
      } else if (c == ',') {
        fields.emplace_back();
      } else if (c == '\n') {
        break;
      } else if (c != '\r') {
        fields.back() += c;
      }
    }
    rest_.remove_prefix(i < rest_.size() ? i + 1 : i);
    return fields;
  }
  [[nodiscard]] std::size_t row() const noexcept { return line_; }

 private:
  std::string_view rest_;
  std::size_t line_ = 0;
};

// The whole text as a number, or nothing.
template <class Number>
[[nodiscard]] std::optional<Number> parsed(std::string_view from) {
  Number value{};
#if !defined(__cpp_lib_to_chars)
  if constexpr (std::is_floating_point_v<Number>) {  // libc++ has no std::from_chars for these
    const std::string copy(from);
    char* end = nullptr;
    value = std::strtod(copy.c_str(), &end);
    if (copy.empty() || end != copy.c_str() + copy.size()) return std::nullopt;
    return value;
  } else
#endif
  {
    const auto read = std::from_chars(from.data(), from.data() + from.size(), value);
    if (read.ec != std::errc{} || read.ptr != from.data() + from.size()) return std::nullopt;
    return value;
  }
}

/// One row of a log, read.
struct log_row {
  std::string event;
  std::size_t number = 0;
  std::optional<outcome> out;
  double seconds = 0.0;
  std::vector<report> reports;
  point where;

  /// Nothing where it is none.
  [[nodiscard]] static std::optional<log_row> read(const std::vector<std::string>& fields, std::size_t dimensions) {
    if (fields.size() != log_columns + dimensions) return std::nullopt;
    log_row r;
    r.event = fields[0];
    if (r.event != "wait") {
      const auto number = parsed<std::size_t>(fields[1]);
      if (!number) return std::nullopt;
      r.number = *number;
    }
    if (r.event == "tell" || r.event == "add") {
      const auto value = parsed<double>(fields[3]);
      const auto seconds = parsed<double>(fields[4]);
      if (!seconds) return std::nullopt;
      r.seconds = *seconds;
      if (fields[2] == to_string(trial_state::complete) && value)
        r.out = outcome(*value);
      else if (fields[2] == to_string(trial_state::pruned))
        r.out = outcome(pruned);
      else if (fields[2] == to_string(trial_state::failed))
        r.out = outcome(failed(fields[6]));
      else
        return std::nullopt;
      for (std::string_view rest = fields[5]; !rest.empty();) {
        const std::string_view one = rest.substr(0, rest.find(' '));
        rest.remove_prefix(one.size() < rest.size() ? one.size() + 1 : one.size());
        const std::size_t colon = one.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        const auto step = parsed<std::size_t>(one.substr(0, colon));
        const auto reported = parsed<double>(one.substr(colon + 1));
        if (!step || !reported) return std::nullopt;
        r.reports.push_back({*step, *reported});
      }
    }
    r.where = point(dimensions);
    for (std::size_t k = 0; k < dimensions; ++k) {
      const std::string& field = fields[log_columns + k];
      r.where.active[k] = field.empty() ? 0 : 1;
      if (field.empty()) continue;
      const auto unit = parsed<double>(field);
      if (!unit || !elementary::is_finite(*unit)) return std::nullopt;
      r.where.unit[k] = *unit;
    }
    return r;
  }
};

// Where two points differ, in words; "" where they don't.
[[nodiscard]] inline std::string departure(const domain& space, const point& asked, const point& logged) {
  for (std::size_t k = 0; k < space.size(); ++k) {
    const auto name_of = [&](const point& p) {
      return p.active[k] != 0 ? number_text(p.unit[k]) : std::string("inactive");
    };
    if (name_of(asked) != name_of(logged))
      return text("coordinate \"", space[k].name(), "\" is ", name_of(asked), " here and ", name_of(logged),
                  " in the log");
  }
  return "";
}

KNOBLESS_INLINE result<std::size_t> replay_log(study_core& core, std::string_view log) {
  if (!core.events().empty() || core.queued() > 0 || core.spaces() != 1)
    return error_info{error_code::invalid_use, "only a new study can replay a log", "study.replay"};
  const domain& space = core.space();
  row_reader rows(log);
  const auto row_text = [&] { return text("log, row ", std::to_string(rows.row())); };
  const auto unread = [&](const char* what) { return error_info{error_code::invalid_log, what, row_text()}; };

  const std::string names = log_names(space);
  row_reader head(names);  // read as a row, too: names may be quoted
  if (rows.next() != head.next())
    return unread("the head is not that of a log of this space: it must name its parameters in their order");
  std::size_t count = 0;
  for (; const auto fields = rows.next(); ++count) {
    const std::optional<log_row> r = log_row::read(*fields, space.size());
    if (!r) return unread("not a row of a log");
    if (r->event == "wait" || r->event == "queued" || r->event == "add") {
      point canonical = r->where;
      space.complete(canonical);
      if (!(canonical == r->where)) return unread("its point is not one of this space");
    }
    if (r->event == "wait") {
      core.enqueue(r->where);
    } else if (r->event == "ask" || r->event == "queued" || r->event == "refused") {
      if (r->event == "queued") core.enqueue(r->where);
      const auto departs = [&](const std::string& how) {
        return error_info{error_code::invalid_log,
                          text("trial ", std::to_string(r->number), " departs from the log: ", how,
                               "; space, sampler, seed and direction must be the same"),
                          row_text()};
      };
      result<study_core::asked> asked = core.ask();
      if (!asked) {
        if (r->event == "refused") continue;
        return departs(asked.error().what);
      }
      if (r->event == "refused") return departs("there was no point for it");
      const std::string how = departure(space, asked.value().where, r->where);
      if (!how.empty()) return departs(how);
      if (asked.value().number != r->number) return unread("its trial is not the next one");
    } else if (r->event == "tell") {
      for (const report& each : r->reports) core.keep_report(r->number, each);
      if (!core.tell(r->number, *r->out, r->seconds)) return unread("its trial is not a running one");
    } else if (r->event == "add") {
      if (r->number != core.asked_count()) return unread("its trial is not the next one");
      core.add(r->where, *r->out);
    } else if (r->event == "drop") {
      if (!core.drop(r->number)) return unread("its trial is not a running one");
    } else {
      return unread("no such event");
    }
  }
  return count;
}

}  // namespace knobless::detail
