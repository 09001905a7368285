#include "support.hpp"

#include <knobless/advance.hpp>
#include <knobless/progress_line.hpp>
#include <knobless/sampler/random_search.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace knobless;
using namespace std::chrono_literals;

namespace {

// What a terminal got, write by write.
struct terminal {
  std::shared_ptr<std::vector<std::string>> writes = std::make_shared<std::vector<std::string>>();
  void operator()(std::string_view text) const { writes->emplace_back(text); }

  // The lines as they look in the end: a carriage return goes back to the beginning.
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> all{""};
    std::size_t at = 0;
    for (const std::string& w : *writes)
      for (const char c : w) {
        if (c == '\n') {
          all.emplace_back();
          at = 0;
        } else if (c == '\r') {
          at = 0;
        } else {
          std::string& line = all.back();
          if (at == line.size()) line += ' ';
          line[at++] = c;
        }
      }
    return all;
  }
};

const auto line_space = [] { return space{real("x", {.low = 0.0, .high = 1.0})}; };

// The callback's view of a search, at any time.
struct at_any_time {
  study<std::tuple<double>> seen{line_space(), random_search{}, {.direction = direction::maximize}};
  void tell(double value) { seen.tell(seen.ask(), value); }
  template <class Line>
  void show(Line& line, double seconds, std::size_t trials, double duration = 0.0) const {
    const outcome told = 0.0;
    const std::tuple<double> config{0.0};
    line(progress<std::tuple<double>>{seen, seen.trials().size() - 1, config, told, seconds, {}, trials, duration});
  }
};

}  // namespace

TEST_CASE("progress_line: one line, that ends with the search") {
  const terminal out;
  for (int search = 0; search < 2; ++search) {
    const auto found = minimize(line_space(), random_search{}, [](double x) { return x; },
                                {.trials = 30, .on_trial = progress_line(out, true)});
    CHECK(found.trials().size() == 30);
  }
  const std::vector<std::string> lines = out.lines();
  REQUIRE(lines.size() == 3);
  for (std::size_t i : {0U, 1U}) CHECK(lines[i].starts_with("trial 30 of 30, best 0.0"));
  CHECK(lines[2].empty());
  // Ten times a second, and once at the end: unless this machine took ages, that is twice.
  CHECK(out.writes->size() < 60);
}

TEST_CASE("progress_line: is silent where there is no terminal") {
  const terminal out;
  (void)minimize(line_space(), random_search{}, [](double x) { return x; },
                 {.trials = 30, .on_trial = progress_line(out, false)});
  CHECK(out.writes->empty());
}

TEST_CASE("progress_line: is rewritten at most ten times a second") {
  const terminal out;
  {
    progress_line line(out, true);
    at_any_time search;
    for (int i = 1; i <= 1000; ++i) {
      search.tell(i);
      search.show(line, 0.01 * i, 5000);
    }
    CHECK(out.writes->size() <= 101);
    CHECK(out.writes->size() >= 90);
    CHECK(test::says(out.lines().back(), "best"));
  }
  // The last state is not lost.
  CHECK(test::says(out.lines().front(), "trial 1000 of 5000, best 1e+03, 10 s, about 40 s left"));
  CHECK(out.lines().size() == 2);
}

TEST_CASE("progress_line: says what is known of the end, and nothing of a longer text stays") {
  const terminal out;
  progress_line line(out, true);
  at_any_time search;
  search.seen.tell(search.seen.ask(), failed);
  search.show(line, 3.0, 0);
  CHECK(out.lines().back() == "trial 1, 3 s");
  search.tell(0.123456);
  search.show(line, 4.0, 0, 100.0);
  CHECK(out.lines().back() == "trial 2, best 0.123, 4 s, about 1:36 min left");
  search.tell(-1.0);
  search.show(line, 90.0, 300, 10000.0);
  CHECK(out.lines().back() == "trial 3 of 300, best 0.123, 1:30 min, about 2:28 h left");
  search.show(line, 99.0, 0, 100.0);
  CHECK(out.lines().size() >= 1);
  search.tell(7.0);
  search.show(line, 99.5, 0, 100.0);
  const std::string shown = out.lines().back();
  CHECK(shown.substr(0, shown.find_last_not_of(' ') + 1) == "trial 4, best 7, 1:40 min, about 1 s left");
}

TEST_CASE("progress_line: by default it is silent in a program whose errors go to no terminal, and never harms") {
  const auto found =
      minimize(line_space(), random_search{}, [](double x) { return x; }, {.trials = 5, .on_trial = progress_line{}});
  CHECK(found.trials().size() == 5);
}

TEST_CASE("progress_line: draws the best so far where that is wanted") {
  const terminal out;
  at_any_time search;
  const progress_line line(out, true, true);
  double seconds = 0.0;
  for (const double value : {0.1, 0.2, 0.9}) {
    search.tell(value);
    search.show(line, seconds += 1.0, 3);
  }
  CHECK(test::says(out.writes->at(2), "trial 3 of 3, best 0.9 \xE2\x96\x81\xE2\x96\x82\xE2\x96\x88, 3 s"));
}

TEST_CASE("progress_line: shows searches with models") {
  const terminal out;
  const auto found = asha(
      line_space(), [](const std::tuple<double>& c) { return std::get<0>(c); },
      [](double& x, int more) { return x -= 0.001 * more; },
      {.max_resource = 9, .budget = 4.0, .on_leg = progress_line(out, true)});
  CHECK(found.has_best());
  CHECK(test::says(out.lines().at(0), " of 4 full trainings, best "));
}
