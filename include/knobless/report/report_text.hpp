/// \file
/// What every report says of a search, in words.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "../analysis/importance.hpp"
#include "../analysis/trade_off.hpp"
#include "../base/error.hpp"
#include "../record/csv.hpp"
#include "../record/record.hpp"
#include "../space/domain.hpp"
#include "../space/parameter.hpp"
#include "../space/point.hpp"
#include "../space/value_text.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// How many trials in which time, what became of them, why the search ended (`ending`), and why trials failed.
[[nodiscard]] inline std::string course_text(const record& happened, double seconds, std::string_view ending) {
  constexpr double thousand = 1000.0;  // three digits behind the point
  const std::size_t trials = happened.seen().size() + happened.seen().pending().size();
  return text(std::to_string(trials), " trials in ",
              number_text(static_cast<double>(static_cast<long long>(seconds * thousand)) / thousand),
              " s: ", happened.states_text(), "; ", ending, "\n", happened.failures_text());
}

/// How many trials keep all limits, and how often each limit is broken; "" where there are none. O(trials limits).
[[nodiscard]] inline std::string limits_text(const history& seen) {
  if (seen.limit_kinds().empty()) return {};
  std::string out = text(std::to_string(seen.feasible()), " trials keep all limits; broken: ");
  for (std::size_t c = 0; c < seen.limit_kinds().size(); ++c) {
    std::size_t broken = 0;
    for (std::size_t i = 0; i < seen.size(); ++i)
      if (breaks(seen.limit(i, c))) ++broken;
    out += text(c > 0 ? ", " : "", seen.limit_kinds()[c].name, " by ", std::to_string(broken));
  }
  return out + "\n";
}

/// The notes of a told trial, a line each, or "".
[[nodiscard]] inline std::string notes_text(const record& happened, std::size_t row) {
  std::string out;
  for (const note& n : happened.notes(row)) out += text("  note ", n.name, ": ", note_text(n), "\n");
  return out;
}

/// The front of several objectives, a line a trial, in the order of the first objective; of many the first ten.
[[nodiscard]] inline std::string front_text(const record& happened, std::vector<valued_row> front) {
  constexpr std::size_t most = 10;
  std::stable_sort(front.begin(), front.end(),
                   [](const valued_row& a, const valued_row& b) { return a.values.front() < b.values.front(); });
  std::string out =
      text("the front has ", std::to_string(front.size()), front.size() == 1 ? " trial" : " trials", ":\n");
  for (std::size_t i = 0; i < front.size() && i < most; ++i) {
    out += text("  trial ", std::to_string(happened.seen()[front[i].row].number), ":");
    for (std::size_t k = 0; k < front[i].values.size(); ++k)
      out += text(k > 0 ? ", " : " ", happened.objective_name(k), " ",
                  short_number(happened.signed_value(front[i].values[k], k)));
    out += "\n";
  }
  return front.size() > most ? text(out, "  and ", std::to_string(front.size() - most), " more\n") : out;
}

/// The values at a point, one a line, and which of them lie at a bound.
[[nodiscard]] inline std::string settings_text(const domain& space, const point& at) {
  std::string lines;
  std::string touched;
  for (std::size_t k = 0; k < space.size(); ++k) {
    if (at.active[k] == 0) continue;
    lines += text("  ", space[k].name(), " = ", value_text(space, at, k), "\n");
    if (space[k].at_a_bound(at.unit[k])) touched += text(touched.empty() ? "" : ", ", space[k].name());
  }
  return touched.empty() ? lines : lines + text("the best lies at a bound of ", touched, "\n");
}

/// Which parameters mattered.
[[nodiscard]] inline std::string mattered_text(const std::vector<importance_share>& all) {
  constexpr double least_share = 0.01;
  std::string mattered;
  for (const importance_share& s : all)
    if (s.share >= least_share)
      mattered +=
          text(mattered.empty() ? "mattered: " : ", ", s.name, " ", std::to_string(std::lround(100.0 * s.share)), " %");
  return mattered.empty()
             ? "which parameters matter is not known: that takes at least 20 complete trials whose values differ\n"
             : mattered + "\n";
}

}  // namespace knobless::detail
