/// \file
/// Charts of a report as SVG, drawn by the library of the page in Node.js.
#pragma once

#include <sys/wait.h>

#include <csignal>
#include <cstdio>
#include <string>

#include <knobless/report/html_report.hpp>
#include <knobless/report/page_data.hpp>

namespace knobless_command {

inline constexpr const char* plot_kinds[] = {"history", "time",  "importance", "slice",  "contour", "parallel",
                                             "curves",  "rungs", "front",      "volume", "limits",  "timeline"};

/// Writes the charts of a kind, one below the other. "", or why not.
[[nodiscard]] inline std::string draw_plot(const knobless::search_summary& all, const std::string& kind,
                                           const std::string& path) {
  using knobless::detail::page_string;
  using knobless::detail::text;
  const std::string script =
      text(knobless::detail::page_parts::chart_scripts(), "const data = ", knobless::detail::page_data(all), R"(;
const wanted = knoblessCharts(data, 'light', new Set()).filter(c => c.kind === )",
           page_string(kind), R"();
if (!wanted.length) process.exit(3);
const width = 640, head = 30;
const xml = t => t.replace(/[&<>"']/g, c => '&#' + c.charCodeAt(0) + ';').replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, '\ufffd');
let height = 0;
const parts = wanted.map(c => {
  const chart = echarts.init(null, null, {renderer: 'svg', ssr: true, width, height: c.height});
  chart.setOption(c.option);
  const svg = chart.renderToSVGString().replace('<svg ', '<svg y="' + (height + head) + '" ');
  const title = '<text x="' + width / 2 + '" y="' + (height + 20) + '" text-anchor="middle" font-weight="600">' + xml(c.title) + '</text>';
  height += c.height + head;
  return title + svg;
});
const all = '<svg xmlns="http://www.w3.org/2000/svg" width="' + width + '" height="' + height + '" viewBox="0 0 ' + width + ' ' + height +
    '" font-family="system-ui, sans-serif" font-size="15"><rect width="100%" height="100%" fill="#ffffff"/>' + parts.join('') + '</svg>\n';
try { require('fs').writeFileSync()",
           page_string(path), R"(, all); } catch (e) { process.exit(4); }
process.exit(0);
)");
  // Node.js may end before it has read everything.
  std::signal(SIGPIPE, SIG_IGN);
  std::FILE* const node = ::popen("command -v node >/dev/null || exit 127; exec node -", "w");
  if (node == nullptr) return "Node.js can't be started";
  std::fwrite(script.data(), 1, script.size(), node);
  const int status = ::pclose(node);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  if (code == 0) return {};
  if (code == 127) return "`knobless plot` needs Node.js (Debian: nodejs), which is not here";
  if (code == 3) return text("the study has nothing to show as ", kind);
  return code == 4 ? text(path, " can't be written") : text("Node.js ended with ", std::to_string(code));
}

}  // namespace knobless_command
