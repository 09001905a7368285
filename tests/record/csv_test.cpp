#include "../support.hpp"

#include <knobless/branch.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/study.hpp>

#include <charconv>
#include <utility>

using namespace knobless;

namespace {

// Rows of fields, read as RFC 4180 says.
std::vector<std::vector<std::string>> read(const std::string& text) {
  std::vector<std::vector<std::string>> rows{{""}};
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"')
        rows.back().back() += c;
      else if (i + 1 < text.size() && text[i + 1] == '"')
        rows.back().back() += text[++i];
      else
        quoted = false;
    } else if (c == '"') {
      CHECK(rows.back().back().empty());
      quoted = true;
    } else if (c == ',') {
      rows.back().emplace_back();
    } else if (c == '\n') {
      rows.push_back({""});
    } else {
      rows.back().back() += c;
    }
  }
  CHECK_FALSE(quoted);
  CHECK(rows.back() == std::vector<std::string>{""});  // the last row ends with a line break too
  rows.pop_back();
  return rows;
}

double number(const std::string& text) {
  double value = test::nan;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  CHECK(end == text.data() + text.size());
  return value;
}

struct config {
  double rate = 0.1;
  int k = 0;
  std::string word{};
  std::optional<double> extra{};
};

const std::vector<std::string> words{"plain", "with,comma", "with \"quotes\"", "two\nlines", "cr\rlf", "", " spaced ",
                                     "\"",    ","};

space<config> odd_names() {
  return space<config>{
      real("learning, rate", &config::rate, {.low = 1e-5, .high = 1.0, .scale = knobless::scaling::log}),
      integer("k\"", &config::k, {.low = -5, .high = 5}), choice("word", &config::word, words),
      branch("extra", &config::extra, real("value", self, {.low = 0.0, .high = 1.0}))};
}

}  // namespace

TEST_CASE("csv: without trials there is the head alone") {
  const study s{odd_names(), random_search{}};
  CHECK(s.csv() == "trial,state,value,seconds,\"learning, rate\",\"k\"\"\",word,extra,extra.value,why\n");
}

TEST_CASE("csv: every told trial is a row from which it can be read back to the bit") {
  study s{odd_names(), random_search{}, {.seed = 1}};
  std::vector<config> told;
  for (int i = 0; i < 60; ++i) {
    auto t = s.ask();
    told.push_back(t.config());
    if (i % 7 == 3)
      s.tell(std::move(t), failed("no, \"really\""));
    else
      s.tell(std::move(t), told.back().rate / 3.0 - 0.1, 0.1 * i);
  }
  const auto rows = read(s.csv());
  REQUIRE(rows.size() == 61);
  CHECK(rows[0] == std::vector<std::string>{"trial", "state", "value", "seconds", "learning, rate", "k\"", "word",
                                            "extra", "extra.value", "why"});
  for (std::size_t i = 0; i < 60; ++i) {
    const auto& row = rows[i + 1];
    REQUIRE(row.size() == 10);
    CHECK(row[9] == (i % 7 == 3 ? "no, \"really\"" : ""));
    CHECK(row[0] == std::to_string(i));
    CHECK(row[1] == (i % 7 == 3 ? "failed" : "complete"));
    if (i % 7 == 3)
      CHECK(row[2].empty());
    else
      CHECK(number(row[2]) == told[i].rate / 3.0 - 0.1);
    CHECK(number(row[4]) == told[i].rate);
    CHECK(number(row[5]) == told[i].k);
    CHECK(row[6] == told[i].word);
    CHECK(row[7] == (told[i].extra ? "some" : "none"));
    if (told[i].extra)
      CHECK(number(row[8]) == *told[i].extra);
    else
      CHECK(row[8].empty());
  }
}

TEST_CASE("csv: rows are in the order of telling, and running trials have none") {
  study s{odd_names(), random_search{}};
  auto a = s.ask();
  auto b = s.ask();
  auto c = s.ask();
  s.tell(std::move(c), 1.0);
  s.tell(std::move(a), pruned);
  const auto rows = read(s.csv());
  REQUIRE(rows.size() == 3);
  CHECK(rows[1][0] == "2");
  CHECK(rows[2][0] == "0");
  CHECK(rows[2][1] == "pruned");
}

TEST_CASE("csv: what was told in another space is there as it was evaluated, as far as the names go") {
  const auto words_of = [](std::vector<std::string> left, double high, const char* k_name) {
    return space<config>{real("rate", &config::rate, {.low = 0.25, .high = high}),
                         choice("word", &config::word, std::move(left)),
                         integer(k_name, &config::k, {.low = 0, .high = 200000})};
  };
  study s{words_of({"a", "b"}, 8.0, "old"), random_search{}};
  s.add({.rate = 8.0, .word = "a"}, 1.0);
  s.add({.rate = 0.5, .word = "b"}, 2.0);
  s.change_space(words_of({"a", "c"}, 1.0, "new"));
  CHECK(s.csv() == "trial,state,value,seconds,rate,word,new,why\n0,complete,1,0,8,a,,\n1,foreign,2,0,0.5,b,,\n");
}

TEST_CASE("csv: whole numbers are written as such") {
  study s{space<config>{integer("k", &config::k, {.low = -1000000, .high = 1000000})}, random_search{}};
  for (const int k : {100000, -1000000, 123456, 0}) s.add({.k = k}, 1.5);
  CHECK(s.csv() ==
        "trial,state,value,seconds,k,why\n0,complete,1.5,0,100000,\n1,complete,1.5,0,-1000000,\n"
        "2,complete,1.5,0,123456,\n3,complete,1.5,0,0,\n");
}
