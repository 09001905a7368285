/// \file
/// A page that shows what happened in a search: write_html().
#pragma once

#include <fstream>
#include <string>

#include "../base/config.hpp"
#include "../base/error.hpp"
#include "summary.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// The page as text: one file that needs no other, makes no request and works offline, in light and dark. It has some 700 kB beside
/// its data. Names and texts of users are data in it, never markup. Of more than 10,000 trials it shows so many, among them the
/// best and the extremes. O(d trials).
[[nodiscard]] std::string html_report(const search_summary& all);

/// Writes what minimize(), maximize() or a search with models found as a page: `write_html(result, "report.html")`. Raises an
/// error where the file can't be written. Cost: summarize() and html_report().
template <class Result>
void write_html(const Result& found, const std::string& path) {
  const std::string page = html_report(summarize(found));
  std::ofstream file(path, std::ios::binary);
  file.write(page.data(), static_cast<std::streamsize>(page.size()));
  file.close();
  if (!file) raise({error_code::invalid_use, detail::text("the file \"", path, "\" can't be written"), "write_html"});
}

namespace detail {

/// The parts of the page, for those that send or draw them by themselves.
struct page_parts {
  /// A script that draws charts without a page, after the global `data`: knoblessCharts(data, "light", new Set()).
  [[nodiscard]] static std::string chart_scripts();
  /// The page around the data; `live`: it asks its server for `data` from time to time.
  [[nodiscard]] static std::string page(std::string_view data, bool live);
  /// What a page may load, as a Content-Security-Policy has it.
  [[nodiscard]] static std::string policy(bool live);
};

}  // namespace detail
}  // namespace knobless

#ifndef KNOBLESS_COMPILED
#include "html_report.ipp"
#endif
