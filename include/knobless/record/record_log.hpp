/// \file
/// What happened to a search as text, and what reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../base/config.hpp"
#include "../base/elementary.hpp"
#include "../base/error.hpp"
#include "../space/domain.hpp"
#include "../space/value_text.hpp"
#include "csv.hpp"
#include "log_items.hpp"
#include "outcome.hpp"
#include "record.hpp"
#include "trial.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Of which search a log is.
struct log_subject {
  const record& happened;        ///< what happened
  std::uint64_t seed;            ///< of the search
  std::string sampler;           ///< who proposes, and what else the proposals depend on
  std::span<const point> queue;  ///< points that still wait
};

/// What a parameter is, in words: all that a coordinate needs to mean the same value.
[[nodiscard]] std::string described(const domain& space, const parameter& p);

/// Comma-separated rows with a head (RFC 4180), one for each event, in order:
///
///     event,trial,state,value,seconds,inside,reports,limits,notes,why,[a column for each parameter]
///
/// The first row, `study`, says of which search the log is: direction, seed, sampler, library version, and what each
/// parameter is. `ask` and `queued` (a trial that was waiting in the queue) have their point; `leg` says how far a trial is to be
/// trained; `report` has the intermediate values that one trial gave before something else happened; `tell` the outcome, and
/// whether the point keeps bounds and constraints; `add` all of these; `drop` ends a trial untold; `refused` is an ask that
/// found nothing; `space` goes over to another space, which it describes; `wait` is a point that still waits in the queue. The
/// last row, `end`, has the number of rows before it and their checksum (64-bit FNV-1a), so that a log that was cut or changed
/// is refused. A point is coordinates of the unit cube, empty where inactive, or `=` and the value that a user gave;
/// numbers are such that they are read back to the bit. Values are in the user's direction, several of one trial in the order of
/// the objectives with spaces between them; `why` is a failure's reason. Limits and notes of a trial are items with `;` between
/// them: `memory:-12`, `loud:broken`, `commit:text:1a2b`, `epochs:number:12`, `warm:flag:true`; a `:`, `;` or backslash of a name
/// or text has a backslash before it.
/// O(trials * d).
[[nodiscard]] std::string write_log(const log_subject& of);

inline constexpr std::size_t log_columns = 10;  ///< before the parameters

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
  /// What has not been read.
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
  std::size_t line_ = 0;
};

/// One row of a log, read.
struct log_row {
  std::string event;
  std::size_t number = 0;
  std::optional<outcome> out;
  double seconds = 0.0;
  bool inside = true;
  std::size_t resource = 0;  // of a leg
  std::vector<report> reports;
  point where;

  /// Nothing where it is none.
  [[nodiscard]] static std::optional<log_row> read(const std::vector<std::string>& fields, const domain& space) {
    if (fields.size() != log_columns + space.size()) return std::nullopt;
    log_row r;
    r.event = fields[0];
    if (r.event != "wait") {
      const auto number = parsed<std::size_t>(fields[1]);
      if (!number) return std::nullopt;
      r.number = *number;
    }
    const bool outcome_read = (r.event != "tell" && r.event != "add") || r.read_outcome(fields);
    const bool reports_read = fields[6].empty() == (r.event != "report") && r.read_reports(fields[6]);
    if (!outcome_read || !reports_read || !r.read_point(fields, space)) return std::nullopt;
    if (r.event == "leg") {
      const auto resource = parsed<std::size_t>(fields[3]);
      if (!resource) return std::nullopt;
      r.resource = *resource;
    }
    if (r.event == "report" && !fields[4].empty()) {
      const auto took = parsed<double>(fields[4]);
      if (!took) return std::nullopt;
      r.seconds = *took;
    }
    return r;
  }

 private:
  [[nodiscard]] bool read_outcome(const std::vector<std::string>& fields) {
    const std::optional<std::vector<double>> values = read_values(fields[3]);
    const auto took = parsed<double>(fields[4]);
    if (!took || (fields[5] != "yes" && fields[5] != "no")) return false;
    seconds = *took;
    inside = fields[5] == "yes";
    if (fields[2] == to_string(trial_state::complete) && values && !values->empty())
      out = values->size() == 1 ? outcome(values->front()) : outcome(*values);
    else if (fields[2] == to_string(trial_state::pruned))
      out = outcome(pruned);
    else if (fields[2] == to_string(trial_state::failed))
      // NOLINTBEGIN(readability-magic-numbers): the columns of a log
      out = outcome(failed(fields[9]));
    return out && read_limits(*out, fields[7]) && read_notes(*out, fields[8]);
    // NOLINTEND(readability-magic-numbers)
  }

  // Several with spaces between them.
  [[nodiscard]] static std::optional<std::vector<double>> read_values(std::string_view field) {
    std::vector<double> values;
    while (!field.empty()) {
      const std::string_view one = field.substr(0, field.find(' '));
      field.remove_prefix(one.size() < field.size() ? one.size() + 1 : one.size());
      const auto value = parsed<double>(one);
      if (!value) return std::nullopt;
      values.push_back(*value);
    }
    return values;
  }

  [[nodiscard]] bool read_reports(std::string_view rest) {
    while (!rest.empty()) {
      const std::string_view one = rest.substr(0, rest.find(' '));
      rest.remove_prefix(one.size() < rest.size() ? one.size() + 1 : one.size());
      const std::size_t colon = one.find(':');
      if (colon == std::string_view::npos) return false;
      const auto step = parsed<std::size_t>(one.substr(0, colon));
      const auto value = parsed<double>(one.substr(colon + 1));
      if (!step || !value) return false;
      reports.push_back({*step, *value});
    }
    return true;
  }

  [[nodiscard]] bool read_point(const std::vector<std::string>& fields, const domain& space) {
    where = point(space.size());
    for (std::size_t k = 0; k < space.size(); ++k) {
      std::string_view field = fields[log_columns + k];
      where.active[k] = field.empty() ? 0 : 1;
      if (field.empty()) continue;
      const bool given = field.front() == '=';
      if (given) field.remove_prefix(1);
      const auto read = parsed<double>(field);
      if (!read || !elementary::is_finite(*read)) return false;
      where.unit[k] = *read;
      if (!given) continue;
      if (!space[k].holds(*read)) return false;
      where.unit[k] = space[k].snap(space[k].unit(*read));
      if (where.given.empty()) where.given.resize(space.size(), 0.0);
      where.given[k] = *read;
    }
    if (where.given.empty()) return true;
    for (std::size_t k = 0; k < space.size(); ++k)
      if (fields[log_columns + k].substr(0, 1) != "=") where.given[k] = space[k].natural(where.unit[k]);
    return true;
  }
};

/// How a log is done again: by asking the sampler, which must propose what it did then, or from the rows alone.
enum class log_reading : unsigned char { asks, rows };

/// Reads a log row by row, checks its beginning and its end, and lets a derived class do what happened again.
class log_player {
 public:
  /// Of this log, for that search.
  log_player(std::string_view log, log_reading how) : log_(log), rows_(log), how_(how) {}
  log_player(const log_player&) = delete;
  log_player& operator=(const log_player&) = delete;
  virtual ~log_player() = default;

  /// The number of rows that were done again. Errors: invalid_log where the log is of another search, where a row can't be
  /// read or the end is missing, or where the search departs from it.
  [[nodiscard]] result<std::size_t> play();

 protected:
  /// Of which search a log is wanted.
  [[nodiscard]] virtual log_subject subject() const = 0;
  /// Does a row again; false after refuse().
  virtual bool again(const log_row& row) = 0;
  /// Goes over to another space, which the row describes.
  virtual bool change(const std::vector<std::string>&) { return refuse("no such event"); }

  /// The error is this, at this row.
  bool refuse(std::string what);
  /// The search departs from the log at this trial.
  bool departs(std::size_t trial, const std::string& how);
  /// Whether the space that the row describes is this one.
  bool same_space(const domain& space, const std::vector<std::string>& row);
  /// Whether both points are the same one.
  bool same_point(std::size_t trial, const point& asked, const point& logged);
  /// Whether the last told trial keeps bounds and constraints as the row says.
  bool same_verdict(const log_row& row);
  /// How it is done again.
  [[nodiscard]] log_reading how() const noexcept { return how_; }

 private:
  [[nodiscard]] bool unchanged() const;
  bool begins_well();
  bool ends_well(const std::vector<std::string>& fields, std::size_t at);
  bool read_and_play(const std::vector<std::string>& fields);

  std::string_view log_;
  row_reader rows_;
  log_reading how_;
  std::optional<error_info> error_;
};

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "record_log.ipp"
#endif
