/// \file
/// The little of SVG that the examples draw with.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

struct spot {
  double x = 0.0;
  double y = 0.0;
};

/// Lines, dots and words, in pixels from the upper left corner.
class picture {
 public:
  picture(int width, int height) {
    add("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' width='%d' height='%d' font-family='sans-serif' "
        "stroke-linecap='round' stroke-linejoin='round'>\n<rect width='100%%' height='100%%' fill='#fdfcf8'/>\n",
        width, height, width, height);
  }

  void line(const std::vector<spot>& through, const char* colour, double width, double opacity = 1.0) {
    shape(through, "fill='none'");
    add(" stroke='%s' stroke-width='%.1f' opacity='%.2f'/>\n", colour, width, opacity);
  }
  void area(const std::vector<spot>& corners, const char* colour, double opacity = 1.0) {
    shape(corners, "stroke='none'");
    add(" fill='%s' opacity='%.2f'/>\n", colour, opacity);
  }
  void dot(spot at, double radius, const char* colour, double opacity = 1.0) {
    add("<circle cx='%.1f' cy='%.1f' r='%.1f' fill='%s' opacity='%.2f'/>\n", at.x, at.y, radius, colour, opacity);
  }
  void text(spot at, int size, const char* colour, const std::string& words) {
    add("<text x='%.1f' y='%.1f' font-size='%d' fill='%s'>", at.x, at.y, size, colour);
    drawn_ += words + "</text>\n";
  }

  /// Whether the file was written.
  bool save(const char* file) const {
    std::FILE* const out = std::fopen(file, "w");
    if (out == nullptr) return false;
    const bool written = std::fputs((drawn_ + "</svg>\n").c_str(), out) >= 0;
    return std::fclose(out) == 0 && written;
  }

 private:
  template <class... Values>
  void add(const char* format, Values... values) {
    char text[512];
    std::snprintf(text, sizeof text, format, values...);
    drawn_ += text;
  }
  void shape(const std::vector<spot>& through, const char* style) {
    add("<path %s d='", style);
    for (std::size_t i = 0; i < through.size(); ++i) add("%s%.1f %.1f", i == 0 ? "M" : "L", through[i].x, through[i].y);
    drawn_ += "'";
  }

  std::string drawn_;
};
