#include "../support.hpp"

#include <knobless/report/html_report.hpp>
#include <knobless/report/page_data.hpp>
#include <knobless/runtime_space.hpp>
#include <knobless/sampler/random_search.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "searches.hpp"

using namespace knobless;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

// What stands between these, for the first time.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const std::size_t from = text.find(before) + before.size();
  return text.substr(from, text.find(after, from) - from);
}

// The items of an array of numbers.
std::vector<std::string> items(const std::string& array) {
  std::vector<std::string> all(1);
  for (const char c : array) {
    if (c == ',') all.emplace_back();
    if (c != ',' && c != '[' && c != ']') all.back() += c;
  }
  return all;
}

const std::string hostile[] = {"</script><script>alert(1)</script>",
                               "<!--<script>",
                               "quote \" and ' and \\",
                               "two\nlines\r\tand a tab",
                               "\xE2\x80\xAE right to left \xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D",
                               std::string(10000, 'x'),
                               "line \xE2\x80\xA8 and paragraph \xE2\x80\xA9",
                               "no UTF-8: \xFF\xC0\xAF\xED\xA0\x80 \xE2\x82",
                               std::string("a zero \0 within", 15),
                               "&lt;b&gt;${x}`"};

struct config {
  double x = 0.5;
};

}  // namespace

TEST_CASE("a string of a page ends neither itself nor its script") {
  for (const std::string& h : hostile) {
    const std::string s = detail::page_string(h);
    CHECK(s.front() == '"');
    CHECK(s.back() == '"');
    for (std::size_t i = 1; i + 1 < s.size(); ++i) {
      CHECK(static_cast<unsigned char>(s[i]) >= 0x20);
      CHECK(std::string("<>&'\"").find(s[i]) == std::string::npos);
    }
    CHECK(count(s, "\xE2\x80\xA8") + count(s, "\xE2\x80\xA9") == 0);
  }
  CHECK(detail::page_string("a\"\\\n\xE2\x80\xA8<\xC3\xA9") == "\"a\\u0022\\u005c\\u000a\\u2028\\u003c\xC3\xA9\"");
  CHECK(detail::page_string("\xFF\xC0\xAF") == "\"\\ufffd\\ufffd\\ufffd\"");
}

TEST_CASE("names of users change the data of a page, never its markup") {
  study<config> study(space<config>{real(hostile[0], &config::x, {.low = 0.0, .high = 1.0})}, random_search{});
  for (const std::string& h : hostile) {
    auto t = study.ask();
    study.tell(std::move(t), failed(h));
    auto u = study.ask();
    study.tell(std::move(u), outcome(1.0).note(h, h).limit(h, 1.0));
  }
  const std::string page = html_report(summarize(study.core().happened(), {.name = hostile[0]}));
  const std::string plain = html_report({});
  CHECK(count(page, "<script") == count(plain, "<script"));
  CHECK(count(page, "</script") == count(plain, "</script"));
  CHECK(count(page, "<!--") == count(plain, "<!--"));
  CHECK(count(page, "alert(1)</script>") == 0);
}

TEST_CASE("a page names what it may run, and loads nothing") {
  const std::string page = html_report({});
  CHECK(page.starts_with("<!doctype html>"));
  const std::string policy = between(page, "Content-Security-Policy\" content=\"", "\">");
  CHECK(policy.starts_with("default-src 'none'; script-src 'sha256-"));
  CHECK(count(policy, "'sha256-") == 3);
  CHECK(count(policy, "connect-src") == 0);
  CHECK(count(page, "<script src") + count(page, "<link rel=\"stylesheet") + count(page, "<img") == 0);
  CHECK(test::says(page, "Licensed under the Apache License, Version 2.0"));
}

TEST_CASE("values of a page are those of the table, to the digit") {
  const auto found = searches::conditional();
  const std::string data = detail::page_data(summarize(found));
  const std::vector<std::string> values = items(between(data, "\"values\":[[", "]]"));
  const std::string csv = found.csv();
  std::size_t line = csv.find('\n') + 1;
  for (const std::string& v : values) {
    const std::size_t end = csv.find('\n', line);
    CHECK(test::says(csv.substr(line, end - line), "," + v + ","));
    line = end + 1;
  }
  CHECK(values.size() == found.trials().size());
}

TEST_CASE("of many trials a page shows the best, the extremes, and an even share") {
  study<searches::booster> study(searches::booster_space(), random_search{});
  for (std::size_t i = 0; i < 3000; ++i) {
    auto t = study.ask();
    const double value = searches::booster_loss(t.config());
    study.tell(std::move(t), value, 0.01);
  }
  const search_summary s = summarize(study.core().happened());
  const std::vector<std::size_t> shown = detail::shown_trials(s, 200);
  CHECK(shown.size() == 200);
  CHECK(std::is_sorted(shown.begin(), shown.end()));
  const auto has = [&](std::size_t i) { return std::binary_search(shown.begin(), shown.end(), i); };
  for (const std::size_t i : s.best_so_far) CHECK(has(i));
  const auto worse = [](const trial_summary& a, const trial_summary& b) { return a.values[0] < b.values[0]; };
  CHECK(has(static_cast<std::size_t>(std::max_element(s.trials.begin(), s.trials.end(), worse) - s.trials.begin())));
  for (std::size_t i = 1; i < shown.size(); ++i) CHECK(shown[i] - shown[i - 1] < 60);
  CHECK(detail::shown_trials(s, 3000).size() == 3000);
}

TEST_CASE("write_html writes the page, or says that it can't") {
  const std::string path = "html_report_test.html";
  const auto found = searches::conditional(30);
  write_html(found, path);
  std::stringstream written;
  written << std::ifstream(path).rdbuf();
  CHECK(written.str() == html_report(summarize(found)));
  CHECK(written.str().size() < 1000000);
  std::remove(path.c_str());
#if KNOBLESS_EXCEPTIONS
  CHECK(test::says(test::refusal([&] { write_html(found, "no/such/folder/x.html"); }), "can't be written"));
#endif
}

TEST_CASE("a search with models has a page, too") {
  const std::string page = html_report(summarize(searches::rungs()));
  CHECK(test::says(page, "\"rungs\":[{\"step\":"));
}
