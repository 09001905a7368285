#pragma once

#include "html_report.hpp"

#include <string_view>

#include "page_data.hpp"

namespace knobless::inline KNOBLESS_ABI {
namespace detail {
namespace page_resources {

#include "chart_library.inc"
#include "page.inc"

template <std::size_t N>
void append(std::string& to, const char* const (&pieces)[N]) {
  for (const char* const piece : pieces) to += piece;
}

}  // namespace page_resources

KNOBLESS_INLINE std::string page_parts::chart_scripts() {
  std::string out;
  page_resources::append(out, page_resources::chart_library);
  page_resources::append(out, page_resources::chart_script);
  return out;
}

// The scripts are named by their hashes, so that nothing else runs, whatever the data are. The library sets styles.
KNOBLESS_INLINE std::string page_parts::policy(bool live) {
  return text("default-src 'none'; script-src '", page_resources::chart_library_hash, "' '",
              page_resources::chart_script_hash, "' '", page_resources::page_script_hash,
              "'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
              live ? "; connect-src 'self'" : "");
}

KNOBLESS_INLINE std::string page_parts::page(std::string_view data, bool live) {
  std::string out = text(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "http-equiv=\"Content-Security-Policy\" "
      "content=\"",
      policy(live),
      "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Report</title>\n<link "
      "rel=\"icon\" href=\"data:,\">\n<style>");
  page_resources::append(out, page_resources::page_style);
  out += text("</style>\n</head>\n<body", live ? " data-live" : "",
              ">\n<main><noscript>The charts of this page need JavaScript.</noscript></main>\n<script "
              "type=\"application/json\" id=\"data\">");
  out += data;
  out += "</script>\n<script>";
  page_resources::append(out, page_resources::chart_library);
  out += "</script>\n<script>";
  page_resources::append(out, page_resources::chart_script);
  out += "</script>\n<script>";
  page_resources::append(out, page_resources::page_script);
  return out += "</script>\n</body>\n</html>\n";
}

}  // namespace detail

KNOBLESS_INLINE std::string html_report(const search_summary& all) {
  return detail::page_parts::page(detail::page_data(all), false);
}

}  // namespace knobless
