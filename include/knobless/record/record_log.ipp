#pragma once

#include "record_log.hpp"

#include <algorithm>
#include <memory>

#include "../base/version.hpp"
#include "csv.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

inline constexpr const char* log_head = "event,trial,state,value,seconds,inside,reports,limits,notes,why";

[[nodiscard]] inline std::string log_names(const domain& space) {
  std::string out = log_head;
  for (const parameter& p : space) out += text(",", csv_field(p.name()));
  return out;
}

KNOBLESS_INLINE std::string described(const domain& space, const parameter& p) {
  static constexpr const char* kinds[] = {"real", "integer", "categorical", "ordinal"};
  std::string out = kinds[static_cast<std::size_t>(p.kind())];
  if (p.labels().empty()) {
    out += text(" from ", number_text(p.low()), " to ", number_text(p.high()),
                p.scale() == scaling::linear ? "" : " on a log scale");
    if (!p.continuous()) out += text(" with ", std::to_string(p.levels()), " levels");
  } else {
    for (const std::string& label : p.labels()) out += text(" \"", label, "\"");
  }
  if (p.kind() == parameter_kind::ordinal)
    for (std::uint64_t level = 0; level < p.levels(); ++level) out += text(" ", number_text(p.cell_low(level)));
  if (p.parent() == parameter::no_parent) return out;
  out += text(", active where ", space[p.parent()].name(), " is");
  const parameter& parent = space[p.parent()];
  const auto value = [&](std::uint64_t level) {
    return value_text(parent, parent.natural(parent.unit_of_level(level)));
  };
  for (const level_set::range& r : p.parent_levels().ranges()) {
    if (r.first >= parent.levels()) break;
    const std::uint64_t last = (std::min)(r.last, parent.levels() - 1);
    out += text(" ", value(r.first), last > r.first ? text(" to ", value(last)) : std::string());
  }
  return out;
}

[[nodiscard]] constexpr const char* direction_name(direction better) noexcept {
  return better == direction::minimize ? "minimize" : "maximize";
}

// The first fields of a row; none has a comma, a quote or a line break.
[[nodiscard]] inline std::string row_head(std::string_view event, const std::string& trial, std::string_view state = "",
                                          const std::string& value = "", const std::string& seconds = "",
                                          std::string_view inside = "", const std::string& reports = "",
                                          std::string_view why = "", const std::string& limits = "",
                                          const std::string& notes = "") {
  return text(event, ",", trial, ",", state, ",", value, ",", seconds, ",", inside, ",", reports, ",",
              csv_field(limits), ",", csv_field(notes), ",", csv_field(why));
}

// The directions of a search, with the names of the objectives where it has several.
[[nodiscard]] inline std::string directions_text(const record& happened) {
  if (happened.declared().empty()) return direction_name(happened.better());
  std::string out;
  for (const objective_info& o : happened.declared())
    out += text(out.empty() ? "" : "; ", o.name, o.name.empty() ? "" : " ", direction_name(o.better));
  return out;
}

// The row that says of which search the log is.
[[nodiscard]] inline std::string study_row(const log_subject& of) {
  const std::string version = text(std::to_string(KNOBLESS_VERSION_MAJOR), ".", std::to_string(KNOBLESS_VERSION_MINOR),
                                   ".", std::to_string(KNOBLESS_VERSION_PATCH));
  std::string out = row_head("study", "", csv_field(directions_text(of.happened)), std::to_string(of.seed), "", "",
                             csv_field(of.sampler), version);
  const domain& first = of.happened.space(0);
  for (const parameter& p : first) out += text(",", csv_field(described(first, p)));
  return out;
}

[[nodiscard]] inline std::string space_fields(const domain& space) {
  std::string out;
  for (const parameter& p : space) out += text(",", csv_field(text(p.name(), ": ", described(space, p))));
  return out;
}

// Where the search that a log is of differs from this one; "" where it doesn't. Where the sampler is not asked, it may be
// another one.
[[nodiscard]] inline std::string other_search(const log_subject& of, const std::vector<std::string>& logged,
                                              log_reading how) {
  const auto says = [](std::string_view what, std::string_view there, std::string_view here) {
    return text("it is of another search: ", what, " is ", there, " there and ", here, " here");
  };
  const domain& space = of.happened.space();
  if (logged.size() != log_columns + space.size() || logged[0] != "study")
    return "its first row must say of which search it is";
  if (const std::string here = directions_text(of.happened); logged[2] != here)
    return says("the direction", logged[2], here);
  for (std::size_t k = 0; k < space.size(); ++k)
    if (const std::string here = described(space, space[k]); logged[log_columns + k] != here)
      return says(text("parameter \"", space[k].name(), "\""), logged[log_columns + k], here);
  if (how == log_reading::rows) return "";
  if (logged[6] != of.sampler) return says("the sampler", logged[6], of.sampler);
  const std::string seed = std::to_string(of.seed);
  return logged[3] == seed ? "" : says("the seed", logged[3], seed);
}

// Where the space that a log goes over to differs from the one given; "" where it doesn't.
[[nodiscard]] inline std::string other_space(const domain& space, const std::vector<std::string>& logged) {
  for (std::size_t k = 0; k < space.size(); ++k) {
    const std::string here = text(space[k].name(), ": ", described(space, space[k]));
    const bool there = log_columns + k < logged.size();
    if (!there || logged[log_columns + k] != here)
      return text("the search space was changed to another one: it has ", there ? logged[log_columns + k] : "no more",
                  " there and ", here, " here");
  }
  return logged.size() == log_columns + space.size()
             ? ""
             : text("the search space was changed to another one: it has ", logged[log_columns + space.size()],
                    " there and no more here");
}

inline void append_point(std::string& out, const domain& space, const point& p) {
  for (std::size_t k = 0; k < p.size(); ++k) {
    out += ',';
    if (p.active[k] == 0) continue;
    const bool given = !p.given.empty() && space.natural(p, k) != space[k].natural(p.unit[k]);
    out += given ? text("=", number_text(p.given[k])) : number_text(p.unit[k]);
  }
  out += '\n';
}

// 64-bit FNV-1a (Fowler, Noll, Vo; RFC 9923), in hexadecimal. Line ends of either form are the same.
[[nodiscard]] inline std::string checksum(std::string_view of) {
  // NOLINTBEGIN(readability-magic-numbers): FNV-1a, in hexadecimal digits
  std::uint64_t h = 0xCBF29CE484222325U;
  for (const char c : of)
    if (c != '\r') h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += "0123456789abcdef"[h >> static_cast<unsigned>(shift) & 15U];
  // NOLINTEND(readability-magic-numbers)
  return out;
}

// Writes the events of a record one after another.
class log_writer {
 public:
  explicit log_writer(const log_subject& of) : subject_(of), happened_(of.happened) {
    where_.resize(happened_.begun());
    reports_.resize(happened_.begun());
    std::size_t row = 0;
    for (const record::event& e : happened_.events())
      if (e.what == kind::told || e.what == kind::added) {
        where_[e.number] = happened_.original(row).where;
        reports_[e.number] = happened_.seen().reports(row++);
      }
    for (const record::forgotten& d : happened_.dropped()) {
      where_[d.number] = d.where.where;
      reports_[d.number] = d.reports;
    }
    for (const pending_trial& p : happened_.seen().pending()) {
      where_[p.number] = happened_.original(p).where;
      reports_[p.number] = p.reports;
    }
  }

  [[nodiscard]] std::string written() {
    out_ = log_names(happened_.space(0)) + "\n" + study_row(subject_) + "\n";
    rows_ = 2;
    const auto events = happened_.events();
    for (std::size_t i = 0; i < events.size();) i = write(events, i);
    for (const point& p : subject_.queue) {
      out_ += row_head("wait", "");
      end_with(p);
    }
    const std::string checked = checksum(out_);
    out_ += row_head("end", std::to_string(rows_), "", "", "", "", "", checked) + "\n";
    return std::move(out_);
  }

 private:
  using kind = record::event::kind;

  [[nodiscard]] const domain& space() const { return happened_.space(space_); }
  void end_with(const point& p) {
    append_point(out_, space(), p);
    ++rows_;
  }
  void end_without() { end_with(point(space().size())); }

  // Writes the i-th event, and reports of the same trial that follow it; returns the next one.
  std::size_t write(std::span<const record::event> events, std::size_t i) {
    const record::event& e = events[i];
    const std::string number = std::to_string(e.number);
    switch (e.what) {
      case kind::asked:
      case kind::queued:
        out_ += row_head(e.what == kind::asked ? "ask" : "queued", number);
        end_with(where_[e.number]);
        break;
      case kind::refused:
        out_ += row_head("refused", number);
        end_without();
        break;
      case kind::dropped:
        out_ += row_head("drop", number);
        end_without();
        break;
      case kind::leg:
        out_ += row_head("leg", number, "", number_text(e.amount));
        end_without();
        break;
      case kind::reported:
        return write_reports(events, i);
      case kind::told:
      case kind::added:
        write_outcome(e);
        break;
      case kind::changed:
        ++space_;
        out_ += row_head("space", "") + space_fields(space()) + "\n";
        ++rows_;
        break;
    }
    return i + 1;
  }

  // Those of one trial that follow each other share a row, unless it is known what each took.
  std::size_t write_reports(std::span<const record::event> events, std::size_t i) {
    const record::event& e = events[i];
    std::span<const report>& left = reports_[e.number];
    std::string all;
    do {
      all += text(all.empty() ? "" : " ", std::to_string(left.front().step), ":",
                  number_text(happened_.signed_value(left.front().value)));
      left = left.subspan(1);
      ++i;
    } while (i < events.size() && events[i].what == kind::reported && events[i].number == e.number &&
             !(e.amount > 0.0) && !(events[i].amount > 0.0));
    out_ += row_head("report", std::to_string(e.number), "", "", e.amount > 0.0 ? number_text(e.amount) : "", "", all);
    end_without();
    return i;
  }

  // Of a trial in the order of the objectives.
  [[nodiscard]] std::string values_text() const {
    std::string out;
    for (const double v : happened_.values(row_)) out += text(out.empty() ? "" : " ", number_text(v));
    return out;
  }

  void write_outcome(const record::event& e) {
    const observation o = happened_.seen()[row_];
    const trial_state state = happened_.original_state(row_);
    out_ += row_head(e.what == kind::told ? "tell" : "add", std::to_string(e.number), to_string(state),
                     state == trial_state::complete ? values_text() : "", number_text(o.seconds),
                     happened_.was_inside(row_) ? "yes" : "no", "", happened_.why(row_),
                     limit_items(happened_.seen(), row_), note_items(happened_, row_));
    if (e.what == kind::added)
      end_with(where_[e.number]);
    else
      end_without();
    ++row_;
  }

  const log_subject& subject_;
  const record& happened_;
  std::vector<point> where_;                      // of each trial
  std::vector<std::span<const report>> reports_;  // of each trial, not yet written
  std::string out_;
  std::size_t rows_ = 0;
  std::size_t row_ = 0;    // of the history
  std::size_t space_ = 0;  // present
};

KNOBLESS_INLINE std::string write_log(const log_subject& of) { return log_writer(of).written(); }

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

KNOBLESS_INLINE result<std::size_t> log_player::play() {
  if (!begins_well()) return *std::move(error_);
  for (std::size_t count = 0;; ++count) {
    const std::size_t at = log_.size() - rows_.rest().size();
    const auto fields = rows_.next();
    if (!fields) {
      (void)refuse("the log ends without its last row, so a part of it is missing");
      return *std::move(error_);
    }
    if (fields->front() == "end") {
      if (!ends_well(*fields, at)) return *std::move(error_);
      return count;
    }
    if (!(fields->front() == "space" ? change(*fields) : read_and_play(*fields))) return *std::move(error_);
  }
}

KNOBLESS_INLINE bool log_player::refuse(std::string what) {
  error_ = error_info{error_code::invalid_log, std::move(what), text("log, row ", std::to_string(rows_.row()))};
  return false;
}

KNOBLESS_INLINE bool log_player::departs(std::size_t trial, const std::string& how) {
  return refuse(text("trial ", std::to_string(trial), " departs from the log: ", how,
                     unchanged() ? "; space, constraints, sampler and library version must be the same"
                                 : "; the log was cut or changed since it was written"));
}

// Whether the log ends in a row with its checksum.
KNOBLESS_INLINE bool log_player::unchanged() const {
  const std::size_t last = log_.rfind("\nend,");
  if (last == std::string_view::npos) return false;
  return log_.substr(last).find(checksum(log_.substr(0, last + 1))) != std::string_view::npos;
}

KNOBLESS_INLINE bool log_player::begins_well() {
  const log_subject of = subject();
  const std::string names = log_names(of.happened.space());
  row_reader head(names);  // read as a row, too: names may be quoted
  if (rows_.next() != head.next())
    return refuse("the head is not that of a log of this space: it must name its parameters in their order");
  const auto study = rows_.next();
  if (!study) return refuse("the log ends without its last row, so a part of it is missing");
  const std::string other = other_search(of, *study, how_);
  return other.empty() || refuse(other);
}

KNOBLESS_INLINE bool log_player::ends_well(const std::vector<std::string>& fields, std::size_t at) {
  if (fields.size() != log_columns) return refuse("not a row of a log");
  const std::size_t before = rows_.row() - 1;
  if (fields[1] != std::to_string(before))
    return refuse(text("its last row counts ", fields[1], " rows before it, but there are ", std::to_string(before)));
  // NOLINTBEGIN(readability-magic-numbers): the last column
  if (fields[9] != checksum(log_.substr(0, at)))
    // NOLINTEND(readability-magic-numbers)
    return refuse("the checksum is another one: something in the log was changed");
  return rows_.rest().empty() || refuse("there is something behind its last row");
}

KNOBLESS_INLINE bool log_player::read_and_play(const std::vector<std::string>& fields) {
  const domain& space = subject().happened.space();
  const std::optional<log_row> r = log_row::read(fields, space);
  if (!r) return refuse("not a row of a log");
  if (r->event == "wait" || r->event == "ask" || r->event == "queued" || r->event == "add") {
    point canonical = r->where;
    space.complete(canonical);
    if (!(canonical == r->where)) return refuse("its point is not one of this space");
  }
  return again(*r);
}

KNOBLESS_INLINE bool log_player::same_space(const domain& space, const std::vector<std::string>& row) {
  const std::string other = other_space(space, row);
  return other.empty() || refuse(other);
}

KNOBLESS_INLINE bool log_player::same_point(std::size_t trial, const point& asked, const point& logged) {
  const std::string how = departure(subject().happened.space(), asked, logged);
  return how.empty() || departs(trial, how);
}

KNOBLESS_INLINE bool log_player::same_verdict(const log_row& row) {
  const record& happened = subject().happened;
  const bool inside = happened.was_inside(happened.seen().size() - 1);
  if (inside == row.inside) return true;
  return refuse(text("the point of trial ", std::to_string(row.number), row.inside ? " keeps" : " breaks",
                     " the constraints there and ", inside ? "keeps" : "breaks", " them here"));
}

}  // namespace knobless::detail
