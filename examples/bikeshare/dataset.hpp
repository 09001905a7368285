/// \file
/// Two years of hourly bicycle rentals in Washington, D.C.: reading the file, a simulated stand-in for it, and the split
/// and scaling that the course prescribes.
///
/// Data: Hadi Fanaee-T, Bike Sharing, UCI Machine Learning Repository, CC BY 4.0; described in Fanaee-T and Gama, Event
/// labeling combining ensemble detectors and background knowledge, Progress in Artificial Intelligence, 2013.
#pragma once

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <knobless/random.hpp>
#include <numbers>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "network.hpp"

namespace bikeshare {

/// The columns of hour.csv, in order.
enum column : std::size_t {
  instant,
  dteday,
  season,
  yr,
  mnth,
  hr,
  holiday,
  weekday,
  workingday,
  weathersit,
  temp,
  atemp,
  hum,
  windspeed,
  casual,
  registered,
  cnt
};

/// What a column is called and which values it takes.
struct column_info {
  std::string_view name;
  double low;
  double high;
  bool whole = true;
};

inline constexpr std::size_t hours_in_file = 17379;

inline constexpr std::array<column_info, 17> columns{{{"instant", 1, hours_in_file},
                                                      {"dteday", 20110101, 20121231},
                                                      {"season", 1, 4},
                                                      {"yr", 0, 1},
                                                      {"mnth", 1, 12},
                                                      {"hr", 0, 23},
                                                      {"holiday", 0, 1},
                                                      {"weekday", 0, 6},
                                                      {"workingday", 0, 1},
                                                      {"weathersit", 1, 4},
                                                      {"temp", 0, 1, false},
                                                      {"atemp", 0, 1, false},
                                                      {"hum", 0, 1, false},
                                                      {"windspeed", 0, 1, false},
                                                      {"casual", 0, 10000},
                                                      {"registered", 0, 10000},
                                                      {"cnt", 1, 20000}}};

/// One hour: a value for each column; the date as the number yyyymmdd.
using hour = std::array<double, columns.size()>;

/// A data file that can't be used. The sentence says what was found and what was expected.
class data_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace detail {

/// The parts of `text` between separators.
inline std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// `text` in quotation marks, short enough for a sentence and free of control characters.
inline std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string shown(text.substr(0, longest));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c >= 0 && c < ' '; }, '?');
  return "'" + shown + (text.size() > longest ? "...'" : "'");
}

inline std::string decimal(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// The number that is the whole of `text`: digits, with a point and more digits where decimals are allowed.
template <typename Number>
std::optional<double> number(std::string_view text) {
  if (text.find_first_not_of("0123456789.") != text.npos) return std::nullopt;
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return static_cast<double>(value);
}

/// The value of a field, refused where it isn't one that the column takes.
inline double value_of(const column_info& expected, std::string_view text) {
  std::optional<double> value;
  std::string range = (expected.whole ? "a whole number from " : "a number from ") + decimal(expected.low) + " to " +
                      decimal(expected.high);
  if (&expected == &columns[dteday]) {
    range = "a date from 2011-01-01 to 2012-12-31";
    if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
      value = number<int>(std::string{text.substr(0, 4)}.append(text.substr(5, 2)).append(text.substr(8, 2)));
    }
  } else {
    value = expected.whole ? number<int>(text) : number<double>(text);
  }
  if (!value || *value < expected.low || *value > expected.high) {
    throw data_error(std::string{expected.name} + " is " + quoted(text) + " where " + range + " was expected");
  }
  return *value;
}

inline void check_header(std::string_view header) {
  std::string names;
  for (const column_info& each : columns) names.append(names.empty() ? "" : ",").append(each.name);
  if (header != names) {
    throw data_error("the first line is " + quoted(header) + " where these " + std::to_string(columns.size()) +
                     " columns were expected: " + names);
  }
}

inline hour parse_row(std::string_view line, std::size_t number, const hour* previous) {
  const std::vector<std::string_view> fields = split(line, ',');
  if (fields.size() != columns.size()) {
    throw data_error("it has " + std::to_string(fields.size()) + " columns where " + std::to_string(columns.size()) +
                     " were expected");
  }
  hour row{};
  for (std::size_t i = 0; i < columns.size(); ++i) row[i] = value_of(columns[i], fields[i]);

  const auto expect = [](bool holds, const char* sentence) {
    if (!holds) throw data_error(sentence);
  };
  const auto date = static_cast<int>(row[dteday]);
  const auto moment = [](const hour& of) { return of[dteday] * 100 + of[hr]; };
  expect(row[instant] == static_cast<double>(number), "instant doesn't count the rows from 1");
  expect(row[yr] == date / 10000 - 2011 && row[mnth] == date / 100 % 100, "yr and mnth aren't those of dteday");
  expect(previous == nullptr || moment(row) > moment(*previous), "it isn't later than the line before");
  expect(row[casual] + row[registered] == row[cnt], "cnt isn't the sum of casual and registered");
  return row;
}

}  // namespace detail

/// The hours of a file's text; lines end in LF or CRLF. Refuses any other columns, values outside a column's range, rows
/// out of order and any number of rows but `hours_in_file`, with `data_error`. O(text).
[[nodiscard]] inline std::vector<hour> parse(std::string_view text) {
  std::vector<std::string_view> lines = detail::split(text, '\n');
  if (lines.back().empty()) lines.pop_back();
  if (lines.empty()) throw data_error("it is empty; a line of column names was expected");
  for (std::string_view& line : lines) {
    if (line.ends_with('\r')) line.remove_suffix(1);
  }
  detail::check_header(lines.front());
  std::vector<hour> hours;
  hours.reserve(lines.size());
  for (std::size_t i = 1; i < lines.size(); ++i) {
    try {
      hours.push_back(detail::parse_row(lines[i], i, hours.empty() ? nullptr : &hours.back()));
    } catch (const data_error& error) {
      throw data_error(
          "line " + std::to_string(i + 1) + ": " + error.what() +
          (i + 1 == lines.size() && !text.ends_with('\n') ? " (the last line: was the file cut short?)" : ""));
    }
  }
  if (hours.size() != hours_in_file) {
    throw data_error("it has " + std::to_string(hours.size()) + " rows of hours where " +
                     std::to_string(hours_in_file) + " were expected" +
                     (hours.size() < hours_in_file ? ": it was cut short" : ""));
  }
  return hours;
}

/// The hours of the file that UCI publishes. Whatever `parse` refuses, and any text but the published one (line ends
/// aside), is refused with `data_error`. O(file).
[[nodiscard]] inline std::vector<hour> read(const std::filesystem::path& path) {
  constexpr std::uint32_t published = 0x0c24ad07;
  const auto refuse = [&path](const std::string& reason) -> data_error {
    return data_error(path.string() + " can't be used: " + reason);
  };
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) throw refuse("there is no such file, or it can't be read");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  std::vector<hour> hours;
  try {
    hours = parse(text);
  } catch (const data_error& error) {
    throw refuse(error.what());
  }
  std::erase(text, '\r');
  boost::crc_32_type checksum;
  checksum.process_bytes(text.data(), text.size());
  if (checksum.checksum() != published) {
    throw refuse(
        "each row has the right form, but some values aren't those that UCI published: it was damaged or edited");
  }
  return hours;
}

/// Hours of a city that doesn't exist, in the same columns and number, always the same: commuters at eight and half past
/// five on working days, leisure in the afternoon, more of both when it is warm and dry, growth from year to year, and
/// noise. They are two years like the original, since the split below takes the last weeks for validation and test, and
/// a month is only learnt from an earlier year. O(hours).
[[nodiscard]] inline std::vector<hour> simulated() {
  using namespace std::chrono;
  constexpr double two_pi = 2.0 * std::numbers::pi;
  constexpr sys_days first = 2011y / January / 1;
  constexpr sys_days last = 2012y / December / 31;
  knobless::random_stream random(2011);
  const auto bump = [](double x, double centre, double width) {
    const double z = (x - centre) / width;
    return std::exp(-z * z);
  };
  const auto rounded = [](double x, double steps) { return std::round(std::clamp(x, 0.0, 1.0) * steps) / steps; };
  const auto is_holiday = [](year_month_day date) {
    const month_day day = date.month() / date.day();
    const bool thanksgiving = date == year_month_day{sys_days{date.year() / November / Thursday[4]}};
    return day == January / 1 || day == July / 4 || day == November / 11 || day == December / 25 || thanksgiving;
  };

  std::vector<hour> hours;
  hours.reserve(hours_in_file);
  auto candidates = static_cast<std::size_t>((last - first).count() + 1) * 24;
  double anomaly = 0.0;  // of the day's temperature, in degrees
  double mood = 0.0;     // of the day's riders: what no column explains
  double weather = 1.0;
  for (sys_days day = first; day <= last; day += days{1}) {
    const year_month_day date{day};
    const auto of_year = static_cast<double>((day - sys_days{date.year() / January / 1}).count());
    const auto day_of_week = static_cast<double>(std::chrono::weekday{day}.c_encoding());
    const bool free = is_holiday(date);
    const bool works = !free && day_of_week != 0 && day_of_week != 6;
    anomaly = 0.7 * anomaly + 2.8 * random.normal();
    mood = 0.5 * mood + 0.1 * random.normal();
    for (int h = 0; h < 24; ++h, --candidates) {
      const double degrees = 14.5 - 12.0 * std::cos(two_pi * (of_year - 18.0) / 365.25) + anomaly +
                             3.5 * std::cos(two_pi * (h - 15) / 24.0) + 0.6 * random.normal();
      if (random.uniform() < 0.15) {
        const double u = random.uniform();
        weather = u < 0.66 ? 1.0 : u < 0.91 ? 2.0 : u < 0.998 ? 3.0 : 4.0;
      }
      const double humidity = 0.5 + 0.11 * weather - 0.13 * std::cos(two_pi * (h - 15) / 24.0) + 0.08 * random.normal();
      const double wind = std::abs(0.19 + 0.11 * random.normal());

      const double growth = std::exp(0.5 * static_cast<double>((day - first).count()) / 365.0);
      const double comfort = (0.3 + 0.7 * bump(degrees, 25.0, 15.0)) * (1.0 - 0.25 * wind) *
                             std::array{1.0, 0.92, 0.5, 0.3}[static_cast<std::size_t>(weather) - 1];
      const double awake = 0.03 + 0.97 * bump(h, 14.5, 6.5);
      const double commute = bump(h, 8.0, 1.1) + 1.2 * bump(h, 17.5, 1.7);
      const double noise = std::exp(mood + 0.15 * random.normal());
      const double members = growth * comfort * noise * (works ? 110.0 * awake + 260.0 * commute : 170.0 * awake);
      const double leisure = growth * comfort * noise * bump(h, 14.5, 4.5) * (works ? 35.0 : 120.0);

      hour row{};
      row[instant] = static_cast<double>(hours.size() + 1);
      const auto month = static_cast<unsigned>(date.month());
      const auto day_of_month = static_cast<unsigned>(date.day());
      row[dteday] = static_cast<int>(date.year()) * 10000.0 + month * 100.0 + day_of_month;
      const unsigned turned = month + (day_of_month > 20 ? 1 : 0);  // seasons turn on the 21st of every third month
      row[season] = turned <= 3 || turned > 12 ? 1 : turned <= 6 ? 2 : turned <= 9 ? 3 : 4;
      row[yr] = static_cast<int>(date.year()) - 2011;
      row[mnth] = month;
      row[hr] = h;
      row[holiday] = free ? 1 : 0;
      row[column::weekday] = day_of_week;
      row[workingday] = works ? 1 : 0;
      row[weathersit] = weather;
      row[temp] = rounded((degrees + 8.0) / 47.0, 50.0);
      row[atemp] = rounded((degrees + 16.0 - 8.0 * wind) / 66.0, 66.0);
      row[hum] = rounded(humidity, 100.0);
      row[windspeed] = rounded(wind, 67.0);
      row[casual] = std::round(leisure);
      row[registered] = std::max(std::round(members), 1.0);
      row[cnt] = row[casual] + row[registered];
      // The original lacks some hours, so this one does too: each is kept with the probability that leaves the right
      // number (selection sampling).
      const auto wanted = static_cast<double>(hours_in_file - hours.size());
      if (random.uniform() * static_cast<double>(candidates) < wanted) hours.push_back(row);
    }
  }
  return hours;
}

/// The data as the network sees them. Everything but the dummies is standardised with the mean and standard deviation of
/// the training and validation hours.
struct dataset {
  samples train;
  samples validation;  ///< the 60 days before the test
  samples test;        ///< the last 21 days
  double mean = 0.0;   ///< of cnt
  double sd = 0.0;     ///< of cnt
};

/// Split, scaling and dummies as the course prescribes: 5 numbers and 51 dummies, and the scaled cnt as the target. Wants
/// more than 81 days of hours. O(hours).
[[nodiscard]] inline dataset prepare(const std::vector<hour>& hours) {
  constexpr std::size_t in_test = 21 * 24;
  constexpr std::size_t in_validation = 60 * 24;
  if (hours.size() <= in_test + in_validation + 1) throw data_error("more than 81 days of hours were expected");
  const std::size_t known = hours.size() - in_test;

  struct scaling {
    double mean = 0.0;
    double sd = 1.0;
  };
  const auto scaling_of = [&](column name) {
    scaling of;
    for (std::size_t i = 0; i < known; ++i) of.mean += hours[i][name] / static_cast<double>(known);
    double squares = 0.0;
    for (std::size_t i = 0; i < known; ++i) squares += (hours[i][name] - of.mean) * (hours[i][name] - of.mean);
    of.sd = std::sqrt(squares / static_cast<double>(known - 1));
    return of;
  };
  constexpr std::array plain{yr, holiday};
  constexpr std::array scaled{temp, hum, windspeed};
  constexpr std::array dummies{season, weathersit, mnth, hr, weekday};
  std::array<scaling, scaled.size()> scalings;
  std::transform(scaled.begin(), scaled.end(), scalings.begin(), scaling_of);
  const scaling target = scaling_of(cnt);

  std::size_t inputs = plain.size() + scaled.size();
  for (const column name : dummies) inputs += static_cast<std::size_t>(columns[name].high - columns[name].low) + 1;

  const auto part = [&](std::size_t begin, std::size_t end) {
    const auto size = static_cast<Eigen::Index>(end - begin);
    samples records{matrix::Zero(static_cast<Eigen::Index>(inputs), size), row_vector(size)};
    for (Eigen::Index record = 0; record < size; ++record) {
      const hour& row = hours[begin + static_cast<std::size_t>(record)];
      Eigen::Index input = 0;
      for (const column name : plain) records.inputs(input++, record) = static_cast<float>(row[name]);
      for (std::size_t i = 0; i < scaled.size(); ++i) {
        records.inputs(input++, record) = static_cast<float>((row[scaled[i]] - scalings[i].mean) / scalings[i].sd);
      }
      for (const column name : dummies) {
        records.inputs(input + static_cast<Eigen::Index>(row[name] - columns[name].low), record) = 1.0F;
        input += static_cast<Eigen::Index>(columns[name].high - columns[name].low) + 1;
      }
      records.targets(record) = static_cast<float>((row[cnt] - target.mean) / target.sd);
    }
    return records;
  };
  return {part(0, known - in_validation), part(known - in_validation, known), part(known, hours.size()), target.mean,
          target.sd};
}

}  // namespace bikeshare
